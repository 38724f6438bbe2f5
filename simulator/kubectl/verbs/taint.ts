/** kubectl taint. Models k8s.io/kubectl/pkg/cmd/taint (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import { checkLabelValue, checkQualifiedName } from '../../api/names.ts'
import type { Node, Taint } from '../../api/types.ts'
import { aggregateFailure, asFailure, fail, failureText } from '../failures.ts'
import { writeQuery } from '../generators/common.ts'
import { twoWayPatch } from '../patches.ts'
import { operationPrinter } from '../printers/output.ts'
import { mappingFor, visit } from '../resource-builder.ts'
import type { Info } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

interface Changes { readonly add: readonly Taint[]; readonly remove: readonly Taint[] }

/** Reads key=value:effect, key:effect or key. */
function parseTaint(text: string): Taint {
  const parts = text.split(':')
  if (parts.length > 2) throw fail(`invalid taint spec: ${text}`)
  const [pair = '', effect = ''] = parts
  if (parts.length === 2 && !effects.includes(effect)) throw fail(`invalid taint effect: ${effect}, unsupported taint effect`)
  const [key = '', value, ...more] = parts.length === 2 ? pair.split('=') : [pair]
  if (more.length > 0) throw fail(`invalid taint spec: ${text}`)
  const problems = value === undefined ? [] : checkLabelValue(value)
  const keyProblems = problems.length > 0 ? problems : checkQualifiedName(key)
  if (keyProblems.length > 0) throw fail(`invalid taint spec: ${text}, ${keyProblems.join('; ')}`)
  return { key, ...(value === undefined || value === '' ? {} : { value }), effect }
}

function parseTaints(specs: readonly string[]): Changes {
  const add: Taint[] = []
  const remove: Taint[] = []
  for (const spec of specs) {
    if (spec.endsWith('-')) {
      const { key, effect } = parseTaint(spec.slice(0, -1))
      remove.push({ key, effect })
      continue
    }
    const taint = parseTaint(spec)
    if (taint.effect === '') throw fail(`invalid taint spec: ${spec}`)
    if (add.some((one) => one.key === taint.key && one.effect === taint.effect)) throw fail(`duplicated taints with the same key and effect: {${taint.key} ${taint.value ?? ''} ${taint.effect} <nil>}`)
    add.push(taint)
  }
  return { add, remove }
}

function splitArguments(args: readonly string[]): { readonly resources: string[]; readonly specs: string[] } {
  const resources: string[] = []
  const specs: string[] = []
  for (const arg of args) {
    if (arg.includes('=') || arg.includes(':') || arg.endsWith('-')) specs.push(arg)
    else if (specs.length > 0) throw fail(`all resources must be specified before taint changes: ${arg}`)
    else resources.push(arg)
  }
  if (resources.length === 0) throw fail('one or more resources must be specified as <resource> <name>')
  if (specs.length === 0) throw fail('at least one taint update is required')
  return { resources, specs }
}

const isSame = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect

/** The new taints of a node, and what happened to them. */
function reorganize(old: readonly Taint[], changes: Changes, overwrite: boolean): { readonly taints: Taint[]; readonly operation: string } {
  if (!overwrite) {
    const taken = changes.add.filter((taint) => old.some((one) => isSame(one, taint))).map(({ key }) => key)
    if (taken.length > 0) throw fail(`already has ${taken.join(',')} taint(s) with same effect(s) and --overwrite is false`)
  }
  let taints: Taint[] = [...changes.add, ...old.filter((taint) => !changes.add.some((one) => isSame(one, taint)))]
  const isAdded = old.length !== taints.length
  let isRemoved = false
  const missing: string[] = []
  for (const gone of changes.remove) {
    const left = taints.filter((taint) => (gone.effect === '' ? taint.key !== gone.key : !isSame(taint, gone)))
    isRemoved = left.length !== taints.length
    if (!isRemoved) missing.push(`taint ${goQuote(gone.effect === '' ? gone.key : `${gone.key}:${gone.effect}`)} not found`)
    taints = left
  }
  if (missing.length > 0) throw aggregateFailure(missing.map((text) => ({ kind: 'text', text })))
  return { taints, operation: (isAdded && isRemoved) || overwrite ? 'modified' : isAdded ? 'tainted' : 'untainted' }
}

function* taintNode(session: Session, info: Info, changes: Changes): Run<void> {
  const node = info.object as Node
  let result
  try {
    result = reorganize(node.spec?.taints ?? [], changes, session.flags.bool('overwrite'))
  } catch (error) {
    const text = failureText(asFailure(error))
    throw text.startsWith('already has') ? fail(`node ${info.name} ${text}`) : error
  }
  const { taints: _old, ...spec } = node.spec ?? {}
  const after: Node = { ...node, spec: result.taints.length === 0 ? spec : { ...spec, taints: result.taints } }
  const dryRun = session.dryRun()
  const printer = operationPrinter(session, result.operation, { dryRun })
  if (dryRun === 'client') return session.out(printer(after))
  const { patch, contentType } = twoWayPatch(node, after)
  session.out(printer(yield* session.call({ verb: 'patch', kind: info.kind, name: info.name, body: patch, contentType, query: writeQuery(session, { isValidated: true }) })))
}

function checkTargets(session: Session, resources: readonly string[], changes: Changes): void {
  const { flags } = session
  const kind = mappingFor(session, resources[0] ?? '')
  if (kind.kind !== 'Node' || kind.group !== '') throw fail(`invalid resource type ${(resources[0] ?? '').toLowerCase()}, only node types are supported`)
  const conflicts = changes.add.flatMap((taint) => changes.remove.filter((gone) => gone.key === taint.key && (gone.effect === '' || gone.effect === taint.effect)).map((gone) => `${gone.key}=${gone.effect}`))
  if (conflicts.length > 0) throw fail(`can not both modify and remove the following taint(s) in the same command: ${conflicts.join(', ')}`)
  if (flags.bool('all') && flags.text('selector') !== '') throw fail("setting 'all' parameter with a non empty selector is prohibited")
  if (!flags.bool('all') && flags.text('selector') === '' && resources.length < 2) throw fail("at least one resource name must be specified since 'all' parameter is not set")
}

/**
 * kubectl taint nodes NODE KEY=VALUE:EFFECT or KEY[:EFFECT]-: an existing taint of key and effect needs --overwrite,
 * one to remove that is missing fails.
 */
export function* taint(session: Session): Run<number> {
  const { resources, specs } = splitArguments(session.args)
  let changes: Changes
  try {
    changes = parseTaints(specs)
  } catch (error) {
    throw session.usage(failureText(asFailure(error)))
  }
  checkTargets(session, resources, changes)
  const { flags } = session
  const isBulk = flags.bool('all') || flags.text('selector') !== ''
  const args = isBulk ? ['nodes'] : ['nodes', ...resources.slice(1)]
  const failures = yield* visit(session, { args, all: flags.bool('all'), selector: flags.text('selector'), continuesOnError: true }, (info) => taintNode(session, info, changes))
  if (failures.length > 0) throw aggregateFailure(failures)
  return 0
}

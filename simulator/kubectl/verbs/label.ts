/** kubectl label and annotate. Models k8s.io/kubectl/pkg/cmd/label and annotate (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import { checkLabelValue } from '../../api/names.ts'
import type { KubeObject, StringMap } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { aggregateFailure, fail } from '../failures.ts'
import { writeQuery } from '../generators/common.ts'
import { hasFiles } from '../manifests.ts'
import { mergePatchOf } from '../patches.ts'
import { toCompactJson } from '../printers/json.ts'
import { operationPrinter } from '../printers/output.ts'
import { parseResourceArgs, mappingsFor, visit } from '../resource-builder.ts'
import type { Info, Selection } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

interface Pairs { readonly resources: readonly string[]; readonly set: ReadonlyMap<string, string>; readonly remove: readonly string[] }
type Field = 'labels' | 'annotations'

/** Splits arguments into resources and pairs. Models cmdutil.GetResourcesAndPairs. */
export function splitPairs(args: readonly string[], what: string): { readonly resources: string[]; readonly pairs: string[] } {
  const resources: string[] = []
  const pairs: string[] = []
  for (const arg of args) {
    const isPair = (arg.includes('=') && !arg.startsWith('=')) || (arg.endsWith('-') && arg !== '-')
    if (isPair) pairs.push(arg)
    else if (pairs.length > 0) throw fail(`all resources must be specified before ${what} changes: ${arg}`)
    else resources.push(arg)
  }
  return { resources, pairs }
}

function readLabels(args: readonly string[]): Pairs {
  const { resources, pairs } = splitPairs(args, 'label')
  const set = new Map<string, string>()
  const remove: string[] = []
  for (const pair of pairs) {
    if (!pair.includes('=')) { remove.push(pair.slice(0, -1)); continue }
    const parts = pair.split('=')
    if (parts.length !== 2) throw fail(`invalid label spec: ${pair}`)
    const problems = checkLabelValue(parts[1] ?? '')
    if (problems.length > 0) throw fail(`invalid label value: ${goQuote(pair)}: ${problems.join(';')}`)
    set.set(parts[0] ?? '', parts[1] ?? '')
  }
  if (remove.some((key) => set.has(key))) throw fail('can not both modify and remove a label in the same command')
  return { resources, set, remove }
}

function readAnnotations(args: readonly string[]): Pairs {
  const { resources, pairs } = splitPairs(args, 'annotation')
  const set = new Map<string, string>()
  const remove: string[] = []
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    if (equals > 0) set.set(pair.slice(0, equals), pair.slice(equals + 1))
    else remove.push(pair.slice(0, -1))
  }
  const both = remove.filter((key) => set.has(key))
  if (both.length > 0) throw fail(`can not both modify and remove the following annotation(s) in the same command: ${both.join(', ')}`)
  return { resources, set, remove }
}

function checkPairs(session: Session, pairs: Pairs, what: Field): void {
  const { flags } = session
  if (flags.bool('all') && flags.text('selector') !== '') throw fail('cannot set --all and --selector at the same time')
  if (flags.bool('all') && flags.text('field-selector') !== '') throw fail('cannot set --all and --field-selector at the same time')
  if (flags.bool('list') && flags.text('output') !== '') throw fail('--list and --output may not be specified together')
  if (flags.bool('local')) {
    if (pairs.resources.length > 0) throw fail('can only use local files by -f pod.yaml or --filename=pod.json when --local=true is set')
    if (!hasFiles(session)) throw fail('one or more files must be specified as -f pod.yaml or --filename=pod.json')
  } else if (pairs.resources.length === 0 && !hasFiles(session)) throw fail('one or more resources must be specified as <resource> <name> or <resource>/<name>')
  if (pairs.set.size === 0 && pairs.remove.length === 0 && !flags.bool('list')) throw fail(`at least one ${what === 'labels' ? 'label' : 'annotation'} update is required`)
}

function checkOverwrites(session: Session, present: StringMap, pairs: Pairs, field: Field): void {
  if (session.flags.bool('overwrite')) return
  const taken = [...pairs.set].filter(([key, value]) => present[key] !== undefined && present[key] !== value)
  const text = ([key]: readonly [string, string]) => `'${key}' already has a value (${present[key]})`
  if (taken.length === 0) return
  if (field === 'annotations') throw fail(`--overwrite is false but found the following declared annotation(s): ${taken.map(text).join('; ')}`)
  throw aggregateFailure(taken.map((pair) => ({ kind: 'text', text: `${text(pair)}, and --overwrite is false` })))
}

function changed(object: KubeObject, pairs: Pairs, field: Field, resourceVersion: string): KubeObject {
  const values: StringMap = { ...object.metadata[field] }
  for (const [key, value] of pairs.set) values[key] = value
  for (const key of pairs.remove) delete values[key]
  const { [field]: _old, ...metadata } = object.metadata
  const kept = Object.keys(values).length === 0 ? metadata : { ...metadata, [field]: values }
  return { ...object, metadata: resourceVersion === '' ? kept : { ...kept, resourceVersion } }
}

function listValues(session: Session, info: Info, object: KubeObject, options: { readonly field: Field; readonly isSingle: boolean }): void {
  if (!options.isSingle) session.out(`Listing ${options.field} for ${info.kind.kind}.${info.kind.group}/${info.name}:\n`)
  const values = object.metadata[options.field] ?? {}
  for (const key of Object.keys(values).sort(compareText)) session.out(`${options.isSingle ? '' : ' '}${key}=${values[key]}\n`)
}

function labelOperation(session: Session, before: KubeObject, after: KubeObject): string {
  const old = toCompactJson(before)
  const now = toCompactJson(after)
  // Without labels before, kubectl leaves an empty map behind, which is a change.
  if (old === now) return before.metadata.labels === undefined ? 'labeled' : 'not labeled'
  return !session.flags.bool('overwrite') && now.length < old.length ? 'unlabeled' : 'labeled'
}

function* changeOne(session: Session, info: Info, pairs: Pairs, field: Field): Run<void> {
  const before = info.object as KubeObject
  const dryRun = session.dryRun()
  const isClientOnly = dryRun === 'client' || session.flags.bool('local') || session.flags.bool('list')
  if (!isClientOnly && field === 'labels') for (const key of pairs.remove) if (before.metadata.labels?.[key] === undefined) session.out(`label ${goQuote(key)} not found.\n`)
  checkOverwrites(session, before.metadata[field] ?? {}, pairs, field)
  const after = changed(before, pairs, field, session.flags.text('resource-version'))
  let object = after
  if (!isClientOnly) {
    const { patch, contentType } = mergePatchOf(before, after)
    object = yield* session.call({ verb: 'patch', kind: info.kind, namespace: info.namespace, name: info.name, body: patch, contentType, query: writeQuery(session) })
  }
  if (session.flags.bool('list')) return listValues(session, info, object, { field, isSingle: isSingle(session, pairs) })
  const operation = field === 'annotations' ? 'annotated' : labelOperation(session, before, after)
  session.out(operationPrinter(session, operation, { dryRun })(object))
}

function isSingle(session: Session, pairs: Pairs): boolean {
  if (hasFiles(session)) return false
  const { tuples, names, types } = parseResourceArgs(pairs.resources)
  return tuples.length === 1 || (names.length === 1 && mappingsFor(session, types).length === 1)
}

function* change(session: Session, field: Field): Run<number> {
  const pairs = field === 'labels' ? readLabels(session.args) : readAnnotations(session.args)
  checkPairs(session, pairs, field)
  const { flags } = session
  if (flags.text('resource-version') !== '' && !isSingle(session, pairs)) throw fail('--resource-version may only be used with a single resource')
  const selection: Selection = {
    args: pairs.resources, useFiles: true, selector: flags.text('selector'), fieldSelector: flags.text('field-selector'), kindAloneIsAll: flags.bool('all'),
    allNamespaces: flags.bool('all-namespaces'), isLatest: !flags.bool('local'), isLocal: flags.bool('local'), continuesOnError: true,
  }
  const failures = yield* visit(session, selection, (info) => changeOne(session, info, pairs, field))
  if (failures.length > 0) throw aggregateFailure(failures)
  return 0
}

export const label = (session: Session): Run<number> => change(session, 'labels')
export const annotate = (session: Session): Run<number> => change(session, 'annotations')

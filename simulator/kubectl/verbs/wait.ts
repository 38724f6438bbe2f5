/** kubectl wait. Models k8s.io/kubectl/pkg/cmd/wait (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import { findResults, parseJsonPath } from '../../api/jsonpath/evaluate.ts'
import type { JsonPathTemplate } from '../../api/jsonpath/evaluate.ts'
import { relaxPath } from '../../api/jsonpath/parser.ts'
import type { Condition, KubeObject } from '../../api/types.ts'
import type { SimTimeMs } from '../../kernel/event-queue.ts'
import { aggregateFailure, attempt, fail, hasReason } from '../failures.ts'
import type { Failure } from '../failures.ts'
import { operationPrinter } from '../printers/output.ts'
import { visit } from '../resource-builder.ts'
import type { Info, Selection } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { waitUntilGone, watchObject } from '../waiting.ts'

const weekMs = 7 * 24 * 3_600_000
const createPollMs = 500

type Check = (object: KubeObject) => boolean
type Goal = { readonly kind: 'delete' } | { readonly kind: 'create' } | { readonly kind: 'check'; readonly check: Check }

function conditionCheck(text: string): Check {
  const equals = text.indexOf('=')
  const name = (equals < 0 ? text : text.slice(0, equals)).toLowerCase()
  const wanted = (equals < 0 ? 'true' : text.slice(equals + 1)).toLowerCase()
  return (object) => {
    const status = object.status as { conditions?: Condition[]; observedGeneration?: number } | undefined
    const condition = status?.conditions?.find((one) => one.type.toLowerCase() === name)
    if (condition === undefined) return false
    const observed = condition.observedGeneration ?? status?.observedGeneration
    if (object.metadata.generation !== undefined && observed !== undefined && observed < object.metadata.generation) return false
    return condition.status.toLowerCase() === wanted
  }
}

/** Splits at single equal signs; double ones belong to the path. */
function splitPath(input: string): string[] {
  const parts = ['']
  for (let index = 0; index < input.length; index++) {
    const char = input[index] ?? ''
    if (char !== '=') parts[parts.length - 1] += char
    else if (input[index + 1] === '=') { parts[parts.length - 1] += '=='; index++ } else parts.push('')
  }
  return parts
}

function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  return String(value)
}

function pathCheck(template: JsonPathTemplate, wanted: string): Check {
  return (object) => {
    const results = findResults(template.nodes, object, true)
    const [first] = results
    if (first === undefined || first.length === 0) return false
    if (results.length > 1) throw fail('given jsonpath expression matches more than one list')
    if (first.length > 1) throw fail('given jsonpath expression matches more than one value')
    if (wanted === '') return true
    const [value] = first
    if (typeof value === 'object' && value !== null) throw fail('jsonpath leads to a nested object or list which is not supported')
    return goText(value).trim() === wanted.trim()
  }
}

function jsonPathGoal(input: string): Goal {
  const parts = splitPath(input)
  if (parts.length > 2) throw fail("jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'")
  const relaxed = relaxPath(parts[0] ?? '')
  if (typeof relaxed !== 'string') throw fail(relaxed.error)
  const wanted = (parts[1] ?? '').replace(/^['"]+|['"]+$/g, '')
  if (parts.length === 2 && wanted === '') throw fail("jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3")
  if (relaxed === '') throw fail('jsonpath expression cannot be empty')
  const template = parseJsonPath(relaxed)
  if ('error' in template) throw fail(template.error)
  return { kind: 'check', check: pathCheck(template, wanted) }
}

function readGoal(text: string): Goal {
  const lower = text.toLowerCase()
  if (lower === 'delete') return { kind: 'delete' }
  if (lower === 'create') return { kind: 'create' }
  if (text.startsWith('condition=')) return { kind: 'check', check: conditionCheck(text.slice('condition='.length)) }
  if (text.startsWith('jsonpath=')) return jsonPathGoal(text.slice('jsonpath='.length))
  throw fail(`unrecognized condition: ${goQuote(text)}`)
}

function timedOut(info: Info): Error {
  return fail(`timed out waiting for the condition on ${info.kind.resource}/${info.name}`)
}

/** Waits for one object. Without time only one look is taken. */
function* waitForObject(session: Session, info: Info, check: Check, options: { readonly endMs: SimTimeMs; readonly isOnce: boolean }): Run<KubeObject> {
  const first = info.object as KubeObject
  if (check(first)) return first
  if (options.isOnce) throw fail(`condition not met for ${info.kind.resource}/${info.name}`)
  let last = first
  const isMet = yield* watchObject(session, info, {
    fromVersion: first.metadata.resourceVersion ?? '', endMs: options.endMs,
    isDone: (observation) => {
      if (observation.isGone) return false
      last = observation.object
      return check(last)
    },
  })
  if (!isMet) throw timedOut(info)
  return last
}

/** Looks every half second until the objects exist. */
function* waitForCreation(session: Session, selection: Selection, endMs: SimTimeMs): Run<void> {
  for (;;) {
    let isFound = false
    const looked = yield* attempt(visit(session, selection, function* () { isFound = true }))
    const failures: readonly Failure[] = looked.ok ? looked.value : [looked.failure]
    const serious = failures.filter((failure) => !hasReason(failure, 'NotFound'))
    if (serious.length > 0) throw aggregateFailure(serious)
    if (isFound && failures.length === 0) return
    if (session.nowMs >= endMs) throw fail('timed out waiting for the condition')
    yield* session.sleepUntil(Math.min(endMs, session.nowMs + createPollMs))
  }
}

/**
 * kubectl wait --for=condition=..., jsonpath=..., create or delete: --timeout is in simulated time, 0 looks once, less
 * than 0 means a week. Exit code 1 when it runs out for any object.
 */
export function* wait(session: Session): Run<number> {
  const { flags } = session
  const goal = readGoal(flags.text('for'))
  const timeoutMs = flags.duration('timeout')
  const endMs = session.nowMs + (timeoutMs < 0 ? weekMs : timeoutMs)
  const selection: Selection = {
    args: session.args, useFiles: true, isLatest: true, selector: flags.text('selector'), fieldSelector: flags.text('field-selector'), all: flags.bool('all'),
    allNamespaces: flags.bool('all-namespaces'), isLocal: flags.bool('local'), continuesOnError: true,
  }
  if (goal.kind === 'create') yield* waitForCreation(session, selection, endMs)
  const printer = operationPrinter(session, 'condition met')
  let count = 0
  const failures = yield* visit(session, selection, function* (info) {
    count++
    if (goal.kind === 'delete') {
      const uid = info.object?.metadata.uid
      if (!(yield* waitUntilGone(session, info, { uid, endMs }))) throw timedOut(info)
      return session.out(printer(info.object as KubeObject))
    }
    const check: Check = goal.kind === 'check' ? goal.check : () => true
    session.out(printer(yield* waitForObject(session, info, check, { endMs, isOnce: timeoutMs === 0 })))
  })
  const told = goal.kind === 'delete' ? failures.filter((failure) => !hasReason(failure, 'NotFound')) : failures
  if (told.length > 0) throw aggregateFailure(told)
  if (count === 0 && goal.kind !== 'delete') throw fail('no matching resources found')
  return 0
}

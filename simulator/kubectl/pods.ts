/** Finding the pod that a name, a workload or a service means. Models k8s.io/kubectl/pkg/polymorphichelpers (v1.35). */

import { goQuote } from '../api/go-text.ts'
import { kindByResource } from '../api/kinds.ts'
import type { KindInfo } from '../api/kinds.ts'
import { formatLabelSelector } from '../api/selector.ts'
import type { Container, KubeObject, Pod } from '../api/types.ts'
import { assert } from '../kernel/assert.ts'
import { fail } from './failures.ts'
import { selectorOf } from './pod-template.ts'
import { collectAll, listObjects } from './resource-builder.ts'
import type { Info } from './resource-builder.ts'
import type { Run, Session } from './session.ts'

const defaultContainerAnnotation = 'kubectl.kubernetes.io/default-container'

/** The kind Pod, for verbs that always mean pods. */
export function podsKind(): KindInfo {
  const kind = kindByResource('', 'pods')
  assert(kind !== undefined, 'pods are a resource')
  return kind
}

function readySince(pod: Pod): string | undefined {
  const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready')
  return ready?.status === 'True' ? ready.lastTransitionTime ?? '' : undefined
}

function restarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount))
}

const phaseRank: { readonly [phase: string]: number } = { Running: 0, Unknown: 1, Pending: 2 }

/** Best pod first: assigned, running, ready for longest; then many restarts (logs) or few (exec), then the oldest. */
function comparePods(a: Pod, b: Pod, restartSign: 1 | -1): number {
  const byNode = Number((a.spec.nodeName ?? '') === '') - Number((b.spec.nodeName ?? '') === '')
  if (byNode !== 0) return byNode
  const byPhase = (phaseRank[a.status?.phase ?? ''] ?? 0) - (phaseRank[b.status?.phase ?? ''] ?? 0)
  if (byPhase !== 0) return byPhase
  const [since, other] = [readySince(a), readySince(b)]
  if ((since === undefined) !== (other === undefined)) return since === undefined ? 1 : -1
  if (since !== undefined && other !== undefined && since !== other) return since < other ? -1 : 1
  const byRestarts = (restarts(b) - restarts(a)) * restartSign
  if (byRestarts !== 0) return byRestarts
  const [created, later] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '']
  return created === later ? 0 : created < later ? -1 : 1
}

/** The pods of a workload or service, best first; waits for the first one until the timeout. */
export function* podsOfObject(session: Session, object: KubeObject, options: { readonly purpose: 'logs' | 'exec'; readonly timeoutMs: number; readonly cannot: string }): Run<readonly Pod[]> {
  const selector = selectorOf(object)
  if (selector === undefined) throw fail(`${options.cannot}: selector for *v1.${object.kind} not implemented`)
  const endMs = session.nowMs + options.timeoutMs
  for (;;) {
    const { items } = yield* listObjects(session, podsKind(), { namespace: object.metadata.namespace, selector: formatLabelSelector(selector) })
    const pods = (items as Pod[]).map((pod) => pod)
    if (pods.length > 0) return pods.sort((a, b) => comparePods(a, b, options.purpose === 'logs' ? 1 : -1))
    if (session.nowMs >= endMs) throw fail('timed out waiting for the condition')
    yield* session.sleepUntil(Math.min(endMs, session.nowMs + 1000))
  }
}

/** The object of POD, TYPE/NAME or TYPE NAME. */
export function* readTarget(session: Session, args: readonly string[]): Run<Info> {
  const [first = ''] = args
  const infos = yield* collectAll(session, { args: first.includes('/') ? [first] : args.length > 1 ? args : ['pods', first], isRead: true })
  const [info] = infos
  if (info === undefined) throw fail('expected a resource')
  return info
}

/** `a, b, c (init)`. */
export function containerNames(pod: Pod): string {
  const { spec } = pod
  return [...spec.containers.map(({ name }) => name), ...(spec.ephemeralContainers ?? []).map(({ name }) => `${name} (ephem)`), ...(spec.initContainers ?? []).map(({ name }) => `${name} (init)`)].join(', ')
}

/** A container of any sort (main, init, ephemeral) by name; undefined when the pod has none. */
export function findContainer(pod: Pod, name: string): Container | undefined {
  const { spec } = pod
  return [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])].find((container) => container.name === name)
}

/** The container of a pod when none was named; says which one it is when there are several. */
export function defaultContainer(session: Session, pod: Pod, isQuiet: boolean): string {
  const chosen = pod.metadata.annotations?.[defaultContainerAnnotation] ?? ''
  if (chosen !== '') {
    if (findContainer(pod, chosen) !== undefined) return chosen
    session.err(`Default container name ${goQuote(chosen)} not found in pod ${pod.metadata.name}\n`)
  }
  const { spec } = pod
  const [first] = spec.containers
  if (first === undefined) throw fail(`pod ${pod.metadata.namespace}/${pod.metadata.name} does not have any containers`)
  const isOne = spec.containers.length === 1 && (spec.initContainers ?? []).length === 0 && (spec.ephemeralContainers ?? []).length === 0
  if (!isOne && !isQuiet) session.err(`Defaulted container ${goQuote(first.name)} out of: ${containerNames(pod)}\n`)
  return first.name
}

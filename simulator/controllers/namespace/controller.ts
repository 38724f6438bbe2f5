/**
 * Empties namespaces that are being deleted, pods first, and then lets them go.
 * Models kubernetes/pkg/controller/namespace (v1.35): 5 s after the deletion, and again while something remains.
 */

import type { Condition, KubeObject, Namespace, Pod } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult } from '../../store/component.ts'
import { keyOf } from '../../store/resource-id.ts'
import { isPodFinished } from '../pods.ts'
import { customResourcesOf, storedResources } from '../stored-kinds.ts'
import type { StoredResource } from '../stored-kinds.ts'

/** Source: namespaceDeletionGracePeriod. */
const deletionDelayMs = 5000
/** How long content with finalizers is expected to take. Source: finalizerEstimateSeconds. */
const finalizerEstimateSeconds = 15

const okTexts: readonly { readonly type: string; readonly reason: string; readonly message: string }[] = [
  { type: 'NamespaceDeletionDiscoveryFailure', reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' },
  { type: 'NamespaceDeletionGroupVersionParsingFailure', reason: 'ParsedGroupVersions', message: 'All legacy kube types successfully parsed' },
  { type: 'NamespaceDeletionContentFailure', reason: 'ContentDeleted', message: 'All content successfully deleted, may be waiting on finalization' },
  { type: 'NamespaceContentRemaining', reason: 'ContentRemoved', message: 'All content successfully removed' },
  { type: 'NamespaceFinalizersRemaining', reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' },
]

/** A problem that a condition reports. */
interface Problem { readonly type: string; readonly reason: string; readonly message: string }

/** What one pass over resources left. */
interface Remains {
  estimateSeconds: number
  readonly errors: string[]
  readonly countOf: Map<string, number>
  readonly countOfFinalizer: Map<string, number>
}

/** The longest time that a pod of the namespace may still take, 0 when that time is over. */
function estimateForPods(pods: readonly Pod[], deletedMs: number, nowMs: number): number {
  const longest = pods.filter((pod) => !isPodFinished(pod)).reduce((most, pod) => Math.max(most, pod.spec.terminationGracePeriodSeconds ?? 0), 0)
  return nowMs - deletedMs >= longest * 1000 ? 0 : longest
}

function emptyResource(stored: StoredResource, namespace: Namespace, remains: Remains, { api, clock }: ComponentContext): void {
  const name = namespace.metadata.name!
  const before = api.list<KubeObject>(stored.id, { namespace: name })
  if (before.length === 0) return
  const estimate = stored.id === 'pods' ? estimateForPods(before as readonly Pod[], clock.parse(namespace.metadata.deletionTimestamp!), clock.nowMs) : 0
  for (const object of before) {
    const result = api.delete(stored.id, keyOf(object), { propagationPolicy: 'Background' })
    if (result.ok || result.status.code === 404) continue
    remains.errors.push(result.status.message ?? '')
    remains.estimateSeconds = Math.max(remains.estimateSeconds, estimate)
    return
  }
  noteRemaining(stored, api.list<KubeObject>(stored.id, { namespace: name }), estimate, name, remains)
}

function noteRemaining(stored: StoredResource, left: readonly KubeObject[], estimate: number, namespace: string, remains: Remains): void {
  if (left.length === 0) return
  remains.countOf.set(`${stored.resource}.${stored.group}`, left.length)
  const finalizers = left.flatMap((object) => object.metadata.finalizers ?? [])
  for (const finalizer of finalizers) remains.countOfFinalizer.set(finalizer, (remains.countOfFinalizer.get(finalizer) ?? 0) + 1)
  if (estimate === 0 && finalizers.length === 0) {
    remains.errors.push(`unexpected items still remain in namespace: ${namespace} for gvr: ${stored.group}/v1, Resource=${stored.resource}`)
  }
  remains.estimateSeconds = Math.max(remains.estimateSeconds, estimate === 0 && finalizers.length > 0 ? finalizerEstimateSeconds : estimate)
}

function problemsOf(remains: Remains, withTotals: boolean): Problem[] {
  const problems: Problem[] = []
  const texts = (counts: ReadonlyMap<string, number>, word: string): string => [...counts].map(([name, count]) => `${name} ${word} ${count} resource instances`).sort(compareText).join(', ')
  if (withTotals && remains.countOf.size > 0) problems.push({ type: 'NamespaceContentRemaining', reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${texts(remains.countOf, 'has')}` })
  if (withTotals && remains.countOfFinalizer.size > 0) problems.push({ type: 'NamespaceFinalizersRemaining', reason: 'SomeFinalizersRemain', message: `Some content in the namespace has finalizers remaining: ${texts(remains.countOfFinalizer, 'in')}` })
  if (remains.errors.length > 0) {
    const message = `Failed to delete all resource types, ${remains.errors.length} remaining: ${[...remains.errors].sort(compareText).join(', ')}`
    problems.push({ type: 'NamespaceDeletionContentFailure', reason: 'ContentDeletionFailed', message })
  }
  return problems
}

/** The five conditions, each with its problem or its good news. @returns undefined when nothing changes */
function nextConditions(present: readonly Condition[], problems: readonly Problem[], now: string): Condition[] | undefined {
  const conditions = [...present]
  let changed = false
  for (const ok of okTexts) {
    const problem = problems.find(({ type }) => type === ok.type)
    const status = problem === undefined ? 'False' : 'True'
    const { reason, message } = problem ?? ok
    const index = conditions.findIndex(({ type }) => type === ok.type)
    const current = conditions[index]
    if (current?.status === status && current.reason === reason && current.message === message) continue
    changed = true
    const lastTransitionTime = current?.status === status ? current.lastTransitionTime : now
    const condition: Condition = { type: ok.type, status, lastTransitionTime, reason, message }
    if (current === undefined) conditions.push(condition)
    else conditions[index] = condition
  }
  return changed ? conditions : undefined
}

function report(namespace: Namespace, problems: readonly Problem[], { api, clock }: ComponentContext): void {
  const conditions = nextConditions(namespace.status?.conditions ?? [], problems, clock.timestamp(clock.nowMs))
  if (conditions !== undefined) api.updateStatus('namespaces', { ...namespace, status: { ...namespace.status, conditions } })
}

/** Deletes what is in the namespace. Pods go first, and the rest waits for them. */
function empty(namespace: Namespace, context: ComponentContext): Remains {
  const remains: Remains = { estimateSeconds: 0, errors: [], countOf: new Map(), countOfFinalizer: new Map() }
  const namespaced = [...storedResources, ...customResourcesOf(context.api)].filter((stored) => stored.namespaced)
  const pods = namespaced.filter(({ id }) => id === 'pods')
  for (const stored of pods) emptyResource(stored, namespace, remains, context)
  if (remains.countOf.size > 0) {
    report(namespace, problemsOf(remains, false), context)
    return remains
  }
  for (const stored of namespaced) if (!pods.includes(stored)) emptyResource(stored, namespace, remains, context)
  report(namespace, problemsOf(remains, true), context)
  return remains
}

/** The namespace controller. */
export const namespaceController: Controller = {
  name: 'namespace-controller',
  watches: [{ resource: 'namespaces', keysOf: ({ after, key }) => (after?.metadata.deletionTimestamp === undefined ? [] : [key]), delayMs: () => deletionDelayMs }],
  reconcile(key, context): ReconcileResult {
    const namespace = context.api.find<Namespace>('namespaces', key)
    if (namespace?.metadata.deletionTimestamp === undefined || (namespace.spec?.finalizers ?? []).length === 0) return done
    const remains = empty(namespace, context)
    if (remains.errors.length > 0) return { failed: true }
    if (remains.estimateSeconds > 0) return { requeueAfterMs: (Math.floor(remains.estimateSeconds / 2) + 1) * 1000 }
    const result = context.api.finalizeNamespace(key)
    return { failed: !result.ok && result.status.code !== 404 }
  },
}

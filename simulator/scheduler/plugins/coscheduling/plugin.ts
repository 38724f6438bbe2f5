import { compareText } from '../../../kernel/text.ts'
import type { KubeObject, Pod, ResourceList } from '../../../api/types.ts'
import type { PluginArguments } from '../../configuration/types.ts'
import type { Cycle, FailedCycle, ObjectLister, PermitPlugin, PostFilterPlugin, PostFilterResult, PreFilterPlugin, QueueSortPlugin, ReservePlugin } from '../../framework.ts'
import { schedulerReasons } from '../../messages.ts'
import { amountsOf } from '../../pod-requests.ts'
import type { Amounts } from '../../pod-requests.ts'
import { success, unresolvable, unschedulable, wait } from '../../status.ts'
import type { PluginStatus } from '../../status.ts'

/** Pods with the same value of this label in one namespace are a group. */
export const podGroupLabel = 'scheduling.x-k8s.io/pod-group'
const pluginName = 'Coscheduling'
/** A group that lacks no more than this share of its pods may still become complete. */
const smallGap = 0.1

/** A PodGroup of scheduling.x-k8s.io/v1alpha1. */
export interface PodGroup extends KubeObject {
  readonly spec?: { readonly minMember?: number; readonly minResources?: ResourceList; readonly scheduleTimeoutSeconds?: number }
}

function groupNameOf(pod: Pod): string {
  return pod.metadata.labels?.[podGroupLabel] ?? ''
}

function groupKeyOf(pod: Pod): string {
  return `${pod.metadata.namespace}/${groupNameOf(pod)}`
}

function groupOf(pod: Pod, objects: ObjectLister): PodGroup | undefined {
  const name = groupNameOf(pod)
  return name === '' ? undefined : (objects.find('PodGroup', pod.metadata.namespace ?? '', name) as PodGroup | undefined)
}

function isMember(other: Pod, pod: Pod): boolean {
  return other.metadata.namespace === pod.metadata.namespace && groupNameOf(other) === groupNameOf(pod)
}

/** Pods of the group that have a node, bound or assumed; the cycle's own pod does not count. */
function assignedCount({ cache, pod }: Cycle): number {
  let count = 0
  for (const entry of cache.podEntries()) if (isMember(entry.pod, pod) && entry.pod.metadata.uid !== pod.metadata.uid) count++
  return count
}

function membersOf({ host, pod }: Cycle): readonly Pod[] {
  return host.podsWithLabel(pod.metadata.namespace ?? '', podGroupLabel, groupNameOf(pod))
}

/** What the cluster lacks for a whole group, its own pods not counted; empty when nothing. */
function resourceGap({ cache, pod }: Cycle, wanted: Amounts): Map<string, number> {
  const missing = new Map(wanted)
  for (const slot of cache.nodeSlots()) {
    const own = slot.pods.filter((entry) => isMember(entry.pod, pod))
    for (const [resource, amount] of wanted) {
      if (!missing.has(resource)) continue
      const used = own.reduce((sum, entry) => sum + (entry.usage.requests.get(resource) ?? 0), 0)
      const column = cache.findColumn(resource)
      const free = resource === 'pods' ? cache.podsAllowed[slot.index] - slot.pods.length + own.length : column === undefined ? 0 : column.allocatable[slot.index] - column.requested[slot.index] + used
      if (amount - free <= 0) missing.delete(resource)
      else missing.set(resource, amount - free)
    }
    if (missing.size === 0) break
  }
  return missing
}

/** The gap as upstream prints it: Go's view into each quantity. */
function gapText(gap: ReadonlyMap<string, number>, wanted: ResourceList): string {
  const quantity = (resource: string, amount: number): string => {
    const format = /^[\d.]+[KMGTPE]i$/.test(String(wanted[resource] ?? '')) ? 'BinarySI' : 'DecimalSI'
    return `${resource}:{{${amount} ${resource === 'cpu' ? -3 : 0}} {<nil>}  ${format}}`
  }
  return `resource gap: map[${[...gap].sort(([a], [b]) => compareText(a, b)).map(([resource, amount]) => quantity(resource, amount)).join(' ')}]`
}

function checkGroup(cycle: Cycle): PluginStatus {
  const { pod, objects, host } = cycle
  const group = groupOf(pod, objects)
  if (group === undefined) return success
  if ((host.memory.get(backoffKey(pod)) ?? 0) > host.nowMs()) return unresolvable(schedulerReasons.groupFailedRecently(groupKeyOf(pod)))
  const { minMember = 0, minResources } = group.spec ?? {}
  const { length } = membersOf(cycle)
  if (length < minMember) return unresolvable(schedulerReasons.tooFewSiblings(pod.metadata.name ?? '', length, minMember))
  if (minResources === undefined) return success
  const gap = resourceGap(cycle, new Map([...amountsOf(minResources), ['pods', minMember]]))
  return gap.size === 0 ? success : unresolvable(gapText(gap, minResources))
}

function backoffKey(pod: Pod): string {
  return `coscheduling back-off ${groupKeyOf(pod)}`
}

function rejectWaiting(cycle: Cycle, pod: Pod, message: string): void {
  const { host, cache } = cycle
  for (const { podKey } of host.waiting.list()) {
    const other = cache.findEntry(podKey)?.pod
    if (other !== undefined && isMember(other, pod)) host.waiting.reject(podKey, pluginName, message)
  }
}

function failGroup({ cycle }: FailedCycle, args: PluginArguments['Coscheduling']): PostFilterResult {
  const { pod, objects, host } = cycle
  const group = groupOf(pod, objects)
  if (group === undefined) return { status: unschedulable(schedulerReasons.noPodGroup), nominatedNode: '' }
  const minMember = group.spec?.minMember ?? 0
  const assigned = assignedCount(cycle)
  if (assigned >= minMember || (minMember - assigned) / minMember <= smallGap) return { status: unschedulable(), nominatedNode: '' }
  rejectWaiting(cycle, pod, schedulerReasons.optimisticRejection)
  if (args.podGroupBackoffSeconds > 0 && membersOf(cycle).length >= minMember && (host.memory.get(backoffKey(pod)) ?? 0) <= host.nowMs()) {
    host.memory.set(backoffKey(pod), host.nowMs() + args.podGroupBackoffSeconds * 1000)
  }
  return { status: unschedulable(schedulerReasons.groupRejected(groupKeyOf(pod), pod.metadata.name ?? '')), nominatedNode: '' }
}

type Points = QueueSortPlugin & PreFilterPlugin<void> & PostFilterPlugin & PermitPlugin & ReservePlugin<void>

/**
 * Schedules the pods of a PodGroup all or not at all: each is held at Permit until enough of them have a node.
 * Models kubernetes-sigs/scheduler-plugins/pkg/coscheduling.
 * Differs: the check of minResources is made for each pod; upstream remembers for a while that it has passed.
 */
export function coscheduling(args: PluginArguments['Coscheduling']): Points {
  return {
    name: pluginName,
    retryOn: [{ resource: 'Pod', actions: ['add'] }, { resource: 'PodGroup', actions: ['add', 'update'] }],
    compare: (a, b) => b.priority - a.priority || (a.rankMs ?? a.sinceMs) - (b.rankMs ?? b.sinceMs) || compareText(a.podKey, b.podKey),
    rankMsOf(pod, firstMs, objects, timeOf) {
      const created = groupOf(pod, objects)?.metadata.creationTimestamp
      return typeof created === 'string' ? timeOf(created) : firstMs
    },
    preFilter: (cycle) => ({ status: checkGroup(cycle) }),
    postFilter: (failed) => failGroup(failed, args),
    permit(cycle) {
      const { pod, objects, host, cache } = cycle
      if (groupNameOf(pod) === '') return { status: success }
      const group = groupOf(pod, objects)
      if (group === undefined) return { status: unschedulable(schedulerReasons.podGroupNotFound) }
      const assigned = assignedCount(cycle)
      if (assigned + 1 < (group.spec?.minMember ?? 0)) {
        if (assigned === 0) host.activate(membersOf(cycle).filter((other) => other.metadata.uid !== pod.metadata.uid).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`))
        return { status: wait, timeoutMs: 1000 * (group.spec?.scheduleTimeoutSeconds ?? args.permitWaitingTimeSeconds) }
      }
      for (const { podKey } of host.waiting.list()) {
        const other = cache.findEntry(podKey)?.pod
        if (other !== undefined && isMember(other, pod)) host.waiting.allow(podKey, pluginName)
      }
      return { status: success }
    },
    unreserve(cycle) {
      if (groupOf(cycle.pod, cycle.objects) !== undefined) rejectWaiting(cycle, cycle.pod, schedulerReasons.rejectedInUnreserve)
    },
  }
}

/** Where pods are in two clusters that were one: who moved, who waits now, who runs now. */

import type { Cluster, KubeObject, Pod } from '../../../simulator/index.ts'
import { compareText } from '../../../simulator/kernel/text.ts'
import { isUnfinished } from './gpu-fragmentation.ts'

export type PlacementChange = 'moved' | 'newly-pending' | 'newly-running' | 'restarted' | 'added' | 'gone' | 'finished'

export interface PlacementRow {
  readonly namespace: string
  /** Name afterwards; of a pod that is gone its name before. */
  readonly pod: string
  /** Name before, when another pod of the same controller took its place. */
  readonly podBefore?: string
  /** `Deployment/web`; absent for a pod that nobody controls. */
  readonly owner?: string
  readonly change: PlacementChange
  readonly from?: string
  readonly to?: string
  /** Why it waits: the scheduler's text. */
  readonly why?: string
}

export interface PodCounts { readonly running: number; readonly pending: number; readonly failed: number }

interface Placed { readonly pod: Pod; readonly owner: string | undefined; readonly group: string }

/** The controller at the top, as KIND/NAME. */
function ownerOf(cluster: Cluster, pod: Pod): string | undefined {
  let reference = pod.metadata.ownerReferences?.find(({ controller }) => controller === true)
  if (reference?.kind === 'ReplicaSet') {
    const set = cluster.peekOne<KubeObject>('replicasets.apps', `${pod.metadata.namespace ?? ''}/${reference.name}`)
    reference = set?.metadata.ownerReferences?.find(({ controller }) => controller === true) ?? reference
  }
  return reference === undefined ? undefined : `${reference.kind}/${reference.name}`
}

function placedOf(cluster: Cluster): Map<string, Placed> {
  const placed = new Map<string, Placed>()
  for (const pod of cluster.peek<Pod>('pods')) {
    const owner = ownerOf(cluster, pod)
    const key = `${pod.metadata.namespace}/${pod.metadata.name}`
    placed.set(key, { pod, owner, group: owner === undefined ? key : `${pod.metadata.namespace}/${owner}` })
  }
  return placed
}

const nodeOf = (pod: Pod): string | undefined => (pod.spec.nodeName === undefined || pod.spec.nodeName === '' ? undefined : pod.spec.nodeName)

function changeOf(before: Pod | undefined, after: Pod | undefined): PlacementChange | undefined {
  if (after === undefined) return before === undefined || !isUnfinished(before) ? undefined : 'gone'
  if (before === undefined) return 'added'
  if (isUnfinished(before) !== isUnfinished(after)) return isUnfinished(after) ? 'newly-running' : 'finished'
  const [from, to] = [nodeOf(before), nodeOf(after)]
  if (from !== to) return from === undefined ? 'newly-running' : to === undefined ? 'newly-pending' : 'moved'
  return before.metadata.uid === after.metadata.uid || from === undefined ? undefined : 'restarted'
}

function rowOf(before: Placed | undefined, after: Placed | undefined): PlacementRow | undefined {
  const change = changeOf(before?.pod, after?.pod)
  const shown = after ?? before
  if (change === undefined || shown === undefined) return undefined
  const [from, to] = [before && nodeOf(before.pod), after && nodeOf(after.pod)]
  const why = to === undefined ? after?.pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False')?.message : undefined
  const nameBefore = before?.pod.metadata.name
  return {
    namespace: shown.pod.metadata.namespace ?? '', pod: shown.pod.metadata.name ?? '', change,
    ...(nameBefore !== undefined && nameBefore !== shown.pod.metadata.name ? { podBefore: nameBefore } : {}),
    ...(shown.owner === undefined ? {} : { owner: shown.owner }), ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), ...(why === undefined ? {} : { why }),
  }
}

/** Pods of one group whose names are in one cluster only, paired in order: those placed come first. */
function byPlace(a: Placed, b: Placed): number {
  return Number(nodeOf(a.pod) === undefined) - Number(nodeOf(b.pod) === undefined) || compareText(a.pod.metadata.name ?? '', b.pod.metadata.name ?? '')
}

const order: readonly PlacementChange[] = ['newly-pending', 'newly-running', 'moved', 'restarted', 'added', 'gone', 'finished']

/** Rows of all pods whose place differs. Pods of one controller that took each other's place are one row. */
export function placementRows(before: Cluster, after: Cluster): PlacementRow[] {
  const [old, fresh] = [placedOf(before), placedOf(after)]
  const rows: (PlacementRow | undefined)[] = []
  const left = new Map<string, { old: Placed[]; fresh: Placed[] }>()
  const groupOf = (name: string): { old: Placed[]; fresh: Placed[] } => {
    const group = left.get(name) ?? { old: [], fresh: [] }
    left.set(name, group)
    return group
  }
  for (const [key, placed] of old) {
    const other = fresh.get(key)
    if (other === undefined) groupOf(placed.group).old.push(placed)
    else rows.push(rowOf(placed, other))
  }
  for (const [key, placed] of fresh) if (!old.has(key)) groupOf(placed.group).fresh.push(placed)
  for (const group of left.values()) {
    group.old.sort(byPlace)
    group.fresh.sort(byPlace)
    for (let i = 0; i < Math.max(group.old.length, group.fresh.length); i++) rows.push(rowOf(group.old[i], group.fresh[i]))
  }
  return rows.filter((row) => row !== undefined).sort((a, b) => order.indexOf(a.change) - order.indexOf(b.change) || compareText(a.namespace, b.namespace) || compareText(a.pod, b.pod))
}

/** Unfinished pods by whether they have a node, and failed ones. */
export function podCounts(cluster: Cluster): PodCounts {
  const counts = { running: 0, pending: 0, failed: 0 }
  for (const pod of cluster.peek<Pod>('pods')) {
    if (pod.status?.phase === 'Failed') counts.failed++
    else if (isUnfinished(pod)) counts[nodeOf(pod) === undefined ? 'pending' : 'running']++
  }
  return counts
}

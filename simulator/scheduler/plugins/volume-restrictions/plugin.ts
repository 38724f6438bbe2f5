import type { Pod } from '../../../api/types.ts'
import type { Cycle, FilterPlugin, PreFilterPlugin } from '../../framework.ts'
import type { PodEvent } from '../../cluster-events.ts'
import { skipPreFilter } from '../../framework.ts'
import { schedulerReasons } from '../../messages.ts'
import { success, unresolvable, unschedulable } from '../../status.ts'
import { concernsClaimOf, findClaim } from '../../storage.ts'

/** Disks that a pod names itself, as the volumes of old clouds. */
interface Disk {
  readonly gcePersistentDisk?: { pdName: string; readOnly?: boolean }
  readonly awsElasticBlockStore?: { volumeID: string }
  readonly iscsi?: { iqn: string; readOnly?: boolean }
  readonly rbd?: { monitors: string[]; pool?: string; image: string; readOnly?: boolean }
}

interface State {
  /** Claims of the pod that only one pod may use. */
  readonly exclusive: readonly string[]
  /** How many of them were in use when the cycle began, and by how many pods in all. */
  readonly claimsInUse: number
  readonly usesAtStart: number
  inUse: boolean
}

function disksOf({ spec }: Pod): Disk[] {
  return ((spec.volumes ?? []) as unknown as Disk[]).filter((v) => v.gcePersistentDisk ?? v.awsElasticBlockStore ?? v.iscsi ?? v.rbd)
}

function bothRead(a: { readOnly?: boolean }, b: { readOnly?: boolean }): boolean {
  return a.readOnly === true && b.readOnly === true
}

function collide(a: Disk, b: Disk): boolean {
  const { gcePersistentDisk: gce, awsElasticBlockStore: aws, iscsi, rbd } = a
  if (gce && b.gcePersistentDisk && gce.pdName === b.gcePersistentDisk.pdName && !bothRead(gce, b.gcePersistentDisk)) return true
  if (aws && b.awsElasticBlockStore && aws.volumeID === b.awsElasticBlockStore.volumeID) return true
  if (iscsi && b.iscsi && iscsi.iqn === b.iscsi.iqn && !bothRead(iscsi, b.iscsi)) return true
  if (!rbd || !b.rbd || (rbd.pool ?? 'rbd') !== (b.rbd.pool ?? 'rbd') || rbd.image !== b.rbd.image || bothRead(rbd, b.rbd)) return false
  return rbd.monitors.some((monitor) => b.rbd?.monitors.includes(monitor))
}

function disksCollide(pod: Pod, other: Pod): boolean {
  const theirs = disksOf(other)
  return theirs.length > 0 && disksOf(pod).some((disk) => theirs.some((their) => collide(disk, their)))
}

/** How often pods on nodes use each of the claims. */
function usesOf({ cache, podClass }: Cycle, names: readonly string[]): number[] {
  const uses = names.map(() => 0)
  for (const slot of cache.slots) {
    // Pods on nodes that are gone are not seen.
    if (slot?.node === undefined) continue
    for (const { podClass: other } of slot.pods) {
      if (other.namespace !== podClass.namespace || other.claimNames.length === 0) continue
      names.forEach((name, i) => (uses[i] += other.claimNames.filter((used) => used === name).length))
    }
  }
  return uses
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

/**
 * The real plugin counts each claim once at the start, but each pod that leaves in a trial: with two users of one
 * claim the departure of one is taken for enough.
 */
function refresh(cycle: Cycle, state: State): void {
  state.inUse = state.claimsInUse + sum(usesOf(cycle, state.exclusive)) - state.usesAtStart > 0
}

function claimNamesOf({ spec }: Pod): string[] {
  return (spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? [])
}

/**
 * One writer per disk of a node, one pod per ReadWriteOncePod claim.
 * Models kubernetes/pkg/scheduler/framework/plugins/volumerestrictions (v1.35).
 */
export const volumeRestrictions: PreFilterPlugin<State> & FilterPlugin<State> = {
  name: 'VolumeRestrictions',
  isNodeLocal: false,
  retryOn: [
    {
      resource: 'Pod', actions: ['delete'],
      hint(pod, objects) {
        const { old } = objects as PodEvent
        if (old === undefined || old.metadata.namespace !== pod.metadata.namespace) return false
        const names = claimNamesOf(pod)
        return disksCollide(pod, old) || claimNamesOf(old).some((name) => names.includes(name))
      },
    },
    { resource: 'Node', actions: ['add'] },
    { resource: 'PersistentVolumeClaim', actions: ['add'], hint: (pod, { new: claim }) => concernsClaimOf(pod, claim) },
  ],
  preFilter(cycle) {
    const { pod, podClass, objects } = cycle
    if (!podClass.hasStorage) return skipPreFilter
    const exclusive: string[] = []
    for (const name of podClass.claimNames) {
      const claim = findClaim(objects, podClass.namespace, name)
      if (claim === undefined) return { status: unresolvable(schedulerReasons.claimNotFound(name)) }
      if (claim.spec.accessModes?.includes('ReadWriteOncePod')) exclusive.push(name)
    }
    const uses = exclusive.length === 0 ? [] : usesOf(cycle, exclusive)
    const claimsInUse = uses.filter((count) => count > 0).length
    const state: State = { exclusive, claimsInUse, usesAtStart: sum(uses), inUse: claimsInUse > 0 }
    return state.inUse || disksOf(pod).length > 0 ? { status: success, state } : skipPreFilter
  },
  refresh,
  filter({ pod }, slot, { inUse }) {
    if (disksOf(pod).length > 0 && slot.pods.some((entry) => disksCollide(pod, entry.pod))) return unschedulable(schedulerReasons.diskConflict)
    return inUse ? unschedulable(schedulerReasons.oncePodConflict) : success
  },
}

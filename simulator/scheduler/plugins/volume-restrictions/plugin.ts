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

function refresh({ cache, podClass }: Cycle, state: State): void {
  state.inUse = cache.slots.some((slot) => slot?.pods.some((entry) => entry.podClass.namespace === podClass.namespace && entry.podClass.claimNames.some((name) => state.exclusive.includes(name))))
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
    const state: State = { exclusive, inUse: false }
    if (exclusive.length > 0) refresh(cycle, state)
    return state.inUse || disksOf(pod).length > 0 ? { status: success, state } : skipPreFilter
  },
  refresh,
  filter({ pod }, slot, { inUse }) {
    if (disksOf(pod).length > 0 && slot.pods.some((entry) => disksCollide(pod, entry.pod))) return unschedulable(schedulerReasons.diskConflict)
    return inUse ? unschedulable(schedulerReasons.oncePodConflict) : success
  },
}

import { quantityValue } from '../../../api/quantity.ts'
import type { KubeObject, PersistentVolumeClaim, Pod } from '../../../api/types.ts'
import type { FilterPlugin, ObjectLister, PreBindPlugin, PreFilterPlugin } from '../../framework.ts'
import { nodeOf, skipPreFilter } from '../../framework.ts'
import { isEqual } from '../../is-equal.ts'
import { schedulerReasons } from '../../messages.ts'
import { success, unresolvable } from '../../status.ts'
import { bindsLate, claimVolumesOf, concernsClaimOf, findClaim, isFullyBound, selectedNodeAnnotation, whyNotOwned } from '../../storage.ts'
import type { CsiDriver, CsiStorageCapacity, PersistentVolume, StorageClass } from '../../storage.ts'
import { volumesOnNode } from './candidates.ts'
import type { PodClaims } from './candidates.ts'

/** What keeps a pod's claims from being looked at; undefined when nothing does. */
function claimProblem(pod: Pod, objects: ObjectLister): string | undefined {
  for (const { claimName, isEphemeral } of claimVolumesOf(pod)) {
    const claim = findClaim(objects, pod.metadata.namespace ?? '', claimName)
    if (claim === undefined) return isEphemeral ? schedulerReasons.ephemeralClaimMissing(claimName) : schedulerReasons.claimNotFound(claimName)
    if (claim.status?.phase === 'Lost') return schedulerReasons.claimLost(claimName, claim.spec.volumeName ?? '')
    if (claim.metadata.deletionTimestamp !== undefined) return schedulerReasons.claimDeleted(claimName)
    const notOwned = isEphemeral ? whyNotOwned(pod, claim) : undefined
    if (notOwned !== undefined) return notOwned
  }
  return undefined
}

function isWaiting(claim: PersistentVolumeClaim, objects: ObjectLister): boolean {
  return !isFullyBound(claim) && bindsLate(objects, claim) && (claim.spec.volumeName ?? '') === ''
}

function limitOf(capacity: KubeObject | undefined): number {
  const { maximumVolumeSize, capacity: total } = (capacity ?? {}) as Partial<CsiStorageCapacity>
  const limit = maximumVolumeSize ?? total
  return limit === undefined ? -1 : quantityValue(limit)
}

function tracksCapacity(driver: KubeObject | undefined): boolean {
  return (driver as CsiDriver | undefined)?.spec.storageCapacity === true
}

/** Upstream asks for volumes that name the driver in the pod; those behind claims are not looked at. */
function namesDriver({ spec }: Pod, driver: KubeObject | undefined): boolean {
  return (spec.volumes ?? []).some((volume) => (volume as { csi?: { driver?: string } }).csi?.driver === driver?.metadata.name)
}

const boundByController = 'pv.kubernetes.io/bound-by-controller'

function bindVolume({ claim, volume }: { claim: PersistentVolumeClaim; volume: PersistentVolume }): KubeObject[] {
  const { namespace, name, uid } = claim.metadata
  const annotations = { ...claim.metadata.annotations, [boundByController]: 'yes', 'pv.kubernetes.io/bind-completed': 'yes' }
  return [
    { ...volume, metadata: { ...volume.metadata, annotations: { ...volume.metadata.annotations, [boundByController]: 'yes' } }, spec: { ...volume.spec, claimRef: { namespace, name, uid } }, status: { ...volume.status, phase: 'Bound' } } as KubeObject,
    { ...claim, metadata: { ...claim.metadata, annotations }, spec: { ...claim.spec, volumeName: volume.metadata.name ?? '' }, status: { ...claim.status, phase: 'Bound' } } as KubeObject,
  ]
}

/**
 * Volumes must exist or be makeable where the pod runs.
 * Models kubernetes/pkg/scheduler/framework/plugins/volumebinding (v1.35).
 * Differs: the binding of a volume is written at once on both sides, where the real scheduler waits for a controller.
 */
export const volumeBinding: PreFilterPlugin<PodClaims> & FilterPlugin<PodClaims> & PreBindPlugin<PodClaims> = {
  name: 'VolumeBinding',
  isNodeLocal: false,
  retryOn: [
    {
      resource: 'StorageClass', actions: ['add', 'update'],
      hint: (_pod, { old, new: changed }) => old === undefined || !isEqual((old as StorageClass).allowedTopologies, (changed as StorageClass).allowedTopologies),
    },
    { resource: 'PersistentVolumeClaim', actions: ['add', 'update'], hint: (pod, { new: claim }) => concernsClaimOf(pod, claim) },
    { resource: 'PersistentVolume', actions: ['add', 'update'] },
    { resource: 'Node', actions: ['add', 'updateNodeLabel'] },
    { resource: 'CSINode', actions: ['add'] },
    { resource: 'CSIDriver', actions: ['update'], hint: (pod, { old, new: driver }) => namesDriver(pod, driver) && tracksCapacity(old) && !tracksCapacity(driver) },
    { resource: 'CSIStorageCapacity', actions: ['add', 'update'], hint: (_pod, { old, new: capacity }) => old === undefined || limitOf(capacity) > limitOf(old) },
  ],
  preFilter({ pod, podClass, objects }) {
    if (!podClass.hasStorage) return skipPreFilter
    const volumes = claimVolumesOf(pod)
    if (volumes.length === 0) return skipPreFilter
    const problem = claimProblem(pod, objects)
    if (problem !== undefined) return { status: unresolvable(problem) }
    const claims = volumes.map(({ claimName }) => findClaim(objects, pod.metadata.namespace ?? '', claimName) as PersistentVolumeClaim)
    const bound = claims.filter(isFullyBound)
    const late = claims.filter((claim) => isWaiting(claim, objects))
    if (bound.length + late.length < claims.length) return { status: unresolvable(schedulerReasons.unboundImmediate) }
    return { status: success, state: { bound, late } }
  },
  filter({ objects }, slot, claims) {
    const { reasons } = volumesOnNode(objects, claims, nodeOf(slot))
    return reasons.length === 0 ? success : unresolvable(...reasons)
  },
  preBind({ cache, objects }, nodeName, claims, writer) {
    const slot = cache.findSlot(nodeName)
    if (slot?.node === undefined) return success
    const { bindings, provisions } = volumesOnNode(objects, claims, slot.node)
    for (const binding of bindings) for (const object of bindVolume(binding)) writer.writeObject?.(object)
    for (const claim of provisions) {
      if (claim.metadata.annotations?.[selectedNodeAnnotation] !== undefined) continue
      writer.writeObject?.({ ...claim, metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, [selectedNodeAnnotation]: nodeName } } })
    }
    return success
  },
}

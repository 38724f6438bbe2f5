import type { PersistentVolumeClaim, Pod } from '../../../api/types.ts'
import type { PodEvent } from '../../cluster-events.ts'
import type { FilterPlugin, ObjectLister, PreFilterPlugin } from '../../framework.ts'
import { skipPreFilter } from '../../framework.ts'
import { schedulerReasons } from '../../messages.ts'
import { success, unschedulable } from '../../status.ts'
import { claimVolumesOf, classNameOf, concernsClaimOf, findClaim, findStorageClass, findVolume } from '../../storage.ts'
import type { CsiNode } from '../../storage.ts'

/** Attached volume to its driver. */
type Attachments = Map<string, string>

function addAttachment(objects: ObjectLister, claim: PersistentVolumeClaim, into: Attachments): void {
  const volume = findVolume(objects, claim.spec.volumeName ?? '')
  if (volume !== undefined) {
    const { csi } = volume.spec
    if (csi !== undefined) into.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver)
    return
  }
  // Not bound yet: it will be one volume more of the class's driver.
  const driver = findStorageClass(objects, classNameOf(claim))?.provisioner ?? ''
  if (driver !== '') into.set(`${driver}/unbound-${claim.metadata.namespace}/${claim.metadata.name}`, driver)
}

function addAttachments(objects: ObjectLister, pod: Pod, into: Attachments): void {
  for (const { claimName } of claimVolumesOf(pod)) {
    const claim = findClaim(objects, pod.metadata.namespace ?? '', claimName)
    if (claim !== undefined) addAttachment(objects, claim, into)
  }
}

function limitsOf(node: CsiNode | undefined): Map<string, number> {
  const limits = new Map<string, number>()
  for (const { name, allocatable } of node?.spec.drivers ?? []) if (allocatable?.count !== undefined) limits.set(name, allocatable.count)
  return limits
}

function countByDriver(attachments: Attachments): Map<string, number> {
  const counts = new Map<string, number>()
  for (const driver of attachments.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1)
  return counts
}

function raisesLimit(old: CsiNode | undefined, node: CsiNode | undefined): boolean {
  const before = limitsOf(old)
  return [...limitsOf(node)].some(([driver, limit]) => limit > (before.get(driver) ?? 0))
}

/**
 * A node takes only so many volumes of a CSI driver.
 * Models kubernetes/pkg/scheduler/framework/plugins/nodevolumelimits/csi.go (v1.35).
 */
export const nodeVolumeLimits: PreFilterPlugin<void> & FilterPlugin<void> = {
  name: 'NodeVolumeLimits',
  isNodeLocal: false,
  retryOn: [
    { resource: 'CSINode', actions: ['add'] },
    { resource: 'CSINode', actions: ['update'], hint: (_pod, objects) => raisesLimit(objects.old as CsiNode | undefined, objects.new as CsiNode | undefined) },
    {
      resource: 'Pod', actions: ['delete'],
      hint(_pod, objects) {
        const { old } = objects as PodEvent
        return old !== undefined && ((old.spec.nodeName ?? '') !== '' || (old.status?.nominatedNodeName ?? '') !== '') && claimVolumesOf(old).length > 0
      },
    },
    { resource: 'PersistentVolumeClaim', actions: ['add'], hint: (pod, { new: claim }) => concernsClaimOf(pod, claim) },
    { resource: 'VolumeAttachment', actions: ['delete'], hint: (pod) => claimVolumesOf(pod).length > 0 },
  ],
  preFilter({ pod, podClass }) {
    return !podClass.hasStorage || claimVolumesOf(pod).length === 0 ? skipPreFilter : { status: success }
  },
  filter({ pod, objects }, slot) {
    const limits = limitsOf(objects.find('CSINode', '', slot.name) as CsiNode | undefined)
    if (limits.size === 0) return success
    const wanted: Attachments = new Map()
    addAttachments(objects, pod, wanted)
    const attached: Attachments = new Map()
    for (const entry of slot.pods) addAttachments(objects, entry.pod, attached)
    for (const volume of attached.keys()) wanted.delete(volume)
    const counts = countByDriver(attached)
    for (const [driver, count] of countByDriver(wanted)) {
      if ((counts.get(driver) ?? 0) + count > (limits.get(driver) ?? Infinity)) return unschedulable(schedulerReasons.volumeCount)
    }
    return success
  },
}

import type { KubeObject, Pod } from '../../../api/types.ts'
import { claimNames, claimsOf, classOf, findVolume } from './storage.ts'
import { findObject, no, podsOn } from './types.ts'
import type { Cluster, ReferencePlugin } from './types.ts'

type CsiNode = KubeObject & { spec: { drivers?: { name: string; allocatable?: { count?: number } }[] } }

/** Driver and name of each volume that a pod needs attached; a claim without a volume counts for the driver of its class. */
function attachments(pod: Pod, cluster: Cluster): string[] {
  return claimsOf(cluster, pod).flatMap((claim) => {
    const volume = findVolume(cluster, claim.spec.volumeName ?? '')
    if (volume !== undefined) return volume.spec.csi === undefined ? [] : [`${volume.spec.csi.driver} ${volume.spec.csi.volumeHandle}`]
    const driver = classOf(cluster, claim)?.provisioner ?? ''
    return driver === '' ? [] : [`${driver} claim ${claim.metadata.namespace}/${claim.metadata.name}`]
  })
}

export const nodeVolumeLimits: ReferencePlugin = {
  name: 'NodeVolumeLimits',
  preFilter(pod) {
    return claimNames(pod).length === 0 ? 'skip' : undefined
  },
  filter(pod, node, cluster) {
    const attached = new Set(podsOn(cluster, node.metadata.name ?? '').flatMap((other) => attachments(other, cluster)))
    const more = new Set(attachments(pod, cluster).filter((volume) => !attached.has(volume)))
    const countOf = (volumes: Set<string>, driver: string): number => [...volumes].filter((volume) => volume.split(' ')[0] === driver).length
    const limits = findObject<CsiNode>(cluster, 'CSINode', '', node.metadata.name ?? '')?.spec.drivers ?? []
    const isOver = limits.some(({ name, allocatable }) => allocatable?.count !== undefined && countOf(more, name) > 0 && countOf(attached, name) + countOf(more, name) > allocatable.count)
    return isOver ? no('node(s) exceed max volume count') : undefined
  },
}

import type { Pod } from '../../../api/types.ts'
import { claimNames, findClaim } from './storage.ts'
import { never, no, placedPods, podsOn } from './types.ts'
import type { Cluster, ReferencePlugin } from './types.ts'

interface Disk {
  readonly gcePersistentDisk?: { pdName: string; readOnly?: boolean }
  readonly awsElasticBlockStore?: { volumeID: string }
  readonly iscsi?: { iqn: string; readOnly?: boolean }
  readonly rbd?: { monitors: string[]; pool?: string; image: string; readOnly?: boolean }
}

function disksOf(pod: Pod): Disk[] {
  return ((pod.spec.volumes ?? []) as unknown as Disk[]).filter((v) => v.gcePersistentDisk ?? v.awsElasticBlockStore ?? v.iscsi ?? v.rbd)
}

function collide(a: Disk, b: Disk): boolean {
  const canShare = (x: { readOnly?: boolean }, y: { readOnly?: boolean }): boolean => x.readOnly === true && y.readOnly === true
  if (a.gcePersistentDisk && b.gcePersistentDisk) return a.gcePersistentDisk.pdName === b.gcePersistentDisk.pdName && !canShare(a.gcePersistentDisk, b.gcePersistentDisk)
  if (a.awsElasticBlockStore && b.awsElasticBlockStore) return a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore.volumeID
  if (a.iscsi && b.iscsi) return a.iscsi.iqn === b.iscsi.iqn && !canShare(a.iscsi, b.iscsi)
  if (!a.rbd || !b.rbd || canShare(a.rbd, b.rbd)) return false
  const [mine, theirs] = [a.rbd, b.rbd]
  return (mine.pool ?? 'rbd') === (theirs.pool ?? 'rbd') && mine.image === theirs.image && mine.monitors.some((monitor) => theirs.monitors.includes(monitor))
}

/** Only claims that are named count, not those made for a pod. */
function named(pod: Pod): string[] {
  return claimNames(pod).filter(({ isEphemeral }) => !isEphemeral).map(({ name }) => name)
}

function exclusiveClaims(pod: Pod, cluster: Cluster): string[] {
  return named(pod).filter((name) => findClaim(cluster, pod, name)?.spec.accessModes?.includes('ReadWriteOncePod'))
}

function usesOf(pod: Pod, claim: string, cluster: Cluster): number {
  const others = placedPods(cluster).map((placed) => placed.pod).filter((other) => other.metadata.namespace === pod.metadata.namespace)
  return others.flatMap(named).filter((name) => name === claim).length
}

/** Upstream counts claims in use at the start, but users that leave or come in a trial: the second user of a claim is not seen. */
function isInUse(pod: Pod, cluster: Cluster): boolean {
  const claims = exclusiveClaims(pod, cluster)
  const start = cluster.before ?? cluster
  const sum = (of: Cluster): number => claims.map((claim) => usesOf(pod, claim, of)).reduce((a, b) => a + b, 0)
  return claims.filter((claim) => usesOf(pod, claim, start) > 0).length + sum(cluster) - sum(start) > 0
}

export const volumeRestrictions: ReferencePlugin = {
  name: 'VolumeRestrictions',
  preFilter(pod, cluster) {
    const missing = named(pod).find((name) => findClaim(cluster, pod, name) === undefined)
    if (missing !== undefined) return never(`persistentvolumeclaim "${missing}" not found`)
    return isInUse(pod, cluster) || disksOf(pod).length > 0 ? undefined : 'skip'
  },
  filter(pod, node, cluster) {
    const theirs = podsOn(cluster, node.metadata.name ?? '').flatMap(disksOf)
    if (disksOf(pod).some((disk) => theirs.some((other) => collide(disk, other)))) return no('node(s) had no available disk')
    return isInUse(pod, cluster) ? no('node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod') : undefined
  },
}

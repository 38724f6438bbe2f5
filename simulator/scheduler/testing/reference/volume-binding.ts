import { quantityValue } from '../../../api/quantity.ts'
import { matchesLabelSelector } from '../../../api/selector.ts'
import type { Node, PersistentVolumeClaim, Pod } from '../../../api/types.ts'
import type { CsiDriver, CsiStorageCapacity, PersistentVolume } from '../../storage.ts'
import { bytesOf, claimNames, claimsOf, className, classOf, findClaim, findVolume, isBound, isLate, reaches } from './storage.ts'
import { findObject, listObjects, never } from './types.ts'
import type { Cluster, ReferencePlugin } from './types.ts'

const selectedNode = 'volume.kubernetes.io/selected-node'
const lostPlace = "node(s) didn't match PersistentVolume's node affinity"
const nothingToBind = "node(s) didn't find available persistent volumes to bind"
const tooLittle = 'node(s) did not have enough free storage'
const gone = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'

function problemOf(pod: Pod, cluster: Cluster): string | undefined {
  for (const { name, isEphemeral } of claimNames(pod)) {
    const claim = findClaim(cluster, pod, name)
    if (claim === undefined) return isEphemeral ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"` : `persistentvolumeclaim "${name}" not found`
    if (claim.status?.phase === 'Lost') return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ''}"`
    if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`
    const isOwn = claim.metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === pod.metadata.uid) ?? false
    if (isEphemeral && !isOwn) return `PVC ${pod.metadata.namespace}/${name} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name} (pod is not owner)`
  }
  return undefined
}

function isFor({ spec: { claimRef } }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  return claimRef?.name === metadata.name && claimRef?.namespace === metadata.namespace && ((claimRef?.uid ?? '') === '' || claimRef?.uid === metadata.uid)
}

function sizeOf({ spec }: PersistentVolume): number { return quantityValue(spec.capacity?.storage ?? '0') }

/** The volume that a claim gets on a node: the one that is kept for it, else the smallest. */
function volumeFor(claim: PersistentVolumeClaim, node: Node, volumes: readonly PersistentVolume[]): PersistentVolume | undefined {
  const mode = (of: { volumeMode?: string }): string => of.volumeMode ?? 'Filesystem'
  const fitting = volumes.filter((volume) => (volume.spec.storageClassName ?? '') === className(claim) && (volume.spec.claimRef === undefined || isFor(volume, claim))
    && sizeOf(volume) >= bytesOf(claim) && volume.metadata.deletionTimestamp === undefined && mode(volume.spec) === mode(claim.spec as { volumeMode?: string }))
  const kept = fitting.find((volume) => isFor(volume, claim))
  if (kept !== undefined) return reaches(kept, node) ? kept : undefined
  const free = fitting.filter((volume) => volume.status?.phase === 'Available' && reaches(volume, node)
    && (claim.spec.selector === undefined || matchesLabelSelector(claim.spec.selector, volume.metadata.labels))
    && (claim.spec.accessModes ?? []).every((access) => volume.spec.accessModes?.includes(access)))
  const smallest = Math.min(...free.map(sizeOf))
  return free.find((volume) => sizeOf(volume) === smallest)
}

/** Why no volume can be made for a claim on a node. */
function whyNotMade(claim: PersistentVolumeClaim, node: Node, cluster: Cluster): string | undefined {
  const labels = node.metadata.labels ?? {}
  const storageClass = classOf(cluster, claim)
  const provisioner = storageClass?.provisioner ?? ''
  if (provisioner === '' || provisioner === 'kubernetes.io/no-provisioner') return nothingToBind
  const allowed = storageClass?.allowedTopologies ?? []
  const isAllowed = allowed.some(({ matchLabelExpressions = [] }) => matchLabelExpressions.every(({ key, values }) => labels[key] !== undefined && values.includes(labels[key])))
  if (allowed.length > 0 && !isAllowed) return nothingToBind
  if (findObject<CsiDriver>(cluster, 'CSIDriver', '', provisioner)?.spec.storageCapacity !== true) return undefined
  const isEnough = listObjects<CsiStorageCapacity>(cluster, 'CSIStorageCapacity').some((capacity) => {
    const limit = capacity.maximumVolumeSize ?? capacity.capacity
    return capacity.storageClassName === className(claim) && limit !== undefined && quantityValue(limit) >= bytesOf(claim)
      && capacity.nodeTopology !== undefined && matchesLabelSelector(capacity.nodeTopology, labels)
  })
  return isEnough ? undefined : tooLittle
}

function whyNotBound(claims: readonly PersistentVolumeClaim[], node: Node, cluster: Cluster): string | undefined {
  const problems = claims.map((claim) => {
    const volume = findVolume(cluster, claim.spec.volumeName ?? '')
    return volume === undefined ? gone : reaches(volume, node) ? undefined : lostPlace
  })
  return problems.find((problem) => problem !== undefined)
}

function whyNotLate(claims: readonly PersistentVolumeClaim[], node: Node, cluster: Cluster): string | undefined {
  const chosen = claims.filter((claim) => claim.metadata.annotations?.[selectedNode] !== undefined)
  if (chosen.some((claim) => claim.metadata.annotations?.[selectedNode] !== node.metadata.name)) return nothingToBind
  const taken: PersistentVolume[] = []
  const toMake = [...chosen]
  for (const claim of claims.filter((c) => !chosen.includes(c)).sort((a, b) => bytesOf(a) - bytesOf(b))) {
    const volume = volumeFor(claim, node, listObjects<PersistentVolume>(cluster, 'PersistentVolume').filter((v) => !taken.includes(v)))
    if (volume === undefined) toMake.push(claim)
    else taken.push(volume)
  }
  return toMake.map((claim) => whyNotMade(claim, node, cluster)).find((problem) => problem !== undefined)
}

export const volumeBinding: ReferencePlugin = {
  name: 'VolumeBinding',
  preFilter(pod, cluster) {
    if (claimNames(pod).length === 0) return 'skip'
    const problem = problemOf(pod, cluster)
    if (problem !== undefined) return never(problem)
    const isReady = (claim: PersistentVolumeClaim): boolean => isBound(claim) || (isLate(cluster, claim) && (claim.spec.volumeName ?? '') === '')
    return claimsOf(cluster, pod).every(isReady) ? undefined : never('pod has unbound immediate PersistentVolumeClaims')
  },
  filter(pod, node, cluster) {
    const claims = claimsOf(cluster, pod)
    const problems = [whyNotBound(claims.filter(isBound), node, cluster), whyNotLate(claims.filter((claim) => !isBound(claim)), node, cluster)]
    const reasons = [lostPlace, nothingToBind, tooLittle, gone].filter((reason) => problems.includes(reason))
    return reasons.length === 0 ? undefined : never(...reasons)
  },
}

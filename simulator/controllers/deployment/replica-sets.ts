/** Which ReplicaSet runs a Deployment's template. Models kubernetes/pkg/controller/deployment/util (v1.35). */

import type { Deployment, PodTemplateSpec, ReplicaSet, StringMap } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { compareText } from '../../kernel/text.ts'
import { revisionOf } from './annotations.ts'

export const templateHashLabel = 'pod-template-hash'

/** Oldest first, then by name. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  return compareText(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') || compareText(a.metadata.name ?? '', b.metadata.name ?? '')
}

/** Biggest first, the older of equals first. */
export function bySizeOlder(a: ReplicaSet, b: ReplicaSet): number {
  return (b.spec.replicas ?? 0) - (a.spec.replicas ?? 0) || byCreation(a, b)
}

/** Biggest first, the newer of equals first. */
export function bySizeNewer(a: ReplicaSet, b: ReplicaSet): number {
  return (b.spec.replicas ?? 0) - (a.spec.replicas ?? 0) || byCreation(b, a)
}

/** Lowest revision first; by age where a revision is missing or the same. */
export function byRevision(a: ReplicaSet, b: ReplicaSet): number {
  const aRevision = revisionOf(a)
  const bRevision = revisionOf(b)
  if (aRevision === undefined || bRevision === undefined) return byCreation(a, b)
  return aRevision - bRevision || byCreation(a, b)
}

function withoutHash(labels: StringMap | undefined): StringMap {
  const { [templateHashLabel]: _hash, ...rest } = labels ?? {}
  return rest
}

/** Equality of templates, their hash labels aside. */
export function equalIgnoringHash(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  if (!equalJson(a.spec, b.spec)) return false
  return equalJson({ ...a.metadata, labels: withoutHash(a.metadata?.labels) }, { ...b.metadata, labels: withoutHash(b.metadata?.labels) })
}

/** The sets of a Deployment: the one that runs its template (the oldest, if several do), and the others, oldest first. */
export interface DeploymentSets {
  readonly newSet: ReplicaSet | undefined
  readonly oldSets: readonly ReplicaSet[]
}

/**
 * Splits a Deployment's ReplicaSets into the oldest whose template equals the Deployment's, pod-template-hash aside
 * (undefined when there is none), and all others, oldest first. Models FindNewReplicaSet and FindOldReplicaSets.
 */
export function sortOutSets(deployment: Deployment, sets: readonly ReplicaSet[]): DeploymentSets {
  const sorted = [...sets].sort(byCreation)
  const newSet = sorted.find((set) => equalIgnoringHash(set.spec.template, deployment.spec.template))
  return { newSet, oldSets: sorted.filter((set) => newSet === undefined || set.metadata.uid !== newSet.metadata.uid) }
}

/** The only set with pods; without any, the new set or else the latest; undefined when several have pods. */
export function activeOrLatest(newSet: ReplicaSet | undefined, oldSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const all = newSet === undefined ? oldSets : [...oldSets, newSet]
  const active = all.filter((set) => (set.spec.replicas ?? 0) > 0)
  if (active.length === 0) return newSet ?? [...oldSets].sort(byCreation).at(-1)
  return active.length === 1 ? active[0] : undefined
}

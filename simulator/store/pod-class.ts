/** How the owner index counts a pod. */

import type { Pod } from '../api/types.ts'

/** Has phase Succeeded or Failed. */
export function isPodFinished(pod: Pod): boolean {
  const phase = pod.status?.phase
  return phase === 'Succeeded' || phase === 'Failed'
}

/** Has condition Ready True. Models kubernetes/pkg/api/v1/pod IsPodReady (v1.35). */
export function isPodReady(pod: Pod): boolean {
  const conditions = pod.status?.conditions
  if (conditions === undefined) return false
  for (const condition of conditions) if (condition.type === 'Ready') return condition.status === 'True'
  return false
}

/** Not finished and not being deleted. Models kubernetes/pkg/controller IsPodActive (v1.35). */
export function isPodActive(pod: Pod): boolean {
  return !isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined
}

/** uid of the controlling owner, if any. */
export function controllerUid(object: { metadata: { ownerReferences?: readonly { uid: string; controller?: boolean }[] } }): string | undefined {
  const references = object.metadata.ownerReferences
  if (references === undefined) return undefined
  for (const reference of references) if (reference.controller === true) return reference.uid
  return undefined
}

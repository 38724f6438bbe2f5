/** Creating and deleting pods for an owner, with the Events that tell. Models kubernetes/pkg/controller RealPodControl (v1.35). */

import type { KubeObject, Pod, Status } from '../api/types.ts'
import type { ComponentContext } from '../store/component.ts'
import { keyOf } from '../store/resource-id.ts'
import { isNamespaceTerminating } from './owners.ts'

/** Pods that one sync creates or deletes at most. Source: BurstReplicas and MaxPodCreateDeletePerSync. */
export const podsPerSyncMax = 500

/** What became of a series of creations. A namespace that is being deleted is no failure. */
export interface Creations { readonly created: number; readonly failure?: Status }

/**
 * Creates pods that differ in name only in batches of 1, 2, 4, ...; a batch with a refusal is the last.
 * Each refusal is reported on the owner.
 */
export function createInSlowStart(context: ComponentContext, owner: KubeObject, pod: Pod, count: number): Creations {
  let created = 0
  for (let batch = 1; created < count; batch *= 2) {
    const result = createBatch(context, owner, pod, Math.min(batch, count - created))
    created += result.created
    if (result.failure !== undefined || result.refused) return { created, failure: result.failure }
  }
  return { created }
}

function createBatch(context: ComponentContext, owner: KubeObject, pod: Pod, count: number): Creations & { readonly refused: boolean } {
  const { api, recorder } = context
  let created = 0
  let failure: Status | undefined
  let refused = false
  // All creations of a batch run side by side upstream, so a refused one does not stop the others.
  for (let tried = 0; tried < count;) {
    const result = api.createPods(pod, count - tried)
    for (const { metadata } of result.created) recorder.record(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${metadata.name!}`)
    created += result.created.length
    tried += result.created.length
    if (result.refusal === undefined) continue
    tried++
    refused = true
    if (isNamespaceTerminating(result.refusal)) continue
    recorder.record(owner, 'Warning', 'FailedCreate', `Error creating: ${result.refusal.message ?? ''}`)
    failure ??= result.refusal
  }
  return { created, failure, refused }
}

/** As `createInSlowStart`, for pods that each have their own content. */
export function createEachInSlowStart(context: ComponentContext, owner: KubeObject, pods: readonly Pod[]): Creations {
  let created = 0
  let tried = 0
  for (let size = 1; tried < pods.length; size *= 2) {
    let failure: Status | undefined
    let refused = false
    for (const pod of pods.slice(tried, tried + size)) {
      const result = createBatch(context, owner, pod, 1)
      created += result.created
      failure ??= result.failure
      refused ||= result.refused
    }
    tried += size
    if (refused) return { created, failure }
  }
  return { created }
}

/** Deletes a pod for its owner. @returns the refusal, if any; a pod that is gone is none */
export function deletePod(context: ComponentContext, owner: KubeObject, pod: Pod): Status | undefined {
  const result = context.api.delete('pods', keyOf(pod))
  if (result.ok) {
    context.recorder.record(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name!}`)
    return undefined
  }
  if (result.status.code === 404) return undefined
  context.recorder.record(owner, 'Warning', 'FailedDelete', `Error deleting: ${result.status.message ?? ''}`)
  return { ...result.status, message: `unable to delete pods: ${result.status.message ?? ''}` }
}

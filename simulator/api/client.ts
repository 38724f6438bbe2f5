/** How a component speaks to the API: the same requests as everybody, typed, as its own user. */

import type { UserInfo } from './request.ts'
import type { KubeObject, LabelSelector, Pod, Status } from './types.ts'

/** The outcome of a write: the stored object, or the Status that refused it. */
export type WriteResult<T> = { readonly ok: true; readonly object: T } | { readonly ok: false; readonly status: Status }

export interface ListOptions {
  readonly namespace?: string
  readonly selector?: LabelSelector
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  /** Refuse when the object of this name has another uid. */
  readonly uid?: string
}

/** Pods of one controlling owner, counted by the owner index; reading them costs nothing per pod. */
export interface OwnedPodCounts {
  /** All pods that exist, terminating ones too. */
  readonly total: number
  /** Not finished and not being deleted. */
  readonly active: number
  /** Active with condition Ready True. */
  readonly ready: number
  /** With a deletionTimestamp and not finished. */
  readonly terminating: number
  readonly succeeded: number
  readonly failed: number
}

/**
 * Reads and writes as one user. `resource` is the plural name with its group, as kubectl writes it:
 * 'pods', 'deployments.apps', 'horizontalpodautoscalers.autoscaling'. `key` is NAMESPACE/NAME, or NAME.
 * Objects that come back are the store's own: immutable.
 */
export interface ApiClient {
  readonly user: UserInfo
  find<T extends KubeObject>(resource: string, key: string): T | undefined
  /** In order of creation. */
  list<T extends KubeObject>(resource: string, options?: ListOptions): readonly T[]
  /** Objects of a resource whose controlling ownerReference has this uid, in order of creation. */
  listOwned<T extends KubeObject>(resource: string, ownerUid: string): readonly T[]
  countOwnedPods(ownerUid: string): OwnedPodCounts
  /** Pods bound to a node. */
  listPodsOnNode(nodeName: string): readonly Pod[]
  create<T extends KubeObject>(resource: string, object: T): WriteResult<T>
  /** Creates pods that differ in name only; the template is admitted once. Stops at the first refusal. */
  createPods(pod: Pod, count: number): { readonly created: readonly Pod[]; readonly refusal?: Status }
  update<T extends KubeObject>(resource: string, object: T): WriteResult<T>
  /** Replaces the status (the spec of the given object is ignored). A caller that has the object's key at hand gives it. */
  updateStatus<T extends KubeObject>(resource: string, object: T, key?: string): WriteResult<T>
  /** A merge patch of the main resource. */
  patch<T extends KubeObject>(resource: string, key: string, patch: object): WriteResult<T>
  delete(resource: string, key: string, options?: DeleteOptions): WriteResult<KubeObject>
  /** The binding subresource. */
  bindPod(key: string, nodeName: string): WriteResult<Pod>
  /** The eviction subresource; refused with 429 by a disruption budget. */
  evictPod(key: string, gracePeriodSeconds?: number): WriteResult<Pod>
  /** The scale subresource of a workload: sets spec.replicas. */
  scale(resource: string, key: string, replicas: number): WriteResult<KubeObject>
  /** The finalize subresource of a namespace: removes its finalizers, which lets it go. */
  finalizeNamespace(name: string): WriteResult<KubeObject>
}

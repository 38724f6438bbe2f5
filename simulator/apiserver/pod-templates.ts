/**
 * Pods of one template are admitted once: those that follow share the admitted spec, labels and owners.
 * An entry is good while nothing that admission reads has changed. Derived: built again after a fork.
 */

import type { ObjectMeta, Pod, PodSpec, PodStatus } from '../api/types.ts'
import { equalJson } from '../kernel/equal.ts'
import type { StoreChange } from '../store/component.ts'

/** What pods of a template share. */
export interface AdmittedTemplate {
  readonly policyRevision: number
  readonly given: ObjectMeta
  readonly metadata: ObjectMeta
  readonly spec: PodSpec
  readonly status: PodStatus | undefined
}

/** Resources that pod admission reads. */
const policyResources: ReadonlySet<string> = new Set([
  'namespaces', 'serviceaccounts', 'limitranges', 'resourcequotas', 'priorityclasses.scheduling.k8s.io', 'runtimeclasses.node.k8s.io',
])

/**
 * A cache from a pod spec (by identity) and its metadata to what admission made of them. Void as a whole when one of
 * the resources that pod admission reads changes. It changes no answer, only its cost.
 */
export class PodTemplates {
  private policyRevision = 0
  private readonly admitted = new WeakMap<PodSpec, AdmittedTemplate>()

  /** Notes a change of what admission reads. */
  onChange(change: StoreChange): void {
    if (policyResources.has(change.resource)) this.policyRevision++
  }

  /** What an equal template was admitted to, if that still holds. */
  find(pod: Pod): AdmittedTemplate | undefined {
    const known = this.admitted.get(pod.spec)
    if (known === undefined || known.policyRevision !== this.policyRevision) return undefined
    return equalJson(known.given, pod.metadata) ? known : undefined
  }

  /** Remembers what a template was admitted to. */
  remember(given: Pod, admitted: Pod): void {
    const { name: _name, uid: _uid, resourceVersion: _version, creationTimestamp: _created, ...metadata } = admitted.metadata
    this.admitted.set(given.spec, { policyRevision: this.policyRevision, given: given.metadata, metadata, spec: admitted.spec, status: admitted.status })
  }
}

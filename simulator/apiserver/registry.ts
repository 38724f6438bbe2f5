/**
 * Create, update and delete as the generic registry does them: identity, preconditions, admission, storage.
 * Models kubernetes/staging/src/k8s.io/apiserver/pkg/registry/generic/registry and pkg/registry/rest (v1.35).
 */

import { timestampMs } from '../api/time.ts'
import type { DeleteOptions } from '../api/client.ts'
import { apiErrors } from '../api/errors.ts'
import type { GroupName } from '../api/errors.ts'
import { cleanupFinalizer, definitionsResource, markTerminating } from '../api/custom-kinds.ts'
import type { KindInfo } from '../api/kinds.ts'
import type { RequestQuery, UserInfo } from '../api/request.ts'
import type { KubeObject, ObjectMeta, Pod, Status } from '../api/types.ts'
import { equalJson } from '../kernel/equal.ts'
import { isPodFinished } from '../store/pod-class.ts'
import { objectKey, resourceId, splitKey } from '../store/resource-id.ts'
import type { Store } from '../store/store.ts'
import { allocateService, clusterIPsOf, ipAddresses, ipAddressOf } from './service-allocation.ts'
import type { AdmissionDoor, Body, WriteContext } from './admission-door.ts'
import type { Identity } from './identity.ts'
import { PodTemplates } from './pod-templates.ts'
import type { AdmittedTemplate } from './pod-templates.ts'
import type { Outcome, ServerClock } from './ports.ts'

const foregroundFinalizer = 'foregroundDeletion'
const orphanFinalizer = 'orphan'
const policyBindings = ['validatingadmissionpolicybindings', 'mutatingadmissionpolicybindings'].map((resource) => `${resource}.admissionregistration.k8s.io`)
const jobOrphanWarning = 'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning'

/** How a write is asked for. */
export interface WriteOptions {
  readonly user: UserInfo
  readonly isDryRun: boolean
  readonly subresource?: string
  readonly fieldValidation?: RequestQuery['fieldValidation']
  /** For patches: what a refusal of the patched object quotes. */
  readonly patchText?: string
  /** Whether the outcome should carry `asked`. */
  readonly keepsAsked?: boolean
}

/** What a delete answers: the object as it is now, and whether it is gone. */
export interface Deletion {
  readonly object: KubeObject
  readonly isGone: boolean
}

export interface RegistryParts {
  readonly store: Store
  readonly identity: Identity
  readonly clock: ServerClock
  readonly admission: AdmissionDoor
}

/**
 * Writes objects for the handlers. Every refusal (conflict, exists already, invalid, denied) is a Status in the
 * Outcome; nothing is stored then, nor in a dry run.
 */
export class Registry {
  private readonly store: Store
  private readonly identity: Identity
  private readonly clock: ServerClock
  private readonly admission: AdmissionDoor
  private readonly templates = new PodTemplates()

  constructor(parts: RegistryParts) {
    this.store = parts.store
    this.identity = parts.identity
    this.clock = parts.clock
    this.admission = parts.admission
    this.store.listen((change) => this.templates.onChange(change))
  }

  create(kind: KindInfo, namespace: string | undefined, body: Body, options: WriteOptions): Outcome<KubeObject> {
    const resource = resourceId(kind.group, kind.resource)
    const given = typeof body === 'string' ? undefined : this.withName(resource, kind, namespace, body)
    if (given === null) return refused(apiErrors.generateNameConflict(resourceName(kind), ''))
    const admitted = this.admission.create(kind, given ?? body, this.context(kind, namespace, options))
    if (!admitted.ok) return admitted
    const name = admitted.object.metadata.name ?? ''
    const key = objectKey(kind.namespaced ? namespace : undefined, name)
    const existing = this.store.find(resource, key)
    if (existing !== undefined) return refused(alreadyExists(kind, name, existing), admitted.warnings)
    const identified = this.identify(resource, key, admitted.object)
    const allocated = this.allocate(resource, key, identified, options.isDryRun)
    if (!allocated.ok) return allocated
    const told = { ok: true, warnings: admitted.warnings, asked: admitted.asked } as const
    if (options.isDryRun) return { ...told, object: allocated.object }
    this.admission.commit(admitted)
    const stored = this.putOwn(resource, key, allocated.object)
    if (resource === 'services') this.keepAddresses(undefined, stored)
    return { ...told, object: stored }
  }

  /** Gives a Service the addresses and ports that it lacks. */
  private allocate(resource: string, key: string, object: KubeObject, isDryRun: boolean): Outcome<KubeObject> {
    return resource === 'services' ? allocateService(object, key, this.store, this.identity, isDryRun) : { ok: true, object, warnings: [] }
  }

  /** Creates pods that differ in name only. The first is admitted whole; where a quota counts or a policy may look at names, each is. */
  createPods(kind: KindInfo, template: Pod, count: number, options: WriteOptions): { created: Pod[]; refusal?: Status } {
    const namespace = template.metadata.namespace ?? ''
    const created: Pod[] = []
    const isEachChecked = this.store.listInNamespace('resourcequotas', namespace).length > 0 || policyBindings.some((resource) => this.store.list(resource).length > 0)
    while (created.length < count) {
      const known = isEachChecked ? undefined : this.templates.find(template)
      if (known !== undefined) {
        created.push(this.createFromTemplate(known, namespace))
        continue
      }
      const outcome = this.create(kind, namespace, template, options)
      if (!outcome.ok) return { created, refusal: outcome.status }
      created.push(outcome.object as Pod)
      if (!isEachChecked) this.templates.remember(template, outcome.object as Pod)
    }
    return { created }
  }

  private createFromTemplate(template: AdmittedTemplate, namespace: string): Pod {
    const prefix = template.metadata.generateName ?? ''
    // The key with which the store was asked is the one to store under: its text is hashed once.
    let key = ''
    const isTaken = (candidate: string): boolean => {
      key = objectKey(namespace, candidate)
      return this.store.find('pods', key) !== undefined
    }
    const name = this.identity.generateName('pods', namespace, prefix, isTaken) ?? prefix
    if (name === prefix) key = objectKey(namespace, name)
    const uid = this.identity.uid('pods', key)
    const creationTimestamp = this.clock.timestamp(this.clock.nowMs)
    const { metadata, spec, status } = template
    return this.store.put<Pod>('pods', key, (resourceVersion) => ({
      apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name, uid, resourceVersion, creationTimestamp }, spec, status,
    }))
  }

  update(kind: KindInfo, key: string, body: Body, options: WriteOptions): Outcome<KubeObject> {
    const resource = resourceId(kind.group, kind.resource)
    const before = this.store.find(resource, key)
    const name = splitKey(key).name
    if (before === undefined) return refused(apiErrors.notFound(resourceName(kind), name))
    const admitted = this.admission.update(kind, before, body, { ...this.context(kind, before.metadata.namespace, options), name })
    if (!admitted.ok) return admitted
    const metadata = keepSystemMetadata(before.metadata, admitted.object.metadata)
    const allocated = this.allocate(resource, key, { ...admitted.object, metadata: { ...metadata, resourceVersion: before.metadata.resourceVersion } }, options.isDryRun)
    if (!allocated.ok) return allocated
    const after = allocated.object
    if (equalJson(before, after)) return { ok: true, object: before, warnings: admitted.warnings }
    if (options.isDryRun) return { ok: true, object: after, warnings: admitted.warnings }
    this.admission.commit(admitted)
    if (isDeletionComplete(after)) {
      this.remove(resource, key)
      return { ok: true, object: after, warnings: admitted.warnings }
    }
    const stored = this.putOwn(resource, key, after)
    if (resource === 'services') this.keepAddresses(before, stored)
    return { ok: true, object: stored, warnings: admitted.warnings, asked: admitted.asked }
  }

  /** Every cluster IP of a Service is an IPAddress. */
  private keepAddresses(before: KubeObject | undefined, after: KubeObject | undefined): void {
    const [old, kept] = [clusterIPsOf(before), clusterIPsOf(after)]
    for (const address of old) if (!kept.includes(address) && this.store.find(ipAddresses, address) !== undefined) this.store.remove(ipAddresses, address)
    for (const address of kept) if (!old.includes(address) && after !== undefined) this.put(ipAddresses, address, this.identify(ipAddresses, address, ipAddressOf(after, address)))
  }

  /** Stores a status that a trusted component made; no decoding and no validation of what did not change. */
  putStatus(resource: string, key: string, before: KubeObject, status: unknown, annotations = before.metadata.annotations): KubeObject {
    if (equalJson(before.status, status) && equalJson(before.metadata.annotations, annotations)) return before
    return this.store.put(resource, key, (resourceVersion) => {
      const metadata: ObjectMeta = { ...before.metadata, resourceVersion }
      if (annotations !== before.metadata.annotations) metadata.annotations = annotations
      return { ...before, metadata, status }
    })
  }

  /** Stores an object whose metadata and validity are already settled. */
  put<T extends KubeObject>(resource: string, key: string, object: T): T {
    return this.store.put(resource, key, (resourceVersion) => ({ ...object, metadata: { ...object.metadata, resourceVersion } }))
  }

  /** The same for an object whose metadata nobody else has yet. */
  private putOwn(resource: string, key: string, object: KubeObject): KubeObject {
    return this.store.put(resource, key, (resourceVersion) => {
      object.metadata.resourceVersion = resourceVersion
      return object
    })
  }

  delete(kind: KindInfo, key: string, deleteOptions: DeleteOptions, options: WriteOptions): Outcome<Deletion> {
    const resource = resourceId(kind.group, kind.resource)
    const before = this.store.find(resource, key)
    const name = key.slice(key.indexOf('/') + 1)
    if (before === undefined) return refused(apiErrors.notFound(resourceName(kind), name))
    if (deleteOptions.uid !== undefined && deleteOptions.uid !== before.metadata.uid) {
      return refused(uidPrecondition(kind, name, deleteOptions.uid, before.metadata.uid ?? ''))
    }
    const refusal = this.admission.delete(kind, before, this.context(kind, before.metadata.namespace, options))
    if (refusal !== undefined) return refused(refusal)
    const warnings = resource === 'jobs.batch' && deleteOptions.propagationPolicy === undefined ? [jobOrphanWarning] : []
    const marked = this.markForDeletion(resource, before, deleteOptions)
    const last = resource === 'pods' ? { ...before, metadata: { ...before.metadata, deletionTimestamp: this.clock.timestamp(this.clock.nowMs), deletionGracePeriodSeconds: 0 } } : before
    if (options.isDryRun) return { ok: true, object: { object: marked ?? last, isGone: marked === undefined }, warnings }
    if (marked === undefined) {
      // A pod is written once more before it goes: watchers see the grace period of 0.
      if (resource === 'pods' && before.metadata.deletionGracePeriodSeconds !== 0) this.put(resource, key, last)
      this.remove(resource, key)
      return { ok: true, object: { object: last, isGone: true }, warnings }
    }
    const object = equalJson(marked, before) ? before : this.put(resource, key, marked)
    return { ok: true, object: { object, isGone: false }, warnings }
  }

  /** Takes an object out of the store. */
  remove(resource: string, key: string): void {
    if (resource === 'services') this.keepAddresses(this.store.find(resource, key), undefined)
    this.store.remove(resource, key)
    this.identity.noteDeletion(resource, key)
  }

  /** The object with its deletion noted, or undefined when it can go at once. */
  private markForDeletion(resource: string, before: KubeObject, options: DeleteOptions): KubeObject | undefined {
    const finalizers = deletionFinalizers(resource, before, options)
    const graceSeconds = gracePeriodSeconds(resource, before, options)
    const isNamespace = resource === 'namespaces'
    if (graceSeconds === 0 && finalizers.length === 0 && !isNamespace) return undefined
    const { metadata } = before
    const isFirst = metadata.deletionTimestamp === undefined
    const isShorter = !isFirst && options.gracePeriodSeconds !== undefined && graceSeconds < (metadata.deletionGracePeriodSeconds ?? 0)
    const deletion = isFirst
      ? { deletionTimestamp: this.clock.timestamp(this.clock.nowMs + graceSeconds * 1000), deletionGracePeriodSeconds: graceSeconds }
      : isShorter
        ? this.shortened(metadata, graceSeconds)
        : {}
    const generation = isFirst && metadata.generation !== undefined ? { generation: metadata.generation + 1 } : {}
    const marked: KubeObject = { ...before, metadata: { ...metadata, ...deletion, ...generation, ...(finalizers.length > 0 ? { finalizers } : {}) } }
    if (resource === definitionsResource && isFirst) return markTerminating(before, this.clock.timestamp(this.clock.nowMs))
    if (!isNamespace) return marked
    const { deletionGracePeriodSeconds: _none, ...kept } = marked.metadata
    return { ...marked, metadata: kept, status: { ...(before.status as object), phase: 'Terminating' } }
  }

  /** A shorter grace period counts from the first request; one that is over already leaves a second. Models apiserver/pkg/registry/rest BeforeDelete (v1.35). */
  private shortened(metadata: ObjectMeta, graceSeconds: number): Pick<ObjectMeta, 'deletionTimestamp' | 'deletionGracePeriodSeconds'> {
    const { nowMs } = this.clock
    const leftMs = timestampMs(metadata.deletionTimestamp ?? '') - timestampMs(this.clock.timestamp(nowMs))
    const afterMs = leftMs + (graceSeconds - (metadata.deletionGracePeriodSeconds ?? 0)) * 1000
    if (afterMs >= 0) return { deletionTimestamp: this.clock.timestamp(nowMs + afterMs), deletionGracePeriodSeconds: graceSeconds }
    return { deletionTimestamp: this.clock.timestamp(nowMs), deletionGracePeriodSeconds: graceSeconds === 0 ? 0 : 1 }
  }

  /** The object with a name of its own where it asks for a generated one; null when every try was taken. */
  private withName(resource: string, kind: KindInfo, namespace: string | undefined, given: KubeObject): KubeObject | null {
    const { name, generateName } = given.metadata ?? {}
    if ((name !== undefined && name !== '') || generateName === undefined || generateName === '') return given
    const ns = kind.namespaced ? namespace : undefined
    const made = this.identity.generateName(resource, ns ?? '', generateName, (candidate) => this.store.find(resource, objectKey(ns, candidate)) !== undefined)
    return made === undefined ? null : { ...given, metadata: { ...given.metadata, name: made } }
  }

  /** The object with uid and creation time. */
  private identify(resource: string, key: string, object: KubeObject): KubeObject {
    const metadata: ObjectMeta = { ...object.metadata, uid: object.metadata.uid ?? this.identity.uid(resource, key), creationTimestamp: this.clock.timestamp(this.clock.nowMs) }
    return { ...object, metadata }
  }

  private context(kind: KindInfo, namespace: string | undefined, options: WriteOptions): WriteContext {
    const ns = kind.namespaced ? namespace : undefined
    return {
      user: options.user, namespace: ns, isDryRun: options.isDryRun, subresource: options.subresource, fieldValidation: options.fieldValidation, patchText: options.patchText, keepsAsked: options.keepsAsked,
      generateName: (prefix) => this.identity.generateName(resourceId(kind.group, kind.resource), ns ?? '', prefix, () => false) ?? prefix,
    }
  }
}

/** A refusal as an outcome. */
export function refused(status: Status, warnings: readonly string[] = []): { ok: false; status: Status; warnings: readonly string[] } {
  return { ok: false, status, warnings }
}

/** The resource of a kind as errors name it. */
export function resourceName(kind: KindInfo): GroupName {
  return { group: kind.group, name: kind.resource }
}

function alreadyExists(kind: KindInfo, name: string, existing: KubeObject): Status {
  const status = apiErrors.alreadyExists(resourceName(kind), name)
  return existing.metadata.deletionTimestamp === undefined ? status : { ...status, message: `object is being deleted: ${status.message}` }
}

function uidPrecondition(kind: KindInfo, name: string, asked: string, actual: string): Status {
  return apiErrors.conflict(resourceName(kind), name, `Precondition failed: UID in precondition: ${asked}, UID in object meta: ${actual}`)
}

function keepSystemMetadata(before: ObjectMeta, given: ObjectMeta | undefined): ObjectMeta {
  const metadata: ObjectMeta = { ...given, uid: before.uid, creationTimestamp: before.creationTimestamp }
  if (before.namespace !== undefined) metadata.namespace = before.namespace
  if (before.generateName !== undefined) metadata.generateName = before.generateName
  if (metadata.generation === undefined && before.generation !== undefined) metadata.generation = before.generation
  if (before.deletionTimestamp !== undefined) metadata.deletionTimestamp = before.deletionTimestamp
  else delete metadata.deletionTimestamp
  if (before.deletionGracePeriodSeconds !== undefined) metadata.deletionGracePeriodSeconds = before.deletionGracePeriodSeconds
  else delete metadata.deletionGracePeriodSeconds
  return metadata
}

/** Deletion was asked for, nothing holds the object any more, and its grace period is over. */
function isDeletionComplete(object: KubeObject): boolean {
  const { metadata } = object
  if (metadata.deletionTimestamp === undefined || (metadata.finalizers?.length ?? 0) > 0) return false
  if (object.kind === 'Namespace') return ((object.spec as { finalizers?: string[] } | undefined)?.finalizers?.length ?? 0) === 0
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0
}

function deletionFinalizers(resource: string, before: KubeObject, options: DeleteOptions): string[] {
  const kept = (before.metadata.finalizers ?? []).filter((name) => name !== foregroundFinalizer && name !== orphanFinalizer)
  if (resource === definitionsResource && before.metadata.deletionTimestamp === undefined) kept.push(cleanupFinalizer)
  const policy = options.propagationPolicy ?? defaultPolicy(resource, before)
  if (policy === 'Foreground') return [...kept, foregroundFinalizer]
  if (policy === 'Orphan') return [...kept, orphanFinalizer]
  return kept
}

/** Jobs of batch/v1 and ReplicationControllers orphan their pods unless told otherwise; a finalizer set before stays in force. */
function defaultPolicy(resource: string, before: KubeObject): string {
  const finalizers = before.metadata.finalizers ?? []
  if (finalizers.includes(foregroundFinalizer)) return 'Foreground'
  if (finalizers.includes(orphanFinalizer)) return 'Orphan'
  return resource === 'jobs.batch' || resource === 'replicationcontrollers' ? 'Orphan' : 'Background'
}

/** Only pods have a grace period. Models pkg/registry/core/pod CheckGracefulDelete (v1.35). */
function gracePeriodSeconds(resource: string, before: KubeObject, options: DeleteOptions): number {
  if (resource !== 'pods') return 0
  const pod = before as Pod
  const asked = options.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30
  const seconds = asked < 0 ? 1 : asked
  return pod.spec.nodeName === undefined || pod.spec.nodeName === '' || isPodFinished(pod) ? 0 : seconds
}

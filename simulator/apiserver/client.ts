/**
 * The API as a component sees it: the same registry, admission, authorization and audit as over the request door,
 * without encoding. Each method names the verb and subresource that it stands for.
 */

import type { ApiClient, DeleteOptions, ListOptions, OwnedPodCounts, WriteResult } from '../api/client.ts'
import { apiErrors } from '../api/errors.ts'
import type { Failure } from '../api/errors.ts'
import type { KindInfo } from '../api/kinds.ts'
import type { UserInfo, Verb } from '../api/request.ts'
import { matchesLabelSelector } from '../api/selector.ts'
import type { KubeObject, Pod, Status } from '../api/types.ts'
import { assert } from '../kernel/assert.ts'
import { keyOf, splitKey } from '../store/resource-id.ts'
import type { Grant } from './authorizer.ts'
import { evictPod } from './eviction.ts'
import { mergePatch } from './patch.ts'
import type { Outcome } from './ports.ts'
import { resourceName } from './registry.ts'
import type { WriteOptions } from './registry.ts'
import { scaleOf, withScale } from './scale.ts'
import type { ServerParts } from './server-parts.ts'

/** Grants that a client searches; more are forgotten. */
const grantsMax = 64

/** The client of one user. */
export class LocalClient implements ApiClient {
  readonly user: UserInfo
  private readonly parts: ServerParts
  private readonly kinds = new Map<string, KindInfo>()
  private readonly options: WriteOptions
  private readonly grants: Grant[]

  constructor(parts: ServerParts, user: UserInfo) {
    this.parts = parts
    this.user = user
    this.grants = parts.authorizer.grantsOf(user)
    this.options = { user, isDryRun: false }
  }

  find<T extends KubeObject>(resource: string, key: string): T | undefined {
    return this.parts.store.find<T>(resource, key)
  }

  list<T extends KubeObject>(resource: string, options: ListOptions = {}): readonly T[] {
    const { store } = this.parts
    const { namespace, selector } = options
    const all = namespace === undefined ? store.list<T>(resource) : store.listInNamespace<T>(resource, namespace)
    return selector === undefined ? all : all.filter((object) => matchesLabelSelector(selector, object.metadata.labels))
  }

  listOwned<T extends KubeObject>(resource: string, ownerUid: string): readonly T[] {
    return this.parts.store.listOwned<T>(resource, ownerUid)
  }

  countOwnedPods(ownerUid: string): OwnedPodCounts {
    return this.parts.store.index('pods').podCounts(ownerUid)
  }

  listPodsOnNode(nodeName: string): readonly Pod[] {
    return this.parts.store.listPodsOnNode<Pod>(nodeName)
  }

  create<T extends KubeObject>(resource: string, object: T): WriteResult<T> {
    const kind = this.kind(resource)
    const { namespace } = object.metadata
    const refusal = this.authorize(kind, 'create', namespace)
    if (refusal !== undefined) return { ok: false, status: refusal }
    return this.audited(kind, 'create', keyOf(object), this.parts.registry.create(kind, namespace, object, this.options)) as WriteResult<T>
  }

  createPods(pod: Pod, count: number): { readonly created: readonly Pod[]; readonly refusal?: Status } {
    const kind = this.kind('pods')
    const refusal = this.authorize(kind, 'create', pod.metadata.namespace)
    if (refusal !== undefined) return { created: [], refusal }
    const outcome = this.parts.registry.createPods(kind, pod, count, this.options)
    for (const created of outcome.created) this.audit(kind, 'create', keyOf(created), 201)
    return outcome
  }

  update<T extends KubeObject>(resource: string, object: T): WriteResult<T> {
    return this.change(resource, 'update', undefined, object) as WriteResult<T>
  }

  updateStatus<T extends KubeObject>(resource: string, object: T, key = keyOf(object)): WriteResult<T> {
    const kind = this.kind(resource)
    const refusal = this.authorize(kind, 'update', object.metadata.namespace, object.metadata.name, 'status')
    if (refusal !== undefined) return { ok: false, status: refusal }
    const before = this.parts.store.find(resource, key)
    if (before === undefined || before.metadata.uid !== object.metadata.uid) return { ok: false, status: apiErrors.notFound(resourceName(kind), object.metadata.name ?? '') }
    // A Deployment's controller writes its revision together with its status, and only the status strategy lets the generation be.
    const annotations = resource === 'deployments.apps' ? object.metadata.annotations : undefined
    const stored = this.parts.registry.putStatus(resource, key, before, object.status, annotations)
    this.audit(kind, 'update', key, 200, 'status')
    return { ok: true, object: stored as T }
  }

  patch<T extends KubeObject>(resource: string, key: string, patch: object): WriteResult<T> {
    const before = this.parts.store.find(resource, key)
    if (before === undefined) return { ok: false, status: apiErrors.notFound(resourceName(this.kind(resource)), splitKey(key).name) }
    return this.change(resource, 'patch', undefined, mergePatch(before, patch)) as WriteResult<T>
  }

  delete(resource: string, key: string, options: DeleteOptions = {}): WriteResult<KubeObject> {
    const kind = this.kind(resource)
    const { namespace, name } = splitKey(key)
    const refusal = this.authorize(kind, 'delete', namespace, name)
    if (refusal !== undefined) return { ok: false, status: refusal }
    const outcome = this.parts.registry.delete(kind, key, options, this.options)
    this.audit(kind, 'delete', key, outcome.ok ? 200 : ((outcome.status as Failure).code ?? 500))
    return outcome.ok ? { ok: true, object: outcome.object.object } : { ok: false, status: outcome.status }
  }

  bindPod(key: string, nodeName: string): WriteResult<Pod> {
    const kind = this.kind('pods')
    const { namespace, name } = splitKey(key)
    const refusal = this.authorize(kind, 'create', namespace, name, 'binding')
    if (refusal !== undefined) return { ok: false, status: refusal }
    const pod = this.parts.store.find<Pod>('pods', key)
    if (pod === undefined) return { ok: false, status: apiErrors.notFound(resourceName(kind), name) }
    return this.audited(kind, 'create', key, this.parts.binder.bind(key, nodeName, pod), 'binding') as WriteResult<Pod>
  }

  evictPod(key: string, gracePeriodSeconds?: number): WriteResult<Pod> {
    const kind = this.kind('pods')
    const { namespace, name } = splitKey(key)
    const refusal = this.authorize(kind, 'create', namespace, name, 'eviction')
    if (refusal !== undefined) return { ok: false, status: refusal }
    const pod = this.parts.store.find<Pod>('pods', key)
    if (pod === undefined) return { ok: false, status: apiErrors.notFound(resourceName(kind), name) }
    return this.audited(kind, 'create', key, evictPod(this.parts, kind, pod, gracePeriodSeconds, this.options), 'eviction') as WriteResult<Pod>
  }

  scale(resource: string, key: string, replicas: number): WriteResult<KubeObject> {
    const kind = this.kind(resource)
    const before = this.parts.store.find(resource, key)
    if (before === undefined) return { ok: false, status: apiErrors.notFound(resourceName(kind), splitKey(key).name) }
    const changed = withScale(before, { ...scaleOf(before), spec: { replicas } })
    if (changed.kind === 'Status') return { ok: false, status: changed as Status }
    return this.change(resource, 'update', 'scale', changed as KubeObject) as WriteResult<KubeObject>
  }

  /** Removes a namespace's last finalizer, which lets it go. */
  finalizeNamespace(name: string): WriteResult<KubeObject> {
    const before = this.parts.store.find('namespaces', name)
    if (before === undefined) return { ok: false, status: apiErrors.notFound({ group: '', name: 'namespaces' }, name) }
    return this.change('namespaces', 'update', 'finalize', { ...before, spec: { ...(before.spec as object), finalizers: [] } }) as WriteResult<KubeObject>
  }

  private change(resource: string, verb: Verb, subresource: string | undefined, object: KubeObject): WriteResult<KubeObject> {
    const kind = this.kind(resource)
    const refusal = this.authorize(kind, verb, object.metadata.namespace, object.metadata.name, subresource)
    if (refusal !== undefined) return { ok: false, status: refusal }
    const key = keyOf(object)
    const forAdmission = subresource === 'scale' ? undefined : subresource
    return this.audited(kind, verb, key, this.parts.registry.update(kind, key, object, { ...this.options, subresource: forAdmission }), subresource)
  }

  private kind(resource: string): KindInfo {
    let kind = this.kinds.get(resource)
    if (kind === undefined) {
      const dot = resource.indexOf('.')
      const { byResource } = this.parts.kinds.current
      kind = dot < 0 ? byResource('', resource) : byResource(resource.slice(dot + 1), resource.slice(0, dot))
      assert(kind !== undefined, `no kind has the resource ${resource}`)
      // Definitions may change what a custom kind is.
      if (kind.custom === undefined) this.kinds.set(resource, kind)
    }
    return kind
  }

  private authorize(kind: KindInfo, verb: Verb, namespace?: string, name?: string, subresource?: string): Status | undefined {
    const { grants, user } = this
    const { authorizer } = this.parts
    for (const grant of grants) if (grant.kind === kind && grant.verb === verb && grant.subresource === subresource && grant.namespace === namespace) return undefined
    const asked: Grant = { kind, verb, subresource, namespace }
    if (authorizer.allowsAnyName(user, asked)) {
      if (grants.length >= grantsMax) grants.length = 0
      grants.push(asked)
      return undefined
    }
    return authorizer.check({ user, verb, group: kind.group, version: kind.version, resource: kind.resource, namespace, name, subresource })
  }

  private audited(kind: KindInfo, verb: Verb, key: string, outcome: Outcome<KubeObject>, subresource?: string): WriteResult<KubeObject> {
    this.audit(kind, verb, key, outcome.ok ? 200 : ((outcome.status as Failure).code ?? 500), subresource)
    return outcome.ok ? { ok: true, object: outcome.object } : { ok: false, status: outcome.status }
  }

  private audit(kind: KindInfo, verb: Verb, key: string, code: number, subresource?: string): void {
    const resource = kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`
    this.parts.audit.record({ atMs: this.parts.clock.nowMs, user: this.user.name, verb, resource, key, subresource, code })
  }
}

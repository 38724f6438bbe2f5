/** A store with a plain API before it, and controllers that run on it: for the tests of this room. No admission, no quota. */

import type { ApiClient, DeleteOptions, WriteResult } from '../../api/client.ts'
import { apiErrors } from '../../api/errors.ts'
import { matchesLabelSelector } from '../../api/selector.ts'
import { defaultEpochMs, timestampMs, toMicroTime, toTimestamp } from '../../api/time.ts'
import type { Container, KubeObject, Pod, Status } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { openStream } from '../../kernel/random.ts'
import { ClusterState } from '../../kernel/state.ts'
import { defaultTimings } from '../../kernel/timings.ts'
import type { ComponentContext, Controller, StoreChange } from '../../store/component.ts'
import { keyOf } from '../../store/resource-id.ts'
import { Store } from '../../store/store.ts'

const stepsMax = 10_000

interface Due { readonly controller: Controller; readonly key: string; atMs: number }

export class World {
  readonly state = new ClusterState()
  readonly store = new Store(this.state)
  /** `REASON MESSAGE` of each Event, in order. */
  readonly events: string[] = []
  /** Refuses the creation of pods beyond this number. */
  podsMax = Number.POSITIVE_INFINITY
  private readonly controllers: readonly Controller[]
  private due: Due[] = []
  private ordinal = 0

  constructor(...controllers: Controller[]) {
    this.controllers = controllers
    this.store.listen((change) => this.onChange(change))
  }

  get context(): ComponentContext {
    const { state } = this
    return {
      clock: { get nowMs() { return state.nowMs }, epochMs: defaultEpochMs, timestamp: (atMs) => toTimestamp(atMs), microTimestamp: (atMs) => toMicroTime(atMs), parse: (text) => timestampMs(text) },
      api: this.api,
      recorder: { record: (_object, _type, reason, message) => this.events.push(`${reason} ${message}`) },
      timings: defaultTimings,
      random: openStream(state.table('random'), 1, 'test'),
      table: (name) => state.table(name),
      schedule: () => undefined,
      log: (name) => state.log(name),
    }
  }

  readonly api: ApiClient = {
    user: { name: 'test', groups: [] },
    find: (resource, key) => this.store.find(resource, key),
    list: (resource, { namespace, selector } = {}) => {
      const all = namespace === undefined ? this.store.list(resource) : this.store.listInNamespace(resource, namespace)
      return (selector === undefined ? all : all.filter((object) => matchesLabelSelector(selector, object.metadata.labels))) as never
    },
    listOwned: (resource, uid) => this.store.listOwned(resource, uid),
    countOwnedPods: (uid) => this.store.index('pods').podCounts(uid),
    listPodsOnNode: (node) => this.store.listPodsOnNode(node),
    create: (resource, object) => this.create(resource, object),
    createPods: (pod, count) => this.createPods(pod, count),
    update: (resource, object) => this.change(resource, object, true),
    updateStatus: (resource, object) => this.change(resource, object, false),
    patch: (resource, key, patch) => {
      const before = this.store.find(resource, key)
      return before === undefined ? this.missing(key) : (this.change(resource, merge(before, patch) as KubeObject, true) as never)
    },
    delete: (resource, key, options) => this.delete(resource, key, options),
    bindPod: (key, nodeName) => this.api.patch('pods', key, { spec: { nodeName } }),
    evictPod: (key) => this.delete('pods', key) as WriteResult<Pod>,
    scale: (resource, key, replicas) => this.api.patch(resource, key, { spec: { replicas } }),
    finalizeNamespace: (name) => {
      const before = this.store.find('namespaces', name)!
      this.store.remove('namespaces', name)
      return { ok: true, object: before }
    },
  }

  /** Runs what is due until a time from now. */
  advance(ms: number): void {
    const untilMs = this.state.nowMs + ms
    for (let steps = 0; ; steps++) {
      if (steps > stepsMax) throw new Error(`the controllers do not come to rest: ${this.due.map(({ key }) => key).join()}`)
      const next = this.due.reduce<Due | undefined>((first, entry) => (first === undefined || entry.atMs < first.atMs ? entry : first), undefined)
      if (next === undefined || next.atMs > untilMs) break
      this.due.splice(this.due.indexOf(next), 1)
      this.state.nowMs = Math.max(this.state.nowMs, next.atMs)
      const { requeueAfterMs, failed, enqueue } = next.controller.reconcile(next.key, this.context)
      for (const key of enqueue ?? []) this.enqueue(next.controller, key, this.state.nowMs)
      if (failed === true) this.enqueue(next.controller, next.key, this.state.nowMs + 1000)
      else if (requeueAfterMs !== undefined) this.enqueue(next.controller, next.key, this.state.nowMs + Math.max(1, requeueAfterMs))
    }
    this.state.nowMs = untilMs
  }

  /** All objects of a resource. */
  all<T extends KubeObject>(resource: string): readonly T[] {
    return this.store.list<T>(resource)
  }

  /** Merges a status into a pod. */
  setPod(name: string, status: Pod['status'], namespace = 'lab'): void {
    this.api.patch('pods', `${namespace}/${name}`, { status })
  }

  /** Makes all pods Ready on a node of the same name as they are. */
  startAll(): void {
    const lastTransitionTime = toTimestamp(this.state.nowMs)
    for (const pod of this.all<Pod>('pods')) {
      if (pod.status?.phase === 'Running' || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') continue
      this.setPod(pod.metadata.name!, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }] })
    }
  }

  private enqueue(controller: Controller, key: string, atMs: number): void {
    const known = this.due.find((entry) => entry.controller === controller && entry.key === key)
    if (known === undefined) this.due.push({ controller, key, atMs })
    else known.atMs = Math.min(known.atMs, atMs)
  }

  private onChange(change: StoreChange): void {
    for (const controller of this.controllers) {
      for (const watch of controller.watches) {
        if (watch.resource !== change.resource) continue
        for (const key of watch.keysOf?.(change, this.api) ?? [change.key]) this.enqueue(controller, key, this.state.nowMs + 5 + (watch.delayMs?.(change) ?? 0))
      }
    }
  }

  private create<T extends KubeObject>(resource: string, given: T): WriteResult<T> {
    this.ordinal++
    const name = given.metadata.name ?? `${given.metadata.generateName ?? ''}${this.ordinal}`
    const metadata = { ...given.metadata, name, uid: given.metadata.uid ?? `uid-${this.ordinal}`, generation: 1, creationTimestamp: toTimestamp(this.state.nowMs) }
    const object = resource === 'pods' && given.status === undefined ? { ...given, metadata, status: { phase: 'Pending' } } : { ...given, metadata }
    if (this.store.find(resource, keyOf(object)) !== undefined) return { ok: false, status: apiErrors.alreadyExists({ group: '', name: resource }, name) }
    return { ok: true, object: this.store.put(resource, keyOf(object), (resourceVersion) => ({ ...object, metadata: { ...metadata, resourceVersion } })) as T }
  }

  private createPods(pod: Pod, count: number): { created: readonly Pod[]; refusal?: Status } {
    const created: Pod[] = []
    while (created.length < count) {
      if (this.store.count('pods') >= this.podsMax) return { created, refusal: apiErrors.forbidden({ group: '', name: 'pods' }, pod.metadata.generateName ?? '', 'no room') }
      const result = this.create('pods', { ...pod, status: { phase: 'Pending' } })
      if (result.ok) created.push(result.object)
    }
    return { created }
  }

  private change<T extends KubeObject>(resource: string, object: T, isMain: boolean): WriteResult<T> {
    const key = keyOf(object)
    const before = this.store.find<T>(resource, key)
    if (before === undefined) return this.missing(key)
    const isNewSpec = isMain && !equalJson(before.spec, object.spec)
    const metadata = { ...object.metadata, generation: (before.metadata.generation ?? 1) + Number(isNewSpec) }
    if (metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0 && resource !== 'pods') {
      this.store.remove(resource, key)
      return { ok: true, object: before }
    }
    const next = isMain ? { ...object, metadata } : { ...before, metadata: { ...before.metadata, annotations: object.metadata.annotations }, status: object.status }
    if (equalJson(before, next)) return { ok: true, object: before }
    return { ok: true, object: this.store.put(resource, key, (resourceVersion) => ({ ...next, metadata: { ...next.metadata, resourceVersion } })) as T }
  }

  /** Pods end at once; what has finalizers, or gets one by the policy, stays for its controllers. */
  private delete(resource: string, key: string, options: DeleteOptions = {}): WriteResult<KubeObject> {
    const before = this.store.find(resource, key)
    if (before === undefined) return this.missing(key)
    const added = options.propagationPolicy === 'Foreground' ? ['foregroundDeletion'] : options.propagationPolicy === 'Orphan' ? ['orphan'] : []
    const finalizers = [...(before.metadata.finalizers ?? []), ...added]
    if (finalizers.length === 0) this.store.remove(resource, key)
    else if (before.metadata.deletionTimestamp === undefined) {
      this.store.put(resource, key, (resourceVersion) => ({ ...before, metadata: { ...before.metadata, resourceVersion, finalizers, deletionTimestamp: toTimestamp(this.state.nowMs) } }))
    }
    return { ok: true, object: before }
  }

  private missing<T>(key: string): WriteResult<T> {
    return { ok: false, status: apiErrors.notFound({ group: '', name: 'objects' }, key) }
  }
}

/** A merge patch (RFC 7386). */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const result: { [key: string]: unknown } = { ...(typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {}) }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = merge(result[key], value)
  }
  return result
}

/** One container. */
export const containers: Container[] = [{ name: 'app', image: 'nginx:1' }]

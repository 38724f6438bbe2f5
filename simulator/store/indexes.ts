/**
 * Derived lookups over the store: by namespace, by controlling owner with pod counts, pods by node.
 * They are kept up at each commit and built from the tables after a fork or a restore, when first asked for.
 */

import type { OwnedPodCounts } from '../api/client.ts'
import type { KubeObject, Pod } from '../api/types.ts'
import type { Table } from '../kernel/table.ts'
import { controllerUid, isPodFinished, isPodReady } from './pod-class.ts'

/** Keys in order of creation. */
type KeySet = Set<string>

interface MutableCounts {
  total: number
  active: number
  ready: number
  terminating: number
  succeeded: number
  failed: number
}

/** How a pod counts; one that is ready is active too. */
type PodClass = 'active' | 'ready' | 'terminating' | 'succeeded' | 'failed'

function classOf(pod: Pod): PodClass {
  if (isPodFinished(pod)) return pod.status?.phase === 'Failed' ? 'failed' : 'succeeded'
  if (pod.metadata.deletionTimestamp !== undefined) return 'terminating'
  return isPodReady(pod) ? 'ready' : 'active'
}

const noPods: OwnedPodCounts = { total: 0, active: 0, ready: 0, terminating: 0, succeeded: 0, failed: 0 }
const noKeys: readonly string[] = []

/** Lookups over the objects of one resource. */
export class ResourceIndex {
  /** Made when first asked for. */
  private byNamespace: Map<string, KeySet> | undefined
  private readonly byOwner = new Map<string, KeySet>()
  private readonly byNode = new Map<string, KeySet>()
  private readonly countsByOwner = new Map<string, MutableCounts>()
  private readonly isPods: boolean

  private readonly objects: Table<KubeObject>

  /** @param objects the objects of the resource, which are added one by one */
  constructor(resource: string, objects: Table<KubeObject>) {
    this.isPods = resource === 'pods'
    this.objects = objects
  }

  add(key: string, object: KubeObject): void {
    const { namespace } = object.metadata
    if (namespace !== undefined && this.byNamespace !== undefined) addTo(this.byNamespace, namespace, key)
    const owner = controllerUid(object)
    if (owner !== undefined) addTo(this.byOwner, owner, key)
    if (!this.isPods) return
    const pod = object as Pod
    if (pod.spec.nodeName !== undefined) addTo(this.byNode, pod.spec.nodeName, key)
    if (owner !== undefined) this.count(owner, classOf(pod), 1)
  }

  remove(key: string, object: KubeObject): void {
    const { namespace } = object.metadata
    if (namespace !== undefined && this.byNamespace !== undefined) removeFrom(this.byNamespace, namespace, key)
    const owner = controllerUid(object)
    if (owner !== undefined) removeFrom(this.byOwner, owner, key)
    if (!this.isPods) return
    const pod = object as Pod
    if (pod.spec.nodeName !== undefined) removeFrom(this.byNode, pod.spec.nodeName, key)
    if (owner !== undefined) this.count(owner, classOf(pod), -1)
  }

  change(key: string, before: KubeObject, after: KubeObject): void {
    const ownerBefore = controllerUid(before)
    const ownerAfter = controllerUid(after)
    if (ownerBefore !== ownerAfter) {
      if (ownerBefore !== undefined) removeFrom(this.byOwner, ownerBefore, key)
      if (ownerAfter !== undefined) addTo(this.byOwner, ownerAfter, key)
    }
    if (!this.isPods) return
    const podBefore = before as Pod
    const podAfter = after as Pod
    if (podBefore.spec.nodeName !== podAfter.spec.nodeName) {
      if (podBefore.spec.nodeName !== undefined) removeFrom(this.byNode, podBefore.spec.nodeName, key)
      if (podAfter.spec.nodeName !== undefined) addTo(this.byNode, podAfter.spec.nodeName, key)
    }
    const classBefore = classOf(podBefore)
    const classAfter = classOf(podAfter)
    if (ownerBefore === ownerAfter && classBefore === classAfter) return
    if (ownerBefore !== undefined) this.count(ownerBefore, classBefore, -1)
    if (ownerAfter !== undefined) this.count(ownerAfter, classAfter, 1)
  }

  keysInNamespace(namespace: string): Iterable<string> {
    return this.namespaces().get(namespace) ?? noKeys
  }

  keysOwnedBy(ownerUid: string): Iterable<string> {
    return this.byOwner.get(ownerUid) ?? noKeys
  }

  keysOnNode(nodeName: string): Iterable<string> {
    return this.byNode.get(nodeName) ?? noKeys
  }

  podCounts(ownerUid: string): OwnedPodCounts {
    return this.countsByOwner.get(ownerUid) ?? noPods
  }

  private namespaces(): Map<string, KeySet> {
    if (this.byNamespace === undefined) {
      const made = new Map<string, KeySet>()
      this.objects.forEach(({ metadata: { namespace } }, key) => {
        if (namespace !== undefined) addTo(made, namespace, key)
      })
      this.byNamespace = made
    }
    return this.byNamespace
  }

  private count(owner: string, podClass: PodClass, by: 1 | -1): void {
    let counts = this.countsByOwner.get(owner)
    if (counts === undefined) {
      counts = { total: 0, active: 0, ready: 0, terminating: 0, succeeded: 0, failed: 0 }
      this.countsByOwner.set(owner, counts)
    }
    counts.total += by
    counts[podClass] += by
    if (podClass === 'ready') counts.active += by
    if (counts.total === 0) this.countsByOwner.delete(owner)
  }
}

function addTo(index: Map<string, KeySet>, name: string, key: string): void {
  let keys = index.get(name)
  if (keys === undefined) {
    keys = new Set()
    index.set(name, keys)
  }
  keys.add(key)
}

function removeFrom(index: Map<string, KeySet>, name: string, key: string): void {
  const keys = index.get(name)
  if (keys === undefined) return
  keys.delete(key)
  if (keys.size === 0) index.delete(name)
}

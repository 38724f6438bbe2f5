/**
 * Versioned objects, gap-free history for watches, and derived indexes.
 * Only the API server writes here. Objects are immutable; each commit gets the next resourceVersion.
 */

import type { KubeObject } from '../api/types.ts'
import { assert } from '../kernel/assert.ts'
import type { ClusterState } from '../kernel/state.ts'
import type { Table } from '../kernel/table.ts'
import type { StoreChange } from './component.ts'
import { ResourceIndex } from './indexes.ts'
import { KnownParts, traceCommit } from './trace.ts'

/** One entry of the history. */
export interface Commit extends StoreChange {
  readonly resourceVersion: number
}

/** Commits that watches may still read; older ones answer 410 Expired. */
const historyMax = 4096

/**
 * The etcd of one cluster, in its state. The history holds the last 4096 commits; a watch that is further behind must
 * list again. `remove` of an object that is not there throws AssertionError. Modelling assumption: one writer, so no
 * transactions.
 */
export class Store {
  private readonly state: ClusterState
  private readonly counters: Table<number>
  private readonly tables = new Map<string, Table<KubeObject>>()
  private readonly indexes = new Map<string, ResourceIndex>()
  private history: Commit[] = []
  /** The history holds every commit after this resourceVersion. */
  private historyAfter: number
  private readonly traced = new KnownParts()
  private readonly listeners: ((change: StoreChange) => void)[] = []

  constructor(state: ClusterState) {
    this.state = state
    this.counters = state.table<number>('store/counters')
    this.historyAfter = this.resourceVersion
  }

  /** The last resourceVersion given out. */
  get resourceVersion(): number {
    return this.counters.get('resourceVersion') ?? 1
  }

  /** Called after each commit, in order of registration. Listeners must not write. */
  listen(listener: (change: StoreChange) => void): void {
    this.listeners.push(listener)
  }

  find<T extends KubeObject>(resource: string, key: string): T | undefined {
    return this.objects(resource).get(key) as T | undefined
  }

  /** All objects of a resource in order of creation. */
  list<T extends KubeObject>(resource: string): T[] {
    return this.objects(resource).values() as T[]
  }

  listInNamespace<T extends KubeObject>(resource: string, namespace: string): T[] {
    return this.pick(resource, this.index(resource).keysInNamespace(namespace))
  }

  /** The object of a name, as a list of one or none; undefined where a name alone does not tell which: in all namespaces, or without a name. */
  listNamed<T extends KubeObject>(resource: string, isNamespaced: boolean, namespace: string | undefined, name: string | undefined): T[] | undefined {
    if (name === undefined || (isNamespaced && (namespace === undefined || namespace === ''))) return undefined
    const object = this.find<T>(resource, isNamespaced ? `${namespace}/${name}` : name)
    return object === undefined ? [] : [object]
  }

  listOwned<T extends KubeObject>(resource: string, ownerUid: string): T[] {
    return this.pick(resource, this.index(resource).keysOwnedBy(ownerUid))
  }

  listPodsOnNode<T extends KubeObject>(nodeName: string): T[] {
    return this.pick('pods', this.index('pods').keysOnNode(nodeName))
  }

  /** The derived index of a resource, built when first asked for. */
  index(resource: string): ResourceIndex {
    let index = this.indexes.get(resource)
    if (index === undefined) {
      const objects = this.objects(resource)
      const built = new ResourceIndex(resource, objects)
      objects.forEach((object, key) => built.add(key, object))
      this.indexes.set(resource, built)
      index = built
    }
    return index
  }

  count(resource: string): number {
    return this.objects(resource).size
  }

  /** The next resourceVersion, taken. */
  takeResourceVersion(): number {
    const next = this.resourceVersion + 1
    this.counters.set('resourceVersion', next)
    return next
  }

  /** A counter of cluster state: returns its value and adds one. Begins at 0. */
  takeCount(name: string): number {
    const value = this.counters.get(name) ?? 0
    this.counters.set(name, value + 1)
    return value
  }

  /**
   * Writes one object.
   * @param make gets the new resourceVersion as text and returns the object to store
   * @returns the stored object
   */
  put<T extends KubeObject>(resource: string, key: string, make: (resourceVersion: string) => T): T {
    const resourceVersion = this.takeResourceVersion()
    const table = this.objects(resource)
    const before = table.get(key)
    const after = make(String(resourceVersion))
    table.set(key, after)
    const index = this.indexes.get(resource)
    if (index !== undefined) {
      if (before === undefined) index.add(key, after)
      else index.change(key, before, after)
    }
    this.commit({ resourceVersion, resource, key, before, after })
    return after
  }

  /** Removes one object, which must exist. */
  remove(resource: string, key: string): void {
    const resourceVersion = this.takeResourceVersion()
    const table = this.objects(resource)
    const before = table.get(key)
    assert(before !== undefined, `${resource} ${key} does not exist`)
    table.delete(key)
    this.indexes.get(resource)?.remove(key, before)
    this.commit({ resourceVersion, resource, key, before })
  }

  /** Commits after a resourceVersion, oldest first, or undefined when some of them are forgotten. */
  since(resourceVersion: number): readonly Commit[] | undefined {
    if (resourceVersion < this.historyAfter) return undefined
    let low = 0
    let high = this.history.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.history[middle].resourceVersion <= resourceVersion) low = middle + 1
      else high = middle
    }
    return low === 0 ? this.history : this.history.slice(low)
  }

  /** Takes over the history of the store that this one was forked from. */
  adoptHistory(origin: Store): void {
    this.history = origin.history.slice()
    this.historyAfter = origin.historyAfter
  }

  private objects(resource: string): Table<KubeObject> {
    let table = this.tables.get(resource)
    if (table === undefined) {
      table = this.state.table<KubeObject>(`store/${resource}`)
      this.tables.set(resource, table)
    }
    return table
  }

  private pick<T extends KubeObject>(resource: string, keys: Iterable<string>): T[] {
    const table = this.objects(resource)
    const picked: T[] = []
    for (const key of keys) picked.push(table.get(key) as T)
    return picked
  }

  private commit(commit: Commit): void {
    const { state } = this
    state.trace = traceCommit(state.trace, state.nowMs, commit, this.traced)
    if (this.history.length >= historyMax * 2) {
      this.historyAfter = this.history[historyMax - 1].resourceVersion
      this.history = this.history.slice(historyMax)
    }
    this.history.push(commit)
    for (const listener of this.listeners) listener(commit)
  }
}

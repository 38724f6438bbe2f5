/** Reads objects of any resource as the API shows them: stored ones, Events made from rows, metrics made on request. */

import { apiErrors } from '../api/errors.ts'
import type { KindInfo } from '../api/kinds.ts'
import type { KubeObject, Status } from '../api/types.ts'
import { objectKey, resourceId } from '../store/resource-id.ts'
import type { Store } from '../store/store.ts'
import { eventIdOf, eventName, eventObject } from './event-log.ts'
import type { EventLog } from './event-log.ts'
import type { MetricsDoor, ServerClock } from './ports.ts'
import { resourceName } from './registry.ts'

const metricsUnavailable = 'the server is currently unable to handle the request'

/** What the checks of a healthy control plane say. */
const componentStatuses: readonly KubeObject[] = ['controller-manager', 'etcd-0', 'scheduler'].map((name): KubeObject => ({
  apiVersion: 'v1', kind: 'ComponentStatus', metadata: { name }, conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
} as KubeObject))

/**
 * The one place that knows where a kind's objects are kept. A miss is a NotFound Status and an absent metrics API
 * ServiceUnavailable, both returned, not thrown.
 */
export class ObjectReader {
  private readonly store: Store
  private readonly events: EventLog
  private readonly clock: ServerClock
  private readonly metrics: MetricsDoor

  constructor(store: Store, events: EventLog, clock: ServerClock, metrics: MetricsDoor) {
    this.store = store
    this.events = events
    this.clock = clock
    this.metrics = metrics
  }

  find(kind: KindInfo, namespace: string | undefined, name: string): KubeObject | Status {
    const object = this.findStored(kind, namespace, name)
    return object ?? apiErrors.notFound(resourceName(kind), name)
  }

  /** Objects of a kind, in a namespace if one is given, sorted by key as etcd gives them: all, or those of one name if it can be looked up. */
  list(kind: KindInfo, namespace: string | undefined, name?: string): readonly KubeObject[] | Status {
    if (kind.group === 'metrics.k8s.io') {
      return this.metrics.list(kind.resource as 'nodes' | 'pods', namespace) ?? apiErrors.serviceUnavailable(metricsUnavailable)
    }
    if (kind.resource === 'events') return this.listEvents(namespace)
    if (kind.kind === 'ComponentStatus') return componentStatuses
    const resource = resourceId(kind.group, kind.resource)
    const named = this.store.listNamed<KubeObject>(resource, kind.namespaced, namespace, name)
    if (named !== undefined) return named
    const objects = kind.namespaced && namespace !== undefined ? this.store.listInNamespace<KubeObject>(resource, namespace) : this.store.list<KubeObject>(resource)
    return objects.sort(byKey)
  }

  /** The same at a past resourceVersion; undefined when that is forgotten. Events and metrics have no past. */
  listAt(kind: KindInfo, namespace: string | undefined, resourceVersion: number): readonly KubeObject[] | Status | undefined {
    const present = this.list(kind, namespace)
    if ('kind' in present || resourceVersion >= this.store.resourceVersion || kind.resource === 'events' || kind.isVirtual === true) return present
    const commits = this.store.since(resourceVersion)
    if (commits === undefined) return undefined
    const resource = resourceId(kind.group, kind.resource)
    const prefix = kind.namespaced && namespace !== undefined ? `${namespace}/` : ''
    const before = new Map<string, KubeObject | undefined>()
    for (const commit of commits) if (commit.resource === resource && commit.key.startsWith(prefix) && !before.has(commit.key)) before.set(commit.key, commit.before)
    const unchanged = present.filter(({ metadata }) => !before.has(objectKey(kind.namespaced ? metadata.namespace : undefined, metadata.name ?? '')))
    return [...unchanged, ...[...before.values()].filter((object) => object !== undefined)].sort(byKey)
  }

  private findStored(kind: KindInfo, namespace: string | undefined, name: string): KubeObject | Status | undefined {
    if (kind.group === 'metrics.k8s.io' || kind.kind === 'ComponentStatus') {
      const all = this.list(kind, namespace)
      return 'kind' in all ? all : all.find((object) => object.metadata.name === name)
    }
    if (kind.resource === 'events') {
      const id = eventIdOf(name)
      const row = id === undefined ? undefined : this.events.find(id)
      return row === undefined || row.namespace !== namespace || eventName(row) !== name ? undefined : eventObject(row, this.timestamp)
    }
    return this.store.find(resourceId(kind.group, kind.resource), objectKey(kind.namespaced ? namespace : undefined, name))
  }

  private listEvents(namespace: string | undefined): KubeObject[] {
    const objects: KubeObject[] = []
    for (const row of this.events.list()) {
      if (namespace === undefined || row.namespace === namespace) objects.push(eventObject(row, this.timestamp))
    }
    return objects.sort(byKey)
  }

  private readonly timestamp = (atMs: number): string => this.clock.timestamp(atMs)
}

function byKey(a: KubeObject, b: KubeObject): number {
  const left = a.metadata.namespace ?? ''
  const right = b.metadata.namespace ?? ''
  if (left !== right) return left < right ? -1 : 1
  const leftName = a.metadata.name ?? ''
  const rightName = b.metadata.name ?? ''
  return leftName < rightName ? -1 : leftName > rightName ? 1 : 0
}

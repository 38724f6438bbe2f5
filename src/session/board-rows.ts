/** Follows a cluster and says which rows changed since the last look. */

import type { Cluster } from '../../simulator/index.ts'
import type { Deployment, EndpointSlice, Job, KubeObject, Node, Pod, ReplicaSet, Service } from '../../simulator/index.ts'
import type { HostDelta } from './host.ts'
import type { EventRow, NodeRow, PodRow, TimelineMark } from './host-rows.ts'
import { nodeRow } from './rows/node-rows.ts'
import { eventRow, serviceRow, workloadRow } from './rows/other-rows.ts'
import { podRow } from './rows/pod-rows.ts'

const workloadResources = ['deployments.apps', 'replicasets.apps', 'jobs.batch'] as const
const slicesResource = 'endpointslices.discovery.k8s.io'
/** Events shown; older ones are in `kubectl get events`. */
const eventsMax = 500

type Rows = Pick<HostDelta, 'nodes' | 'pods' | 'services' | 'workloads' | 'events' | 'marks' | 'removed'>

/**
 * Rows of nodes, pods, Services, workloads and Events for the app, with times in simulated ms since T+00:00. The first
 * `take` gives all of them; call `close` when the cluster is replaced.
 */
export class BoardRows {
  private readonly cluster: Cluster
  private readonly shiftMs: number
  private readonly unsubscribe: () => void
  private readonly changed = { nodes: new Set<string>(), pods: new Set<string>(), services: new Set<string>(), workloads: new Set<string>() }
  private readonly gonePods: string[] = []
  private readonly goneNodes: string[] = []
  private readonly goneServices: string[] = []
  private readonly goneWorkloads: string[] = []
  private readonly podUids = new Map<string, string>()
  private eventVersion = 0

  constructor(cluster: Cluster) {
    this.cluster = cluster
    this.shiftMs = cluster.config.historyMs ?? 0
    this.unsubscribe = cluster.onCommit((change) => this.note(change.resource, change.key, change.before, change.after))
    for (const pod of cluster.peek<Pod>('pods')) this.changed.pods.add(keyOf(pod))
    for (const node of cluster.peek<Node>('nodes')) this.changed.nodes.add(node.metadata.name ?? '')
    for (const service of cluster.peek<Service>('services')) this.changed.services.add(keyOf(service))
    for (const resource of workloadResources) for (const object of cluster.peek(resource)) this.changed.workloads.add(`${resource}|${keyOf(object)}`)
  }

  /** Stops following. */
  close(): void {
    this.unsubscribe()
  }

  /** Rows that changed since the last call; undefined members did not. */
  take(): Rows {
    const pods = [...this.changed.pods].map((key) => this.cluster.peekOne<Pod>('pods', key)).filter((pod) => pod !== undefined).map((pod) => this.podRow(pod))
    const nodes = [...this.changed.nodes].map((name) => this.cluster.peekOne<Node>('nodes', name)).filter((node) => node !== undefined).map((node) => this.nodeRow(node))
    const services = [...this.changed.services].map((key) => this.cluster.peekOne<Service>('services', key)).filter((service) => service !== undefined).map((service) => this.serviceRow(service))
    const workloads = [...this.changed.workloads].map((name) => this.workloadRow(name)).filter((row) => row !== undefined)
    const { events, marks } = this.takeEvents()
    const removed = { pods: this.gonePods.splice(0), nodes: this.goneNodes.splice(0), services: this.goneServices.splice(0), workloads: this.goneWorkloads.splice(0) }
    for (const set of Object.values(this.changed)) set.clear()
    return {
      ...(pods.length > 0 ? { pods } : {}), ...(nodes.length > 0 ? { nodes } : {}), ...(services.length > 0 ? { services } : {}), ...(workloads.length > 0 ? { workloads } : {}),
      ...(events.length > 0 ? { events, marks } : {}),
      ...(Object.values(removed).some((list) => list.length > 0) ? { removed } : {}),
    }
  }

  private note(resource: string, key: string, before: KubeObject | undefined, after: KubeObject | undefined): void {
    if (resource === 'pods') this.notePod(key, before as Pod | undefined, after as Pod | undefined)
    else if (resource === 'nodes') {
      if (after === undefined) this.goneNodes.push(key)
      this.changed.nodes.add(key)
    } else if (resource === 'services') {
      if (after === undefined) this.goneServices.push(key)
      this.changed.services.add(key)
    } else if (resource === slicesResource) {
      const slice = (after ?? before) as EndpointSlice
      const service = slice.metadata.labels?.['kubernetes.io/service-name']
      if (service !== undefined) this.changed.services.add(`${slice.metadata.namespace}/${service}`)
    } else if ((workloadResources as readonly string[]).includes(resource)) {
      if (after === undefined && before !== undefined) this.goneWorkloads.push(`${before.kind}/${key}`)
      this.changed.workloads.add(`${resource}|${key}`)
    }
  }

  private notePod(key: string, before: Pod | undefined, after: Pod | undefined): void {
    if (after === undefined && before !== undefined) this.gonePods.push(before.metadata.uid ?? '')
    this.changed.pods.add(key)
    for (const pod of [before, after]) if (pod?.spec.nodeName !== undefined) this.changed.nodes.add(pod.spec.nodeName)
    if (after !== undefined) this.podUids.set(key, after.metadata.uid ?? '')
  }

  private readonly timeOf = (timestamp: string): number => (timestamp === '' ? 0 : this.cluster.clock.parse(timestamp) - this.shiftMs)

  private podRow(pod: Pod): PodRow {
    const row = podRow(pod, this.timeOf)
    const usage = this.cluster.components.kubelets.usageOf(`${row.namespace}/${row.name}`, this.cluster.nowMs)
    if (usage.length === 0) return row
    return {
      ...row,
      cpuUsageMillis: Math.round(usage.reduce((sum, container) => sum + container.usage.cpuMillis, 0)),
      memoryUsageBytes: Math.round(usage.reduce((sum, container) => sum + container.usage.memoryBytes, 0)),
    }
  }

  private nodeRow(node: Node): NodeRow {
    const name = node.metadata.name ?? ''
    const pods = this.cluster.peek<Pod>('pods').filter((pod) => pod.spec.nodeName === name).map((pod) => this.podRow(pod))
    const row = nodeRow(node, pods, this.timeOf)
    return {
      ...row,
      cpuUsageMillis: pods.reduce((sum, pod) => sum + (pod.cpuUsageMillis ?? 0), 0),
      memoryUsageBytes: pods.reduce((sum, pod) => sum + (pod.memoryUsageBytes ?? 0), 0),
    }
  }

  private serviceRow(service: Service): ReturnType<typeof serviceRow> {
    const { namespace, name } = service.metadata
    const slices = this.cluster.peek<EndpointSlice>(slicesResource).filter((slice) => slice.metadata.namespace === namespace && slice.metadata.labels?.['kubernetes.io/service-name'] === name)
    return serviceRow(service, slices)
  }

  private workloadRow(name: string): ReturnType<typeof workloadRow> {
    const bar = name.indexOf('|')
    const object = this.cluster.peekOne<Deployment | ReplicaSet | Job>(name.slice(0, bar), name.slice(bar + 1))
    return object === undefined ? undefined : workloadRow(object)
  }

  private takeEvents(): { events: EventRow[]; marks: TimelineMark[] } {
    const rows = this.cluster.eventRows()
    const fresh = rows.slice(-eventsMax).filter((row) => row.resourceVersion > this.eventVersion)
    for (const row of fresh) this.eventVersion = Math.max(this.eventVersion, row.resourceVersion)
    const events = fresh.map((row) => eventRow(row, this.shiftMs))
    return { events, marks: events.map(markOf) }
  }
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace}/${object.metadata.name}`
}

const waitingReasons: ReadonlySet<string> = new Set(['FailedScheduling', 'BackOff', 'FailedMount', 'Unhealthy', 'FailedCreate'])

/** The mark of an Event on the timeline: warnings are findings, the rest belongs to who wrote it. */
function markOf(event: EventRow): TimelineMark {
  const label = `${event.reason} ${event.object.name}: ${event.message}`
  const base = { id: `event-${event.id}`, atMs: Math.max(0, event.lastMs), label, object: event.object }
  if (event.type === 'Warning') return { ...base, lane: 'findings', kind: waitingReasons.has(event.reason) ? 'waits' : 'wrong' }
  return { ...base, lane: event.from === 'kubelet' ? 'nodes' : 'control', kind: 'event' }
}

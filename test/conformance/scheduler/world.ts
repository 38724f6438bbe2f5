/** A cluster of plain maps with a scheduler on it: what the rows are played in. */

import type { KubeObject, Node, Pod } from '../../../simulator/api/types.ts'
import { Table } from '../../../simulator/kernel/table.ts'
import { podKeyOf } from '../../../simulator/scheduler/pod-class.ts'
import type { Decision, SchedulerEvent, SchedulerPorts, StatusPatch } from '../../../simulator/scheduler/ports.ts'
import { loadSchedulerConfiguration } from '../../../simulator/scheduler/configuration/load.ts'
import type { SchedulerConfiguration } from '../../../simulator/scheduler/configuration/types.ts'
import { Scheduler } from '../../../simulator/scheduler/scheduler.ts'
import type { Row } from '../runner.ts'
import { admitNode, admitPod } from './admit.ts'

const epochSeconds = 1767225600
const daySeconds = 86400

/** Seconds since the epoch of the rows (2026-01-01T00:00:00Z) as a timestamp within January 2026. */
function timestamp(seconds: number): string {
  return new Date((epochSeconds + seconds) * 1000).toISOString().replace('.000', '')
}

/** Fields of a row and the kinds they hold. */
const kindsOfFields: { readonly [field: string]: string } = {
  services: 'Service', replicasets: 'ReplicaSet', statefulsets: 'StatefulSet', replicationcontrollers: 'ReplicationController',
  pdbs: 'PodDisruptionBudget', pvs: 'PersistentVolume', pvcs: 'PersistentVolumeClaim', storageClasses: 'StorageClass', csinodes: 'CSINode',
  csidrivers: 'CSIDriver', csistoragecapacities: 'CSIStorageCapacity', resourceClaims: 'ResourceClaim', deviceClasses: 'DeviceClass', resourceSlices: 'ResourceSlice',
}
const clusterKinds: readonly string[] = ['PersistentVolume', 'StorageClass', 'CSINode', 'CSIDriver', 'DeviceClass', 'ResourceSlice', 'Namespace', 'Node']

/** A null in JSON is a field that is not set. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== null).map(([k, v]) => [k, withoutNulls(v)]))
}

/** The recorder's API lists objects by namespace and name. */
function sortEntries(map: Map<string, unknown>): void {
  const entries = [...map].sort(([a], [b]) => (a < b ? -1 : 1))
  map.clear()
  for (const [key, value] of entries) map.set(key, value)
}

/** The configuration of a row that names one. */
function configurationOf({ document }: Row): SchedulerConfiguration | undefined {
  if (document === undefined) return undefined
  const loaded = loadSchedulerConfiguration(String(document))
  if ('error' in loaded) throw new Error(loaded.error)
  return loaded
}

export class World {
  readonly nodes = new Map<string, Node>()
  readonly pods = new Map<string, Pod>()
  private readonly objects = new Map<string, Map<string, KubeObject>>()
  readonly scheduler: Scheduler
  nowMs = 1_000_000
  private boundCount = 0
  /** What the last attempt did. */
  decision: Decision | undefined
  message = ''
  reason = ''
  note = ''
  evicted: string[] = []
  cleared: string[] = []
  private readonly nominatedHere = new Set<string>()
  /** Makes the choice among the best nodes. */
  choose: (bound: number) => number = () => 0
  /** Victims vanish at once. */
  private readonly pendingEvents: (() => void)[] = []

  constructor(given: Row) {
    const row = withoutNulls(given) as Row
    for (const [field, kind] of Object.entries(kindsOfFields)) for (const object of (row[field] ?? []) as unknown as KubeObject[]) this.put(this.admit(kind, object))
    const pods = (row['pods'] ?? []) as unknown as Pod[]
    const steps = (row['steps'] ?? []) as unknown as { pod?: Pod }[]
    const spaces = row['namespaces'] as unknown as { [name: string]: { [key: string]: string } } | undefined
    const names = new Set(['default', ...Object.keys(spaces ?? {}), ...[...pods, ...steps.map((s) => s.pod), row['pod'] as unknown as Pod | undefined].map((p) => p?.metadata.namespace ?? 'default')])
    for (const name of names) this.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'kubernetes.io/metadata.name': name, ...spaces?.[name] } } })
    for (const node of (Array.isArray(row['nodes']) ? row['nodes'] : []) as unknown as Node[]) this.nodes.set(node.metadata.name ?? '', admitNode(node))
    sortEntries(this.nodes)
    pods.forEach((unadmitted, index) => {
      const pod = admitPod(unadmitted)
      const isBound = (pod.spec.nodeName ?? '') !== ''
      const started = isBound && pod.status?.startTime === undefined ? { ...pod, status: { ...pod.status, startTime: timestamp(index) } } : pod
      this.pods.set(podKeyOf(started), started)
    })
    sortEntries(this.pods)
    this.scheduler = new Scheduler({ queue: new Table(), counters: new Table() }, this.ports(), configurationOf(row))
  }

  private admit(kind: string, object: KubeObject): KubeObject {
    const namespace = clusterKinds.includes(kind) ? undefined : (object.metadata.namespace ?? 'default')
    const uid = object.metadata.uid ?? (namespace === undefined ? object.metadata.name : `${namespace}/${object.metadata.name}`)
    return { ...object, kind, metadata: { ...object.metadata, ...(namespace !== undefined && { namespace }), uid } }
  }

  private put(object: KubeObject): void {
    let byKey = this.objects.get(object.kind)
    if (byKey === undefined) this.objects.set(object.kind, (byKey = new Map()))
    byKey.set(`${object.metadata.namespace ?? ''}/${object.metadata.name}`, object)
  }

  /** Everything but nodes and pods. */
  allObjects(): KubeObject[] {
    return [...this.objects.values()].flatMap((byKey) => [...byKey.values()])
  }

  private ports(): SchedulerPorts {
    return {
      nowMs: () => this.nowMs,
      objects: {
        find: (kind, namespace, name) => this.objects.get(kind)?.get(`${namespace}/${name}`),
        list: (kind, namespace) => [...(this.objects.get(kind)?.values() ?? [])].filter((o) => namespace === undefined || o.metadata.namespace === namespace),
      },
      findPod: (key) => this.pods.get(key),
      listNodes: () => [...this.nodes.values()],
      listPods: () => [...this.pods.values()],
      bind: (pod, nodeName) => this.bind(pod, nodeName),
      patchStatus: (pod, patch) => this.patch(pod, patch),
      evict: (victim) => {
        this.evicted.push(podKeyOf(victim))
        this.pendingEvents.push(() => this.deletePod(podKeyOf(victim)))
      },
      recordEvent: (_pod, event) => this.record(event),
      pick: (bound) => this.choose(bound),
      recordDecision: (decision) => (this.decision = decision),
      writeObject: (object) => this.pendingEvents.push(() => this.change('update', object)),
    }
  }

  private record(event: SchedulerEvent): void {
    if (event.reason === 'FailedScheduling') this.note = event.note
  }

  private bind(pod: Pod, nodeName: string): string | undefined {
    const { nominatedNodeName: _nominated, ...status } = pod.status ?? {}
    const startTime = status.startTime ?? timestamp(daySeconds + this.boundCount++)
    const bound: Pod = { ...pod, spec: { ...pod.spec, nodeName }, status: { ...status, startTime } }
    this.pendingEvents.push(() => this.replacePod(bound))
    return undefined
  }

  private patch(given: Pod, { condition, nominatedNodeName }: StatusPatch): void {
    const pod = this.pods.get(podKeyOf(given)) ?? given
    // The recorder's API gave patches no resource version, so its queue never learned of nominations made within a
    // row, and did not take them back when a more important pod came.
    if (condition === undefined && nominatedNodeName === '' && this.nominatedHere.has(podKeyOf(given))) return
    if (nominatedNodeName !== undefined && nominatedNodeName !== '') this.nominatedHere.add(podKeyOf(given))
    if (condition !== undefined) {
      this.message = condition.message ?? ''
      this.reason = condition.reason ?? ''
    } else if (nominatedNodeName === '') this.cleared.push(podKeyOf(given))
    const { nominatedNodeName: _old, ...status } = pod.status ?? {}
    const nominated = nominatedNodeName ?? _old ?? ''
    const changed: Pod = {
      ...pod,
      status: { ...status, ...(nominated !== '' && { nominatedNodeName: nominated }), ...(condition !== undefined && { conditions: [condition] }) },
    }
    this.pods.set(podKeyOf(pod), changed)
    // Nor did it learn that pods of the row lost theirs.
    if (condition === undefined && nominatedNodeName === '') return
    this.pendingEvents.push(() => this.scheduler.onPodChange(pod, changed))
  }

  /** Delivers what the last attempt caused. */
  deliver(): void {
    for (const event of this.pendingEvents.splice(0)) event()
  }

  private replacePod(pod: Pod): void {
    const old = this.pods.get(podKeyOf(pod))
    this.pods.set(podKeyOf(pod), pod)
    this.scheduler.onPodChange(old, pod)
  }

  createPod(given: Pod): Pod {
    const pod = admitPod(given)
    this.replacePod(pod)
    return pod
  }

  deletePod(key: string): boolean {
    const old = this.pods.get(key)
    if (old === undefined) return false
    this.pods.delete(key)
    this.scheduler.onPodChange(old, undefined)
    return true
  }

  setNode(given: Node): void {
    const node = admitNode(given)
    const old = this.nodes.get(node.metadata.name ?? '')
    this.nodes.set(node.metadata.name ?? '', node)
    this.scheduler.onNodeChange(old, node)
  }

  dropNode(name: string): void {
    const old = this.nodes.get(name)
    this.nodes.delete(name)
    this.scheduler.onNodeChange(old, undefined)
  }

  /** An event of a wake row. */
  change(op: string, given: KubeObject): void {
    if (given.kind === 'Pod') {
      const pod = admitPod(given as Pod)
      if (op === 'delete') this.deletePod(podKeyOf(pod))
      else this.replacePod(pod)
      return
    }
    if (given.kind === 'Node') return op === 'delete' ? this.dropNode(given.metadata.name ?? '') : this.setNode(given as Node)
    const object = this.admit(given.kind, given)
    const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`
    const old = this.objects.get(given.kind)?.get(key)
    if (op === 'delete') this.objects.get(given.kind)?.delete(key)
    else this.put(object)
    this.scheduler.onObjectChange(given.kind, old, op === 'delete' ? undefined : object)
  }

  /** One attempt at a pod that exists. */
  attempt(key: string): void {
    this.decision = undefined
    this.message = this.reason = this.note = ''
    this.evicted = []
    this.cleared = []
    this.scheduler.attempt(key)
  }
}

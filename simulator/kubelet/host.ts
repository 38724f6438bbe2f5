/** What all parts of the kubelets share: tables, clock, the API per node, and the queue of syncs. */

import type { ApiClient } from '../api/client.ts'
import { parseImageReference } from '../api/image-reference.ts'
import type { Container, Node, Pod } from '../api/types.ts'
import { assert } from '../kernel/assert.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import { unitHash } from '../kernel/hash.ts'
import type { Table } from '../kernel/table.ts'
import type { Timings } from '../kernel/timings.ts'
import type { ComponentContext } from '../store/component.ts'
import { splitKey } from '../store/resource-id.ts'
import { familiarReference, findImage, imageId } from '../workloads/images.ts'
import type { EffectAnswer, ImageEntry } from '../workloads/program.ts'
import { kubeletTexts } from './texts.ts'
import type { KubeletConfig, KubeletPorts, Origin } from './ports.ts'
import { SharedParts } from './shared-parts.ts'
import type { BackOff, KillRecord, NodeRecord, PodRecord, ProbeRecord, ProcessRecord, SessionRecord } from './records.ts'

/** Lines of a container's log, oldest first; the oldest are forgotten. */
export interface LogRecord {
  /** Lines forgotten so far. */
  readonly skipped: number
  readonly lines: readonly LogLine[]
}
export interface LogLine {
  readonly atMs: SimTimeMs
  readonly stream: 'stdout' | 'stderr'
  /** With its line end, unless the line is not finished. */
  readonly text: string
}

export interface PendingAnswer {
  readonly origin: Origin
  readonly id: string
  readonly answer: EffectAnswer
}

/** Files written inside a container or a volume: text, or null for what was removed. */
export interface WrittenFiles {
  readonly [path: string]: string | null
}

/** What a pod's volumes were mounted with: files by volume name. */
export interface MountRecord {
  readonly volumes: { readonly [volume: string]: { readonly [path: string]: string } }
  /** The files before the first refresh: what subPath mounts still show. */
  readonly original?: MountRecord['volumes']
  /** Failed volumes wait longer each time. */
  readonly retryMs?: SimTimeMs
  readonly delayMs: number
  readonly refreshMs?: SimTimeMs
  /** Since when the sync waits for volumes. */
  readonly sinceMs: SimTimeMs
}

const emptyNode: NodeRecord = { isStopped: false, addresses: [], images: {}, brokenDevices: [], devices: {} }

/** What the registry knows of an image, by the name that a pod uses. */
export interface ImageFacts {
  readonly entry: ImageEntry | undefined
  /** Without the default domain, with its tag; undefined for a name that no registry can have. */
  readonly reference: string | undefined
  readonly parsed: ReturnType<typeof parseImageReference>
  /** `repository@sha256:digest`, or the name itself for an image that does not exist. */
  readonly imageId: string
}

/** Tables, clock and helpers of all kubelets. */
export class Host {
  /** Derived: facts of images by name. */
  private readonly images = new Map<string, ImageFacts>()
  private isInEvent = false
  /** The record that the running event has copied. */
  private copied: PodRecord | undefined
  readonly shared = new SharedParts()
  readonly context: ComponentContext
  readonly ports: KubeletPorts
  readonly config: KubeletConfig
  readonly timings: Timings
  readonly pods: Table<PodRecord>
  readonly nodes: Table<NodeRecord>
  readonly processes: Table<ProcessRecord>
  readonly sessions: Table<SessionRecord>
  readonly kills: Table<KillRecord>
  readonly probes: Table<ProbeRecord>
  readonly logs: Table<LogRecord>
  readonly files: Table<WrittenFiles>
  readonly mounts: Table<MountRecord>
  readonly backOffs: Table<BackOff>
  /** Pod address to pod key. */
  readonly addresses: Table<string>
  readonly counters: Table<number>
  /** Answers on their way to a process that asked its own pod. */
  readonly answers: Table<PendingAnswer>

  constructor(context: ComponentContext, ports: KubeletPorts, config: KubeletConfig) {
    this.context = context
    this.ports = ports
    this.config = config
    this.timings = context.timings
    this.pods = context.table('pods')
    this.nodes = context.table('nodes')
    this.processes = context.table('processes')
    this.sessions = context.table('sessions')
    this.kills = context.table('kills')
    this.probes = context.table('probes')
    this.logs = context.table('logs')
    this.files = context.table('files')
    this.mounts = context.table('mounts')
    this.backOffs = context.table('back-offs')
    this.addresses = context.table('addresses')
    this.counters = context.table('counters')
    this.answers = context.table('answers')
  }

  get nowMs(): SimTimeMs {
    return this.context.clock.nowMs
  }

  timestamp(atMs: SimTimeMs): string {
    return this.context.clock.timestamp(atMs)
  }

  image(name: string): ImageFacts {
    let facts = this.images.get(name)
    if (facts === undefined) {
      const found = findImage(this.config.images, name)
      const entry = found ?? (this.config.runsUnknownImages === true ? { program: 'sleeper', bytes: this.timings.defaultImageBytes, parameters: {}, argv: ['/server'] } : undefined)
      facts = { entry, reference: familiarReference(name), parsed: parseImageReference(name), imageId: entry === undefined ? name : imageId(name, entry) }
      this.images.set(name, facts)
    }
    return facts
  }

  findPod(podKey: string): Pod | undefined {
    return this.context.api.find<Pod>('pods', podKey)
  }

  findNode(name: string): Node | undefined {
    return this.context.api.find<Node>('nodes', name)
  }

  client(nodeName: string): ApiClient {
    return this.ports.clientFor(nodeName)
  }

  record(podKey: string): PodRecord {
    const record = this.pods.get(podKey)
    assert(record !== undefined, `the kubelet knows no pod ${podKey}`)
    return record
  }

  /**
   * Handles an event of the kernel. Nobody can fork or save the cluster before its end, so the record that it changes
   * is copied once: further changes are made in the copy.
   */
  handle(handler: (key: string) => void, key: string): void {
    this.isInEvent = true
    handler(key)
    this.isInEvent = false
    this.copied = undefined
  }

  /** Changes fields of a pod's record. A record that was read before may or may not show the change. */
  change(podKey: string, fields: Partial<PodRecord>): PodRecord {
    const record = this.record(podKey)
    if (record === this.copied) return Object.assign(this.copied, fields)
    // Two steps: a copy of a record that has all fields is fast, one spread over another is not.
    const next: PodRecord = { ...record }
    Object.assign(next, fields)
    this.pods.set(podKey, next)
    if (this.isInEvent) this.copied = next
    return next
  }

  nodeRecord(name: string): NodeRecord {
    return this.nodes.get(name) ?? emptyNode
  }

  changeNode(name: string, fields: Partial<NodeRecord>): void {
    this.nodes.set(name, { ...this.nodeRecord(name), ...fields })
  }

  /** Records an Event of the pod, or of one of its containers. */
  event(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, container?: Container): void {
    const host = pod.spec.nodeName
    this.context.recorder.record(pod, type, reason, message, container === undefined ? { host } : { host, fieldPath: this.shared.fieldPath(pod.spec.containers, container, () => fieldPathOf(pod, container)) })
  }

  /** Asks for a sync of a pod at a time. A running sync is followed by another. */
  requestSync(podKey: string, atMs: SimTimeMs): void {
    const record = this.pods.get(podKey)
    if (record === undefined || record.stage === 'finished') return
    if (record.isBusy) {
      if (!record.isAskedAgain) this.change(podKey, { isAskedAgain: true })
      return
    }
    const earliestMs = record.lastSyncMs < 0 ? atMs : this.relistAfter(record.node, record.lastSyncMs)
    const syncMs = atMs < earliestMs ? earliestMs : atMs
    if (record.syncMs !== undefined && record.syncMs <= syncMs) return
    this.change(podKey, { syncMs })
    this.context.schedule(syncMs, 'sync', podKey)
  }

  /** Something changed in the runtime: the pod lifecycle event generator tells the pod's worker at its next round. */
  noteRuntimeChange(podKey: string): void {
    const { isBusy, node } = this.record(podKey)
    this.requestSync(podKey, isBusy ? this.nowMs : this.relistAfter(node, this.nowMs))
  }

  /** The first round of a node's pod lifecycle event generator after a moment. A sync sees nothing newer than the last round. */
  relistAfter(node: string, atMs: SimTimeMs): SimTimeMs {
    const period = this.timings.statusSyncMs
    const offset = Math.floor(this.jitter(node) * period)
    return offset + (Math.floor((atMs - offset) / period) + 1) * period
  }

  /** A number in [0, 1) that belongs to a text. */
  jitter(text: string): number {
    return unitHash(`${this.config.seed}|${text}`)
  }

  takeCount(name: string): number {
    const count = this.counters.get(name) ?? 0
    this.counters.set(name, count + 1)
    return count
  }
}

/** Where in the pod a container is, as Events name it. */
export function fieldPathOf(pod: Pod, container: Container): string {
  const { spec } = pod
  if (spec.containers.includes(container)) return kubeletTexts.fieldPath('containers', container.name)
  if (spec.initContainers?.includes(container) === true) return kubeletTexts.fieldPath('initContainers', container.name)
  return spec.containers.some(({ name }) => name === container.name)
    ? kubeletTexts.fieldPath('containers', container.name)
    : kubeletTexts.fieldPath(spec.initContainers?.some(({ name }) => name === container.name) === true ? 'initContainers' : 'ephemeralContainers', container.name)
}

/** A container of the pod by name, of any kind. */
export function findContainer(pod: Pod, name: string): Container | undefined {
  const { containers, initContainers, ephemeralContainers } = pod.spec
  for (const container of containers) if (container.name === name) return container
  return initContainers?.find((container) => container.name === name) ?? ephemeralContainers?.find((container) => container.name === name)
}

/** `NAME_NAMESPACE(UID)`, as the kubelet names a pod in its texts. */
export function formatPod(pod: Pod): string {
  return `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`
}

/** The parts of a pod key. */
export function podNames(podKey: string): { namespace: string; name: string } {
  const { namespace, name } = splitKey(podKey)
  return { namespace: namespace ?? '', name }
}

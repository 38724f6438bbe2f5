/** The kubelets of all nodes as one component: one factory, state in tables keyed by pod. */

import type { KubeObject, Node, Pod } from '../api/types.ts'
import type { ComponentContext, StoreChange } from '../store/component.ts'
import { keyOf } from '../store/resource-id.ts'
import { findProgram } from '../workloads/registry.ts'
import { hasChangedGpus } from './devices.ts'
import { Door } from './door.ts'
import { Host } from './host.ts'
import { addImage, isCached } from './images.ts'
import { Killer } from './killer.ts'
import { planRefresh, refreshMounts } from './mounts.ts'
import { leaveLease, registerNode, reportNode, takeLease } from './node-status.ts'
import { isTerminalPhase } from './phase.ts'
import type { ContainerUsage, KubeletConfig, KubeletPorts, Kubelets } from './ports.ts'
import { listenerOf, sendToPort } from './local-request.ts'
import { Probes } from './probes.ts'
import { Processes } from './processes.ts'
import { containerKey, latestOf } from './records.ts'
import { Sessions } from './sessions.ts'
import { Starter } from './starter.ts'
import { noteWrite, storageExcess } from './storage.ts'
import { kubeletTexts } from './texts.ts'
import { Worker } from './worker.ts'

/**
 * Makes the kubelets of a cluster.
 * @param context tables and event types are named below `kubelet/`; the recorder records as component `kubelet`
 * @param ports what the kubelets need from their neighbors
 * @param config seed, images, what is cached
 */
export function createKubelets(context: ComponentContext, ports: KubeletPorts, config: KubeletConfig): Kubelets {
  return new KubeletModel(new Host(context, ports, config))
}

class KubeletModel implements Kubelets {
  readonly handlers: { readonly [type: string]: (key: string) => void }
  private readonly host: Host
  private readonly processes: Processes
  private readonly sessions: Sessions
  private readonly probes: Probes
  private readonly killer: Killer
  private readonly worker: Worker
  private readonly door: Door
  readonly readLogs: Kubelets['readLogs']
  readonly logCursor: Kubelets['logCursor']
  readonly followLogs: Kubelets['followLogs']
  readonly startExec: Kubelets['startExec']
  readonly startAttach: Kubelets['startAttach']

  constructor(host: Host) {
    this.host = host
    this.sessions = new Sessions(host, (purpose, session, sessionId) => {
      if (purpose.kind === 'probe') this.probes.execEnded(purpose.key, session, sessionId)
      else if (purpose.kind === 'preStop') this.killer.hookEnded(purpose.key, session)
      else this.worker.postStartEnded(purpose.key, session)
    })
    this.processes = new Processes(host, {
      exited: (podKey, container) => {
        this.sessions.containerExited(podKey, container)
        this.killer.exited(podKey, container)
        this.worker.containerExited(podKey, container)
      },
      changed: (podKey) => {
        this.probes.wake(podKey)
        host.ports.changed?.(podKey)
      },
      filesWritten: (podKey) => noteWrite(host, podKey),
      mainWrote: (podKey, container, stream, text) => this.sessions.mainWrote(podKey, container, stream, text),
      sessionWrote: (sessionId, stream, text) => this.sessions.wrote(sessionId, stream, text),
      sessionExited: (sessionId, exitCode) => this.sessions.exited(sessionId, exitCode),
    })
    this.sessions.use(this.processes)
    this.probes = new Probes(host, this.processes, this.sessions, (podKey, type) => {
      if (type !== 'liveness') this.worker.refreshStatus(podKey)
      host.requestSync(podKey, host.nowMs)
    })
    this.killer = new Killer(host, this.processes, this.sessions)
    const starter = new Starter(host, this.processes, this.sessions)
    this.worker = new Worker({ host, processes: this.processes, starter, killer: this.killer, probes: this.probes })
    this.door = new Door(host, this.sessions)
    this.readLogs = (pod, container, query) => this.door.readLogs(pod, container, query)
    this.logCursor = (pod, container) => this.door.logCursor(pod, container)
    this.followLogs = (pod, container, cursor) => this.door.followLogs(pod, container, cursor)
    this.startExec = (pod, container, command, options) => this.door.startExec(pod, container, command, options)
    this.startAttach = (pod, container) => this.door.startAttach(pod, container)
    const on = (handler: (key: string) => void) => (key: string): void => host.handle(handler, key)
    this.handlers = {
      sync: on((key) => this.worker.onSync(key)),
      step: on((key) => this.worker.onStep(key)),
      mount: on((key) => this.worker.onMount(key)),
      refresh: on((key) => this.onRefresh(key)),
      program: on((key) => this.processes.onChange(key)),
      answer: on((key) => this.processes.onAnswer(key)),
      oom: on((key) => this.processes.onOom(key)),
      probe: on((key) => this.probes.onEvent(key)),
      kill: on((key) => this.killer.onEvent(key)),
      storage: on((key) => this.onStorage(key)),
      deadline: on((key) => this.onDeadline(key)),
      node: on((key) => this.onNode(key)),
      update: on((key) => this.onUpdate(key)),
    }
  }

  start(): void {
    for (const { metadata } of this.host.context.api.list('nodes')) this.host.context.schedule(this.host.nowMs, 'node', metadata.name ?? '')
    for (const pod of this.host.context.api.list<Pod>('pods')) this.notePod(undefined, pod, keyOf(pod))
  }

  onChange(change: StoreChange): void {
    const { resource, before, after } = change
    if (resource === 'pods') this.notePod(before as Pod | undefined, after as Pod | undefined, change.key)
    else if (resource === 'nodes') this.noteNode(change)
    else if (resource === 'configmaps' || resource === 'secrets') this.noteSource(resource, change)
  }

  send(podKey: string, port: number, request: Parameters<Kubelets['send']>[2]): ReturnType<Kubelets['send']> {
    return sendToPort(this.host, this.processes, podKey, port, request)
  }

  flow(podKey: string, port: number, load: Parameters<Kubelets['flow']>[2]): ReturnType<Kubelets['flow']> {
    const key = listenerOf(this.host, podKey, port)
    const row = key === undefined ? undefined : this.host.processes.get(key)
    return row === undefined ? undefined : findProgram(row.program).flow?.(row.state, load, this.processes.contextOf(row))
  }

  setLoad(podKey: string, port: number, load: Parameters<Kubelets['setLoad']>[2]): void {
    const key = listenerOf(this.host, podKey, port)
    if (key !== undefined) this.processes.setLoad(key, load)
  }

  portsOf(podKey: string): readonly number[] {
    const ports: number[] = []
    for (const { name, state } of this.host.pods.get(podKey)?.containers ?? []) {
      if (state === 'running') ports.push(...(this.host.processes.get(containerKey(podKey, name))?.ports ?? []))
    }
    return ports.sort((a, b) => a - b)
  }

  answer(origin: Parameters<Kubelets['answer']>[0], id: string, answer: Parameters<Kubelets['answer']>[2]): void {
    this.processes.answer(origin, id, answer)
  }

  usageOf(podKey: string, atMs: number): readonly ContainerUsage[] {
    const pod = this.host.findPod(podKey)
    const running = this.host.pods.get(podKey)?.containers.filter(({ state }) => state === 'running') ?? []
    if (pod === undefined) return []
    const names = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map(({ name }) => name)
    const result: ContainerUsage[] = []
    for (const container of names) {
      if (!running.some(({ name }) => name === container)) continue
      const row = this.host.processes.get(containerKey(podKey, container))
      const usage = row === undefined ? idleUsage : findProgram(row.program).usage(row.state, row.load, this.processes.contextOf(row, atMs))
      result.push({ container, usage })
    }
    return result
  }

  idleRun(podKey: string, container: string): ReturnType<Kubelets['idleRun']> {
    const latest = latestOf(this.host.pods.get(podKey)?.containers ?? [], container)
    return latest?.isIdle === true && latest.attempt === 0 ? { sinceMs: latest.startedMs, isRunning: latest.state === 'running' } : undefined
  }

  idleContainers(): ReturnType<Kubelets['idleContainers']> {
    const found: { podKey: string; container: string }[] = []
    this.host.pods.forEach(({ containers }, podKey) => {
      for (const { name, isIdle, attempt, state } of containers) if (isIdle && attempt === 0 && state === 'running') found.push({ podKey, container: name })
    })
    return found
  }

  podAt(podIP: string): string | undefined {
    return this.host.addresses.get(podIP)
  }

  readSession(sessionId: string): ReturnType<Kubelets['readSession']> {
    return this.sessions.read(sessionId)
  }

  writeSession(sessionId: string, text: string | undefined): void {
    this.sessions.write(sessionId, text)
  }

  closeSession(sessionId: string): void {
    this.sessions.close(sessionId)
  }

  readFile(podKey: string, container: string, path: string): string | undefined {
    return this.door.readFile(podKey, container, path)
  }

  isImageCached(nodeName: string, image: string): boolean {
    return isCached(this.host, nodeName, image)
  }

  cacheImage(nodeName: string, image: string): void {
    addImage(this.host, nodeName, image)
    this.host.context.schedule(this.host.nowMs, 'node', nodeName)
  }

  stopNode(nodeName: string): void {
    const { host } = this
    host.changeNode(nodeName, { isStopped: true })
    leaveLease(host, nodeName)
    for (const { metadata } of host.context.api.listPodsOnNode(nodeName)) {
      const podKey = `${metadata.namespace}/${metadata.name}`
      const record = host.pods.get(podKey)
      if (record === undefined) continue
      for (const { name, state } of record.containers) if (state === 'running') this.processes.forget(podKey, name)
      const containers = record.containers.map((container) =>
        container.state === 'running' ? { ...container, state: 'exited' as const, finishedMs: host.nowMs, exitCode: 255, reason: 'Unknown' } : container)
      host.change(podKey, { containers, sandboxMs: undefined, plan: [], step: undefined, isBusy: false, syncMs: undefined })
    }
  }

  startNode(nodeName: string): void {
    const { host } = this
    if (!host.nodeRecord(nodeName).isStopped) return
    host.changeNode(nodeName, { isStopped: false })
    takeLease(host, nodeName)
    host.context.schedule(host.nowMs, 'node', nodeName)
    for (const pod of host.context.api.listPodsOnNode(nodeName)) {
      const podKey = `${pod.metadata.namespace}/${pod.metadata.name}`
      if (host.pods.has(podKey)) host.requestSync(podKey, host.nowMs)
      else this.notePod(undefined, pod, podKey)
    }
  }

  setDeviceHealth(nodeName: string, deviceId: string, isHealthy: boolean): void {
    const broken = this.host.nodeRecord(nodeName).brokenDevices.filter((id) => id !== deviceId)
    this.host.changeNode(nodeName, { brokenDevices: isHealthy ? broken : [...broken, deviceId] })
    this.host.context.schedule(this.host.nowMs + this.host.timings.nodeStatusMs / 2, 'node', nodeName)
  }

  private notePod(before: Pod | undefined, after: Pod | undefined, podKey: string): void {
    const { host } = this
    const pod = after ?? before
    if (pod?.spec.nodeName === undefined || pod.spec.nodeName === '') return
    if (after === undefined) {
      if (host.pods.has(podKey)) host.context.schedule(host.nowMs, 'update', `${podKey}|${pod.metadata.uid}`)
      return
    }
    const record = host.pods.get(podKey)
    if (record === undefined || record.uid !== after.metadata.uid) {
      if (isTerminalPhase(after.status?.phase) && after.metadata.deletionTimestamp === undefined) return
      if (record !== undefined) host.context.schedule(host.nowMs, 'update', `${podKey}|${record.uid}`)
      host.context.schedule(host.nowMs + host.timings.bindMs, 'update', podKey)
      return
    }
    if (before === undefined || before.status !== after.status) if (before?.spec === after.spec && before?.metadata.deletionTimestamp === after.metadata.deletionTimestamp && !hasGates(after)) return
    host.context.schedule(host.nowMs + host.timings.watchDeliveryMs, 'update', podKey)
  }

  /** An update of a pod has reached its kubelet: it is new, changed, being deleted, or gone. */
  private onUpdate(key: string): void {
    const { host } = this
    const bar = key.indexOf('|')
    // The key as it came is the store's own text, which is known at a glance.
    const podKey = bar < 0 ? key : key.slice(0, bar)
    const uid = bar < 0 ? '' : key.slice(bar + 1)
    const record = host.pods.get(podKey)
    const pod = host.findPod(podKey)
    if (record !== undefined && (pod === undefined || pod.metadata.uid !== record.uid) && (uid === '' || uid === record.uid)) this.worker.forget(podKey)
    if (pod?.spec.nodeName === undefined || pod.spec.nodeName === '' || host.findNode(pod.spec.nodeName) === undefined) return
    if (!host.pods.has(podKey)) this.worker.adopt(podKey, pod)
    else if (pod.metadata.deletionTimestamp !== undefined) this.worker.terminate(podKey)
    else if (uid === '') host.requestSync(podKey, host.nowMs)
  }

  private noteNode({ key, before, after }: StoreChange): void {
    if (after === undefined) return
    if (before === undefined) this.host.context.schedule(this.host.nowMs, 'node', key)
    else if (statusPart(before, 'capacity') !== statusPart(after, 'capacity') || hasChangedGpus(before as Node, after as Node)) this.host.context.schedule(this.host.nowMs + this.host.timings.nodeStatusMs / 2, 'node', key)
  }

  private noteSource(resource: string, { key }: StoreChange): void {
    const name = key.slice(key.indexOf('/') + 1)
    const namespace = key.slice(0, key.indexOf('/'))
    this.host.mounts.forEach((_mount, podKey) => {
      if (!podKey.startsWith(`${namespace}/`)) return
      const pod = this.host.findPod(podKey)
      if (pod !== undefined && JSON.stringify(pod.spec.volumes).includes(`"${name}"`)) planRefresh(this.host, podKey)
    })
    void resource
  }

  private onRefresh(podKey: string): void {
    const pod = this.host.findPod(podKey)
    if (pod !== undefined && refreshMounts(this.host, podKey, pod)) this.probes.wake(podKey)
  }

  private onDeadline(podKey: string): void {
    const record = this.host.pods.get(podKey)
    const pod = this.host.findPod(podKey)
    if (record === undefined || pod === undefined || record.stage !== 'syncing') return
    const { activeDeadlineSeconds } = pod.spec
    const startedMs = pod.status?.startTime === undefined ? this.host.nowMs : this.host.context.clock.parse(pod.status.startTime)
    if (activeDeadlineSeconds === undefined || this.host.nowMs - startedMs < activeDeadlineSeconds * 1000) return
    this.host.change(podKey, { verdict: { reason: 'DeadlineExceeded', message: kubeletTexts.deadline, isFinal: true } })
    this.host.event(pod, 'Normal', 'DeadlineExceeded', kubeletTexts.deadline)
    this.worker.terminate(podKey)
  }

  private onStorage(podKey: string): void {
    const record = this.host.pods.get(podKey)
    const pod = this.host.findPod(podKey)
    if (record?.storageMs !== this.host.nowMs || pod === undefined) return
    this.host.change(podKey, { storageMs: undefined })
    const message = record.stage === 'syncing' && record.verdict === undefined ? storageExcess(this.host, podKey, pod) : undefined
    if (message === undefined) return
    this.host.change(podKey, { verdict: { reason: 'Evicted', message, isFinal: false, graceSeconds: 0 } })
    this.host.event(pod, 'Warning', 'Evicted', message)
    this.worker.terminate(podKey)
  }

  private onNode(name: string): void {
    if (this.host.nodes.get(name) === undefined || this.host.findNode(name)?.spec?.podCIDR === undefined) registerNode(this.host, name)
    else reportNode(this.host, name)
  }
}

const idleUsage = { cpuMillis: 0, memoryBytes: 524_288, memoryBytesPerSecond: 0, throttledShare: 0, gpuUtilization: 0, gpuMemoryBytes: 0 }

function hasGates(pod: Pod): boolean {
  return (pod.spec.readinessGates?.length ?? 0) > 0
}

function statusPart(object: KubeObject, part: string): unknown {
  return (object.status as { readonly [key: string]: unknown } | undefined)?.[part]
}

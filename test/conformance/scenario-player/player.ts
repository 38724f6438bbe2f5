/** Plays a scenario file on a simulated cluster, as the recording program played it on a real one. */

import type { Dict } from './dict.ts'
import type { KubeObject, Pod } from '../../../simulator/api/types.ts'
import { quantityMilli } from '../../../simulator/api/quantity.ts'
import { isStream } from '../../../simulator/api/request.ts'
import type { EventRow } from '../../../simulator/apiserver/event-log.ts'
import { adminUser, createCluster } from '../../../simulator/index.ts'
import type { Cluster } from '../../../simulator/index.ts'
import type { StoreChange } from '../../../simulator/store/component.ts'
import { kubeconfig, MemoryFiles, runKubectl, splitWords } from './kubectl-runner.ts'
import { Names } from './names.ts'
import { statusFor } from './pod-status.ts'
import type { StatusWord } from './pod-status.ts'
import { ownerText, reduceObject } from './reduce.ts'
import { toRequest } from './rest.ts'

const reactionMs = 50
const heartbeatMs = 2_500
/** What starting kubectl took the recording program when it only reads, and else (schemas are fetched first); and one of its requests. */
const readMs = 150
const commandMs = 450
const requestMs = 2
const recordedKinds = ['Pod', 'ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'HorizontalPodAutoscaler', 'PodDisruptionBudget', 'ControllerRevision', 'PersistentVolumeClaim', 'ResourceQuota']
/** Kinds whose changes keep a step going. */
const noticedKinds = new Set([...recordedKinds, 'Service', 'Endpoints', 'Namespace', 'Node', 'Event', 'ServiceAccount', 'PersistentVolume', 'ReplicationController', 'ConfigMap', 'EndpointSlice'])

/** Flags of the recording that differ from the defaults. */
const recordingFlags = { hpaSyncPeriodMs: 3_000, hpaDownscaleStabilizationMs: 12_000, hpaCpuInitializationPeriodMs: 2_000, hpaInitialReadinessDelayMs: 2_000, nodeMonitorPeriodMs: 1_000, nodeMonitorGracePeriodMs: 12_000, claimBinderSyncPeriodMs: 2_000 }

/** The head of a scenario file. */
export interface Scenario {
  readonly nodes?: number | readonly Dict[]
  readonly kubelet?: string
  readonly termination?: string
  readonly overrides?: { readonly [selector: string]: string }
  readonly watch?: readonly string[]
  readonly quiet?: number
  readonly delay?: number
  readonly metrics?: boolean
  /** What one of kubectl's requests takes, ms. */
  readonly requestMs?: number
  /** Where the scenario plays; `demo` unless it says otherwise. */
  readonly namespace?: string
}

export interface PlayedStep { readonly output?: unknown; readonly log: Dict[]; readonly events: Dict[]; readonly settled: Dict }

interface Task { readonly atMs: number; readonly run: () => void }

export class Player {
  readonly cluster: Cluster
  private readonly scenario: Scenario
  private readonly files = new MemoryFiles()
  private readonly tasks: Task[] = []
  private readonly namespace: string
  private readonly alive = new Set<string>()
  private readonly done = new Set<string>()
  private readonly watched: ReadonlySet<string>
  private readonly names = new Names()
  private readonly previous = new Map<string, Dict>()
  private readonly order = new Map<string, number>()
  private kubeletMode: string
  private termination: string
  private overrides: { readonly [selector: string]: string }
  private usage: { readonly [selector: string]: Dict } = {}
  private custom: { readonly [metric: string]: string } = {}
  private lastChangeMs = 0
  private ipCount = 0
  private changes: StoreChange[] = []
  private eventRows: EventRow[] = []
  private readonly lastEvents = new Map<number, string>()

  constructor(scenario: Scenario) {
    this.scenario = scenario
    this.namespace = scenario.namespace ?? 'demo'
    this.kubeletMode = scenario.kubelet ?? 'auto'
    this.termination = scenario.termination ?? 'auto'
    this.overrides = scenario.overrides ?? {}
    this.watched = new Set([...recordedKinds, ...(scenario.watch ?? [])])
    const given = scenario.nodes ?? 3
    const nodes: readonly Dict[] = typeof given === 'number' ? Array.from({ length: given }, (_, index) => ({ name: `n${index + 1}` })) : given
    this.cluster = createCluster({ seed: 1, kubelet: 'scripted', controllerFlags: recordingFlags, nodes: nodes.map((node) => this.nodeSpec(node)) })
    for (const node of nodes) this.alive.add(node['name'])
    this.files.write('/root/.kube/config', kubeconfig(this.namespace))
    if (this.namespace !== 'default') this.cluster.clientFor(adminUser).create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.namespace } })
    this.cluster.onCommit((change) => this.onChange(change))
    this.cluster.events.listen((row, before) => {
      if (row.namespace !== this.namespace) return
      this.eventRows.push(row)
      if (before === undefined) this.lastChangeMs = this.cluster.nowMs
    })
    if (scenario.metrics === true) this.serveMetrics()
    if (nodes.length > 0) this.heartbeat()
    this.settle(700)
    this.changes = []
    this.eventRows = []
    for (const node of this.cluster.peek('nodes')) this.previous.set(`Node/${node.metadata.name!}`, reduceObject(node))
  }

  private nodeSpec({ name, cpu = '8', memory = '32Gi', pods = '110', labels, taints, extra }: Dict): any {
    return { name, resources: { cpu: String(cpu), memory: String(memory), pods: String(pods), ...extra }, labels, taints }
  }

  // ---- time --------------------------------------------------------------------------------------------------------

  /** Runs the cluster and the played nodes up to a moment, or until it is enough. */
  advance(toMs: number, isOver?: () => boolean): void {
    const { cluster } = this
    for (;;) {
      const task = this.nextTask()
      const eventMs = cluster.nextEventMs()
      const nextMs = Math.min(task?.atMs ?? Infinity, eventMs ?? Infinity)
      if (nextMs > toMs) break
      if (task !== undefined && task.atMs <= (eventMs ?? Infinity)) {
        this.tasks.splice(this.tasks.indexOf(task), 1)
        cluster.advanceTo(task.atMs)
        task.run()
      } else cluster.stepEvent()
      if (isOver?.() === true) return
    }
    cluster.advanceTo(toMs)
  }

  private nextTask(): Task | undefined {
    return this.tasks.reduce<Task | undefined>((first, task) => (first === undefined || task.atMs < first.atMs ? task : first), undefined)
  }

  private after(delayMs: number, run: () => void): void {
    this.tasks.push({ atMs: this.cluster.nowMs + delayMs, run })
  }

  /** Waits until nothing has changed for a time. */
  settle(quietMs: number, limitMs = 30_000): void {
    const startMs = this.cluster.nowMs
    this.lastChangeMs = Math.max(this.lastChangeMs, startMs)
    for (;;) {
      const untilMs = Math.min(this.lastChangeMs + quietMs, startMs + limitMs)
      if (this.cluster.nowMs >= untilMs) return
      const next = Math.min(this.nextTask()?.atMs ?? Infinity, this.cluster.nextEventMs() ?? Infinity)
      this.advance(Math.min(untilMs, Math.max(next, this.cluster.nowMs)))
    }
  }

  private get now(): string {
    return this.cluster.clock.timestamp(this.cluster.nowMs)
  }

  // ---- the played nodes --------------------------------------------------------------------------------------------

  private onChange(change: StoreChange): void {
    const object = (change.after ?? change.before)!
    const { kind, metadata } = object
    const isMine = metadata.namespace === this.namespace || metadata.namespace === undefined
    if (isMine) {
      this.changes.push(change)
      if (noticedKinds.has(kind) && !(kind === 'Node' && change.before !== undefined && change.after !== undefined)) this.lastChangeMs = this.cluster.nowMs
    }
    if (kind !== 'Pod' || change.after === undefined || metadata.namespace !== this.namespace) return
    if (change.before === undefined) this.order.set(metadata.uid!, this.order.size)
    this.playPod(change.after as Pod)
  }

  private playPod(pod: Pod): void {
    const { uid, name, deletionTimestamp, labels } = pod.metadata
    const { nodeName } = pod.spec
    if (nodeName === undefined) return
    if (deletionTimestamp !== undefined) {
      if (this.termination !== 'auto' || this.done.has(`${uid!} del`)) return
      this.done.add(`${uid!} del`)
      if (this.alive.has(nodeName)) this.after(reactionMs, () => this.finish(name!, uid!))
      return
    }
    if (this.kubeletMode === 'none' || pod.status?.phase !== 'Pending' || pod.status.podIP !== undefined || this.done.has(`${uid!} start`)) return
    this.done.add(`${uid!} start`)
    let mode = this.kubeletMode
    for (const [selector, word] of Object.entries(this.overrides)) if (matches(labels ?? {}, selector)) mode = word
    if (mode === 'none' || !this.alive.has(nodeName)) return
    const word = mode === 'auto' ? 'ready' : mode === 'start' ? 'running' : mode
    this.after(reactionMs + (this.scenario.delay ?? 0) * 1000, () => this.setStatus(name!, word))
  }

  private findPod(name: string): Pod | undefined {
    return this.cluster.peekOne<Pod>('pods', `${this.namespace}/${name}`)
  }

  private setStatus(name: string, word: StatusWord): void {
    const pod = this.findPod(name)
    if (pod === undefined) return
    const status = statusFor(pod, word, this.now)
    if (pod.status?.podIP === undefined && ['Running', 'Succeeded', 'Failed'].includes(status['phase'])) {
      this.ipCount++
      const ip = `10.244.${(pod.spec.nodeName ?? '1').replace(/[^0-9]/g, '') || '1'}.${this.ipCount}`
      Object.assign(status, { podIP: ip, podIPs: [{ ip }], hostIP: '192.0.2.1', hostIPs: [{ ip: '192.0.2.1' }] })
    }
    if (pod.status?.startTime === undefined) status['startTime'] = this.now
    const response = this.cluster.request({
      user: adminUser, verb: 'patch', group: '', version: 'v1', resource: 'pods', namespace: this.namespace, name, subresource: 'status', contentType: 'application/strategic-merge-patch+json', body: JSON.parse(JSON.stringify({ status })),
    })
    if (response.code >= 300 && response.code !== 404) throw new Error(`status of pod ${name}: ${JSON.stringify(response)}`)
  }

  /** The end of a deletion: a Job's pod reports its end first. */
  private finish(name: string, uid: string): void {
    const pod = this.findPod(name)
    if (pod === undefined || pod.metadata.uid !== uid) return
    if (['Pending', 'Running'].includes(pod.status?.phase ?? '') && (ownerText(pod) ?? '').startsWith('Job/')) this.setStatus(name, 'killed')
    this.cluster.clientFor(adminUser).delete('pods', `${this.namespace}/${name}`, { gracePeriodSeconds: 0, uid })
  }

  private finishAll(isMeant: (pod: Pod) => boolean): void {
    for (const pod of this.pods()) if (pod.metadata.deletionTimestamp !== undefined && isMeant(pod)) this.finish(pod.metadata.name!, pod.metadata.uid!)
  }

  private heartbeat(): void {
    for (const name of this.alive) this.beat(name)
    this.after(heartbeatMs, () => this.heartbeat())
  }

  private beat(name: string): void {
    const client = this.cluster.clientFor(adminUser)
    const renewTime = this.cluster.clock.microTimestamp(this.cluster.nowMs)
    const key = `kube-node-lease/${name}`
    if (client.find('leases.coordination.k8s.io', key) === undefined) {
      client.create('leases.coordination.k8s.io', { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: 'kube-node-lease' }, spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime } })
    } else client.patch('leases.coordination.k8s.io', key, { spec: { renewTime } })
    const node = this.cluster.peekOne<KubeObject>('nodes', name)
    const conditions = (node?.status as Dict | undefined)?.['conditions'] as Dict[] | undefined
    if (node === undefined || conditions?.some((condition) => condition['type'] === 'Ready' && condition['status'] === 'True') === true) return
    const good = [['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'], ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'], ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'], ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available']]
    client.updateStatus('nodes', { ...node, status: { ...(node.status as Dict), conditions: good.map(([type, status, reason, message]) => ({ type, status, reason, message, lastHeartbeatTime: this.now, lastTransitionTime: this.now })) } })
  }

  /** The script serves the metrics of running pods instead of the metrics-server. */
  private serveMetrics(): void {
    const { metrics } = this.cluster.components
    metrics.podSamples = (namespace, passes) => this.cluster.peek<Pod>('pods').flatMap((pod) => {
      if (pod.metadata.namespace !== namespace || pod.status?.phase !== 'Running' || !passes(pod)) return []
      const usage = Object.entries(this.usage).filter(([selector]) => selector === pod.metadata.name || (selector.includes('=') && matches(pod.metadata.labels ?? {}, selector))).at(-1)?.[1]
      if (usage === undefined) return []
      const containers = pod.spec.containers.map(({ name }) => {
        const own = usage[name] ?? usage
        return { name, cpuMilli: quantityMilli(String(own['cpu'] ?? '0')), memoryBytes: quantityMilli(String(own['memory'] ?? '0')) / 1000 }
      })
      return [{ pod, containers, timestampMs: this.cluster.nowMs, windowMs: 15_000 }]
    })
    metrics.customPodValues = (metric, namespace, passes) => {
      const value = this.custom[metric]
      if (value === undefined) return { error: `the server could not find the metric ${metric} for pods` }
      const pods = this.cluster.peek<Pod>('pods').filter((pod) => pod.metadata.namespace === namespace && passes(pod))
      return new Map(pods.map((pod) => [pod.metadata.name!, quantityMilli(value) / 1000]))
    }
  }

  // ---- steps -------------------------------------------------------------------------------------------------------

  private pods(): Pod[] {
    return this.cluster.peek<Pod>('pods').filter((pod) => pod.metadata.namespace === this.namespace)
  }

  /** Pods by name, selector or label key, oldest first. */
  private select(selector: string): Pod[] {
    const found = this.pods().filter(({ metadata }) => metadata.name === selector || (selector.includes('=') && matches(metadata.labels ?? {}, selector)) || selector in (metadata.labels ?? {}))
    const created = (pod: Pod): string => pod.metadata.creationTimestamp ?? ''
    return found.sort((a, b) => (created(a) < created(b) ? -1 : created(a) > created(b) ? 1 : (this.order.get(a.metadata.uid!) ?? 0) - (this.order.get(b.metadata.uid!) ?? 0)))
  }

  /** Plays one step and says what came of it. */
  play(step: Dict): PlayedStep {
    const output = this.act(step)
    if ('settle' in step) this.settle(Number(step['settle']) * 1000, this.scenario.metrics === true ? 2000 * Number(step['settle']) : 60_000)
    else if (!('sleep' in step)) this.settle((this.scenario.quiet ?? 0.7) * 1000)
    return { ...this.record(), ...(output === undefined ? {} : { output }) }
  }

  /** A step with the names of the recordings; to be asked for when all steps are played and all names known. */
  named(step: PlayedStep): PlayedStep {
    return this.names.walk(step) as PlayedStep
  }

  private act(step: Dict): unknown {
    if ('apply' in step) return this.kubectl(['apply', '-f', '-'], step['apply'])
    if ('kubectl' in step) return this.kubectl(splitWords(step['kubectl']), step['stdin'])
    if ('raw' in step) return this.raw(step)
    if ('kubelet' in step) this.kubeletMode = step['kubelet']
    if ('overrides' in step) this.overrides = step['overrides'] ?? {}
    if ('termination' in step) {
      this.termination = step['termination']
      if (this.termination === 'auto') this.finishAll(() => true)
    }
    if ('custom' in step) this.custom = step['custom'] ?? {}
    if ('metrics' in step) this.usage = step['metrics'] ?? {}
    if ('node-stop' in step) for (const name of String(step['node-stop']).split(',')) this.alive.delete(name)
    if ('node-start' in step) for (const name of String(step['node-start']).split(',')) this.startNode(name)
    if ('node-add' in step) this.addNode(step['node-add'])
    if ('pods' in step) return this.setPods(step)
    if ('one-by-one' in step) return this.oneByOne(step)
    if ('sleep' in step) this.advance(this.cluster.nowMs + Number(step['sleep']) * 1000)
    return undefined
  }

  private kubectl(argv: readonly string[], stdin?: string): unknown {
    const pass = (ms: number): void => this.advance(this.cluster.nowMs + ms)
    pass(argv[0] === 'get' ? readMs : commandMs)
    return runKubectl({ cluster: this.cluster, user: adminUser, files: this.files, advance: (toMs, isOver) => this.advance(toMs, isOver), onRequest: () => pass(this.scenario.requestMs ?? requestMs) }, argv, stdin)
  }

  private raw(step: Dict): unknown {
    const fill = (text: string): string => text.replaceAll('{ns}', this.namespace).replace(/\{pod:([^}]+)\}/g, (_all, selector: string) => this.select(selector)[0]?.metadata.name ?? '')
    const times = (text: string): string => text.replace(/\{now-(\d+)\}/g, (_all, seconds: string) => this.cluster.clock.timestamp(this.cluster.nowMs - Number(seconds) * 1000))
    const body = step['body'] === undefined ? undefined : JSON.parse(times(fill(JSON.stringify(step['body']))))
    const response = this.cluster.request(toRequest(adminUser, fill(step['raw']), body, step['type']))
    return { code: response.code, ...(isStream(response) ? {} : { body: response.body }) }
  }

  private startNode(name: string): void {
    this.alive.add(name)
    this.beat(name)
    if (this.termination === 'auto') this.finishAll((pod) => pod.spec.nodeName === name)
  }

  private addNode(node: Dict): void {
    const { name } = node
    const spec = this.nodeSpec(node)
    const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', ...spec.labels }
    const client = this.cluster.clientFor(adminUser)
    const resources = { 'ephemeral-storage': '100Gi', ...spec.resources }
    const result = client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { taints: spec.taints ?? [] } } as KubeObject)
    if (!result.ok) throw new Error(result.status.message)
    client.updateStatus('nodes', { ...result.object, status: { capacity: resources, allocatable: resources, conditions: [] } })
    this.alive.add(name)
    this.beat(name)
  }

  private setPods(step: Dict): unknown {
    const isReady = (pod: Pod): boolean => pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true
    const where = step['where'] as string | undefined
    const phase = (pod: Pod): string => pod.status?.phase ?? ''
    let chosen = this.select(step['pods']).filter((pod) => (where === 'terminating') === (pod.metadata.deletionTimestamp !== undefined))
    if (where === 'unready') chosen = chosen.filter((pod) => !isReady(pod) && ['Pending', 'Running'].includes(phase(pod)))
    if (where === 'ready') chosen = chosen.filter(isReady)
    if (where === 'pending') chosen = chosen.filter((pod) => phase(pod) === 'Pending')
    if (where === 'active') chosen = chosen.filter((pod) => ['Pending', 'Running'].includes(phase(pod)))
    const pick = step['pick'] ?? 'all'
    if (pick === 'oldest') chosen = chosen.slice(0, 1)
    else if (pick === 'newest') chosen = chosen.slice(-1)
    else if (typeof pick === 'number') chosen = chosen.slice(0, pick)
    for (const pod of chosen) {
      if (step['status'] === 'remove') this.finish(pod.metadata.name!, pod.metadata.uid!)
      else this.setStatus(pod.metadata.name!, step['status'])
    }
    return { pods: chosen.map((pod) => pod.metadata.name!) }
  }

  private oneByOne(step: Dict): unknown {
    const sizes: unknown[] = [this.sizes()]
    let made = 0
    const most = Math.min(step['max'] ?? 60, step['count'] ?? 60)
    while (made < most) {
      const next = this.select(step['one-by-one']).find((pod) => pod.metadata.deletionTimestamp === undefined && pod.spec.nodeName !== undefined && ['Pending', 'Running'].includes(pod.status?.phase ?? '') &&
        pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') !== true)
      if (next === undefined) break
      this.setStatus(next.metadata.name!, 'ready')
      made++
      this.settle(500)
      sizes.push(this.sizes())
    }
    return { 'made-ready': made, sizes }
  }

  private sizes(): Dict {
    const sizes: Dict = {}
    const own = (resource: string): Dict[] => this.cluster.peek<KubeObject>(resource).filter((object) => object.metadata.namespace === this.namespace)
    const nonZero = (status: Dict, names: readonly string[]): Dict => Object.fromEntries(names.filter((name) => status[name] !== undefined).map((name) => [name, status[name]]))
    for (const set of own('replicasets.apps')) sizes[`ReplicaSet/${set['metadata'].name}`] = { spec: set['spec'].replicas, replicas: set['status']?.replicas ?? 0, ready: set['status']?.readyReplicas ?? 0 }
    for (const set of own('statefulsets.apps')) sizes[`StatefulSet/${set['metadata'].name}`] = nonZero(set['status'] ?? {}, ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'])
    for (const set of own('daemonsets.apps')) sizes[`DaemonSet/${set['metadata'].name}`] = nonZero(set['status'] ?? {}, ['currentNumberScheduled', 'numberReady', 'updatedNumberScheduled', 'numberUnavailable', 'numberAvailable', 'desiredNumberScheduled'])
    sizes['podsTotal'] = this.pods().filter((pod) => pod.metadata.deletionTimestamp === undefined).length
    return sizes
  }

  // ---- the record --------------------------------------------------------------------------------------------------

  private record(): PlayedStep {
    const log: Dict[] = []
    const changed = new Set<string>()
    for (const change of this.changes) this.recordChange(change, log, changed)
    const events = this.recordEvents()
    const settled = Object.fromEntries([...changed].sort((a, b) => (a < b ? -1 : 1)).map((key) => [key, this.settledForm(key)]))
    this.changes = []
    this.eventRows = []
    return { log, events, settled }
  }

  private recordChange({ before, after }: StoreChange, log: Dict[], changed: Set<string>): void {
    const object = (after ?? before)!
    this.names.feed(object)
    const { kind } = object
    const name = object.metadata.name!
    if (!this.watched.has(kind) || (kind === 'Namespace' && name !== this.namespace) || (kind === 'ConfigMap' && name === 'kube-root-ca.crt')) return
    const key = `${kind}/${name}`
    if (after === undefined) {
      log.push({ on: key, change: 'deleted' })
      this.previous.delete(key)
      changed.add(key)
      return
    }
    const reduced = JSON.parse(JSON.stringify(reduceObject(after))) as Dict
    const previous = this.previous.get(key)
    this.previous.set(key, reduced)
    if (previous === undefined) log.push({ on: key, change: 'added', set: reduced })
    else {
      const fields = [...new Set([...Object.keys(reduced), ...Object.keys(previous)])].filter((field) => JSON.stringify(reduced[field]) !== JSON.stringify(previous[field]))
      if (fields.length === 0) return
      log.push({ on: key, change: 'modified', set: Object.fromEntries(fields.map((field) => [field, reduced[field] ?? null])) })
    }
    changed.add(key)
  }

  private settledForm(key: string): Dict | null {
    const reduced = this.previous.get(key)
    if (reduced === undefined) return null
    if (!key.startsWith('Pod/')) return reduced
    const { labels: _labels, owner: _owner, ...rest } = reduced
    return rest
  }

  private recordEvents(): Dict[] {
    const events: Dict[] = []
    for (const row of this.eventRows) {
      const { regarding, type, reason, message, count, component } = row
      const event = { on: `${regarding.kind ?? ''}/${regarding.name ?? ''}`, type, reason, message, count, source: component, ...(regarding.fieldPath === undefined ? {} : { fieldPath: regarding.fieldPath }) }
      const text = JSON.stringify(event)
      if (this.lastEvents.get(row.id) === text) continue
      this.lastEvents.set(row.id, text)
      events.push(event)
    }
    return events
  }
}

function matches(labels: { readonly [key: string]: string }, selector: string): boolean {
  return selector.split(',').every((term) => labels[term.split('=')[0]!] === term.slice(term.indexOf('=') + 1))
}

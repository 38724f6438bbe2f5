/** Rows of functions/hpa.jsonl: the whole autoscaler under a fake clock, one sync every 15 s. */

import type { ApiClient, WriteResult } from '../../../simulator/api/client.ts'
import { defaultEpochMs, timestampMs, toNanoTime, toTimestamp } from '../../../simulator/api/time.ts'
import type { Condition, Deployment, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, KubeObject, Pod, Status } from '../../../simulator/api/types.ts'
import { defaultFlags } from '../../../simulator/controllers/flags.ts'
import { makeHpaController } from '../../../simulator/controllers/hpa/controller.ts'
import type { MetricsClient, MetricsError, PodMetric } from '../../../simulator/controllers/hpa/ports.ts'
import { readScale } from '../../../simulator/controllers/hpa/scale-target.ts'
import { openStream } from '../../../simulator/kernel/random.ts'
import { RowLog } from '../../../simulator/kernel/row-log.ts'
import { Table } from '../../../simulator/kernel/table.ts'
import { defaultTimings } from '../../../simulator/kernel/timings.ts'
import type { ComponentContext } from '../../../simulator/store/component.ts'
import { jsonEqual } from '../compare.ts'
import type { CaseResult, RowRunner } from '../runner.ts'

const syncMs = 15_000
/** Beyond this many Events the recorder of the recording dropped some. */
const eventsMax = 20

interface PodState { name: string; phase?: string; ready?: boolean; noReadyCondition?: boolean; startedAgo?: number; readyChangedAgo?: number; terminating?: boolean; metricAge?: number; metricWindow?: number; labels?: { [key: string]: string } }
interface Plant { startSeconds: number; readySeconds: number; idleMilli: number; capMilli?: number; startupMilli?: number; startedLongAgo?: boolean; resource?: string; metricLagSeconds?: number; metricWindowSeconds?: number }
interface ScaleErrors { getError?: string; updateError?: string }
interface Step {
  load?: number; pods?: PodState[]; metrics?: { [metric: string]: { [pod: string]: number } }; object?: { [metric: string]: number }; external?: { [metric: string]: number[] }
  errors?: { [metric: string]: string }; setReplicas?: number; setSpec?: HorizontalPodAutoscalerSpec; repeat?: number; scale?: ScaleErrors
}
interface Input {
  hpa: { spec: HorizontalPodAutoscalerSpec }; replicas: number; selector?: string; plant?: Plant; steps: Step[]; scale: ScaleErrors
  flags: { downscaleStabilizationSeconds?: number; tolerance?: number; cpuInitializationSeconds?: number; initialReadinessDelaySeconds?: number }
  pod: { containers: { name: string; requests?: { [resource: string]: string }; sidecar?: boolean }[]; podRequests?: { [resource: string]: string } }
}
interface StepResult { replicas: number; desired: number; current: number; currentMetrics?: unknown; conditions?: string[]; events?: string[] }

/** The world of a row: the target, its pods and their metrics. */
class World {
  readonly input: Input
  nowMs = 0
  replicas: number
  scale: ScaleErrors
  hpa: HorizontalPodAutoscaler
  pods: Pod[] = []
  metrics = new Map<string, Map<string, PodMetric>>()
  object: { [metric: string]: number } = {}
  external: { [metric: string]: number[] } = {}
  errors: { [metric: string]: string } = {}
  events: string[] = []
  private states: PodState[] = []
  private raw: { [metric: string]: { [pod: string]: number } } = {}
  private planted: { name: string; bornMs: number }[] = []
  private next = 0
  private load = 0
  private started = false

  constructor(input: Input) {
    this.input = input
    this.replicas = input.replicas
    this.scale = input.scale
    this.hpa = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web', namespace: 'default', uid: 'hpa' }, spec: withDefaults(input.hpa.spec), status: { desiredReplicas: 0 } }
  }

  get target(): Deployment | undefined {
    if (this.scale.getError !== undefined) return undefined
    const spec = { replicas: this.replicas, selector: { matchLabels: { app: 'web' } }, template: { spec: { containers: [] } } }
    return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec, status: { replicas: this.replicas } }
  }

  prepare(step: Step): void {
    if (step.scale !== undefined) this.scale = step.scale
    if (step.setReplicas !== undefined) this.replicas = step.setReplicas
    if (step.errors !== undefined) this.errors = step.errors
    if (step.object !== undefined) this.object = step.object
    if (step.external !== undefined) this.external = step.external
    if (this.input.plant !== undefined) this.grow(this.input.plant, step)
    else this.place(step)
  }

  private place(step: Step): void {
    if (step.pods !== undefined) this.states = step.pods
    if (step.metrics !== undefined) this.raw = step.metrics
    const before = (seconds: number): string => this.time(this.nowMs - seconds * 1000)
    this.pods = this.states.map((state) => {
      const started = state.startedAgo ?? 3600
      const condition = state.noReadyCondition === true ? undefined : ready(state.ready ?? true, before(state.readyChangedAgo ?? started - 5))
      return this.makePod(state.name, state.labels, state.phase ?? 'Running', condition, before(started), state.terminating === true)
    })
    this.metrics = new Map(Object.entries(this.raw).map(([metric, byPod]) => [metric, new Map(Object.entries(byPod).map(([pod, milli]) => {
      const state = this.states.find(({ name }) => name === pod)
      return [pod, { milli, timestampMs: this.nowMs - (state?.metricAge ?? 0) * 1000, windowMs: (state?.metricWindow ?? 15) * 1000 }]
    }))]))
  }

  /** Pods follow the target: the newest go first, new ones are born at the sync before. */
  private grow(plant: Plant, step: Step): void {
    if (step.load !== undefined) this.load = step.load
    const bornMs = !this.started && plant.startedLongAgo === true ? this.nowMs - 3_600_000 : this.nowMs - syncMs
    this.started = true
    this.planted.length = Math.min(this.planted.length, this.replicas)
    while (this.planted.length < this.replicas) this.planted.push({ name: `p${this.next++}`, bornMs })
    const isReady = (pod: { bornMs: number }): boolean => this.nowMs >= pod.bornMs + plant.readySeconds * 1000
    const readyCount = this.planted.filter(isReady).length
    const metrics = new Map<string, PodMetric>()
    this.pods = this.planted.map((pod) => {
      if (this.nowMs < pod.bornMs + plant.startSeconds * 1000) return this.makePod(pod.name, undefined, 'Pending', ready(false, this.time(pod.bornMs)), undefined, false)
      const load = plant.idleMilli + Math.trunc(this.load / readyCount)
      const milli = isReady(pod) ? (plant.capMilli === undefined || plant.capMilli === 0 ? load : Math.min(load, plant.capMilli)) : (plant.startupMilli ?? 0)
      metrics.set(pod.name, { milli, timestampMs: this.nowMs - (plant.metricLagSeconds ?? 0) * 1000, windowMs: (plant.metricWindowSeconds ?? 15) * 1000 })
      const sinceMs = isReady(pod) ? pod.bornMs + plant.readySeconds * 1000 : pod.bornMs
      return this.makePod(pod.name, undefined, 'Running', ready(isReady(pod), this.time(sinceMs)), this.time(pod.bornMs), false)
    })
    this.metrics = new Map([[plant.resource ?? 'cpu', metrics]])
  }

  private time(atMs: number): string {
    return toTimestamp(atMs)
  }

  private makePod(name: string, labels: { [key: string]: string } | undefined, phase: string, condition: Condition | undefined, startTime: string | undefined, isDeleted: boolean): Pod {
    const containers = this.input.pod.containers.map(({ name: container, requests, sidecar }) => ({ name: container, resources: { requests }, ...(sidecar === true ? { restartPolicy: 'Always' } : {}) }))
    return {
      apiVersion: 'v1', kind: 'Pod',
      metadata: { name, namespace: 'default', uid: name, labels: labels ?? { app: 'web' }, ...(isDeleted ? { deletionTimestamp: this.time(this.nowMs) } : {}) },
      spec: {
        containers: containers.filter((container) => container.restartPolicy === undefined),
        initContainers: containers.filter((container) => container.restartPolicy !== undefined),
        ...(this.input.pod.podRequests === undefined ? {} : { resources: { requests: this.input.pod.podRequests } }),
      },
      status: { phase, ...(startTime === undefined ? {} : { startTime }), conditions: condition === undefined ? [] : [condition] },
    }
  }
}

function ready(isReady: boolean, since: string): Condition {
  return { type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: since }
}

/** minReplicas is 1 unless given. */
function withDefaults(spec: HorizontalPodAutoscalerSpec): HorizontalPodAutoscalerSpec {
  return { ...spec, minReplicas: spec.minReplicas ?? 1 }
}

function metricsOf(world: World): MetricsClient {
  const perPod = (name: string, words: string): Map<string, PodMetric> | MetricsError => {
    if (world.errors[name] !== undefined && world.errors[name] !== '') return { error: world.errors[name] }
    const found = world.metrics.get(name)
    return found === undefined || found.size === 0 ? { error: `no metrics returned from ${words} metrics API` } : found
  }
  return {
    resourceMetric: (resource, _namespace, _selector, container) => perPod(container === '' ? resource : `${resource}/${container}`, 'resource'),
    podsMetric: (name) => perPod(name, 'custom'),
    objectMetric: (name, _namespace, object) => {
      if (world.errors[name] !== undefined) return { error: world.errors[name] }
      return world.object[name] ?? { error: `the server could not find the metric ${name} for ${object.kind} ${object.name}` }
    },
    externalMetric: (name) => world.errors[name] !== undefined ? { error: world.errors[name] } : (world.external[name] ?? { error: 'no metrics returned from external metrics API' }),
  }
}

function failed(message: string): { ok: false; status: Status } {
  return { ok: false, status: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message } }
}

function apiOf(world: World): ApiClient {
  const unused = (): never => {
    throw new Error('the autoscaler must not use this')
  }
  return {
    user: { name: 'system:serviceaccount:kube-system:horizontal-pod-autoscaler', groups: [] },
    find: <T extends KubeObject>(resource: string) => (resource.startsWith('horizontal') ? world.hpa : world.target) as unknown as T,
    list: <T extends KubeObject>() => world.pods as unknown as readonly T[],
    updateStatus: <T extends KubeObject>(_resource: string, object: T): WriteResult<T> => {
      world.hpa = object as unknown as HorizontalPodAutoscaler
      return { ok: true, object }
    },
    scale: (_resource, _key, replicas) => {
      if (world.scale.updateError !== undefined) return failed(world.scale.updateError)
      world.replicas = replicas
      return { ok: true, object: world.hpa }
    },
    listOwned: unused, countOwnedPods: unused, listPodsOnNode: unused, create: unused, createPods: unused, update: unused, patch: unused, delete: unused, bindPod: unused, evictPod: unused, finalizeNamespace: unused,
  }
}

function contextOf(world: World): ComponentContext {
  const tables = new Map<string, Table<unknown>>()
  return {
    clock: {
      epochMs: defaultEpochMs,
      get nowMs() {
        return world.nowMs
      },
      timestamp: (atMs) => toTimestamp(atMs), microTimestamp: (atMs) => toNanoTime(atMs), parse: (text) => timestampMs(text),
    },
    api: apiOf(world),
    recorder: { record: (_object, type, reason, message) => world.events.push(`${type} ${reason}: ${message}`) },
    timings: defaultTimings,
    random: openStream(new Table(), 1, 'hpa'),
    table<V>(name: string): Table<V> {
      const table = tables.get(name) ?? new Table<unknown>()
      tables.set(name, table)
      return table as Table<V>
    },
    log: <V>() => new RowLog<V>(),
    schedule: () => undefined,
  }
}

/** The recording's worker pauses after an error, for as long as chance had it: then nothing at all happens in a step. */
function isPause(expected: StepResult | undefined, before: StepResult | undefined): boolean {
  if (expected === undefined || before === undefined) return false
  const { replicas, desired, current, ...rest } = expected
  return Object.keys(rest).length === 0 && replicas === before.replicas && desired === before.desired && current === before.current
}

function runSteps(input: Input, expected: readonly StepResult[]): StepResult[] {
  const world = new World(input)
  const { downscaleStabilizationSeconds, tolerance, cpuInitializationSeconds, initialReadinessDelaySeconds } = input.flags
  const controller = makeHpaController({
    flags: {
      ...defaultFlags, hpaSyncPeriodMs: syncMs, hpaTolerance: tolerance ?? 0.1, hpaDownscaleStabilizationMs: (downscaleStabilizationSeconds ?? 300) * 1000,
      hpaCpuInitializationPeriodMs: (cpuInitializationSeconds ?? 300) * 1000, hpaInitialReadinessDelayMs: (initialReadinessDelaySeconds ?? 30) * 1000,
    },
    metrics: metricsOf(world),
    readScale: (hpa, api) => {
      const scale = readScale(hpa, api)
      return 'error' in scale || input.selector === undefined ? scale : { ...scale, selector: input.selector }
    },
  })
  const context = contextOf(world)
  const results: StepResult[] = []
  let lastConditions = ''
  let lastMetrics = 'null'
  let hasFailed = false
  for (const step of input.steps) {
    for (let i = 0; i < Math.max(1, step.repeat ?? 1); i++) {
      world.nowMs += syncMs
      if (step.setSpec !== undefined && i === 0) world.hpa = { ...world.hpa, spec: withDefaults(step.setSpec) }
      world.prepare(step)
      world.events = []
      const at = results.length
      if (!hasFailed || !isPause(expected[at], expected[at - 1])) {
        controller.reconcile('default/web', context)
        hasFailed = world.events.some((event) => event.startsWith('Warning'))
      }
      const { desiredReplicas, currentReplicas = 0, currentMetrics, conditions = [] } = world.hpa.status!
      const lines = conditions.map(({ type, status, reason, message }) => `${type}=${status} ${reason ?? ''}: ${message ?? ''}`).sort((a, b) => (a < b ? -1 : 1))
      const metrics = JSON.stringify(currentMetrics ?? null)
      results.push({
        replicas: world.replicas, desired: desiredReplicas, current: currentReplicas,
        ...(metrics === lastMetrics ? {} : { currentMetrics }), ...(JSON.stringify(lines) === lastConditions ? {} : { conditions: lines }), ...(world.events.length === 0 ? {} : { events: world.events }),
      })
      lastConditions = JSON.stringify(lines)
      lastMetrics = metrics
    }
  }
  return results
}

/** Rows of functions/hpa.jsonl. */
export const runHpa: RowRunner = (row): CaseResult => {
  const name = String(row['name'])
  const expected = (row['expect'] as unknown as { steps: StepResult[] }).steps
  const actual = runSteps(row['input'] as unknown as Input, expected)
  const comparesEvents = expected.reduce((sum, { events = [] }) => sum + events.length, 0) < eventsMax
  const told = new Set<string>()
  for (const [index, step] of expected.entries()) {
    const ours = actual[index]
    // Of a repeated Event the recording shows what the recorder combined it with.
    const isRepeated = ours?.events?.some((event) => told.has(event)) === true
    for (const event of ours?.events ?? []) told.add(event)
    const stripped = (result: StepResult | undefined): unknown => (comparesEvents && !isRepeated ? result : { ...result, events: undefined })
    if (!jsonEqual(stripped(step), stripped(ours), true)) return { name, ok: false, expected: step, actual: ours, note: `step ${index}` }
  }
  return { name, ok: true }
}

/** Conditions that the kubelet owns. Models kubernetes/pkg/kubelet/status generate.go (v1.35). */

import { isSidecar } from '../api/resources.ts'
import type { Condition, Container, ContainerStatus, Pod } from '../api/types.ts'

/** A condition without its times. */
interface Verdict {
  readonly status: 'True' | 'False'
  readonly reason?: string
  readonly message?: string
}

const isTrue: Verdict = { status: 'True' }
const isFalse: Verdict = { status: 'False' }
const completed: Verdict = { status: 'False', reason: 'PodCompleted' }
const initializedCompleted: Verdict = { status: 'True', reason: 'PodCompleted' }
const failed: Verdict = { status: 'False', reason: 'PodFailed' }

/** Types of conditions that the kubelet alone writes. */
export const kubeletConditions: ReadonlySet<string> = new Set(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled', 'PodResizePending', 'PodResizeInProgress'])

function find(statuses: readonly ContainerStatus[] | undefined, name: string): ContainerStatus | undefined {
  if (statuses !== undefined) for (const status of statuses) if (status.name === name) return status
  return undefined
}

function areContainersReady(pod: Pod, main: readonly ContainerStatus[], init: readonly ContainerStatus[] | undefined, phase: string): Verdict {
  if (phase === 'Succeeded') return completed
  if (phase === 'Failed') return failed
  let unready: string[] | undefined
  for (const container of pod.spec.initContainers ?? []) {
    if (isSidecar(container) && find(init, container.name)?.ready !== true) (unready ??= []).push(container.name)
  }
  for (const container of pod.spec.containers) {
    if (find(main, container.name)?.ready !== true) (unready ??= []).push(container.name)
  }
  if (unready === undefined) return isTrue
  return { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` }
}

function isReady(pod: Pod, containersReady: Verdict, conditions: readonly Condition[]): Verdict {
  const gates = pod.spec.readinessGates
  if (containersReady.status !== 'True' || gates === undefined || gates.length === 0) return containersReady
  const messages: string[] = []
  for (const { conditionType } of gates) {
    const condition = conditions.find(({ type }) => type === conditionType)
    if (condition === undefined) messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`)
    else if (condition.status !== 'True') messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`)
  }
  return messages.length === 0 ? isTrue : { status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') }
}

function isDone(container: Container, status: ContainerStatus | undefined): boolean {
  return isSidecar(container) ? status?.started === true : status?.ready === true
}

function isInitialized(pod: Pod, main: readonly ContainerStatus[], init: readonly ContainerStatus[] | undefined, phase: string): Verdict {
  if (phase === 'Succeeded') return initializedCompleted
  const { initContainers } = pod.spec
  if (initContainers === undefined || initContainers.length === 0) return isTrue
  if (main.some((status) => status.state?.running !== undefined || status.state?.terminated !== undefined || status.lastState?.terminated !== undefined)) return isTrue
  const incomplete = initContainers.filter((container) => !isDone(container, find(init, container.name))).map(({ name }) => name)
  if (incomplete.length === 0) return isTrue
  return { status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${incomplete.join(' ')}]` }
}

function typed(conditions: readonly Condition[], type: string): Condition | undefined {
  for (const condition of conditions) if (condition.type === type) return condition
  return undefined
}

function condition(type: string, verdict: Verdict, pod: Pod, old: readonly Condition[], now: string): Condition {
  const before = typed(old, type)
  const generation = pod.metadata.generation
  // What stays is the same object: most of a status does.
  if (before !== undefined && before.status === verdict.status && before.reason === verdict.reason && before.message === verdict.message && before.observedGeneration === generation && before.lastProbeTime === null) return before
  const result: Condition = { type, status: verdict.status, lastProbeTime: null, lastTransitionTime: before !== undefined && before.status === verdict.status ? before.lastTransitionTime : now }
  if (generation !== undefined) result.observedGeneration = generation
  if (verdict.reason !== undefined) result.reason = verdict.reason
  if (verdict.message !== undefined) result.message = verdict.message
  return result
}

/** What the conditions are made from. */
export interface ConditionFacts {
  readonly pod: Pod
  readonly phase: string
  readonly main: readonly ContainerStatus[]
  readonly init: readonly ContainerStatus[] | undefined
  readonly hasSandbox: boolean
  /** Conditions of the last status: times stay where the status does. */
  readonly old: readonly Condition[]
  readonly now: string
}

/** All conditions of a pod's status: those of others first, then the kubelet's. */
export function conditionsOf({ pod, phase, main, init, hasSandbox, old, now }: ConditionFacts): Condition[] {
  const others: Condition[] = []
  for (const condition of pod.status?.conditions ?? []) if (!kubeletConditions.has(condition.type)) others.push(condition)
  const ownTarget = typed(old, 'DisruptionTarget')
  if (ownTarget !== undefined && !others.some(({ type }) => type === 'DisruptionTarget')) others.push(ownTarget)
  const containersReady = areContainersReady(pod, main, init, phase)
  return [
    ...others,
    condition('PodReadyToStartContainers', hasSandbox ? isTrue : isFalse, pod, old, now),
    condition('Initialized', isInitialized(pod, main, init, phase), pod, old, now),
    condition('Ready', isReady(pod, containersReady, others), pod, old, now),
    condition('ContainersReady', containersReady, pod, old, now),
    condition('PodScheduled', isTrue, pod, old, now),
  ]
}

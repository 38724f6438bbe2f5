/** Conditions that the kubelet owns. Models kubernetes/pkg/kubelet/status generate.go (v1.35). */

import { isSidecar } from '../api/resources.ts'
import type { Condition, Container, ContainerStatus, Pod } from '../api/types.ts'
import type { SharedParts, Verdict } from './shared-parts.ts'

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

function condition(type: string, verdict: Verdict, { pod, old, now, shared }: ConditionFacts): Condition {
  const before = typed(old, type)
  const { generation } = pod.metadata
  // What stays is the same object: most of a status does.
  if (before !== undefined && before.status === verdict.status && before.reason === verdict.reason && before.message === verdict.message && before.observedGeneration === generation && before.lastProbeTime === null) return before
  return shared.condition(type, verdict, generation, before !== undefined && before.status === verdict.status ? before.lastTransitionTime : now)
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
  readonly shared: SharedParts
}

/** All conditions of a pod's status: those of others first, then the kubelet's. */
export function conditionsOf(facts: ConditionFacts): Condition[] {
  const { pod, phase, main, init, hasSandbox, old } = facts
  const others: Condition[] = []
  for (const condition of pod.status?.conditions ?? []) if (!kubeletConditions.has(condition.type)) others.push(condition)
  const ownTarget = typed(old, 'DisruptionTarget')
  if (ownTarget !== undefined && !others.some(({ type }) => type === 'DisruptionTarget')) others.push(ownTarget)
  const containersReady = areContainersReady(pod, main, init, phase)
  const ready = isReady(pod, containersReady, others)
  const all = [
    ...others,
    condition('PodReadyToStartContainers', hasSandbox ? isTrue : isFalse, facts),
    condition('Initialized', isInitialized(pod, main, init, phase), facts),
    condition('Ready', ready, facts),
    condition('ContainersReady', containersReady, facts),
    condition('PodScheduled', isTrue, facts),
  ]
  return facts.shared.conditions(all, ready.status)
}

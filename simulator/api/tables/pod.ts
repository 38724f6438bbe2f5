/** The row of a Pod: ready count, status word, restarts. Models kubernetes/pkg/printers/internalversion printPod (v1.35). */

import { ageOf, parseTimestamp } from '../time.ts'
import type { Container, ContainerState, ContainerStatus, KubeObject, Pod } from '../types.ts'
import { age, nameOf } from './cells.ts'
import type { Cell, TableTime } from './cells.ts'

/** What a pod's containers add up to. */
interface PodSummary { reason: string; restarts: number; ready: number; lastRestart: string | undefined }

function isRestartable(container: Container | undefined): boolean {
  return container?.restartPolicy === 'Always'
}

function later(a: string | undefined, b: string | undefined, epochMs: number): string | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return (parseTimestamp(a, epochMs) ?? 0) < (parseTimestamp(b, epochMs) ?? 0) ? b : a
}

function terminatedReason(terminated: NonNullable<ContainerState['terminated']>): string {
  if (terminated.reason !== undefined && terminated.reason !== '') return terminated.reason
  return terminated.signal !== undefined && terminated.signal !== 0 ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`
}

/** What an init container says while it is not done; undefined when it is done or runs on as a sidecar. */
function initReason(status: ContainerStatus, index: number, total: number, isSidecar: boolean): string | undefined {
  const { terminated, waiting } = status.state ?? {}
  if (terminated?.exitCode === 0) return undefined
  if (isSidecar && status.started === true) return undefined
  if (terminated !== undefined) return `Init:${terminatedReason(terminated)}`
  if (waiting?.reason !== undefined && waiting.reason !== '' && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`
  return `Init:${index}/${total}`
}

interface InitSummary extends PodSummary { isInitializing: boolean; sidecarRestarts: number; lastSidecarRestart: string | undefined }

function summarizeInit(pod: Pod, reason: string, epochMs: number): InitSummary {
  const summary: InitSummary = { reason, restarts: 0, ready: 0, lastRestart: undefined, isInitializing: false, sidecarRestarts: 0, lastSidecarRestart: undefined }
  const containers = pod.spec.initContainers ?? []
  for (const [index, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const isSidecar = isRestartable(containers.find((container) => container.name === status.name))
    const finished = status.lastState?.terminated?.finishedAt
    summary.restarts += status.restartCount
    summary.lastRestart = later(summary.lastRestart, finished, epochMs)
    if (isSidecar) {
      summary.sidecarRestarts += status.restartCount
      summary.lastSidecarRestart = later(summary.lastSidecarRestart, finished, epochMs)
    }
    const blocked = initReason(status, index, containers.length, isSidecar)
    if (blocked !== undefined) {
      summary.reason = blocked
      summary.isInitializing = true
      break
    }
    if (isSidecar && status.started === true && status.state?.terminated?.exitCode !== 0 && status.ready) summary.ready++
  }
  return summary
}

function hasCondition(pod: Pod, type: string): boolean {
  return pod.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false
}

/** Main containers, last to first, so that the first one has the last word. */
function summarizeMain(pod: Pod, init: InitSummary, epochMs: number): PodSummary {
  const summary: PodSummary = { reason: init.reason, restarts: init.sidecarRestarts, ready: init.ready, lastRestart: init.lastSidecarRestart }
  let hasRunning = false
  let errorReason = ''
  for (const status of (pod.status?.containerStatuses ?? []).toReversed()) {
    const { waiting, terminated, running } = status.state ?? {}
    summary.restarts += status.restartCount
    summary.lastRestart = later(summary.lastRestart, status.lastState?.terminated?.finishedAt, epochMs)
    if (waiting?.reason !== undefined && waiting.reason !== '') summary.reason = waiting.reason
    else if (terminated !== undefined) {
      summary.reason = terminatedReason(terminated)
      if (terminated.exitCode !== 0) errorReason = summary.reason
    } else if (status.ready && running !== undefined) {
      hasRunning = true
      summary.ready++
    }
  }
  if (summary.reason === 'Completed') {
    if (hasRunning && hasCondition(pod, 'Ready')) summary.reason = 'Running'
    else if (errorReason !== '') summary.reason = errorReason
    else if (hasRunning) summary.reason = 'NotReady'
  }
  return summary
}

function initialReason(pod: Pod): string {
  const { phase, reason, conditions } = pod.status ?? {}
  if (conditions?.some((condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated') === true) return 'SchedulingGated'
  return reason !== undefined && reason !== '' ? reason : (phase ?? '')
}

function summarize(pod: Pod, epochMs: number): PodSummary {
  const init = summarizeInit(pod, initialReason(pod), epochMs)
  const summary = !init.isInitializing || hasCondition(pod, 'Initialized') ? summarizeMain(pod, init, epochMs) : init
  if (pod.metadata.deletionTimestamp === undefined) return summary
  if (pod.status?.reason === 'NodeLost') return { ...summary, reason: 'Unknown' }
  const isTerminal = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
  return isTerminal ? summary : { ...summary, reason: 'Terminating' }
}

/** The word that kubectl shows under STATUS: phase, waiting or exit reason, `Init:1/2`, `Terminating` ... */
export function podStatusText(pod: Pod): string {
  return summarize(pod, 0).reason
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? []
  if (gates.length === 0) return '<none>'
  const passed = gates.filter((gate) => pod.status?.conditions?.find((condition) => condition.type === gate.conditionType)?.status === 'True')
  return `${passed.length}/${gates.length}`
}

/** The cells of a Pod. */
export function podCells(object: KubeObject, at: TableTime): Cell[] {
  const pod = object as Pod
  const { reason, restarts, ready, lastRestart } = summarize(pod, at.epochMs)
  const total = pod.spec.containers.length + (pod.spec.initContainers ?? []).filter(isRestartable).length
  const restartText = restarts !== 0 && lastRestart !== undefined ? `${restarts} (${ageOf(lastRestart, at.nowMs, at.epochMs)} ago)` : String(restarts)
  const orNone = (value: string | undefined): string => (value === undefined || value === '' ? '<none>' : value)
  return [
    nameOf(pod), `${ready}/${total}`, reason, restartText, age(pod, at),
    orNone(pod.status?.podIPs?.[0]?.ip), orNone(pod.spec.nodeName), orNone(pod.status?.nominatedNodeName), readinessGates(pod),
  ]
}

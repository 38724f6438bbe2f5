/** The phase of a pod from the states of its containers. Models kubernetes/pkg/kubelet getPhase (v1.35). */

import { isSidecar } from '../api/resources.ts'
import type { Container, ContainerStatus, Pod } from '../api/types.ts'
import { restartsAfter } from './restart-policy.ts'

interface Tally {
  running: number
  waiting: number
  stopped: number
  stoppedForGood: number
  succeeded: number
  unknown: number
  pendingInit: number
  pendingSidecar: number
  failedInit: number
}

function statusOf(statuses: readonly ContainerStatus[] | undefined, name: string): ContainerStatus | undefined {
  if (statuses !== undefined) for (const status of statuses) if (status.name === name) return status
  return undefined
}

function tallyInit(pod: Pod, container: Container, status: ContainerStatus | undefined, tally: Tally): void {
  const ended = status?.state?.terminated ?? (status?.state?.waiting === undefined ? undefined : status.lastState?.terminated)
  if (ended === undefined) tally.pendingInit++
  else if (ended.exitCode !== 0 && !restartsAfter(container, pod.spec, ended.exitCode)) tally.failedInit++
}

function tallySidecar(status: ContainerStatus | undefined, tally: Tally): void {
  if (status === undefined) tally.unknown++
  else if (status.state?.running !== undefined) {
    if (status.started !== true) tally.pendingSidecar++
    tally.running++
  } else if (status.state?.waiting !== undefined && status.lastState?.terminated === undefined) {
    tally.pendingSidecar++
    tally.waiting++
  }
}

function tallyMain(pod: Pod, container: Container, status: ContainerStatus | undefined, tally: Tally): void {
  const state = status?.state
  if (state === undefined) tally.unknown++
  else if (state.running !== undefined) tally.running++
  else if (state.terminated !== undefined) {
    tally.stopped++
    if (!restartsAfter(container, pod.spec, state.terminated.exitCode)) tally.stoppedForGood++
    if (state.terminated.exitCode === 0) tally.succeeded++
  } else if (status?.lastState?.terminated !== undefined) {
    tally.stopped++
    if (!restartsAfter(container, pod.spec, status.lastState.terminated.exitCode)) tally.stoppedForGood++
  } else tally.waiting++
}

/**
 * @param isTerminal the pod's containers will not run again, whatever their policy
 * @param hasInitialized a main container has started before
 */
export function phaseOf(pod: Pod, main: readonly ContainerStatus[], init: readonly ContainerStatus[] | undefined, isTerminal: boolean, hasInitialized: boolean): string {
  const tally: Tally = { running: 0, waiting: 0, stopped: 0, stoppedForGood: 0, succeeded: 0, unknown: 0, pendingInit: 0, pendingSidecar: 0, failedInit: 0 }
  for (const container of pod.spec.initContainers ?? []) {
    if (isSidecar(container)) tallySidecar(statusOf(init, container.name), tally)
    else tallyInit(pod, container, statusOf(init, container.name), tally)
  }
  for (const container of pod.spec.containers) tallyMain(pod, container, statusOf(main, container.name), tally)
  if (tally.failedInit > 0) return 'Failed'
  if (tally.pendingInit > 0 || (tally.pendingSidecar > 0 && !hasInitialized) || tally.waiting > 0) return 'Pending'
  if (tally.unknown > 0) return 'Pending'
  if (tally.running > 0) return 'Running'
  if (tally.stopped === 0) return 'Pending'
  if (!isTerminal && tally.stopped !== tally.stoppedForGood) return 'Running'
  return tally.stopped === tally.succeeded ? 'Succeeded' : 'Failed'
}

/** True for the phases that a pod does not leave. */
export function isTerminalPhase(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed'
}

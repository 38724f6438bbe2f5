/**
 * Pod workers: one sync after the other for each pod, from admission to the last status.
 * A sync writes the status that it sees, computes what to do, and does it step by step; each step that takes time is an
 * event. Models kubernetes/pkg/kubelet SyncPod, SyncTerminatingPod, SyncTerminatedPod and pod_workers (v1.35).
 */

import { quantityValue } from '../api/quantity.ts'
import type { Container, Pod } from '../api/types.ts'
import { hexDigits } from '../kernel/hash.ts'
import { computeActions } from './actions.ts'
import { admit, NodeUsage } from './admission.ts'
import { hostIpOf, takeAddress } from './addresses.ts'
import { allocateDevices } from './devices.ts'
import { findContainer } from './host.ts'
import type { Host } from './host.ts'
import { missingPullSecrets } from './images.ts'
import type { Killer } from './killer.ts'
import { mountAll } from './mounts.ts'
import { isTerminalPhase } from './phase.ts'
import type { Probes } from './probes.ts'
import type { Processes } from './processes.ts'
import { latestOf, noFailures, noPlan, nothingTried, splitContainerKey } from './records.ts'
import type { Action, PodRecord, SessionRecord, StartFailure } from './records.ts'
import type { StartOutcome, Starter } from './starter.ts'
import { makeStatus, putStatus } from './status.ts'
import { freshPod, writeStatus } from './status-writer.ts'
import { Termination } from './termination.ts'
import { kubeletTexts } from './texts.ts'

/** From a sync's end to the next try after an error. Source: kubelet backOffPeriod. */
const retryMs = 10_000
/** Longest wait for a retry. Source: kubelet syncFrequency default. */
const resyncMs = 60_000
/** Memory below which not even a sandbox starts (modelling assumption; runc needs about this much). */
const leastMemoryBytes = 6 * 1024 * 1024

/** With all fields, so that all records have one shape. */
const newRecord: PodRecord = {
  uid: '', node: '', stage: 'new', syncMs: undefined, plan: noPlan, step: undefined, isBusy: false, lastSyncMs: -1, isAskedAgain: false, sandboxMs: undefined,
  ip: '', containers: [], seen: [], failures: noFailures, tried: nothingTried, isMounted: false, status: undefined, verdict: undefined, graceSeconds: undefined, killStartMs: undefined,
}

/** What pod workers work with. */
export interface WorkerParts {
  readonly host: Host
  readonly processes: Processes
  readonly starter: Starter
  readonly killer: Killer
  readonly probes: Probes
}

/** The workers of all pods. */
export class Worker {
  private readonly host: Host
  private readonly parts: WorkerParts
  private readonly usage = new NodeUsage()
  private readonly termination: Termination

  constructor(parts: WorkerParts) {
    this.host = parts.host
    this.parts = parts
    this.termination = new Termination({ ...parts, usage: this.usage })
  }

  /** Forgets a pod whose object is gone. */
  forget(podKey: string): void {
    this.termination.forget(podKey)
  }

  /** A pod is bound to a node: its worker begins with a sync. */
  adopt(podKey: string, pod: Pod): void {
    this.host.pods.set(podKey, { ...newRecord, uid: pod.metadata.uid ?? '', node: pod.spec.nodeName ?? '', syncMs: this.host.nowMs })
    this.onSync(podKey)
  }

  /** Handles the event of a sync that is due. */
  onSync(podKey: string): void {
    const record = this.host.pods.get(podKey)
    if (record === undefined || record.syncMs !== this.host.nowMs || record.isBusy) return
    const pod = this.host.findPod(podKey)
    if (pod === undefined || pod.metadata.uid !== record.uid) return
    const isStopped = this.host.nodeRecord(record.node).isStopped
    if (record.stage === 'syncing' && !isStopped) {
      this.sync(podKey, pod, { syncMs: undefined })
      return
    }
    const next = this.host.change(podKey, { syncMs: undefined })
    if (isStopped) return
    if (next.stage === 'new') this.start(podKey, pod)
    else if (next.stage === 'terminated') this.termination.finish(podKey, pod)
  }

  /** Handles the event at which the current step ends. */
  onStep(podKey: string): void {
    const record = this.host.pods.get(podKey)
    const step = record?.step
    if (record === undefined || step === undefined || step.atMs > this.host.nowMs) return
    const pod = this.host.findPod(podKey)
    if (pod === undefined || pod.metadata.uid !== record.uid) return
    this.host.change(podKey, { step: undefined })
    if (step.kind === 'stop') this.termination.stopped(podKey, pod)
    else if (record.stage !== 'syncing' || this.mustTerminate(pod, record)) this.endSync(podKey, pod)
    else if (step.kind === 'sandbox') this.sandboxMade(podKey, pod)
    else this.stepEnded(podKey, pod, step.container, step.kind, step.sinceMs ?? 0)
  }

  /** Handles the event at which volumes are tried again. */
  onMount(podKey: string): void {
    const record = this.host.pods.get(podKey)
    const pod = this.host.findPod(podKey)
    if (record?.step?.kind !== 'mount' || pod === undefined || this.host.mounts.get(podKey)?.retryMs !== this.host.nowMs) return
    if (record.stage !== 'syncing') return
    if (!mountAll(this.host, podKey, pod)) return
    this.host.change(podKey, { step: undefined })
    this.plan(podKey, pod)
  }

  /** A container has ended. */
  containerExited(podKey: string, name: string): void {
    const record = this.host.record(podKey)
    const pod = this.host.findPod(podKey)
    if (pod === undefined) return
    if (record.stage === 'terminating') {
      this.termination.stopSandboxIfDone(podKey)
      return
    }
    this.host.noteRuntimeChange(podKey)
    const { step } = record
    if (step?.container !== name) return
    if (step.kind === 'kill') {
      this.host.change(podKey, { step: undefined })
      this.runPlan(podKey, pod)
    }
  }

  /** The postStart command of a container has ended. */
  postStartEnded(key: string, session: SessionRecord): void {
    const { podKey, container: name } = splitContainerKey(key)
    const record = this.host.pods.get(podKey)
    const pod = this.host.findPod(podKey)
    const container = pod === undefined ? undefined : findContainer(pod, name)
    if (record === undefined || pod === undefined || container === undefined || record.stage !== 'syncing') return
    const failure = this.parts.starter.hookFailure(pod, container, session)
    if (record.step?.kind !== 'hook') {
      if (failure !== undefined) this.host.change(podKey, { tried: { ...record.tried, [name]: failure } })
      return
    }
    this.host.change(podKey, { step: undefined })
    this.started(podKey, pod, container, failure === undefined ? { done: true } : { failure })
  }

  /** Writes the status as it is now, for a probe's result. */
  refreshStatus(podKey: string): void {
    const pod = this.host.findPod(podKey)
    const record = this.host.pods.get(podKey)
    if (pod === undefined || record === undefined || (record.stage !== 'syncing' && record.stage !== 'terminating')) return
    putStatus(this.host, podKey, pod, makeStatus(this.host, podKey, pod), true)
  }

  /** The API asks for the pod's end, or the kubelet has decided it. */
  terminate(podKey: string): void {
    const record = this.host.pods.get(podKey)
    const pod = this.host.findPod(podKey)
    if (record === undefined || pod === undefined) return
    if (record.stage === 'finished') this.termination.removeFinished(podKey, pod)
    else if (record.isBusy && record.stage === 'syncing') this.interrupt(podKey, pod)
    else this.host.requestSync(podKey, this.host.nowMs)
  }

  private mustTerminate(pod: Pod, record: PodRecord): boolean {
    return pod.metadata.deletionTimestamp !== undefined || record.verdict !== undefined
  }

  private start(podKey: string, pod: Pod): void {
    const { host } = this
    const node = host.findNode(host.record(podKey).node)
    const isOver = isTerminalPhase(pod.status?.phase)
    const rejection = node === undefined || isOver ? undefined : (admit(host, this.usage, pod, node) ?? allocateDevices(host, podKey, pod))
    if (isOver || (rejection === undefined && pod.metadata.deletionTimestamp !== undefined)) {
      host.change(podKey, { stage: 'syncing' })
      this.termination.begin(podKey, pod)
      return
    }
    if (rejection === undefined) {
      const ip = pod.spec.hostNetwork === true ? (hostIpOf(host, pod.spec.nodeName ?? '') ?? '') : ''
      const { activeDeadlineSeconds } = pod.spec
      if (activeDeadlineSeconds !== undefined) host.context.schedule(host.nowMs + activeDeadlineSeconds * 1000, 'deadline', podKey)
      this.sync(podKey, pod, { stage: 'syncing', ip })
      return
    }
    this.reject(podKey, pod, rejection.reason, rejection.message)
  }

  private reject(podKey: string, pod: Pod, reason: string, message: string): void {
    const { host } = this
    this.usage.forget(pod.spec.nodeName ?? '')
    host.event(pod, 'Warning', reason, message)
    host.change(podKey, { stage: 'finished' })
    const status = { phase: 'Failed', reason, message: kubeletTexts.rejected(message), startTime: host.timestamp(host.nowMs), qosClass: pod.status?.qosClass }
    host.client(pod.spec.nodeName ?? '').updateStatus<Pod>('pods', { ...pod, status: { ...status, ...(pod.status?.conditions === undefined ? {} : { conditions: pod.status.conditions }) } })
    if (pod.metadata.deletionTimestamp !== undefined) host.client(pod.spec.nodeName ?? '').delete('pods', podKey, { gracePeriodSeconds: 0, uid: pod.metadata.uid })
  }

  /** @param begin what else changes as the sync begins */
  private sync(podKey: string, pod: Pod, begin: Partial<PodRecord>): void {
    const { host } = this
    const record = host.change(podKey, { ...begin, isBusy: true, isAskedAgain: false, tried: nothingTried })
    if (this.mustTerminate(pod, record)) {
      if (record.verdict?.isFinal === true) writeStatus(this.host, this.parts.probes, podKey, pod)
      this.termination.begin(podKey, pod)
      return
    }
    const status = writeStatus(this.host, this.parts.probes, podKey, pod)
    if (isTerminalPhase(status)) {
      this.termination.begin(podKey, pod)
      return
    }
    if (!record.isMounted) {
      if (!mountAll(host, podKey, freshPod(this.host, podKey, pod))) {
        host.change(podKey, { step: { kind: 'mount', container: '', atMs: Number.MAX_SAFE_INTEGER } })
        return
      }
    }
    this.plan(podKey, freshPod(this.host, podKey, pod))
  }

  private plan(podKey: string, pod: Pod): void {
    const { host } = this
    const record = host.record(podKey)
    if (!record.isMounted) this.parts.probes.add(podKey, pod)
    const missing = pod.spec.imagePullSecrets === undefined ? [] : missingPullSecrets(host, pod)
    if (missing.length > 0) host.event(pod, 'Warning', 'FailedToRetrieveImagePullSecret', kubeletTexts.missingPullSecrets(missing))
    host.change(podKey, { isMounted: true, seen: record.containers, plan: computeActions(host, podKey, pod, record) })
    this.runPlan(podKey, pod)
  }

  /** Does what is left of the plan until something takes time. */
  private runPlan(podKey: string, pod: Pod): void {
    for (;;) {
      const record = this.host.record(podKey)
      const current = freshPod(this.host, podKey, pod)
      if (this.mustTerminate(current, record)) {
        this.endSync(podKey, pod)
        return
      }
      if (record.plan.length === 0) {
        this.endSync(podKey, pod)
        return
      }
      const action = record.plan[0]
      this.host.change(podKey, { plan: record.plan.length === 1 ? noPlan : record.plan.slice(1) })
      if (!this.perform(podKey, current, action)) return
    }
  }

  /** @returns true when the action is done and the next may begin */
  private perform(podKey: string, pod: Pod, action: Action): boolean {
    if (action.do === 'sandbox') {
      this.setStep(podKey, { kind: 'sandbox', container: '', atMs: this.host.nowMs + this.host.timings.sandboxMs })
      return false
    }
    if (action.do === 'stop') {
      this.host.change(podKey, { sandboxMs: undefined })
      this.host.noteRuntimeChange(podKey)
      return true
    }
    const container = findContainer(pod, action.container)
    if (container === undefined) return true
    if (action.do === 'kill') {
      this.host.change(podKey, { step: { kind: 'kill', container: container.name, atMs: Number.MAX_SAFE_INTEGER } })
      this.parts.killer.begin(podKey, pod, container, { message: action.message, graceSeconds: action.graceSeconds, isOrdered: false })
      // A container that ends at once has gone on with the plan by itself.
      return false
    }
    return this.note(podKey, pod, container, this.parts.starter.begin(podKey, pod, container))
  }

  private setStep(podKey: string, step: NonNullable<PodRecord['step']>): void {
    this.host.change(podKey, { step })
    if (step.atMs !== Number.MAX_SAFE_INTEGER) this.host.context.schedule(step.atMs, 'step', podKey)
  }

  private sandboxMade(podKey: string, pod: Pod): void {
    const { host } = this
    const small = pod.spec.containers.some(({ resources }) => isTooSmall(resources?.limits?.['memory']))
    if (small) {
      host.event(pod, 'Warning', 'FailedCreatePodSandBox', kubeletTexts.sandboxMemory(hexDigits(`${podKey}|${host.nowMs}`, 64)))
      this.fail(podKey, '', { reason: '', message: '' })
      host.change(podKey, { plan: noPlan })
      this.endSync(podKey, pod)
      return
    }
    const record = host.record(podKey)
    const ip = pod.spec.hostNetwork === true ? record.ip : (takeAddress(host, record.node, podKey) ?? '')
    host.change(podKey, { sandboxMs: host.nowMs, ip })
    host.noteRuntimeChange(podKey)
    this.runPlan(podKey, pod)
  }

  private stepEnded(podKey: string, pod: Pod, name: string, kind: string, sinceMs: number): void {
    const container = findContainer(pod, name)
    if (container === undefined) {
      this.runPlan(podKey, pod)
      return
    }
    const { starter } = this.parts
    const outcome = kind === 'pull' ? starter.pulled(podKey, pod, container, sinceMs) : kind === 'start' ? starter.run(podKey, pod, container) : ({ done: true } as const)
    this.started(podKey, pod, container, outcome)
  }

  private started(podKey: string, pod: Pod, container: Container, outcome: StartOutcome): void {
    if (this.note(podKey, pod, container, outcome)) this.runPlan(podKey, pod)
  }

  /** Keeps the outcome of a start. @returns true when the plan goes on */
  private note(podKey: string, pod: Pod, container: Container, outcome: StartOutcome): boolean {
    if ('step' in outcome) {
      this.setStep(podKey, outcome.step)
      return false
    }
    if ('done' in outcome) {
      this.fail(podKey, container.name, null)
      return true
    }
    this.fail(podKey, container.name, outcome.failure)
    if (outcome.failure.reason === 'PostStartHookError') {
      this.host.event(pod, 'Warning', 'FailedPostStartHook', kubeletTexts.postStartFailed, container)
      this.host.change(podKey, { step: { kind: 'kill', container: container.name, atMs: Number.MAX_SAFE_INTEGER } })
      const running = latestOf(this.host.record(podKey).containers, container.name)?.state === 'running'
      if (!running) {
        this.host.change(podKey, { step: undefined })
        return true
      }
      this.parts.killer.begin(podKey, pod, container, { message: 'FailedPostStartHook', graceSeconds: pod.spec.terminationGracePeriodSeconds ?? 30, isOrdered: false })
      return false
    }
    // A plain init container that cannot start stops everything behind it.
    if (pod.spec.initContainers?.some(({ name, restartPolicy }) => name === container.name && restartPolicy !== 'Always') === true) this.host.change(podKey, { plan: noPlan })
    return true
  }

  private fail(podKey: string, name: string, failure: StartFailure | null): void {
    const { tried } = this.host.record(podKey)
    this.host.change(podKey, { tried: { ...tried, [name]: failure } })
  }

  private endSync(podKey: string, pod: Pod): void {
    const { host } = this
    const record = host.record(podKey)
    const { isAskedAgain } = record
    let failures = record.failures
    const errors: StartFailure[] = []
    for (const name of Object.keys(record.tried)) {
      const failure = record.tried[name]
      if (failure === null && failures[name] === undefined) continue
      const { [name]: _old, ...rest } = failures
      failures = failure === null || name === '' ? rest : { ...rest, [name]: failure }
      if (failure !== null) errors.push(failure)
    }
    host.change(podKey, { isBusy: false, isAskedAgain: false, failures, tried: nothingTried, lastSyncMs: host.nowMs, plan: noPlan, step: undefined })
    if (this.mustTerminate(freshPod(this.host, podKey, pod), record)) host.requestSync(podKey, host.nowMs)
    else if (isAskedAgain) host.requestSync(podKey, host.relistAfter(record.node, host.nowMs))
    if (errors.length > 0) this.retry(podKey, errors)
  }

  private retry(podKey: string, errors: readonly StartFailure[]): void {
    const { host } = this
    const times = errors.map((error) => error.retryMs).filter((atMs) => atMs !== undefined)
    const delayMs = times.length === 0 ? retryMs : Math.min(resyncMs, Math.max(0, Math.min(...times) - host.nowMs))
    const jittered = delayMs * (1 + 0.5 * host.jitter(`${podKey}|sync|${host.nowMs}`))
    host.requestSync(podKey, Math.ceil((host.nowMs + jittered) / 1000) * 1000)
  }

  /** Ends a sync in the middle because the pod has to end. A kill that runs goes on. */
  private interrupt(podKey: string, pod: Pod): void {
    const { step } = this.host.record(podKey)
    if (step !== undefined && step.kind !== 'mount' && step.kind !== 'pull' && step.kind !== 'hook') return
    this.host.change(podKey, { step: undefined, plan: noPlan })
    this.endSync(podKey, pod)
  }

}

function isTooSmall(limit: string | undefined): boolean {
  return limit !== undefined && quantityValue(limit) < leastMemoryBytes
}

/**
 * Probe workers. A worker runs on its grid of periods, but only while a run could change something: a probe that
 * passes steadily is parked until its container, its files or its load change, so it costs nothing meanwhile.
 * Models kubernetes/pkg/kubelet/prober (v1.35).
 */

import { isSidecar } from '../api/resources.ts'
import type { Container, ContainerStatus, Pod, PodStatus, Probe } from '../api/types.ts'
import { findContainer } from './host.ts'
import type { Host } from './host.ts'
import { judgeExec, runProbe } from './probe-run.ts'
import type { ProbeOutcome } from './probe-run.ts'
import type { Processes } from './processes.ts'
import { containerKey, splitContainerKey } from './records.ts'
import type { ProbeRecord, SessionRecord } from './records.ts'
import type { Sessions } from './sessions.ts'
import { kubeletTexts } from './texts.ts'

export type ProbeType = 'startup' | 'readiness' | 'liveness'

/** In the order in which workers are made. */
const probeTypes: readonly ProbeType[] = ['startup', 'readiness', 'liveness']
const titles: { readonly [type in ProbeType]: string } = { startup: 'Startup', readiness: 'Readiness', liveness: 'Liveness' }
const initialResults: { readonly [type in ProbeType]: ProbeRecord['result'] } = { startup: 'unknown', readiness: 'failure', liveness: 'success' }

function specOf(container: Container, type: ProbeType): Probe | undefined {
  if (type === 'startup') return container.startupProbe
  return type === 'readiness' ? container.readinessProbe : container.livenessProbe
}

/** True when a container has a probe of any type. */
export function isProbed(container: Container): boolean {
  return container.startupProbe !== undefined || container.readinessProbe !== undefined || container.livenessProbe !== undefined
}

const noContainers: readonly Container[] = []

function probedContainers(pod: Pod): readonly Container[] {
  if (pod.spec.initContainers === undefined && !pod.spec.containers.some(isProbed)) return noContainers
  const main = pod.spec.containers.filter(isProbed)
  const init = pod.spec.initContainers?.filter((container) => isSidecar(container) && isProbed(container))
  return init === undefined ? main : [...main, ...init]
}

function statusIn(status: PodStatus | undefined, name: string): ContainerStatus | undefined {
  return status?.containerStatuses?.find((other) => other.name === name) ?? status?.initContainerStatuses?.find((other) => other.name === name)
}

/** Tells the pod's worker of a result that counts. */
export type ResultListener = (podKey: string, type: ProbeType) => void

/** The probe workers of all pods. */
export class Probes {
  private readonly host: Host
  private readonly processes: Processes
  private readonly sessions: Sessions
  private readonly onResult: ResultListener

  constructor(host: Host, processes: Processes, sessions: Sessions, onResult: ResultListener) {
    this.host = host
    this.processes = processes
    this.sessions = sessions
    this.onResult = onResult
  }

  /** Makes the workers of a pod, once. Their grids begin now. */
  add(podKey: string, pod: Pod): void {
    for (const container of probedContainers(pod)) {
      for (const type of probeTypes) {
        const key = `${containerKey(podKey, container.name)}|${type}`
        if (specOf(container, type) === undefined || this.host.probes.has(key)) continue
        this.host.probes.set(key, { containerId: '', result: initialResults[type], run: 0, isOnHold: false, baseMs: this.host.nowMs })
      }
    }
  }

  /** Removes workers: all of a pod, or those of liveness and startup. */
  remove(podKey: string, pod: Pod, types: readonly ProbeType[] = probeTypes): void {
    for (const container of probedContainers(pod)) for (const type of types) this.host.probes.delete(`${containerKey(podKey, container.name)}|${type}`)
  }

  /** A status was made: started containers that are not ready are probed at once, the others at their next period. */
  onStatus(podKey: string, pod: Pod, status: PodStatus): void {
    for (const container of probedContainers(pod)) {
      const own = statusIn(status, container.name)
      if (own?.containerID === undefined) continue
      for (const type of probeTypes) {
        const key = `${containerKey(podKey, container.name)}|${type}`
        const probe = this.host.probes.get(key)
        if (probe === undefined) continue
        const isNew = `containerd://${probe.containerId}` !== own.containerID
        if (type === 'readiness' && own.state?.running !== undefined && own.started === true && !own.ready) this.schedule(key, probe, this.host.nowMs)
        else if (probe.nextMs === undefined && (isNew || !probe.isOnHold)) this.scheduleNext(key, probe, container)
      }
    }
  }

  /** Something that a probe may see has changed: parked workers run at their next period. */
  wake(podKey: string): void {
    const pod = this.host.findPod(podKey)
    if (pod === undefined) return
    for (const container of probedContainers(pod)) {
      for (const type of probeTypes) {
        const key = `${containerKey(podKey, container.name)}|${type}`
        const probe = this.host.probes.get(key)
        if (probe !== undefined && probe.nextMs === undefined && !probe.isOnHold && probe.containerId !== '') this.scheduleNext(key, probe, container)
      }
    }
  }

  /** Handles the event of a period, or of a timeout. */
  onEvent(key: string): void {
    const probe = this.host.probes.get(key)
    if (probe === undefined) return
    if (probe.pending !== undefined) {
      if (probe.pending.untilMs === this.host.nowMs) this.timeOut(key, probe)
      return
    }
    if (probe.nextMs !== this.host.nowMs) return
    this.host.probes.set(key, { ...probe, nextMs: undefined })
    this.run(key)
  }

  /** The command of an exec probe has ended. */
  execEnded(key: string, session: SessionRecord, sessionId: string): void {
    const probe = this.host.probes.get(key)
    const found = this.find(key)
    if (probe === undefined || found === undefined) return
    if (probe.pending !== undefined && probe.pending.sessionId !== sessionId) return
    this.host.probes.set(key, { ...probe, pending: undefined })
    this.finish(key, judgeExec(session))
  }

  private schedule(key: string, probe: ProbeRecord, atMs: number): void {
    if (probe.nextMs === atMs || probe.pending !== undefined) return
    this.host.probes.set(key, { ...probe, nextMs: atMs, baseMs: atMs })
    this.host.context.schedule(atMs, 'probe', key)
  }

  private scheduleNext(key: string, probe: ProbeRecord, container: Container): void {
    const spec = specOf(container, splitContainerKey(key).rest as ProbeType)
    const periodMs = (spec?.periodSeconds ?? 10) * 1000
    const nextMs = probe.baseMs + (Math.floor((this.host.nowMs - probe.baseMs) / periodMs) + 1) * periodMs
    this.host.probes.set(key, { ...probe, nextMs })
    this.host.context.schedule(nextMs, 'probe', key)
  }

  private find(key: string): { podKey: string; pod: Pod; container: Container; spec: Probe; type: ProbeType } | undefined {
    const { podKey, container: name, rest } = splitContainerKey(key)
    const pod = this.host.findPod(podKey)
    const container = pod === undefined ? undefined : findContainer(pod, name)
    const spec = container === undefined ? undefined : specOf(container, rest as ProbeType)
    return pod === undefined || container === undefined || spec === undefined ? undefined : { podKey, pod, container, spec, type: rest as ProbeType }
  }

  private run(key: string): void {
    const { host } = this
    const found = this.find(key)
    const record = found === undefined ? undefined : host.pods.get(found.podKey)
    if (found === undefined || record === undefined) return
    const { podKey, pod, container, spec, type } = found
    const status = statusIn(record.status, container.name)
    if (status?.containerID === undefined) return
    let probe = host.probes.get(key)!
    if (`containerd://${probe.containerId}` !== status.containerID) {
      probe = { ...probe, containerId: status.containerID.slice('containerd://'.length), result: initialResults[type], last: undefined, run: 0, isOnHold: false }
      host.probes.set(key, probe)
      if (type === 'readiness') this.onResult(podKey, type)
    }
    if (probe.isOnHold || !this.mayRun(key, pod, spec, type, status)) return
    this.judge(key, podKey, pod, container, spec)
  }

  /** Whether the worker probes now. When not, it runs again at the next period or when a status is made. */
  private mayRun(key: string, pod: Pod, spec: Probe, type: ProbeType, status: ContainerStatus): boolean {
    const { host } = this
    const probe = host.probes.get(key)!
    if (status.state?.running === undefined) {
      if (probe.result !== 'failure') host.probes.set(key, { ...probe, result: 'failure' })
      return false
    }
    if (pod.metadata.deletionTimestamp !== undefined && type !== 'readiness') {
      host.probes.set(key, { ...probe, result: 'success' })
      return false
    }
    const container = this.find(key)!.container
    const startedMs = host.record(splitContainerKey(key).podKey).containers.find(({ id }) => id === probe.containerId)?.startedMs ?? 0
    if (Math.floor((host.nowMs - startedMs) / 1000) < (spec.initialDelaySeconds ?? 0)) {
      this.scheduleNext(key, probe, container)
      return false
    }
    // A startup probe rests once the container has started; the others wait for it and are woken by the status.
    return (status.started === true) !== (type === 'startup')
  }

  private judge(key: string, podKey: string, pod: Pod, container: Container, spec: Probe): void {
    const { host } = this
    const timeoutMs = (spec.timeoutSeconds ?? 1) * 1000
    const outcome = runProbe({ host, processes: this.processes, podKey, container, probe: spec })
    if (outcome.kind !== 'exec') {
      if (outcome.kind === 'slow') this.wait(key, '', timeoutMs)
      else this.finish(key, outcome)
      return
    }
    const started = this.sessions.start(podKey, pod, container, outcome.command, { stdin: false, tty: false, purpose: { kind: 'probe', key } })
    if ('error' in started) this.finish(key, { kind: 'error', output: `rpc error: code = Unknown desc = ${started.error}` })
    else if (host.processes.has(started.sessionId)) this.wait(key, started.sessionId, timeoutMs)
  }

  private wait(key: string, sessionId: string, timeoutMs: number): void {
    const untilMs = this.host.nowMs + timeoutMs
    this.host.probes.set(key, { ...this.host.probes.get(key)!, pending: { sessionId, untilMs } })
    this.host.context.schedule(untilMs, 'probe', key)
  }

  private timeOut(key: string, probe: ProbeRecord): void {
    const found = this.find(key)
    this.host.probes.set(key, { ...probe, pending: undefined })
    if (found === undefined) return
    const { spec, container, podKey } = found
    if (probe.pending!.sessionId !== '') this.sessions.close(probe.pending!.sessionId)
    const outcome = runProbe({ host: this.host, processes: this.processes, podKey, container, probe: spec, isTimedOut: true })
    this.finish(key, outcome.kind === 'failure' ? outcome : { kind: 'failure', output: '' })
  }

  private finish(key: string, outcome: ProbeOutcome): void {
    const found = this.find(key)
    if (found === undefined) return
    const { podKey, pod, container, spec, type } = found
    this.tell(pod, container, type, outcome)
    const probe = this.host.probes.get(key)!
    if (outcome.kind === 'error') {
      this.scheduleNext(key, probe, container)
      return
    }
    const result = outcome.kind === 'failure' ? 'failure' : 'success'
    const run = probe.last === result ? probe.run + 1 : 1
    const threshold = result === 'failure' ? (spec.failureThreshold ?? 3) : (spec.successThreshold ?? 1)
    const counts = run >= threshold
    const isHeld = counts && (type === 'startup' || (type === 'liveness' && result === 'failure'))
    const next: ProbeRecord = { ...probe, last: result, run: isHeld ? 0 : Math.min(run, threshold), isOnHold: isHeld, result: counts ? result : probe.result }
    this.host.probes.set(key, next)
    const isSteady = counts && outcome.kind === 'success'
    if (!isHeld && !isSteady) this.scheduleNext(key, next, container)
    if (counts && result !== probe.result) this.onResult(podKey, type)
  }

  private tell(pod: Pod, container: Container, type: ProbeType, outcome: ProbeOutcome): void {
    const title = titles[type]
    if (outcome.kind === 'failure') this.host.event(pod, 'Warning', 'Unhealthy', kubeletTexts.probeFailed(title, outcome.output), container)
    else if (outcome.kind === 'error') this.host.event(pod, 'Warning', 'Unhealthy', kubeletTexts.probeErrored(title, outcome.output), container)
    else if (outcome.kind === 'warning') this.host.event(pod, 'Warning', 'ProbeWarning', kubeletTexts.probeWarning(title, outcome.output), container)
  }
}

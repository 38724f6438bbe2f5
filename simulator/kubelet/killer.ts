/**
 * Stopping containers: preStop hook, the turn of sidecars, SIGTERM, and SIGKILL at the end of the grace period.
 * Models kubernetes/pkg/kubelet/kuberuntime killContainer and termination_order (v1.35).
 */

import { isSidecar } from '../api/resources.ts'
import type { Container, Handler, Pod } from '../api/types.ts'
import { findContainer } from './host.ts'
import type { Host } from './host.ts'
import type { Processes } from './processes.ts'
import { containerKey, latestOf, splitContainerKey } from './records.ts'
import type { KillRecord, SessionRecord } from './records.ts'
import type { Sessions } from './sessions.ts'
import { sendToPod } from './probe-http.ts'
import { kubeletTexts } from './texts.ts'

/** A container always gets this long between SIGTERM and SIGKILL. */
const leastGraceSeconds = 2

/** Stops containers. */
export class Killer {
  private readonly host: Host
  private readonly processes: Processes
  private readonly sessions: Sessions

  constructor(host: Host, processes: Processes, sessions: Sessions) {
    this.host = host
    this.processes = processes
    this.sessions = sessions
  }

  /** Begins to stop a running container. `isOrdered`: sidecars wait for the main containers. */
  begin(podKey: string, pod: Pod, container: Container, options: { message: string; graceSeconds: number; isOrdered: boolean }): void {
    const { host } = this
    const key = containerKey(podKey, container.name)
    const running = latestOf(host.record(podKey).containers, container.name)
    if (running?.state !== 'running' || host.kills.get(key)?.containerId === running.id) return
    host.event(pod, 'Normal', 'Killing', options.message, container)
    const endMs = host.nowMs + options.graceSeconds * 1000
    const kill: KillRecord = { phase: 'preStop', containerId: running.id, killMs: endMs, startMs: host.nowMs, graceSeconds: options.graceSeconds }
    host.kills.set(key, kill)
    const hook = container.lifecycle?.preStop
    if (hook === undefined || options.graceSeconds <= 0) this.afterHook(key, options.isOrdered)
    else this.runHook(key, pod, container, hook, options.isOrdered)
  }

  /** Handles the event at which a hook sleeps no longer, the turn is waited out, or SIGKILL is due. */
  onEvent(key: string): void {
    const kill = this.host.kills.get(key)
    if (kill === undefined) return
    const { nowMs } = this.host
    if (kill.phase === 'signal') {
      if (nowMs >= kill.killMs) this.signal(key, 'KILL')
    } else if (kill.phase === 'turn') {
      if (nowMs >= kill.killMs) this.terminate(key, kill)
    } else if ((kill.hookEndMs !== undefined && nowMs >= kill.hookEndMs) || nowMs >= kill.killMs) this.afterHook(key, this.isTerminating(key))
  }

  /** A preStop command has ended. */
  hookEnded(key: string, session: SessionRecord): void {
    const { podKey, container } = splitContainerKey(key)
    const pod = this.host.findPod(podKey)
    const spec = pod === undefined ? undefined : findContainer(pod, container)
    if (pod !== undefined && spec !== undefined && session.exitCode !== 0) this.host.event(pod, 'Warning', 'FailedPreStopHook', kubeletTexts.preStopFailed, spec)
    if (this.host.kills.get(key)?.phase === 'preStop') this.afterHook(key, this.isTerminating(key))
  }

  /** A container of a pod has ended: others may have waited for it. */
  exited(podKey: string, name: string): void {
    this.host.kills.delete(containerKey(podKey, name))
    const pod = this.host.findPod(podKey)
    if (pod?.spec.initContainers === undefined) return
    for (const { name: other } of pod.spec.initContainers) {
      const key = containerKey(podKey, other)
      const kill = this.host.kills.get(key)
      if (kill?.phase === 'turn' && this.isItsTurn(podKey, pod, other)) this.terminate(key, kill)
    }
  }

  private isTerminating(key: string): boolean {
    return this.host.record(splitContainerKey(key).podKey).stage === 'terminating'
  }

  private runHook(key: string, pod: Pod, container: Container, hook: Handler, isOrdered: boolean): void {
    const { host } = this
    const { podKey } = splitContainerKey(key)
    const kill = host.kills.get(key)
    if (kill === undefined) return
    if (hook.sleep !== undefined) {
      const hookEndMs = Math.min(kill.killMs, host.nowMs + hook.sleep.seconds * 1000)
      host.kills.set(key, { ...kill, hookEndMs })
      host.context.schedule(hookEndMs, 'kill', key)
      return
    }
    if (hook.exec !== undefined) {
      host.context.schedule(kill.killMs, 'kill', key)
      const started = this.sessions.start(podKey, pod, container, hook.exec.command ?? [], { stdin: false, tty: false, purpose: { kind: 'preStop', key } })
      if (!('error' in started)) return
      host.event(pod, 'Warning', 'FailedPreStopHook', kubeletTexts.preStopFailed, container)
    } else if (hook.httpGet !== undefined) {
      const outcome = sendToPod(this.host, this.processes, podKey, container, hook.httpGet)
      if (outcome.response === undefined || outcome.response.status >= 400) host.event(pod, 'Warning', 'FailedPreStopHook', kubeletTexts.preStopFailed, container)
    }
    this.afterHook(key, isOrdered)
  }

  private afterHook(key: string, isOrdered: boolean): void {
    const kill = this.host.kills.get(key)
    if (kill === undefined) return
    const { podKey, container } = splitContainerKey(key)
    const pod = this.host.findPod(podKey)
    if (!isOrdered || pod === undefined || this.isItsTurn(podKey, pod, container)) {
      this.terminate(key, kill)
      return
    }
    this.host.kills.set(key, { ...kill, phase: 'turn' })
    this.host.context.schedule(kill.killMs, 'kill', key)
  }

  /** Sidecars stop after the main containers and after the sidecars behind them. */
  private isItsTurn(podKey: string, pod: Pod, name: string): boolean {
    const init = pod.spec.initContainers ?? []
    const index = init.findIndex((container) => container.name === name)
    if (index < 0 || !isSidecar(init[index])) return true
    const { containers } = this.host.record(podKey)
    const isRunning = (container: Container): boolean => latestOf(containers, container.name)?.state === 'running'
    return !pod.spec.containers.some(isRunning) && !init.slice(index + 1).some(isRunning)
  }

  private terminate(key: string, kill: KillRecord): void {
    const { host } = this
    const usedSeconds = Math.floor((host.nowMs - kill.startMs) / 1000)
    const restSeconds = Math.max(leastGraceSeconds, kill.graceSeconds - usedSeconds)
    const killMs = host.nowMs + restSeconds * 1000
    host.kills.set(key, { ...kill, phase: 'signal', killMs })
    this.signal(key, 'TERM')
    if (host.kills.get(key)?.phase === 'signal') host.context.schedule(killMs, 'kill', key)
  }

  private signal(key: string, signal: 'TERM' | 'KILL'): void {
    const { podKey, container } = splitContainerKey(key)
    this.processes.signal(podKey, container, signal)
  }
}

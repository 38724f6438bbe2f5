/** Starting one container: back-off, image, configuration, process 1, postStart hook. Models kubernetes/pkg/kubelet/kuberuntime startContainer (v1.35). */

import { goDuration } from '../api/time.ts'
import type { Container, Handler, Pod } from '../api/types.ts'
import { hexDigits } from '../kernel/hash.ts'
import type { ImageEntry } from '../workloads/program.ts'
import { findProgram, resolveCommand } from '../workloads/registry.ts'
import type { CommandError } from '../workloads/registry.ts'
import { backOffNext, delayOf, isBackingOffSince } from './back-off.ts'
import { deviceEnvironment } from './devices.ts'
import { expand, makeEnvironment } from './env.ts'
import { ContainerFiles } from './files.ts'
import { formatPod } from './host.ts'
import type { Host } from './host.ts'
import { ensureImage, entryOf, finishPull } from './images.ts'
import { sendToPod } from './probe-http.ts'
import { makeSpec } from './processes.ts'
import type { Processes } from './processes.ts'
import { containerKey, latestOf } from './records.ts'
import type { RuntimeContainer, SessionRecord, StartFailure, Step } from './records.ts'
import { nonRootError } from './security.ts'
import type { Sessions } from './sessions.ts'
import { kubeletTexts } from './texts.ts'

/** What came of a part of the start: it failed, it goes on later, or the container runs. */
export type StartOutcome = { readonly failure: StartFailure } | { readonly step: Step } | { readonly done: true }

const done: StartOutcome = { done: true }

/** Starts containers, part by part. */
export class Starter {
  private readonly host: Host
  private readonly processes: Processes
  private readonly sessions: Sessions

  constructor(host: Host, processes: Processes, sessions: Sessions) {
    this.host = host
    this.processes = processes
    this.sessions = sessions
  }

  /** Begins to start a container. */
  begin(podKey: string, pod: Pod, container: Container): StartOutcome {
    const waiting = this.backOff(podKey, pod, container)
    if (waiting !== undefined) return { failure: waiting }
    const check = ensureImage(this.host, pod, container)
    if (check.kind === 'failed') return this.fail(pod, container, check.failure, check.failure.reason)
    if (check.kind === 'pull') return { step: { kind: 'pull', container: container.name, atMs: check.untilMs, sinceMs: this.host.nowMs } }
    return this.create(podKey, pod, container)
  }

  /** The pull of the image has ended. */
  pulled(podKey: string, pod: Pod, container: Container, sinceMs: number): StartOutcome {
    const failure = finishPull(this.host, pod, container, sinceMs)
    return failure === undefined ? this.create(podKey, pod, container) : this.fail(pod, container, failure, failure.reason)
  }

  /** Creates the container; process 1 starts after a while. */
  private create(podKey: string, pod: Pod, container: Container): StartOutcome {
    const error = nonRootError(pod, container, this.host) ?? this.configError(podKey, pod, container)
    if (error !== undefined) return this.fail(pod, container, { reason: 'CreateContainerConfigError', message: error }, error)
    this.host.event(pod, 'Normal', 'Created', kubeletTexts.created, container)
    return { step: { kind: 'start', container: container.name, atMs: this.host.nowMs + this.host.timings.containerStartMs } }
  }

  /** Starts process 1. */
  run(podKey: string, pod: Pod, container: Container): StartOutcome {
    const { host } = this
    const entry = entryOf(host, container.image ?? '')
    // An inert program reads no environment: making it is left out, since most pods of a large cluster are inert.
    const isInert = entry !== undefined && findProgram(entry.program).isInert === true && container.env === undefined
    const environment = isInert ? { env: {} } : makeEnvironment(host, pod, container, host.record(podKey).ip)
    // The device plugin tells the container which devices are its own.
    const own = 'env' in environment ? environment.env : {}
    const devices = deviceEnvironment(host, podKey, pod, container)
    const env = devices === undefined ? own : { ...own, ...devices }
    const argv = this.argvOf(container, env, entry)
    const created = this.newContainer(podKey, pod, container)
    const files = new ContainerFiles(host, podKey, pod, container, created.id)
    const resolved = entry === undefined ? ({ error: 'notInPath' } as const) : resolveCommand(entry, argv, files)
    if ('error' in resolved || entry === undefined) {
      const message = startErrorText('error' in resolved ? resolved.error : 'notInPath', argv[0] ?? '')
      this.put(podKey, { ...created, state: 'exited', startedMs: -1, finishedMs: host.nowMs, exitCode: 128, reason: 'StartError', message })
      host.noteRuntimeChange(podKey)
      return this.fail(pod, container, { reason: 'RunContainerError', message }, message)
    }
    const isIdle = findProgram(resolved.program).isInert === true
    created.isIdle = isIdle
    this.put(podKey, created)
    host.event(pod, 'Normal', 'Started', kubeletTexts.started, container)
    host.noteRuntimeChange(podKey)
    if (isIdle) this.processes.startInert(podKey)
    else this.processes.startMain(podKey, created, resolved.program, makeSpec(host, podKey, pod, container, entry, env, argv))
    const hook = container.lifecycle?.postStart
    return hook === undefined ? done : this.postStart(podKey, pod, container, hook)
  }

  /** The postStart command has ended. @returns what its failure shows, or undefined */
  hookFailure(pod: Pod, container: Container, session: SessionRecord): StartFailure | undefined {
    if (session.exitCode === 0) return undefined
    const command = (container.lifecycle?.postStart?.exec?.command ?? []).join(' ')
    const error = kubeletTexts.commandExited(command, session.exitCode ?? 0)
    return { reason: 'PostStartHookError', message: kubeletTexts.execHook(command, container.name, formatPod(pod), error, session.output.replace(/\n/g, '\\n')) }
  }

  private argvOf(container: Container, env: { readonly [name: string]: string }, entry: ImageEntry | undefined): string[] {
    const { command = [], args = [] } = container
    const entrypoint = command.length > 0 ? command : (entry?.argv ?? []).slice(0, args.length > 0 ? (entry?.entrypointLength ?? 1) : undefined)
    return [...entrypoint, ...args].map((part) => expand(part, env))
  }

  private backOff(podKey: string, pod: Pod, container: Container): StartFailure | undefined {
    const { host } = this
    const exited = latestOf(host.record(podKey).seen, container.name)
    const previous = exited?.state === 'exited' ? exited : host.record(podKey).seen.find(({ name, state }) => name === container.name && state === 'exited')
    if (previous === undefined) return undefined
    const key = `${containerKey(podKey, container.name)}|${container.image}`
    if (!isBackingOffSince(host, key, previous.finishedMs)) {
      backOffNext(host, key, previous.finishedMs)
      return undefined
    }
    host.event(pod, 'Warning', 'BackOff', kubeletTexts.backOffRestarting(container.name, formatPod(pod)), container)
    const delayMs = delayOf(host, key)
    return { reason: 'CrashLoopBackOff', message: kubeletTexts.crashLoop(goDuration(delayMs), container.name, formatPod(pod)), retryMs: previous.finishedMs + delayMs }
  }

  private configError(podKey: string, pod: Pod, container: Container): string | undefined {
    if (container.envFrom === undefined && container.env?.some(({ valueFrom }) => valueFrom !== undefined) !== true) return undefined
    const environment = makeEnvironment(this.host, pod, container, this.host.record(podKey).ip)
    return 'error' in environment ? environment.error : undefined
  }

  private fail(pod: Pod, container: Container, failure: StartFailure, text: string): StartOutcome {
    this.host.event(pod, 'Warning', 'Failed', kubeletTexts.error(text), container)
    return { failure }
  }

  private newContainer(podKey: string, pod: Pod, container: Container): RuntimeContainer & { isIdle: boolean } {
    const { host } = this
    const latest = latestOf(host.record(podKey).containers, container.name)
    const attempt = latest === undefined ? 0 : latest.attempt + 1
    const image = container.image ?? ''
    return {
      name: container.name,
      id: hexDigits(`${pod.metadata.uid}|${container.name}|${attempt}`, 64),
      attempt,
      state: 'running',
      image,
      imageId: host.image(image).imageId,
      createdMs: host.nowMs,
      startedMs: host.nowMs,
      finishedMs: 0,
      exitCode: 0,
      reason: '',
      message: '',
      isIdle: false,
    }
  }

  /** Adds a container; of its predecessors only the last stays. */
  private put(podKey: string, created: RuntimeContainer): void {
    const before = this.host.record(podKey).containers
    let hasOne = false
    const kept = before.filter(({ name }) => {
      if (name !== created.name) return true
      const isFirst = !hasOne
      hasOne = true
      return isFirst
    })
    this.host.change(podKey, { containers: [created, ...kept] })
  }

  private postStart(podKey: string, pod: Pod, container: Container, hook: Handler): StartOutcome {
    const { host } = this
    if (hook.sleep !== undefined) return { step: { kind: 'hook', container: container.name, atMs: host.nowMs + hook.sleep.seconds * 1000 } }
    if (hook.exec !== undefined) {
      const key = containerKey(podKey, container.name)
      const started = this.sessions.start(podKey, pod, container, hook.exec.command ?? [], { stdin: false, tty: false, purpose: { kind: 'postStart', key } })
      if ('error' in started) return { failure: this.hookRefused(pod, container, started.error) }
      // Ended already: its end was told before this step exists.
      if (!host.processes.has(started.sessionId)) return this.endedAtOnce(podKey, container)
      return { step: { kind: 'hook', container: container.name, atMs: Number.MAX_SAFE_INTEGER } }
    }
    if (hook.httpGet === undefined) return done
    const outcome = sendToPod(host, this.processes, podKey, container, hook.httpGet)
    if (outcome.response !== undefined && outcome.response.status < 400) return done
    const error = outcome.error === undefined ? `unexpected status ${outcome.response?.status ?? 0}` : `Get "${outcome.url}": ${outcome.error}`
    return { failure: { reason: 'PostStartHookError', message: kubeletTexts.httpHook(hook.httpGet.path ?? '', container.name, formatPod(pod), error, '') } }
  }

  private hookRefused(pod: Pod, container: Container, error: string): StartFailure {
    const command = (container.lifecycle?.postStart?.exec?.command ?? []).join(' ')
    return { reason: 'PostStartHookError', message: kubeletTexts.execHook(command, container.name, formatPod(pod), `rpc error: code = Unknown desc = ${error}`, '') }
  }

  private endedAtOnce(podKey: string, container: Container): StartOutcome {
    const failure = this.host.record(podKey).tried[container.name]
    return failure === undefined || failure === null ? done : { failure }
  }
}

function startErrorText(error: CommandError, command: string): string {
  if (error === 'notInPath') return kubeletTexts.commandNotFound(command)
  if (error === 'noFile') return kubeletTexts.commandMissing(command)
  return kubeletTexts.commandRefused(command, error === 'directory' ? 'is a directory' : 'permission denied')
}

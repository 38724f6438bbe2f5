/** Commands beside process 1 (exec, exec probes and hooks) and attachments to process 1. */

import type { StreamFrame } from '../api/request.ts'
import type { Container, Pod } from '../api/types.ts'
import { hexDigits } from '../kernel/hash.ts'
import { hasShell, resolveCommand } from '../workloads/registry.ts'
import type { CommandError } from '../workloads/registry.ts'
import { makeEnvironment } from './env.ts'
import { ContainerFiles } from './files.ts'
import { findContainer } from './host.ts'
import type { Host } from './host.ts'
import { logKey, logText } from './logs.ts'
import type { Refusal } from './ports.ts'
import { makeSpec } from './processes.ts'
import type { Processes } from './processes.ts'
import { containerKey, latestOf } from './records.ts'
import type { SessionRecord } from './records.ts'
import { kubeletTexts } from './texts.ts'

export type Purpose = NonNullable<SessionRecord['purpose']>

/** Bytes of output that probes and hooks keep. */
const outputMax = 10_240

/** Why runc could not start a command. */
export function commandErrorText(error: CommandError, command: string): string {
  if (error === 'notInPath') return `exec: "${command}": executable file not found in $PATH`
  if (error === 'noFile') return `exec: "${command}": stat ${command}: no such file or directory`
  return `exec: "${command}": ${error === 'directory' ? 'is a directory' : 'permission denied'}`
}

/** What happens when a command that the kubelet itself started has ended. */
export type EndListener = (purpose: Purpose, session: SessionRecord, sessionId: string) => void

/** The sessions of all containers. */
export class Sessions {
  private readonly host: Host
  private readonly onEnd: EndListener
  private processes: Processes | undefined

  constructor(host: Host, onEnd: EndListener) {
    this.host = host
    this.onEnd = onEnd
  }

  /** Processes and sessions need each other; this closes the circle once. */
  use(processes: Processes): void {
    this.processes = processes
  }

  /** Starts a command in a running container. @returns its session, or what the runtime says */
  start(podKey: string, pod: Pod, container: Container, argv: readonly string[], options: { stdin: boolean; tty: boolean; purpose?: Purpose }): { sessionId: string } | { error: string } {
    const { host } = this
    const running = latestOf(host.record(podKey).containers, container.name)
    const sessionId = `session-${host.takeCount('sessions')}`
    if (running?.state !== 'running') return { error: kubeletTexts.notRunning(container.name) }
    const { entry } = host.image(running.image)
    const files = new ContainerFiles(host, podKey, pod, container, running.id)
    const resolved = entry === undefined ? ({ error: 'notInPath' } as const) : resolveCommand(entry, argv, files)
    if ('error' in resolved || entry === undefined) {
      const text = commandErrorText('error' in resolved ? resolved.error : 'notInPath', argv[0] ?? '')
      return { error: `failed to exec in container: failed to start exec "${hexDigits(`${sessionId}|${podKey}`, 64)}": OCI runtime exec failed: exec failed: unable to start container process: ${text}` }
    }
    const base = host.processes.get(containerKey(podKey, container.name))?.spec
    const environment = base === undefined ? makeEnvironment(host, pod, container, host.record(podKey).ip) : { env: base.env }
    const spec = base ?? makeSpec(host, podKey, pod, container, entry, 'env' in environment ? environment.env : {}, argv)
    host.sessions.set(sessionId, { kind: 'exec', podKey, container: container.name, frames: [], isOver: false, purpose: options.purpose, output: '' })
    this.processes!.startSession(sessionId, {
      podKey, container: container.name, containerId: running.id, program: resolved.program,
      spec: { ...spec, argv, isExec: true, stdin: options.stdin, tty: options.tty }, state: null, ports: [],
    })
    return { sessionId }
  }

  /** Attaches to process 1: its output from now on, or all of it when it has a standard input. */
  attach(podKey: string, pod: Pod, container: Container): { sessionId: string } | Refusal {
    const { host } = this
    const latest = latestOf(host.pods.get(podKey)?.containers ?? [], container.name)
    if (latest?.state !== 'running') return { code: 500, message: kubeletTexts.notRunning(container.name) }
    const sessionId = `session-${host.takeCount('sessions')}`
    const earlier = container.stdin === true || pod.spec.restartPolicy === 'Never' ? logText(host, logKey(podKey, container.name, latest.attempt), {}) : ''
    const frames: StreamFrame[] = earlier === '' ? [] : [{ kind: 'output', channel: 'stdout', text: earlier }]
    host.sessions.set(sessionId, { kind: 'attach', podKey, container: container.name, frames, isOver: false, output: '' })
    return { sessionId }
  }

  /** Output of a command, or of process 1 for those attached. */
  wrote(sessionId: string, stream: 'stdout' | 'stderr', text: string): void {
    const session = this.host.sessions.get(sessionId)
    if (session === undefined || session.isOver) return
    if (session.purpose !== undefined) this.host.sessions.set(sessionId, { ...session, output: (session.output + text).slice(0, outputMax) })
    else this.host.sessions.set(sessionId, { ...session, frames: [...session.frames, { kind: 'output', channel: stream, text }] })
  }

  /** Process 1 wrote: those attached read it. */
  mainWrote(podKey: string, container: string, stream: 'stdout' | 'stderr', text: string): void {
    if (this.host.sessions.size === 0) return
    for (const [sessionId, session] of this.host.sessions.entries()) {
      if (session.kind === 'attach' && session.podKey === podKey && session.container === container) this.wrote(sessionId, stream, text)
    }
  }

  /** Process 1 has ended, and attachments with it. */
  containerExited(podKey: string, container: string): void {
    if (this.host.sessions.size === 0) return
    for (const [sessionId, session] of this.host.sessions.entries()) {
      if (session.kind === 'attach' && session.podKey === podKey && session.container === container) this.exited(sessionId, 0)
    }
  }

  /** A command has ended. */
  exited(sessionId: string, exitCode: number): void {
    const session = this.host.sessions.get(sessionId)
    if (session === undefined || session.isOver) return
    const frames: StreamFrame[] = [...session.frames, session.kind === 'attach' ? { kind: 'end' } : { kind: 'end', exitCode }]
    const over: SessionRecord = { ...session, frames, isOver: true, exitCode }
    if (session.purpose === undefined) {
      this.host.sessions.set(sessionId, over)
      return
    }
    this.host.sessions.delete(sessionId)
    this.onEnd(session.purpose, over, sessionId)
  }

  /** Takes what a session has written since the last read. */
  read(sessionId: string): readonly StreamFrame[] {
    const session = this.host.sessions.get(sessionId)
    if (session === undefined) return [{ kind: 'end' }]
    if (session.isOver) this.host.sessions.delete(sessionId)
    else if (session.frames.length > 0) this.host.sessions.set(sessionId, { ...session, frames: [] })
    return session.frames
  }

  write(sessionId: string, text: string | undefined): void {
    const session = this.host.sessions.get(sessionId)
    if (session === undefined || session.isOver) return
    const key = session.kind === 'attach' ? containerKey(session.podKey, session.container) : sessionId
    // The end of input is the character that a terminal sends for it.
    this.processes!.input(key, text ?? '\x04')
  }

  /** A client went away: its command gets a hangup, which ends it. */
  close(sessionId: string): void {
    this.host.sessions.delete(sessionId)
    if (this.host.processes.has(sessionId)) this.host.processes.delete(sessionId)
  }

  /** True when exec can work in a container's image at all. */
  hasShell(pod: Pod, name: string): boolean {
    const image = findContainer(pod, name)?.image
    const entry = image === undefined ? undefined : this.host.image(image).entry
    return entry !== undefined && hasShell(entry)
  }
}

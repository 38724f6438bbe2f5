/**
 * Programs that run in containers: their start, what they do at a moment, signals, the moment of an OOM kill.
 * A process is a row of plain data; its program is a set of pure functions.
 */

import { quantityMilli, quantityValue } from '../api/quantity.ts'
import type { Container, Pod } from '../api/types.ts'
import { assert } from '../kernel/assert.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { Json } from '../kernel/json.ts'
import { findProgram } from '../workloads/registry.ts'
import type { EffectAnswer, HttpRequest, ImageEntry, LoadOnContainer, Program, ProgramContext, ProgramEffect, ProgramSpec, ProgramStep, Usage } from '../workloads/program.ts'
import { deviceCount, deviceSpeed } from './devices.ts'
import { ContainerFiles } from './files.ts'
import { findContainer } from './host.ts'
import type { Host } from './host.ts'
import { appendLog, logKey, logTail } from './logs.ts'
import type { Origin } from './ports.ts'
import { containerKey, latestOf } from './records.ts'
import type { ProcessRecord, RuntimeContainer } from './records.ts'
import { sendToPort } from './local-request.ts'
import { identityOf } from './security.ts'

/** What other parts of the kubelet do when something happens in a process. */
export interface ProcessListener {
  /** Process 1 of a container has ended. */
  exited(podKey: string, container: string): void
  /** Something that a probe may see has changed. */
  changed(podKey: string): void
  /** A process wrote or removed files. */
  filesWritten(podKey: string): void
  /** Process 1 of a container wrote to its log. */
  mainWrote(podKey: string, container: string, stream: 'stdout' | 'stderr', text: string): void
  /** A command beside process 1 wrote or ended. */
  sessionWrote(sessionId: string, stream: 'stdout' | 'stderr', text: string): void
  sessionExited(sessionId: string, exitCode: number): void
}

/** How process 1 ended. */
export interface Exit {
  readonly exitCode: number
  readonly isOomKilled?: boolean
}

const messageBytesMax = 4096
/** Process rows that one moment may advance: a program that never waits is reported. */
const advancesMax = 10_000

/** Makes the spec of a container's process from the pod, once, at its start. */
export function makeSpec(host: Host, podKey: string, pod: Pod, container: Container, entry: ImageEntry, env: { readonly [name: string]: string }, argv: readonly string[]): ProgramSpec {
  const { limits, requests } = container.resources ?? {}
  return {
    image: container.image ?? '',
    parameters: entry.parameters,
    argv,
    env,
    workingDir: container.workingDir ?? '/',
    tty: container.tty === true,
    stdin: container.stdin === true,
    container: container.name,
    pod: { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '', uid: pod.metadata.uid ?? '', ip: host.record(podKey).ip },
    node: { name: pod.spec.nodeName ?? '', labels: host.findNode(pod.spec.nodeName ?? '')?.metadata.labels ?? {} },
    cpuLimitMillis: limits?.['cpu'] === undefined ? undefined : quantityMilli(limits['cpu']),
    cpuRequestMillis: requests?.['cpu'] === undefined ? undefined : quantityMilli(requests['cpu']),
    memoryLimitBytes: memoryLimit(pod, container),
    gpuCount: deviceCount(container),
    gpuSpeed: deviceSpeed(host, podKey, pod, container),
    seed: host.config.seed,
    user: identityOf(pod, container, container.image ?? '', host),
    serviceAccount: pod.spec.serviceAccountName,
    sharesProcesses: pod.spec.shareProcessNamespace === true ? true : undefined,
  }
}

function memoryLimit(pod: Pod, container: Container): number | undefined {
  const own = container.resources?.limits?.['memory'] ?? pod.spec.resources?.limits?.['memory']
  return own === undefined ? undefined : quantityValue(own)
}

/** True for an address of the process's own pod. */
function isOwnAddress(spec: ProgramSpec, url: string): boolean {
  const name = /^https?:\/\/(?:[^@/]*@)?([^/:?#]+)/.exec(url)?.[1] ?? ''
  return name === 'localhost' || name.startsWith('127.') || name === spec.pod.ip || name === (spec.env['HOSTNAME'] ?? spec.pod.name)
}

/** The processes of all containers. */
export class Processes {
  private readonly host: Host
  private readonly listener: ProcessListener

  constructor(host: Host, listener: ProcessListener) {
    this.host = host
    this.listener = listener
  }

  /** Starts process 1 of a container that the runtime has just created. */
  startMain(podKey: string, container: RuntimeContainer, program: string, spec: ProgramSpec): void {
    const row: ProcessRecord = { podKey, container: container.name, containerId: container.id, program, spec, state: null, ports: [] }
    const key = containerKey(podKey, container.name)
    this.host.processes.set(key, row)
    this.step(key, findProgram(program).init(this.contextOf(row)))
  }

  /** Notes that process 1 of a container runs a program that has no state: it needs no row. */
  startInert(podKey: string): void {
    this.listener.changed(podKey)
  }

  /** Starts a command beside process 1. */
  startSession(sessionId: string, row: ProcessRecord): void {
    this.host.processes.set(sessionId, row)
    this.step(sessionId, findProgram(row.program).init(this.contextOf(row)))
  }

  /** Handles the event of a process whose program changes by itself. */
  onChange(key: string): void {
    for (let i = 0; ; i++) {
      const row = this.host.processes.get(key)
      if (row === undefined || row.nextMs === undefined || row.nextMs > this.host.nowMs) return
      assert(i < advancesMax, `program ${row.program} of ${key} does not wait`)
      this.step(key, findProgram(row.program).advance(row.state, this.contextOf(row)), true)
    }
  }

  /** Handles the event of a memory limit that is reached. */
  onOom(key: string): void {
    const row = this.host.processes.get(key)
    if (row?.oomMs !== this.host.nowMs) return
    this.endMain(row.podKey, row.container, { exitCode: 137, isOomKilled: true })
  }

  /** Sends a signal to process 1. A program without a row (an inert one) ends at once. */
  signal(podKey: string, container: string, signal: 'TERM' | 'INT' | 'HUP' | 'QUIT' | 'KILL'): void {
    const key = containerKey(podKey, container)
    const row = this.host.processes.get(key)
    if (signal === 'KILL') this.endMain(podKey, container, { exitCode: 137 })
    else if (row === undefined) this.endMain(podKey, container, { exitCode: 0 })
    else this.step(key, findProgram(row.program).signal(row.state, signal, this.contextOf(row)))
  }

  /** Standard input for a process. */
  input(key: string, text: string): void {
    const row = this.host.processes.get(key)
    if (row === undefined) return
    const { input } = findProgram(row.program)
    if (input !== undefined) this.step(key, input(row.state, text, this.contextOf(row)))
  }

  /** The answer to a request or lookup of a process. */
  answer(origin: Origin, id: string, answer: EffectAnswer): void {
    const key = origin.process === '' ? containerKey(origin.podKey, origin.container) : origin.process
    const row = this.host.processes.get(key)
    if (row === undefined) return
    const { resume } = findProgram(row.program)
    if (resume !== undefined) this.step(key, resume(row.state, id, answer, this.contextOf(row)))
  }

  /** Does what a program's step says, in order. */
  step(key: string, step: ProgramStep<Json>, isTimed = false): void {
    const row = this.host.processes.get(key)
    if (row === undefined) return
    const hasChanged = isTimed || step.effects.length > 0 || step.state !== row.state
    this.host.processes.set(key, { ...row, state: step.state })
    for (const effect of step.effects) {
      this.apply(key, effect)
      if (!this.host.processes.has(key)) return
    }
    this.plan(key)
    if (hasChanged) this.listener.changed(row.podKey)
  }

  /** Sets the flow of requests that reaches a process. */
  setLoad(key: string, load: LoadOnContainer | undefined): void {
    const row = this.host.processes.get(key)
    if (row === undefined) return
    this.host.processes.set(key, { ...row, load })
    this.plan(key)
    this.listener.changed(row.podKey)
  }

  /** Usage of a process now. */
  usage(row: ProcessRecord): Usage {
    return findProgram(row.program).usage(row.state, row.load, this.contextOf(row))
  }

  /** What a program is given. @param atMs another moment than now */
  contextOf(row: ProcessRecord, atMs: SimTimeMs = this.host.nowMs): ProgramContext {
    return { spec: row.spec, files: this.filesOf(row), nowMs: atMs, timestamp: (ms) => this.host.context.clock.timestamp(ms) }
  }

  /** The files that a process sees. */
  filesOf(row: ProcessRecord): ContainerFiles {
    const pod = this.host.findPod(row.podKey)
    const container = pod === undefined ? undefined : findContainer(pod, row.container)
    assert(pod !== undefined && container !== undefined, `${row.podKey} ${row.container} runs without a pod`)
    return new ContainerFiles(this.host, row.podKey, pod, container, row.containerId)
  }

  /** Ends process 1 of a container, with all commands beside it. */
  endMain(podKey: string, name: string, exit: Exit): void {
    const { host } = this
    const record = host.record(podKey)
    const running = latestOf(record.containers, name)
    if (running?.state !== 'running') return
    const message = this.terminationMessage(podKey, running, exit)
    const reason = exit.isOomKilled === true ? 'OOMKilled' : exit.exitCode === 0 ? 'Completed' : 'Error'
    const ended: RuntimeContainer = { ...running, state: 'exited', finishedMs: host.nowMs, exitCode: exit.exitCode, reason, message }
    host.change(podKey, { containers: record.containers.map((other) => (other.id === running.id ? ended : other)) })
    this.forget(podKey, name)
    host.ports.stopped?.({ podKey, container: name, process: '' })
    this.listener.exited(podKey, name)
  }

  /** Removes the processes of a container without an exit. */
  forget(podKey: string, name: string): void {
    const { host } = this
    host.processes.delete(containerKey(podKey, name))
    for (const [key, row] of host.sessions.entries()) {
      if (row.podKey !== podKey || row.container !== name || row.isOver) continue
      host.processes.delete(key)
      this.listener.sessionExited(key, 137)
    }
  }

  private terminationMessage(podKey: string, running: RuntimeContainer, exit: Exit): string {
    const { host } = this
    const pod = host.findPod(podKey)
    const container = pod === undefined ? undefined : findContainer(pod, running.name)
    if (pod === undefined || container === undefined || !host.processes.has(containerKey(podKey, running.name))) return ''
    const files = new ContainerFiles(host, podKey, pod, container, running.id)
    const text = files.read(files.messagePath()) ?? ''
    if (text === '' && exit.exitCode !== 0 && container.terminationMessagePolicy === 'FallbackToLogsOnError') return logTail(host, logKey(podKey, running.name, running.attempt))
    return text.slice(0, messageBytesMax)
  }

  /** Puts the process's next change and its OOM moment on the queue. */
  private plan(key: string): void {
    const { host } = this
    const row = host.processes.get(key)
    if (row === undefined) return
    const program = findProgram(row.program)
    const asked = program.nextChangeMs(row.state)
    const nextMs = asked === undefined ? undefined : Math.max(host.nowMs, Math.ceil(asked))
    const oomMs = row.spec.isExec === true ? undefined : this.oomMs(row, program)
    if (nextMs !== undefined && nextMs !== row.nextMs) host.context.schedule(nextMs, 'program', key)
    if (oomMs !== undefined && oomMs !== row.oomMs) host.context.schedule(oomMs, 'oom', key)
    if (nextMs !== row.nextMs || oomMs !== row.oomMs) host.processes.set(key, { ...row, nextMs, oomMs })
  }

  private oomMs(row: ProcessRecord, program: Program): SimTimeMs | undefined {
    const limit = row.spec.memoryLimitBytes
    if (limit === undefined) return undefined
    const usage = program.usage(row.state, row.load, this.contextOf(row))
    if (usage.memoryBytes > limit) return this.host.nowMs
    const peakMs = usage.peak !== undefined && usage.peak.memoryBytes > limit ? this.host.nowMs + Math.ceil(usage.peak.periodMs) : undefined
    if (usage.memoryBytesPerSecond <= 0) return peakMs
    const reachedMs = this.host.nowMs + Math.ceil(((limit - usage.memoryBytes) / usage.memoryBytesPerSecond) * 1000)
    return peakMs === undefined ? reachedMs : Math.min(peakMs, reachedMs)
  }

  private apply(key: string, effect: ProgramEffect): void {
    const { host } = this
    const row = host.processes.get(key)
    if (row === undefined) return
    const isExec = row.spec.isExec === true
    const origin: Origin = { podKey: row.podKey, container: row.container, process: isExec ? key : '' }
    switch (effect.kind) {
      case 'log':
        if (isExec) this.listener.sessionWrote(key, effect.stream, effect.text)
        else this.log(row, effect.stream, effect.text)
        return
      case 'listen':
        host.processes.set(key, { ...row, ports: [...row.ports.filter((port) => port !== effect.port), effect.port].sort((a, b) => a - b) })
        return
      case 'close':
        host.processes.set(key, { ...row, ports: row.ports.filter((port) => port !== effect.port) })
        return
      case 'exit':
        if (isExec) this.endSession(key, effect.exitCode)
        else this.endMain(row.podKey, row.container, { exitCode: effect.exitCode, isOomKilled: effect.oomKilled })
        return
      case 'request':
        if (isOwnAddress(row.spec, effect.request.url)) this.requestLocally(origin, effect.id, effect.request, effect.timeoutMs)
        else host.ports.request(origin, effect.id, effect.request, effect.timeoutMs)
        return
      case 'lookup':
        if (effect.name === 'localhost') this.answerLocally(origin, effect.id, 0, { kind: 'addresses', addresses: ['127.0.0.1'] })
        else host.ports.lookup(origin, effect.id, effect.name)
        return
      case 'flow':
        host.ports.flow?.(origin, effect.flow)
        return
      case 'signal':
        this.signal(row.podKey, row.container, effect.signal)
        return
      default:
        this.applyToFiles(row, effect)
    }
  }

  /** Handles the event at which an answer from the own pod arrives. */
  onAnswer(key: string): void {
    const waiting = this.host.answers.get(key)
    if (waiting === undefined) return
    this.host.answers.delete(key)
    this.answer(waiting.origin, waiting.id, waiting.answer)
  }

  private requestLocally(origin: Origin, id: string, request: HttpRequest, timeoutMs: number): void {
    const { host } = this
    const match = /^(https?):\/\/([^/:?#]+)(?::(\d+))?/.exec(request.url)
    const port = Number(match?.[3] ?? (match?.[1] === 'https' ? 443 : 80))
    const answer = sendToPort(host, this, origin.podKey, port, request)
    const isLate = answer !== undefined && answer.serviceMs > timeoutMs
    const latencyMs = answer === undefined ? 0 : Math.min(answer.serviceMs, timeoutMs)
    const reply: EffectAnswer = answer === undefined
      ? { kind: 'failure', failure: { failure: 'refused', message: `Failed to connect to ${match?.[2] ?? ''} port ${port}: Connection refused` } }
      : isLate
        ? { kind: 'failure', failure: { failure: 'timeout', message: `Operation timed out after ${timeoutMs} milliseconds with 0 bytes received` } }
        : { kind: 'response', response: answer.response, latencyMs }
    this.answerLocally(origin, id, latencyMs, reply)
  }

  /** What the pod itself answers to a process, as its /etc/hosts does for localhost. */
  private answerLocally(origin: Origin, id: string, afterMs: number, answer: EffectAnswer): void {
    const { host } = this
    const key = String(host.takeCount('answers'))
    host.answers.set(key, { origin, id, answer })
    host.context.schedule(host.nowMs + afterMs, 'answer', key)
  }

  private applyToFiles(row: ProcessRecord, effect: Extract<ProgramEffect, { kind: 'write' | 'remove' | 'makeDirectory' | 'terminationMessage' }>): void {
    const files = this.filesOf(row)
    if (effect.kind === 'terminationMessage') files.write(files.messagePath(), effect.text)
    else if (effect.kind === 'makeDirectory') files.makeDirectory(effect.path)
    else if (effect.kind === 'remove') files.write(effect.path, null)
    else if (effect.path === '/dev/stdout' || effect.path === '/proc/1/fd/1') this.log(row, 'stdout', effect.text)
    else if (effect.path === '/dev/stderr' || effect.path === '/proc/1/fd/2') this.log(row, 'stderr', effect.text)
    else files.write(effect.path, effect.text)
    this.listener.filesWritten(row.podKey)
    this.listener.changed(row.podKey)
  }

  private log(row: ProcessRecord, stream: 'stdout' | 'stderr', text: string): void {
    const container = latestOf(this.host.record(row.podKey).containers, row.container)
    appendLog(this.host, logKey(row.podKey, row.container, container?.attempt ?? 0), stream, text)
    this.listener.mainWrote(row.podKey, row.container, stream, text)
  }

  private endSession(key: string, exitCode: number): void {
    this.host.processes.delete(key)
    this.listener.sessionExited(key, exitCode)
  }
}

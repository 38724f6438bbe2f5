/**
 * Answers the needs of terminal processes from a cluster in the same program. `ProcessRun` goes as far as it can and says
 * what it waits for, so that a Worker can let simulated time pass in between; `runToEnd` lets time pass by itself.
 */

import { impersonate } from '../api/credentials.ts'
import type { Credentials } from '../api/credentials.ts'
import { apiErrors } from '../api/errors.ts'
import type { ApiRequest, ApiResponse, StreamFrame, UserInfo } from '../api/request.ts'
import type { Status } from '../api/types.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { Process, ProcessAnswer, ProcessNeed } from './process.ts'

/** What a driver needs of a cluster. A simulator's Cluster is one. */
export interface ClusterDoor {
  readonly nowMs: SimTimeMs
  request(request: ApiRequest): ApiResponse
  /** The user of what a client shows; undefined when it is no good. */
  authenticate(credentials: Credentials): UserInfo | undefined
  /** Whether a user may act as another one. */
  mayImpersonate(user: UserInfo, resource: string, name: string, namespace?: string): boolean
  /** What a stream has since the last read. */
  readStream(streamId: string): readonly StreamFrame[]
  /** Standard input of exec and attach; undefined ends it. */
  writeStream(streamId: string, text: string | undefined): void
  closeStream(streamId: string): void
}

/** A cluster whose time a driver may move. */
export interface MovableCluster extends ClusterDoor {
  advanceTo(toMs: SimTimeMs): void
  nextEventMs(): SimTimeMs | undefined
}

/** What a run is doing. */
export type RunStatus =
  | { readonly kind: 'done'; readonly exitCode: number }
  /** Goes on at a time, or when something comes from a stream. Neither happens while time is paused. */
  | { readonly kind: 'waits'; readonly untilMs?: SimTimeMs; readonly streamId?: string }
  /** Wants a line (or all) of standard input: `provideInput`. */
  | { readonly kind: 'input'; readonly all: boolean }
  /** Wants a file edited: `finishEdit`. */
  | { readonly kind: 'edit'; readonly path: string }

export interface DriverOptions {
  /** The user of requests that show no credentials; asked for each request. */
  user(): UserInfo
  /** The cluster of the current context; asked for each need. */
  cluster(): ClusterDoor
  /** The cluster at an address; undefined when none is there. Absent: the current one is at every address. */
  clusterAt?(server: string): ClusterDoor | undefined
}

/** Farewell needs of a process that is being stopped. */
const farewellsMax = 50
const interruptedCode = 130

/** A process in progress: it goes on with `step`, `provideInput` and `finishEdit`, and ends with `stop`. */
export class ProcessRun {
  private readonly process: Process
  private readonly options: DriverOptions
  private need: ProcessNeed | undefined
  /** The cluster that opened each stream: a context may change while it is open. */
  private readonly streams = new Map<string, ClusterDoor>()
  /** Open exec and attach sessions that take standard input, the latest last. */
  private sessions: { readonly streamId: string; readonly isTerminal: boolean }[] = []
  status: RunStatus

  constructor(process: Process, options: DriverOptions) {
    this.process = process
    this.options = options
    this.status = { kind: 'waits' }
    this.take(this.process.next())
    this.step()
  }

  /** Goes on as far as possible now. Call it again after simulated time has moved. */
  step(): RunStatus {
    while (this.need !== undefined) {
      const answer = this.answer(this.need)
      if (answer === undefined) break
      this.take(this.process.next(answer))
    }
    return this.status
  }

  /** Standard input: a line, or undefined for its end (Ctrl+D). It goes to a session in a container even while that is busy. */
  provideInput(text: string | undefined): RunStatus {
    const session = this.sessions.at(-1)
    if (this.need?.kind === 'stream' && session?.streamId === this.need.streamId) {
      this.ownerOf(session.streamId).writeStream(session.streamId, text === undefined || text.endsWith('\n') || text === '\x03' ? text : `${text}\n`)
      return this.step()
    }
    if (this.need?.kind !== 'input') return this.status
    this.take(this.process.next({ kind: 'text', text }))
    return this.step()
  }

  /** Whether typed lines go to the process now: it reads its standard input, or an interactive session is open. */
  get readsInput(): boolean {
    return this.need?.kind === 'input' || (this.status.kind !== 'done' && this.sessions.length > 0)
  }

  /** The editor was closed. */
  finishEdit(isSaved: boolean): RunStatus {
    if (this.need?.kind !== 'edit') return this.status
    this.take(this.process.next({ kind: 'saved', isSaved }))
    return this.step()
  }

  /** Ctrl+C: it goes to the container of an interactive session (exec -it), and else stops the command. */
  interrupt(): RunStatus {
    return this.sessions.at(-1)?.isTerminal === true && this.status.kind !== 'done' ? this.provideInput('\x03') : this.stop()
  }

  private ownerOf(streamId: string): ClusterDoor {
    return this.streams.get(streamId) ?? this.options.cluster()
  }

  private forget(streamId: string): void {
    this.streams.delete(streamId)
    this.sessions = this.sessions.filter((session) => session.streamId !== streamId)
  }

  /** Ends the command. */
  stop(): RunStatus {
    if (this.status.kind === 'done') return this.status
    let result = this.process.return(interruptedCode)
    for (let i = 0; i < farewellsMax && result.done !== true; i++) {
      const isFarewell = result.value.kind === 'closeStream' || result.value.kind === 'request' || result.value.kind === 'sendInput'
      result = isFarewell ? this.process.next(this.answer(result.value) ?? { kind: 'none' }) : this.process.return(interruptedCode)
    }
    for (const [streamId, cluster] of this.streams) cluster.closeStream(streamId)
    this.streams.clear()
    this.need = undefined
    this.status = { kind: 'done', exitCode: interruptedCode }
    return this.status
  }

  private take(result: IteratorResult<ProcessNeed, number>): void {
    if (result.done === true) {
      this.need = undefined
      for (const [streamId, cluster] of this.streams) cluster.closeStream(streamId)
      this.streams.clear()
      this.status = { kind: 'done', exitCode: result.value }
      return
    }
    this.need = result.value
    this.status = statusOf(result.value)
  }

  /** The answer to a need, or undefined while it has to wait. */
  private answer(need: ProcessNeed): ProcessAnswer | undefined {
    const cluster = this.options.cluster()
    switch (need.kind) {
      case 'request':
        return this.request(need, cluster)
      case 'stream': {
        const frames = this.ownerOf(need.streamId).readStream(need.streamId)
        if (frames.some((frame) => frame.kind === 'end')) this.forget(need.streamId)
        if (frames.length > 0) return { kind: 'frames', frames }
        return need.untilMs !== undefined && cluster.nowMs >= need.untilMs ? { kind: 'frames', frames } : undefined
      }
      case 'closeStream':
        this.ownerOf(need.streamId).closeStream(need.streamId)
        this.forget(need.streamId)
        return { kind: 'none' }
      case 'sendInput':
        this.ownerOf(need.streamId).writeStream(need.streamId, need.text)
        return { kind: 'none' }
      case 'sleep':
        return cluster.nowMs >= need.untilMs ? { kind: 'none' } : undefined
      case 'input':
      case 'edit':
        return undefined
    }
  }

  private request(need: Extract<ProcessNeed, { kind: 'request' }>, current: ClusterDoor): ProcessAnswer {
    const { as, asGroups = [], server, credentials, ...request } = need.request
    const cluster = server === undefined || this.options.clusterAt === undefined ? current : this.options.clusterAt(server)
    if (cluster === undefined) return { kind: 'none' }
    const own = credentials === undefined ? this.options.user() : cluster.authenticate(credentials)
    const user: UserInfo | Status = own === undefined ? apiErrors.unauthorized('Unauthorized') : impersonate(own, as, asGroups, (...access) => cluster.mayImpersonate(...access))
    if ('kind' in user) return { kind: 'response', response: { code: user.code ?? 401, body: user, warnings: [] } }
    const response = cluster.request({ ...request, user })
    if ('streamId' in response) {
      this.streams.set(response.streamId, cluster)
      if (request.query?.stdin === true) this.sessions.push({ streamId: response.streamId, isTerminal: request.query.tty === true })
    }
    return { kind: 'response', response }
  }
}

function statusOf(need: ProcessNeed): RunStatus {
  switch (need.kind) {
    case 'sleep': return { kind: 'waits', untilMs: need.untilMs }
    case 'stream': return { kind: 'waits', streamId: need.streamId, ...(need.untilMs === undefined ? {} : { untilMs: need.untilMs }) }
    case 'input': return { kind: 'input', all: need.all }
    case 'edit': return { kind: 'edit', path: need.path }
    default: return { kind: 'waits' }
  }
}

export interface RunToEndOptions {
  user(): UserInfo
  cluster(): MovableCluster
  /** As in DriverOptions. */
  clusterAt?(server: string): ClusterDoor | undefined
  /** Simulated time after which a command is stopped as by Ctrl+C. Default 1 h. */
  readonly waitMsMax?: number
  /** Answers of an editor: the file is saved as it is, or (false) left. */
  edit?(path: string): boolean
  /** Told when a command was stopped because it waited too long. */
  onTimeout?(waitedMs: number): void
}

const hourMs = 3_600_000

/** Runs a process to its end; simulated time passes as it waits. Standard input is empty. @returns the exit code */
export function runToEnd(process: Process, options: RunToEndOptions): number {
  const run = new ProcessRun(process, options)
  const waitMsMax = options.waitMsMax ?? hourMs
  const startMs = options.cluster().nowMs
  for (;;) {
    const status = run.step()
    if (status.kind === 'done') return status.exitCode
    if (status.kind === 'input') run.provideInput(undefined)
    else if (status.kind === 'edit') run.finishEdit(options.edit?.(status.path) ?? true)
    else if (!advance(options.cluster(), status, startMs + waitMsMax)) {
      options.onTimeout?.(options.cluster().nowMs - startMs)
      const stopped = run.stop()
      return stopped.kind === 'done' ? stopped.exitCode : interruptedCode
    }
  }
}

/** Lets time pass to what a run waits for. @returns false when it waits longer than allowed */
function advance(cluster: MovableCluster, status: Extract<RunStatus, { kind: 'waits' }>, limitMs: SimTimeMs): boolean {
  if (cluster.nowMs >= limitMs) return false
  const next = cluster.nextEventMs()
  const candidates = [limitMs, ...(status.untilMs === undefined ? [] : [status.untilMs]), ...(status.streamId === undefined || next === undefined ? [] : [next])]
  cluster.advanceTo(Math.max(Math.min(...candidates), cluster.nowMs))
  return true
}

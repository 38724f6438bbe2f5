/**
 * Answers the needs of terminal processes from a real cluster: the same shell and kubectl as in the simulator, driven over
 * HTTPS in real time. Nothing of this machine is reachable: files are virtual, and a process can ask for nothing else.
 */

import { isDiscovery } from '../../../../simulator/api/discovery.ts'
import { apiErrors } from '../../../../simulator/api/errors.ts'
import type { ApiAnswer, ApiRequest, ApiResponse, Process } from '../../../../simulator/index.ts'
import type { BridgeRequest, BridgeStream, Identity, KindDoor } from '../contract.ts'
import { readDiscovery } from './remote-kinds.ts'

/** What a person gave to a command while it ran. */
export interface TypedInput {
  /** Typed lines of standard input; it ends after the last one. */
  readonly lines?: readonly string[]
  /** What happens in each editor that opens, in order: the text that is saved, or undefined for closing without saving. */
  edit?(path: string): string | undefined
}

export interface RemoteRunOptions {
  readonly connection: KindDoor
  readonly as: Identity
  /** Real time in ms when the command is stopped as by Ctrl+C. */
  readonly deadlineMs: number
  readonly signal?: AbortSignal
  readonly typed?: TypedInput
  /** Saves what an editor left. */
  writeFile(path: string, text: string): void
  /** Address of the cluster in the terminal's kubeconfig; requests to another one find nobody. */
  readonly server: string
}

type ProcessNeed = Process extends Generator<infer Need, number, unknown> ? Need : never
type ProcessAnswer = Parameters<Process['next']>[0] & object
type RequestNeed = Extract<ProcessNeed, { kind: 'request' }>

const interruptedCode = 130
/** Needs of a process that is being stopped. */
const farewellsMax = 50
/** Longest wait for frames at once, so that deadlines and signals are seen. */
const readWaitMs = 1000

/** Pauses for real time; a signal ends it early. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true || ms <= 0) return resolve()
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
  })
}

/** Runs a process to its end, its deadline or the signal. @returns the exit code */
export async function runRemote(process: Process, options: RemoteRunOptions): Promise<number> {
  const run = new RemoteRun(options)
  try {
    return await run.play(process)
  } finally {
    run.close()
  }
}

class RemoteRun {
  private readonly options: RemoteRunOptions
  private readonly streams = new Map<string, BridgeStream>()
  private readonly ended = new Set<string>()
  private readonly lines: string[]
  private streamCount = 0

  constructor(options: RemoteRunOptions) {
    this.options = options
    this.lines = [...(options.typed?.lines ?? [])]
  }

  async play(process: Process): Promise<number> {
    let result = process.next()
    while (result.done !== true) {
      if (this.isOver()) return await this.stop(process)
      const answer = await this.answer(result.value)
      if (answer === undefined) return await this.stop(process)
      result = process.next(answer)
    }
    return result.value
  }

  close(): void {
    for (const stream of this.streams.values()) stream.close()
    this.streams.clear()
  }

  private isOver(): boolean {
    return this.options.signal?.aborted === true || Date.now() >= this.options.deadlineMs
  }

  /** Ctrl+C. */
  private async stop(process: Process): Promise<number> {
    let result = process.return(interruptedCode)
    for (let i = 0; i < farewellsMax && result.done !== true; i++) {
      const { kind } = result.value
      const isFarewell = kind === 'closeStream' || kind === 'request' || kind === 'sendInput'
      result = isFarewell ? process.next((await this.answer(result.value)) ?? { kind: 'none' }) : process.return(interruptedCode)
    }
    return interruptedCode
  }

  /** The answer to a need; undefined when the run is over before there is one. */
  private async answer(need: ProcessNeed): Promise<ProcessAnswer | undefined> {
    switch (need.kind) {
      case 'request':
        return await this.request(need)
      case 'stream':
        return await this.frames(need.streamId, need.untilMs)
      case 'closeStream':
        this.streams.get(need.streamId)?.close()
        this.streams.delete(need.streamId)
        return { kind: 'none' }
      case 'sendInput':
        this.streams.get(need.streamId)?.write(need.text)
        return { kind: 'none' }
      case 'sleep':
        await pause(Math.min(need.untilMs, this.options.deadlineMs) - Date.now(), this.options.signal)
        return this.isOver() ? undefined : { kind: 'none' }
      case 'input':
        return { kind: 'text', text: this.input(need.all) }
      case 'edit':
        return { kind: 'saved', isSaved: this.edit(need.path) }
    }
  }

  private input(all: boolean): string | undefined {
    const taken = all ? this.lines.splice(0) : this.lines.splice(0, 1)
    return taken.length === 0 ? undefined : taken.map((line) => (line.endsWith('\n') ? line : `${line}\n`)).join('')
  }

  /** A session in a container gets what was typed, and then the end of input. */
  private typeInto(stream: BridgeStream): void {
    const text = this.input(true)
    if (text !== undefined) stream.write(text)
    if (this.options.typed !== undefined) stream.write(undefined)
  }

  private edit(path: string): boolean {
    const text = this.options.typed?.edit?.(path)
    if (text !== undefined) this.options.writeFile(path, text)
    return text !== undefined
  }

  private async frames(streamId: string, untilMs: number | undefined): Promise<ProcessAnswer | undefined> {
    const stream = this.streams.get(streamId)
    if (stream === undefined) return { kind: 'frames', frames: this.ended.has(streamId) ? [{ kind: 'end' }] : [] }
    for (;;) {
      const nowMs = Date.now()
      const waitMs = Math.min(readWaitMs, (untilMs ?? Infinity) - nowMs, this.options.deadlineMs - nowMs)
      const frames = await stream.read(Math.max(0, waitMs))
      if (frames.some((frame) => frame.kind === 'end')) {
        this.streams.delete(streamId)
        this.ended.add(streamId)
      }
      if (frames.length > 0 || (untilMs !== undefined && Date.now() >= untilMs)) return { kind: 'frames', frames }
      if (this.isOver()) return undefined
    }
  }

  private async request(need: RequestNeed): Promise<ProcessAnswer> {
    const { as, asGroups = [], server, credentials, ...request } = need.request
    if (server !== undefined && server !== this.options.server) return { kind: 'none' }
    const { connection, as: identity } = this.options
    let response: ApiResponse
    if (credentials !== undefined) response = refusal(apiErrors.unauthorized('Podflight sends no credentials of the home directory to a real cluster'))
    else if (as !== undefined || asGroups.length > 0) response = await reviewAs(connection, request, as ?? '', asGroups)
    else if (isDiscovery(request)) response = { code: 200, body: await readDiscovery(connection), warnings: [] }
    else if (isStreaming(request)) response = await this.open(request)
    else response = await connection.send(request, identity)
    return { kind: 'response', response }
  }

  private async open(request: BridgeRequest): Promise<ApiResponse> {
    const opened = await this.options.connection.open(request, this.options.as)
    if ('code' in opened) return opened
    const streamId = `stream-${++this.streamCount}`
    this.streams.set(streamId, opened)
    if (request.query?.stdin === true) this.typeInto(opened)
    return { code: request.verb === 'watch' ? 200 : 101, streamId, warnings: [] }
  }
}

/** Requests that a cluster answers with a stream, as the simulated one does. */
function isStreaming({ verb, subresource, query }: BridgeRequest): boolean {
  if (verb === 'watch' || subresource === 'exec' || subresource === 'attach' || subresource === 'portforward') return true
  return subresource === 'log' && query?.follow === true
}

function refusal(status: { readonly code?: number }): ApiAnswer {
  return { code: status.code ?? 403, body: status, warnings: [] }
}

/**
 * A request in somebody else's name. `kubectl auth can-i --as` becomes a review by the owner, which asks the same question;
 * nothing else is sent, because a learner's side that impersonates could be anybody.
 */
async function reviewAs(connection: KindDoor, request: BridgeRequest, user: string, groups: readonly string[]): Promise<ApiAnswer> {
  if (request.resource !== 'selfsubjectaccessreviews') return refusal(apiErrors.forbidden({ group: request.group, name: request.resource }, request.name ?? '', 'requests in the name of somebody else are not sent to a real cluster'))
  const { spec } = request.body as { readonly spec: object }
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: {}, spec: { ...spec, user, groups: [...groups, 'system:authenticated'] } }
  const { contentType: _contentType, ...rest } = request
  return await connection.send({ ...rest, resource: 'subjectaccessreviews', body: body as unknown as ApiRequest['body'] }, 'owner')
}

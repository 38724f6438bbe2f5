/** Open watches, logs and sessions of a real cluster: what comes is kept until it is read, and no more than a bound. */

import { StringDecoder } from 'node:string_decoder'
import type { IncomingMessage } from 'node:http'
import WebSocket from 'ws'
import type { KubeObject, StreamFrame } from '../../../simulator/index.ts'
import type { BridgeStream } from './contract.ts'
import type { Transport } from './transport.ts'
import { transportLimits } from './transport.ts'

/** Bounds of what waits to be read, and of one message. */
export const streamLimits = { pendingBytesMax: 4 * 1024 * 1024, lineBytesMax: 8 * 1024 * 1024 } as const

/** Where frames come from. */
interface Source {
  write(text: string | undefined): void
  /** Stops or goes on taking data from the network. */
  hold(isHeld: boolean): void
  close(): void
}

/** Frames between a source and its reader. */
export class FrameQueue implements BridgeStream {
  private frames: StreamFrame[] = []
  private bytes = 0
  private isOver = false
  private wake: (() => void) | undefined
  private source: Source | undefined

  /** Binds what delivers; it is closed with the queue. */
  connect(source: Source): this {
    this.source = source
    return this
  }

  push(frame: StreamFrame, bytes = 0): void {
    if (this.isOver) return
    this.frames.push(frame)
    this.bytes += bytes
    this.isOver = frame.kind === 'end'
    if (this.bytes > streamLimits.pendingBytesMax) this.source?.hold(true)
    this.wake?.()
  }

  async read(waitMs: number): Promise<readonly StreamFrame[]> {
    if (this.frames.length === 0 && !this.isOver) await this.arrival(waitMs)
    const { frames } = this
    this.frames = []
    this.bytes = 0
    if (!this.isOver) this.source?.hold(false)
    return frames
  }

  private arrival(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs)
      this.wake = () => {
        clearTimeout(timer)
        this.wake = undefined
        resolve()
      }
    })
  }

  write(text: string | undefined): void {
    if (!this.isOver) this.source?.write(text)
  }

  close(): void {
    this.source?.close()
    this.push({ kind: 'end' })
  }
}

function withoutManagedFields(object: KubeObject): KubeObject {
  if (object.metadata === undefined || object.metadata.managedFields === undefined) return object
  const { managedFields: _fields, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** One line of a watch. @returns undefined for what is no event */
function eventOf(line: string, keepsManagedFields: boolean): StreamFrame | undefined {
  try {
    const event = JSON.parse(line) as { type: 'ADDED'; object: KubeObject }
    return { kind: 'watch', type: event.type, object: keepsManagedFields ? event.object : withoutManagedFields(event.object) }
  } catch {
    return undefined
  }
}

/** A watch: one JSON event in each line. */
export function watchStream(answer: IncomingMessage, keepsManagedFields: boolean, words: (error: Error) => string): BridgeStream {
  const queue = new FrameQueue()
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const fail = (error: string): void => {
    queue.push({ kind: 'end', error })
    answer.destroy()
  }
  answer.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > streamLimits.lineBytesMax) return fail('an event of the watch is too large')
    for (const line of lines) {
      const frame = line === '' ? undefined : eventOf(line, keepsManagedFields)
      if (frame === undefined && line !== '') return fail('the watch sent what is no event')
      if (frame !== undefined) queue.push(frame, line.length)
    }
  })
  return endWith(answer, queue, words)
}

/** Text as it comes, such as logs that are followed. */
export function textStream(answer: IncomingMessage, words: (error: Error) => string): BridgeStream {
  const queue = new FrameQueue()
  const decoder = new StringDecoder('utf8')
  answer.on('data', (chunk: Buffer) => {
    const text = decoder.write(chunk)
    if (text !== '') queue.push({ kind: 'output', channel: 'stdout', text }, chunk.length)
  })
  return endWith(answer, queue, words)
}

function endWith(answer: IncomingMessage, queue: FrameQueue, words: (error: Error) => string): BridgeStream {
  answer.once('end', () => queue.push({ kind: 'end' }))
  answer.once('error', (error) => queue.push({ kind: 'end', error: words(error) }))
  answer.once('close', () => queue.push({ kind: 'end' }))
  return queue.connect({ write: () => undefined, hold: (isHeld) => (isHeld ? answer.pause() : answer.resume()), close: () => answer.destroy() })
}

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, close: 255 } as const
const sessionProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

/** The last word of a session as its frame. Models apimachinery/pkg/util/remotecommand (v1.35). */
function endOf(text: string): StreamFrame {
  try {
    const status = JSON.parse(text) as { status?: string; message?: string; reason?: string; details?: { causes?: { reason?: string; message?: string }[] } }
    if (status.status === 'Success') return { kind: 'end', exitCode: 0 }
    const code = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message
    return status.reason === 'NonZeroExitCode' && code !== undefined ? { kind: 'end', exitCode: Number(code) } : { kind: 'end', error: status.message ?? 'the session failed' }
  } catch {
    return { kind: 'end', error: text }
  }
}

/** What a WebSocket that was refused says: its HTTP answer. */
export interface RefusedSocket { readonly code: number; readonly text: string }

/** Opens a WebSocket. @returns the socket when it is open, or the answer of a server that refused. @throws Error when it cannot be reached */
function openSocket(transport: Transport, target: string, protocols: readonly string[]): Promise<WebSocket | RefusedSocket> {
  const { host, port, ...options } = transport.socketOptions()
  const address = host.includes(':') ? `[${host}]` : host
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`wss://${address}:${port}${target}`, [...protocols], { ...options, followRedirects: false, handshakeTimeout: transportLimits.idleMsMax, maxPayload: streamLimits.lineBytesMax, perMessageDeflate: false })
    socket.once('open', () => resolve(socket))
    socket.once('error', reject)
    socket.once('unexpected-response', (_request, answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        if (text.length < streamLimits.pendingBytesMax) text += chunk
      })
      answer.on('end', () => resolve({ code: answer.statusCode ?? 500, text }))
      answer.on('error', reject)
    })
  })
}

/** exec and attach: messages whose first byte is the channel. */
export async function sessionStream(transport: Transport, target: string): Promise<BridgeStream | RefusedSocket> {
  const socket = await openSocket(transport, target, sessionProtocols)
  if (!(socket instanceof WebSocket)) return socket
  const queue = new FrameQueue()
  const decoders = { 1: new StringDecoder('utf8'), 2: new StringDecoder('utf8') }
  let last: StreamFrame | undefined
  socket.on('message', (data: Buffer) => {
    const channel = data[0]
    if (channel === channels.error) last = endOf(data.subarray(1).toString('utf8'))
    if (channel !== channels.stdout && channel !== channels.stderr) return
    const text = decoders[channel].write(data.subarray(1))
    if (text !== '') queue.push({ kind: 'output', channel: channel === channels.stdout ? 'stdout' : 'stderr', text }, data.length)
  })
  socket.on('error', (error) => queue.push({ kind: 'end', error: transport.failure(error) }))
  socket.on('close', () => queue.push(last ?? { kind: 'end', error: 'the session was cut' }))
  return queue.connect({
    write(text) {
      if (socket.readyState !== WebSocket.OPEN) return
      if (text !== undefined) socket.send(Buffer.concat([Uint8Array.of(channels.stdin), Buffer.from(text)]))
      else if (socket.protocol === sessionProtocols[0]) socket.send(Uint8Array.of(channels.close, channels.stdin))
    },
    hold: (isHeld) => (isHeld ? socket.pause() : socket.resume()),
    close: () => socket.terminate(),
  })
}

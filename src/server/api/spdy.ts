/**
 * The server's side of SPDY/3.1 as kubectl port-forward speaks it: streams with headers, data and half-closes on one byte
 * stream. There is no flow control, as in the client's library. Models github.com/moby/spdystream.
 */

import { Duplex } from 'node:stream'
import { constants, createDeflate, createInflate } from 'node:zlib'
import type { Deflate, Inflate } from 'node:zlib'
import dictionaryData from './spdy-dictionary.json' with { type: 'json' }

const dictionary = Buffer.from(dictionaryData.base64, 'base64')
const headBytes = 8
const frameBytesMax = 1024 * 1024
const controlBit = 0x8000
const version = 3
const finFlag = 1
const dataBytesMax = 32 * 1024
const types = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7 } as const

/** Headers of a stream, names in lower case. */
export type SpdyHeaders = ReadonlyMap<string, string>

/** One stream: bytes in both directions. */
export class SpdyStream extends Duplex {
  readonly id: number
  readonly headers: SpdyHeaders
  private readonly connection: SpdyConnection
  private isFinished = false

  constructor(connection: SpdyConnection, id: number, headers: SpdyHeaders) {
    super({ allowHalfOpen: true })
    this.connection = connection
    this.id = id
    this.headers = headers
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    for (let at = 0; at < chunk.length; at += dataBytesMax) this.connection.sendData(this.id, chunk.subarray(at, at + dataBytesMax), false)
    done()
  }

  override _final(done: (error?: Error) => void): void {
    this.finish()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.finish()
    done(error)
  }

  /** Tells the other side, once, that nothing more comes. */
  private finish(): void {
    if (this.isFinished) return
    this.isFinished = true
    this.connection.sendData(this.id, Buffer.alloc(0), true)
  }
}

/** Text through a compressor whose state is shared by all frames of a direction. */
function through(coder: Inflate | Deflate, input: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const take = (chunk: Buffer): void => void chunks.push(chunk)
    coder.on('data', take)
    coder.once('error', reject)
    coder.write(input)
    coder.flush(constants.Z_SYNC_FLUSH, () => {
      coder.off('data', take)
      coder.off('error', reject)
      resolve(Buffer.concat(chunks))
    })
  })
}

function readHeaders(block: Buffer): SpdyHeaders {
  const headers = new Map<string, string>()
  let at = 4
  const text = (): string => {
    const length = block.readUInt32BE(at)
    at += 4 + length
    return block.subarray(at - length, at).toString('latin1')
  }
  for (let left = block.readUInt32BE(0); left > 0; left--) headers.set(text().toLowerCase(), text())
  return headers
}

function control(type: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(headBytes)
  head.writeUInt16BE(controlBit | version, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt32BE(payload.length, 4)
  return Buffer.concat([head, payload])
}

export interface SpdyOptions {
  /** Writes bytes to the other side. */
  readonly send: (bytes: Buffer) => void
  readonly onStream: (stream: SpdyStream) => void
  /** The other side does not keep to the protocol. */
  readonly onError: (error: unknown) => void
}

/**
 * One SPDY/3.1 session over bytes that somebody else carries. A breach of the protocol goes to `onError`, nothing is
 * thrown; after `close` what is sent is dropped.
 */
export class SpdyConnection {
  private readonly options: SpdyOptions
  private readonly inflate = createInflate({ dictionary })
  private readonly deflate = createDeflate({ dictionary })
  private readonly streams = new Map<number, SpdyStream>()
  private buffered: Buffer = Buffer.alloc(0)
  private work: Promise<void> = Promise.resolve()
  private isClosed = false

  constructor(options: SpdyOptions) {
    this.options = options
  }

  /** Takes bytes of the other side; frames are handled in order. */
  receive(bytes: Buffer): void {
    this.work = this.work.then(() => this.take(bytes)).catch(this.options.onError)
  }

  sendData(id: number, bytes: Buffer, isLast: boolean): void {
    if (this.isClosed) return
    const head = Buffer.alloc(headBytes)
    head.writeUInt32BE(id, 0)
    head.writeUInt32BE(bytes.length, 4)
    head[4] = isLast ? finFlag : 0
    this.options.send(Buffer.concat([head, bytes]))
  }

  /** The byte stream is gone. */
  close(): void {
    this.isClosed = true
    for (const stream of this.streams.values()) stream.destroy()
    this.streams.clear()
    this.inflate.close()
    this.deflate.close()
  }

  private async take(bytes: Buffer): Promise<void> {
    this.buffered = this.buffered.length === 0 ? bytes : Buffer.concat([this.buffered, bytes])
    while (this.buffered.length >= headBytes) {
      const length = this.buffered.readUIntBE(5, 3)
      if (length > frameBytesMax) throw new RangeError('a frame is too long')
      if (this.buffered.length < headBytes + length) return
      const frame = this.buffered.subarray(0, headBytes + length)
      this.buffered = this.buffered.subarray(headBytes + length)
      if ((frame.readUInt16BE(0) & controlBit) === 0) this.takeData(frame)
      else await this.takeControl(frame)
    }
  }

  private takeData(frame: Buffer): void {
    const stream = this.streams.get(frame.readUInt32BE(0))
    if (stream === undefined || stream.destroyed) return
    if (frame.length > headBytes) stream.push(frame.subarray(headBytes))
    if (((frame[4] ?? 0) & finFlag) !== 0) stream.push(null)
  }

  private async takeControl(frame: Buffer): Promise<void> {
    const type = frame.readUInt16BE(2)
    const payload = frame.subarray(headBytes)
    if (type === types.synStream) await this.open(payload, ((frame[4] ?? 0) & finFlag) !== 0)
    else if (type === types.ping) this.options.send(Buffer.from(frame))
    else if (type === types.rstStream) {
      const id = payload.readUInt32BE(0)
      this.streams.get(id)?.destroy()
      this.streams.delete(id)
    }
  }

  private async open(payload: Buffer, isFinished: boolean): Promise<void> {
    const id = payload.readUInt32BE(0) & 0x7fffffff
    const headers = readHeaders(await through(this.inflate, payload.subarray(10)))
    const noHeaders = await through(this.deflate, Buffer.alloc(4))
    const idBytes = Buffer.alloc(4)
    idBytes.writeUInt32BE(id)
    this.options.send(control(types.synReply, Buffer.concat([idBytes, noHeaders])))
    const stream = new SpdyStream(this, id, headers)
    this.streams.set(id, stream)
    stream.on('close', () => this.streams.delete(id))
    stream.on('error', () => stream.destroy())
    if (isFinished) stream.push(null)
    this.options.onStream(stream)
  }
}

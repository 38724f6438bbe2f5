/**
 * exec and attach over SPDY/3.1, as kubectl asked for them before 1.31: one stream for each of standard input, output,
 * error output, the size of the terminal and the end. Models apiserver's remotecommand v4.channel.k8s.io (v1.35).
 */

import { StringDecoder } from 'node:string_decoder'
import type { StreamFrame } from '../../../simulator/index.ts'
import type { RequestQuery } from '../../../simulator/api/request.ts'
import type { ByteCarrier } from './carrier.ts'
import type { Desk } from './desk.ts'
import { endStatus } from './sessions.ts'
import { SpdyConnection } from './spdy.ts'
import type { SpdyStream } from './spdy.ts'
import type { WatchHub } from './watch-hub.ts'

/** The protocol of streams, and of forwarded ports, as X-Stream-Protocol-Version names them. */
export const spdySessionProtocol = 'v4.channel.k8s.io'
export const spdyForwardProtocol = 'portforward.k8s.io'

/** What a session needs before it may begin. */
function expectedStreams({ stdin, stdout, stderr, tty }: RequestQuery & { readonly stdin?: boolean; readonly stdout?: boolean; readonly stderr?: boolean; readonly tty?: boolean }): string[] {
  return ['error', ...(stdin === true ? ['stdin'] : []), ...(stdout === true ? ['stdout'] : []), ...(stderr === true && tty !== true ? ['stderr'] : [])]
}

/** A session of the cluster, or why there is none. */
export type SpdySession = { readonly streamId: string } | { readonly error: string }

/** Connects the streams of a client with a session of the cluster until one of them ends. */
export function serveSpdySession(carrier: ByteCarrier, query: RequestQuery, session: SpdySession, desk: Desk, hub: WatchHub): void {
  const streams = new Map<string, SpdyStream>()
  const expected = expectedStreams(query)
  const decoder = new StringDecoder('utf8')
  let isOver = false
  const finish = (frame: StreamFrame & { kind: 'end' }): void => {
    isOver = true
    streams.get('error')?.end(JSON.stringify(endStatus(frame)))
    for (const name of ['stdout', 'stderr']) streams.get(name)?.end()
    setImmediate(() => carrier.end())
  }
  const begin = (): void => {
    if ('error' in session) return finish({ kind: 'end', error: session.error })
    const { streamId } = session
    streams.get('stdin')?.on('data', (bytes: Buffer) => void (isOver || desk.write(streamId, decoder.write(bytes))))
    streams.get('stdin')?.on('end', () => void (isOver || desk.write(streamId, undefined)))
    hub.add({
      streamId, resource: undefined, namespace: undefined, name: undefined, hasBookmarks: false,
      send(frames) {
        for (const frame of frames) {
          if (frame.kind === 'output') (streams.get(frame.channel) ?? streams.get('stdout'))?.write(frame.text)
          else if (frame.kind === 'end') finish(frame)
        }
      },
      pendingBytes: () => carrier.pendingBytes(),
      end: (isTooSlow) => void (isTooSlow ? carrier.terminate() : undefined),
    })
    return undefined
  }
  const connection = new SpdyConnection({
    send: (bytes) => carrier.send(bytes),
    onError: () => carrier.terminate(),
    onStream(stream) {
      const name = stream.headers.get('streamtype') ?? ''
      const isComplete = expected.every((each) => streams.has(each))
      streams.set(name, stream)
      if (name !== 'stdin') stream.resume()
      if (!isComplete && expected.every((each) => streams.has(each))) begin()
    },
  })
  carrier.onBytes((bytes) => connection.receive(bytes))
  carrier.onClose(() => {
    connection.close()
    if (isOver || 'error' in session) return
    isOver = true
    desk.close(session.streamId)
    hub.remove(session.streamId)
  })
}

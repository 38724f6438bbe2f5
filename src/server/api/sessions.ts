/**
 * exec and attach over WebSocket: binary messages whose first byte is the channel.
 * Models apimachinery/pkg/util/remotecommand and apiserver's v5.channel.k8s.io (v1.35).
 */

import { StringDecoder } from 'node:string_decoder'
import type { WebSocket } from 'ws'
import type { StreamFrame } from '../../../simulator/index.ts'
import { apiErrors } from '../../../simulator/api/errors.ts'
import type { Desk } from './desk.ts'
import type { WatchHub } from './watch-hub.ts'

/** Subprotocols, best first. Only v5 can close standard input. */
export const sessionProtocols: readonly string[] = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

const stdinChannel = 0
const errorChannel = 3
const closeChannel = 255
const channelOf = { stdout: 1, stderr: 2 } as const

function message(channel: number, text: string): Buffer {
  return Buffer.concat([Uint8Array.of(channel), Buffer.from(text)])
}

/** The last word of a session: Success, or why not. */
export function endStatus(frame: StreamFrame & { kind: 'end' }): object {
  const { exitCode = 0, error } = frame
  if (error !== undefined) return apiErrors.internal(error.replace(/^(Internal error occurred: )+/, ''))
  if (exitCode === 0) return { metadata: {}, status: 'Success' }
  return {
    metadata: {}, status: 'Failure', message: `command terminated with non-zero exit code: exit status ${exitCode}`, reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  }
}

/** Ends a session that never began. */
export function endSession(socket: WebSocket, error: string): void {
  socket.on('error', () => socket.terminate())
  socket.send(message(errorChannel, JSON.stringify(endStatus({ kind: 'end', error }))))
  socket.close(1000)
}

/** Connects a socket with a session of the cluster until one of them ends. */
export function serveSession(socket: WebSocket, streamId: string, desk: Desk, hub: WatchHub): void {
  let isOver = false
  // A letter may come in two messages.
  const decoder = new StringDecoder('utf8')
  socket.on('message', (data: Buffer) => {
    const channel = data[0]
    if (isOver) return
    if (channel === stdinChannel) desk.write(streamId, decoder.write(data.subarray(1)))
    else if (channel === closeChannel && data[1] === stdinChannel) desk.write(streamId, undefined)
  })
  socket.on('close', () => {
    if (isOver) return
    isOver = true
    desk.close(streamId)
    hub.remove(streamId)
  })
  socket.on('error', () => socket.terminate())
  hub.add({
    streamId, resource: undefined, namespace: undefined, name: undefined, hasBookmarks: false,
    send(frames) {
      for (const frame of frames) {
        if (frame.kind === 'output') socket.send(message(channelOf[frame.channel], frame.text))
        else if (frame.kind === 'end') socket.send(message(errorChannel, JSON.stringify(endStatus(frame))))
      }
    },
    pendingBytes: () => socket.bufferedAmount,
    end() {
      isOver = true
      socket.close(1000)
    },
  })
}

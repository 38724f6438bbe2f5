/** Bytes in both directions, whoever carries them: messages of a WebSocket, or a socket that was upgraded. */

import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'

export interface ByteCarrier {
  send(bytes: Buffer): void
  /** Ends it when what was sent is out. */
  end(): void
  /** Ends it at once. */
  terminate(): void
  /** Bytes that the other side has not taken yet. */
  pendingBytes(): number
  onBytes(take: (bytes: Buffer) => void): void
  onClose(done: () => void): void
}

/** The binary messages of a WebSocket. */
export function carrierOfWebSocket(socket: WebSocket): ByteCarrier {
  socket.on('error', () => socket.terminate())
  return {
    send: (bytes) => socket.send(bytes), end: () => socket.close(1000), terminate: () => socket.terminate(), pendingBytes: () => socket.bufferedAmount,
    onBytes: (take) => void socket.on('message', (data: Buffer) => take(data)), onClose: (done) => void socket.on('close', done),
  }
}

/** A socket behind an upgrade. @param head what came with the request */
export function carrierOfSocket(socket: Duplex, head: Buffer): ByteCarrier {
  socket.on('error', () => socket.destroy())
  return {
    send: (bytes) => void socket.write(bytes), end: () => void socket.end(), terminate: () => void socket.destroy(), pendingBytes: () => socket.writableLength,
    onBytes(take) {
      if (head.length > 0) take(head)
      socket.on('data', take)
      socket.on('end', () => socket.end())
    },
    onClose: (done) => void socket.on('close', done),
  }
}

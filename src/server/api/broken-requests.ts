/** What is said to clients whose bytes are no request. Models net/http Server.serve of Go 1.26, which the real server uses. */

import type { Duplex } from 'node:stream'

/** Errors of the parser of HTTP; all others are those of sockets, of TLS and of time. */
const parserErrors = 'HPE_'

/** Tells a client what is wrong with its bytes, and closes. A client that was too slow hears nothing, as from Go. */
export function refuseBroken(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code?.startsWith(parserErrors) !== true) {
    socket.destroy()
    return
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`)
}

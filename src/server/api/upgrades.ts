/** Upgraded connections: exec, attach and port-forward over WebSocket or SPDY/3.1, watches over WebSocket. */

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { isStream } from '../../../simulator/api/request.ts'
import { apiErrors, isFailure } from '../../../simulator/api/errors.ts'
import type { Status } from '../../../simulator/api/types.ts'
import type { ApiRequest } from '../../../simulator/index.ts'
import { addressOf } from './address.ts'
import type { ResourceAddress } from './address.ts'
import { carrierOfSocket, carrierOfWebSocket } from './carrier.ts'
import type { Parts } from './endpoint.ts'
import { forwardProtocol, serveForward } from './port-forward.ts'
import { endSession, serveSession, sessionProtocols } from './sessions.ts'
import { serveSpdySession, spdyForwardProtocol, spdySessionProtocol } from './spdy-sessions.ts'
import type { SpdySession } from './spdy-sessions.ts'
import { serveWatch } from './watch-socket.ts'

const notSupported = 405
/** A command that cannot be started is told within the session, as by the real kubelet. */
const notStarted = 500
const messageBytesMax = 1024 * 1024
/** The name of port-forward's protocol has a slash, which no subprotocol may have: it passes the check under another one. */
const forwardAlias = 'portforward.k8s.io'

function protocolFor(offered: ReadonlySet<string>): string | false {
  return offered.has(forwardAlias) ? forwardProtocol : (sessionProtocols.find((protocol) => offered.has(protocol)) ?? false)
}

function refuse(socket: Duplex, status: Status): void {
  const body = JSON.stringify(status)
  const code = isFailure(status) ? status.code : 500
  socket.end(`HTTP/1.1 ${code} ${status.reason ?? 'Error'}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`)
}

/**
 * Handles requests with an Upgrade header: exec, attach, port-forward and watches over WebSocket. All else is refused with a
 * Status before the upgrade; a command that cannot start is told within its session, as a kubelet does.
 */
export class Upgrades {
  private readonly parts: Parts
  private readonly sockets = new WebSocketServer({
    noServer: true, maxPayload: messageBytesMax,
    handleProtocols: protocolFor,
  })

  constructor(parts: Parts) {
    this.parts = parts
  }

  /** Answers a request that wants to become another protocol. */
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const user = this.parts.accounts.userOf(request, this.parts.desk.cluster)
    if ('kind' in user) return refuse(socket, user)
    const address = addressOf('GET', request.url ?? '/')
    if (address.kind !== 'resource') return refuse(socket, address.kind === 'bad' ? address.status : apiErrors.noSuchPath())
    const { kind: _kind, ...target } = address
    if (target.verb === 'watch') return this.watch(request, socket, head, { user, ...target })
    const { subresource } = target
    if (subresource !== 'exec' && subresource !== 'attach' && subresource !== 'portforward') return refuse(socket, apiErrors.badRequest('only exec, attach and portforward are served over WebSocket'))
    const answer = this.parts.desk.run({ user, ...target, verb: 'create' })
    // The router carries no bytes: who may forward ports is told that it does not, everybody else is refused before.
    const mayForward = subresource === 'portforward' && answer.code === notSupported && this.parts.desk.cluster.peekOne('pods', `${target.namespace}/${target.name}`) !== undefined
    const cannotStart = subresource === 'exec' && answer.code === notStarted
    if (!isStream(answer) && answer.code >= 300 && !mayForward && !cannotStart) return refuse(socket, answer.body as Status)
    if (request.headers.upgrade?.toLowerCase() === 'spdy/3.1') return this.spdy(socket, head, address, isStream(answer) ? { streamId: answer.streamId } : { error: (answer.body as Status).message ?? '' })
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      if (isStream(answer)) this.parts.desk.close(answer.streamId)
      return refuse(socket, apiErrors.badRequest('only upgrades to WebSocket and SPDY/3.1 are served'))
    }
    if (subresource === 'portforward') {
      if (request.headers['sec-websocket-protocol']?.includes(forwardProtocol) !== true) return refuse(socket, apiErrors.badRequest(`port-forward is served as ${forwardProtocol}`))
      request.headers['sec-websocket-protocol'] = forwardAlias
    }
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => this.parts.desk.settled(() => {
      if (cannotStart) endSession(webSocket, (answer as { body: Status }).body.message ?? '')
      else this.serve(webSocket, address, isStream(answer) ? answer.streamId : undefined)
    }))
    return undefined
  }

  /** The protocol of clients before WebSocket. */
  private spdy(socket: Duplex, head: Buffer, address: ResourceAddress, session: SpdySession): void {
    const { desk, hub } = this.parts
    const isForward = address.subresource === 'portforward'
    desk.settled(() => {
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${isForward ? spdyForwardProtocol : spdySessionProtocol}\r\n\r\n`)
      const carrier = carrierOfSocket(socket, head)
      if (isForward) serveForward(carrier, desk, address.namespace ?? '', address.name ?? '')
      else serveSpdySession(carrier, address.query, session, desk, hub)
    })
  }

  /** A watch whose events are messages of JSON. */
  private watch(request: IncomingMessage, socket: Duplex, head: Buffer, asked: ApiRequest): void {
    const { desk, hub } = this.parts
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') return refuse(socket, apiErrors.badRequest('only WebSocket upgrades are served'))
    if (hub.size >= this.parts.limits.watches) return refuse(socket, apiErrors.tooManyRequests('Too many requests, please try again later.', 1))
    const answer = desk.run(asked)
    if (!isStream(answer)) return refuse(socket, answer.body as Status)
    const kind = desk.cluster.kinds.byResource(asked.group, asked.resource, asked.version)
    const apiVersion = asked.group === '' ? asked.version : `${asked.group}/${asked.version}`
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => serveWatch(webSocket, answer.streamId, asked, { kind: kind?.kind ?? '', apiVersion }, hub))
    return undefined
  }

  private serve(socket: WebSocket, { namespace = '', name = '' }: ResourceAddress, streamId: string | undefined): void {
    const { desk, hub } = this.parts
    if (streamId === undefined) serveForward(carrierOfWebSocket(socket), desk, namespace, name)
    else serveSession(socket, streamId, desk, hub)
  }
}

/**
 * Port-forward: SPDY streams in a WebSocket or on a socket of their own, two for each local connection. What arrives is read as HTTP and sent to the
 * pod, whose programs answer requests and not bytes. Models apiserver's portforward tunnel (v1.35).
 * Differs: only HTTP/1.1 reaches a pod.
 */

import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Pod } from '../../../simulator/index.ts'
import type { ByteCarrier } from './carrier.ts'
import type { Desk } from './desk.ts'
import { Budget, usualLimits } from './limits.ts'
import { readBytes } from './request-body.ts'
import { SpdyConnection } from './spdy.ts'
import type { SpdyStream } from './spdy.ts'

/** The subprotocol of a tunnelled port-forward. */
export const forwardProtocol = 'SPDY/3.1+portforward.k8s.io'

const bodyBytesMax = 8 * 1024 * 1024
const hopHeaders: readonly string[] = ['connection', 'host', 'content-length', 'transfer-encoding', 'keep-alive']

/** The headers of a request that go on with it. */
export function forwardedHeaders(request: IncomingMessage): { [name: string]: string } {
  const headers: { [name: string]: string } = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (!hopHeaders.includes(name) && value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

/** The port of a stream, by its connection: an HTTP server that listens on nothing reads what the streams bring. */
class ForwardServer {
  private readonly desk: Desk
  private readonly pod: Pod
  private readonly port: number
  private readonly errorStream: SpdyStream | undefined
  private readonly server: Server

  constructor(desk: Desk, pod: Pod, port: number, errorStream: SpdyStream | undefined) {
    this.desk = desk
    this.pod = pod
    this.port = port
    this.errorStream = errorStream
    this.server = createServer((request, response) => void this.answer(request, response))
  }

  /** Takes a connection; where nothing listens, the error stream says so. */
  take(stream: SpdyStream): void {
    const { namespace = '', name = '' } = this.pod.metadata
    if (!this.desk.cluster.components.kubelets.portsOf(`${namespace}/${name}`).includes(this.port)) {
      this.errorStream?.end(this.refusal())
      stream.destroy()
      return
    }
    stream.on('close', () => this.errorStream?.destroy())
    this.server.emit('connection', stream)
  }

  private refusal(): string {
    const address = `localhost:${this.port}`
    return `error forwarding port ${this.port} to pod ${this.pod.metadata.uid ?? ''}, uid : failed to connect to ${address} inside namespace: dial tcp4 127.0.0.1:${this.port}: connect: connection refused`
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBytes(request, { bytes: bodyBytesMax, budget: new Budget(bodyBytesMax), bodyMs: usualLimits.bodyMs }).catch(() => undefined)
    if (body === undefined || typeof body === 'string') return void response.destroy()
    const { namespace = '' } = this.pod.metadata
    const url = `http://${this.pod.status?.podIP ?? ''}:${this.port}${request.url ?? '/'}`
    const result = this.desk.send(namespace, { method: request.method ?? 'GET', url, headers: forwardedHeaders(request), body: body.toString('utf8') })
    if ('failure' in result) {
      return void response.destroy()
    }
    const { status, headers, body: text } = result.response
    const given = Object.entries(headers ?? {}).filter(([header]) => !hopHeaders.includes(header.toLowerCase()))
    response.writeHead(status, { ...Object.fromEntries(given), 'Content-Length': Buffer.byteLength(text) })
    return void response.end(request.method === 'HEAD' ? undefined : text)
  }
}

/** Serves the forwarded ports of a pod until the carrier closes. */
export function serveForward(carrier: ByteCarrier, desk: Desk, namespace: string, name: string): void {
  const errorStreams = new Map<string, SpdyStream>()
  const connection = new SpdyConnection({
    send: (bytes) => carrier.send(bytes),
    onError: () => carrier.terminate(),
    onStream(stream) {
      const id = stream.headers.get('requestid') ?? ''
      if (stream.headers.get('streamtype') === 'error') {
        errorStreams.set(id, stream)
        stream.resume()
        return
      }
      const pod = desk.cluster.peekOne<Pod>('pods', `${namespace}/${name}`)
      if (pod === undefined) return void stream.destroy()
      const errorStream = errorStreams.get(id)
      errorStreams.delete(id)
      new ForwardServer(desk, pod, Number(stream.headers.get('port')), errorStream).take(stream)
    },
  })
  carrier.onBytes((bytes) => connection.receive(bytes))
  carrier.onClose(() => connection.close())
}

/** An HTTPS server that answers as a test tells it, to see what the bridge does with a cluster that fails. */

import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Certificates } from '../../api/certificates.ts'
import { HttpsConnection } from '../connection.ts'
import { readTarget } from '../guard/kubeconfig.ts'
import { transportLimits } from '../transport.ts'
import type { TransportLimits } from '../transport.ts'
import { freshCertificates, kubeconfigText, testContext } from './kubeconfigs.ts'

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** Sends JSON. */
export function answerJson(response: ServerResponse, code: number, body: unknown, headers: { readonly [name: string]: string } = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** A server on a free port of loopback. `requests` are method and target of what it got, in order. */
export class FakeApi {
  readonly requests: string[] = []
  readonly headers: IncomingMessage['headers'][] = []
  /** True for requests that showed a client certificate. */
  readonly certified: boolean[] = []
  private readonly server: Server

  constructor(handler: Handler, { certificate, authority, key }: Certificates = freshCertificates) {
    this.server = createServer({ key, cert: certificate + authority, requestCert: true, rejectUnauthorized: false }, (request, response) => {
      this.requests.push(`${request.method} ${request.url}`)
      this.headers.push(request.headers)
      this.certified.push((request.socket as unknown as { getPeerCertificate(): { subject?: object } }).getPeerCertificate().subject !== undefined)
      handler(request, response)
    })
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  start(): Promise<this> {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', () => resolve(this)))
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  /** A connection to it whose kubeconfig trusts the fresh authority. */
  connect(limits: Partial<TransportLimits> = {}): HttpsConnection {
    return new HttpsConnection(readTarget([kubeconfigText({}, this.port)], testContext, new Date()), { ...transportLimits, ...limits })
  }
}

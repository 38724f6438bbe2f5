/** The API over HTTPS on loopback: a cluster, its clock, its journal and the sockets. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { Server, ServerOptions as ServerOptionsOfNode } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Cluster } from '../../../simulator/index.ts'
import { Accounts } from './accounts.ts'
import type { Secrets } from './accounts.ts'
import { AuditFile } from './audit-file.ts'
import { refuseBroken } from './broken-requests.ts'
import type { Certificates } from './certificates.ts'
import { Desk } from './desk.ts'
import { Endpoint } from './endpoint.ts'
import type { Parts } from './endpoint.ts'
import { IssuedCertificates } from './issued-certificates.ts'
import type { Journal } from './journal.ts'
import { usualLimits } from './limits.ts'
import type { Limits } from './limits.ts'
import { Pump } from './pump.ts'
import { bodyBytesMax } from './request-body.ts'
import { Upgrades } from './upgrades.ts'
import { WatchHub } from './watch-hub.ts'

const loopback = '127.0.0.1'
const tendMs = 500
/** Node cuts off what is not over so long after its body was due. */
const graceMs = 10_000

export interface ServerOptions {
  readonly cluster: Cluster
  readonly certificates: Certificates
  readonly secrets: Secrets
  /** 0: any free port. */
  readonly port: number
  /** Simulated ms per ms of wall-clock; 0: by hand. */
  readonly speed: number
  /** How far simulated time is behind already. */
  readonly lateMs?: number
  readonly journal?: Journal
  readonly auditPath?: string
  readonly limits?: Partial<Limits>
}

/**
 * The server process around one cluster. `start` and `stop` once each; a request that fails is answered with a Status
 * and does not end the server.
 */
export class ApiHttpServer {
  readonly desk: Desk
  private readonly options: ServerOptions
  private readonly hub: WatchHub
  private readonly pump: Pump
  private readonly audit: AuditFile | undefined
  private readonly server: Server
  /** Those whose TLS is not agreed on yet, too. */
  private readonly connections = new Set<Socket>()
  private tending: NodeJS.Timeout | undefined

  constructor(options: ServerOptions) {
    const { cluster, journal, speed, lateMs, auditPath, certificates, secrets } = options
    const now = (): number => performance.now()
    const limits = { ...usualLimits, ...options.limits }
    this.options = options
    this.desk = new Desk(cluster, journal)
    this.hub = new WatchHub(cluster, this.desk, now)
    this.audit = auditPath === undefined ? undefined : new AuditFile(auditPath)
    this.pump = new Pump(cluster, { speed, now, onMoved: () => this.tell() }, lateMs)
    const parts: Parts = { desk: this.desk, hub: this.hub, pump: this.pump, accounts: new Accounts(secrets, new IssuedCertificates(cluster, journal)), audit: this.audit, limits, serverAddress: () => `${loopback}:${this.port}` }
    const endpoint = new Endpoint(parts)
    const upgrades = new Upgrades(parts)
    const take = (request: IncomingMessage, response: ServerResponse): void => void endpoint.handle(request, response)
    this.server = createServer({ key: certificates.key, cert: certificates.certificate + certificates.authority, requestCert: true, rejectUnauthorized: false, ...timeoutsOf(limits), maxHeaderSize: limits.headerBytes }, take)
    this.server.maxConnections = limits.connections
    this.server.on('clientError', refuseBroken)
    this.server.on('connection', (socket: Socket) => {
      this.connections.add(socket)
      socket.on('close', () => this.connections.delete(socket))
    })
    this.server.on('checkContinue', (request, response) => {
      // A body that will be refused for its length is not asked for.
      if (Number(request.headers['content-length'] ?? 0) <= bodyBytesMax) response.writeContinue()
      take(request, response)
    })
    this.server.on('upgrade', (request, socket, head) => upgrades.handle(request, socket, head))
  }

  /** The port that it listens on. */
  get port(): number {
    return (this.server.address() as AddressInfo | null)?.port ?? this.options.port
  }

  /** Open streams of clients: watches, followed logs, sessions. */
  get watchCount(): number {
    return this.hub.size
  }

  /** Resolves when requests are taken. Rejects when the port is taken. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(this.options.port, loopback, () => {
        this.pump.start()
        this.tending = setInterval(() => this.tend(), tendMs)
        resolve()
      })
    })
  }

  /** Ends all connections and closes the files. */
  async stop(): Promise<void> {
    this.pump.stop()
    clearInterval(this.tending)
    for (const socket of this.connections) socket.destroy()
    await new Promise<void>((resolve) => this.server.close(() => resolve()))
    this.desk.settle()
    this.keepClock()
    this.desk.keepKeyframe()
    this.options.journal?.close()
    this.audit?.close()
  }

  /** What was written is on disk before anybody hears of it. */
  private tell(): void {
    this.desk.settle()
    this.hub.flush()
  }

  private tend(): void {
    this.hub.tend()
    this.desk.tend()
    this.keepClock()
  }

  private keepClock(): void {
    this.options.journal?.keep('nowMs', this.options.cluster.nowMs)
  }
}

function timeoutsOf(limits: Limits): ServerOptionsOfNode {
  return { connectionsCheckingInterval: tendMs, headersTimeout: limits.headersMs, requestTimeout: limits.headersMs + limits.bodyMs + graceMs, keepAliveTimeout: limits.idleMs, handshakeTimeout: limits.handshakeMs }
}

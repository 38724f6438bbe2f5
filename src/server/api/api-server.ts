/** The API over HTTPS on loopback: a cluster, its clock, its journal and the sockets. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Cluster } from '../../../simulator/index.ts'
import { Accounts } from './accounts.ts'
import type { Secrets } from './accounts.ts'
import { AuditFile } from './audit-file.ts'
import type { Certificates } from './certificates.ts'
import { Desk } from './desk.ts'
import { Endpoint } from './endpoint.ts'
import type { Parts } from './endpoint.ts'
import { IssuedCertificates } from './issued-certificates.ts'
import type { Journal } from './journal.ts'
import { Pump } from './pump.ts'
import { Upgrades } from './upgrades.ts'
import { WatchHub } from './watch-hub.ts'

const loopback = '127.0.0.1'
const tendMs = 500
/** A client that takes longer for its headers, or for a whole request, is cut off. */
const headersTimeoutMs = 10_000
const requestTimeoutMs = 60_000
const idleTimeoutMs = 90_000

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
  private tending: NodeJS.Timeout | undefined

  constructor(options: ServerOptions) {
    const { cluster, journal, speed, lateMs, auditPath, certificates, secrets } = options
    const now = (): number => performance.now()
    this.options = options
    this.desk = new Desk(cluster, journal)
    this.hub = new WatchHub(cluster, this.desk, now)
    this.audit = auditPath === undefined ? undefined : new AuditFile(auditPath)
    this.pump = new Pump(cluster, { speed, now, onMoved: () => this.tell() }, lateMs)
    const parts: Parts = { desk: this.desk, hub: this.hub, pump: this.pump, accounts: new Accounts(secrets, new IssuedCertificates(cluster, journal)), audit: this.audit, serverAddress: () => `${loopback}:${this.port}` }
    const endpoint = new Endpoint(parts)
    const upgrades = new Upgrades(parts)
    const take = (request: IncomingMessage, response: ServerResponse): void => void endpoint.handle(request, response)
    this.server = createServer({ key: certificates.key, cert: certificates.certificate + certificates.authority, requestCert: true, rejectUnauthorized: false, connectionsCheckingInterval: tendMs, headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs, keepAliveTimeout: idleTimeoutMs }, take)
    this.server.on('checkContinue', take)
    this.server.on('upgrade', (request, socket, head) => upgrades.handle(request, socket, head))
  }

  /** The port that it listens on. */
  get port(): number {
    return (this.server.address() as AddressInfo | null)?.port ?? this.options.port
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
    this.server.closeAllConnections()
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

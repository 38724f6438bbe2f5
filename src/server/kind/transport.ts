/** HTTPS to one API server, with bounds: who is asked, how long, and how much may come back. */

import { Agent, request as startRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { KindTarget } from './guard/kubeconfig.ts'
import { withoutSecrets } from './guard/secret.ts'
import type { Secret } from './guard/secret.ts'
import type { WireRequest } from './wire.ts'

/** Bounds of one exchange. */
export interface TransportLimits {
  readonly connectMsMax: number
  readonly idleMsMax: number
  readonly answerBytesMax: number
  readonly requestBytesMax: number
  readonly socketsMax: number
}
export const transportLimits: TransportLimits = { connectMsMax: 5000, idleMsMax: 30_000, answerBytesMax: 32 * 1024 * 1024, requestBytesMax: 3 * 1024 * 1024, socketsMax: 16 }

/** How a request failed before there was an answer: `timeout` after connecting, else `unreachable`. */
export class TransportFailure extends Error {
  readonly kind: 'timeout' | 'unreachable'
  /** True when the server had closed a connection that idled before the request came: it never saw it. */
  readonly isIdleCut: boolean

  constructor(kind: 'timeout' | 'unreachable', message: string, isIdleCut = false) {
    super(message)
    this.kind = kind
    this.isIdleCut = isIdleCut
  }
}

/** What shows who asks. The learner has a token only: a certificate would win over it. */
export interface Credential {
  readonly certificate?: string
  readonly key?: Secret
  readonly token?: Secret
}

/** What the learner's side shows: its token alone. Beside a certificate, the API server would not look at the token. */
export function learnerCredential(_target: KindTarget, token: Secret): Credential {
  return { token }
}

/** Keeps out servers that the authority of the kubeconfig did not sign. */
export function rejectUnchecked(): boolean {
  return true
}

/** The address of a host. The loopback name is not looked up: a hosts file could lead elsewhere. */
export function loopbackAddress(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host
}

/** TLS of a target and a credential, for requests and for WebSockets. */
export function tlsOptions(target: KindTarget, credential: Credential): { host: string; port: number; ca: string; rejectUnauthorized: boolean; minVersion: 'TLSv1.2'; servername?: string; cert?: string; key?: string } {
  return {
    host: loopbackAddress(target.host), port: target.port, ca: target.authority, rejectUnauthorized: rejectUnchecked(), minVersion: 'TLSv1.2',
    // The certificate is checked for the name that the kubeconfig has.
    ...(target.host === 'localhost' ? { servername: 'localhost' } : {}),
    ...(credential.certificate === undefined || credential.key === undefined ? {} : { cert: credential.certificate, key: credential.key.reveal() }),
  }
}

const causes: { readonly [code: string]: string | undefined } = {
  ECONNREFUSED: 'nothing listens there. Is the cluster running?',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  CERT_HAS_EXPIRED: 'its certificate has expired. Create the cluster anew, or renew its certificates',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet. Is the clock of this machine right?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not signed by the authority of the kubeconfig. Was the cluster created anew?',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by the authority of the kubeconfig. Was the cluster created anew?',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by the authority of the kubeconfig. Was the cluster created anew?',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not signed by the authority of the kubeconfig. Was the cluster created anew?',
  CERT_SIGNATURE_FAILURE: 'its certificate is not signed by the authority of the kubeconfig. Was the cluster created anew?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'it says that the client certificate has expired. Create the cluster anew, or renew its certificates',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it wants a client certificate',
}

/** An error of Node as words about the cluster. */
export function failureWords(target: KindTarget, error: NodeJS.ErrnoException, secrets: readonly Secret[]): string {
  const why = causes[error.code ?? ''] ?? withoutSecrets(error.message, secrets)
  return `cannot reach the cluster of context ${target.context}: ${why}`
}

/** A keep-alive connection to an API server for one identity. */
export class Transport {
  private readonly target: KindTarget
  private readonly credential: Credential
  private readonly agent: Agent
  private readonly limits: TransportLimits

  constructor(target: KindTarget, credential: Credential, limits = transportLimits) {
    this.target = target
    this.limits = limits
    this.credential = credential
    // An agent of its own: the global one may be told by the environment to use a proxy.
    this.agent = new Agent({ keepAlive: true, timeout: limits.idleMsMax, maxSockets: limits.socketsMax, ...tlsOptions(target, credential) })
  }

  get secrets(): readonly Secret[] {
    return [this.credential.token, this.credential.key].filter((secret) => secret !== undefined)
  }

  /** Headers that show who asks. */
  headers(): { readonly authorization?: string } {
    return this.credential.token === undefined ? {} : { authorization: `Bearer ${this.credential.token.reveal()}` }
  }

  /** Options of a WebSocket beside its address. */
  socketOptions(): { readonly headers: { readonly authorization?: string } } & ReturnType<typeof tlsOptions> {
    return { ...tlsOptions(this.target, this.credential), headers: this.headers() }
  }

  failure(error: NodeJS.ErrnoException): string {
    return failureWords(this.target, error, this.secrets)
  }

  /** Sends a request and resolves with its answer's head; the body is still to be read. @throws TransportFailure */
  start(wire: WireRequest): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { connectMsMax, idleMsMax } = this.limits
      const length = wire.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(wire.body)) }
      const sent = startRequest({ agent: this.agent, ...tlsOptions(this.target, this.credential), method: wire.method, path: wire.target, headers: { ...wire.headers, ...length, ...this.headers() } })
      const connecting = setTimeout(() => sent.destroy(new TransportFailure('timeout', `the cluster of context ${this.target.context} did not take the connection within ${connectMsMax / 1000} s`)), connectMsMax)
      const connected = (): void => clearTimeout(connecting)
      sent.on('socket', (socket) => (sent.reusedSocket ? connected() : socket.once('secureConnect', connected)))
      sent.setTimeout(idleMsMax, () => sent.destroy(new TransportFailure('timeout', `the cluster of context ${this.target.context} did not answer within ${idleMsMax / 1000} s`)))
      sent.on('error', (error) => {
        clearTimeout(connecting)
        reject(error instanceof TransportFailure ? error : new TransportFailure('unreachable', this.failure(error), sent.reusedSocket && ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')))
      })
      sent.once('response', (answer) => {
        clearTimeout(connecting)
        resolve(answer)
      })
      sent.end(wire.body)
    })
  }

  close(): void {
    this.agent.destroy()
  }
}

/** Keeps out answers that would fill the memory of this machine. */
export function refuseLargeAnswer(bytes: number): string | undefined {
  return bytes <= transportLimits.answerBytesMax ? undefined : `the answer is larger than ${transportLimits.answerBytesMax / 1024 / 1024} MiB`
}

/** The text of an answer. @throws TransportFailure when it is cut off or too large */
export async function readAll(answer: IncomingMessage, words: (error: NodeJS.ErrnoException) => string): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length
      const refusal = refuseLargeAnswer(bytes)
      if (refusal !== undefined) throw new TransportFailure('unreachable', refusal)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof TransportFailure) throw error
    throw new TransportFailure('unreachable', words(error as NodeJS.ErrnoException))
  } finally {
    answer.destroy()
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Who asks: bearer tokens of named users and of service accounts, client certificates, and impersonation. Models apiserver/pkg/authentication (v1.35). */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Cluster, UserInfo } from '../../../simulator/index.ts'
import { anonymousUser, authenticatedGroup, impersonate } from '../../../simulator/api/credentials.ts'
import { apiErrors } from '../../../simulator/api/errors.ts'
import type { Status } from '../../../simulator/api/types.ts'
import type { IssuedCertificates } from './issued-certificates.ts'

/** A user who has a token. */
export interface Account { readonly name: string; readonly groups: readonly string[]; readonly token: string }

/** Secrets of one server: they are kept with its state. */
export interface Secrets {
  readonly accounts: readonly Account[]
  /** Signs tokens of service accounts. */
  readonly signingKey: string
}

const tokenBytes = 32

/** Makes a token of 256 bits for each user. */
export function makeSecrets(users: readonly { readonly name: string; readonly groups: readonly string[] }[]): Secrets {
  const random = (): string => randomBytes(tokenBytes).toString('base64url')
  return { accounts: users.map((user) => ({ ...user, token: random() })), signingKey: random() }
}

function equalTexts(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** All values of a header, one each. Node joins repeated headers with commas. */
function valuesOf(headers: IncomingHttpHeaders, name: string): string[] {
  const value = headers[name]
  const texts = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return texts.flatMap((text) => text.split(',')).map((text) => text.trim()).filter((text) => text !== '')
}

/** What of a request says who asks. */
type Shown = Pick<IncomingMessage, 'headers' | 'socket'>

/**
 * Authenticates HTTP requests by bearer token or client certificate, then by Impersonate headers. Refusals are a Status
 * (400, 401 or 403), returned and not thrown; a request without credentials is system:anonymous.
 */
export class Accounts {
  private readonly secrets: Secrets
  private readonly users: ReadonlyMap<string, UserInfo>
  private readonly issued: IssuedCertificates

  constructor(secrets: Secrets, issued: IssuedCertificates) {
    this.secrets = secrets
    this.issued = issued
    this.users = new Map(secrets.accounts.map(({ name, groups, token }) => [token, { name, groups: [...groups, authenticatedGroup] }]))
  }

  /** The user of a request, or the Status that refuses it. */
  userOf(request: Shown, cluster: Cluster): UserInfo | Status {
    const { headers } = request
    const user = this.authenticate(request, cluster)
    if (user === undefined) return apiErrors.unauthorized('Unauthorized')
    return impersonate(user, headerOf(headers, 'impersonate-user'), valuesOf(headers, 'impersonate-group'), (...access) => cluster.mayImpersonate(...access))
  }

  private authenticate({ headers, socket }: Shown, cluster: Cluster): UserInfo | undefined {
    const authorization = headerOf(headers, 'authorization')
    const protocols = headerOf(headers, 'sec-websocket-protocol') ?? ''
    const inProtocol = /base64url\.bearer\.authorization\.k8s\.io\.([\w-]+)/.exec(protocols)?.[1]
    const token = inProtocol === undefined ? /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] : Buffer.from(inProtocol, 'base64url').toString()
    if (token === undefined) return authorization === undefined ? this.certificateUser(socket, cluster) : undefined
    return this.users.get(token) ?? this.serviceAccountOf(token, cluster)
  }

  /** The token of a TokenRequest with the signature that this server checks in place of the simulated one. */
  signToken(token: string): string {
    const signed = token.slice(0, token.lastIndexOf('.'))
    return `${signed}.${createHmac('sha256', this.secrets.signingKey).update(signed).digest('base64url')}`
  }

  /** TLS has seen that the client holds the key of its certificate. */
  private certificateUser(socket: IncomingMessage['socket'], cluster: Cluster): UserInfo | undefined {
    const certificate = (socket as Partial<TLSSocket>).getPeerX509Certificate?.()
    if (certificate === undefined) return anonymousUser
    return this.issued.has(certificate) ? cluster.authenticate({ certificate: certificate.toString() }) : undefined
  }

  private serviceAccountOf(token: string, cluster: Cluster): UserInfo | undefined {
    return cluster.authenticate(equalTexts(this.signToken(token), token) ? { token, isTokenChecked: true } : { token, isTokenStored: true })
  }
}

/**
 * Who asks: tokens of service accounts and client certificates that the cluster issued. Both are signed with a hash whose
 * secret is the uid of namespace kube-system, which no client can choose. Models pkg/serviceaccount (v1.35).
 */

import { decodeBase64 } from '../api/base64.ts'
import { anonymousUser, authenticatedGroup, serviceAccountGroups, serviceAccountPrefix } from '../api/credentials.ts'
import type { Credentials } from '../api/credentials.ts'
import type { UserInfo } from '../api/request.ts'
import { claimsOf, isSignedWith, readLegacyClaims, signClaims } from '../api/service-account-token.ts'
import type { KubeObject, Node, Pod, Secret } from '../api/types.ts'
import { isIssuedBy, keyedHash, namesOf, readCertificate } from '../api/x509/certificates.ts'
import { hexDigits } from '../kernel/hash.ts'
import { isJsonObject } from '../kernel/json.ts'
import type { JsonObject } from '../kernel/json.ts'
import { objectKey } from '../store/resource-id.ts'
import type { Store } from '../store/store.ts'
import type { ServerClock } from './ports.ts'

/** The audience of the API itself, and the issuer of its tokens. */
export const apiAudience = 'https://kubernetes.default.svc.cluster.local'

/** Set by the cleaner on tokens that nobody used for a year. */
const invalidSinceLabel = 'kubernetes.io/legacy-token-invalid-since'
const extraPrefix = 'authentication.kubernetes.io'
/** A deleted pod's token lives on for as long. */
const graceMs = 60_000

/** What a token is issued for. */
export interface TokenIssue {
  readonly account: KubeObject
  readonly audiences: readonly string[]
  readonly expirationSeconds: number
  readonly bound?: KubeObject
}

function refOf({ metadata }: KubeObject): JsonObject {
  return { name: metadata.name ?? '', uid: metadata.uid ?? '' }
}

/**
 * Issues and checks credentials of one cluster. It keeps nothing: what it needs is in the store, so a fork accepts the
 * same tokens. Credentials that are expired, forged or of something that is gone give undefined, never an exception.
 */
export class Authenticator {
  private readonly store: Store
  private readonly clock: ServerClock

  constructor(store: Store, clock: ServerClock) {
    this.store = store
    this.clock = clock
  }

  private get secret(): string {
    return this.store.find('namespaces', 'kube-system')?.metadata.uid ?? ''
  }

  private get nowUnixMs(): number {
    return this.clock.epochMs + this.clock.nowMs
  }

  /** A token for a service account: a JSON web token. */
  issueToken({ account, audiences, expirationSeconds, bound }: TokenIssue): string {
    const now = Math.floor(this.nowUnixMs / 1000)
    const { namespace = '', name = '' } = account.metadata
    const node = bound?.kind === 'Pod' ? this.store.find<Node>('nodes', (bound as Pod).spec.nodeName ?? '') : undefined
    const kubernetes = {
      namespace, ...(node === undefined ? {} : { node: refOf(node) }), ...(bound === undefined ? {} : { [bound.kind.toLowerCase()]: refOf(bound) }), serviceaccount: refOf(account),
    }
    const claims = { aud: [...audiences], exp: now + expirationSeconds, iat: now, iss: apiAudience, jti: '', 'kubernetes.io': kubernetes, nbf: now, sub: `${serviceAccountPrefix}${namespace}:${name}` }
    const id = keyedHash(JSON.stringify(claims), this.secret)
    claims.jti = `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-a${id.slice(17, 20)}-${id.slice(20, 32)}`
    return signClaims(claims, this.secret)
  }

  /** The user of credentials; undefined when they are no good. */
  userOf(credentials: Credentials, audiences: readonly string[] = [apiAudience]): UserInfo | undefined {
    if (credentials.token !== undefined) {
      const legacy = readLegacyClaims(claimsOf(credentials.token) ?? {})
      if (legacy !== undefined) return audiences.includes(apiAudience) ? this.legacyUser(credentials.token, legacy) : undefined
      return credentials.isTokenStored === true ? undefined : this.tokenUser(credentials.token, credentials.isTokenChecked === true, audiences)
    }
    return credentials.certificate === undefined ? anonymousUser : this.certificateUser(credentials.certificate)
  }

  private certificateUser(pem: string): UserInfo | undefined {
    const certificate = readCertificate(pem)
    if (certificate === undefined || !isIssuedBy(certificate, this.secret)) return undefined
    if (this.nowUnixMs < certificate.notBeforeMs || this.nowUnixMs > certificate.notAfterMs) return undefined
    const [name] = namesOf(certificate.subject, 'CN')
    if (name === undefined) return undefined
    const extra = { [`${extraPrefix}/credential-id`]: [`X509SHA256=${hexDigits(pem, 64)}`] }
    return { name, groups: [...namesOf(certificate.subject, 'O'), authenticatedGroup], extra }
  }

  private tokenUser(token: string, isChecked: boolean, audiences: readonly string[]): UserInfo | undefined {
    if (!isChecked && !isSignedWith(token, this.secret)) return undefined
    const claims = tokenClaims(token)
    if (claims === undefined || claims.iss !== apiAudience || claims.exp * 1000 <= this.nowUnixMs) return undefined
    if (!claims.aud.some((audience) => audiences.includes(audience))) return undefined
    const { namespace, serviceaccount, pod, node } = claims['kubernetes.io']
    if (this.store.find('serviceaccounts', objectKey(namespace, serviceaccount.name))?.metadata.uid !== serviceaccount.uid) return undefined
    if (pod !== undefined && !this.isAlive('pods', objectKey(namespace, pod.name), pod.uid)) return undefined
    const { secret } = claims['kubernetes.io']
    if (secret !== undefined && !this.isAlive('secrets', objectKey(namespace, secret.name), secret.uid)) return undefined
    const extra: { [key: string]: readonly string[] } = { [`${extraPrefix}/credential-id`]: [`JTI=${claims.jti}`] }
    for (const [kind, ref] of [['node', node], ['pod', pod]] as const) {
      if (ref === undefined) continue
      extra[`${extraPrefix}/${kind}-name`] = [ref.name]
      extra[`${extraPrefix}/${kind}-uid`] = [ref.uid]
    }
    return { name: claims.sub, uid: serviceaccount.uid, groups: [...serviceAccountGroups(namespace), authenticatedGroup], extra }
  }

  /** A token that a Secret holds is good while the Secret and the account are there. Models pkg/serviceaccount/legacy.go. */
  private legacyUser(token: string, { namespace, secret, account, uid }: NonNullable<ReturnType<typeof readLegacyClaims>>): UserInfo | undefined {
    if (!isSignedWith(token, this.secret)) return undefined
    const kept = this.store.find<Secret>('secrets', objectKey(namespace, secret))
    const found = this.store.find('serviceaccounts', objectKey(namespace, account))
    if (kept === undefined || kept.metadata.deletionTimestamp !== undefined || decodeBase64(kept.data?.['token'] ?? '') !== token) return undefined
    if (kept.metadata.labels?.[invalidSinceLabel] !== undefined || found?.metadata.uid !== uid || found.metadata.deletionTimestamp !== undefined) return undefined
    return { name: `${serviceAccountPrefix}${namespace}:${account}`, uid, groups: [...serviceAccountGroups(namespace), authenticatedGroup] }
  }

  private isAlive(resource: string, key: string, uid: string): boolean {
    const found = this.store.find(resource, key)
    if (found?.metadata.uid !== uid) return false
    const { deletionTimestamp } = found.metadata
    return deletionTimestamp === undefined || this.clock.timestamp(this.clock.nowMs - graceMs) < deletionTimestamp
  }
}

interface Ref { readonly name: string; readonly uid: string }
interface Claims {
  readonly aud: readonly string[]
  readonly exp: number
  readonly iss: string
  readonly jti: string
  readonly sub: string
  readonly 'kubernetes.io': { readonly namespace: string; readonly serviceaccount: Ref; readonly pod?: Ref; readonly node?: Ref; readonly secret?: Ref }
}

function tokenClaims(token: string): Claims | undefined {
  const claims = claimsOf(token)
  if (claims === undefined || !Array.isArray(claims['aud'])) return undefined
  const account = claims['kubernetes.io']
  return isJsonObject(account) && isJsonObject(account['serviceaccount']) ? (claims as unknown as Claims) : undefined
}

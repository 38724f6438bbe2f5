/** Who asks: bearer tokens of named users and of service accounts, and impersonation. Models apiserver/pkg/authentication (v1.35). */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Cluster, UserInfo } from '../../../simulator/index.ts'
import { apiErrors } from '../../../simulator/api/errors.ts'
import type { Status } from '../../../simulator/api/types.ts'

/** A user who has a token. */
export interface Account { readonly name: string; readonly groups: readonly string[]; readonly token: string }

/** Secrets of one server: they are kept with its state. */
export interface Secrets {
  readonly accounts: readonly Account[]
  /** Signs tokens of service accounts. */
  readonly signingKey: string
}

const tokenBytes = 32
const anonymous: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] }
const authenticated = 'system:authenticated'

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

export class Accounts {
  private readonly secrets: Secrets
  private readonly users: ReadonlyMap<string, UserInfo>

  constructor(secrets: Secrets) {
    this.secrets = secrets
    this.users = new Map(secrets.accounts.map(({ name, groups, token }) => [token, { name, groups: [...groups, authenticated] }]))
  }

  /** The user of a request, or the Status that refuses it. */
  userOf(headers: IncomingHttpHeaders, cluster: Cluster): UserInfo | Status {
    const user = this.authenticate(headers, cluster)
    return user === undefined ? apiErrors.unauthorized('Unauthorized') : impersonate(user, headers, cluster)
  }

  private authenticate(headers: IncomingHttpHeaders, cluster: Cluster): UserInfo | undefined {
    const authorization = headerOf(headers, 'authorization')
    const protocols = headerOf(headers, 'sec-websocket-protocol') ?? ''
    const inProtocol = /base64url\.bearer\.authorization\.k8s\.io\.([\w-]+)/.exec(protocols)?.[1]
    const token = inProtocol === undefined ? /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] : Buffer.from(inProtocol, 'base64url').toString()
    if (token === undefined) return authorization === undefined ? anonymous : undefined
    return this.users.get(token) ?? this.serviceAccountOf(token, cluster)
  }

  /** The token of a TokenRequest with the signature that this server checks. */
  signToken(token: string): string {
    return `${token}.${createHmac('sha256', this.secrets.signingKey).update(token).digest('base64url')}`
  }

  private serviceAccountOf(token: string, cluster: Cluster): UserInfo | undefined {
    const cut = token.lastIndexOf('.')
    if (cut < 0 || !equalTexts(this.signToken(token.slice(0, cut)), token)) return undefined
    const [, uid] = token.split('.')
    const found = cluster.peek('serviceaccounts').find(({ metadata }) => metadata.uid === uid)
    if (found === undefined) return undefined
    const { namespace = '', name = '' } = found.metadata
    return { name: `system:serviceaccount:${namespace}:${name}`, groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, authenticated] }
  }
}

const serviceAccountPrefix = 'system:serviceaccount:'

/** Models apiserver/pkg/endpoints/filters/impersonation (v1.35). */
function impersonate(user: UserInfo, headers: IncomingHttpHeaders, cluster: Cluster): UserInfo | Status {
  const name = headerOf(headers, 'impersonate-user')
  const groups = valuesOf(headers, 'impersonate-group')
  if (name === undefined) {
    return groups.length === 0 ? user : apiErrors.badRequest(`requested [{Group  ${groups[0]}  }] without impersonating a user`)
  }
  if (name.startsWith(serviceAccountPrefix)) {
    const [namespace = '', account = ''] = name.slice(serviceAccountPrefix.length).split(':')
    if (!cluster.mayImpersonate(user, 'serviceaccounts', account, namespace)) return forbidden(user, 'serviceaccounts', account, namespace)
  } else if (!cluster.mayImpersonate(user, 'users', name)) return forbidden(user, 'users', name)
  for (const group of groups) if (!cluster.mayImpersonate(user, 'groups', group)) return forbidden(user, 'groups', group)
  return { name, groups: withImplied(name, groups) }
}

function withImplied(name: string, groups: readonly string[]): string[] {
  const given = groups.length > 0 ? [...groups] : serviceAccountGroups(name)
  if (name === 'system:anonymous') return given.includes('system:unauthenticated') ? given : [...given, 'system:unauthenticated']
  return given.includes(authenticated) ? given : [...given, authenticated]
}

function serviceAccountGroups(name: string): string[] {
  if (!name.startsWith(serviceAccountPrefix)) return []
  return ['system:serviceaccounts', `system:serviceaccounts:${name.split(':')[2] ?? ''}`]
}

function forbidden(user: UserInfo, resource: string, name: string, namespace?: string): Status {
  const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  return apiErrors.forbidden({ group: '', name: resource }, name, `User "${user.name}" cannot impersonate resource "${resource}" in API group "" ${scope}`)
}

/** How a client says who it is, and acting as another user. Models apiserver/pkg/authentication and pkg/endpoints/filters/impersonation (v1.35). */

import { apiErrors } from './errors.ts'
import type { UserInfo } from './request.ts'
import type { Status } from './types.ts'

/** What a client shows. Empty: it shows nothing, and is system:anonymous. */
export interface Credentials {
  /** A bearer token. */
  readonly token?: string
  /** True when whoever carried the token has checked its signature. */
  readonly isTokenChecked?: boolean
  /** True when only a token that a Secret of the cluster holds is good. */
  readonly isTokenStored?: boolean
  /** A client certificate in PEM, whose key the client was seen to hold. */
  readonly certificate?: string
}

/** Who shows nothing. */
export const anonymousUser: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

/** The group of everyone who showed who they are. */
export const authenticatedGroup = 'system:authenticated'

/** What a user's name begins with when it is a service account. */
export const serviceAccountPrefix = 'system:serviceaccount:'

/** Groups of a service account. */
export function serviceAccountGroups(namespace: string): string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
}

/** Whether a user may impersonate: resource is users, groups or serviceaccounts. */
export type MayImpersonate = (user: UserInfo, resource: string, name: string, namespace?: string) => boolean

/**
 * The user of a request that asks to act as another one, or the Status that refuses it.
 * @param name absent when no user was named
 */
export function impersonate(user: UserInfo, name: string | undefined, groups: readonly string[], mayImpersonate: MayImpersonate): UserInfo | Status {
  if (name === undefined) return groups.length === 0 ? user : apiErrors.badRequest(`requested [{Group  ${groups[0]}  }] without impersonating a user`)
  if (name.startsWith(serviceAccountPrefix)) {
    const [namespace = '', account = ''] = name.slice(serviceAccountPrefix.length).split(':')
    if (!mayImpersonate(user, 'serviceaccounts', account, namespace)) return refusal(user, 'serviceaccounts', account, namespace)
  } else if (!mayImpersonate(user, 'users', name)) return refusal(user, 'users', name)
  for (const group of groups) if (!mayImpersonate(user, 'groups', group)) return refusal(user, 'groups', group)
  return { name, groups: impersonatedGroups(name, groups) }
}

/** The groups of an impersonated user: those that are asked for, and those that go with the name. */
export function impersonatedGroups(name: string, groups: readonly string[]): string[] {
  const implied = name.startsWith(serviceAccountPrefix) ? serviceAccountGroups(name.split(':')[2] ?? '') : []
  const given = groups.length > 0 ? [...groups] : implied
  const added = name === anonymousUser.name ? 'system:unauthenticated' : authenticatedGroup
  return given.includes(added) ? given : [...given, added]
}

function refusal(user: UserInfo, resource: string, name: string, namespace?: string): Status {
  const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  return apiErrors.forbidden({ group: '', name: resource }, name, `User "${user.name}" cannot impersonate resource "${resource}" in API group "" ${scope}`)
}

/** Authorization of requests, memoized until a rule changes. Models the union of the Node and RBAC authorizers. */

import { apiErrors } from '../api/errors.ts'
import type { KindInfo } from '../api/kinds.ts'
import type { ApiRequest, UserInfo, Verb } from '../api/request.ts'
import type { Status } from '../api/types.ts'
import type { ServedKinds } from './custom-kinds.ts'
import type { Attributes } from './ports.ts'

/** The verdict on one access: allowed, or not with the authorizer's reason. */
export interface AccessVerdict {
  readonly isAllowed: boolean
  readonly reason: string
}

/** Decides one access by the rules in the store. */
export type Decide = (attributes: Attributes) => AccessVerdict

const verdictsMax = 4096
/** Its members may do all. Models apiserver/pkg/authorization/authorizerfactory NewPrivilegedGroups (v1.35), which is asked before all others. */
const privilegedGroup = 'system:masters'
const allowed: AccessVerdict = { isAllowed: true, reason: '' }

/** What a client was allowed, whatever the object's name. */
export interface Grant {
  readonly kind: KindInfo
  readonly verb: Verb
  readonly subresource: string | undefined
  readonly namespace: string | undefined
}

/**
 * Remembers up to 4096 verdicts of `decide`; the owner calls `forget` when roles, bindings or namespaces change. A
 * refusal is a Forbidden Status with upstream's text, never an exception.
 */
export class Authorizer {
  private readonly decide: Decide
  /** Derived: forgotten at each change of a role or binding. */
  private readonly verdicts = new Map<string, AccessVerdict>()
  private readonly grants = new Map<string, Grant[]>()

  private readonly kinds: ServedKinds

  constructor(decide: Decide, kinds: ServedKinds) {
    this.decide = decide
    this.kinds = kinds
  }

  /**
   * The list of what users of these rights were allowed, to be searched before `check` and filled after it.
   * Nodes have the same rights, whatever their names.
   */
  grantsOf(user: UserInfo): Grant[] {
    const key = user.groups.includes('system:nodes') ? user.groups.join(',') : `${user.name}|${user.groups.join(',')}`
    let grants = this.grants.get(key)
    if (grants === undefined) {
      grants = []
      this.grants.set(key, grants)
    }
    return grants
  }

  /** Whether a verb is allowed without a name, and so with any name. */
  allowsAnyName(user: UserInfo, grant: Grant): boolean {
    const { kind, verb, subresource, namespace } = grant
    return this.decide({ user, verb, group: kind.group, resource: kind.resource, subresource, namespace, name: undefined }).isAllowed
  }

  /** Forgets what was decided; called when a role, a binding or a namespace changes. */
  forget(): void {
    this.verdicts.clear()
    for (const grants of this.grants.values()) grants.length = 0
  }

  /** The verdict on an access. */
  access(attributes: Attributes): AccessVerdict {
    const { user } = attributes
    if (user.groups.includes(privilegedGroup)) return allowed
    const key = `${user.name}|${attributes.verb}|${attributes.group}|${attributes.resource}|${attributes.subresource ?? ''}|${attributes.namespace ?? ''}|${attributes.name ?? ''}|${attributes.path ?? ''}|${user.groups.join(',')}`
    const known = this.verdicts.get(key)
    if (known !== undefined) return known
    const verdict = this.decide(attributes)
    if (this.verdicts.size >= verdictsMax) this.verdicts.clear()
    this.verdicts.set(key, verdict)
    return verdict
  }

  /** The Forbidden status of a request, or undefined when it may go on. */
  check(request: ApiRequest): Status | undefined {
    const { user, group, resource, subresource, namespace, name, verb } = request
    // Who may do it with any name is not asked about each.
    if (name !== undefined && this.access({ user, verb, group, resource, subresource, namespace, name: undefined }).isAllowed) return undefined
    const verdict = this.access({ user, verb, group, resource, subresource, namespace, name })
    if (verdict.isAllowed) return undefined
    const path = subresource === undefined ? resource : `${resource}/${subresource}`
    const kind = this.kinds.current.byResource(group, resource)
    const scope = kind?.namespaced === true && namespace !== undefined ? `in the namespace "${namespace}"` : 'at the cluster scope'
    const reason = verdict.reason === '' ? '' : `: ${verdict.reason}`
    const text = `User "${user.name}" cannot ${verb} resource "${path}" in API group "${group}" ${scope}${reason}`
    return apiErrors.forbidden({ group, name: resource }, name ?? '', text)
  }
}

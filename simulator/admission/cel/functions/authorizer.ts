/** Questions to the authorizer. Models apiserver/pkg/cel/library/authz.go (v1.35). */

import { checkDns1123Label, checkDns1123Subdomain } from '../../../api/names.ts'
import type { CelOpaque, CelValue } from '../values.ts'
import { CelError } from '../values.ts'
import type { CelFunction, CelFunctions } from './function.ts'
import { isText } from './function.ts'

/** What may a user do? Parts that were not named are empty. */
export interface AuthorizerQuestion { readonly serviceAccount?: { readonly namespace: string; readonly name: string }; readonly path?: string; readonly group: string; readonly resource: string; readonly subresource: string; readonly namespace: string; readonly name: string; readonly verb: string }
/** Answers for the user of the request, or for a service account. */
export type AskAuthorizer = (question: AuthorizerQuestion) => { readonly allowed: boolean; readonly reason: string }

/** A question under way: an authorizer, a path, a group or a resource. */
class Check implements CelOpaque {
  readonly opaque: string
  readonly ask: AskAuthorizer
  readonly question: AuthorizerQuestion
  constructor(kind: string, ask: AskAuthorizer, question: AuthorizerQuestion) {
    this.opaque = `kubernetes.authorization.${kind}`
    this.ask = ask
    this.question = question
  }

  equals(other: CelOpaque): boolean {
    return this === other
  }

  with(kind: string, parts: Partial<AuthorizerQuestion>): Check {
    return new Check(kind, this.ask, { ...this.question, ...parts })
  }
}

class Decision implements CelOpaque {
  readonly opaque = 'kubernetes.authorization.Decision'
  readonly allowed: boolean
  readonly reason: string
  constructor(allowed: boolean, reason: string) {
    this.allowed = allowed
    this.reason = reason
  }

  equals(other: CelOpaque): boolean {
    return this === other
  }
}

const nothing: AuthorizerQuestion = { group: '', resource: '', subresource: '', namespace: '', name: '', verb: '' }

/** The variable `authorizer`. */
export function authorizerValue(ask: AskAuthorizer): CelOpaque {
  return new Check('Authorizer', ask, nothing)
}

/** The variable `authorizer.requestResource`. */
export function requestResourceValue(ask: AskAuthorizer, resource: Pick<AuthorizerQuestion, 'group' | 'resource' | 'subresource' | 'namespace' | 'name'>): CelOpaque {
  return new Check('ResourceCheck', ask, { ...nothing, ...resource })
}

/** A function of a check of one kind and of texts. */
function ofCheck(kinds: readonly string[], run: (check: Check, texts: readonly string[]) => CelValue): CelFunction {
  return ([check, ...texts]) => (check instanceof Check && kinds.some((kind) => check.opaque.endsWith(`.${kind}`)) && texts.every(isText) ? run(check, texts) : undefined)
}

function part(name: 'subresource' | 'namespace' | 'name'): CelFunction {
  return ofCheck(['ResourceCheck'], (check, [text]) => check.with('ResourceCheck', { [name]: text! }))
}

function ofDecision(run: (decision: Decision) => CelValue): CelFunction {
  return ([decision]) => (decision instanceof Decision ? run(decision) : undefined)
}

function serviceAccount(check: Check, [namespace, name]: readonly string[]): CelValue {
  if (checkDns1123Subdomain(name!).length > 0) return new CelError('Invalid service account name')
  if (checkDns1123Label(namespace!).length > 0) return new CelError('Invalid service account namespace')
  return check.with('Authorizer', { serviceAccount: { namespace: namespace!, name: name! } })
}

function decide(check: Check, [verb]: readonly string[]): CelValue {
  const { allowed, reason } = check.ask({ ...check.question, verb: verb! })
  return new Decision(allowed, reason)
}

export const authorizerFunctions: CelFunctions = {
  path: ofCheck(['Authorizer'], (check, [path]) => (path === '' ? new CelError('path must not be empty') : check.with('PathCheck', { path: path! }))),
  group: ofCheck(['Authorizer'], (check, [group]) => check.with('GroupCheck', { group: group! })),
  serviceAccount: ofCheck(['Authorizer'], serviceAccount),
  resource: ofCheck(['GroupCheck'], (check, [resource]) => (resource === '' ? new CelError('resource must not be empty') : check.with('ResourceCheck', { resource: resource! }))),
  subresource: part('subresource'),
  namespace: part('namespace'),
  name: part('name'),
  fieldSelector: ofCheck(['ResourceCheck'], (check) => check),
  labelSelector: ofCheck(['ResourceCheck'], (check) => check),
  check: ofCheck(['PathCheck', 'ResourceCheck'], decide),
  errored: ofDecision(() => false),
  error: ofDecision(() => ''),
  allowed: ofDecision(({ allowed }) => allowed),
  reason: ofDecision(({ reason }) => reason),
}

/** Access reviews: virtual kinds that are answered and never stored. Models kubernetes/pkg/registry/authorization (v1.35). */

import { apiErrors } from '../api/errors.ts'
import type { KindInfo } from '../api/kinds.ts'
import { apiVersionOf } from '../api/kinds.ts'
import type { ApiRequest, ApiResponse, UserInfo } from '../api/request.ts'
import type { KubeObject } from '../api/types.ts'
import { bodyOf, failed, ok } from './answers.ts'
import { apiAudience } from './authenticator.ts'
import type { ApiServer } from './server.ts'

interface ResourceAttributes {
  readonly namespace?: string
  readonly verb?: string
  readonly group?: string
  readonly resource?: string
  readonly subresource?: string
  readonly name?: string
}
interface ReviewSpec {
  readonly resourceAttributes?: ResourceAttributes
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string }
  readonly user?: string
  readonly groups?: readonly string[]
  readonly uid?: string
  readonly namespace?: string
  readonly token?: string
  readonly audiences?: readonly string[]
}

const reviewKinds = ['SelfSubjectAccessReview', 'SubjectAccessReview', 'LocalSubjectAccessReview', 'SelfSubjectRulesReview', 'SelfSubjectReview', 'TokenReview']

/** True for kinds that are answered and never stored. */
export function isReview(kind: KindInfo): boolean {
  return reviewKinds.includes(kind.kind)
}

/** Answers a review. */
export function answerReview(server: ApiServer, kind: KindInfo, request: ApiRequest): ApiResponse {
  if (request.verb !== 'create') return failed(apiErrors.methodNotAllowed())
  const given = bodyOf(request, server.parts.kinds.current)
  if (typeof given === 'object' && 'refusal' in given) return failed(given.refusal)
  const decoded = server.parts.admission.decode(kind, given, request.contentType ?? 'application/json')
  if (!decoded.ok) return failed(decoded.status, decoded.warnings)
  const spec = (decoded.object.spec ?? {}) as ReviewSpec
  const status = statusOf(server, kind, spec, request)
  const body: KubeObject = { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata: {}, spec, status }
  return ok(201, body, decoded.warnings)
}

function statusOf(server: ApiServer, kind: KindInfo, spec: ReviewSpec, request: ApiRequest): unknown {
  if (kind.kind === 'SelfSubjectReview') return { userInfo: userInfoOf(request.user) }
  return kind.kind === 'TokenReview' ? tokenStatus(server, spec) : accessStatus(server, kind, spec, request)
}

function userInfoOf({ name, uid, groups, extra }: UserInfo): object {
  return { username: name, ...(uid === undefined ? {} : { uid }), groups, ...(extra === undefined ? {} : { extra }) }
}

/** Models pkg/registry/authentication/tokenreview (v1.35). */
function tokenStatus(server: ApiServer, { token = '', audiences = [] }: ReviewSpec): object {
  const asked = audiences.length === 0 ? [apiAudience] : audiences
  const user = server.parts.authenticator.userOf({ token }, asked)
  if (user === undefined) return { user: {}, error: '[invalid bearer token, token lookup failed]' }
  return { authenticated: true, user: userInfoOf(user), audiences: asked }
}

function accessStatus(server: ApiServer, kind: KindInfo, spec: ReviewSpec, request: ApiRequest): unknown {
  const user: UserInfo = kind.kind.startsWith('Self') ? request.user : { name: spec.user ?? '', groups: spec.groups ?? [] }
  if (kind.kind === 'SelfSubjectRulesReview') return server.parts.rulesOf(user, spec.namespace ?? '')
  const attributes = spec.resourceAttributes
  const verdict = server.parts.authorizer.access({
    user,
    verb: attributes?.verb ?? spec.nonResourceAttributes?.verb ?? '',
    group: attributes?.group ?? '',
    resource: attributes?.resource ?? '',
    subresource: attributes?.subresource === '' ? undefined : attributes?.subresource,
    namespace: attributes?.namespace === '' ? undefined : attributes?.namespace,
    name: attributes?.name === '' ? undefined : attributes?.name,
    ...(attributes === undefined ? { path: spec.nonResourceAttributes?.path } : {}),
  })
  return { allowed: verdict.isAllowed, ...(verdict.reason === '' ? {} : { reason: verdict.reason }) }
}

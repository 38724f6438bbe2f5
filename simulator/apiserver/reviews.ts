/** Access reviews: virtual kinds that are answered and never stored. Models kubernetes/pkg/registry/authorization (v1.35). */

import { apiErrors } from '../api/errors.ts'
import type { KindInfo } from '../api/kinds.ts'
import { apiVersionOf } from '../api/kinds.ts'
import type { ApiRequest, ApiResponse, UserInfo } from '../api/request.ts'
import type { KubeObject } from '../api/types.ts'
import { failed, ok } from './answers.ts'
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
}

const reviewKinds = ['SelfSubjectAccessReview', 'SubjectAccessReview', 'LocalSubjectAccessReview', 'SelfSubjectRulesReview', 'SelfSubjectReview']

/** True for kinds that are answered and never stored. */
export function isReview(kind: KindInfo): boolean {
  return reviewKinds.includes(kind.kind)
}

/** Answers a review. */
export function answerReview(server: ApiServer, kind: KindInfo, request: ApiRequest): ApiResponse {
  if (request.verb !== 'create') return failed(apiErrors.methodNotAllowed())
  const decoded = server.parts.admission.decode(kind, request.body, request.contentType ?? 'application/json')
  if (!decoded.ok) return failed(decoded.status, decoded.warnings)
  const spec = (decoded.object.spec ?? {}) as ReviewSpec
  const status = kind.kind === 'SelfSubjectReview' ? { userInfo: { username: request.user.name, groups: request.user.groups } } : accessStatus(server, kind, spec, request)
  const body: KubeObject = { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata: {}, spec, status }
  return ok(201, body, decoded.warnings)
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

/** Subresource token of a ServiceAccount. Models pkg/registry/core/serviceaccount/storage (v1.35). */

import { apiErrors } from '../api/errors.ts'
import { goQuote } from '../api/go-text.ts'
import { fieldErrors } from '../api/field-error.ts'
import type { FieldError } from '../api/field-error.ts'
import type { KindInfo } from '../api/kinds.ts'
import type { ApiRequest, ApiResponse } from '../api/request.ts'
import type { KubeObject, Pod, Status } from '../api/types.ts'
import { nodeTokenRefusal } from '../admission/plugins/node-restriction.ts'
import { isJsonObject } from '../kernel/json.ts'
import { objectKey } from '../store/resource-id.ts'
import { bodyOf, failed, ok } from './answers.ts'
import { apiAudience } from './authenticator.ts'
import type { ApiServer } from './server.ts'

interface BoundRef { readonly kind?: string; readonly apiVersion?: string; readonly name?: string; readonly uid?: string }
interface TokenSpec { readonly audiences?: readonly string[] | null; readonly expirationSeconds?: number; readonly boundObjectRef?: BoundRef | null }
interface TokenRequest { readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly uid?: string }; readonly spec?: TokenSpec }

const requestKind = { group: 'authentication.k8s.io', name: 'TokenRequest' }
const defaultSeconds = 3600
const secondsMin = 600
const secondsMax = 2 ** 32

function mismatch(request: TokenRequest, account: KubeObject): Status | undefined {
  const { name, namespace, uid } = request.metadata ?? {}
  const invalid = (field: string, value: string, what: string): Status => apiErrors.invalid(requestKind, account.metadata.name ?? '', [fieldErrors.invalid(field, value, `must match the service account ${what} if specified`)])
  if (name !== undefined && name !== '' && name !== account.metadata.name) return invalid('metadata.name', name, 'name')
  if (namespace !== undefined && namespace !== '' && namespace !== account.metadata.namespace) return invalid('metadata.namespace', namespace, 'namespace')
  if (uid === undefined || uid === '' || uid === account.metadata.uid) return undefined
  return apiErrors.conflict(requestKind, account.metadata.name ?? '', `the UID in the token request (${uid}) does not match the UID of the service account (${account.metadata.uid})`)
}

function durationError(seconds: number): FieldError | undefined {
  if (seconds < secondsMin) return fieldErrors.invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes')
  return seconds > secondsMax ? fieldErrors.invalid('spec.expirationSeconds', seconds, 'may not specify a duration larger than 2^32 seconds') : undefined
}

const boundResources: { readonly [kind: string]: string } = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' }

/** The object that a token lives with, or why it cannot be bound to it. */
function boundObject(server: ApiServer, account: KubeObject, ref: BoundRef): KubeObject | Status {
  const { kind = '', apiVersion = '', name = '', uid = '' } = ref
  const resource = Object.hasOwn(boundResources, kind) && apiVersion === 'v1' ? boundResources[kind] : undefined
  if (resource === undefined) return apiErrors.badRequest(`cannot bind token to object of type ${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`)
  const found = server.parts.store.find<KubeObject>(resource, objectKey(kind === 'Node' ? undefined : account.metadata.namespace, name))
  if (found === undefined) return apiErrors.notFound({ group: '', name: resource }, name)
  if (kind === 'Pod' && (found as Pod).spec.serviceAccountName !== account.metadata.name) {
    return apiErrors.badRequest(`cannot bind token for serviceaccount ${goQuote(account.metadata.name ?? '')} to pod running with different serviceaccount name.`)
  }
  if (uid === '' || uid === found.metadata.uid) return found
  return apiErrors.conflict({ group: '', name: kind }, name, `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`)
}

/** Issues a token for a service account. */
export function handleToken(server: ApiServer, _kind: KindInfo, request: ApiRequest, account: KubeObject): ApiResponse {
  const body = bodyOf(request, server.parts.kinds.current)
  if (isJsonObject(body) && 'refusal' in body) return failed(body['refusal'] as unknown as Status)
  const asked = (isJsonObject(body) ? body : {}) as TokenRequest
  const refusal = mismatch(asked, account)
  if (refusal !== undefined) return failed(refusal)
  const { audiences, expirationSeconds = defaultSeconds, boundObjectRef } = asked.spec ?? {}
  const invalid = durationError(expirationSeconds)
  if (invalid !== undefined) return failed(apiErrors.invalid(requestKind, '', [invalid]))
  const bound = boundObjectRef === undefined || boundObjectRef === null ? undefined : boundObject(server, account, boundObjectRef)
  if (bound?.kind === 'Status') return failed(bound as Status)
  const restricted = nodeTokenRefusal(request.user, bound as KubeObject | undefined, account)
  if (restricted !== undefined) return failed(restricted)
  const spec = { audiences: audiences === undefined || audiences === null || audiences.length === 0 ? [apiAudience] : audiences, expirationSeconds, boundObjectRef: boundObjectRef ?? null }
  const { clock, authenticator } = server.parts
  const token = authenticator.issueToken({ account, audiences: spec.audiences, expirationSeconds, ...(bound === undefined ? {} : { bound: bound as KubeObject }) })
  const { name, namespace } = account.metadata
  return ok(201, {
    kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', metadata: { name, namespace, uid: account.metadata.uid, creationTimestamp: clock.timestamp(clock.nowMs) },
    spec, status: { token, expirationTimestamp: clock.timestamp(clock.nowMs + expirationSeconds * 1000) },
  })
}

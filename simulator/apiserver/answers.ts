/** Answers of the API server, and what requests carry for writes. */

import type { DeleteOptions } from '../api/client.ts'
import { apiErrors } from '../api/errors.ts'
import type { Failure } from '../api/errors.ts'
import type { ApiRequest, ApiResponse } from '../api/request.ts'
import type { Status } from '../api/types.ts'
import { isJsonObject } from '../kernel/json.ts'
import type { Body } from './admission-door.ts'
import type { WriteOptions } from './registry.ts'

/** How a request asks for a write. */
export function writeOptions(request: ApiRequest): WriteOptions {
  return { user: request.user, isDryRun: isDryRun(request), subresource: request.subresource, fieldValidation: request.query?.fieldValidation }
}

/** Deletes may ask for a dry run in their body too. */
function isDryRun(request: ApiRequest): boolean {
  if (request.query?.dryRun === 'All') return true
  if (request.verb !== 'delete' && request.verb !== 'deletecollection') return false
  const { dryRun } = (request.body ?? {}) as { dryRun?: readonly string[] }
  return dryRun?.includes('All') === true
}

/** Delete options from the body and, over it, the query. */
export function deleteOptionsOf(request: ApiRequest): DeleteOptions {
  const body = (typeof request.body === 'object' && request.body !== null ? request.body : {}) as {
    gracePeriodSeconds?: number
    propagationPolicy?: DeleteOptions['propagationPolicy']
    preconditions?: { uid?: string }
  }
  return {
    gracePeriodSeconds: request.query?.gracePeriodSeconds ?? body.gracePeriodSeconds,
    propagationPolicy: request.query?.propagationPolicy ?? body.propagationPolicy,
    uid: body.preconditions?.uid,
  }
}

/** An answer with a body. */
export function ok(code: number, body: unknown, warnings: readonly string[] = []): ApiResponse {
  return { code, body, warnings }
}

/** An answer that refuses. */
export function failed(status: Status, warnings: readonly string[] = []): ApiResponse {
  return { code: (status as Failure).code ?? 500, body: status, warnings }
}

/** The body of a write: an object, or YAML text; anything else is refused. */
export function bodyOf(request: ApiRequest): Body | { readonly refusal: Status } {
  const { body } = request
  if (typeof body === 'string' || isJsonObject(body)) return body as Body
  return { refusal: apiErrors.badRequest(`the object provided is unrecognized (must be of type ${request.resource}): couldn't get version/kind; json parse error: unexpected end of JSON input`) }
}

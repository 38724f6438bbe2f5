/** Answers of the API server, and what requests carry for writes. */

import type { DeleteOptions } from '../api/client.ts'
import { apiErrors } from '../api/errors.ts'
import type { Failure } from '../api/errors.ts'
import type { ApiRequest, ApiResponse } from '../api/request.ts'
import { scanGoJson } from '../api/go-json.ts'
import type { KindTable } from '../api/kinds.ts'
import type { Status } from '../api/types.ts'
import type { Body } from './admission-door.ts'
import type { WriteOptions } from './registry.ts'

/** How deep a JSON body may be nested. */
export const jsonDepthMax = 10_000
const shownMax = 30

/** How a request asks for a write. */
export function writeOptions(request: ApiRequest): WriteOptions {
  const isTrial = isDryRun(request)
  // Managed fields are recorded of what is stored.
  return { user: request.user, isDryRun: isTrial, subresource: request.subresource, fieldValidation: request.query?.fieldValidation, keepsAsked: !isTrial }
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
export function bodyOf(request: ApiRequest, kinds: KindTable): Body | { readonly refusal: Status } {
  const { body, contentType } = request
  if (typeof body === 'string' && contentType === 'application/json') return readJson(request, body, kinds)
  return body === undefined ? unreadable(request, kinds, 'unexpected end of JSON input', '<empty>') : (body as Body)
}

function unreadable(request: ApiRequest, kinds: KindTable, why: string, shown: string): { readonly refusal: Status } {
  const kind = kinds.byResource(request.group, request.resource, request.version)?.kind ?? request.resource
  return { refusal: apiErrors.badRequest(`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${why} (${shown})`) }
}

function readJson(request: ApiRequest, text: string, kinds: KindTable): Body | { readonly refusal: Status } {
  const scanned = scanGoJson(text, 0, jsonDepthMax)
  if (scanned === undefined || 'error' in scanned) {
    const isCut = scanned === undefined || scanned.error === 'unexpected EOF'
    return unreadable(request, kinds, isCut ? 'unexpected end of JSON input' : scanned.error, text.slice(0, shownMax) || '<empty>')
  }
  // As in Go, null reads as an object without any field.
  return (JSON.parse(text.slice(scanned.start, scanned.end)) ?? {}) as Body
}

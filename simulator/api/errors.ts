/** The expected failures of the API, as Status objects. Models apimachinery/pkg/api/errors (v1.35). */

import { fieldErrorsText, toStatusCause } from './field-error.ts'
import type { FieldError } from './field-error.ts'
import { goQuote } from './go-text.ts'
import { groupResourceText } from './kinds.ts'
import type { ApiAnswer } from './request.ts'
import type { Status, StatusCause } from './types.ts'

/** A resource (`pods`) or a kind (`Pod`) with its group. */
export interface GroupName { readonly group: string; readonly name: string }

/** An expected failure: always has a message, a reason and a code. */
export type Failure = Status & { status: 'Failure'; message: string; code: number }

interface FailureParts { readonly code: number; readonly reason?: string; readonly message: string; readonly details?: Status['details'] }

function failure({ code, reason, message, details }: FailureParts): Failure {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, ...(reason === undefined ? {} : { reason }), ...(details === undefined ? {} : { details }), code }
}

function detailsOf(what: GroupName, name: string, more: Status['details'] = {}): NonNullable<Status['details']> {
  return { ...(name === '' ? {} : { name }), ...(what.group === '' ? {} : { group: what.group }), ...(what.name === '' ? {} : { kind: what.name }), ...more }
}

function text(what: GroupName): string {
  return groupResourceText(what.group, what.name)
}

/** The error table. Resources are plural names (`pods`), kinds are kinds (`Pod`), each with its group. */
export const apiErrors = {
  notFound: (resource: GroupName, name: string): Failure =>
    failure({ code: 404, reason: 'NotFound', message: `${text(resource)} ${goQuote(name)} not found`, details: detailsOf(resource, name) }),
  /** The path itself is not served. */
  noSuchPath: (): Failure => failure({ code: 404, reason: 'NotFound', message: 'the server could not find the requested resource', details: {} }),
  alreadyExists: (resource: GroupName, name: string): Failure =>
    failure({ code: 409, reason: 'AlreadyExists', message: `${text(resource)} ${goQuote(name)} already exists`, details: detailsOf(resource, name) }),
  generateNameConflict: (resource: GroupName, name: string): Failure =>
    failure({ code: 409, reason: 'AlreadyExists', message: `${text(resource)} ${goQuote(name)} already exists, the server was not able to generate a unique name for the object`, details: detailsOf(resource, name, { retryAfterSeconds: 1 }) }),
  unauthorized: (reason = 'not authorized'): Failure => failure({ code: 401, reason: 'Unauthorized', message: reason }),
  forbidden: (resource: GroupName, name: string, why: string): Failure => {
    const message = resource.name === '' && resource.group === '' ? `forbidden: ${why}` : name === '' ? `${text(resource)} is forbidden: ${why}` : `${text(resource)} ${goQuote(name)} is forbidden: ${why}`
    return failure({ code: 403, reason: 'Forbidden', message, details: detailsOf(resource, name) })
  },
  conflict: (resource: GroupName, name: string, why: string): Failure =>
    failure({ code: 409, reason: 'Conflict', message: `Operation cannot be fulfilled on ${text(resource)} ${goQuote(name)}: ${why}`, details: detailsOf(resource, name) }),
  /** The object changed since the caller read it. */
  staleVersion: (resource: GroupName, name: string): Failure =>
    apiErrors.conflict(resource, name, 'the object has been modified; please apply your changes to the latest version and try again'),
  applyConflict: (causes: StatusCause[], message: string): Failure => failure({ code: 409, reason: 'Conflict', message, details: { causes } }),
  gone: (message: string): Failure => failure({ code: 410, reason: 'Gone', message }),
  expired: (message: string): Failure => failure({ code: 410, reason: 'Expired', message }),
  invalid: (kind: GroupName, name: string, errors: readonly FieldError[]): Failure => {
    const head = `${text(kind)} ${goQuote(name)} is invalid`
    const message = errors.length === 0 ? head : `${head}: ${fieldErrorsText(errors)}`
    const causes = errors.length === 0 ? {} : { causes: errors.map(toStatusCause) }
    return failure({ code: 422, reason: 'Invalid', message, details: detailsOf(kind, name, causes) })
  },
  badRequest: (message: string): Failure => failure({ code: 400, reason: 'BadRequest', message }),
  methodNotSupported: (resource: GroupName, action: string): Failure =>
    failure({ code: 405, reason: 'MethodNotAllowed', message: `${action} is not supported on resources of kind ${goQuote(text(resource))}`, details: detailsOf(resource, '') }),
  /** The path is served, but not with this verb. */
  methodNotAllowed: (): Failure => failure({ code: 405, reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource', details: {} }),
  tooManyRequests: (message: string, retryAfterSeconds: number): Failure =>
    failure({ code: 429, reason: 'TooManyRequests', message, details: retryAfterSeconds === 0 ? {} : { retryAfterSeconds } }),
  internal: (message: string): Failure =>
    failure({ code: 500, reason: 'InternalError', message: `Internal error occurred: ${message}`, details: { causes: [{ message }] } }),
  serverTimeout: (resource: GroupName, operation: string, retryAfterSeconds: number): Failure =>
    failure({ code: 500, reason: 'ServerTimeout', message: `The ${operation} operation against ${text(resource)} could not be completed at this time, please try again.`, details: detailsOf(resource, operation, retryAfterSeconds === 0 ? {} : { retryAfterSeconds }) }),
  timeout: (message: string, retryAfterSeconds: number): Failure =>
    failure({ code: 504, reason: 'Timeout', message: `Timeout: ${message}`, details: retryAfterSeconds === 0 ? {} : { retryAfterSeconds } }),
  /** A resourceVersion that is not reached yet. */
  tooLargeVersion: (asked: string, latest: number): Failure =>
    failure({ code: 504, reason: 'Timeout', message: `Timeout: Too large resource version: ${asked}, current: ${latest}`, details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 } }),
  serviceUnavailable: (message: string): Failure => failure({ code: 503, reason: 'ServiceUnavailable', message }),
  tooLarge: (message: string): Failure => failure({ code: 413, reason: 'RequestEntityTooLarge', message: `Request entity too large: ${message}` }),
  unsupportedMediaType: (message: string): Failure => failure({ code: 415, reason: 'UnsupportedMediaType', message }),
  /** An error that the server passes on as it is, without a reason. */
  unknown: (code: number, message: string): Failure => failure({ code, message }),
  notAcceptable: (message: string): Failure => failure({ code: 406, reason: 'NotAcceptable', message }),
} as const

/** A success without an object, as deletes answer it. */
export function successStatus(details?: Status['details']): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', ...(details === undefined ? {} : { details }) }
}

/** True for a Status that tells a failure. */
export function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && (value as Status).kind === 'Status' && (value as Status).status === 'Failure'
}

/** Wraps a failure as the answer to a request. */
export function toAnswer(status: Failure, warnings: readonly string[] = []): ApiAnswer<Failure> {
  return { code: status.code, body: status, warnings }
}


/** What a request's options may be. Models apimachinery/pkg/apis/meta/v1/validation (v1.35). */

import { apiErrors } from '../api/errors.ts'
import type { ApiRequest, RequestQuery } from '../api/request.ts'
import { utf8Length } from '../api/go-text.ts'
import { fieldErrors } from '../api/field-error.ts'
import type { FieldError } from '../api/field-error.ts'
import type { Status } from '../api/types.ts'

const optionKinds: { readonly [verb: string]: string } = { create: 'CreateOptions', update: 'UpdateOptions', patch: 'PatchOptions', delete: 'DeleteOptions', deletecollection: 'DeleteOptions' }
const fieldValidations = ['', 'Ignore', 'Strict', 'Warn']
const propagationPolicies = ['Foreground', 'Background', 'Orphan', 'nil']

/** The refusal of options that no request may have, such as an unknown propagation policy. */
export function checkOptions(request: ApiRequest): Status | undefined {
  if (request.verb === 'list' || request.verb === 'watch') return checkListOptions(request)
  const kind = optionKinds[request.verb]
  if (kind === undefined) return undefined
  const found = kind === 'DeleteOptions' ? [deletionError(request), dryRunError(request)] : [...managerErrors(request), dryRunError(request), validationError(request)]
  const errors = found.filter((error) => error !== undefined)
  return errors.length === 0 ? undefined : apiErrors.invalid({ group: 'meta.k8s.io', name: kind }, '', errors)
}

/** Bytes of a manager's name. */
const managerLengthMax = 128

function managerErrors({ verb, contentType, query = {} }: ApiRequest): FieldError[] {
  const { fieldManager = '', force } = query
  const errors: FieldError[] = []
  if (verb === 'patch' && contentType !== 'application/apply-patch+yaml') {
    if (force !== undefined) errors.push(fieldErrors.forbidden('force', 'may not be specified for non-apply patch'))
  } else if (verb === 'patch' && fieldManager === '') errors.push(fieldErrors.required('fieldManager', 'is required for apply patch'))
  if (utf8Length(fieldManager) > managerLengthMax) errors.push(fieldErrors.tooLong('fieldManager', managerLengthMax))
  if (/[\p{C}]|[^\S ]/u.test(fieldManager)) errors.push(fieldErrors.invalid('fieldManager', fieldManager, 'should only contain printable characters'))
  return errors
}

const notOlderThan = 'NotOlderThan'

/** Models apimachinery/pkg/apis/meta/internalversion/validation ValidateListOptions (v1.35). */
function checkListOptions(request: ApiRequest): Status | undefined {
  const { query = {} } = request
  if (query.resourceVersionMatch === undefined && query.sendInitialEvents === undefined) return undefined
  const errors = request.verb === 'watch' ? watchErrors(query) : listErrors(query)
  return errors.length === 0 ? undefined : apiErrors.invalid({ group: 'meta.k8s.io', name: 'ListOptions' }, '', errors)
}

function listErrors({ resourceVersion = '', resourceVersionMatch: match = '', continue: token = '', sendInitialEvents }: RequestQuery): FieldError[] {
  const errors: FieldError[] = []
  const forbid = (text: string, field = 'resourceVersionMatch'): unknown => errors.push(fieldErrors.forbidden(field, text))
  if (match !== '') {
    if (resourceVersion === '') forbid('resourceVersionMatch is forbidden unless resourceVersion is provided')
    if (token !== '') forbid('resourceVersionMatch is forbidden when continue is provided')
    if (match !== 'Exact' && match !== notOlderThan) errors.push(fieldErrors.notSupported('resourceVersionMatch', match, ['Exact', notOlderThan, '']))
    if (match === 'Exact' && resourceVersion === '0') forbid('resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
  }
  if (sendInitialEvents !== undefined) forbid('sendInitialEvents is forbidden for list', 'sendInitialEvents')
  return errors
}

function watchErrors({ resourceVersionMatch: match = '', continue: token = '', sendInitialEvents }: RequestQuery): FieldError[] {
  const errors: FieldError[] = []
  const forbid = (text: string): unknown => errors.push(fieldErrors.forbidden('resourceVersionMatch', text))
  if (sendInitialEvents !== undefined && match !== notOlderThan) forbid(`sendInitialEvents requires setting resourceVersionMatch to ${notOlderThan}`)
  if (match === '') return errors
  if (sendInitialEvents === undefined) forbid('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
  if (match !== notOlderThan) errors.push(fieldErrors.notSupported('resourceVersionMatch', match, [notOlderThan]))
  if (token !== '') forbid('resourceVersionMatch is forbidden when continue is provided')
  return errors
}

function validationError(request: ApiRequest): FieldError | undefined {
  const { fieldValidation = '' } = request.query ?? {}
  return fieldValidations.includes(fieldValidation) ? undefined : fieldErrors.notSupported('fieldValidation', fieldValidation, fieldValidations)
}

function dryRunError({ query = {} }: ApiRequest): FieldError | undefined {
  const dryRun: string | undefined = query.dryRun
  return dryRun === undefined || dryRun === 'All' ? undefined : fieldErrors.notSupported('dryRun', [dryRun], ['All'])
}

function deletionError(request: ApiRequest): FieldError | undefined {
  const body = (typeof request.body === 'object' && request.body !== null ? request.body : {}) as { propagationPolicy?: string; orphanDependents?: boolean }
  const policy = request.query?.propagationPolicy ?? body.propagationPolicy
  if (policy === undefined) return undefined
  if (body.orphanDependents !== undefined) return fieldErrors.invalid('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set')
  return propagationPolicies.slice(0, 3).includes(policy) ? undefined : fieldErrors.notSupported('propagationPolicy', policy, propagationPolicies)
}

const bodyTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

/** The refusal of a body whose type no create or update has. */
export function checkContentType(request: ApiRequest): Status | undefined {
  const { contentType = 'application/json' } = request
  return bodyTypes.includes(contentType) ? undefined : apiErrors.unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${bodyTypes.join(', ')}`)
}

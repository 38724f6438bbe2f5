/** Requests for devices, as claims and classes write them. Models pkg/apis/resource/validation (v1.35). */

import { checkDns1123Label, checkDns1123Subdomain } from '../../api/names.ts'
import { celEnvironment, compileCel } from '../cel/compile.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateCsiDriver } from '../pod/validate-volumes.ts'

interface Selector { cel?: { expression?: string } }
interface ExactRequest { deviceClassName?: string; selectors?: Selector[]; allocationMode?: string; count?: number; adminAccess?: boolean }
interface SubRequest extends ExactRequest { name?: string }
interface Request { name?: string; exactly?: ExactRequest; firstAvailable?: SubRequest[] }
interface Config { requests?: string[]; opaque?: { driver?: string; parameters?: unknown } }
export interface DeviceClaim { requests?: Request[]; constraints?: { requests?: string[]; matchAttribute?: string }[]; config?: Config[] }

const requestsMax = 32
const subRequestsMax = 8
const expressionBytesMax = 10 * 1024
const deviceFields = ['driver', 'attributes', 'capacity', 'allowMultipleAllocations']
const notARequest = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"

function defaultRequest(request: ExactRequest): void {
  request.allocationMode ||= 'ExactCount'
  if (request.allocationMode === 'ExactCount') request.count ||= 1
  // Behind gates that are off.
  for (const field of ['tolerations', 'capacity']) delete (request as { [field: string]: unknown })[field]
}

/** Counts and modes that a claim left out. */
export function defaultDeviceClaim(devices: DeviceClaim | undefined): void {
  for (const constraint of (devices?.constraints ?? []) as { distinctAttribute?: unknown }[]) delete constraint.distinctAttribute
  for (const { exactly, firstAvailable } of devices?.requests ?? []) {
    if (exactly !== undefined) defaultRequest(exactly)
    firstAvailable?.forEach(defaultRequest)
  }
}

function validateSelector(expression: string, path: string, errors: ErrorList): void {
  if (expression.length > expressionBytesMax) return errors.tooLong(path, expressionBytesMax)
  const compiled = compileCel({ ...celEnvironment(['device']), hasBind: true }, expression, { device: deviceFields })
  if ('error' in compiled) errors.invalid(path, expression, compiled.error)
  else if (compiled.type !== 'bool' && compiled.type !== 'dyn') errors.invalid(path, expression, `must evaluate to bool or the unknown type, not ${compiled.type}`)
}

/** Validates selectors of devices. */
export function validateSelectors(selectors: readonly Selector[] = [], path: string, errors: ErrorList): void {
  if (selectors.length > requestsMax) return errors.tooMany(path, selectors.length, requestsMax)
  selectors.forEach(({ cel }, index) => {
    if (cel === undefined) errors.required(`${path}[${index}].cel`)
    else validateSelector(cel.expression ?? '', `${path}[${index}].cel.expression`, errors)
  })
}

/** Validates one configuration for a driver. */
export function validateDeviceConfig({ opaque }: Config, path: string, errors: ErrorList): void {
  if (opaque === undefined) return errors.required(`${path}.opaque`)
  if (!opaque.driver) errors.required(`${path}.opaque.driver`)
  else validateCsiDriver(opaque.driver, `${path}.opaque.driver`, errors)
  const { parameters } = opaque
  if (parameters === undefined || parameters === null) errors.required(`${path}.opaque.parameters`)
  else if (typeof parameters !== 'object' || Array.isArray(parameters)) errors.invalid(`${path}.opaque.parameters`, '<value omitted>', 'parameters must be a valid JSON object')
}

function validateExact({ deviceClassName, selectors, allocationMode = '', count = 0 }: ExactRequest, path: string, errors: ErrorList): void {
  if (!deviceClassName) errors.required(`${path}.deviceClassName`)
  else errors.invalidEach(`${path}.deviceClassName`, deviceClassName, checkDns1123Subdomain(deviceClassName))
  validateSelectors(selectors, `${path}.selectors`, errors)
  if (allocationMode === 'All') {
    if (count !== 0) errors.invalid(`${path}.count`, count, "must not be specified when allocationMode is 'All'")
  } else if (allocationMode !== 'ExactCount') errors.notSupported(`${path}.allocationMode`, allocationMode, ['All', 'ExactCount'])
  else if (count <= 0) errors.invalid(`${path}.count`, count, 'must be greater than zero')
}

function validateName(name: string | undefined, path: string, errors: ErrorList): void {
  errors.invalidEach(path, name ?? '', checkDns1123Label(name ?? ''))
}

function validateUnique(names: readonly (string | undefined)[], field: string, path: string, errors: ErrorList): void {
  names.forEach((name, index) => { if (names.indexOf(name) < index) errors.duplicate(`${path}[${index}]${field}`, name ?? '') })
}

function validateRequest({ name, exactly, firstAvailable = [] }: Request, path: string, errors: ErrorList): void {
  validateName(name, `${path}.name`, errors)
  const text = 'exactly one of `exactly` or `firstAvailable` is required'
  if (exactly === undefined && firstAvailable.length === 0) return errors.required(path, text)
  if (exactly !== undefined && firstAvailable.length > 0) return errors.invalid(path, null, `${text}, but multiple fields are set`)
  if (exactly !== undefined) return validateExact(exactly, `${path}.exactly`, errors)
  if (firstAvailable.length > subRequestsMax) errors.tooMany(`${path}.firstAvailable`, firstAvailable.length, subRequestsMax)
  firstAvailable.forEach((request, index) => {
    validateName(request.name, `${path}.firstAvailable[${index}].name`, errors)
    validateExact(request, `${path}.firstAvailable[${index}]`, errors)
  })
  validateUnique(firstAvailable.map((request) => request.name), '', `${path}.firstAvailable`, errors)
}

function validateReferences(names: readonly string[] = [], claim: DeviceClaim, path: string, errors: ErrorList): void {
  const known = (claim.requests ?? []).flatMap(({ name, firstAvailable }) => [name, ...(firstAvailable ?? []).map((sub) => `${name}/${sub.name}`)])
  names.forEach((name, index) => {
    const at = `${path}[${index}]`
    if (name.split('/').length > 2) errors.invalid(at, name, notARequest)
    for (const part of name.split('/')) validateName(part, at, errors)
    if (!known.includes(name)) errors.invalid(at, name, notARequest)
  })
  validateUnique(names, '', path, errors)
}

function validateAttribute(name: string | undefined, path: string, errors: ErrorList): void {
  if (name === undefined) errors.required(path)
  else if (!name.includes('/')) errors.invalid(path, name, 'must include a domain')
}

/** Validates the requests, constraints and configurations of a claim. */
export function validateDeviceClaim(claim: DeviceClaim, path: string, errors: ErrorList): void {
  const { requests = [], constraints = [], config = [] } = claim
  if (requests.length > requestsMax) errors.tooMany(`${path}.requests`, requests.length, requestsMax)
  requests.forEach((request, index) => validateRequest(request, `${path}.requests[${index}]`, errors))
  validateUnique(requests.map((request) => request.name), '', `${path}.requests`, errors)
  constraints.forEach((constraint, index) => {
    validateReferences(constraint.requests, claim, `${path}.constraints[${index}].requests`, errors)
    validateAttribute(constraint.matchAttribute, `${path}.constraints[${index}].matchAttribute`, errors)
  })
  config.forEach((each, index) => {
    validateReferences(each.requests, claim, `${path}.config[${index}].requests`, errors)
    validateDeviceConfig(each, `${path}.config[${index}]`, errors)
  })
}

/** Where the first request for administrators only stands; -1 when there is none. */
export function firstAdminRequest({ requests = [] }: DeviceClaim): number {
  return requests.findIndex(({ exactly }) => exactly?.adminAccess === true)
}

/** Validation of resource requirements of containers and pods. Models pkg/apis/core/validation (v1.35). */

import type { FieldError } from '../../api/field-error.ts'
import { checkDns1123Label } from '../../api/names.ts'
import { isPodLevelResource } from '../../api/resources.ts'
import { compareQuantities, isQuantityError, mustParseQuantity, parseQuantity, scaledValue } from '../../api/quantity.ts'
import type { ResourceRequirements } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { sortedKeys } from '../validation/meta.ts'
import { isHugePageResource, isOvercommitAllowed, validateContainerResourceName, validateResourceAmount, validateResourceName } from '../validation/resources.ts'
import { aggregateLimits, aggregateRequests } from './defaults.ts'
import type { FullPodSpec } from './pod-types.ts'

type NameCheck = (name: string, path: string, errors: ErrorList) => void

function validateHugePages(name: string, quantity: string, path: string, errors: ErrorList): void {
  if (!isHugePageResource(name)) return
  const pageSize = parseQuantity(name.slice('hugepages-'.length))
  const size = isQuantityError(pageSize) ? 0n : scaledValue(pageSize, 0)
  const isDivisible = size > 0n && scaledValue(mustParseQuantity(quantity), 0) % size === 0n
  if (!isDivisible) errors.invalid(path, quantity, `${quantity} is not positive integer multiple of ${name}`)
}

function validateAgainstLimit(name: string, quantity: string, limit: string | undefined, path: string, errors: ErrorList): void {
  if (limit === undefined) {
    if (!isOvercommitAllowed(name)) errors.required(`${path}.limits`, 'Limit must be set for non overcommitable resources')
    return
  }
  const order = compareQuantities(quantity, limit)
  if (order !== 0 && !isOvercommitAllowed(name)) errors.invalid(`${path}.requests`, quantity, `must be equal to ${name} limit of ${limit}`)
  else if (order > 0) errors.invalid(`${path}.requests`, quantity, `must be less than or equal to ${name} limit of ${limit}`)
}

function notFoundClaim(name: string, path: string, podClaims: readonly string[]): FieldError {
  const detail = 'must be one of the names in pod.spec.resourceClaims'
  return { type: 'FieldValueNotFound', field: path, value: name, detail: podClaims.length === 0 ? `${detail} which is empty` : `${detail}: ${[...podClaims].sort(compareText).join(', ')}` }
}

function validateClaims(claims: readonly { name?: string; request?: string }[], podClaims: readonly string[], path: string, errors: ErrorList): void {
  const names = new Set<string>()
  claims.forEach(({ name, request }, index) => {
    const at = `${path}[${index}]`
    if (!name) return errors.required(at)
    if (names.has(name)) errors.duplicate(at, name)
    else {
      const key = request ? `${name}/${request}` : name
      if (request) errors.invalidEach(`${at}.request`, request, checkDns1123Label(request))
      if (names.has(key)) errors.duplicate(at, key)
      else if (!request) for (const other of names) if (other.startsWith(`${name}/`)) errors.duplicate(at, name)
      names.add(key)
    }
    if (!podClaims.includes(name)) errors.add([notFoundClaim(name, at, podClaims)])
  })
}

function validateRequirements(requirements: ResourceRequirements, checkName: NameCheck, podClaims: readonly string[], path: string, errors: ErrorList): void {
  const { limits, requests } = requirements
  for (const name of sortedKeys(limits)) {
    const at = `${path}.limits[${name}]`
    checkName(name, at, errors)
    validateResourceAmount(name, limits![name]!, at, errors)
    validateHugePages(name, limits![name]!, at, errors)
  }
  for (const name of sortedKeys(requests)) {
    const at = `${path}.requests[${name}]`
    checkName(name, at, errors)
    validateResourceAmount(name, requests![name]!, at, errors)
    validateAgainstLimit(name, requests![name]!, limits?.[name], path, errors)
    validateHugePages(name, requests![name]!, at, errors)
  }
  const names = [...sortedKeys(limits), ...sortedKeys(requests)]
  if (names.some(isHugePageResource) && !names.includes('cpu') && !names.includes('memory')) errors.forbidden(path, 'HugePages require cpu or memory')
  validateClaims(requirements.claims ?? [], podClaims, `${path}.claims`, errors)
}

/** Validates requests, limits and claims of a container. */
export function validateContainerResources(requirements: ResourceRequirements | undefined, podClaims: readonly string[], path: string, errors: ErrorList): void {
  if (requirements !== undefined) validateRequirements(requirements, validateContainerResourceName, podClaims, path, errors)
}

function validatePodLevelName(name: string, path: string, errors: ErrorList): void {
  if (validateResourceName(name, path, errors) && !isPodLevelResource(name)) errors.notSupported(path, name, ['cpu', 'hugepages-', 'memory'])
}

/** Resources of the pod as a whole must cover those of its containers. */
export function validatePodResources(spec: FullPodSpec, podClaims: readonly string[], path: string, errors: ErrorList): void {
  const { resources } = spec
  if (resources === undefined) return
  const at = `${path}.resources`
  if (spec.os?.name === 'windows') return errors.forbidden(at, 'may not be set for a windows pod')
  if (resources.claims !== undefined) errors.forbidden(`${at}.claims`, 'claims may not be set for Resources at pod-level')
  validateRequirements(resources, validatePodLevelName, podClaims, at, errors)
  const requests = aggregateRequests(spec)
  for (const name of sortedKeys(requests)) {
    const own = resources.requests?.[name]
    if (own !== undefined && compareQuantities(requests[name]!, own) > 0) errors.invalid(`${at}.requests[${name}]`, own, `must be greater than or equal to aggregate container requests of ${requests[name]}`)
  }
  const limits = aggregateLimits(spec)
  for (const name of sortedKeys(limits)) {
    const own = resources.limits?.[name]
    if (isHugePageResource(name) && own !== undefined && compareQuantities(limits[name]!, own) > 0) errors.invalid(`${at}.limits[${name}]`, own, `must be greater than or equal to aggregate container limits of ${limits[name]}`)
  }
  spec.containers?.forEach((container, index) => {
    for (const name of sortedKeys(container.resources?.limits)) {
      const limit = container.resources!.limits![name]!
      const own = resources.limits?.[name]
      if (own !== undefined && compareQuantities(limit, own) > 0) errors.invalid(`${at}.containers[${index}][${name}].limits`, limit, `must be less than or equal to pod limits of ${own}`)
    }
  })
}

/** Overhead is checked like the limits of a container. */
export function validateOverhead(overhead: ResourceRequirements['limits'], path: string, errors: ErrorList): void {
  validateRequirements({ limits: overhead }, validateContainerResourceName, [], path, errors)
}

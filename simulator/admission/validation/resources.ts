/** Names and amounts of resources. Models pkg/apis/core/helper and pkg/apis/core/validation (v1.35). */

import { checkQualifiedName } from '../../api/names.ts'
import { compareQuantities, mustParseQuantity, scaledValue } from '../../api/quantity.ts'
import type { ResourceList } from '../../api/types.ts'
import type { ErrorList } from './error-list.ts'
import { negativeText, sortedKeys } from './meta.ts'

const integerTexts = { integer: 'must be an integer' } as const
const quotaCounts = ['pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers']
const computeNames = ['cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory', 'limits.ephemeral-storage']
const standardNames: readonly string[] = [...computeNames, ...quotaCounts, 'storage', 'requests.storage']
const standardQuotaNames: readonly string[] = [...computeNames, ...quotaCounts, 'requests.storage']

/** True for hugepages of some size. */
export function isHugePageResource(name: string): boolean {
  return name.startsWith('hugepages-')
}

function isQuotaHugePageResource(name: string): boolean {
  return isHugePageResource(name) || name.startsWith('requests.hugepages-')
}

/** Resources of Kubernetes itself: without a domain, or with one of kubernetes.io. */
export function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/')
}

/** Resources of devices such as nvidia.com/gpu. */
export function isExtendedResource(name: string): boolean {
  if (isNativeResource(name) || name.startsWith('requests.')) return false
  return checkQualifiedName(`requests.${name}`).length === 0
}

/** True when requests may be lower than limits. */
export function isOvercommitAllowed(name: string): boolean {
  return isNativeResource(name) && !isHugePageResource(name)
}

/** True for what a quota may count of itself. */
export function isStandardQuotaResource(name: string): boolean {
  return standardQuotaNames.includes(name) || isQuotaHugePageResource(name)
}

/** Validates a name of a resource; gives false when it found something. */
export function validateResourceName(name: string, path: string, errors: ErrorList): boolean {
  const before = errors.size
  errors.invalidEach(path, name, checkQualifiedName(name))
  if (errors.size === before && !name.includes('/') && !standardNames.includes(name) && !isQuotaHugePageResource(name)) {
    errors.invalid(path, name, 'must be a standard resource type or fully qualified')
  }
  return errors.size === before
}

/** Validates the name of a resource of containers. */
export function validateContainerResourceName(name: string, path: string, errors: ErrorList): void {
  validateResourceName(name, path, errors)
  if (!name.includes('/')) {
    if (!['cpu', 'memory', 'ephemeral-storage'].includes(name) && !isHugePageResource(name)) errors.invalid(path, name, 'must be a standard resource for containers')
  } else if (!isNativeResource(name) && !isExtendedResource(name)) errors.invalid(path, name, "doesn't follow extended resource name standard")
}

/** Validates the name of a resource of quotas. */
export function validateQuotaResourceName(name: string, path: string, errors: ErrorList): void {
  validateResourceName(name, path, errors)
  if (!name.includes('/') && !isStandardQuotaResource(name)) errors.invalid(path, name, 'must be a standard resource for quota')
}

/** A quantity of zero or more. */
export function validateNonNegativeQuantity(quantity: string, path: string, errors: ErrorList): void {
  if (compareQuantities(quantity, '0') < 0) errors.invalid(path, quantity, negativeText)
}

/** True for a whole number (no thousandths). */
export function isWholeQuantity(quantity: string): boolean {
  return scaledValue(mustParseQuantity(quantity), -3) % 1000n === 0n
}

/** Validates an amount: not negative, and whole where half a thing makes no sense. */
export function validateResourceAmount(name: string, quantity: string, path: string, errors: ErrorList): void {
  validateNonNegativeQuantity(quantity, path, errors)
  if ((quotaCounts.includes(name) || isExtendedResource(name)) && !isWholeQuantity(quantity)) errors.invalid(path, quantity, integerTexts.integer)
}

/** Validates all entries of a list with a check of names. */
export function validateResourceList(list: ResourceList | undefined, path: string, checkName: (name: string, path: string, errors: ErrorList) => void, errors: ErrorList): void {
  for (const name of sortedKeys(list)) {
    checkName(name, `${path}[${name}]`, errors)
    validateResourceAmount(name, list![name]!, `${path}[${name}]`, errors)
  }
}

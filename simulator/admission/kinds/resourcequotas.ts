/** ResourceQuota. Models pkg/registry/core/resourcequota and pkg/apis/core/validation (v1.35). */

import { compareQuantities } from '../../api/quantity.ts'
import type { ResourceQuota } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { statusOnly } from '../kind-rules.ts'
import { roundResourceList } from '../pod/defaults.ts'
import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain, sortedKeys, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'
import { isStandardQuotaResource, validateQuotaResourceName, validateResourceList } from '../validation/resources.ts'

type Spec = NonNullable<ResourceQuota['spec']>

const standardScopes = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass', 'VolumeAttributesClass', 'CrossNamespacePodAffinity']
const podCompute = ['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']
const scopeResources: { readonly [scope: string]: readonly string[] } = {
  Terminating: podCompute, NotTerminating: podCompute, NotBestEffort: podCompute, PriorityClass: podCompute, CrossNamespacePodAffinity: podCompute, BestEffort: ['pods'],
  VolumeAttributesClass: ['persistentvolumeclaims', 'requests.storage'],
}
const existsOnly = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity']
const existsText = "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
const conflictingPairs = [['BestEffort', 'NotBestEffort'], ['Terminating', 'NotTerminating']]

function quotaOf(object: AdmittedObject): ResourceQuota {
  return object as unknown as ResourceQuota
}

/** True when a scope says nothing about a resource of the quota. */
function isMismatch(scope: string, resource: string): boolean {
  return isStandardQuotaResource(resource) && scopeResources[scope] !== undefined && !scopeResources[scope].includes(resource)
}

function validateScopes(spec: Spec, path: string, errors: ErrorList): void {
  const scopes = spec.scopes ?? []
  for (const scope of scopes) {
    if (!standardScopes.includes(scope)) errors.invalid(path, scopes, 'unsupported scope')
    for (const name of sortedKeys(spec.hard)) if (isMismatch(scope, name)) errors.invalid(path, scopes, 'unsupported scope applied to resource')
  }
  for (const pair of conflictingPairs) if (pair.every((scope) => scopes.includes(scope))) errors.invalid(path, scopes, 'conflicting scopes')
}

function shownSelector(spec: Spec): unknown {
  return { MatchExpressions: (spec.scopeSelector!.matchExpressions ?? []).map((each) => ({ ScopeName: each.scopeName ?? '', Operator: each.operator ?? '', Values: each.values ?? null })) }
}

function validateSelector(spec: Spec, path: string, errors: ErrorList): void {
  const requirements = spec.scopeSelector?.matchExpressions ?? []
  for (const { scopeName = '', operator = '', values = [] } of requirements) {
    if (!standardScopes.includes(scopeName)) errors.invalid(`${path}.scopeName`, scopeName, 'unsupported scope')
    for (const name of sortedKeys(spec.hard)) if (isMismatch(scopeName, name)) errors.invalid(path, shownSelector(spec), 'unsupported scope applied to resource')
    if (existsOnly.includes(scopeName) && operator !== 'Exists') errors.invalid(`${path}.operator`, operator, existsText)
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) errors.required(`${path}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length !== 0) errors.invalid(`${path}.values`, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector")
    } else errors.invalid(`${path}.operator`, operator, 'not a valid selector operator')
  }
  const names = requirements.map((requirement) => requirement.scopeName)
  for (const pair of conflictingPairs) if (pair.every((scope) => names.includes(scope))) errors.invalid(path, spec.scopes ?? null, 'conflicting scopes')
}

function validateSpec(spec: Spec, errors: ErrorList): void {
  validateResourceList(spec.hard, 'spec.hard', validateQuotaResourceName, errors)
  validateScopes(spec, 'spec.scopes', errors)
  validateSelector(spec, 'spec.scopeSelector.matchExpressions', errors)
}

function validateStatus(quota: ResourceQuota, errors: ErrorList): void {
  validateResourceList(quota.status?.hard, 'status.hard', validateQuotaResourceName, errors)
  validateResourceList(quota.status?.used, 'status.used', validateQuotaResourceName, errors)
}

const boundedResources = ['cpu', 'memory', 'storage', 'ephemeral-storage']

/** Requests that may go beyond their limits. */
function warnings(object: AdmittedObject): string[] {
  const hard = quotaOf(object).spec?.hard ?? {}
  return boundedResources.flatMap((resource) => {
    const names = [`requests.${resource}`, ...(resource === 'cpu' || resource === 'memory' ? [resource] : [])]
    const name = names.find((each) => hard[each] !== undefined)
    const limit = hard[`limits.${resource}`]
    if (name === undefined || limit === undefined || compareQuantities(hard[name]!, limit) <= 0) return []
    return [`ResourceQuota ${name} (${hard[name]}) should be less than limits.${resource} (${limit})`]
  })
}

export const resourcequotas: KindRules = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  applyDefaults(object) {
    const { spec, status } = quotaOf(object)
    for (const list of [spec?.hard, status?.hard, status?.used]) roundResourceList(list)
  },
  prepareCreate(object) {
    object['status'] = {}
  },
  validateCreate(object, errors) {
    validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
    validateSpec(quotaOf(object).spec ?? {}, errors)
  },
  warnOnCreate: warnings,
  prepareUpdate(object, old) {
    object['status'] = old['status']
  },
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    const spec = quotaOf(object).spec ?? {}
    validateSpec(spec, errors)
    const sorted = (scopes: readonly string[] | undefined): string[] => [...new Set(scopes ?? [])].sort((a, b) => (a < b ? -1 : 1))
    if (!equalSemantic(sorted(spec.scopes), sorted(quotaOf(old).spec?.scopes))) errors.invalid('spec.scopes', spec.scopes ?? null, 'field is immutable')
  },
  allowsUnconditionalUpdate: true,
  subresources: {
    status: statusOnly((object, old, errors) => {
      validateObjectMetaUpdate(object.metadata, old.metadata, errors)
      validateStatus(quotaOf(object), errors)
    }),
  },
}

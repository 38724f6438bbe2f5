/** MutatingAdmissionPolicy and its binding, in both versions; v1beta1 is stored. Models pkg/apis/admissionregistration/validation (v1.35). */

import type { KubeObject } from '../../api/types.ts'
import type { CelScope } from '../cel/check.ts'
import { policyScope } from '../cel/policy-scope.ts'
import type { CelType } from '../cel/types.ts'
import { listType, objectType } from '../cel/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration } from '../kind-rules.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'
import type { MatchResources, PolicyBindingSpec, PolicySpec } from './validatingadmissionpolicies.ts'
import { compileExpression, defaultMatch, validateMatchConditions, validateMatchConstraints, validateMatchResources, validateParamKind, validateParamRef, validateVariables } from './validatingadmissionpolicies.ts'

/** One change of an object. */
export interface Mutation { patchType?: string; applyConfiguration?: { expression?: string }; jsonPatch?: { expression?: string } }
/** The spec of a policy. */
export interface MutatingPolicySpec extends Omit<PolicySpec, 'validations' | 'auditAnnotations'> { mutations?: Mutation[]; reinvocationPolicy?: string }

/** What the expression of a mutation must give, by its patch type. */
export const mutationTypes: { readonly [patchType: string]: CelType } = { ApplyConfiguration: objectType('Object', new Map()), JSONPatch: listType(objectType('JSONPatch', new Map())) }

const versions = { stored: 'admissionregistration.k8s.io/v1beta1', other: 'admissionregistration.k8s.io/v1alpha1' }
const operations = ['*', 'CONNECT', 'CREATE', 'UPDATE']

function specOf<T>(object: AdmittedObject): T {
  return (object['spec'] ??= {}) as T
}

function validateRules(match: MatchResources | undefined, path: string, errors: ErrorList): void {
  for (const operation of match?.resourceRules?.flatMap((rule) => rule.operations ?? []) ?? []) {
    if (!operations.includes(operation)) errors.notSupported(`${path}.resourceRules.operations`, operation, operations)
  }
}

const otherPatch = { applyConfiguration: 'jsonPatch', jsonPatch: 'applyConfiguration' } as const

function validateMutation(mutation: Mutation, path: string, scope: CelScope, errors: ErrorList): void {
  const { patchType = '' } = mutation
  if (patchType === '') return errors.required(`${path}.patchType`)
  const type = mutationTypes[patchType]
  if (type === undefined) return errors.notSupported(`${path}.patchType`, patchType, Object.keys(mutationTypes))
  const field = patchType === 'JSONPatch' ? 'jsonPatch' : 'applyConfiguration'
  const expression = mutation[field]?.expression?.trim() ?? ''
  if (mutation[field] === undefined) errors.required(`${path}.${field}`, `must be specified when patchType is ${patchType}`)
  else if (expression === '') errors.required(`${path}.${field}.expression`)
  else compileExpression(scope, expression, [type], `${path}.${field}.expression`, errors)
  const other = otherPatch[field]
  if (mutation[other] !== undefined) errors.invalid(`${path}.${other}`, `{${other}}`, `must not be specified when patchType is ${patchType}`)
}

function validatePolicy(object: AdmittedObject, errors: ErrorList): void {
  validateObjectMeta(object.metadata, false, nameIsDnsSubdomain, errors)
  const { failurePolicy, matchConstraints, variables = [], matchConditions = [], mutations = [], paramKind, reinvocationPolicy = '' } = specOf<MutatingPolicySpec>(object)
  const hasParams = paramKind !== undefined
  if (failurePolicy !== undefined) errors.oneOf('spec.failurePolicy', failurePolicy, ['Fail', 'Ignore'])
  if (paramKind !== undefined) validateParamKind(paramKind, 'spec.paramKind', errors)
  validateMatchConstraints(matchConstraints, errors)
  validateRules(matchConstraints, 'spec.matchConstraints', errors)
  validateMatchConditions(matchConditions, policyScope({ hasParams, hasAuthorizer: true }), errors)
  const types = validateVariables(variables, hasParams, errors)
  const scope = policyScope({ hasParams, hasAuthorizer: true, hasPatchTypes: true, variables: types })
  if (mutations.length === 0) errors.required('spec.mutations', 'mutations must contain at least one item')
  mutations.forEach((mutation, index) => validateMutation(mutation, `spec.mutations[${index}]`, scope, errors))
  if (reinvocationPolicy === '') errors.required('spec.reinvocationPolicy')
  else errors.oneOf('spec.reinvocationPolicy', reinvocationPolicy, ['IfNeeded', 'Never'])
}

function validateBinding(object: AdmittedObject, errors: ErrorList): void {
  validateObjectMeta(object.metadata, false, nameIsDnsSubdomain, errors)
  const { policyName, matchResources, paramRef } = specOf<PolicyBindingSpec>(object)
  if (!policyName) errors.required('spec.policyName')
  else errors.invalidEach('spec.policyName', policyName, nameIsDnsSubdomain(policyName, false))
  if (paramRef !== undefined) validateParamRef(paramRef, 'spec.paramRef', errors)
  if (matchResources !== undefined) validateMatchResources(matchResources, 'spec.matchResources', errors)
  validateRules(matchResources, 'spec.matchResources', errors)
}

type Check = (object: AdmittedObject, errors: ErrorList) => void

function rulesOf(kind: string, applyDefaults: (object: AdmittedObject) => void, validate: Check): readonly [KindRules, KindRules] {
  const stored: KindRules = {
    apiVersion: versions.stored,
    kind,
    applyDefaults,
    prepareCreate(object) {
      object.metadata.generation = 1
    },
    validateCreate: validate,
    prepareUpdate: (object, old) => countGeneration(object, old, ['spec']),
    validateUpdate(object, old, errors) {
      validateObjectMetaUpdate(object.metadata, old.metadata, errors)
      validate(object, errors)
    },
  }
  const toStored = (object: AdmittedObject): AdmittedObject => ({ ...object, apiVersion: versions.stored })
  const toServed = (object: KubeObject): KubeObject => ({ ...object, apiVersion: versions.other })
  return [stored, { ...stored, apiVersion: versions.other, storedAs: { rules: stored, toStored, toServed } }]
}

export const [mutatingadmissionpolicies, mutatingadmissionpoliciesV1alpha1] = rulesOf('MutatingAdmissionPolicy', (object) => {
  const spec = specOf<MutatingPolicySpec>(object)
  spec.failurePolicy ??= 'Fail'
  defaultMatch(spec.matchConstraints)
}, validatePolicy)

export const [mutatingadmissionpolicybindings, mutatingadmissionpolicybindingsV1alpha1] = rulesOf('MutatingAdmissionPolicyBinding', (object) => defaultMatch(specOf<PolicyBindingSpec>(object).matchResources), validateBinding)

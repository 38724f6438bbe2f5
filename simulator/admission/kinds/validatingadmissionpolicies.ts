/** ValidatingAdmissionPolicy and its binding. Models pkg/apis/admissionregistration/validation (v1.35); type checking against the schemas of matched kinds is left out. */

import type { LabelSelector } from '../../api/types.ts'
import { celEnvironment, compileCel } from '../cel/compile.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration, statusOnly } from '../kind-rules.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

/** What a rule of a policy matches. */
export interface ResourceRule { apiGroups?: string[]; apiVersions?: string[]; operations?: string[]; resources?: string[]; resourceNames?: string[]; scope?: string }
/** Which requests a policy or a binding is about. */
export interface MatchResources { resourceRules?: ResourceRule[]; excludeResourceRules?: ResourceRule[]; namespaceSelector?: LabelSelector; objectSelector?: LabelSelector; matchPolicy?: string }
/** The spec of a policy. */
export interface PolicySpec {
  matchConstraints?: MatchResources
  validations?: { expression?: string; message?: string; messageExpression?: string; reason?: string }[]
  variables?: { name?: string; expression?: string }[]
  matchConditions?: { name?: string; expression?: string }[]
  failurePolicy?: string
}
/** The spec of a binding. */
export interface PolicyBindingSpec { policyName?: string; matchResources?: MatchResources; validationActions?: string[] }

/** The variables that every expression of a policy may use. */
export const policyVariables: readonly string[] = ['object', 'oldObject', 'request', 'namespaceObject', 'params', 'variables']

const actions = ['Audit', 'Deny', 'Warn']
const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized']

function defaultMatch(match: MatchResources | undefined): void {
  if (match === undefined) return
  match.matchPolicy ??= 'Equivalent'
  match.namespaceSelector ??= {}
  match.objectSelector ??= {}
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])]) rule.scope ??= '*'
}

function specOf<T>(object: AdmittedObject): T {
  return (object['spec'] ??= {}) as T
}

function validateExpression(expression: string | undefined, type: 'bool' | 'string' | undefined, path: string, errors: ErrorList): void {
  if (!expression?.trim()) return errors.required(path, 'expression is not specified')
  const compiled = compileCel(celEnvironment(policyVariables), expression)
  if ('error' in compiled) return errors.invalid(path, expression, compiled.error)
  if (type !== undefined && compiled.type !== type && compiled.type !== 'dyn') errors.invalid(path, expression, `must evaluate to ${type} but got ${compiled.type}`)
}

function validatePolicy(object: AdmittedObject, errors: ErrorList): void {
  validateObjectMeta(object.metadata, false, nameIsDnsSubdomain, errors)
  const { matchConstraints, validations = [], variables = [], matchConditions = [] } = specOf<PolicySpec>(object)
  if (matchConstraints === undefined) errors.required('spec.matchConstraints')
  else if ((matchConstraints.resourceRules ?? []).length === 0) errors.required('spec.matchConstraints.resourceRules')
  variables.forEach(({ name, expression }, index) => {
    if (!name) errors.required(`spec.variables[${index}].name`, 'name is not specified')
    validateExpression(expression, undefined, `spec.variables[${index}].expression`, errors)
  })
  matchConditions.forEach(({ expression }, index) => validateExpression(expression, 'bool', `spec.matchConditions[${index}].expression`, errors))
  if (validations.length === 0) errors.required('spec.validations', 'validations or auditAnnotations must contain at least one item')
  validations.forEach(({ expression, message, messageExpression, reason }, index) => {
    const path = `spec.validations[${index}]`
    validateExpression(expression, 'bool', `${path}.expression`, errors)
    if (messageExpression !== undefined) validateExpression(messageExpression, 'string', `${path}.messageExpression`, errors)
    if (message?.includes('\n') === true) errors.invalid(`${path}.message`, message, 'message must not contain line breaks')
    if (reason !== undefined) errors.oneOf(`${path}.reason`, reason, reasons)
  })
}

export const validatingadmissionpolicies: KindRules = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  applyDefaults(object) {
    const spec = specOf<PolicySpec>(object)
    spec.failurePolicy ??= 'Fail'
    defaultMatch(spec.matchConstraints)
  },
  prepareCreate(object) {
    object['status'] = {}
    object.metadata.generation = 1
  },
  validateCreate: validatePolicy,
  prepareUpdate(object, old) {
    object['status'] = old['status']
    countGeneration(object, old, ['spec'])
  },
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validatePolicy(object, errors)
  },
  subresources: { status: statusOnly((object, old, errors) => validateObjectMetaUpdate(object.metadata, old.metadata, errors)) },
}

function validateBinding(object: AdmittedObject, errors: ErrorList): void {
  validateObjectMeta(object.metadata, false, nameIsDnsSubdomain, errors)
  const { policyName, validationActions = [] } = specOf<PolicyBindingSpec>(object)
  if (!policyName) errors.required('spec.policyName')
  else errors.invalidEach('spec.policyName', policyName, nameIsDnsSubdomain(policyName, false))
  const path = 'spec.validationActions'
  if (validationActions.length === 0) errors.required(path, 'at least one validation action is required')
  validationActions.forEach((action, index) => {
    if (!actions.includes(action)) errors.notSupported(`${path}[${index}]`, action, actions)
    if (validationActions.indexOf(action) < index) errors.duplicate(`${path}[${index}]`, action)
  })
  if (validationActions.includes('Deny') && validationActions.includes('Warn')) {
    errors.invalid(path, ['Deny', 'Warn'], 'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)')
  }
}

export const validatingadmissionpolicybindings: KindRules = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  applyDefaults: (object) => defaultMatch(specOf<PolicyBindingSpec>(object).matchResources),
  prepareCreate(object) {
    object.metadata.generation = 1
  },
  validateCreate: validateBinding,
  prepareUpdate: (object, old) => countGeneration(object, old, ['spec']),
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validateBinding(object, errors)
  },
}

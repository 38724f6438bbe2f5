/** ValidatingAdmissionPolicy and its binding. Models pkg/apis/admissionregistration/validation (v1.35); type checking against the schemas of matched kinds is left out. */

import { utf8Length } from '../../api/go-text.ts'
import type { LabelSelector } from '../../api/types.ts'
import { checkDns1035Label, checkDns1123Subdomain, checkQualifiedName } from '../../api/names.ts'
import type { CelScope } from '../cel/check.ts'
import type { Compiled } from '../cel/compile.ts'
import { compileCel } from '../cel/compile.ts'
import { policyScope, variableType } from '../cel/policy-scope.ts'
import type { CelType } from '../cel/types.ts'
import { boolType, dynType, nullType, stringType } from '../cel/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration, statusOnly } from '../kind-rules.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateRule } from './webhookconfigurations.ts'
import { nameIsDnsSubdomain, nameIsPathSegment, validateLabelSelector, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

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
  paramKind?: { apiVersion?: string; kind?: string }
  auditAnnotations?: { key?: string; valueExpression?: string }[]
}
/** The spec of a binding. */
export interface PolicyBindingSpec {
  policyName?: string
  matchResources?: MatchResources
  validationActions?: string[]
  paramRef?: { name?: string; namespace?: string; selector?: LabelSelector; parameterNotFoundAction?: string }
}

const actions = ['Audit', 'Deny', 'Warn']
const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']

/** What is left out of the requests that a policy is about. */
export function defaultMatch(match: MatchResources | undefined): void {
  if (match === undefined) return
  match.matchPolicy ??= 'Equivalent'
  match.namespaceSelector ??= {}
  match.objectSelector ??= {}
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])]) rule.scope ??= '*'
}

function specOf<T>(object: AdmittedObject): T {
  return (object['spec'] ??= {}) as T
}

const matchConditionsMax = 64
const auditAnnotationsMax = 20
const valueExpressionBytesMax = 5 * 1024
const celIdentifier = /^[_a-zA-Z][_a-zA-Z0-9]*$/
const celReserved = ['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while']

/** Compiles an expression and reports why it cannot be. `shown` is the text that errors quote. */
export function compileExpression(scope: CelScope, expression: string, types: readonly CelType[], path: string, errors: ErrorList, shown = expression): Compiled {
  const compiled = compileCel(scope, expression, {}, types)
  if (!('error' in compiled)) return compiled
  if (compiled.error.startsWith('program instantiation failed')) errors.internal(path, compiled.error)
  else errors.invalid(path, shown, compiled.error)
  return compiled
}

/** Checks which requests a policy or a binding is about. */
export function validateMatchResources({ matchPolicy, namespaceSelector, objectSelector, resourceRules = [], excludeResourceRules = [] }: MatchResources, path: string, errors: ErrorList): void {
  if (matchPolicy !== undefined) errors.oneOf(`${path}.matchPolicy`, matchPolicy, ['Equivalent', 'Exact'])
  if (namespaceSelector !== undefined) validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`, errors)
  if (objectSelector !== undefined) validateLabelSelector(objectSelector, `${path}.objectSelector`, errors)
  for (const [field, rules] of Object.entries({ resourceRules, excludeResourceRules })) rules.forEach((rule, index) => validateNamedRule(rule, `${path}.${field}[${index}]`, errors))
}

/** Checks the constraints of a policy of either kind, which must name some resource. */
export function validateMatchConstraints(matchConstraints: MatchResources | undefined, errors: ErrorList): void {
  if (matchConstraints === undefined) {
    errors.required('spec.matchConstraints')
    return
  }
  validateMatchResources(matchConstraints, 'spec.matchConstraints', errors)
  if ((matchConstraints.resourceRules ?? []).length === 0) errors.required('spec.matchConstraints.resourceRules')
}

function validateNamedRule(rule: ResourceRule, path: string, errors: ErrorList): void {
  const { resourceNames = [] } = rule
  resourceNames.forEach((name, index) => {
    errors.invalidEach(`${path}.resourceNames[${index}]`, name, nameIsPathSegment(name, false))
    if (resourceNames.indexOf(name) < index) errors.duplicate(`${path}.resourceNames[${index}]`, name)
  })
  validateRule(rule, path, errors)
}

/** Checks the kind of the parameters. */
export function validateParamKind({ apiVersion = '', kind = '' }: NonNullable<PolicySpec['paramKind']>, path: string, errors: ErrorList): void {
  const parts = apiVersion.split('/')
  const version = parts.at(-1)!
  if (apiVersion === '') errors.required(`${path}.apiVersion`)
  else if (parts.length > 2) errors.invalid(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)
  else {
    const group = parts.length === 2 ? parts[0]! : ''
    if (group !== '' && checkDns1123Subdomain(group).length > 0) errors.invalid(`${path}.apiVersion`, group, checkDns1123Subdomain(group).join(','))
    if (version === '') errors.invalid(`${path}.apiVersion`, apiVersion, 'version must be specified')
    else if (checkDns1035Label(version).length > 0) errors.invalid(`${path}.apiVersion`, version, checkDns1035Label(version).join(','))
  }
  const wrong = checkDns1035Label(kind.toLowerCase())
  if (kind === '') errors.required(`${path}.kind`)
  else if (wrong.length > 0) errors.invalid(`${path}.kind`, kind, `may have mixed case, but should otherwise match: ${wrong.join(',')}`)
}

/** Checks names and expressions of match conditions. */
export function validateMatchConditions(conditions: NonNullable<PolicySpec['matchConditions']>, scope: CelScope, errors: ErrorList): void {
  const path = 'spec.matchConditions'
  if (conditions.length > matchConditionsMax) errors.tooMany(path, conditions.length, matchConditionsMax)
  conditions.forEach(({ name = '', expression = '' }, index) => {
    const at = `${path}[${index}]`
    const trimmed = expression.trim()
    if (trimmed === '') errors.required(`${at}.expression`)
    else compileExpression(scope, trimmed, [boolType], `${at}.expression`, errors)
    if (name === '') errors.required(`${at}.name`)
    else errors.invalidEach(`${at}.name`, name, checkQualifiedName(name))
    if (name !== '' && conditions.findIndex((other) => other.name === name) < index) errors.duplicate(`${at}.name`, name)
  })
}

/** Validates the variables, each of which may use those before it. @returns their types */
export function validateVariables(variables: NonNullable<PolicySpec['variables']>, hasParams: boolean, errors: ErrorList): Map<string, CelType> {
  const types = new Map<string, CelType>()
  variables.forEach(({ name = '', expression = '' }, index) => {
    const at = `spec.variables[${index}]`
    if (name.trim() === '') errors.required(`${at}.name`, 'name is not specified')
    else if (!celIdentifier.test(name) || celReserved.includes(name)) errors.invalid(`${at}.name`, name, 'must be a valid CEL identifier')
    if (expression.trim() === '') return errors.required(`${at}.expression`, 'expression is not specified')
    const compiled = compileExpression(policyScope({ hasParams, hasAuthorizer: true, variables: types }), expression, [], `${at}.expression`, errors)
    types.set(name, 'error' in compiled ? dynType : variableType(compiled.outputType))
  })
  return types
}

function validateValidation({ expression = '', message = '', messageExpression = '', reason }: NonNullable<PolicySpec['validations']>[number], path: string, scope: CelScope, messageScope: CelScope, errors: ErrorList): void {
  if (expression.trim() === '') errors.required(`${path}.expression`, 'expression is not specified')
  else compileExpression(scope, expression, [boolType], `${path}.expression`, errors)
  if (messageExpression !== '' && messageExpression.trim() === '') errors.invalid(`${path}.messageExpression`, messageExpression, 'must be non-empty if specified')
  else if (messageExpression !== '') compileExpression(messageScope, messageExpression, [stringType], `${path}.messageExpression`, errors)
  if (message !== '' && message.trim() === '') errors.invalid(`${path}.message`, message, 'must be non-empty if specified')
  else if (/[\n\r]/.test(message.trim())) errors.invalid(`${path}.message`, message, 'must not contain line breaks')
  if (reason !== undefined) errors.oneOf(`${path}.reason`, reason, reasons)
}

function validateAnnotations(annotations: NonNullable<PolicySpec['auditAnnotations']>, policy: string, scope: CelScope, errors: ErrorList): void {
  if (annotations.length > auditAnnotationsMax) errors.invalid('spec.auditAnnotations', annotations, `must not have more than ${auditAnnotationsMax} auditAnnotations`)
  annotations.forEach(({ key = '', valueExpression = '' }, index) => {
    const at = `spec.auditAnnotations[${index}]`
    if (policy === '') errors.invalid(`${at}.key`, key, 'requires metadata.name be non-empty')
    else errors.invalidEach(`${at}.key`, `${policy}/${key}`, checkQualifiedName(`${policy}/${key}`))
    const trimmed = valueExpression.trim()
    if (trimmed === '') errors.required(`${at}.valueExpression`, 'valueExpression is not specified')
    else if (utf8Length(trimmed) > valueExpressionBytesMax) errors.required(`${at}.valueExpression`, `must not exceed ${valueExpressionBytesMax} bytes in length`)
    else compileExpression(scope, trimmed, [stringType, nullType], `${at}.valueExpression`, errors, valueExpression)
    if (annotations.findIndex((other) => (other.key ?? '') === key) < index) errors.duplicate(`${at}.key`, key)
  })
}

function validatePolicy(object: AdmittedObject, errors: ErrorList): void {
  validateObjectMeta(object.metadata, false, nameIsDnsSubdomain, errors, false)
  const { failurePolicy, matchConstraints, validations = [], variables = [], matchConditions = [], paramKind, auditAnnotations = [] } = specOf<PolicySpec>(object)
  const hasParams = paramKind !== undefined
  if (failurePolicy !== undefined) errors.oneOf('spec.failurePolicy', failurePolicy, ['Fail', 'Ignore'])
  if (paramKind !== undefined) validateParamKind(paramKind, 'spec.paramKind', errors)
  validateMatchConstraints(matchConstraints, errors)
  validateMatchConditions(matchConditions, policyScope({ hasParams, hasAuthorizer: true }), errors)
  const types = validateVariables(variables, hasParams, errors)
  const known = variables.length === 0 ? {} : { variables: types }
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const text = 'validations or auditAnnotations must contain at least one item'
    errors.required('spec.validations', text)
    return errors.required('spec.auditAnnotations', text)
  }
  const scope = policyScope({ hasParams, hasAuthorizer: true, ...known })
  const messageScope = policyScope({ hasParams, hasAuthorizer: false, ...known })
  validations.forEach((validation, index) => validateValidation(validation, `spec.validations[${index}]`, scope, messageScope, errors))
  validateAnnotations(auditAnnotations, object.metadata.name ?? '', scope, errors)
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
    validateObjectMetaUpdate(object.metadata, old.metadata, errors, false)
    validatePolicy(object, errors)
  },
  subresources: { status: statusOnly((object, old, errors) => validateObjectMetaUpdate(object.metadata, old.metadata, errors, false)) },
}

/** Checks which parameters a binding names. */
export function validateParamRef({ name = '', selector, parameterNotFoundAction = '' }: NonNullable<PolicyBindingSpec['paramRef']>, path: string, errors: ErrorList): void {
  if (name !== '') errors.invalidEach(`${path}.name`, name, nameIsPathSegment(name, false))
  if (name !== '' && selector !== undefined) errors.forbidden(`${path}.name`, 'name and selector are mutually exclusive')
  if (selector !== undefined) validateLabelSelector(selector, `${path}.selector`, errors)
  if (name !== '' && selector !== undefined) errors.forbidden(`${path}.selector`, 'name and selector are mutually exclusive')
  if (name === '' && selector === undefined) errors.required(path, 'one of name or selector must be specified')
  if (parameterNotFoundAction === '') errors.required(`${path}.parameterNotFoundAction`)
  else errors.oneOf(`${path}.parameterNotFoundAction`, parameterNotFoundAction, ['Deny', 'Allow'])
}

function validateBinding(object: AdmittedObject, errors: ErrorList): void {
  validateObjectMeta(object.metadata, false, nameIsDnsSubdomain, errors, false)
  const { policyName, validationActions = [], paramRef, matchResources } = specOf<PolicyBindingSpec>(object)
  if (!policyName) errors.required('spec.policyName')
  else errors.invalidEach('spec.policyName', policyName, nameIsDnsSubdomain(policyName, false))
  if (paramRef !== undefined) validateParamRef(paramRef, 'spec.paramRef', errors)
  if (matchResources !== undefined) validateMatchResources(matchResources, 'spec.matchResources', errors)
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
    validateObjectMetaUpdate(object.metadata, old.metadata, errors, false)
    validateBinding(object, errors)
  },
}

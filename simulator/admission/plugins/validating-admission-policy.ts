/** Policies of the cluster in CEL. Models apiserver/pkg/admission/plugin/policy/validating (v1.35). Differs: parameters and the authorizer are not there, and deletes are not asked about. */

import type { Failure } from '../../api/errors.ts'
import { matchesLabelSelector } from '../../api/selector.ts'
import type { KubeObject } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { celEnvironment, compileCel, runCel, toCelValue } from '../cel/compile.ts'
import type { MatchResources, PolicyBindingSpec, PolicySpec, ResourceRule } from '../kinds/validatingadmissionpolicies.ts'
import { policyVariables } from '../kinds/validatingadmissionpolicies.ts'
import { forbid } from './helpers.ts'
import type { AdmissionPlugin, PluginRequest } from './plugin.ts'

const group = 'admissionregistration.k8s.io'
const codes: { readonly [reason: string]: number } = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413, Invalid: 422 }

type Variables = { [name: string]: unknown }
interface Failed { readonly message: string; readonly reason: string }

function includesOrAll(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && (list.includes('*') || list.includes(value))
}

function ruleMatches(rule: ResourceRule, request: PluginRequest): boolean {
  const { kind, subresource } = request
  const resource = subresource === '' ? kind.resource : `${kind.resource}/${subresource}`
  const wildcards = subresource === '' ? ['*', '*/*'] : [`${kind.resource}/*`, `*/${subresource}`, '*/*']
  const isResource = rule.resources?.some((each) => each === resource || wildcards.includes(each)) ?? false
  const isScope = rule.scope === undefined || rule.scope === '*' || (rule.scope === 'Namespaced') === kind.namespaced
  const isNamed = (rule.resourceNames ?? []).length === 0 || rule.resourceNames!.includes(request.name)
  return isResource && isScope && isNamed && includesOrAll(rule.apiGroups, kind.group) && includesOrAll(rule.apiVersions, kind.version) && includesOrAll(rule.operations, request.operation)
}

function matches(match: MatchResources | undefined, request: PluginRequest, isBinding: boolean): boolean {
  if (match === undefined) return isBinding
  const isNamespace = request.kind.group === '' && request.kind.resource === 'namespaces'
  const namespace = isNamespace ? request.object : request.reader.get('namespaces', undefined, request.namespace)
  if (request.namespace !== '' && match.namespaceSelector !== undefined && !matchesLabelSelector(match.namespaceSelector, namespace?.metadata.labels)) return false
  if (match.objectSelector !== undefined && !matchesLabelSelector(match.objectSelector, request.object.metadata.labels)) return false
  if (match.excludeResourceRules?.some((rule) => ruleMatches(rule, request)) === true) return false
  if (isBinding && (match.resourceRules ?? []).length === 0) return true
  return match.resourceRules?.some((rule) => ruleMatches(rule, request)) ?? false
}

function variablesOf(request: PluginRequest): Variables {
  const { kind, name, namespace, operation, user } = request
  const asked = { kind: { group: kind.group, version: kind.version, kind: kind.kind }, resource: { group: kind.group, version: kind.version, resource: kind.resource }, subResource: request.subresource, name, namespace, operation, userInfo: { username: user.name, groups: user.groups } }
  const namespaceObject = namespace === '' ? null : request.reader.get('namespaces', undefined, namespace)
  return { object: toCelValue(request.object), oldObject: toCelValue(request.old ?? null), request: toCelValue(asked), namespaceObject: toCelValue(namespaceObject ?? null), params: null, variables: {} }
}

function evaluate(expression: string, variables: Variables): { readonly value: unknown } | { readonly error: string } {
  const compiled = compileCel(celEnvironment(policyVariables), expression)
  return 'error' in compiled ? compiled : runCel(compiled.program, variables)
}

/** The variables with those of the policy, which may use the ones before them. A failing one fails where it is used. */
function withOwnVariables(spec: PolicySpec, variables: Variables): Variables {
  const own: Variables = {}
  for (const { name = '', expression = '' } of spec.variables ?? []) {
    const result = evaluate(expression, { ...variables, variables: own })
    if ('value' in result) own[name] = result.value
  }
  return { ...variables, variables: own }
}

function messageOf(validation: NonNullable<PolicySpec['validations']>[number], variables: Variables): string {
  if (validation.messageExpression !== undefined) {
    const result = evaluate(validation.messageExpression, variables)
    const text = 'value' in result && typeof result.value === 'string' ? result.value.trim() : ''
    if (text !== '' && !text.includes('\n')) return text
  }
  return validation.message?.trim() || `failed expression: ${(validation.expression ?? '').trim()}`
}

function failuresOf(spec: PolicySpec, given: Variables): Failed[] {
  const variables = withOwnVariables(spec, given)
  for (const { expression = '' } of spec.matchConditions ?? []) {
    const result = evaluate(expression, variables)
    if ('value' in result && result.value !== true) return []
  }
  const failures: Failed[] = []
  for (const validation of spec.validations ?? []) {
    const result = evaluate(validation.expression ?? '', variables)
    const reason = validation.reason ?? 'Invalid'
    if ('error' in result) {
      if (spec.failurePolicy !== 'Ignore') failures.push({ message: `expression '${validation.expression}' resulted in error: ${result.error}`, reason: 'Invalid' })
    } else if (result.value !== true) failures.push({ message: messageOf(validation, variables), reason })
  }
  return failures
}

function deny(request: PluginRequest, policy: string, binding: string, failed: Failed): Failure {
  const message = `ValidatingAdmissionPolicy '${policy}' with binding '${binding}' denied request: ${failed.message}`
  const refusal = forbid(request, message)
  return { ...refusal, reason: failed.reason, code: codes[failed.reason] ?? 422, details: { ...refusal.details, causes: [{ message }] } } as Failure
}

function checkBinding(request: PluginRequest, binding: KubeObject, variables: () => Variables): Failure | undefined {
  const { policyName = '', matchResources, validationActions = [] } = (binding.spec ?? {}) as PolicyBindingSpec
  const spec = request.reader.get(`validatingadmissionpolicies.${group}`, undefined, policyName)?.spec as PolicySpec | undefined
  if (spec === undefined || !matches(spec.matchConstraints, request, false) || !matches(matchResources, request, true)) return undefined
  const failures = failuresOf(spec, variables())
  const name = binding.metadata.name ?? ''
  if (validationActions.includes('Warn')) request.warnings.push(...failures.map(({ message }) => `Validation failed for ValidatingAdmissionPolicy '${policyName}' with binding '${name}': ${message}`))
  return failures.length > 0 && validationActions.includes('Deny') ? deny(request, policyName, name, failures[0]!) : undefined
}

export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  validate(request) {
    const bindings = request.reader.list(`validatingadmissionpolicybindings.${group}`, undefined)
    if (bindings.length === 0 || request.kind.group === group) return undefined
    let known: Variables | undefined
    const variables = (): Variables => (known ??= variablesOf(request))
    const inOrder = [...bindings].sort((a, b) => compareText(a.metadata.name ?? '', b.metadata.name ?? ''))
    let refusal: Failure | undefined
    for (const binding of inOrder) refusal ??= checkBinding(request, binding, variables)
    return refusal
  },
}

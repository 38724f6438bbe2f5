/** Policies of the cluster in CEL. Models apiserver/pkg/admission/plugin/policy/validating (v1.35). Differs: deletes are not asked about, and audit annotations go nowhere. */

import type { CustomResourceDefinition } from '../../api/custom-kinds.ts'
import { definitionsResource, kindsOfDefinition } from '../../api/custom-kinds.ts'
import type { Failure } from '../../api/errors.ts'
import type { KindInfo } from '../../api/kinds.ts'
import { kindByKind, splitApiVersion } from '../../api/kinds.ts'
import { authorize } from '../../api/rbac.ts'
import { matchesLabelSelector } from '../../api/selector.ts'
import type { KubeObject } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { resourceId } from '../../store/resource-id.ts'
import { toCelValue } from '../cel/compile.ts'
import { rbacSourceOf } from '../escalation.ts'
import type { MatchResources, PolicyBindingSpec, PolicySpec, ResourceRule } from '../kinds/validatingadmissionpolicies.ts'
import { forbid } from './helpers.ts'
import type { AdmissionPlugin, AdmissionReader, PluginRequest } from './plugin.ts'
import type { CompiledPolicy, PolicyInput } from './validating-admission-policy-evaluate.ts'
import { compilePolicy, evaluatePolicy } from './validating-admission-policy-evaluate.ts'
import { requestValue } from './validating-admission-policy-request.ts'

const group = 'admissionregistration.k8s.io'
const codes: { readonly [reason: string]: number } = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413, Invalid: 422 }

/** What a policy holds against a request; without a binding, the policy itself cannot be used. */
interface Denial { readonly policy: string; readonly binding?: string; readonly message: string; readonly reason: string }

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

type WorldInput = Omit<PolicyInput, 'params'>

function inputOf(request: PluginRequest): WorldInput {
  const { kind, name, namespace, operation, user, subresource, reader } = request
  const isNamespace = kind.group === '' && kind.resource === 'namespaces'
  const namespaceObject = namespace === '' || isNamespace ? undefined : reader.get('namespaces', undefined, namespace)
  const resource = { group: kind.group, resource: kind.resource, subresource, namespace, name }
  return {
    object: toCelValue(request.object),
    oldObject: toCelValue(request.old ?? null),
    request: requestValue({ kind: { group: kind.group, version: kind.version, kind: kind.kind }, resource: kind.resource, subresource, name, namespace, operation, user }),
    namespaceObject: toCelValue(namespaceObject ?? null),
    resource,
    ask({ serviceAccount, path, ...question }) {
      const asking = serviceAccount === undefined ? user : accountOf(serviceAccount)
      const { isAllowed, reason } = authorize(rbacSourceOf(reader), path === undefined ? { user: asking, ...question } : { user: asking, verb: question.verb, path })
      return { allowed: isAllowed, reason }
    },
  }
}

function accountOf({ namespace, name }: { namespace: string; name: string }): PluginRequest['user'] {
  return { name: `system:serviceaccount:${namespace}:${name}`, groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'] }
}

function findKind(reader: AdmissionReader, { apiVersion = '', kind = '' }: NonNullable<PolicySpec['paramKind']>): KindInfo | undefined {
  const builtin = kindByKind(apiVersion, kind)
  if (builtin !== undefined) return builtin
  const { group: wanted, version } = splitApiVersion(apiVersion)
  const custom = reader.list(definitionsResource, undefined).flatMap((definition) => kindsOfDefinition(definition as CustomResourceDefinition))
  return custom.find((each) => each.group === wanted && each.version === version && each.kind === kind)
}

/** The parameters of a binding; `[null]` where there are none to ask for. */
function paramsOf(request: PluginRequest, kind: KindInfo | undefined, ref: PolicyBindingSpec['paramRef']): readonly (KubeObject | null)[] | { readonly error: string } {
  if (kind === undefined || ref === undefined) return [null]
  if (ref.namespace && !kind.namespaced) return { error: 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`' }
  const namespace = kind.namespaced ? ref.namespace || request.namespace : undefined
  if (namespace === '') return { error: 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources' }
  const resource = resourceId(kind.group, kind.resource)
  const named = ref.name ? request.reader.get(resource, namespace, ref.name) : undefined
  const selected = ref.selector === undefined ? [] : request.reader.list(resource, namespace).filter(({ metadata }) => matchesLabelSelector(ref.selector!, metadata.labels))
  const found = named === undefined ? selected : [named]
  return found.length === 0 && ref.parameterNotFoundAction === 'Deny' ? { error: 'no params found for policy binding with `Deny` parameterNotFoundAction' } : found
}

function deny(request: PluginRequest, { policy, binding, message: why, reason }: Denial): Failure {
  const message = `ValidatingAdmissionPolicy '${policy}'${binding === undefined ? '' : ` with binding '${binding}'`} denied request: ${why}`
  const refusal = forbid(request, message)
  return { ...refusal, reason, code: codes[reason] ?? 422, details: { ...refusal.details, causes: [{ message }] } } as Failure
}

function evaluateParams(request: PluginRequest, policy: CompiledPolicy, names: Pick<Denial, 'policy' | 'binding'>, actions: readonly string[], input: PolicyInput): Denial[] {
  const denials: Denial[] = []
  const { decisions, annotations } = evaluatePolicy(policy, input)
  for (const { action, message, reason } of decisions) {
    if (action === 'admit') continue
    if (actions.includes('Warn')) request.warnings.push(`Validation failed for ValidatingAdmissionPolicy '${names.policy}' with binding '${names.binding}': ${message}`)
    if (actions.includes('Deny')) denials.push({ ...names, message, reason: reason || 'Invalid' })
  }
  for (const { action, error } of annotations) if (action === 'error') denials.push({ ...names, message: error, reason: 'Invalid' })
  return denials
}

function checkBinding(request: PluginRequest, binding: KubeObject, world: () => WorldInput): Denial[] {
  const { policyName = '', matchResources, validationActions = [], paramRef } = (binding.spec ?? {}) as PolicyBindingSpec
  const spec = request.reader.get(`validatingadmissionpolicies.${group}`, undefined, policyName)?.spec as PolicySpec | undefined
  if (spec === undefined || !matches(spec.matchConstraints, request, false)) return []
  const onError = (message: string, names: Pick<Denial, 'binding'>): Denial[] => (spec.failurePolicy === 'Ignore' ? [] : [{ policy: policyName, ...names, message, reason: 'Invalid' }])
  const kind = spec.paramKind === undefined ? undefined : findKind(request.reader, spec.paramKind)
  if (spec.paramKind !== undefined && kind === undefined) {
    const { group: paramGroup, version } = splitApiVersion(spec.paramKind.apiVersion ?? '')
    return onError(`failed to configure policy: failed to find resource referenced by paramKind: '${paramGroup}/${version}, Kind=${spec.paramKind.kind}'`, {})
  }
  if (!matches(matchResources, request, true)) return []
  const name = binding.metadata.name ?? ''
  const params = paramsOf(request, kind, paramRef)
  if ('error' in params) return onError(`failed to configure binding: ${params.error}`, { binding: name })
  const policy = compilePolicy(spec)
  return params.flatMap((param) => evaluateParams(request, policy, { policy: policyName, binding: name }, validationActions, { ...world(), params: toCelValue(param) }))
}

export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  validate(request) {
    const bindings = request.reader.list(`validatingadmissionpolicybindings.${group}`, undefined)
    if (bindings.length === 0 || request.kind.group === group) return undefined
    let known: WorldInput | undefined
    const world = (): WorldInput => (known ??= inputOf(request))
    const inOrder = [...bindings].sort((a, b) => compareText(a.metadata.name ?? '', b.metadata.name ?? ''))
    const [first] = inOrder.flatMap((binding) => checkBinding(request, binding, world))
    return first === undefined ? undefined : deny(request, first)
  },
}

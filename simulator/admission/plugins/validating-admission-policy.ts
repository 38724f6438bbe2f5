/** Policies of the cluster in CEL. Models apiserver/pkg/admission/plugin/policy/validating (v1.35). */

import type { Failure } from '../../api/errors.ts'
import type { KubeObject } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { toCelValue } from '../cel/compile.ts'
import type { PolicyBindingSpec, PolicySpec } from '../kinds/validatingadmissionpolicies.ts'
import { forbid } from './helpers.ts'
import type { AdmissionPlugin, PluginRequest } from './plugin.ts'
import type { WorldInput } from './policy-matching.ts'
import { findParamKind, matchesRequest, paramsOf, policyGroup as group, worldOf } from './policy-matching.ts'
import type { CompiledPolicy, PolicyInput } from './validating-admission-policy-evaluate.ts'
import { compilePolicy, evaluatePolicy } from './validating-admission-policy-evaluate.ts'

const failureKey = 'validation.policy.admission.k8s.io/validation_failure'
const annotationLengthMax = 10 * 1024
const codes: { readonly [reason: string]: number } = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413, Invalid: 422 }

/** What a policy holds against a request; without a binding, the policy itself cannot be used. */
interface Denial { readonly policy: string; readonly binding?: string; readonly message: string; readonly reason: string }

function deny(request: PluginRequest, { policy, binding, message: why, reason }: Denial): Failure {
  const message = `ValidatingAdmissionPolicy '${policy}'${binding === undefined ? '' : ` with binding '${binding}'`} denied request: ${why}`
  const refusal = forbid(request, message)
  return { ...refusal, reason, code: codes[reason] ?? 422, details: { ...refusal.details, causes: [{ message }] } } as Failure
}

function evaluateParams(request: PluginRequest, policy: CompiledPolicy, names: Pick<Denial, 'policy' | 'binding'>, actions: readonly string[], input: PolicyInput): Denial[] {
  const denials: Denial[] = []
  const { decisions, annotations } = evaluatePolicy(policy, input)
  for (const [expressionIndex, { action, message, reason }] of decisions.entries()) {
    if (action === 'admit') continue
    if (actions.includes('Audit')) request.annotate(failureKey, JSON.stringify([{ message, ...names, expressionIndex, validationActions: actions }]))
    if (actions.includes('Warn')) request.warnings.push(`Validation failed for ValidatingAdmissionPolicy '${names.policy}' with binding '${names.binding}': ${message}`)
    if (actions.includes('Deny')) denials.push({ ...names, message, reason: reason || 'Invalid' })
  }
  for (const { key, action, value, error } of annotations) {
    if (action === 'error') denials.push({ ...names, message: error, reason: 'Invalid' })
    else if (action === 'publish') request.annotate(`${names.policy}/${key}`, value.slice(0, annotationLengthMax))
  }
  return denials
}

function checkBinding(request: PluginRequest, binding: KubeObject, world: () => WorldInput): Denial[] {
  const { policyName = '', matchResources, validationActions = [], paramRef } = (binding.spec ?? {}) as PolicyBindingSpec
  const spec = request.reader.get(`validatingadmissionpolicies.${group}`, undefined, policyName)?.spec as PolicySpec | undefined
  if (spec === undefined || !matchesRequest(spec.matchConstraints, request, false)) return []
  const onError = (message: string, names: Pick<Denial, 'binding'>): Denial[] => (spec.failurePolicy === 'Ignore' ? [] : [{ policy: policyName, ...names, message, reason: 'Invalid' }])
  const kind = findParamKind(request.reader, spec.paramKind)
  if (kind !== undefined && 'error' in kind) return onError(`failed to configure policy: ${kind.error}`, {})
  if (!matchesRequest(matchResources, request, true)) return []
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
    const world = (): WorldInput => (known ??= worldOf(request))
    const inOrder = [...bindings].sort((a, b) => compareText(a.metadata.name ?? '', b.metadata.name ?? ''))
    const [first] = inOrder.flatMap((binding) => checkBinding(request, binding, world))
    return first === undefined ? undefined : deny(request, first)
  },
}

/** Policies that change objects, in CEL. Models apiserver/pkg/admission/plugin/policy/mutating (v1.35); off unless its feature gate is on. */

import type { Failure } from '../../api/errors.ts'
import { goQuote } from '../../api/go-text.ts'
import type { KubeObject } from '../../api/types.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'
import { costLimits, toCelValue } from '../cel/compile.ts'
import { findKindRules } from '../kinds/registry.ts'
import type { MutatingPolicySpec, Mutation } from '../kinds/mutatingadmissionpolicies.ts'
import { mutationTypes } from '../kinds/mutatingadmissionpolicies.ts'
import type { PolicyBindingSpec } from '../kinds/validatingadmissionpolicies.ts'
import { equalSemantic } from '../validation/equal.ts'
import { forbid } from './helpers.ts'
import type { Patched } from './mutating-admission-policy-patch.ts'
import { applyToObject, patchObject } from './mutating-admission-policy-patch.ts'
import type { AdmissionPlugin, PluginRequest } from './plugin.ts'
import { findParamKind, matchesRequest, paramsOf, policyGroup, worldOf } from './policy-matching.ts'
import type { CompiledPolicy } from './validating-admission-policy-evaluate.ts'
import { compilePolicy, matchesConditions, outOfBudget, PolicyRun, withinBudget } from './validating-admission-policy-evaluate.ts'

/** A policy for one binding and one object of parameters. */
interface Invocation {
  readonly policy: string
  readonly binding: string
  readonly spec: MutatingPolicySpec
  readonly param: KubeObject | null
  readonly key: string
}

/** What is held against a request; without a reason it is the configuration that is at fault. */
interface Denial { readonly message: string; readonly reason?: string }

function denial(policy: string, binding: string | undefined, why: string, reason?: string): Denial {
  const message = binding === undefined ? `policy ${goQuote(policy)} denied request: ${why}` : `policy '${policy}' with binding '${binding}' denied request: ${why}`
  return reason === undefined ? { message } : { message, reason }
}

function byName(a: KubeObject, b: KubeObject): number {
  return compareText(a.metadata.name ?? '', b.metadata.name ?? '')
}

/** The invocations of one policy, and what is wrong with its configuration. */
function invocationsOf(request: PluginRequest, policy: KubeObject, bindings: readonly KubeObject[], denials: Denial[]): Invocation[] {
  const spec = (policy.spec ?? {}) as MutatingPolicySpec
  const name = policy.metadata.name ?? ''
  if (!matchesRequest(spec.matchConstraints, request, false)) return []
  const deny = (each: Denial): unknown => spec.failurePolicy === 'Ignore' || denials.push(each)
  const kind = findParamKind(request.reader, spec.paramKind)
  if (kind !== undefined && 'error' in kind) {
    deny(denial(name, undefined, `failed to configure policy: ${kind.error}`))
    return []
  }
  return bindings.flatMap((binding): Invocation[] => {
    const { policyName, matchResources, paramRef } = (binding.spec ?? {}) as PolicyBindingSpec
    if (policyName !== name || !matchesRequest(matchResources, request, true)) return []
    const bindingName = binding.metadata.name ?? ''
    const params = paramsOf(request, kind, paramRef)
    if (!('error' in params)) return params.map((param) => ({ policy: name, binding: bindingName, spec, param, key: [name, bindingName, param?.metadata.namespace, param?.metadata.name].join('/') }))
    deny(denial(name, bindingName, `failed to configure binding: ${params.error}`))
    return []
  })
}

/** Puts what a mutation made in the place of the object that all plugins share. */
function replaceObject(request: PluginRequest, object: JsonObject): void {
  const target = request.object as { [field: string]: unknown }
  for (const field of Object.keys(target)) delete target[field]
  Object.assign(target, object)
  findKindRules(request.object.apiVersion, request.object.kind)?.applyDefaults?.(request.object)
}

function runMutation(request: PluginRequest, policy: CompiledPolicy, mutation: Mutation, param: KubeObject | null): Patched {
  const { patchType = '' } = mutation
  const expression = (patchType === 'JSONPatch' ? mutation.jsonPatch : mutation.applyConfiguration)?.expression ?? ''
  const run = new PolicyRun(policy, { ...worldOf(request), params: toCelValue(param) }, costLimits.perRequest)
  const result = withinBudget(() => run.run(policy.scope, expression, [mutationTypes[patchType]!]))
  if (result === undefined) return { error: outOfBudget }
  if ('error' in result) return { error: result.error.replace(/^compilation error: /, '') }
  return patchType === 'JSONPatch' ? patchObject(request.kind, request.object, result.value) : applyToObject(request.kind, request.object, result.value)
}

/** Runs all mutations of an invocation. @returns whether one did its work, or a refusal that no failure policy averts */
function invoke(request: PluginRequest, { spec, policy: name, binding, param }: Invocation, policy: CompiledPolicy, denials: Denial[]): boolean | Failure {
  let isDone = false
  for (const mutation of spec.mutations ?? []) {
    const patched = runMutation(request, policy, mutation, param)
    if ('failure' in patched) return patched.failure
    if ('error' in patched) {
      if (spec.failurePolicy !== 'Ignore') denials.push(denial(name, binding, patched.error, 'Invalid'))
      continue
    }
    replaceObject(request, patched.object)
    isDone = true
  }
  return isDone
}

function copyOf(object: unknown): Json {
  return JSON.parse(JSON.stringify(object)) as Json
}

/** Lets those run again that ran before this change. */
function requireAgain({ reinvocation }: PluginRequest): void {
  reinvocation.again = [...new Set([...reinvocation.again, ...reinvocation.ran])]
  reinvocation.ran = []
}

function runInvocation(request: PluginRequest, invocation: Invocation, denials: Denial[]): boolean | Failure {
  const { spec, key, policy: name, binding, param } = invocation
  const { reinvocation } = request
  const policy = compilePolicy(spec, true)
  const isMatch = (spec.matchConditions ?? []).length === 0 || matchesConditions(policy, { ...worldOf(request), params: toCelValue(param) })
  if (typeof isMatch === 'object') denials.push(denial(name, binding, isMatch.error, 'Invalid'))
  if (isMatch !== true || (reinvocation.isAgain && !reinvocation.again.includes(key))) return false
  const before = copyOf(request.object)
  const done = invoke(request, invocation, policy, denials)
  if (typeof done !== 'boolean') return done
  if (!equalSemantic(before, copyOf(request.object))) requireAgain(request)
  if (spec.reinvocationPolicy === 'IfNeeded') reinvocation.ran = [...reinvocation.ran, key]
  return done
}

function refusalOf(request: PluginRequest, denials: readonly Denial[]): Failure | undefined {
  const [first] = denials
  if (first === undefined) return undefined
  const refusal = forbid(request, '')
  const causes = denials.map(({ message }) => ({ message }))
  return { ...refusal, message: first.message, reason: first.reason ?? refusal.reason, details: { ...refusal.details, causes } } as Failure
}

export const mutatingAdmissionPolicy: AdmissionPlugin = {
  name: 'MutatingAdmissionPolicy',
  feature: 'MutatingAdmissionPolicy',
  admit(request) {
    const { reader, kind, operation, reinvocation } = request
    if (kind.group === policyGroup || operation === 'DELETE') return undefined
    const bindings = [...reader.list(`mutatingadmissionpolicybindings.${policyGroup}`, undefined)].sort(byName)
    if (bindings.length === 0) return undefined
    const denials: Denial[] = []
    const policies = [...reader.list(`mutatingadmissionpolicies.${policyGroup}`, undefined)].sort(byName)
    const invocations = policies.flatMap((policy) => invocationsOf(request, policy, bindings, denials))
    if (invocations.length > 0 && reinvocation.isAgain && !equalSemantic(reinvocation.output, copyOf(request.object))) requireAgain(request)
    let isDone = false
    for (const invocation of invocations) {
      const done = runInvocation(request, invocation, denials)
      if (typeof done !== 'boolean') return done
      isDone ||= done
    }
    if (isDone) {
      requireAgain(request)
      reinvocation.isWanted = true
    }
    if (invocations.length > 0) reinvocation.output = copyOf(request.object)
    return refusalOf(request, denials)
  },
}

/** Decisions of a policy about one request. Models apiserver/pkg/admission/plugin/policy/validating/validator.go and plugin/cel (v1.35). */

import { aggregateText, goQuote, utf8Length } from '../../api/go-text.ts'
import type { Compiled } from '../cel/compile.ts'
import { compileCel, costLimits, runCel } from '../cel/compile.ts'
import type { AskAuthorizer } from '../cel/functions/authorizer.ts'
import { authorizerValue, requestResourceValue } from '../cel/functions/authorizer.ts'
import { policyScope, variableType } from '../cel/policy-scope.ts'
import type { CelScope } from '../cel/check.ts'
import type { CelType } from '../cel/types.ts'
import { boolType, dynType, nullType, stringType } from '../cel/types.ts'
import type { CelValue } from '../cel/values.ts'
import { CelError, CelMap } from '../cel/values.ts'
import type { PolicySpec } from '../kinds/validatingadmissionpolicies.ts'

/** What a policy is asked about. Absent values are null. */
export interface PolicyInput {
  readonly object: CelValue
  readonly oldObject: CelValue
  readonly request: CelValue
  readonly namespaceObject: CelValue
  readonly params: CelValue
  readonly ask: AskAuthorizer
  readonly resource: { readonly group: string; readonly resource: string; readonly subresource: string; readonly namespace: string; readonly name: string }
}

/** What one validation came to. */
export interface PolicyDecision { readonly action: 'admit' | 'deny'; readonly evaluation: 'admit' | 'deny' | 'error'; readonly message: string; readonly reason: string }
/** What one audit annotation came to. */
export interface PolicyAnnotation { readonly key: string; readonly action: 'publish' | 'error' | 'exclude'; readonly value: string; readonly error: string }
export interface PolicyResult { readonly decisions: readonly PolicyDecision[]; readonly annotations: readonly PolicyAnnotation[] }

type Variable = NonNullable<PolicySpec['variables']>[number]
type Result = { readonly value: CelValue } | { readonly error: string }

/** What is said when expressions cost too much. */
export const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run'
const messageBytesMax = 5 * 1024

/** The budget of a list of expressions is spent. */
class OutOfBudget {}

/** The variables of a policy: each is computed when it is first read. */
class LazyVariables extends CelMap {
  readonly compute: (name: string) => CelValue | undefined
  readonly known = new Map<string, CelValue>()
  constructor(compute: (name: string) => CelValue | undefined) {
    super()
    this.compute = compute
  }

  override get(key: CelValue): CelValue | undefined {
    if (typeof key !== 'string') return undefined
    const value = this.known.has(key) ? this.known.get(key) : this.compute(key)
    if (value !== undefined) this.known.set(key, value)
    return value
  }
}

/** A policy with its variables compiled. */
export interface CompiledPolicy {
  readonly spec: PolicySpec
  readonly variables: ReadonlyMap<string, Compiled>
  readonly scope: CelScope
  readonly messageScope: CelScope
}

/**
 * Compiles the variables of a policy.
 * @param isStrict a variable may use only those before it
 */
export function compileVariables(variables: readonly Variable[], scope: (types: ReadonlyMap<string, CelType>) => CelScope, isStrict: boolean): { readonly types: Map<string, CelType>; readonly compiled: Map<string, Compiled> } {
  const types = new Map<string, CelType>(isStrict ? [] : variables.map(({ name = '' }) => [name, dynType]))
  const compiled = new Map<string, Compiled>()
  for (const { name = '', expression = '' } of variables) {
    const each = compileCel(scope(types), expression)
    compiled.set(name, each)
    types.set(name, 'error' in each ? dynType : variableType(each.outputType))
  }
  return { types, compiled }
}

/**
 * Type-checks a policy's variables in order and makes the scopes of its expressions; a variable that comes later has any
 * type. What does not compile is kept as its error: it counts when the policy is evaluated, by failurePolicy.
 */
export function compilePolicy(spec: PolicySpec, hasPatchTypes = false): CompiledPolicy {
  const hasParams = spec.paramKind !== undefined
  const { types, compiled } = compileVariables(spec.variables ?? [], (variables) => policyScope({ hasParams, hasAuthorizer: true, variables, hasPatchTypes }), false)
  return {
    spec,
    variables: compiled,
    scope: policyScope({ hasParams, hasAuthorizer: true, variables: types, hasPatchTypes }),
    messageScope: policyScope({ hasParams, hasAuthorizer: false, variables: types }),
  }
}

function namesOf(input: PolicyInput): (name: string) => CelValue | undefined {
  return (name) => {
    switch (name) {
      case 'object': return input.object
      case 'oldObject': return input.oldObject
      case 'request': return input.request
      case 'namespaceObject': return input.namespaceObject
      case 'params': return input.params
      case 'authorizer': return authorizerValue(input.ask)
      case 'authorizer.requestResource': return requestResourceValue(input.ask, input.resource)
      default: return undefined
    }
  }
}

/** Runs expressions of a policy one after another, within one budget; they share the variables. */
export class PolicyRun {
  readonly policy: CompiledPolicy
  readonly names: (name: string) => CelValue | undefined
  budget: number

  constructor(policy: CompiledPolicy, input: PolicyInput, budget: number) {
    this.policy = policy
    this.budget = budget
    const plain = namesOf(input)
    const variables = new LazyVariables((name) => this.variable(name))
    this.names = (name) => (name === 'variables' ? variables : plain(name))
  }

  variable(name: string): CelValue | undefined {
    const compiled = this.policy.variables.get(name)
    if (compiled === undefined) return undefined
    if ('error' in compiled) return new CelError(`composited variable ${goQuote(name)} fails to compile: ${compiled.error}`)
    const result = runCel(compiled.program, this.names)
    this.spend(result.cost)
    return 'error' in result ? new CelError(`composited variable ${goQuote(name)} fails to evaluate: ${result.error}`) : result.value
  }

  spend(cost: number): void {
    if (cost > this.budget) throw new OutOfBudget()
    this.budget -= cost
  }

  run(scope: CelScope, expression: string, types: readonly CelType[]): Result {
    const compiled = compileCel(scope, expression, {}, types)
    if ('error' in compiled) return { error: `compilation error: ${compiled.error}` }
    const result = runCel(compiled.program, this.names)
    this.spend(result.cost)
    return 'error' in result ? { error: `expression '${expression}' resulted in error: ${result.error}` } : { value: result.value }
  }
}

/** Whether the match conditions hold; their errors only count when none is false. */
export function matchesConditions(policy: CompiledPolicy, input: PolicyInput): boolean | { readonly error: string } {
  const run = new PolicyRun(policy, { ...input, namespaceObject: null }, costLimits.matchConditions)
  const errors: string[] = []
  try {
    for (const { expression = '' } of policy.spec.matchConditions ?? []) {
      const result = run.run(policy.scope, expression, [boolType])
      if ('error' in result) errors.push(result.error)
      else if (result.value === false) return false
    }
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error
    errors.splice(0, errors.length, outOfBudget)
  }
  if (errors.length === 0) return true
  return policy.spec.failurePolicy === 'Ignore' ? false : { error: aggregateText(errors) }
}

function messageOf(validation: NonNullable<PolicySpec['validations']>[number], result: Result | undefined): string {
  const text = result !== undefined && 'value' in result && typeof result.value === 'string' ? result.value.trim() : ''
  if (text !== '' && utf8Length(text) <= messageBytesMax && !text.includes('\n')) return text
  return validation.message?.trim() || `failed expression: ${(validation.expression ?? '').trim()}`
}

/** Runs all at once; undefined when the budget is spent. */
export function withinBudget<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof OutOfBudget) return undefined
    throw error
  }
}

function annotationsOf(policy: CompiledPolicy, input: PolicyInput): PolicyAnnotation[] {
  const run = new PolicyRun(policy, input, costLimits.perRequest)
  return (policy.spec.auditAnnotations ?? []).map(({ key = '', valueExpression = '' }) => {
    const result = run.run(policy.scope, valueExpression, [stringType, nullType])
    if ('error' in result) return { key, action: policy.spec.failurePolicy === 'Ignore' ? 'exclude' : 'error', value: '', error: result.error }
    const value = typeof result.value === 'string' ? result.value.trim() : ''
    return { key, action: value === '' ? 'exclude' : 'publish', value, error: '' }
  })
}

/** What a policy decides about a request. No decisions at all mean that its conditions do not match. */
export function evaluatePolicy(policy: CompiledPolicy, input: PolicyInput): PolicyResult {
  const { spec, scope, messageScope } = policy
  const onError = spec.failurePolicy === 'Ignore' ? 'admit' : 'deny'
  const failed = (message: string): PolicyDecision => ({ action: onError, evaluation: 'error', message, reason: '' })
  const isMatch = matchesConditions(policy, input)
  if (isMatch === false) return { decisions: [], annotations: [] }
  if (isMatch !== true) return { decisions: [failed(isMatch.error)], annotations: [] }
  const validations = spec.validations ?? []
  const run = new PolicyRun(policy, input, costLimits.perRequest)
  const results = withinBudget(() => validations.map(({ expression = '' }) => run.run(scope, expression, [boolType])))
  if (results === undefined) return { decisions: [failed(outOfBudget)], annotations: [] }
  const messageRun = new PolicyRun(policy, input, run.budget)
  const messages = withinBudget(() => validations.map(({ messageExpression }) => (messageExpression ? messageRun.run(messageScope, messageExpression, [stringType]) : undefined)))
  const decisions = validations.map((validation, index): PolicyDecision => {
    const result = results[index]!
    if ('error' in result) return failed(result.error)
    if (messages === undefined) return failed(`failed messageExpression: ${outOfBudget}`)
    if (result.value === true) return { action: 'admit', evaluation: 'admit', message: '', reason: '' }
    return { action: 'deny', evaluation: 'deny', message: messageOf(validation, messages[index]), reason: validation.reason ?? 'Invalid' }
  })
  const annotations = withinBudget(() => annotationsOf(policy, input))
  return annotations === undefined ? { decisions: [failed(outOfBudget)], annotations: [] } : { decisions, annotations }
}

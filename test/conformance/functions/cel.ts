/** CEL of policies: values, types, costs, errors and decisions. */

import { compileCel, runCel, toCelValue } from '../../../simulator/admission/cel/compile.ts'
import { policyScope } from '../../../simulator/admission/cel/policy-scope.ts'
import { toJson } from '../../../simulator/admission/cel/text.ts'
import { CelOptional, typeNameOf } from '../../../simulator/admission/cel/values.ts'
import { authorizerValue, requestResourceValue } from '../../../simulator/admission/cel/functions/authorizer.ts'
import type { AuthorizerQuestion } from '../../../simulator/admission/cel/functions/authorizer.ts'
import type { PolicySpec } from '../../../simulator/admission/kinds/validatingadmissionpolicies.ts'
import type { PolicyInput } from '../../../simulator/admission/plugins/validating-admission-policy-evaluate.ts'
import { compilePolicy, evaluatePolicy } from '../../../simulator/admission/plugins/validating-admission-policy-evaluate.ts'
import { requestValue } from '../../../simulator/admission/plugins/validating-admission-policy-request.ts'
import { objectOf, verdict } from '../compare.ts'
import type { RowRunner } from '../runner.ts'

interface Kubernetes { apiVersion?: string; kind?: string; metadata?: { name?: string; namespace?: string } }
interface Input {
  expression?: string
  policy?: { spec?: PolicySpec }
  object?: Kubernetes
  oldObject?: Kubernetes
  params?: unknown
  namespaceObject?: unknown
  operation?: string
  user?: string
  groups?: string[]
  authorizerAllows?: string[]
}

function plural(kind: string): string {
  const lower = kind.charAt(0).toLowerCase() + kind.slice(1)
  if (lower.endsWith('s')) return `${lower}es`
  return lower.endsWith('y') ? `${lower}ies` : `${lower}s`
}

function inputOf(input: Input): PolicyInput {
  const some = input.object ?? input.oldObject ?? {}
  const [group, version] = (some.apiVersion ?? 'v1').includes('/') ? (some.apiVersion ?? '').split('/') as [string, string] : ['', some.apiVersion ?? 'v1']
  const kind = { group, version, kind: some.kind ?? 'ConfigMap' }
  const { name = '', namespace = '' } = some.metadata ?? {}
  const resource = plural(kind.kind)
  const ask = (question: AuthorizerQuestion): { allowed: boolean; reason: string } => {
    const allowed = input.authorizerAllows?.includes(`${question.verb} ${question.resource}`) ?? false
    return { allowed, reason: allowed ? 'listed' : 'not listed' }
  }
  const request = requestValue({ kind, resource, subresource: '', name, namespace, operation: input.operation ?? 'CREATE', user: { name: input.user ?? '', groups: input.groups ?? [] } })
  return {
    object: toCelValue(input.object ?? null), oldObject: toCelValue(input.oldObject ?? null), request,
    namespaceObject: toCelValue(input.namespaceObject ?? null), params: toCelValue(input.params ?? null), ask, resource: { group, resource, subresource: '', namespace, name },
  }
}

function evaluate(expression: string, input: PolicyInput): unknown {
  const compiled = compileCel(policyScope({ hasParams: true, hasAuthorizer: true, variables: new Map() }), expression)
  if ('error' in compiled) return { compileError: compiled.error }
  const values: { [name: string]: ReturnType<typeof toCelValue> } = {
    object: input.object, oldObject: input.oldObject, request: input.request, namespaceObject: input.namespaceObject, params: input.params,
    authorizer: authorizerValue(input.ask), 'authorizer.requestResource': requestResourceValue(input.ask, input.resource),
  }
  const result = runCel(compiled.program, values)
  if ('error' in result) return { error: `expression '${expression}' resulted in error: ${result.error}` }
  const value = result.value instanceof CelOptional && result.value.value === undefined ? undefined : toJson(result.value)
  return { type: typeNameOf(result.value), cost: result.cost, ...(value === undefined ? {} : { value }) }
}

function decide(spec: PolicySpec, input: PolicyInput): unknown {
  const { decisions, annotations } = evaluatePolicy(compilePolicy(spec), input)
  return { decisions: decisions.length === 0 ? null : decisions, ...(annotations.length === 0 ? {} : { auditAnnotations: annotations }) }
}

export const runCelRow: RowRunner = (row) => {
  const input = objectOf(row['input']) as unknown as Input
  const world = inputOf(input)
  const actual = input.expression === undefined ? decide(input.policy?.spec ?? {}, world) : evaluate(input.expression, world)
  return verdict(row, actual)
}

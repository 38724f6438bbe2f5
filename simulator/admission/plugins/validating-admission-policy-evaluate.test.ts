import { describe, expect, it } from 'vitest'
import { toCelValue } from '../cel/compile.ts'
import type { PolicySpec } from '../kinds/validatingadmissionpolicies.ts'
import { compilePolicy, evaluatePolicy } from './validating-admission-policy-evaluate.ts'
import { requestValue } from './validating-admission-policy-request.ts'

const request = requestValue({ kind: { group: 'apps', version: 'v1', kind: 'Deployment' }, resource: 'deployments', subresource: '', name: 'web', namespace: 'dev', operation: 'CREATE', user: { name: 'ann' } })

function decide(spec: PolicySpec, params: unknown = null): ReturnType<typeof evaluatePolicy> {
  return evaluatePolicy(compilePolicy(spec), {
    object: toCelValue({ spec: { replicas: 3 } }), oldObject: null, namespaceObject: null, request, params: toCelValue(params),
    ask: ({ verb }) => ({ allowed: verb === 'get', reason: '' }), resource: { group: 'apps', resource: 'deployments', subresource: '', namespace: 'dev', name: 'web' },
  })
}

function outcomes(spec: PolicySpec, params?: unknown): string[] {
  return decide(spec, params).decisions.map(({ action, message }) => `${action} ${message}`.trim())
}

describe('a policy', () => {
  const cases: [name: string, spec: PolicySpec, outcomes: string[], params?: unknown][] = [
    ['admits what holds', { validations: [{ expression: 'object.spec.replicas < 5' }] }, ['admit']],
    ['compares with its parameters', { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: 'object.spec.replicas <= int(params.data.max)', messageExpression: "'at most ' + params.data.max" }] }, ['deny at most 2'], { data: { max: '2' } }],
    ['asks the authorizer', { validations: [{ expression: "authorizer.requestResource.check('delete').allowed()", message: 'not you' }] }, ['deny not you']],
    ['says nothing where its conditions do not match', { matchConditions: [{ name: 'a', expression: "request.operation == 'UPDATE'" }], validations: [{ expression: 'false' }] }, []],
    ['fails with a variable that fails', { variables: [{ name: 'x', expression: 'object.nope' }], validations: [{ expression: 'variables.x == 1' }] }, ["deny expression 'variables.x == 1' resulted in error: composited variable \"x\" fails to evaluate: no such key: nope"]],
    ['lets errors pass when told so', { failurePolicy: 'Ignore', validations: [{ expression: 'object.nope == 1' }] }, ["admit expression 'object.nope == 1' resulted in error: no such key: nope"]],
  ]
  it.each(cases)('%s', (_name, spec, expected, params) => expect(outcomes(spec, params)).toEqual(expected))

  it('ends when its budget is spent', () => {
    const dear = { expression: "authorizer.requestResource.check('a').allowed() == authorizer.requestResource.check('b').allowed()" }
    expect(outcomes({ validations: Array.from({ length: 20 }, () => dear) })).toEqual(['deny validation failed due to running out of cost budget, no further validation rules will be run'])
  })

  it('publishes audit annotations', () => {
    const { annotations } = decide({ auditAnnotations: [{ key: 'n', valueExpression: 'string(object.spec.replicas)' }, { key: 'e', valueExpression: "''" }] })
    expect(annotations.map(({ key, action, value }) => [key, action, value])).toEqual([['n', 'publish', '3'], ['e', 'exclude', '']])
  })
})

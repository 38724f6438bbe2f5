import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../simulator/api/types.ts'
import type { Check, Comparison, Condition } from './check.ts'
import { evaluate, showLet } from './evaluate.ts'
import { passes, showValue, valuesAt } from './values.ts'
import type { ClusterView, ProbeAnswer } from './view.ts'

const deployment = {
  apiVersion: 'apps/v1', kind: 'Deployment',
  metadata: { name: 'web', namespace: 'prod', uid: 'u1', labels: { 'app.kubernetes.io/name': 'web' } },
  spec: { replicas: 3, template: { spec: { containers: [{ name: 'a', image: 'a:1', resources: { limits: { memory: '1Gi' } } }, { name: 'b', image: 'b:2' }] } } },
} as unknown as KubeObject

describe('values at paths', () => {
  it.each<[string, unknown[]]>([
    ['spec.replicas', [3]],
    ['metadata.labels."app.kubernetes.io/name"', ['web']],
    ['spec.template.spec.containers[*].name', ['a', 'b']],
    ['spec.template.spec.containers[1].image', ['b:2']],
    ['spec.template.spec.containers[name=a].resources.limits.memory', ['1Gi']],
    ['spec.template.spec.containers[name=x].image', []],
    ['spec.nothing.here', []],
    ['spec.template.spec.containers[7].name', []],
  ])('%s', (path, expected) => {
    expect(valuesAt(deployment, path)).toEqual(expected)
  })
})

describe('comparisons', () => {
  it.each<[unknown, Comparison, boolean]>([
    ['1Gi', { op: 'eq', value: '1024Mi' }, true],
    ['500m', { op: 'lt', value: '1' }, true],
    ['2', { op: 'gt', value: '1500m' }, true],
    [3, { op: 'gte', value: 3 }, true],
    [3, { op: 'lte', value: 2 }, false],
    ['10', { op: 'gt', value: '9' }, true],
    ['web', { op: 'eq', value: 'web' }, true],
    ['web', { op: 'ne', value: 'api' }, true],
    [undefined, { op: 'eq', value: 0 }, false],
    [undefined, { op: 'lt', value: 5 }, false],
    [true, { op: 'eq', value: 'true' }, true],
    ['b', { op: 'in', value: ['a', 'b'] }, true],
    ['c', { op: 'in', value: ['a', 'b'] }, false],
    [['x', 'y'], { op: 'contains', value: 'y' }, true],
    ['image:v2.1', { op: 'contains', value: ':v2' }, true],
    ['image:v2.1', { op: 'matches', value: 'v\\d+\\.\\d+$' }, true],
    [0, { op: 'exists' }, true],
    [undefined, { op: 'missing' }, true],
    [undefined, { op: 'exists' }, false],
  ])('%j %j is %s', (found, comparison, expected) => {
    expect(passes(found, comparison)).toBe(expected)
  })

  it('compares with the start', () => {
    expect([passes({ a: 1 }, { op: 'unchangedSinceStart' }, { a: 1 }), passes({ a: 1 }, { op: 'unchangedSinceStart' }, { a: 2 })]).toEqual([true, false])
  })

  it.each<[unknown, string]>([[undefined, 'none'], ['', '""'], [[], 'none'], [['a', 2], 'a, 2'], [{ a: 1, b: 'x' }, 'a=1, b=x'], [0.12345, '0.123'], [false, 'false']])('%j is shown as %s', (value, expected) => {
    expect(showValue(value)).toBe(expected)
  })
})

const event = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' }, reason: 'Unhealthy', message: 'Readiness probe failed: 503', involvedObject: { kind: 'Pod', name: 'web-1' } } as unknown as KubeObject

/** A cluster as plain values: one Deployment, one Event, two pods that answer in turn. */
function fakeView(objects: { readonly [resource: string]: readonly KubeObject[] }, more: Partial<ClusterView> = {}): ClusterView {
  let asked = 0
  const view: ClusterView = {
    nowMs: 0,
    list: ({ resource, name }) => (objects[resource] ?? []).filter((object) => name === undefined || object.metadata.name === name),
    can: ({ verb }) => verb === 'get',
    request: ({ url }): ProbeAnswer => (url.includes('web') ? { status: 200, body: '{"label":"positive"}', pod: `prod/web-${asked++ % 2}` } : { failure: 'Could not resolve host: x' }),
    dryRun: ({ manifest }) => (manifest === 'good' ? { accepted: true, message: '', warnings: ['would violate PodSecurity'], objects: [deployment] } : { accepted: false, message: 'Pod "x" is invalid', warnings: [] }),
    connect: (_from, _host, port) => port === 80,
    logs: () => 'model loaded\n',
    series: (promql) => (promql === 'up' ? [{ labels: {}, value: 2 }] : promql === 'gone' ? [] : { notAvailable: 'no series here' }),
    file: (path) => (path === '~/answer.txt' ? ' 42\n' : undefined),
    answer: (id) => (id === 'q1' ? 'b' : undefined),
    get start() {
      return fakeView({ 'deployments.apps': [{ ...deployment, spec: { replicas: 1 } } as unknown as KubeObject] })
    },
    trial: (steps) => (steps.length === 0 ? { notAvailable: 'no copies here' } : { view, flows: { f: { sent: 100, ok: 99, failed: 1, perStatus: { 200: 99 }, p50Ms: 5, p95Ms: 9, p99Ms: 20 } } }),
    ...more,
  }
  return view
}

const view = fakeView({ 'deployments.apps': [deployment], events: [event], pods: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1', namespace: 'prod' } }] })
const web = { resource: 'deployments.apps', namespace: 'prod', name: 'web' }

function check(all: readonly Condition[], more: Partial<Check> = {}): Check {
  return { id: 'c', title: 't', points: 2, kind: all[0]?.kind ?? 'object', all, expected: 'e', actual: 'a', why: 'w', onKind: 'yes', ...more }
}

const trial = [{ advanceSeconds: 5 }]

describe('conditions', () => {
  it.each<[string, Condition, boolean]>([
    ['a value of an object', { kind: 'object', object: web, path: 'spec.replicas', op: 'eq', value: 3 }, true],
    ['another value', { kind: 'object', object: web, path: 'spec.replicas', op: 'eq', value: 4 }, false],
    ['all of several values', { kind: 'object', object: web, path: 'spec.template.spec.containers[*].name', op: 'eq', value: 'a' }, false],
    ['any of several values', { kind: 'object', object: web, path: 'spec.template.spec.containers[*].name', op: 'eq', value: 'a', quantifier: 'any' }, true],
    ['a missing object has no value', { kind: 'object', object: { ...web, name: 'x' }, path: 'spec.replicas', op: 'gte', value: 0 }, false],
    ['a number of objects', { kind: 'object', object: { resource: 'deployments.apps' }, count: true, op: 'eq', value: 1 }, true],
    ['objects that pass a filter', { kind: 'object', object: { resource: 'deployments.apps' }, count: true, where: [{ path: 'spec.replicas', op: 'gt', value: 5 }], op: 'eq', value: 0 }, true],
    ['a value that has changed since the start', { kind: 'object', object: web, path: 'spec.replicas', op: 'unchangedSinceStart' }, false],
    ['the objects of the start', { kind: 'sameUidsAsStart', object: web }, true],
    ['objects that were not there at the start', { kind: 'sameUidsAsStart', object: { resource: 'pods' } }, false],
    ['an expression of CEL', { kind: 'cel', expression: 'd.spec.replicas == 3 && start_d.spec.replicas == 1', bind: { d: web, start_d: web } }, true],
    ['CEL over a list', { kind: 'cel', expression: 'all.exists(d, d.metadata.name == "api")', bind: { all: { resource: 'deployments.apps' } } }, false],
    ['CEL over a field that is missing', { kind: 'cel', expression: 'd.spec.paused == true', bind: { d: web } }, false],
    ['absence', { kind: 'absent', object: { resource: 'jobs.batch' } }, true],
    ['absence of what is there', { kind: 'absent', object: web }, false],
    ['a request with its answer', { kind: 'request', request: { namespace: 'prod', url: 'http://web/' }, status: 200, body: 'positive' }, true],
    ['another status', { kind: 'request', request: { namespace: 'prod', url: 'http://web/' }, status: 503 }, false],
    ['several pods that answer', { kind: 'request', request: { namespace: 'prod', url: 'http://web/' }, times: 4, distinctPods: 2 }, true],
    ['more pods than there are', { kind: 'request', request: { namespace: 'prod', url: 'http://web/' }, times: 4, distinctPods: 3 }, false],
    ['a request that must fail', { kind: 'request', request: { namespace: 'prod', url: 'http://x/' }, failure: 'resolve host' }, true],
    ['a request that must fail and does not', { kind: 'request', request: { namespace: 'prod', url: 'http://web/' }, failure: true }, false],
    ['a right', { kind: 'can', user: 'u', verb: 'get', resource: 'pods', allowed: true }, true],
    ['a right too many', { kind: 'can', user: 'u', verb: 'get', resource: 'pods', allowed: false }, false],
    ['a manifest that is accepted with a warning', { kind: 'dryRun', dryRun: { manifest: 'good' }, accepted: true, warning: 'PodSecurity' }, true],
    ['a manifest that is refused in other words', { kind: 'dryRun', dryRun: { manifest: 'bad' }, accepted: false, message: 'forbidden' }, false],
    ['a manifest with values that would be stored', { kind: 'dryRun', dryRun: { manifest: 'good' }, accepted: true, stored: [{ path: 'spec.replicas', op: 'eq', value: 3 }] }, true],
    ['a manifest with other values', { kind: 'dryRun', dryRun: { manifest: 'good' }, accepted: true, stored: [{ path: 'spec.paused', op: 'eq', value: true }] }, false],
    ['a file that is refused as a manifest', { kind: 'dryRun', dryRun: { file: '~/answer.txt' }, accepted: false, message: 'is invalid' }, true],
    ['a file that is not there is no manifest', { kind: 'dryRun', dryRun: { file: '~/none' }, accepted: true }, false],
    ['a connection', { kind: 'connect', namespace: 'prod', host: 'web', port: 80, accepted: true }, true],
    ['a refused connection', { kind: 'connect', namespace: 'prod', host: 'web', port: 81, accepted: true }, false],
    ['an Event', { kind: 'event', namespace: 'prod', reason: 'Unhealthy', object: 'web', message: '503' }, true],
    ['an Event of another object', { kind: 'event', namespace: 'prod', reason: 'Unhealthy', object: 'api' }, false],
    ['logs', { kind: 'logs', object: { resource: 'pods' }, contains: 'loaded' }, true],
    ['logs with what must be missing', { kind: 'logs', object: { resource: 'pods' }, missing: 'loaded' }, false],
    ['a series', { kind: 'series', promql: 'up', op: 'gt', value: 1 }, true],
    ['a series without values', { kind: 'series', promql: 'gone', op: 'lt', value: 1 }, false],
    ['a file, without white space at its ends', { kind: 'file', path: '~/answer.txt', op: 'eq', value: '42' }, true],
    ['a missing file', { kind: 'file', path: '~/none', op: 'eq', value: '42' }, false],
    ['an answer', { kind: 'answer', item: 'q1', op: 'eq', value: 'b' }, true],
    ['no answer', { kind: 'answer', item: 'q2', op: 'eq', value: 'b' }, false],
    ['a trial with a good flow', { kind: 'trial', steps: trial, flows: [{ flow: 'f', field: 'failedShare', op: 'lte', value: 0.01 }] }, true],
    ['a trial with a slow flow', { kind: 'trial', steps: trial, flows: [{ flow: 'f', field: 'p99Ms', op: 'lt', value: 20 }] }, false],
    ['a trial whose flow is missing', { kind: 'trial', steps: trial, flows: [{ flow: 'g', field: 'ok', op: 'gt', value: 0 }] }, false],
    ['a trial after which something holds', { kind: 'trial', steps: trial, all: [{ kind: 'object', object: web, path: 'spec.replicas', op: 'eq', value: 3 }] }, true],
  ])('%s', (_name, condition, expected) => {
    const [verdict] = evaluate([check([condition])], view)
    expect([verdict.passed, verdict.earned, verdict.notAvailable]).toEqual([expected, expected ? 2 : 0, undefined])
  })

  it('what a view cannot do is said and earns nothing', () => {
    const verdicts = evaluate([check([{ kind: 'series', promql: 'other', op: 'gt', value: 0 }]), check([{ kind: 'trial', steps: [] }], { id: 'd' })], view)
    expect(verdicts.map(({ passed, earned, notAvailable }) => [passed, earned, notAvailable])).toEqual([[false, 0, 'no series here'], [false, 0, 'no copies here']])
  })

  it('a check with onlyWith earns nothing while the other does not hold', () => {
    const good = check([{ kind: 'absent', object: { resource: 'jobs.batch' } }], { id: 'good', onlyWith: ['bad'] })
    const bad = check([{ kind: 'absent', object: web }], { id: 'bad' })
    expect(evaluate([good, bad], view).map((verdict) => verdict.earned)).toEqual([0, 0])
    expect(evaluate([{ ...good, onlyWith: [] }, bad], view).map((verdict) => verdict.earned)).toEqual([2, 0])
  })

  it('a trial runs once for checks with the same steps', () => {
    let runs = 0
    const counting: ClusterView = { ...view, trial: (steps) => [view.trial(steps), runs++][0] as ReturnType<ClusterView['trial']> }
    evaluate([check([{ kind: 'trial', steps: trial }]), check([{ kind: 'trial', steps: trial }], { id: 'd' })], counting)
    expect(runs).toBe(1)
  })
})

describe('the text of what was found', () => {
  it('has the values of let in its braces and leaves unknown names', () => {
    const text = check([{ kind: 'absent', object: web }], {
      actual: '{n} replicas, images {i}, {count} deployment, {out}, {cel}, {file}, {flow} ms, {unknown}',
      let: {
        n: { object: web, path: 'spec.replicas' }, i: { object: web, path: 'spec.template.spec.containers[*].image' }, count: { object: { resource: 'deployments.apps' }, count: true },
        out: { request: { namespace: 'prod', url: 'http://x/' }, field: 'outcome' }, cel: { cel: 'd.metadata.name + "!"', bind: { d: web } }, file: { file: '~/answer.txt' }, flow: { trial, flow: 'f', field: 'p95Ms' },
      },
    })
    expect(evaluate([text], view)[0].actual).toBe('3 replicas, images a:1, b:2, 1 deployment, none, web!, 42, 9 ms, {unknown}')
  })

  it('makes one number of many values: how many, or their sum', () => {
    const sizes = { 'jobs.batch': [2, 3].map((parallelism) => ({ ...deployment, spec: { parallelism } }) as unknown as KubeObject) }
    const object = { resource: 'jobs.batch' }
    const texts = [showLet({ object, path: 'spec.parallelism', sum: true }, fakeView(sizes)), showLet({ object, path: 'spec.parallelism', count: true }, fakeView(sizes)), showLet({ object, path: 'spec.parallelism', sum: true }, view)]
    expect(texts).toEqual(['5', '2', '0'])
  })

  it('says none for what is not there', () => {
    expect([showLet({ object: { resource: 'jobs.batch' }, path: 'status.succeeded' }, view), showLet({ cel: 'd.spec.paused', bind: { d: web } }, view), showLet({ answer: 'q2' }, view)]).toEqual(['none', 'none', 'none'])
  })
})

import { describe, expect, it } from 'vitest'
import { readLibrary } from '../../cli/files.ts'
import type { Check, CheckVerdict } from '../../grading/check.ts'
import { parityRows, startRefs, whyNotOnKind, withoutFakePasses } from './parity.ts'
import { namespacesOf, planOf } from './plan.ts'

function check(more: Partial<Check>): Check {
  return { id: 'c', title: '', points: 2, kind: 'object', all: [{ kind: 'absent', object: { resource: 'pods' } }], expected: '', actual: '', why: '', onKind: 'no', ...more }
}

function verdict(passed: boolean, notAvailable?: string): CheckVerdict {
  return { id: 'c', title: '', points: 2, earned: passed ? 2 : 0, passed, expected: '', actual: '', why: '', ...(notAvailable === undefined ? {} : { notAvailable }) }
}

const library = readLibrary()

describe('parity', () => {
  it.each([
    { name: 'both hold', simulator: verdict(true), kind: verdict(true), parity: 'agree' },
    { name: 'both fail', simulator: verdict(false), kind: verdict(false), parity: 'agree' },
    { name: 'one holds', simulator: verdict(true), kind: verdict(false), parity: 'differ' },
    { name: 'what is not available agrees with nothing', simulator: verdict(false), kind: verdict(false, 'why'), parity: 'not gradable', reason: 'why' },
    { name: 'what was never asked says why', simulator: verdict(true), kind: undefined, parity: 'not gradable', reason: 'what this check looks at exists in the simulator only' },
  ])('$name', ({ simulator, kind, parity, reason }) => {
    expect(parityRows([check({})], [simulator], new Map(kind === undefined ? [] : [['c', kind]]))[0]).toMatchObject({ parity, ...(reason === undefined ? {} : { reason }) })
  })

  it.each([
    { name: 'checks for kind', given: check({ onKind: 'yes' }), says: undefined },
    { name: 'series', given: check({ all: [{ kind: 'series', promql: 'x', op: 'exists' }] }), says: /recorded series/ },
    { name: 'long trials', given: check({ all: [{ kind: 'trial', steps: [{ advanceSeconds: 600 }] }] }), says: /fast-forwarded/ },
    { name: 'loads on what stand-ins do', given: check({ all: [{ kind: 'trial', steps: [{ load: { id: 'l', namespace: 'n', url: '', requestsPerSecond: 1 } }] }] }), says: /stand-ins/ },
  ])('says why a check is not asked: $name', ({ given, says }) => {
    if (says === undefined) expect(whyNotOnKind(given)).toBeUndefined()
    else expect(whyNotOnKind(given)).toMatch(says)
  })

  it('finds the objects of the start in conditions, texts and trials, each once', () => {
    const ref = { resource: 'pods', namespace: 'n' }
    const cel = { kind: 'cel' as const, expression: 'true', bind: { now: { resource: 'nodes' }, start_pods: ref } }
    const refs = startRefs([check({
      all: [cel, { kind: 'trial', steps: [], all: [{ kind: 'sameUidsAsStart', object: { resource: 'jobs' } }] }, { kind: 'object', object: { resource: 'services' }, op: 'unchangedSinceStart' }],
      let: { a: { cel: 'start_x', bind: { start_x: { resource: 'secrets' } } } },
    })])
    expect(refs.map(({ resource }) => resource)).toEqual(['pods', 'jobs', 'services', 'secrets'])
  })

  it.each([
    { name: 'a status that only fake nodes gave', all: [{ kind: 'object' as const, object: { resource: 'pods' }, path: 'status.phase', op: 'eq' as const, value: 'Running' }], simulated: false, passed: false },
    { name: 'a field that anybody can read', all: [{ kind: 'object' as const, object: { resource: 'pods' }, path: 'spec.nodeName', op: 'exists' as const }], simulated: false, passed: true },
    { name: 'a status that the simulator has too', all: [{ kind: 'object' as const, object: { resource: 'pods' }, path: 'status.phase', op: 'exists' as const }], simulated: true, passed: true },
  ])('on fake nodes: $name', ({ all, simulated, passed }) => {
    expect(withoutFakePasses([check({ all })], [verdict(simulated)], new Map([['c', verdict(true)]])).get('c')?.passed).toBe(passed)
  })
})

describe('the plan of a grading', () => {
  it('takes namespaces from the start, and none of the system', () => {
    expect(namespacesOf({ namespace: 'default', start: [{ apply: 'kind: Namespace\nmetadata: {name: a}\n---\nmetadata: {name: x, namespace: b}\n' }, { kubectl: 'create quota q -n c' }, { kubectl: 'create namespace d' }, { apply: 'metadata: {namespace: kube-system}' }] })).toEqual(['a', 'b', 'c', 'd'])
  })

  it('names what the task needs of a cluster, its loans and the images that are used', () => {
    const task = library.tasks.find(({ id }) => id === 'g06-taint-gpu-nodes')!
    const plan = planOf({ task, library, session: 's' })
    expect(plan).toMatchObject({ session: 's', namespaces: ['data', 'vision'], podSecurity: 'baseline' })
    expect(plan.loans.map(({ node }) => node)).toEqual(['worker-1', 'worker-2', 'worker-3', 'gpu-a100-1', 'gpu-t4-1', 'gpu-t4-2'])
    expect(plan.loans[3]).toMatchObject({ resources: { 'nvidia.com/gpu': '8' }, taints: [{ key: 'nvidia.com/gpu' }] })
    expect(Object.keys(plan.images).toSorted()).toEqual(['registry.example.com/preprocess:1.0.0', 'registry.example.com/vision-gpu:3.2.0-gpu'])
  })

  it('gives every session a name of its own, which can be a label', () => {
    const task = library.tasks.find(({ id }) => id === 's01-fix-selector')!
    const sessions = Array.from({ length: 20 }, () => planOf({ task, library }).session)
    expect(new Set(sessions).size).toBe(20)
    for (const session of sessions) expect(session).toMatch(/^[a-z0-9]+$/)
  })

  it('can be made for every task that may be graded, under the least that it needs', () => {
    for (const task of library.tasks.filter(({ realCluster }) => realCluster !== 'no')) expect(planOf({ task, library }).namespaces.length, task.id).toBeGreaterThan(0)
  })
})

import { describe, expect, it } from 'vitest'
import type { Check, Condition } from '../../../grading/check.ts'
import type { FlowSummary, TrialStep } from '../../../grading/view.ts'
import { evaluateRemotely } from './evaluate-remotely.ts'
import type { ReadQuestion, Readers } from './question.ts'
import { RecordingView } from './recording-view.ts'

const none = { notAvailable: 'not here' }

function view(): RecordingView {
  return new RecordingView({ file: () => undefined, answer: (id) => (id === 'q' ? 'a' : undefined), atStart: () => undefined })
}

function readers(more: Partial<Readers> = {}, asked: ReadQuestion[] = []): Readers {
  const base: Readers = {
    list: () => Promise.resolve([]), can: () => Promise.resolve(true), request: () => Promise.resolve({ status: 200, body: 'ok' }), connect: () => Promise.resolve(true),
    logs: () => Promise.resolve(''), dryRun: () => Promise.resolve({ accepted: true, message: '', warnings: [] }), ...more,
  }
  const told = <Question extends ReadQuestion, Answer>(read: (question: Question) => Promise<Answer>) => (question: Question): Promise<Answer> => {
    asked.push(question)
    return read(question)
  }
  return { list: told(base.list), can: told(base.can), request: told(base.request), connect: told(base.connect), logs: told(base.logs), dryRun: told(base.dryRun) }
}

function check(...all: readonly Condition[]): Check {
  return { id: 'c', title: '', points: 1, kind: 'object', all, expected: '', actual: '', why: '', onKind: 'yes' }
}

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n', uid: 'u' } }
const pods = { resource: 'pods', namespace: 'n' }
const request = { kind: 'request' as const, request: { namespace: 'n', url: 'http://s' } }

describe('a view that reads what it is asked', () => {
  it.each<{ name: string; conditions: readonly Condition[]; more?: Partial<Readers>; passed: boolean; reason?: string }>([
    { name: 'a request', conditions: [{ ...request, status: 200, body: 'ok' }], passed: true },
    { name: 'a request that fails as wanted', conditions: [{ ...request, failure: 'resolve host' }], more: { request: () => Promise.resolve({ failure: 'Could not resolve host: s' }) }, passed: true },
    { name: 'a connection that is refused', conditions: [{ kind: 'connect', namespace: 'n', host: 's', port: 1, accepted: false }], more: { connect: () => Promise.resolve(false) }, passed: true },
    { name: 'a right', conditions: [{ kind: 'can', user: 'u', verb: 'get', resource: 'pods', allowed: true }], passed: true },
    { name: 'a dry run that is refused', conditions: [{ kind: 'dryRun', dryRun: { manifest: '{}' }, accepted: false, message: 'no' }], more: { dryRun: () => Promise.resolve({ accepted: false, message: 'no way', warnings: [] }) }, passed: true },
    { name: 'logs of the pods that are found', conditions: [{ kind: 'logs', object: pods, contains: 'ready' }], more: { list: () => Promise.resolve([pod]), logs: () => Promise.resolve('ready') }, passed: true },
    { name: 'an event', conditions: [{ kind: 'event', namespace: 'n', reason: 'Scaled', object: 'p' }], more: { list: () => Promise.resolve([{ apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' }, reason: 'Scaled', involvedObject: { name: 'p' } }]) }, passed: true },
    { name: 'an answer of the learner', conditions: [{ kind: 'answer', item: 'q', op: 'eq', value: 'a' }], passed: true },
    { name: 'what is not available is no pass', conditions: [request], more: { request: () => Promise.resolve(none) }, passed: false, reason: 'not here' },
    { name: 'series', conditions: [{ kind: 'series', promql: 'up', op: 'exists' }], passed: false, reason: 'a kind cluster has no recorded series of the past to query' },
    { name: 'logs that cannot be read, though a missing text would pass', conditions: [{ kind: 'logs', object: pods, missing: 'error' }], more: { list: () => Promise.resolve([pod]), logs: () => Promise.resolve(none) }, passed: true, reason: 'not here' },
    { name: 'absence where the kind is not served', conditions: [{ kind: 'absent', object: pods }], more: { list: () => Promise.resolve(none) }, passed: true, reason: 'not here' },
    { name: 'a right that must be missing and cannot be asked', conditions: [{ kind: 'can', user: 'u', verb: 'get', resource: 'things', allowed: false }], more: { can: () => Promise.resolve(none) }, passed: true, reason: 'not here' },
    { name: 'a condition that fails for certain decides', conditions: [request, { kind: 'absent', object: pods }], more: { request: () => Promise.resolve(none), list: () => Promise.resolve([pod]) }, passed: false },
    { name: 'a start that was not read', conditions: [{ kind: 'sameUidsAsStart', object: pods }], more: { list: () => Promise.resolve([pod]) }, passed: false, reason: 'pods of the start were not read' },
  ])('$name', async ({ conditions, more, passed, reason }) => {
    const [judged] = await evaluateRemotely([check(...conditions)], view(), { readers: readers(more) })
    expect({ passed: judged.verdict.passed, reason: judged.notAvailable }).toEqual({ passed, reason })
  })

  it('sends each of several equal requests, and counts who answers', async () => {
    let count = 0
    const asked: ReadQuestion[] = []
    const more = { request: () => Promise.resolve({ status: 200, pod: `p${count++ % 2}` }) }
    const [judged] = await evaluateRemotely([check({ ...request, times: 4, distinctPods: 2 })], view(), { readers: readers(more, asked) })
    expect(judged.verdict.passed).toBe(true)
    expect(asked).toHaveLength(4)
  })

  it('asks each question once, however many checks ask it', async () => {
    const asked: ReadQuestion[] = []
    await evaluateRemotely([check({ kind: 'absent', object: pods }), check({ kind: 'absent', object: pods }, request)], view(), { readers: readers({}, asked) })
    expect(asked.filter(({ kind }) => kind === 'list')).toHaveLength(1)
  })

  it('tries after everything else was read, one trial after the other, and judges what comes after each', async () => {
    const done: string[] = []
    const flow: FlowSummary = { sent: 10, ok: 10, failed: 0, perStatus: { 200: 10 }, p50Ms: 1, p95Ms: 2, p99Ms: 3 }
    const steps = (id: string): TrialStep[] => [{ load: { id, namespace: 'n', url: 'http://s', requestsPerSecond: 5 } }, { advanceSeconds: 2 }]
    const slo = (id: string): Condition => ({ kind: 'trial', steps: steps(id), flows: [{ flow: id, field: 'failedShare', op: 'lt', value: 0.01 }, { flow: id, field: 'p95Ms', op: 'lte', value: 5 }], all: [{ kind: 'absent', object: pods }] })
    const list = readers().list
    const judged = await evaluateRemotely([check(slo('a')), check(slo('b')), check({ kind: 'absent', object: pods })], view(), {
      readers: readers({ list: (question) => (done.push('read'), list(question)) }),
      runTrial: (trial) => {
        const [first] = trial
        const id = 'load' in first ? first.load.id : ''
        done.push(id)
        return Promise.resolve({ view: view(), flows: { [id]: flow } })
      },
    })
    expect(judged.map(({ verdict, notAvailable }) => [verdict.passed, notAvailable])).toEqual([[true, undefined], [true, undefined], [true, undefined]])
    expect(done).toEqual(['read', 'a', 'read', 'b', 'read'])
  })

  it('does not pass a trial that cannot be made', async () => {
    const [judged] = await evaluateRemotely([check({ kind: 'trial', steps: [{ advanceSeconds: 600 }], all: [] })], view(), { readers: readers(), runTrial: () => Promise.resolve(none) })
    expect(judged).toMatchObject({ verdict: { passed: false }, notAvailable: 'not here' })
  })
})

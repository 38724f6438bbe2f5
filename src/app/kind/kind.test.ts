import { describe, expect, it } from 'vitest'
import type { SavedLog } from '../../session/action-log.ts'
import type { GradeFrame, KindGrade, Leftover, PlanOrder, SandboxPlan } from '../../session/kind-wire.ts'
import { BridgeMissing, BridgeRefusal, framesOf, type BridgeClient } from './bridge-client.ts'
import { KindRuns, type KindState } from './kind-run.ts'
import { failureView, phaseNews, selectGrade, selectPhases, selectPlan } from './kind.view.ts'
import { savedAttempt } from './saved-attempt.ts'

const plan: SandboxPlan = { session: 's1', task: 't', namespaces: ['a', 'b'], podSecurity: 'restricted', access: [{ group: 'apps', resource: 'deployments', verbs: ['get', 'list'] }], loans: [{ node: 'gpu-1', labels: { pool: 'a', bare: '' }, taints: [{ key: 'k', effect: 'NoSchedule' }], resources: { 'nvidia.com/gpu': '8' } }], images: { 'registry.example.com/a:1': 'registry.k8s.io/pause:3.10' } }
const verdict = { id: 'c1', title: 'It holds', points: 2, earned: 2, passed: true, expected: 'e', actual: 'a', why: 'w' }
const grade: KindGrade = { task: 't', context: 'kind-podflight', points: 4, earnedOnSimulator: 4, earnedOnKind: 2, rows: [{ check: 'c1', parity: 'agree', simulator: verdict, kind: verdict }, { check: 'c2', parity: 'not gradable', simulator: { ...verdict, id: 'c2' }, reason: 'no hardware' }], transcript: '', leftovers: [] }
const attempt = () => Promise.resolve({ seed: 1, entries: [] })

class Client implements BridgeClient {
  orders: PlanOrder[] = []
  left: Leftover[] = []
  frames: GradeFrame[] = [{ kind: 'progress', progress: { phase: 'create', text: 'namespace a' } }, { kind: 'grade', grade }]
  fails: Error | undefined
  names = ['kind-podflight']
  contexts() { return this.fails === undefined ? Promise.resolve({ contexts: this.names.map((name) => ({ name })), isBusy: false }) : Promise.reject(this.fails) }
  leftovers() { return Promise.resolve(this.left) }
  plan(order: PlanOrder) { this.orders.push(order); return Promise.resolve(plan) }
  async *grade() { for (const frame of this.frames) yield frame; if (this.frames.at(-1)?.kind === 'progress') throw new BridgeMissing('gone') }
  cancel() { return Promise.resolve() }
  remove(_context: string, session: string) { this.left = this.left.filter((row) => row.session !== session); return Promise.resolve([]) }
}

const stages = (client: Client): { run: ReturnType<KindRuns['of']>; seen: KindState['stage'][] } => {
  const run = new KindRuns(client).of('attempt-1', 't', attempt)
  const seen: KindState['stage'][] = []
  run.subscribe(() => { if (seen.at(-1) !== run.state.stage) seen.push(run.state.stage) })
  return { run, seen }
}

describe('a run on kind', () => {
  it('plans at once when there is one cluster, asks, and grades only after a yes', async () => {
    const { run, seen } = stages(new Client())
    await run.look()
    expect([seen, run.state.plan]).toEqual([['looking', 'choose', 'planning', 'ask'], plan])
    await run.start()
    expect([seen.slice(4), run.state.grade]).toEqual([['running', 'graded'], grade])
  })

  it('waits for a choice when there are several', async () => {
    const client = new Client()
    client.names = ['kind-a', 'kind-b']
    const { run } = stages(client)
    await run.look()
    expect([run.state.stage, client.orders]).toEqual(['choose', []])
    await run.choose('kind-b')
    expect(client.orders).toEqual([{ context: 'kind-b', task: 't', attempt: { seed: 1, entries: [] } }])
  })

  it('is offline without a bridge, and failed with words when the bridge refuses or goes away', async () => {
    const client = new Client()
    const { run } = stages(client)
    client.fails = new BridgeMissing('none')
    await run.look()
    expect([run.state.stage, run.state.why]).toEqual(['offline', 'none'])
    client.fails = new BridgeRefusal('node x is not one of kind')
    await run.look()
    expect(failureView(run.state)).toEqual({ tone: 'bad', title: 'It cannot be graded on this cluster', text: 'Node x is not one of kind. Nothing was created.' })
    client.fails = undefined
    client.frames = [{ kind: 'progress', progress: { phase: 'wait', text: '3 s' } }]
    await run.look()
    await run.start()
    expect([run.state.stage, failureView(run.state).title]).toEqual(['failed', 'The grading did not finish'])
  })

  it('removes leftovers and looks again whether they are gone', async () => {
    const client = new Client()
    client.left = [{ context: 'kind-podflight', session: 'old', items: ['namespace a'] }]
    const { run } = stages(client)
    await run.look()
    expect(run.state.leftovers).toEqual(client.left)
    await run.remove('old')
    expect([run.state.leftovers, run.state.removing, run.state.stage]).toEqual([[], undefined, 'ask'])
  })

  it('is the same one for the same attempt and task', () => {
    const runs = new KindRuns(new Client())
    expect(runs.of('a', 't', attempt)).toBe(runs.of('a', 't', attempt))
    expect(runs.of('a', 't', attempt)).not.toBe(runs.of('b', 't', attempt))
  })
})

describe('frames of a stream', () => {
  it('come whole however the stream is cut, and an end without a verdict is no end', async () => {
    const bytes = new TextEncoder().encode(`${JSON.stringify({ kind: 'progress', progress: { phase: 'create', text: 'namespace für a' } })}\n${JSON.stringify({ kind: 'grade', grade })}\n`)
    const body = (upTo: number): ReadableStream<Uint8Array<ArrayBuffer>> => new ReadableStream({ start(controller) { for (let i = 0; i < upTo; i += 7) controller.enqueue(bytes.slice(i, Math.min(i + 7, upTo))); controller.close() } })
    const all: GradeFrame[] = []
    for await (const frame of framesOf({ body: body(bytes.length) })) all.push(frame)
    expect(all.map((frame) => frame.kind)).toEqual(['progress', 'grade'])
    await expect(async () => { for await (const frame of framesOf({ body: body(100) })) all.push(frame) }).rejects.toThrow(BridgeMissing)
  })
})

describe('what a page sends of an attempt', () => {
  it('is what was done to the task, without notes and without what was taken back', () => {
    const entry = (atMs: number, action: SavedLog['entries'][number]['action'], taskId?: string) => ({ atMs, action, hash: 'x', ...(taskId === undefined ? {} : { taskId }) })
    const log: SavedLog = {
      header: { engine: '', content: '', kind: 'exam', id: 'f', seed: 9 },
      entries: [entry(1, { kind: 'line', text: 'a' }, 't'), entry(2, { kind: 'line', text: 'other' }, 'u'), entry(50, { kind: 'line', text: 'taken back' }, 't'), entry(10, { kind: 'note', what: 'fork', value: 't' }, 't'), entry(12, { kind: 'apply', path: '/f', text: 'x' }, 't')],
    }
    expect(savedAttempt(log, 't', 99.6)).toEqual({ seed: 9, usedMs: 100, entries: [{ atMs: 1, action: { kind: 'line', text: 'a' } }, { atMs: 12, action: { kind: 'apply', path: '/f', text: 'x' } }] })
  })
})

describe('the words of the panel', () => {
  it('say what is created before they ask', () => {
    const view = selectPlan(plan, 'kind-podflight')
    expect(view.sentence).toBe('Grading creates 2 namespaces in kind-podflight, lends labels, taints or GPUs to 1 worker and runs your commands there. Everything is removed at the end.')
    expect(view.rows.map((row) => row.items)).toEqual([['a', 'b'], ['get, list deployments.apps'], ['gpu-1 · nvidia.com/gpu: 8, taint k:NoSchedule, pool=a, bare'], ['podflight.dev/session=s1']])
  })

  it('tell phases, and the outcome before the points', () => {
    const steps = [{ phase: 'preflight', text: 'x' }, { phase: 'create', text: 'a' }, { phase: 'create', text: 'b' }] as const
    expect(selectPhases(steps).map(({ state, text }) => `${state} ${text}`).slice(0, 3)).toEqual(['done x', 'now b', 'open '])
    expect([phaseNews(steps.slice(0, 1), steps), phaseNews(steps.slice(0, 2), steps)]).toEqual(['Create the sandbox', undefined])
    expect(selectGrade(grade)).toMatchObject({ sentence: 'Both clusters agree on 1 of 2 checks.', note: '4 of 4 points on the simulator, 2 of 2 that can be graded on kind-podflight. What cannot be graded there is never counted as passed.' })
    expect(selectGrade({ ...grade, rows: [{ ...grade.rows[0], parity: 'differ' }] }).sentence).toBe('The clusters differ on 1 of 1 check.')
  })
})

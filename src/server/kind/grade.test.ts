import { describe, expect, it } from 'vitest'
import { createCluster } from '../../../simulator/index.ts'
import type { Cluster } from '../../../simulator/index.ts'
import { readLibrary } from '../../cli/files.ts'
import type { Check } from '../../grading/check.ts'
import type { Task } from '../../content/types.ts'
import type { KindGradeOptions, Progress } from './contract.ts'
import { gradeOnKind } from './grade.ts'
import { courseImages } from './images/image-table.ts'
import { plainSandbox, simulatedConnection } from './testing/simulated-connection.ts'

const library = readLibrary()

function workers(...names: readonly string[]): Cluster {
  return createCluster({ seed: 1, nodes: names.map((name) => ({ name, resources: { cpu: '16', memory: '64Gi' } })), images: {}, addOns: ['coredns'] } as never)
}

function taskOf(id: string): Task {
  const task = library.tasks.find((candidate) => candidate.id === id)
  if (task === undefined) throw new Error(`no task ${id}`)
  return task
}

interface Graded { readonly grade: Awaited<ReturnType<typeof gradeOnKind>>; readonly phases: readonly string[]; readonly removed: readonly string[] }

async function graded(task: Task, script: string, more: Partial<KindGradeOptions> = {}): Promise<Graded> {
  const cluster = workers('kind-worker', 'kind-worker2')
  const connection = simulatedConnection(() => cluster, 5000)
  const removed: string[] = []
  const phases: string[] = []
  const report = ({ phase }: Progress): void => void (phases.at(-1) === phase || phases.push(phase))
  const grade = await gradeOnKind({ task, library, connection, script, report, settleSecondsMax: 2, images: {}, sandbox: (to, plan) => plainSandbox(to, plan, removed), ...more })
  return { grade, phases, removed }
}

/** A small task on images that the simulated cluster has. */
const base = taskOf('g01-hpa-basic')
/** Without the trial, which takes the simulator some time. */
const light: Task = { ...base, checks: base.checks.slice(1) }

function check(id: string, all: Check['all'], more: Partial<Check> = {}): Check {
  return { id, title: id, points: 1, kind: 'object', all, expected: 'e', actual: 'a', why: 'w', onKind: 'yes', ...more }
}

const service = { resource: 'services', namespace: 'scale', name: 'sentiment-inference' }
const isThere: Check['all'] = [{ kind: 'object', object: service, op: 'exists' }]

describe('grading on both clusters', { timeout: 60_000 }, () => {
  it('plays the start and the script, judges alike and cleans up', async () => {
    const { grade, phases, removed } = await graded(base, base.solution.script)
    expect(grade.rows.map(({ check: id, parity }) => [id, parity])).toEqual([['c1', 'not gradable'], ['c2', 'agree']])
    expect(grade.rows[0].reason).toContain('cannot be fast-forwarded')
    expect(grade).toMatchObject({ earnedOnSimulator: 4, earnedOnKind: 1, points: 4, leftovers: [] })
    expect(grade.transcript).toContain('horizontalpodautoscaler.autoscaling/sentiment-inference autoscaled')
    expect(phases).toEqual(['start', 'script', 'wait', 'checks', 'clean-up'])
    expect(removed).toEqual(['scale'])
  })

  it('gives a wrong answer no points on either side', async () => {
    const { grade } = await graded(light, base.wrong[0].script, { settleSecondsMax: 1 })
    expect(grade.rows[0]).toMatchObject({ parity: 'agree', kind: { passed: false, earned: 0 } })
  })

  it('cleans up when it is stopped, and rejects', async () => {
    const stop = new AbortController()
    const removed: string[] = []
    const report = ({ phase }: Progress): void => void (phase === 'script' && stop.abort())
    const grading = graded(light, 'kubectl get pods\nkubectl get services', { signal: stop.signal, report, sandbox: (to, plan) => plainSandbox(to, plan, removed) })
    await expect(grading).rejects.toThrow('the grading was stopped')
    expect(removed).toEqual(['scale'])
  })

  it('cleans up when the start fails, and says why', async () => {
    const removed: string[] = []
    const task = { ...base, start: [{ apply: 'apiVersion: v1\nkind: Nonsense\nmetadata: { name: x, namespace: scale }\n' }] }
    await expect(graded(task, '', { attempt: { seed: 1, steps: [], simulator: [] }, sandbox: (to, plan) => plainSandbox(to, plan, removed) })).rejects.toThrow(/step 1 of the start failed.*Nonsense/s)
    expect(removed).toEqual(['scale'])
  })

  it('refuses a task that belongs to the simulator', async () => {
    await expect(graded({ ...base, realCluster: 'no' }, '')).rejects.toThrow('cannot be graded on a real cluster')
  })

  it('never passes a check that was not judged, nor one that hangs on it', async () => {
    const series: Check['all'] = [{ kind: 'series', promql: 'up', op: 'gte', value: 0 }]
    const checks = [
      check('there', isThere), check('series', series), check('both', [...isThere, ...series]), check('hangs', isThere, { onlyWith: ['series'] }),
      check('gone', [{ kind: 'absent', object: service }, ...series]), check('sure', [{ kind: 'absent', object: { ...service, name: 'none' } }], { onlyWith: ['gone'] }),
    ]
    const { grade } = await graded({ ...base, checks }, '', { settleSecondsMax: 0 })
    expect(grade.rows.map(({ check: id, parity, kind }) => [id, parity, kind?.passed, kind?.earned])).toEqual([
      ['there', 'agree', true, 1], ['series', 'not gradable', false, 0], ['both', 'not gradable', false, 0], ['hangs', 'not gradable', false, 0], ['gone', 'agree', false, 0], ['sure', 'agree', false, 0],
    ])
  })

  it('compares with the objects of the start, and judges what no task uses yet', async () => {
    const checks = [
      check('unchanged', [{ kind: 'object', object: service, path: 'spec.selector', op: 'unchangedSinceStart' }]),
      check('uids', [{ kind: 'sameUidsAsStart', object: { resource: 'deployments.apps', namespace: 'scale' } }]),
      check('bound', [{ kind: 'cel', expression: 'now.spec.replicas > start_now.spec.replicas', bind: { now: { resource: 'deployments.apps', namespace: 'scale', name: 'sentiment-inference' }, start_now: { resource: 'deployments.apps', namespace: 'scale', name: 'sentiment-inference' } } }]),
      check('event', [{ kind: 'event', namespace: 'scale', reason: 'ScalingReplicaSet', object: 'sentiment-inference' }]),
      check('logs', [{ kind: 'logs', object: { resource: 'pods', namespace: 'scale', selector: 'app=sentiment-inference' }, contains: 'loading model' }]),
      check('can', [{ kind: 'can', user: 'nobody', verb: 'get', resource: 'pods', namespace: 'scale', allowed: false }]),
      check('dry run', [{ kind: 'dryRun', dryRun: { namespace: 'scale', manifest: '{apiVersion: v1, kind: ConfigMap, metadata: {name: "no_good"}}' }, accepted: false, message: 'Invalid value' }]),
      check('file', [{ kind: 'file', path: '~/answer.txt', op: 'eq', value: '42' }]),
      check('trial', [{ kind: 'trial', steps: [{ kubectl: 'scale deployment sentiment-inference -n scale --replicas=1' }, { advanceSeconds: 0 }], all: [{ kind: 'object', object: { resource: 'deployments.apps', namespace: 'scale' }, path: 'spec.replicas', op: 'eq', value: 1 }] }]),
    ]
    const { grade } = await graded({ ...base, checks }, 'kubectl scale deployment sentiment-inference -n scale --replicas=4\necho 42 > ~/answer.txt', { settleSecondsMax: 3 })
    expect(grade.rows.map(({ check: id, parity, kind }) => [id, parity, kind?.passed])).toEqual(checks.map(({ id }) => [id, 'agree', true]))
  })

  it('sends stand-ins for the images of the course, and shows the course its own', async () => {
    const cluster = workers('kind-worker')
    const connection = simulatedConnection(() => cluster, 5000)
    const task = { ...base, start: base.start.filter((step) => !('until' in step)) }
    const script = 'kubectl get deployment sentiment-inference -n scale -o jsonpath="{.spec.template.spec.containers[*].image}{.spec.template.spec.containers[*].command}"'
    const { grade } = await graded(task, script, { connection, images: courseImages, settleSecondsMax: 0 })
    expect(grade.transcript).toBe('registry.example.com/sentiment-inference:v2.0.0')
    const stored = connection.sent.find(({ request }) => request.resource === 'deployments' && request.verb === 'create')
    expect(JSON.stringify(stored?.request.body)).toContain(courseImages['registry.example.com/sentiment-inference:v2.0.0'].image.split('@')[1])
  })
})

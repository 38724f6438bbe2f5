import { expect, it } from 'vitest'
import type { Job, Pod } from '../../api/types.ts'
import { containers, World } from '../testing/world.ts'
import { jobController } from './controller.ts'

const labels = { 'batch.kubernetes.io/controller-uid': 'job-1', 'batch.kubernetes.io/job-name': 'work', 'controller-uid': 'job-1', 'job-name': 'work' }

function start(spec: Partial<Job['spec']> = {}): World {
  const world = new World(jobController)
  world.api.create<Job>('jobs.batch', {
    apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'work', namespace: 'lab', uid: 'job-1' },
    spec: {
      parallelism: 1, completions: 1, backoffLimit: 6, completionMode: 'NonIndexed', podReplacementPolicy: 'TerminatingOrFailed',
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'job-1' } },
      template: { metadata: { labels }, spec: { containers, restartPolicy: 'Never' } }, ...spec,
    },
  })
  world.advance(2000)
  return world
}

function find(world: World): Job {
  return world.api.find<Job>('jobs.batch', 'lab/work')!
}

function livePods(world: World): readonly Pod[] {
  return world.all<Pod>('pods').filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
}

function endAll(world: World, phase: string, exitCode = 0): void {
  for (const { metadata } of livePods(world)) {
    world.setPod(metadata.name!, { phase, containerStatuses: [{ name: 'app', ready: false, restartCount: 0, image: '', imageID: '', state: { terminated: { exitCode } } }] })
  }
}

/** Conditions that hold, by type and reason. */
function conditions(world: World): string[] {
  return (find(world).status?.conditions ?? []).filter(({ status }) => status === 'True').map(({ type, reason }) => `${type} ${reason}`)
}

it('completes when as many pods as wanted have succeeded', () => {
  const world = start({ completions: 3, parallelism: 2 })
  expect(livePods(world)).toHaveLength(2)
  endAll(world, 'Succeeded')
  world.advance(5000)
  expect(livePods(world)).toHaveLength(1)
  endAll(world, 'Succeeded')
  world.advance(5000)
  expect(find(world).status).toMatchObject({ succeeded: 3 })
  expect(conditions(world)).toEqual(['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached'])
})

it('fails when its pods have failed more often than they may', () => {
  const world = start({ backoffLimit: 1 })
  endAll(world, 'Failed', 1)
  world.advance(30_000)
  expect(livePods(world)).toHaveLength(1)
  endAll(world, 'Failed', 1)
  world.advance(30_000)
  expect(find(world).status).toMatchObject({ failed: 2 })
  expect(conditions(world)).toEqual(['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded'])
})

it('waits before it tries again', () => {
  const world = start()
  endAll(world, 'Failed', 1)
  world.advance(5000)
  expect(livePods(world)).toHaveLength(0)
  world.advance(10_000)
  expect(livePods(world)).toHaveLength(1)
})

it('fails at its deadline, once its pods have ended', () => {
  const world = start({ activeDeadlineSeconds: 20 })
  world.advance(30_000)
  expect(conditions(world)).toEqual(['FailureTarget DeadlineExceeded'])
  endAll(world, 'Failed', 137)
  world.advance(5000)
  expect(conditions(world)).toEqual(['FailureTarget DeadlineExceeded', 'Failed DeadlineExceeded'])
})

it('gives each index a pod of its own', () => {
  const world = start({ completionMode: 'Indexed', completions: 3, parallelism: 3 })
  expect(world.all<Pod>('pods').map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-completion-index']).sort()).toEqual(['0', '1', '2'])
  endAll(world, 'Succeeded')
  world.advance(5000)
  expect(find(world).status?.completedIndexes).toBe('0-2')
})

it('ends its pods while it is suspended and starts again', () => {
  const world = start({ suspend: true })
  expect(world.all('pods')).toHaveLength(0)
  expect(conditions(world)).toEqual(['Suspended JobSuspended'])
  world.api.patch('jobs.batch', 'lab/work', { spec: { suspend: false } })
  world.advance(5000)
  expect(livePods(world)).toHaveLength(1)
  expect(conditions(world)).toEqual([])
})

it('fails at once for an exit code that its policy names', () => {
  const world = start({ podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }] } })
  endAll(world, 'Failed', 42)
  world.advance(30_000)
  expect(conditions(world)).toContain('Failed PodFailurePolicy')
})

it('does not count a failure that its policy ignores', () => {
  const world = start({ backoffLimit: 0, podFailurePolicy: { rules: [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [7] } }] } })
  endAll(world, 'Failed', 7)
  world.advance(30_000)
  expect(conditions(world)).toEqual([])
  expect(livePods(world)).toHaveLength(1)
})

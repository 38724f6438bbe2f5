import { describe, expect, it } from 'vitest'
import type { Job } from '../../api/types.ts'
import { World } from '../testing/world.ts'
import { cronJobController } from './controller.ts'
import type { CronJob } from './cron-jobs.ts'

const minuteMs = 60_000
const key = 'lab/tick'

/** A cluster at 09:00 UTC with CronJob lab/tick. */
function makeWorld(spec: Partial<CronJob['spec']>): World {
  const world = new World(cronJobController)
  const cronJob: CronJob = {
    apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'tick', namespace: 'lab' },
    spec: { schedule: '*/10 * * * *', concurrencyPolicy: 'Allow', jobTemplate: { metadata: { labels: { team: 'ml' } }, spec: { template: { spec: { containers: [{ name: 'c', image: 'busybox' }] } } } }, ...spec },
  }
  world.api.create('cronjobs.batch', cronJob)
  return world
}

function end(world: World, name: string, type: 'Complete' | 'Failed'): void {
  const job = world.api.find<Job>('jobs.batch', `lab/${name}`)!
  const now = world.context.clock.timestamp(world.state.nowMs)
  world.api.updateStatus('jobs.batch', { ...job, status: { startTime: now, completionTime: now, conditions: [{ type, status: 'True' }] } })
}

const jobNames = (world: World): (string | undefined)[] => world.all<Job>('jobs.batch').map((job) => job.metadata.name)
const statusOf = (world: World): CronJob['status'] => world.api.find<CronJob>('cronjobs.batch', key)?.status

describe('CronJob', () => {
  it('starts a Job when the schedule is due, with the labels of its template and the time it was due', () => {
    const world = makeWorld({})
    world.advance(9 * minuteMs)
    expect(jobNames(world)).toEqual([])
    world.advance(2 * minuteMs)
    const [job] = world.all<Job>('jobs.batch')
    expect(job.metadata).toMatchObject({ name: 'tick-29460070', labels: { team: 'ml' }, annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-05T09:10:00Z' } })
    expect(job.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'CronJob', name: 'tick', controller: true })
    expect(statusOf(world)).toMatchObject({ lastScheduleTime: '2026-01-05T09:10:00Z', active: [{ name: 'tick-29460070' }] })
    expect(world.events).toEqual(['SuccessfulCreate Created job tick-29460070'])
  })

  it('reads the schedule in its time zone', () => {
    const world = makeWorld({ schedule: '30 10 * * *', timeZone: 'Europe/Zurich' })
    world.advance(31 * minuteMs)
    expect(world.all<Job>('jobs.batch')[0].metadata.annotations).toEqual({ 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-05T10:30:00+01:00' })
  })

  it.each([
    { name: 'Allow runs Jobs side by side', concurrencyPolicy: 'Allow' as const, jobs: ['tick-29460070', 'tick-29460080'], active: 2 },
    { name: 'Forbid skips a start while a Job runs', concurrencyPolicy: 'Forbid' as const, jobs: ['tick-29460070'], active: 1 },
    { name: 'Replace deletes the Job that runs', concurrencyPolicy: 'Replace' as const, jobs: ['tick-29460080'], active: 1 },
  ])('$name', ({ concurrencyPolicy, jobs, active }) => {
    const world = makeWorld({ concurrencyPolicy })
    world.advance(21 * minuteMs)
    expect(jobNames(world)).toEqual(jobs)
    expect(statusOf(world)?.active).toHaveLength(active)
  })

  it('forgets a Job that has ended, notes the last success and keeps as many ended Jobs as the limits say', () => {
    const world = makeWorld({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 })
    world.advance(11 * minuteMs)
    end(world, 'tick-29460070', 'Complete')
    world.advance(10 * minuteMs)
    end(world, 'tick-29460080', 'Complete')
    world.advance(10 * minuteMs)
    end(world, 'tick-29460090', 'Failed')
    world.advance(1000)
    expect(jobNames(world)).toEqual(['tick-29460080'])
    expect(statusOf(world)).toEqual({ lastScheduleTime: '2026-01-05T09:30:00Z', lastSuccessfulTime: '2026-01-05T09:21:00Z' })
    expect(world.events).toContain('SawCompletedJob Saw completed job: tick-29460070, condition: Complete')
  })

  it('starts nothing while it is suspended, nor a start that is later than its deadline', () => {
    const world = makeWorld({ suspend: true, startingDeadlineSeconds: 30 })
    world.advance(15 * minuteMs)
    world.api.patch('cronjobs.batch', key, { spec: { suspend: false } })
    world.advance(1000)
    expect(jobNames(world)).toEqual([])
    world.advance(6 * minuteMs)
    expect(jobNames(world)).toEqual(['tick-29460080'])
  })

  it('waits for the next time of a schedule that was changed', () => {
    const world = makeWorld({ schedule: '0 0 * * *' })
    world.advance(15 * minuteMs)
    world.api.patch('cronjobs.batch', key, { spec: { schedule: '*/10 * * * *' } })
    world.advance(4 * minuteMs)
    expect(jobNames(world)).toEqual([])
    world.advance(2 * minuteMs)
    expect(jobNames(world)).toEqual(['tick-29460080'])
  })
})

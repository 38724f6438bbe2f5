import { describe, expect, it } from 'vitest'
import { makeNode, makePod, TestCluster } from './testing/fixture.ts'

const big = { requests: { cpu: '8' } }

describe('the scheduling queue', () => {
  it('hands out higher priority first, then who came first', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a')] })
    for (const [name, priority] of [['b', 0], ['a', 0], ['urgent', 10]] as const) cluster.setPod(makePod(name, { priority }))
    cluster.scheduler.runDue(10)
    expect(cluster.decisions.map((d) => d.podKey)).toEqual(['default/urgent', 'default/b', 'default/a'])
  })

  it('doubles the back-off of a pod that keeps failing, on whole seconds', () => {
    const cluster = new TestCluster()
    cluster.nowMs = 500
    cluster.setPod(makePod('p'))
    const attemptsAt: number[] = []
    for (let i = 0; i < 6; i++) {
      const dueMs = cluster.scheduler.nextDueMs() ?? -1
      cluster.nowMs = dueMs
      cluster.scheduler.runDue(1)
      attemptsAt.push(dueMs)
    }
    // 1, 2, 4, 8, 10 s, cut to the second, and tried with the next second after.
    expect(attemptsAt).toEqual([500, 2000, 5000, 10000, 19000, 30000])
  })

  it('tries a pod again after five minutes without an event', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a')] })
    cluster.schedule(makePod('p', big))
    expect(cluster.queueOf('default/p')).toBe('unschedulable')
    expect(cluster.scheduler.nextDueMs()).toBe(330_000)
    cluster.nowMs = 330_000
    expect(cluster.scheduler.runDue(5)).toBe(1)
  })

  it('takes from the back-off queue when nothing else waits', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a')] })
    cluster.schedule(makePod('p', big))
    cluster.setNode(makeNode('large', { allocatable: { cpu: '16' } }))
    expect(cluster.queueOf('default/p')).toBe('backoff')
    expect(cluster.scheduler.runDue(1)).toBe(1)
    expect(cluster.decisions.at(-1)).toMatchObject({ result: 'scheduled', node: 'large' })
  })

  it('holds gated pods until the last gate is gone', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a')] })
    const gated = makePod('p', { spec: { schedulingGates: [{ name: 'quota' }] } })
    cluster.setPod(gated)
    expect(cluster.scheduler.runDue(5)).toBe(0)
    expect(cluster.explain(gated).gate).toMatchObject({ plugin: 'SchedulingGates', reasons: ['waiting for scheduling gates: [quota]'] })
    cluster.setPod(makePod('p', { spec: { schedulingGates: [] } }))
    expect(cluster.scheduler.runDue(5)).toBe(1)
    expect(cluster.decisions[0].node).toBe('a')
  })

  it('forgets a pod that is deleted while it waits', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a')] })
    cluster.setPod(makePod('p'))
    cluster.deletePod('default/p')
    expect(cluster.scheduler.runDue(5)).toBe(0)
    expect(cluster.scheduler.nextDueMs()).toBeUndefined()
  })
})

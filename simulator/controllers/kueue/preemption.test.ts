import { describe, expect, test } from 'vitest'
import { flavorResource, usageOf } from './amounts.ts'
import { findTargets } from './preemption.ts'
import { Snapshot } from './snapshot.ts'
import type { WorkloadInfo } from './snapshot.ts'
import { clusterQueue, flavor, workload } from './testing/objects.ts'
import type { WorkloadOptions } from './testing/objects.ts'
import type { Preemption } from './types.ts'

const key = flavorResource('one', 'cpu')

function running(name: string, queue: string, cpu: number, more: Partial<WorkloadOptions> = {}): WorkloadInfo {
  return workload(name, { queue, requests: { cpu: String(cpu) }, flavor: 'one', ...more })
}

/** Who goes for a new workload of queue a: `NAME REASON` each, and that the snapshot is as before. */
function targets(preemption: Preemption, there: readonly WorkloadInfo[], asks: { cpu: number; priority?: number; createdAt?: number }, quotas: { a?: string; b?: string; c?: string } = {}): string[] {
  const { a = 'one cpu 4', b = 'one cpu 4', c } = quotas
  const queues = [clusterQueue('a', [a], { cohort: 'x', preemption }), clusterQueue('b', [b], { cohort: 'x' }), ...(c === undefined ? [] : [clusterQueue('c', [c], { cohort: 'x' })])]
  const snapshot = new Snapshot(queues, [flavor('one')], there)
  const info = workload('new', { queue: 'a', requests: { cpu: String(asks.cpu) }, priority: asks.priority ?? 0, createdAt: asks.createdAt ?? 0 })
  const before = [...snapshot.queues.values()].map((queue) => [...queue.usage])
  const found = findTargets(info, new Map([[key, usageOf(info.podSets).get(flavorResource('', 'cpu')) ?? 0]]), new Set([key]), snapshot, '2026-01-05T09:01:00Z')
  expect([...snapshot.queues.values()].map((queue) => [...queue.usage])).toEqual(before)
  return found.map(({ info: target, reason }) => `${target.workload.metadata.name} ${reason}`)
}

describe('within the queue', () => {
  const lower: Preemption = { withinClusterQueue: 'LowerPriority' }
  test.each<[string, Preemption, readonly WorkloadInfo[], { cpu: number; priority?: number; createdAt?: number }, string[]]>([
    ['nobody goes without a policy', {}, [running('old', 'a', 4, { priority: -1 })], { cpu: 9, priority: 1 }, []],
    ['the lowest priority goes first', lower, [running('low', 'a', 4, { priority: 1 }), running('least', 'a', 4, { priority: 0 })], { cpu: 2, priority: 2 }, ['least InClusterQueue']],
    ['of one priority the younger quota goes', lower, [running('first', 'a', 4, { reservedAt: 1 }), running('second', 'a', 4, { reservedAt: 9 })], { cpu: 2, priority: 2 }, ['second InClusterQueue']],
    ['of one moment the uid decides', lower, [running('y', 'a', 4), running('x', 'a', 4)], { cpu: 2, priority: 2 }, ['x InClusterQueue']],
    ['an equal priority stays', lower, [running('old', 'a', 8)], { cpu: 2 }, []],
    ['unless it is newer and the policy says so', { withinClusterQueue: 'LowerOrNewerEqualPriority' }, [running('newer', 'a', 8, { createdAt: 9 })], { cpu: 2, createdAt: 5 }, ['newer InClusterQueue']],
    ['those that are going already come first', lower, [running('fresh', 'a', 4, { priority: 0 }), running('going', 'a', 4, { priority: 1, isEvicted: true })], { cpu: 2, priority: 2 }, ['going InClusterQueue']],
    ['no more go than must', lower, [running('one', 'a', 1, { reservedAt: 3 }), running('two', 'a', 2, { reservedAt: 2 }), running('five', 'a', 5, { reservedAt: 1 })], { cpu: 5, priority: 2 }, ['five InClusterQueue']],
    ['nobody goes when all together are not enough', lower, [running('small', 'a', 1, { priority: 0 }), running('other', 'b', 4)], { cpu: 8, priority: 2 }, []],
  ])('%s', (_name, preemption, there, asks, expected) => {
    expect(targets(preemption, there, asks)).toEqual(expected)
  })
})

describe('within the cohort', () => {
  const any: Preemption = { reclaimWithinCohort: 'Any' }
  test.each<[string, Preemption, readonly WorkloadInfo[], { cpu: number; priority?: number }, string[]]>([
    ['a queue that borrows gives back', any, [running('b1', 'b', 4, { reservedAt: 1 }), running('b2', 'b', 4, { reservedAt: 2 })], { cpu: 4 }, ['b2 InCohortReclamation']],
    ['a queue that does not borrow keeps what it has', any, [running('b1', 'b', 4), running('mine', 'a', 4, { priority: 9 })], { cpu: 4 }, []],
    ['only lower priorities when the policy says so', { reclaimWithinCohort: 'LowerPriority' }, [running('b1', 'b', 8, { priority: 5 })], { cpu: 4, priority: 5 }, []],
    ['lower ones go', { reclaimWithinCohort: 'LowerPriority' }, [running('b1', 'b', 8, { priority: 4 })], { cpu: 4, priority: 5 }, ['b1 InCohortReclamation']],
    ['nobody is preempted so that another can borrow', any, [running('b1', 'b', 8)], { cpu: 5 }, []],
    ['other queues come before the own one', { ...any, withinClusterQueue: 'LowerPriority' }, [running('mine', 'a', 1, { priority: -5 }), running('b1', 'b', 7)], { cpu: 3, priority: 1 }, ['b1 InCohortReclamation']],
    ['above the nominal quota only the own queue is left', { ...any, withinClusterQueue: 'LowerPriority' }, [running('mine', 'a', 4, { priority: -5 }), running('b1', 'b', 4)], { cpu: 4, priority: 1 }, ['mine InClusterQueue']],
  ])('%s', (_name, preemption, there, asks, expected) => {
    expect(targets(preemption, there, asks)).toEqual(expected)
  })

  test('a threshold lets low priorities go so that one can borrow', () => {
    const preemption: Preemption = { reclaimWithinCohort: 'LowerPriority', borrowWithinCohort: { policy: 'LowerPriority', maxPriorityThreshold: 10 } }
    expect(targets(preemption, [running('low', 'b', 6, { priority: 10 }), running('mine', 'a', 2)], { cpu: 6, priority: 20 }, {})).toEqual(['low InCohortReclaimWhileBorrowing'])
    expect(targets(preemption, [running('high', 'b', 6, { priority: 11 }), running('mine', 'a', 2)], { cpu: 6, priority: 20 }, {})).toEqual([])
  })
})

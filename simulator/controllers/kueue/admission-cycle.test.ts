import { describe, expect, test } from 'vitest'
import { runCycle } from './admission-cycle.ts'
import type { Head } from './admission-cycle.ts'
import { comparePending } from './queues.ts'
import { Snapshot } from './snapshot.ts'
import type { WorkloadInfo } from './snapshot.ts'
import { clusterQueue, flavor, workload } from './testing/objects.ts'
import type { WorkloadOptions } from './testing/objects.ts'
import type { ClusterQueue } from './types.ts'

const now = '2026-01-05T09:01:00Z'

function pending(name: string, queue: string, cpu: number, more: Partial<WorkloadOptions> = {}): WorkloadInfo {
  return workload(name, { queue, requests: { cpu: String(cpu) }, ...more })
}

function cycle(queues: readonly ClusterQueue[], running: readonly WorkloadInfo[], heads: readonly (WorkloadInfo | Head)[]): string[] {
  const outcomes = runCycle(heads.map((head) => ('info' in head ? head : { info: head })), new Snapshot(queues, [flavor('one')], running), now)
  return outcomes.map((outcome) => `${outcome.info.workload.metadata.name} ${outcome.kind}${'message' in outcome ? `: ${outcome.message}` : ''}`)
}

const cohort = (name: string, quota: string, more: Partial<ClusterQueue['spec']> = {}): ClusterQueue => clusterQueue(name, [quota], { cohort: 'x', ...more })

describe('one attempt', () => {
  test('those under their nominal quota come before those that borrow', () => {
    expect(cycle([cohort('a', 'one cpu 2'), cohort('b', 'one cpu 4')], [], [pending('borrower', 'a', 4, { priority: 9 }), pending('owner', 'b', 4)])).toEqual([
      'owner admitted', 'borrower skipped: Workload no longer fits after processing another workload',
    ])
  })
  test('then priority decides, then age', () => {
    const queues = [cohort('a', 'one cpu 4'), cohort('b', 'one cpu 4'), cohort('c', 'one cpu 4')]
    expect(cycle(queues, [], [pending('young', 'a', 1, { createdAt: 9 }), pending('old', 'b', 1, { createdAt: 1 }), pending('first', 'c', 1, { createdAt: 20, priority: 1 })])).toEqual(['first admitted', 'old admitted', 'young admitted'])
  })
  test('a head that waits without anybody to preempt keeps its quota free', () => {
    const queues = [cohort('a', 'one cpu 4'), cohort('b', 'one cpu 2')]
    const running = [workload('b1', { queue: 'b', requests: { cpu: '3' }, flavor: 'one' })]
    expect(cycle(queues, running, [pending('waits', 'a', 4, { priority: 1 }), pending('borrower', 'b', 2)])).toEqual([
      "waits waiting: couldn't assign flavors to pod set main: insufficient unused quota for cpu in flavor one, 1 more needed",
      'borrower skipped: Workload no longer fits after processing another workload',
    ])
  })
  test('two cannot preempt the same workload', () => {
    const reclaims = { preemption: { reclaimWithinCohort: 'Any' } } as const
    const queues = [cohort('a', 'one cpu 2', reclaims), cohort('b', 'one cpu 2', reclaims), cohort('c', 'one cpu 0')]
    const running = [workload('c1', { queue: 'c', requests: { cpu: '4' }, flavor: 'one' })]
    expect(cycle(queues, running, [pending('a1', 'a', 2, { createdAt: 1 }), pending('b1', 'b', 2, { createdAt: 2 })])).toEqual([
      "a1 preempting: couldn't assign flavors to pod set main: insufficient unused quota for cpu in flavor one, 2 more needed. Pending the preemption of 1 workload(s)",
      'b1 skipped: Workload has overlapping preemption targets with another workload',
    ])
  })
  test('a head with a problem is told of it', () => {
    expect(cycle([cohort('a', 'one cpu 4')], [], [{ info: pending('lost', 'a', 1), problem: { message: "Workload namespace doesn't match ClusterQueue selector", isNamespaceMismatch: true } }])).toEqual(["lost waiting: Workload namespace doesn't match ClusterQueue selector"])
  })
  test('a workload that can do with fewer pods gets as many as fit', () => {
    const info = pending('elastic', 'a', 1, { count: 6, minCount: 2 })
    const [outcome] = runCycle([{ info }], new Snapshot([cohort('a', 'one cpu 4')], [flavor('one')], []), now)
    expect(outcome?.kind === 'admitted' && outcome.assignment.podSets[0]).toMatchObject({ count: 4, requests: { cpu: 4000 } })
  })
  test('and waits when even the least number does not fit', () => {
    expect(cycle([cohort('a', 'one cpu 1')], [], [pending('elastic', 'a', 1, { count: 6, minCount: 2 })])).toEqual(["elastic waiting: couldn't assign flavors to pod set main: insufficient quota for cpu in flavor one, request > maximum capacity (6 > 1)"])
  })
})

describe('the order of a queue', () => {
  test('is by priority, then age, then name', () => {
    const infos = [pending('b', 'a', 1, { createdAt: 2 }), pending('a', 'a', 1, { createdAt: 2 }), pending('old', 'a', 1, { createdAt: 1 }), pending('high', 'a', 1, { createdAt: 9, priority: 5 })]
    expect(infos.map((info) => info.workload).sort(comparePending).map(({ metadata }) => metadata.name)).toEqual(['high', 'old', 'a', 'b'])
  })
})

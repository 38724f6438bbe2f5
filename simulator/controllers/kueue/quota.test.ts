import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toApi } from './flavor-assigner.ts'
import { runCycle } from './admission-cycle.ts'
import { comparePending } from './queues.ts'
import { infoOf, Snapshot } from './snapshot.ts'
import type { WorkloadInfo } from './snapshot.ts'
import { clusterQueue, flavor, timeOf, workload } from './testing/objects.ts'
import type { ClusterQueue, Workload } from './types.ts'

const flavors = [flavor('one'), flavor('two')]
const names = ['a', 'b', 'c']

const queueArb = (name: string): fc.Arbitrary<ClusterQueue> => fc.record({
  quotas: fc.tuple(fc.nat(6), fc.nat(6)),
  borrow: fc.option(fc.nat(4), { nil: undefined }),
  lend: fc.option(fc.nat(6), { nil: undefined }),
  cohort: fc.constantFrom('x', 'x', 'y', ''),
  reclaim: fc.constantFrom('Never', 'LowerPriority', 'Any'),
  within: fc.constantFrom('Never', 'LowerPriority', 'LowerOrNewerEqualPriority'),
  strategy: fc.constantFrom('StrictFIFO', 'BestEffortFIFO'),
  preemptFirst: fc.boolean(),
}).map(({ quotas, borrow, lend, cohort, reclaim, within, strategy, preemptFirst }) => {
  const limits = cohort === '' ? '' : `${borrow === undefined ? '' : ` borrow=${borrow}`}`
  const texts = quotas.map((nominal, index) => `${['one', 'two'][index]} cpu ${nominal}${limits}${cohort === '' || lend === undefined ? '' : ` lend=${Math.min(lend, nominal)}`}`)
  return clusterQueue(name, texts, { cohort, queueingStrategy: strategy as 'StrictFIFO', preemption: { reclaimWithinCohort: reclaim as 'Any', withinClusterQueue: within as 'Never' }, flavorFungibility: { whenCanPreempt: preemptFirst ? 'Preempt' : 'TryNextFlavor' } })
})

const workloadsArb = fc.array(fc.record({ queue: fc.constantFrom(...names), cpu: fc.integer({ min: 1, max: 4 }), count: fc.integer({ min: 1, max: 3 }), priority: fc.nat(2), createdAt: fc.nat(50) }), { minLength: 1, maxLength: 12 })

/** What is wrong with the usage of a moment; empty when all limits are kept. */
function violations(queues: readonly ClusterQueue[], running: readonly WorkloadInfo[]): string[] {
  const snapshot = new Snapshot(queues, flavors, running)
  const found: string[] = []
  for (const node of snapshot.queues.values()) {
    for (const [key, quota] of node.quotas) {
      const most = node.cohort === undefined ? quota.nominal : quota.nominal + (quota.borrowingLimit ?? Infinity)
      if (node.used(key) > most) found.push(`${node.name} uses ${node.used(key)} of ${most}`)
      const total = node.cohortQueues.reduce((sum, one) => sum + one.quotaFor(key).nominal, 0)
      const used = node.cohortQueues.reduce((sum, one) => sum + one.used(key), 0)
      if (used > total) found.push(`the cohort of ${node.name} uses ${used} of ${total}`)
      const lendable = node.cohortQueues.filter((one) => one !== node).reduce((sum, one) => sum + one.quotaFor(key).nominal - one.guaranteed(key), 0)
      if (node.cohort !== undefined && node.used(key) > quota.nominal + lendable) found.push(`${node.name} uses what nobody lends`)
    }
  }
  return found
}

interface State { pending: WorkloadInfo[]; running: WorkloadInfo[] }

function admitted(info: WorkloadInfo, admission: Workload['status']): WorkloadInfo {
  return infoOf({ ...info.workload, status: admission }, info.clusterQueue)
}

/** One attempt for the heads; preempted workloads go at once. @returns whether anything changed */
function step(queues: readonly ClusterQueue[], state: State, parked: Set<string>, seconds: number): boolean {
  const heads = queues.flatMap(({ metadata }) => state.pending.filter(({ clusterQueue: name, key }) => name === metadata.name && !parked.has(key)).sort((a, b) => comparePending(a.workload, b.workload)).slice(0, 1))
  let hasChanged = false
  for (const outcome of runCycle(heads.map((info) => ({ info })), new Snapshot(queues, flavors, state.running), timeOf(seconds))) {
    const { info } = outcome
    if (outcome.kind === 'admitted') {
      const conditions = [{ type: 'QuotaReserved', status: 'True' as const, lastTransitionTime: timeOf(seconds) }]
      state.running.push(admitted(info, { conditions, admission: { clusterQueue: info.clusterQueue, podSetAssignments: toApi(outcome.assignment) } }))
      state.pending = state.pending.filter((one) => one !== info)
    } else if (outcome.kind === 'preempting') {
      const gone = new Set(outcome.targets.map(({ info: target }) => target.key))
      state.pending.push(...state.running.filter(({ key }) => gone.has(key)).map((one) => admitted(one, {})))
      state.running = state.running.filter(({ key }) => !gone.has(key))
      parked.clear()
    } else if (outcome.kind === 'waiting' && queues.find(({ metadata }) => metadata.name === info.clusterQueue)?.spec.queueingStrategy !== 'StrictFIFO') parked.add(info.key)
    else continue
    hasChanged = true
  }
  return hasChanged
}

describe('whatever is submitted', () => {
  test('no queue and no cohort uses more than it may', () => {
    fc.assert(fc.property(fc.tuple(...names.map(queueArb)), workloadsArb, (queues, asks) => {
      const state: State = { running: [], pending: asks.map(({ queue, cpu, count, priority, createdAt }, index) => workload(`w${index}`, { queue, requests: { cpu: String(cpu) }, count, priority, createdAt })) }
      const parked = new Set<string>()
      for (let second = 0; second < 59 && step(queues, state, parked, second); second++) expect(violations(queues, state.running)).toEqual([])
      expect(state.running.length + state.pending.length).toBe(asks.length)
    }), { numRuns: 200, seed: 7 })
  })

  test('the check sees a queue that was given too much', () => {
    const queues = [clusterQueue('a', ['one cpu 2'], { cohort: 'x' }), clusterQueue('b', ['one cpu 2 lend=1'], { cohort: 'x' })]
    expect(violations(queues, [workload('w', { queue: 'a', requests: { cpu: '4' }, flavor: 'one' })])).toEqual(['a uses what nobody lends'])
  })
})

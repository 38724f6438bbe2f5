import { describe, expect, test } from 'vitest'
import { FlavorAssigner, messageOf, modeOf } from './flavor-assigner.ts'
import type { TriedFlavors } from './flavor-assigner.ts'
import { canReclaim } from './preemption.ts'
import { Snapshot } from './snapshot.ts'
import type { WorkloadInfo } from './snapshot.ts'
import { clusterQueue, flavor, workload } from './testing/objects.ts'
import type { WorkloadOptions } from './testing/objects.ts'
import type { ClusterQueue, ResourceFlavor } from './types.ts'

const flavors = [
  flavor('spot', { nodeLabels: { type: 'spot' }, nodeTaints: [{ key: 'instance', value: 'spot', effect: 'NoSchedule' }] }),
  flavor('one', { nodeLabels: { type: 'one' } }), flavor('two', { nodeLabels: { type: 'two' } }),
]

function assign(queues: readonly ClusterQueue[], running: readonly WorkloadInfo[], asks: Omit<WorkloadOptions, 'queue'>, options: { tried?: TriedFlavors; flavors?: readonly ResourceFlavor[] } = {}): { mode: string; flavors: { [resource: string]: string }; borrows: boolean; message: string; tried: TriedFlavors } {
  const snapshot = new Snapshot(queues, options.flavors ?? flavors, running)
  const info = workload('new', { queue: 'a', ...asks })
  const queue = snapshot.queues.get('a')!
  const assigner = new FlavorAssigner({ info, queue, snapshot, ...(options.tried === undefined ? {} : { tried: options.tried }), oracle: (node, asking, key, amount) => canReclaim(node, asking, key, amount, snapshot, '2026-01-05T09:01:00Z') })
  const assignment = assigner.assign()
  return {
    mode: modeOf(assignment), borrows: assignment.borrows, message: messageOf(assignment), tried: assignment.tried,
    flavors: Object.fromEntries(Object.entries(assignment.podSets[0]?.flavors ?? {}).map(([resource, choice]) => [resource, choice.flavor])),
  }
}

const never = { whenCanBorrow: 'TryNextFlavor', whenCanPreempt: 'TryNextFlavor' } as const

describe('without a cohort', () => {
  test.each<[string, readonly string[], Omit<WorkloadOptions, 'queue'>, { mode: string; flavors?: object; message?: string }]>([
    ['what fits gets the first flavor', ['one cpu 4', 'two cpu 4'], { requests: { cpu: '3' } }, { mode: 'fit', flavors: { cpu: 'one' }, message: '' }],
    ['what the first flavor cannot hold gets the second', ['one cpu 2', 'two cpu 4'], { requests: { cpu: '3' } }, { mode: 'fit', flavors: { cpu: 'two' } }],
    ['all resources of a group get one flavor', ['one cpu 4', 'one memory 1', 'two cpu 4', 'two memory 8'], { requests: { cpu: '1', memory: '4' } }, { mode: 'fit', flavors: { cpu: 'two', memory: 'two' } }],
    ['pods count together', ['one cpu 4'], { requests: { cpu: '2' }, count: 3 }, { mode: 'noFit', message: "couldn't assign flavors to pod set main: insufficient quota for cpu in flavor one, request > maximum capacity (6 > 4)" }],
    ['a resource that no group covers fits nowhere', ['one cpu 4'], { requests: { cpu: '1', 'nvidia.com/gpu': '1' } }, { mode: 'noFit', flavors: {}, message: "couldn't assign flavors to pod set main: resource nvidia.com/gpu unavailable in ClusterQueue" }],
    ['a tainted flavor needs a toleration', ['spot cpu 4'], { requests: { cpu: '1' } }, { mode: 'noFit', message: "couldn't assign flavors to pod set main: untolerated taint {instance spot NoSchedule <nil>} in flavor spot" }],
    ['and takes pods that have it', ['spot cpu 4'], { requests: { cpu: '1' }, pod: { tolerations: [{ key: 'instance', operator: 'Exists' }] } }, { mode: 'fit', flavors: { cpu: 'spot' } }],
    ['a node selector chooses among flavors', ['one cpu 4', 'two cpu 4'], { requests: { cpu: '1' }, pod: { nodeSelector: { type: 'two', other: 'x' } } }, { mode: 'fit', flavors: { cpu: 'two' } }],
    ['a node selector that no flavor meets is told', ['one cpu 4'], { requests: { cpu: '1' }, pod: { nodeSelector: { type: 'three' } } }, { mode: 'noFit', message: "couldn't assign flavors to pod set main: flavor one doesn't match node affinity" }],
    ['required affinity chooses too', ['one cpu 4', 'two cpu 4'], { requests: { cpu: '1' }, pod: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'type', operator: 'In', values: ['two'] }] }] } } } } }, { mode: 'fit', flavors: { cpu: 'two' } }],
    ['an unknown flavor is told', ['nine cpu 4'], { requests: { cpu: '1' } }, { mode: 'noFit', message: "couldn't assign flavors to pod set main: flavor nine not found" }],
  ])('%s', (_name, quotas, asks, expected) => {
    expect(assign([clusterQueue('a', quotas)], [], asks)).toMatchObject(expected)
  })

  test('reasons of several flavors come sorted', () => {
    const running = [workload('old', { queue: 'a', requests: { cpu: '3' }, flavor: 'one' })]
    expect(assign([clusterQueue('a', ['one cpu 4', 'two cpu 1'])], running, { requests: { cpu: '2' } })).toMatchObject({
      mode: 'preempt', flavors: { cpu: 'one' }, message: "couldn't assign flavors to pod set main: insufficient quota for cpu in flavor two, request > maximum capacity (2 > 1), insufficient unused quota for cpu in flavor one, 1 more needed",
    })
  })
  test('CPUs are counted in thousandths', () => {
    const running = [workload('old', { queue: 'a', requests: { cpu: '1.5' }, flavor: 'one' })]
    expect(assign([clusterQueue('a', ['one cpu 2'])], running, { requests: { cpu: '1' } }).message).toBe("couldn't assign flavors to pod set main: insufficient unused quota for cpu in flavor one, 500m more needed")
  })
  test('a queue that covers pods counts them', () => {
    expect(assign([clusterQueue('a', ['one cpu 9', 'one pods 2'])], [], { requests: { cpu: '1' }, count: 3 }).message).toBe("couldn't assign flavors to pod set main: insufficient quota for pods in flavor one, request > maximum capacity (3 > 2)")
  })
})

describe('in a cohort', () => {
  const lender = (...quotas: string[]): ClusterQueue => clusterQueue('b', quotas, { cohort: 'c' })
  const cohort = (quotas: readonly string[], more: Partial<ClusterQueue['spec']> = {}): ClusterQueue => clusterQueue('a', quotas, { cohort: 'c', ...more })

  test.each<[string, readonly ClusterQueue[], readonly WorkloadInfo[], { mode: string; borrows?: boolean; flavors?: object; message?: string }]>([
    ['what others leave is borrowed', [cohort(['one cpu 2']), lender('one cpu 4')], [], { mode: 'fit', borrows: true }],
    ['a borrowing limit caps it', [cohort(['one cpu 2 borrow=2']), lender('one cpu 4')], [], { mode: 'noFit', message: "couldn't assign flavors to pod set main: insufficient quota for cpu in flavor one, request > maximum capacity (5 > 4)" }],
    ['a lending limit keeps part of the other queue', [cohort(['one cpu 2']), lender('one cpu 4 lend=2')], [], { mode: 'noFit', message: "couldn't assign flavors to pod set main: insufficient quota for cpu in flavor one, request > maximum capacity (5 > 4)" }],
    ['what the other queue uses of its own kept part costs nobody anything', [cohort(['one cpu 3']), lender('one cpu 4 lend=2')], [workload('old', { queue: 'b', requests: { cpu: '2' }, flavor: 'one' })], { mode: 'fit', borrows: true }],
    ['what the other queue uses of the lent part is missing', [cohort(['one cpu 3']), lender('one cpu 4 lend=2')], [workload('old', { queue: 'b', requests: { cpu: '3' }, flavor: 'one' })], { mode: 'noFit', message: "couldn't assign flavors to pod set main: insufficient unused quota for cpu in flavor one, 1 more needed" }],
    ['own quota that others borrowed can be reclaimed', [cohort(['one cpu 5'], { preemption: { reclaimWithinCohort: 'Any' } }), lender('one cpu 1')], [workload('old', { queue: 'b', requests: { cpu: '4' }, flavor: 'one' })], { mode: 'reclaim' }],
    ['and without a policy for it must be waited for', [cohort(['one cpu 5']), lender('one cpu 1')], [workload('old', { queue: 'b', requests: { cpu: '4' }, flavor: 'one' })], { mode: 'reclaim' }],
    ['borrowing comes before the next flavor', [cohort(['one cpu 2', 'two cpu 9']), lender('one cpu 4', 'two cpu 0')], [], { mode: 'fit', borrows: true, flavors: { cpu: 'one' } }],
    ['unless the queue says otherwise', [cohort(['one cpu 2', 'two cpu 9'], { flavorFungibility: never }), lender('one cpu 4', 'two cpu 0')], [], { mode: 'fit', borrows: false, flavors: { cpu: 'two' } }],
  ])('%s', (_name, queues, running, expected) => {
    expect(assign(queues, running, { requests: { cpu: '5' } })).toMatchObject(expected)
  })

  test('preempting in the first flavor comes before the next one when the queue says so', () => {
    const running = [workload('old', { queue: 'a', requests: { cpu: '5' }, flavor: 'one' })]
    const quotas = ['one cpu 5', 'two cpu 5']
    const asks = { requests: { cpu: '5' }, priority: 1 }
    expect(assign([cohort(quotas)], running, asks)).toMatchObject({ mode: 'fit', flavors: { cpu: 'two' } })
    expect(assign([cohort(quotas, { flavorFungibility: { whenCanPreempt: 'Preempt' }, preemption: { withinClusterQueue: 'LowerPriority' } })], running, asks)).toMatchObject({ mode: 'preempt', flavors: { cpu: 'one' }, tried: [{ cpu: 0 }] })
  })
  test('the next attempt goes on behind the flavor that was tried last', () => {
    const quotas = ['one cpu 5', 'two cpu 5']
    expect(assign([cohort(quotas)], [], { requests: { cpu: '5' } }, { tried: [{ cpu: 0 }] })).toMatchObject({ mode: 'fit', flavors: { cpu: 'two' }, tried: [{ cpu: -1 }] })
  })
})

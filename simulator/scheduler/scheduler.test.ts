import { describe, expect, it } from 'vitest'
import type { Pod } from '../api/types.ts'
import { makeNode, makePod, TestCluster } from './testing/fixture.ts'
import type { Scheduler } from './scheduler.ts'

/** What the columns say, by name, so that two caches can be compared. */
function contents({ cache }: Scheduler): unknown {
  const names = cache.nodeSlots().map((slot) => slot.name).sort((a, b) => (a < b ? -1 : 1))
  return names.map((name) => {
    const slot = cache.findSlot(name)
    if (slot === undefined) return name
    const { index } = slot
    const gpu = cache.findColumn('nvidia.com/gpu')
    return {
      name,
      pods: slot.pods.map((entry) => entry.key).sort((a, b) => (a < b ? -1 : 1)),
      cpu: [cache.cpu.allocatable[index], cache.cpu.requested[index]],
      memory: [cache.memory.allocatable[index], cache.memory.requested[index]],
      gpu: gpu === undefined ? 0 : gpu.requested[index],
      nonZero: [cache.nonZeroCpu[index], cache.nonZeroMemory[index]],
      podsAllowed: cache.podsAllowed[index],
    }
  })
}

function lcg(seed: number): (bound: number) => number {
  let state = seed
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 4294967296) * bound)
  }
}

/** Random events on a cluster: pods of three shapes, nodes that come, change and go. */
function shake(cluster: TestCluster, seed: number, steps: number, beforeStep: () => void = () => {}): void {
  const pick = lcg(seed)
  cluster.pick = pick
  const shapes: ((name: string) => Pod)[] = [
    (name) => makePod(name, { labels: { app: 'web' }, requests: { cpu: '500m', memory: '256Mi' } }),
    (name) => makePod(name, { labels: { app: 'gpu' }, priority: pick(3), requests: { 'nvidia.com/gpu': '1' } }),
    (name) => makePod(name, { labels: { app: 'solo' }, spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'solo' } } }] } } } }),
  ]
  for (let step = 0; step < steps; step++) {
    cluster.nowMs += 700
    beforeStep()
    const nodeName = `n${pick(8)}`
    const keys = [...cluster.pods.keys()]
    switch (pick(6)) {
      case 0: cluster.setNode(makeNode(nodeName, { allocatable: { cpu: String(2 + pick(4)), 'nvidia.com/gpu': String(pick(3)) }, labels: { 'topology.kubernetes.io/zone': `z${pick(3)}` } })); break
      case 1: if (pick(4) === 0) cluster.deleteNode(nodeName); break
      case 2: if (keys.length > 0) cluster.deletePod(keys[pick(keys.length)]); break
      default: cluster.setPod(shapes[pick(3)](`p${step}`))
    }
    cluster.scheduler.runDue(3)
  }
}

describe('the scheduler', () => {
  it('binds a pod and says so', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a')] })
    expect(cluster.schedule(makePod('p'))).toMatchObject({ result: 'scheduled', node: 'a', feasibleCount: 1, bestCount: 1 })
    expect(cluster.events).toEqual([{ type: 'Normal', reason: 'Scheduled', action: 'Binding', note: 'Successfully assigned default/p to a' }])
  })

  it('takes the pod back when the binding fails', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a')] })
    cluster.bindProblem = 'node "a" not found'
    expect(cluster.schedule(makePod('p', { requests: { cpu: '4' } }))).toMatchObject({ result: 'error', message: 'node "a" not found' })
    expect(cluster.queueOf('default/p')).toBe('errorBackoff')
    cluster.bindProblem = undefined
    expect(cluster.retry('default/p')).toMatchObject({ result: 'scheduled' })
  })

  it('draws among equal nodes', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a'), makeNode('b'), makeNode('c')] })
    cluster.pick = (bound) => bound - 1
    expect(cluster.schedule(makePod('p'))).toMatchObject({ node: 'c', bestCount: 3 })
  })

  it('says that there are no nodes, and tries again after a back-off', () => {
    const cluster = new TestCluster()
    expect(cluster.schedule(makePod('p'))?.message).toBe('no nodes available to schedule pods')
    expect(cluster.queueOf('default/p')).toBe('errorBackoff')
  })

  it('leaves pods of other schedulers alone', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a')] })
    cluster.setPod(makePod('p', { spec: { schedulerName: 'my-scheduler' } }))
    expect(cluster.scheduler.runDue(5)).toBe(0)
  })

  it('cuts the note of the event, not the condition', () => {
    const taints = [{ key: 'x', effect: 'NoSchedule' }]
    const requests = Object.fromEntries(Array.from({ length: 40 }, (_unused, i) => [`example.com/a-rather-long-resource-name-${i}`, '1']))
    const cluster = new TestCluster({ nodes: [makeNode('a'), makeNode('b', { taints })] })
    const message = cluster.schedule(makePod('p', { requests }))?.message ?? ''
    expect(message.length).toBeGreaterThan(1024)
    expect(cluster.events[0].note).toHaveLength(1024)
    expect(cluster.events[0].note.endsWith(' ...')).toBe(true)
    expect(cluster.pods.get('default/p')?.status?.conditions?.[0].message).toBe(message)
  })

  it.each([1, 2, 3, 4, 5])('has the same cache as one built from the lists, after random events of seed %i', (seed) => {
    const cluster = new TestCluster({ nodes: [makeNode('n0'), makeNode('n1')] })
    shake(cluster, seed, 250)
    expect(contents(cluster.scheduler)).toEqual(contents(cluster.makeScheduler()))
  })

  it.each([6, 7, 8])('decides as one built from the lists would, after random events of seed %i', (seed) => {
    const cluster = new TestCluster({ nodes: [makeNode('n0'), makeNode('n1')] })
    shake(cluster, seed, 200)
    const pods = [makePod('x', { labels: { app: 'solo' } }), makePod('y', { labels: { app: 'web' }, priority: 5, requests: { cpu: '2' } })]
    const incremental = pods.map((pod) => cluster.explain(pod))
    cluster.scheduler = cluster.makeScheduler()
    const sorted = (list: readonly string[]): string[] => [...list].sort((a, b) => (a < b ? -1 : 1))
    pods.map((pod) => cluster.explain(pod)).forEach((fresh, i) => {
      expect(sorted(incremental[i].feasible)).toEqual(sorted(fresh.feasible))
      expect(sorted(incremental[i].best)).toEqual(sorted(fresh.best))
    })
  })

  it.each([11, 12, 13, 14])('decides alike when it is rebuilt before every step, seed %i', (seed) => {
    const lasting = new TestCluster({ nodes: [makeNode('n0'), makeNode('n1')] })
    const rebuilt = new TestCluster({ nodes: [makeNode('n0'), makeNode('n1')] })
    shake(lasting, seed, 200)
    shake(rebuilt, seed, 200, () => (rebuilt.scheduler = rebuilt.makeScheduler()))
    expect(rebuilt.decisions).toEqual(lasting.decisions)
    expect(rebuilt.rows.entries()).toEqual(lasting.rows.entries())
    expect(rebuilt.counters.entries()).toEqual(lasting.counters.entries())
    expect(rebuilt.scheduler.nextDueMs()).toEqual(lasting.scheduler.nextDueMs())
  })

  it('never puts more on a node than it has', () => {
    const cluster = new TestCluster({ nodes: [makeNode('n0'), makeNode('n1')] })
    shake(cluster, 9, 300)
    for (const slot of cluster.scheduler.cache.nodeSlots()) {
      const owners = slot.pods.filter((entry) => entry.podClass.pod.metadata.labels?.['app'] === 'solo')
      expect(owners.length).toBeLessThanOrEqual(1)
    }
  })
})

import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../simulator/index.ts'
import { createCluster } from '../../simulator/index.ts'
import { runAsAuthor } from './scenario.ts'
import { upcomingRows } from './upcoming.ts'

type Pending = ReturnType<Cluster['pendingEvents']>

/** A cluster whose queue and objects are given. */
function clusterWith(pending: Pending, pods: readonly string[] = []): Cluster {
  const find = (resource: string, key: string) => (resource === 'pods' && pods.includes(key) ? { metadata: { name: key.split('/')[1], uid: key }, spec: { containers: [] }, status: { phase: 'Running' } } : undefined)
  return { nowMs: 0, config: { historyMs: 1000 }, pendingEvents: () => pending, peekOne: find, eventRows: () => [] } as unknown as Cluster
}

const labelsOf = (pending: Pending, pods?: readonly string[]): string[] => upcomingRows(clusterWith(pending, pods)).map((row) => row.label)

describe('upcomingRows', () => {
  test.each<[string, Pending, string[]]>([
    ['nothing pending is no line', [], []],
    ['housekeeping is left out', [{ atMs: 1, type: 'cluster/expire-events', key: '' }, { atMs: 2, type: 'kubelet/node', key: 'n1' }, { atMs: 3, type: 'controller/pod-garbage-collector', key: 'sweep' }], []],
    ['the scheduler is told once', [{ atMs: 1, type: 'scheduler/attempt', key: '' }, { atMs: 2, type: 'scheduler/attempt', key: '' }], ['scheduler looks at waiting Pods']],
    ['a controller names its object', [{ atMs: 1, type: 'controller/deployment-controller', key: 'ns/web' }], ['deployment-controller looks at ns/web']],
    ['a deadline far away is left out', [{ atMs: 60_000, type: 'controller/deployment-controller', key: 'ns/web' }], []],
    ['a probe names its Pod', [{ atMs: 1, type: 'kubelet/probe', key: 'ns/web-1|server|readiness' }], ['web-1: readiness probe']],
    ['what belongs to a Pod that is gone is left out', [{ atMs: 1, type: 'kubelet/sync', key: 'ns/gone' }], []],
    ['the autoscaler counts only when nothing else comes', [{ atMs: 1, type: 'controller/horizontal-pod-autoscaler', key: 'ns/web' }], ['autoscaler looks at ns/web']],
    ['the autoscaler gives way', [{ atMs: 1, type: 'controller/horizontal-pod-autoscaler', key: 'ns/web' }, { atMs: 2, type: 'scheduler/attempt', key: '' }], ['scheduler looks at waiting Pods']],
    ['two lines at most', [{ atMs: 1, type: 'controller/a', key: 'ns/a' }, { atMs: 2, type: 'controller/b', key: 'ns/b' }, { atMs: 3, type: 'controller/c', key: 'ns/c' }], ['a looks at ns/a', 'b looks at ns/b']],
  ])('%s', (_name, pending, want) => {
    expect(labelsOf(pending, ['ns/web-1'])).toEqual(want)
  })

  test('times count from T+00:00', () => {
    expect(upcomingRows(clusterWith([{ atMs: 3500, type: 'scheduler/attempt', key: '' }]))[0]?.atMs).toBe(2500)
  })

  test('a running pull is named with its image', () => {
    const images = { 'example.com/web:1': { program: 'sleep', bytes: 400_000_000, parameters: {}, argv: ['sleep'] } }
    const cluster = createCluster({ seed: 1, nodes: [{ name: 'n1', resources: { cpu: '4', memory: '8Gi', pods: '110' } }], images })
    cluster.advanceTo(60_000)
    runAsAuthor(cluster, 'kubectl run web --image=example.com/web:1 -n default')
    const isPulling = (): boolean => cluster.eventRows().some((row) => row.reason === 'Pulling')
    for (let i = 0; i < 400 && !isPulling(); i += 1) cluster.stepEvent()
    expect(upcomingRows(cluster).map((row) => row.label)).toContain('image pull of example.com/web:1 ends')
  })
})

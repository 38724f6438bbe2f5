import { describe, expect, it } from 'vitest'
import { kindByKind } from '../kinds.ts'
import { toTimestamp } from '../time.ts'
import type { ContainerStatus, KubeObject, Pod } from '../types.ts'
import { podStatusText } from './pod.ts'
import { tableColumns, tableFor } from './table.ts'

const minute = 60_000

function makePod(status: NonNullable<Pod['status']>, more: Partial<Pod['metadata']> = {}, spec: Partial<Pod['spec']> = {}): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', creationTimestamp: toTimestamp(0), ...more }, spec: { containers: [{ name: 'a', image: 'x' }], ...spec }, status }
}

function containerStatus(state: ContainerStatus['state'], more: Partial<ContainerStatus> = {}): ContainerStatus {
  return { name: 'a', image: 'x', imageID: '', ready: false, restartCount: 0, ...more, ...(state === undefined ? {} : { state }) }
}

describe('the STATUS of a pod', () => {
  const cases: [name: string, pod: Pod, status: string][] = [
    ['is its phase', makePod({ phase: 'Pending' }), 'Pending'],
    ['is its reason before its phase', makePod({ phase: 'Failed', reason: 'Evicted' }), 'Evicted'],
    ['is why a container waits', makePod({ phase: 'Pending', containerStatuses: [containerStatus({ waiting: { reason: 'ImagePullBackOff' } })] }), 'ImagePullBackOff'],
    ['is why a container ended', makePod({ phase: 'Failed', containerStatuses: [containerStatus({ terminated: { exitCode: 137, reason: 'OOMKilled' } })] }), 'OOMKilled'],
    ['is the exit code without a reason', makePod({ phase: 'Failed', containerStatuses: [containerStatus({ terminated: { exitCode: 3 } })] }), 'ExitCode:3'],
    ['is the signal without a reason', makePod({ phase: 'Failed', containerStatuses: [containerStatus({ terminated: { exitCode: 137, signal: 9 } })] }), 'Signal:9'],
    ['counts init containers', makePod({ phase: 'Pending', initContainerStatuses: [containerStatus({ waiting: { reason: 'PodInitializing' } }, { name: 'i' })] }, {}, { initContainers: [{ name: 'i', image: 'x' }, { name: 'j', image: 'x' }] }), 'Init:0/2'],
    ['tells why an init container failed', makePod({ phase: 'Pending', initContainerStatuses: [containerStatus({ waiting: { reason: 'CrashLoopBackOff' } }, { name: 'i' })] }, {}, { initContainers: [{ name: 'i', image: 'x' }] }), 'Init:CrashLoopBackOff'],
    ['is Terminating while it is deleted', makePod({ phase: 'Running' }, { deletionTimestamp: toTimestamp(0) }), 'Terminating'],
    ['is Unknown on a lost node', makePod({ phase: 'Running', reason: 'NodeLost' }, { deletionTimestamp: toTimestamp(0) }), 'Unknown'],
    ['tells scheduling gates', makePod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }), 'SchedulingGated'],
  ]
  it.each(cases)('%s', (_name, pod, status) => expect(podStatusText(pod)).toBe(status))
})

describe('a table', () => {
  function rowOf(object: KubeObject, nowMs = 5 * minute): unknown[] {
    return [...tableFor(kindByKind(object.apiVersion, object.kind)!, [object], nowMs).rows[0]!.cells]
  }

  it('of pods tells readiness, restarts and age', () => {
    const lastState = { terminated: { exitCode: 1, finishedAt: toTimestamp(3 * minute) } }
    const pod = makePod({ phase: 'Running', podIPs: [{ ip: '10.0.0.1' }], containerStatuses: [containerStatus({ running: {} }, { ready: true, restartCount: 2, lastState })] }, {}, { nodeName: 'n' })
    expect(rowOf(pod).slice(0, 7)).toEqual(['p', '1/1', 'Running', '2 (2m ago)', '5m', '10.0.0.1', 'n'])
  })

  it('marks pods that have ended', () => {
    const [row] = tableFor({ group: '', kind: 'Pod' }, [makePod({ phase: 'Succeeded' })], 0).rows
    expect(row?.conditions).toEqual([{ type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' }])
    expect(row?.object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'p' } })
  })

  const objects: [name: string, object: KubeObject, cells: unknown[]][] = [
    ['deployments', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', creationTimestamp: toTimestamp(0) }, spec: { replicas: 3 }, status: { readyReplicas: 1, updatedReplicas: 2, availableReplicas: 1 } }, ['d', '1/3', 2, 1, '5m']],
    ['services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', creationTimestamp: toTimestamp(0) }, spec: { type: 'ClusterIP', clusterIP: '10.96.0.1', ports: [{ port: 80, protocol: 'TCP' }] } }, ['s', 'ClusterIP', '10.96.0.1', '<none>', '80/TCP', '5m']],
    ['namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n', creationTimestamp: toTimestamp(0) }, status: { phase: 'Active' } }, ['n', 'Active', '5m']],
    ['config maps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', creationTimestamp: toTimestamp(0) }, data: { a: '1', b: '2' } }, ['c', 2, '5m']],
    ['cordoned nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', creationTimestamp: toTimestamp(0), labels: { 'node-role.kubernetes.io/worker': '' } }, spec: { unschedulable: true }, status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { kubeletVersion: 'v1.35.0' } } }, ['n', 'Ready,SchedulingDisabled', 'worker', '5m', 'v1.35.0']],
  ] as [string, KubeObject, unknown[]][]
  it.each(objects)('shows %s', (_name, object, cells) => expect(rowOf(object).slice(0, cells.length)).toEqual(cells))

  it('of a kind without columns of its own tells when objects were made', () => {
    expect(tableColumns({ group: 'x', kind: 'Thing' }).map((column) => column.name)).toEqual(['Name', 'Created At'])
  })
  it('keeps columns of wide output apart', () => {
    const wide = tableColumns({ group: '', kind: 'Pod' }).filter((column) => column.priority === 1)
    expect(wide.map((column) => column.name)).toEqual(['IP', 'Node', 'Nominated Node', 'Readiness Gates'])
  })
})

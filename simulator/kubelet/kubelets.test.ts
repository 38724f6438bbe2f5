import { describe, expect, it } from 'vitest'
import type { ApiRequest } from '../api/request.ts'
import type { Pod, PodSpec } from '../api/types.ts'
import { adminUser, createCluster } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import type { ImageEntry } from '../workloads/program.ts'

const app: ImageEntry = { program: 'example-app', bytes: 1_000_000, parameters: {}, argv: ['/app', 'serve'] }
const image = 'example.com/app:1.0'

function makeCluster(cachedImages = [image, 'busybox:1.36']): Cluster {
  const cluster = createCluster({ seed: 7, nodes: [{ name: 'node-1', resources: { cpu: '4', memory: '8Gi', 'nvidia.com/gpu': '2' } }], images: { [image]: app }, cachedImages })
  cluster.advanceTo(5000)
  return cluster
}

function createPod(cluster: Cluster, name: string, spec: PodSpec): void {
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec }
  const response = cluster.request({ user: adminUser, verb: 'create', group: '', version: 'v1', resource: 'pods', namespace: 'default', body } as unknown as ApiRequest)
  expect(response.code).toBe(201)
}

function podOf(cluster: Cluster, name: string): Pod {
  const pod = cluster.peekOne<Pod>('pods', `default/${name}`)
  if (pod === undefined) throw new Error(`no pod ${name}`)
  return pod
}

function reasons(cluster: Cluster): string[] {
  return cluster.eventRows().filter(({ component }) => component === 'kubelet').map(({ reason, count }) => `${reason} ${count}`)
}

describe('kubelets', () => {
  it('start a pod: four Events, one address, Ready', () => {
    const cluster = makeCluster()
    createPod(cluster, 'p', { containers: [{ name: 'app', image }] })
    cluster.advanceTo(cluster.nowMs + 5000)
    const { status } = podOf(cluster, 'p')
    expect(status?.phase).toBe('Running')
    expect(status?.podIP).toBe('10.244.0.2')
    expect(status?.containerStatuses?.[0]).toMatchObject({ ready: true, started: true, restartCount: 0 })
    expect(reasons(cluster)).toEqual(['Pulled 1', 'Created 1', 'Started 1'])
  })

  it('pull an image in the time that its size takes', () => {
    const cluster = makeCluster([])
    createPod(cluster, 'p', { containers: [{ name: 'app', image: 'registry.k8s.io/pause:3.10' }] })
    cluster.advanceTo(cluster.nowMs + 900)
    expect(podOf(cluster, 'p').status?.containerStatuses?.[0].state).toEqual({ waiting: { reason: 'ContainerCreating' } })
    cluster.advanceTo(cluster.nowMs + 4000)
    expect(podOf(cluster, 'p').status?.phase).toBe('Running')
    expect(reasons(cluster)).toEqual(['Pulling 1', 'Pulled 1', 'Created 1', 'Started 1'])
  })

  it('kill a container at the moment at which its memory reaches the limit', () => {
    const cluster = makeCluster()
    createPod(cluster, 'p', { restartPolicy: 'Never', containers: [{ name: 'app', image, args: ['hog', '1000', '10', '1000'], resources: { limits: { memory: '104Mi' } } }] })
    cluster.advanceTo(cluster.nowMs + 30_000)
    const ended = podOf(cluster, 'p').status?.containerStatuses?.[0].state?.terminated
    expect(ended).toMatchObject({ exitCode: 137, reason: 'OOMKilled' })
    // 4 MiB at rest, 10 MiB more each second: 100 MiB are reached after 10 s.
    const seconds = cluster.clock.parse(ended?.finishedAt ?? '') - cluster.clock.parse(ended?.startedAt ?? '')
    expect(seconds).toBe(10_000)
    expect(podOf(cluster, 'p').status?.phase).toBe('Failed')
  })

  it('spend no event on probes that pass', () => {
    const cluster = makeCluster()
    const probe = { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 }
    createPod(cluster, 'p', { containers: [{ name: 'app', image, readinessProbe: probe, livenessProbe: probe }] })
    cluster.advanceTo(cluster.nowMs + 10_000)
    expect(podOf(cluster, 'p').status?.containerStatuses?.[0].ready).toBe(true)
    expect(cluster.pendingEvents(100).filter(({ type }) => type.startsWith('kubelet/'))).toEqual([])
  })

  it('notice with the next period what a probe would see', () => {
    const cluster = makeCluster()
    createPod(cluster, 'p', { containers: [{ name: 'app', image, env: [{ name: 'LIVE_UNTIL', value: '3600' }], livenessProbe: { httpGet: { path: '/live', port: 8080 }, periodSeconds: 10 } }] })
    cluster.advanceTo(cluster.nowMs + 3_590_000)
    expect(podOf(cluster, 'p').status?.containerStatuses?.[0].restartCount).toBe(0)
    cluster.advanceTo(cluster.nowMs + 60_000)
    expect(podOf(cluster, 'p').status?.containerStatuses?.[0].restartCount).toBe(1)
    expect(cluster.eventRows().find(({ reason }) => reason === 'Unhealthy')).toMatchObject({ count: 3, message: 'Liveness probe failed: HTTP probe failed with statuscode: 500' })
  })

  it('give GPUs by device, lowest first, and take them back', () => {
    const cluster = makeCluster()
    const gpu = { limits: { 'nvidia.com/gpu': '1' } }
    createPod(cluster, 'a', { nodeName: 'node-1', restartPolicy: 'Never', containers: [{ name: 'app', image, args: ['exit', '0', '5'], resources: gpu }] })
    createPod(cluster, 'b', { nodeName: 'node-1', containers: [{ name: 'app', image, resources: gpu }] })
    cluster.advanceTo(cluster.nowMs + 1000)
    createPod(cluster, 'c', { nodeName: 'node-1', containers: [{ name: 'app', image, resources: gpu }] })
    cluster.advanceTo(cluster.nowMs + 1000)
    expect(podOf(cluster, 'c').status).toMatchObject({ phase: 'Failed', reason: 'UnexpectedAdmissionError' })
    cluster.advanceTo(cluster.nowMs + 10_000)
    createPod(cluster, 'd', { nodeName: 'node-1', containers: [{ name: 'app', image, resources: gpu }] })
    cluster.advanceTo(cluster.nowMs + 5000)
    expect(podOf(cluster, 'd').status?.phase).toBe('Running')
  })

  it('remove a deleted pod with its address', () => {
    const cluster = makeCluster()
    createPod(cluster, 'p', { containers: [{ name: 'app', image }] })
    cluster.advanceTo(cluster.nowMs + 5000)
    cluster.request({ user: adminUser, verb: 'delete', group: '', version: 'v1', resource: 'pods', namespace: 'default', name: 'p' } as unknown as ApiRequest)
    cluster.advanceTo(cluster.nowMs + 5000)
    expect(cluster.peekOne('pods', 'default/p')).toBeUndefined()
    createPod(cluster, 'q', { containers: [{ name: 'app', image }] })
    cluster.advanceTo(cluster.nowMs + 5000)
    expect(podOf(cluster, 'q').status?.podIP).toBe('10.244.0.2')
  })

  it('go on in a fork as in the original', () => {
    const cluster = makeCluster()
    createPod(cluster, 'p', { containers: [{ name: 'app', image, args: ['exit', '1', '3'] }, { name: 'web', image, readinessProbe: { httpGet: { path: '/nope', port: 1 }, periodSeconds: 2 } }] })
    cluster.advanceTo(cluster.nowMs + 20_000)
    const fork = cluster.fork()
    cluster.advanceTo(cluster.nowMs + 300_000)
    fork.advanceTo(fork.nowMs + 300_000)
    expect(fork.traceHash).toBe(cluster.traceHash)
  })
})

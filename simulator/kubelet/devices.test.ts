import { describe, expect, it } from 'vitest'
import type { ApiRequest } from '../api/request.ts'
import type { Container, Node, Pod } from '../api/types.ts'
import { adminUser, createCluster } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { gpuAnnotation, gpuFaultsAnnotation } from '../gpu/spec.ts'
import type { GpuSpec } from '../gpu/spec.ts'

const image = 'busybox:1.36'
const a100: GpuSpec = { model: 'NVIDIA-A100-SXM4-80GB', count: 2 }

function makeCluster(gpus: GpuSpec): Cluster {
  const cluster = createCluster({ seed: 7, nodes: [{ name: 'node-1', resources: { cpu: '32', memory: '64Gi' }, gpus }], cachedImages: [image] })
  cluster.advanceTo(5000)
  return cluster
}

function send(cluster: Cluster, request: Partial<ApiRequest> & { readonly body?: unknown }): number {
  return cluster.request({ user: adminUser, group: '', version: 'v1', ...request } as unknown as ApiRequest).code
}

/** Creates a pod that prints its devices and waits, and lets it start. */
function run(cluster: Cluster, name: string, limits: { [resource: string]: string }, more: Partial<Container> = {}): Pod {
  const container = { name: 'app', image, command: ['sh', '-c', 'echo $NVIDIA_VISIBLE_DEVICES; nvidia-smi -L; sleep 9000'], resources: { limits }, ...more }
  expect(send(cluster, { verb: 'create', resource: 'pods', namespace: 'default', body: { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { containers: [container] } } })).toBe(201)
  cluster.advanceTo(cluster.nowMs + 5000)
  return podOf(cluster, name)
}

function podOf(cluster: Cluster, name: string): Pod {
  const pod = cluster.peekOne<Pod>('pods', `default/${name}`)
  if (pod === undefined) throw new Error(`no pod ${name}`)
  return pod
}

function logOf(cluster: Cluster, name: string): string {
  const answer = cluster.components.kubelets.readLogs(podOf(cluster, name), 'app', {})
  return 'text' in answer ? answer.text : answer.message
}

function annotate(cluster: Cluster, annotations: { [name: string]: string | null }): void {
  expect(send(cluster, { verb: 'patch', resource: 'nodes', name: 'node-1', body: { metadata: { annotations } }, contentType: 'application/merge-patch+json' })).toBe(200)
  cluster.advanceTo(cluster.nowMs + 10_000)
}

function statusOf(cluster: Cluster, resource: string): (string | undefined)[] {
  const { status } = cluster.peekOne<Node>('nodes', 'node-1') as Node
  return [status?.capacity?.[resource], status?.allocatable?.[resource]]
}

describe('GPUs of a node', () => {
  it('a container sees its own by UUID, and nvidia-smi lists them', () => {
    const cluster = makeCluster(a100)
    run(cluster, 'a', { 'nvidia.com/gpu': '1' })
    run(cluster, 'b', { 'nvidia.com/gpu': '1' })
    const [a, b] = [logOf(cluster, 'a'), logOf(cluster, 'b')]
    const uuid = /^GPU-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
    expect(a.split('\n')[0]).toMatch(uuid)
    expect(a.split('\n')[1]).toBe(`GPU 0: NVIDIA A100-SXM4-80GB (UUID: ${a.split('\n')[0]})`)
    expect(b.split('\n')[0]).not.toBe(a.split('\n')[0])
  })

  it('nvidia-smi is there whatever the image is', () => {
    const cluster = makeCluster(a100)
    run(cluster, 'a', { 'nvidia.com/gpu': '2' }, { command: ['nvidia-smi', '--query-gpu=index,name,memory.total', '--format=csv,noheader'] })
    expect(logOf(cluster, 'a')).toBe('0, NVIDIA A100-SXM4-80GB, 81920 MiB\n1, NVIDIA A100-SXM4-80GB, 81920 MiB\n')
    run(cluster, 'b', {}, { command: ['nvidia-smi'] })
    expect(podOf(cluster, 'b').status?.containerStatuses?.[0].lastState?.terminated?.reason).toBe('StartError')
  })

  it('a container without a GPU has no nvidia-smi', () => {
    const cluster = makeCluster(a100)
    run(cluster, 'a', {})
    expect(logOf(cluster, 'a')).toContain('nvidia-smi: not found')
  })

  it('a MIG device is listed under its GPU', () => {
    const cluster = makeCluster({ ...a100, mig: { strategy: 'mixed', devices: [{ gpus: [1], profiles: { '3g.40gb': 2 } }] } })
    expect([statusOf(cluster, 'nvidia.com/gpu'), statusOf(cluster, 'nvidia.com/mig-3g.40gb')]).toEqual([['1', '1'], ['2', '2']])
    run(cluster, 'a', { 'nvidia.com/mig-3g.40gb': '1' })
    const [visible, gpu, mig] = logOf(cluster, 'a').split('\n')
    expect(visible).toMatch(/^MIG-/)
    expect(gpu).toMatch(/^GPU 0: NVIDIA A100-SXM4-80GB \(UUID: GPU-/)
    expect(mig).toBe(`  MIG 3g.40gb     Device  0: (UUID: ${visible})`)
  })

  it('shares of one GPU are given to many, from the GPU with the fewest', () => {
    const cluster = makeCluster({ model: 'Tesla-T4', count: 2, sharing: { strategy: 'time-slicing', replicas: 2 } })
    for (const name of ['a', 'b', 'c']) run(cluster, name, { 'nvidia.com/gpu': '1' })
    const [a, b, c] = ['a', 'b', 'c'].map((name) => logOf(cluster, name).split('\n')[0])
    expect(a).not.toBe(b)
    expect(c).toBe(a)
    expect(podOf(cluster, 'c').status?.phase).toBe('Running')
  })

  it.each([
    { name: 'time slicing that fails requests for more than one', sharing: { strategy: 'time-slicing', replicas: 4, renameByDefault: true, failRequestsGreaterThanOne: true }, resource: 'nvidia.com/gpu.shared' },
    { name: 'MPS, always', sharing: { strategy: 'mps', replicas: 4 }, resource: 'nvidia.com/gpu' },
  ] as { name: string; sharing: NonNullable<GpuSpec['sharing']>; resource: string }[])('two shares for one container are refused: $name', ({ sharing, resource }) => {
    const cluster = makeCluster({ model: 'Tesla-T4', count: 1, sharing })
    expect(run(cluster, 'a', { [resource]: '2' }).status).toMatchObject({
      phase: 'Failed', reason: 'UnexpectedAdmissionError',
      message: `Pod was rejected: Allocate failed due to rpc error: code = Unknown desc = invalid allocation request for "${resource}": invalid request: maximum request size for shared resources is 1; found 2, which is unexpected`,
    })
    expect(run(cluster, 'b', { [resource]: '1' }).status?.phase).toBe('Running')
  })

  it('time slicing gives two shares of one GPU when that is not forbidden', () => {
    const cluster = makeCluster({ model: 'Tesla-T4', count: 1, sharing: { strategy: 'time-slicing', replicas: 4 } })
    expect(run(cluster, 'a', { 'nvidia.com/gpu': '2' }).status?.phase).toBe('Running')
    expect(logOf(cluster, 'a').split('\n')[0]).not.toContain(',')
  })
})

describe('a GPU that breaks', () => {
  it('leaves allocatable, not capacity; its pod goes on, new ones wait, and it comes back', () => {
    const cluster = makeCluster(a100)
    run(cluster, 'a', { 'nvidia.com/gpu': '1' })
    annotate(cluster, { [gpuFaultsAnnotation]: '0=79,1=48' })
    expect(statusOf(cluster, 'nvidia.com/gpu')).toEqual(['2', '0'])
    expect(podOf(cluster, 'a').status?.phase).toBe('Running')
    expect(run(cluster, 'b', { 'nvidia.com/gpu': '1' }).spec.nodeName).toBeUndefined()
    annotate(cluster, { [gpuFaultsAnnotation]: null })
    expect(statusOf(cluster, 'nvidia.com/gpu')).toEqual(['2', '2'])
    cluster.advanceTo(cluster.nowMs + 20_000)
    expect(podOf(cluster, 'b').status?.phase).toBe('Running')
  })

  it('stays healthy for an Xid that an application causes', () => {
    const cluster = makeCluster(a100)
    annotate(cluster, { [gpuFaultsAnnotation]: '0=31' })
    expect(statusOf(cluster, 'nvidia.com/gpu')).toEqual(['2', '2'])
  })

  it('takes all MIG devices on it with it', () => {
    const cluster = makeCluster({ ...a100, mig: { strategy: 'single', devices: [{ profiles: { '1g.10gb': 7 } }] } })
    annotate(cluster, { [gpuFaultsAnnotation]: '1=79' })
    expect(statusOf(cluster, 'nvidia.com/gpu')).toEqual(['14', '7'])
  })

  it('refuses a pod that names the node itself', () => {
    const cluster = makeCluster({ ...a100, count: 1 })
    annotate(cluster, { [gpuFaultsAnnotation]: '0=79' })
    const spec = { nodeName: 'node-1', containers: [{ name: 'app', image, command: ['sleep', '1'], resources: { limits: { 'nvidia.com/gpu': '1' } } }] }
    send(cluster, { verb: 'create', resource: 'pods', namespace: 'default', body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec } })
    cluster.advanceTo(cluster.nowMs + 5000)
    expect(podOf(cluster, 'p').status).toMatchObject({ phase: 'Failed', reason: 'UnexpectedAdmissionError' })
  })
})

describe('a node whose GPUs are divided anew', () => {
  it('reports the new resources and labels; the old ones go to 0', () => {
    const cluster = makeCluster(a100)
    annotate(cluster, { [gpuAnnotation]: JSON.stringify({ ...a100, mig: { strategy: 'mixed', devices: [{ profiles: { '1g.10gb': 7 } }] } }) })
    expect([statusOf(cluster, 'nvidia.com/gpu'), statusOf(cluster, 'nvidia.com/mig-1g.10gb')]).toEqual([['0', '0'], ['14', '14']])
    expect(cluster.peekOne<Node>('nodes', 'node-1')?.metadata.labels).toMatchObject({ 'nvidia.com/mig.strategy': 'mixed', 'nvidia.com/mig-1g.10gb.count': '14' })
    annotate(cluster, { [gpuAnnotation]: JSON.stringify(a100) })
    const labels = cluster.peekOne<Node>('nodes', 'node-1')?.metadata.labels ?? {}
    expect(Object.keys(labels).filter((label) => label.includes('mig-'))).toEqual([])
    expect(statusOf(cluster, 'nvidia.com/gpu')).toEqual(['2', '2'])
  })

  it('keeps what it has and says why when the GPUs cannot be', () => {
    const cluster = makeCluster(a100)
    annotate(cluster, { [gpuAnnotation]: JSON.stringify({ ...a100, mig: { strategy: 'mixed', devices: [{ profiles: { '3g.40gb': 3 } }] } }) })
    expect(statusOf(cluster, 'nvidia.com/gpu')).toEqual(['2', '2'])
    expect(cluster.eventRows().find(({ reason }) => reason === 'InvalidGpuConfig')?.message).toBe('3 x 3g.40gb are too many for one GPU: at most 2.')
  })

  it('joins with GPUs that its annotation names', () => {
    const cluster = makeCluster(a100)
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-2', annotations: { [gpuAnnotation]: '{"model":"NVIDIA-L4","count":4}' } }, status: { capacity: { cpu: '8', memory: '32Gi', pods: '110' } } }
    expect(send(cluster, { verb: 'create', resource: 'nodes', body: node })).toBe(201)
    cluster.advanceTo(cluster.nowMs + 10_000)
    const found = cluster.peekOne<Node>('nodes', 'node-2')
    expect(found?.status?.allocatable?.['nvidia.com/gpu']).toBe('4')
    expect(found?.metadata.labels?.['nvidia.com/gpu.product']).toBe('NVIDIA-L4')
  })
})

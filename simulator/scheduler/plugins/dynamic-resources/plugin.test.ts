import { describe, expect, it } from 'vitest'
import type { KubeObject, Pod } from '../../../api/types.ts'
import { makeNode, makePod, TestCluster } from '../../testing/fixture.ts'
import type { Device, DeviceRequestSpec, ResourceClaim } from './types.ts'

const deviceClass = { apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass', metadata: { name: 'gpu' }, spec: { selectors: [{ cel: { expression: 'device.driver == "gpu.example.com"' } }] } } as KubeObject
const a100: Device = { name: 'gpu-0', attributes: { model: { string: 'a100' }, index: { int: 0 } }, capacity: { memory: { value: '80Gi' } } }
const t4: Device = { name: 'gpu-0', attributes: { model: { string: 't4' } }, capacity: { memory: { value: '16Gi' } } }

function makeSlice(nodeName: string, devices: Device[]): KubeObject {
  const pool = { name: nodeName, generation: 1, resourceSliceCount: 1 }
  return { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceSlice', metadata: { name: nodeName, uid: nodeName }, spec: { driver: 'gpu.example.com', nodeName, pool, devices } }
}

function makeClaim(name: string, spec: Partial<DeviceRequestSpec> = {}): KubeObject {
  return {
    apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata: { name, namespace: 'default', uid: `default/${name}` },
    spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1, ...spec } }] } },
  }
}

const wanting = (name: string, claim = 'gpu'): Pod => makePod(name, { spec: { resourceClaims: [{ name: 'g', resourceClaimName: claim }] } })
const selecting = (expression: string): Partial<DeviceRequestSpec> => ({ selectors: [{ cel: { expression } }] })
const nodes = [makeNode('a'), makeNode('b')]
const slices = [makeSlice('a', [a100]), makeSlice('b', [t4])]

describe('DynamicResources', () => {
  const cases: { name: string; spec: Partial<DeviceRequestSpec>; want: string[] }[] = [
    { name: 'a device of each node will do', spec: {}, want: ['a', 'b'] },
    { name: 'more devices than a node has do not fit', spec: { count: 2 }, want: [] },
    { name: 'a selector looks at attributes', spec: selecting('device.attributes["gpu.example.com"].model == "a100"'), want: ['a'] },
    { name: 'a selector looks at capacity', spec: selecting('device.capacity["gpu.example.com"].memory.compareTo(quantity("20Gi")) < 0'), want: ['b'] },
    { name: 'a domain of which a device has no attributes is empty', spec: selecting('!("model" in device.attributes["other.example.com"])'), want: ['a', 'b'] },
    { name: 'yet such a domain is not among the domains', spec: selecting('"other.example.com" in device.attributes'), want: [] },
    { name: 'a selector asks whether an attribute is there', spec: selecting('has(device.attributes["gpu.example.com"].index)'), want: ['a'] },
  ]
  it.each(cases)('$name', ({ spec, want }) => {
    const cluster = new TestCluster({ nodes, objects: [deviceClass, ...slices, makeClaim('gpu', spec)] })
    expect(cluster.explain(wanting('p')).feasible).toEqual(want)
  })

  it('holds a pod back until its claim exists', () => {
    const cluster = new TestCluster({ nodes, objects: [deviceClass, ...slices] })
    cluster.setPod(wanting('p'))
    expect(cluster.explain(wanting('p')).gate).toMatchObject({ plugin: 'DynamicResources', reasons: ['could not find ResourceClaim "default/gpu"'] })
    cluster.objects.push(makeClaim('gpu'))
    cluster.scheduler.onObjectChange('ResourceClaim', undefined, cluster.objects[3])
    expect(cluster.scheduler.runDue(1)).toBe(1)
    expect(cluster.decisions[0].result).toBe('scheduled')
  })

  it('writes the allocation, and gives each device once', () => {
    const cluster = new TestCluster({ nodes, objects: [deviceClass, ...slices, makeClaim('one'), makeClaim('two'), makeClaim('three')] })
    const used = ['one', 'two'].map((name) => cluster.schedule(wanting(name, name))?.node)
    expect(new Set(used)).toEqual(new Set(['a', 'b']))
    const claim = cluster.objects.find((o) => o.metadata.name === 'one') as ResourceClaim
    expect(claim.status?.reservedFor).toEqual([{ resource: 'pods', name: 'one', uid: 'default/one' }])
    expect(claim.status?.allocation?.devices?.results).toEqual([{ request: 'r', driver: 'gpu.example.com', pool: used[0], device: 'gpu-0' }])
    expect(cluster.schedule(wanting('three', 'three'))?.message).toContain('2 cannot allocate all claims. still not schedulable')
  })

  it('fails the attempt when a selector fails', () => {
    const objects = [deviceClass, ...slices, makeClaim('gpu', selecting('device.attributes["gpu.example.com"].nothing == 1'))]
    expect(new TestCluster({ nodes: [nodes[0]], objects }).schedule(wanting('p'))).toMatchObject({
      result: 'error',
      message: 'running "DynamicResources" filter plugin: claim default/gpu: selector #0: CEL runtime error: no such key: nothing',
    })
  })

  it('fails while scoring a pod of which one claim is allocated and one is not, as upstream does', () => {
    const shared = { ...makeClaim('old'), status: { allocation: { devices: { results: [] } } } }
    const pod = makePod('p', { spec: { resourceClaims: [{ name: 'a', resourceClaimName: 'old' }, { name: 'b', resourceClaimName: 'new' }] } })
    expect(new TestCluster({ nodes, objects: [deviceClass, ...slices, shared, makeClaim('new')] }).schedule(pod)).toMatchObject({
      result: 'error', message: 'running Score plugins: plugin "DynamicResources" failed with: number of allocations 1 is smaller than number of claims',
    })
  })

  it('gives an administrator a device that others hold, and says so in the allocation', () => {
    const cluster = new TestCluster({ nodes: [nodes[0]], objects: [deviceClass, slices[0], makeClaim('one'), makeClaim('admin', { adminAccess: true }), makeClaim('two')] })
    expect(cluster.schedule(wanting('p', 'one'))?.node).toBe('a')
    expect(cluster.schedule(wanting('q', 'admin'))?.node).toBe('a')
    const claim = cluster.objects.find((o) => o.metadata.name === 'admin') as ResourceClaim
    expect(claim.status?.allocation?.devices?.results?.[0].adminAccess).toBe(true)
    expect(cluster.schedule(wanting('r', 'two'))?.message).toContain('cannot allocate all claims')
  })
})

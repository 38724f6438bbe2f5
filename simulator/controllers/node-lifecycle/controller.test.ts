import { expect, it } from 'vitest'
import type { KubeObject, Node, Pod } from '../../api/types.ts'
import { defaultFlags } from '../flags.ts'
import { containers, World } from '../testing/world.ts'
import { makeNodeLifecycleController } from './controller.ts'

interface Lease extends KubeObject { readonly spec: { readonly renewTime?: string } }

const name = 'n1'

function start(): World {
  const world = new World(makeNodeLifecycleController(defaultFlags))
  for (const node of [name, 'n2']) {
    world.api.create<Node>('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: node }, spec: {}, status: { conditions: [{ type: 'Ready', status: 'True' }] } })
  }
  world.api.create<Pod>('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'app', namespace: 'lab' }, spec: { nodeName: name, containers } })
  world.startAll()
  world.api.create<Lease>('leases.coordination.k8s.io', { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: 'kube-node-lease' }, spec: {} })
  world.advance(1000)
  return world
}

function taints(world: World): string[] {
  return (world.api.find<Node>('nodes', name)?.spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`)
}

function setReady(world: World, status: string): void {
  world.api.patch('nodes', name, { status: { conditions: [{ type: 'Ready', status }] } })
  world.advance(1000)
}

function renew(world: World, renewTime: string | null): void {
  world.api.patch('leases.coordination.k8s.io', `kube-node-lease/${name}`, { spec: { renewTime } })
}

it('taints a node that is not ready, and its pods are not ready either', () => {
  const world = start()
  setReady(world, 'False')
  expect(taints(world)).toEqual(['node.kubernetes.io/not-ready:NoSchedule', 'node.kubernetes.io/not-ready:NoExecute'])
  expect(world.all<Pod>('pods')[0]?.status?.conditions?.[0]).toMatchObject({ type: 'Ready', status: 'False' })
  setReady(world, 'True')
  expect(taints(world)).toEqual([])
})

it('taints a cordoned node and keeps taints that are not its own', () => {
  const world = start()
  world.api.patch('nodes', name, { spec: { unschedulable: true, taints: [{ key: 'gpu', effect: 'NoSchedule' }] } })
  world.advance(1000)
  expect(taints(world)).toEqual(['gpu:NoSchedule', 'node.kubernetes.io/unschedulable:NoSchedule'])
})

it('trusts a node whose lease names no time', () => {
  const world = start()
  world.advance(600_000)
  expect(taints(world)).toEqual([])
})

it('declares a node unknown whose lease is no longer renewed', () => {
  const world = start()
  renew(world, world.context.clock.microTimestamp(world.state.nowMs))
  world.advance(defaultFlags.nodeMonitorGracePeriodMs - 1000)
  expect(taints(world)).toEqual([])
  world.advance(10_000)
  expect(world.api.find<Node>('nodes', name)?.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' })
  expect(taints(world)).toEqual(['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute'])
  expect(world.events).toEqual(['NodeNotReady Node n1 status is now: NodeNotReady', 'NodeNotReady Node is not ready'])
})

it('taints nobody for eviction while no node is ready', () => {
  const world = start()
  world.api.patch('nodes', 'n2', { status: { conditions: [{ type: 'Ready', status: 'False' }] } })
  setReady(world, 'False')
  expect(taints(world)).toEqual(['node.kubernetes.io/not-ready:NoSchedule'])
})

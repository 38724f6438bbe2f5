import { expect, it } from 'vitest'
import type { Node, Pod, Taint } from '../../api/types.ts'
import { containers, World } from '../testing/world.ts'
import { daemonSetController } from './controller.ts'
import type { DaemonSet } from './types.ts'

const labels = { app: 'agent' }

function addNode(world: World, name: string, taints: Taint[] = [], nodeLabels: { [key: string]: string } = {}): void {
  world.api.create<Node>('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: nodeLabels }, spec: { taints } } as Node)
}

function worldWith(nodes: number, spec: Partial<DaemonSet['spec']> = {}): World {
  const world = new World(daemonSetController)
  for (let node = 1; node <= nodes; node++) addNode(world, `n${node}`)
  world.api.create<DaemonSet>('daemonsets.apps', {
    apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent', namespace: 'lab' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } }, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } }, revisionHistoryLimit: 10, ...spec },
  })
  world.advance(1000)
  return world
}

/** The node that the pod's affinity names. */
function nodeOf({ spec }: Pod): string {
  return spec.affinity!.nodeAffinity!.requiredDuringSchedulingIgnoredDuringExecution!.nodeSelectorTerms[0]!.matchFields![0]!.values![0]!
}

function livePods(world: World): readonly Pod[] {
  return world.all<Pod>('pods').filter(({ metadata }) => metadata.deletionTimestamp === undefined)
}

function setImage(world: World, image: string): void {
  world.api.patch('daemonsets.apps', 'lab/agent', { spec: { template: { spec: { containers: [{ ...containers[0]!, image }] } } } })
  world.advance(1000)
}

it.each<{ title: string; taints: Taint[]; nodeLabels: { [key: string]: string }; nodes: string[] }>([
  { title: 'gets one', taints: [], nodeLabels: { gpu: 'yes' }, nodes: ['n1'] },
  { title: 'gets one although it is cordoned', taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }], nodeLabels: { gpu: 'yes' }, nodes: ['n1'] },
  { title: 'gets none for a taint', taints: [{ key: 'dedicated', effect: 'NoSchedule' }], nodeLabels: { gpu: 'yes' }, nodes: [] },
  { title: 'gets none for its labels', taints: [], nodeLabels: {}, nodes: [] },
])('a node that comes $title', ({ taints, nodeLabels, nodes }) => {
  const world = worldWith(0, { template: { metadata: { labels }, spec: { containers, nodeSelector: { gpu: 'yes' } } } })
  addNode(world, 'n1', taints, nodeLabels)
  world.advance(1000)
  expect(world.all<Pod>('pods').map(nodeOf)).toEqual(nodes)
})

it('replaces one pod at a time when one may be unavailable', () => {
  const world = worldWith(3)
  world.startAll()
  world.advance(1000)
  setImage(world, 'new')
  expect(livePods(world).filter(({ spec }) => spec.containers[0]!.image === 'new')).toHaveLength(1)
  for (let turn = 0; turn < 4; turn++) {
    world.startAll()
    world.advance(1000)
  }
  expect(livePods(world).map(({ spec }) => spec.containers[0]!.image)).toEqual(['new', 'new', 'new'])
  expect(world.api.find<DaemonSet>('daemonsets.apps', 'lab/agent')?.status).toMatchObject({ desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 })
})

it('makes the new pod beside the old one with surge', () => {
  const world = worldWith(2, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } })
  world.startAll()
  world.advance(1000)
  setImage(world, 'new')
  expect(livePods(world)).toHaveLength(3)
})

it('deletes a failed pod and says so, with a pause after each', () => {
  const world = worldWith(1)
  const fail = (): void => {
    for (const { metadata } of world.all<Pod>('pods')) world.setPod(metadata.name!, { phase: 'Failed' })
    world.advance(100)
  }
  fail()
  fail()
  const found = (): number => world.events.filter((text) => text.startsWith('FailedDaemonPod Found failed daemon pod lab/agent-')).length
  expect(found()).toBe(1)
  world.advance(2000)
  expect(found()).toBe(2)
})

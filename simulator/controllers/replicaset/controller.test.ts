import { expect, it } from 'vitest'
import type { Pod, ReplicaSet } from '../../api/types.ts'
import { containers, World } from '../testing/world.ts'
import { replicaSetController } from './controller.ts'

const labels = { app: 'web' }

function makeSet(replicas: number): ReplicaSet {
  return {
    apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web', namespace: 'lab' },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  }
}

function start(replicas: number): World {
  const world = new World(replicaSetController)
  world.api.create('replicasets.apps', makeSet(replicas))
  world.advance(60_000)
  return world
}

function findSet(world: World): ReplicaSet {
  return world.api.find<ReplicaSet>('replicasets.apps', 'lab/web')!
}

it('creates its pods, owned by the set, and counts them', () => {
  const world = start(3)
  expect(world.all<Pod>('pods').map(({ metadata }) => metadata.ownerReferences?.[0]?.uid)).toEqual([1, 2, 3].map(() => findSet(world).metadata.uid))
  expect(findSet(world).status).toMatchObject({ replicas: 3, fullyLabeledReplicas: 3 })
  world.startAll()
  world.advance(1000)
  expect(findSet(world).status).toMatchObject({ readyReplicas: 3, availableReplicas: 3 })
})

it('deletes pods beyond its size', () => {
  const world = start(3)
  world.api.scale('replicasets.apps', 'lab/web', 1)
  world.advance(1000)
  expect(world.all('pods')).toHaveLength(1)
})

it('replaces a pod that was deleted', () => {
  const world = start(2)
  const first = world.all<Pod>('pods')[0]!.metadata.name!
  world.api.delete('pods', `lab/${first}`)
  world.advance(1000)
  expect(world.all<Pod>('pods').map(({ metadata }) => metadata.name)).not.toContain(first)
  expect(world.all('pods')).toHaveLength(2)
})

it('adopts a pod of its labels and needs one less of its own', () => {
  const world = new World(replicaSetController)
  world.api.create<Pod>('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'lone', namespace: 'lab', labels }, spec: { containers }, status: { phase: 'Pending' } })
  world.api.create('replicasets.apps', makeSet(2))
  world.advance(1000)
  expect(world.all('pods')).toHaveLength(2)
  expect(world.api.find<Pod>('pods', 'lab/lone')?.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'ReplicaSet', name: 'web', controller: true })
})

it('releases a pod whose labels no longer match, and replaces it', () => {
  const world = start(1)
  const { name } = world.all<Pod>('pods')[0]!.metadata
  world.api.patch('pods', `lab/${name}`, { metadata: { labels: { app: 'other' } } })
  world.advance(1000)
  expect(world.api.find<Pod>('pods', `lab/${name}`)?.metadata.ownerReferences ?? []).toEqual([])
  expect(world.all('pods')).toHaveLength(2)
})

it('tells of a refusal in its condition and takes it back once the pods exist', () => {
  const world = new World(replicaSetController)
  world.podsMax = 1
  world.api.create('replicasets.apps', makeSet(4))
  world.advance(1000)
  expect(findSet(world).status?.conditions?.[0]).toMatchObject({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' })
  world.podsMax = 10
  world.advance(120_000)
  expect(findSet(world).status).toMatchObject({ replicas: 4 })
  expect(findSet(world).status?.conditions ?? []).toEqual([])
})

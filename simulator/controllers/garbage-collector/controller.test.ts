import { expect, it } from 'vitest'
import type { DeleteOptions } from '../../api/client.ts'
import type { ConfigMap, OwnerReference } from '../../api/types.ts'
import { World } from '../testing/world.ts'
import { garbageCollector } from './controller.ts'

function make(world: World, name: string, owners: readonly OwnerReference[] = []): void {
  world.api.create<ConfigMap>('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'lab', uid: `uid-of-${name}`, ownerReferences: [...owners] } })
}

function ownedBy(name: string, rest: Partial<OwnerReference> = {}): OwnerReference {
  return { apiVersion: 'v1', kind: 'ConfigMap', name, uid: `uid-of-${name}`, ...rest }
}

function names(world: World): string[] {
  return world.all<ConfigMap>('configmaps').map(({ metadata }) => metadata.name!)
}

function startPair(rest: Partial<OwnerReference> = {}): World {
  const world = new World(garbageCollector)
  make(world, 'owner')
  make(world, 'owned', [ownedBy('owner', rest)])
  world.advance(5000)
  return world
}

it.each<Pick<DeleteOptions, 'propagationPolicy'> & { left: string[] }>([
  { propagationPolicy: 'Background', left: [] },
  { propagationPolicy: 'Foreground', left: [] },
  { propagationPolicy: 'Orphan', left: ['owned'] },
])('leaves $left after a deletion with the policy $propagationPolicy', ({ propagationPolicy, left }) => {
  const world = startPair({ blockOwnerDeletion: true, controller: true })
  expect(names(world)).toEqual(['owner', 'owned'])
  world.api.delete('configmaps', 'lab/owner', { propagationPolicy })
  world.advance(60_000)
  expect(names(world)).toEqual(left)
  expect(world.api.find<ConfigMap>('configmaps', 'lab/owned')?.metadata.ownerReferences ?? []).toEqual([])
})

it('deletes what names an owner that never was', () => {
  const world = new World(garbageCollector)
  make(world, 'owned', [ownedBy('gone')])
  world.advance(60_000)
  expect(names(world)).toEqual([])
})

it('deletes what names an owner of the right name but another uid', () => {
  const world = new World(garbageCollector)
  make(world, 'owner')
  make(world, 'owned', [ownedBy('owner', { uid: 'another' })])
  world.advance(60_000)
  expect(names(world)).toEqual(['owner'])
})

it('only drops the reference to a lost owner while another one lives', () => {
  const world = new World(garbageCollector)
  make(world, 'first')
  make(world, 'second')
  make(world, 'owned', [ownedBy('first'), ownedBy('second')])
  world.advance(5000)
  world.api.delete('configmaps', 'lab/first', { propagationPolicy: 'Background' })
  world.advance(60_000)
  expect(world.api.find<ConfigMap>('configmaps', 'lab/owned')?.metadata.ownerReferences?.map(({ name }) => name)).toEqual(['second'])
})

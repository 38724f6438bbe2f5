import { expect, it } from 'vitest'
import { defaultFlags } from '../flags.ts'
import { World } from '../testing/world.ts'
import { makePersistentVolumeController } from './controller.ts'
import { claims, volumes } from './types.ts'
import type { Claim, PersistentVolume, StorageClass } from './types.ts'

function makeWorld(): World {
  return new World(makePersistentVolumeController(defaultFlags))
}

function addVolume(world: World, name: string, storage: string, spec: Partial<PersistentVolume['spec']> = {}): void {
  world.api.create<PersistentVolume>(volumes, { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], storageClassName: 'manual', persistentVolumeReclaimPolicy: 'Retain', ...spec } })
  world.advance(100)
}

function addClaim(world: World, storage: string, spec: Partial<Claim['spec']> = {}): void {
  world.api.create<Claim>(claims, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace: 'lab' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'manual', resources: { requests: { storage } }, ...spec }, status: { phase: 'Pending' } })
  world.advance(100)
}

function volumeOf(world: World): string | undefined {
  return world.api.find<Claim>(claims, 'lab/data')?.spec.volumeName
}

function phaseOf(world: World, name: string): string | undefined {
  return world.api.find<PersistentVolume>(volumes, name)?.status?.phase
}

it.each<{ title: string; spec: Partial<PersistentVolume['spec']>; expected: string | undefined }>([
  { title: 'takes the smallest volume that suffices', spec: {}, expected: 'small' },
  { title: 'passes over another class', spec: { storageClassName: 'fast' }, expected: 'big' },
  { title: 'passes over missing access modes', spec: { accessModes: ['ReadOnlyMany'] }, expected: 'big' },
  { title: 'passes over another mode of volume', spec: { volumeMode: 'Block' }, expected: 'big' },
  { title: 'passes over a volume that is kept for another claim', spec: { claimRef: { namespace: 'lab', name: 'other' } }, expected: 'big' },
])('a claim $title', ({ spec, expected }) => {
  const world = makeWorld()
  addVolume(world, 'tiny', '500Mi')
  addVolume(world, 'big', '10Gi')
  addVolume(world, 'small', '2Gi', spec)
  addClaim(world, '1Gi')
  expect(volumeOf(world)).toBe(expected)
  expect(phaseOf(world, expected!)).toBe('Bound')
  expect(world.api.find<Claim>(claims, 'lab/data')?.status).toMatchObject({ phase: 'Bound', accessModes: ['ReadWriteOnce'] })
})

it('a claim that finds nothing says why, again at each period, until a volume comes', () => {
  const world = makeWorld()
  addClaim(world, '1Gi')
  world.advance(2 * defaultFlags.claimBinderSyncPeriodMs)
  expect(world.events).toEqual(Array.from({ length: 3 }, () => 'ProvisioningFailed storageclass.storage.k8s.io "manual" not found'))
  addVolume(world, 'late', '1Gi')
  world.advance(defaultFlags.claimBinderSyncPeriodMs)
  expect(volumeOf(world)).toBe('late')
})

it('a claim of a class that waits leaves the choice to the scheduler', () => {
  const world = makeWorld()
  world.api.create<StorageClass>('storageclasses.storage.k8s.io', { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'manual' }, provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' })
  addVolume(world, 'v', '1Gi')
  addClaim(world, '1Gi')
  expect(world.events).toEqual(['WaitForFirstConsumer waiting for first consumer to be created before binding'])
  expect(phaseOf(world, 'v')).toBe('Available')
})

it('a volume whose claim is gone is released and not given away', () => {
  const world = makeWorld()
  addVolume(world, 'v', '1Gi')
  addClaim(world, '1Gi')
  world.api.delete(claims, 'lab/data')
  world.advance(100)
  expect(phaseOf(world, 'v')).toBe('Released')
  addClaim(world, '1Gi')
  expect(volumeOf(world)).toBeUndefined()
})

it('a claim whose volume is gone is lost', () => {
  const world = makeWorld()
  addVolume(world, 'v', '1Gi')
  addClaim(world, '1Gi')
  world.api.delete(volumes, 'v')
  world.advance(100)
  expect(world.api.find<Claim>(claims, 'lab/data')?.status?.phase).toBe('Lost')
})

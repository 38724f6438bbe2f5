import { expect, it } from 'vitest'
import type { PersistentVolumeClaim, Pod } from '../../api/types.ts'
import { containers, World } from '../testing/world.ts'
import { statefulSetController } from './controller.ts'
import type { StatefulSet, StatefulSetSpec } from './types.ts'

const labels = { app: 'db' }

function worldWith(spec: Partial<StatefulSetSpec>): World {
  const world = new World(statefulSetController)
  world.api.create<StatefulSet>('statefulsets.apps', {
    apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db', namespace: 'lab' },
    spec: {
      replicas: 3, serviceName: 'db', selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } },
      podManagementPolicy: 'OrderedReady', updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } }, revisionHistoryLimit: 10, ...spec,
    },
  })
  return world
}

function podNames(world: World): string[] {
  return world.all<Pod>('pods').map(({ metadata }) => metadata.name!)
}

/** Lets each pod become ready, until nothing changes. */
function settle(world: World): void {
  for (let turn = 0; turn < 8; turn++) {
    world.startAll()
    world.advance(1000)
  }
}

function setImage(world: World, image: string): void {
  world.api.patch('statefulsets.apps', 'lab/db', { spec: { template: { spec: { containers: [{ ...containers[0]!, image }] } } } })
}

function imagesOf(world: World): { [name: string]: string | undefined } {
  return Object.fromEntries(world.all<Pod>('pods').map(({ metadata, spec }) => [metadata.name!, spec.containers[0]!.image]))
}

it('makes one pod after the other, each when the one before is ready', () => {
  const world = worldWith({})
  world.advance(1000)
  expect(podNames(world)).toEqual(['db-0'])
  settle(world)
  expect(podNames(world)).toEqual(['db-0', 'db-1', 'db-2'])
  expect(world.events).toEqual([0, 1, 2].map((ordinal) => `SuccessfulCreate Create Pod db-${ordinal} in StatefulSet db successful`))
  expect(world.all<Pod>('pods')[1]).toMatchObject({ metadata: { labels: { 'statefulset.kubernetes.io/pod-name': 'db-1', 'apps.kubernetes.io/pod-index': '1' } }, spec: { hostname: 'db-1', subdomain: 'db' } })
})

it.each<{ title: string; spec: Partial<StatefulSetSpec>; names: string[] }>([
  { title: 'all pods at once when they are managed in parallel', spec: { podManagementPolicy: 'Parallel' }, names: ['db-0', 'db-1', 'db-2'] },
  { title: 'the first pod of the start ordinal', spec: { ordinals: { start: 5 } }, names: ['db-5'] },
])('makes $title', ({ spec, names }) => {
  const world = worldWith(spec)
  world.advance(1000)
  expect(podNames(world)).toEqual(names)
})

it.each([
  { title: 'all pods', partition: 0, images: { 'db-0': 'new', 'db-1': 'new', 'db-2': 'new' } },
  { title: 'the pods from the partition on', partition: 2, images: { 'db-0': 'old', 'db-1': 'old', 'db-2': 'new' } },
])('an update replaces $title, the highest ordinal first', ({ partition, images }) => {
  const world = worldWith({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } }, template: { metadata: { labels }, spec: { containers: [{ ...containers[0]!, image: 'old' }] } } })
  settle(world)
  world.events.length = 0
  setImage(world, 'new')
  settle(world)
  expect(imagesOf(world)).toEqual(images)
  expect(world.events[0]).toBe('SuccessfulDelete Delete Pod db-2 in StatefulSet db successful')
  expect(world.all('controllerrevisions.apps')).toHaveLength(2)
})

it('removes the highest ordinals first and keeps or hands on the claims as the policy says', () => {
  const world = worldWith({ replicas: 2, volumeClaimTemplates: [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec: {} }], persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' } })
  settle(world)
  world.api.scale('statefulsets.apps', 'lab/db', 1)
  settle(world)
  expect(podNames(world)).toEqual(['db-0'])
  const claims = world.all<PersistentVolumeClaim>('persistentvolumeclaims')
  expect(claims.map(({ metadata }) => [metadata.name, metadata.ownerReferences?.map(({ kind }) => kind)])).toEqual([['data-db-0', ['StatefulSet']], ['data-db-1', ['StatefulSet']]])
})

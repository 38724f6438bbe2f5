import { expect, it } from 'vitest'
import type { Deployment, Pod, ReplicaSet } from '../../api/types.ts'
import { replicaSetController } from '../replicaset/controller.ts'
import { containers, World } from '../testing/world.ts'
import { deploymentController } from './controller.ts'

const labels = { app: 'web' }
const rolling = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }

function start(spec: Partial<Deployment['spec']> = {}): World {
  const world = new World(replicaSetController, deploymentController)
  world.api.create<Deployment>('deployments.apps', {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'lab' },
    spec: {
      replicas: 3, selector: { matchLabels: labels }, strategy: rolling, revisionHistoryLimit: 10, progressDeadlineSeconds: 600,
      template: { metadata: { labels }, spec: { containers } }, ...spec,
    },
  })
  world.advance(1000)
  world.startAll()
  world.advance(1000)
  return world
}

function setImage(world: World, image: string): void {
  world.api.patch('deployments.apps', 'lab/web', { spec: { template: { spec: { containers: [{ name: 'app', image }] } } } })
}

function find(world: World): Deployment {
  return world.api.find<Deployment>('deployments.apps', 'lab/web')!
}

/** Sizes of the sets, the first made first. */
function sizes(world: World): number[] {
  return world.all<ReplicaSet>('replicasets.apps').map(({ spec }) => spec?.replicas ?? 1)
}

function reasons(world: World): string[] {
  return (find(world).status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`).sort()
}

function finish(world: World): void {
  for (let round = 0; round < 10; round++) {
    world.startAll()
    world.advance(1000)
  }
}

it('makes a set whose name and labels carry the hash of the template', () => {
  const world = start()
  const { metadata } = world.all<ReplicaSet>('replicasets.apps')[0]!
  const hash = metadata.labels?.['pod-template-hash']
  expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]+$/)
  expect(metadata.name).toBe(`web-${hash}`)
  expect(metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1')
  expect(reasons(world)).toEqual(['Available=True MinimumReplicasAvailable', 'Progressing=True NewReplicaSetAvailable'])
})

it('rolls one pod at a time and never has fewer than it should', () => {
  const world = start()
  setImage(world, 'nginx:2')
  const seen: number[][] = []
  for (let round = 0; round < 10; round++) {
    world.advance(1000)
    seen.push(sizes(world))
    const ready = world.all<Pod>('pods').filter(({ status }) => status?.phase === 'Running')
    expect(ready.length).toBeGreaterThanOrEqual(3)
    world.startAll()
  }
  expect(seen.slice(0, 4)).toEqual([[3, 1], [2, 2], [1, 3], [0, 3]])
  expect(find(world).metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2')
})

it('ends all old pods before it makes a new one, if it recreates', () => {
  const world = start({ strategy: { type: 'Recreate' } })
  setImage(world, 'nginx:2')
  world.advance(1000)
  expect(sizes(world)).toEqual([0, 3])
  expect(world.all<Pod>('pods').map(({ spec }) => spec?.containers[0]?.image)).toEqual(['nginx:2', 'nginx:2', 'nginx:2'])
})

it('makes no new set while it is paused, but follows its size', () => {
  const world = start()
  world.api.patch('deployments.apps', 'lab/web', { spec: { paused: true } })
  setImage(world, 'nginx:2')
  world.api.scale('deployments.apps', 'lab/web', 5)
  world.advance(1000)
  expect(sizes(world)).toEqual([5])
  expect(reasons(world)).toContain('Progressing=Unknown DeploymentPaused')
})

it('says that it no longer progresses after its deadline', () => {
  const world = start({ progressDeadlineSeconds: 30 })
  setImage(world, 'nginx:2')
  world.advance(20_000)
  expect(reasons(world)).toContain('Progressing=True ReplicaSetUpdated')
  world.advance(20_000)
  expect(reasons(world)).toContain('Progressing=False ProgressDeadlineExceeded')
})

it('goes back to an old set, which gets the next revision', () => {
  const world = start()
  setImage(world, 'nginx:2')
  finish(world)
  setImage(world, 'nginx:1')
  finish(world)
  expect(sizes(world)).toEqual([3, 0])
  expect(world.all<ReplicaSet>('replicasets.apps')[0]?.metadata.annotations).toMatchObject({
    'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1',
  })
})

it('keeps no more old sets than its history may hold', () => {
  const world = start({ revisionHistoryLimit: 1 })
  for (const image of ['nginx:2', 'nginx:3', 'nginx:4']) {
    setImage(world, image)
    finish(world)
  }
  expect(world.all<ReplicaSet>('replicasets.apps').map(({ spec }) => spec?.template?.spec?.containers[0]?.image)).toEqual(['nginx:3', 'nginx:4'])
})

it('spreads a new size over its sets while it rolls', () => {
  const world = start({ replicas: 10, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } })
  setImage(world, 'nginx:2')
  world.advance(1000)
  expect(sizes(world)).toEqual([8, 5])
  world.api.scale('deployments.apps', 'lab/web', 15)
  world.advance(1000)
  expect(sizes(world)).toEqual([11, 7])
})

it('takes another name when a set of a foreign template has the name already', () => {
  const known = start()
  const { name } = known.all<ReplicaSet>('replicasets.apps')[0]!.metadata
  const world = new World(replicaSetController, deploymentController)
  world.api.create<ReplicaSet>('replicasets.apps', {
    apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name, namespace: 'lab' },
    spec: { replicas: 0, selector: { matchLabels: { app: 'foreign' } }, template: { metadata: { labels: { app: 'foreign' } }, spec: { containers } } },
  })
  world.api.create<Deployment>('deployments.apps', { ...find(known), metadata: { name: 'web', namespace: 'lab' }, status: {} })
  world.advance(5000)
  expect(find(world).status?.collisionCount).toBe(1)
  expect(sizes(world)).toEqual([0, 3])
})

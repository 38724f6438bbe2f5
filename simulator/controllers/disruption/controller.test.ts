import { expect, it } from 'vitest'
import type { IntOrString, PodDisruptionBudget, ReplicaSet } from '../../api/types.ts'
import { replicaSetController } from '../replicaset/controller.ts'
import { containers, World } from '../testing/world.ts'
import { disruptionController } from './controller.ts'

const labels = { app: 'web' }

interface Case { readonly spec: { minAvailable?: IntOrString; maxUnavailable?: IntOrString }; readonly desired: number; readonly allowed: number }

it.each<Case>([
  { spec: { minAvailable: 2 }, desired: 2, allowed: 3 },
  { spec: { minAvailable: '50%' }, desired: 3, allowed: 2 },
  { spec: { maxUnavailable: 1 }, desired: 4, allowed: 1 },
  { spec: { maxUnavailable: '50%' }, desired: 2, allowed: 3 },
  { spec: { minAvailable: 7 }, desired: 7, allowed: 0 },
  { spec: { maxUnavailable: 9 }, desired: 0, allowed: 5 },
])('allows $allowed of five pods to go for $spec', ({ spec, desired, allowed }) => {
  const world = new World(replicaSetController, disruptionController)
  world.api.create<ReplicaSet>('replicasets.apps', {
    apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web', namespace: 'lab' },
    spec: { replicas: 5, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  })
  world.api.create<PodDisruptionBudget>('poddisruptionbudgets.policy', {
    apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace: 'lab' }, spec: { ...spec, selector: { matchLabels: labels } },
  })
  world.advance(5000)
  world.startAll()
  world.advance(5000)
  const { status } = world.api.find<PodDisruptionBudget>('poddisruptionbudgets.policy', 'lab/web')!
  expect(status).toMatchObject({ expectedPods: 5, currentHealthy: 5, desiredHealthy: desired, disruptionsAllowed: allowed })
  expect(status?.conditions?.[0]).toMatchObject({ type: 'DisruptionAllowed', status: allowed > 0 ? 'True' : 'False', reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods' })
})

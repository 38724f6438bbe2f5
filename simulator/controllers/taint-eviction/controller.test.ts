import { expect, it } from 'vitest'
import type { Node, Pod, Toleration } from '../../api/types.ts'
import { containers, World } from '../testing/world.ts'
import { taintEvictionController } from './controller.ts'

const taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' } as const

function start(tolerations: Toleration[]): World {
  const world = new World(taintEvictionController)
  world.api.create<Node>('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: {} })
  world.api.create<Pod>('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'app', namespace: 'lab' }, spec: { nodeName: 'n1', containers, tolerations }, status: { phase: 'Running' } })
  world.advance(1000)
  world.api.patch('nodes', 'n1', { spec: { taints: [taint] } })
  return world
}

it.each<{ name: string; tolerations: Toleration[]; afterMs: number | undefined }>([
  { name: 'goes at once', tolerations: [], afterMs: 0 },
  { name: 'stays for as long as it tolerates the taint', tolerations: [{ ...taint, operator: 'Exists', tolerationSeconds: 300 }], afterMs: 300_000 },
  { name: 'stays for the time of its first toleration of the taint', tolerations: [{ ...taint, operator: 'Exists', tolerationSeconds: 30 }, { operator: 'Exists', tolerationSeconds: 5 }], afterMs: 30_000 },
  { name: 'stays for ever', tolerations: [{ operator: 'Exists' }], afterMs: undefined },
])('a pod $name', ({ tolerations, afterMs }) => {
  const world = start(tolerations)
  if (afterMs !== undefined && afterMs > 0) {
    world.advance(afterMs - 2000)
    expect(world.all('pods')).toHaveLength(1)
  }
  world.advance(4000)
  expect(world.all('pods')).toHaveLength(afterMs === undefined ? 1 : 0)
})

it('a pod stays when the taint goes in time', () => {
  const world = start([{ ...taint, operator: 'Exists', tolerationSeconds: 300 }])
  world.advance(100_000)
  world.api.patch('nodes', 'n1', { spec: { taints: null } })
  world.advance(600_000)
  expect(world.all('pods')).toHaveLength(1)
})

import { expect, it } from 'vitest'
import { timestampMs, toTimestamp } from '../../api/time.ts'
import type { Pod } from '../../api/types.ts'
import { podsToDelete } from './ranking.ts'

const nowMs = 3_600_000
const parse = (text: string): number => timestampMs(text)

interface Parts { readonly node?: string; readonly phase?: string; readonly readyForMs?: number; readonly ageMs?: number; readonly cost?: string; readonly restarts?: number }

function makePod(name: string, { node = 'n1', phase = 'Running', readyForMs, ageMs = 600_000, cost, restarts = 0 }: Parts): Pod {
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name, uid: name, creationTimestamp: toTimestamp(nowMs - ageMs), ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }) },
    spec: { containers: [], ...(node === '' ? {} : { nodeName: node }) },
    status: {
      phase, conditions: readyForMs === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: toTimestamp(nowMs - readyForMs) }],
      containerStatuses: [{ name: 'c', ready: true, restartCount: restarts, image: '', imageID: '' }],
    },
  }
}

it.each([
  { name: 'an unscheduled pod goes before a scheduled one', pods: [makePod('keep', {}), makePod('goes', { node: '' })] },
  { name: 'a pending pod goes before a running one', pods: [makePod('keep', {}), makePod('goes', { phase: 'Pending' })] },
  { name: 'an unready pod goes before a ready one', pods: [makePod('keep', { readyForMs: 1000 }), makePod('goes', {})] },
  { name: 'the lower deletion cost goes first', pods: [makePod('keep', { readyForMs: 1000 }), makePod('goes', { readyForMs: 500_000, cost: '-5' })] },
  { name: 'a cost that is no number counts as zero', pods: [makePod('keep', { readyForMs: 1000, cost: '1' }), makePod('goes', { readyForMs: 1000, cost: 'x' })] },
  { name: 'of two on one node one goes before a lone one', pods: [makePod('keep', { node: 'n2', readyForMs: 1000 }), makePod('goes', { readyForMs: 500_000 }), makePod('other', { readyForMs: 599_000, cost: '9' })] },
  { name: 'a pod that became ready much later goes first', pods: [makePod('keep', { readyForMs: 600_000 }), makePod('goes', { readyForMs: 1000 })] },
  { name: 'ready times within a power of two leave it to the uid', pods: [makePod('z', { readyForMs: 10_000 }), makePod('goes', { readyForMs: 12_000 })] },
  { name: 'the pod with more restarts goes first', pods: [makePod('keep', {}), makePod('goes', { restarts: 3 })] },
])('$name', ({ pods }) => {
  expect(podsToDelete(pods, pods, 1, nowMs, parse).map((pod) => pod.metadata.name)).toEqual(['goes'])
})

it('all go when as many are asked for', () => {
  const pods = [makePod('a', {}), makePod('b', {})]
  expect(podsToDelete(pods, pods, 2, nowMs, parse)).toHaveLength(2)
})

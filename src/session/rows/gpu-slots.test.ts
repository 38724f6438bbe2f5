import { describe, expect, test } from 'vitest'
import type { Node } from '../../../simulator/api/types.ts'
import { gpuAnnotation, gpuFaultsAnnotation } from '../../../simulator/gpu/spec.ts'
import type { GpuSpec } from '../../../simulator/gpu/spec.ts'
import type { PodRow } from '../host-rows.ts'
import { gpuSlotsOf } from './gpu-slots.ts'

const a100: GpuSpec = { model: 'NVIDIA-A100-SXM4-80GB', count: 2 }
const node = (gpus: GpuSpec, faults = ''): Node => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', annotations: { [gpuAnnotation]: JSON.stringify(gpus), [gpuFaultsAnnotation]: faults } } })
const pod = (uid: string, gpuResources: Record<string, number>): PodRow => ({ uid, gpuResources, gpuRequest: Object.values(gpuResources).reduce((a, b) => a + b, 0) }) as unknown as PodRow

describe('GPU slots', () => {
  test.each([
    { name: 'of whole GPUs are held from the first on', node: node(a100), pods: [pod('p', { 'nvidia.com/gpu': 1 })], want: [{ podUid: 'p' }, {}] },
    { name: 'that are broken are lost, and given last', node: node(a100, '0=79'), pods: [pod('p', { 'nvidia.com/gpu': 1 })], want: [{ lost: true }, { podUid: 'p' }] },
    {
      name: 'of MIG devices have their profile, and their own resource', pods: [pod('p', { 'nvidia.com/mig-3g.40gb': 1 }), pod('q', { 'nvidia.com/gpu': 1 })],
      node: node({ ...a100, mig: { strategy: 'mixed', devices: [{ gpus: [1], profiles: { '3g.40gb': 2 } }] } }), want: [{ podUid: 'q' }, { podUid: 'p', mig: '3g.40gb' }, { mig: '3g.40gb' }],
    },
    {
      name: 'of shared GPUs say how many Pods are on one', pods: ['p', 'q', 'r'].map((uid) => pod(uid, { 'nvidia.com/gpu': 1 })),
      node: node({ model: 'Tesla-T4', count: 2, sharing: { strategy: 'time-slicing', replicas: 4 } }), want: [{ podUid: 'p', shared: 2, sharesFree: 2 }, { podUid: 'q', shared: 1, sharesFree: 3 }],
    },
    { name: 'of a node that names no model follow its resource', node: { metadata: {}, status: { capacity: { 'nvidia.com/gpu': '3' }, allocatable: { 'nvidia.com/gpu': '2' } } } as unknown as Node, pods: [pod('p', { 'nvidia.com/gpu': 1 })], want: [{ podUid: 'p' }, {}, { lost: true }] },
  ])('$name', ({ node: given, pods, want }) => {
    expect(gpuSlotsOf(given, pods)).toEqual(want)
  })
})

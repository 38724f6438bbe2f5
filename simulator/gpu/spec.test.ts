import { describe, expect, it } from 'vitest'
import { countByResource, gpuDevices, gpuFaultsText, unhealthyGpus } from './devices.ts'
import { gpuLabels } from './labels.ts'
import { checkGpuSpec, parseGpuSpec } from './spec.ts'
import type { GpuSpec } from './spec.ts'
import { preferredDevices } from './allocate.ts'

const a100 = { model: 'NVIDIA-A100-SXM4-80GB', count: 1 }

function divided(profiles: { [profile: string]: number }, more: Partial<GpuSpec> = {}): GpuSpec {
  return { ...a100, mig: { strategy: 'mixed', devices: [{ profiles }] }, ...more }
}

describe('MIG layouts of one A100', () => {
  it.each<{ name: string; profiles: { [profile: string]: number } }>([
    { name: 'seven small ones fit', profiles: { '1g.10gb': 7 } },
    { name: 'four large small ones fit', profiles: { '1g.20gb': 4 } },
    { name: 'a half and a half fit', profiles: { '3g.40gb': 2 } },
    { name: 'four and three sevenths fit', profiles: { '4g.40gb': 1, '3g.40gb': 1 } },
    { name: 'a mixture of all sizes fits', profiles: { '3g.40gb': 1, '2g.20gb': 1, '1g.10gb': 2 } },
    { name: 'one with media engines is one of seven', profiles: { '1g.10gb': 6, '1g.10gb+me': 1 } },
    { name: 'the whole is a layout too', profiles: { '7g.80gb': 1 } },
  ])('$name', ({ profiles }) => {
    expect(checkGpuSpec(divided(profiles))).toBeUndefined()
    const sum = Object.values(profiles).reduce((a, b) => a + b, 0)
    expect(gpuDevices('node', divided(profiles))).toHaveLength(sum)
  })

  it.each<{ name: string; profiles: { [profile: string]: number }; why: string }>([
    { name: 'eight small ones are too many', profiles: { '1g.10gb': 8 }, why: '8 x 1g.10gb are too many for one GPU: at most 7.' },
    { name: 'the second with media engines is refused', profiles: { '1g.10gb+me': 2 }, why: '2 x 1g.10gb+me are too many for one GPU: at most 1.' },
    { name: 'compute slices run out', profiles: { '4g.40gb': 1, '2g.20gb': 2 }, why: '4 x' },
    { name: 'memory slices overlap', profiles: { '3g.40gb': 2, '1g.10gb': 1 }, why: '3g.40gb and 1 x 1g.10gb do not fit on one NVIDIA-A100-SXM4-80GB: their memory slices overlap in every placement.' },
    { name: 'a profile of another model is unknown', profiles: { '1g.5gb': 1 }, why: 'MIG profile "1g.5gb" does not exist on NVIDIA-A100-SXM4-80GB.' },
    { name: 'nothing is no layout', profiles: {}, why: 'A MIG layout needs at least one profile with a count of 1 or more.' },
  ])('$name', ({ profiles, why }) => {
    const text = checkGpuSpec(divided(profiles))
    expect(text).toContain(why === '4 x' ? 'need 8 compute slices, but one GPU has 7' : why)
  })

  it.each([
    { name: 'a T4 cannot be divided', spec: { model: 'Tesla-T4', count: 1, mig: { strategy: 'mixed', devices: [] } }, why: 'Tesla-T4 cannot be divided: MIG needs an A100, A30 or H100.' },
    { name: 'single leaves no GPU whole', spec: { ...a100, count: 2, mig: { strategy: 'single', devices: [{ gpus: [0], profiles: { '1g.10gb': 7 } }] } }, why: 'MIG strategy single needs every GPU of the node divided alike. Use strategy mixed to leave some whole.' },
    { name: 'single has one profile', spec: { ...a100, mig: { strategy: 'single', devices: [{ profiles: { '1g.10gb': 3, '2g.20gb': 2 } }] } }, why: 'MIG strategy single needs one profile on all GPUs, not 1g.10gb and 2g.20gb. Use strategy mixed.' },
    { name: 'a GPU is divided once', spec: { ...a100, mig: { strategy: 'mixed', devices: [{ profiles: { '1g.10gb': 1 } }, { gpus: [0], profiles: { '1g.10gb': 1 } }] } }, why: 'GPU 0 is divided twice.' },
    { name: 'MPS does not share MIG devices', spec: { ...divided({ '1g.10gb': 7 }), sharing: { strategy: 'mps', replicas: 2 } }, why: 'sharing using MPS is not supported for MIG devices' },
    { name: 'one replica is no sharing', spec: { ...a100, sharing: { strategy: 'time-slicing', replicas: 1 } }, why: 'Sharing needs a whole number of replicas, 2 or more, not 1.' },
    { name: 'an island names GPUs that exist', spec: { ...a100, islands: [[0, 1]] }, why: 'There is no GPU 1: the node has GPUs 0 to 0.' },
  ] as { name: string; spec: GpuSpec; why: string }[])('$name', ({ spec, why }) => {
    expect(checkGpuSpec(spec)).toBe(why)
  })

  it('tells what is wrong with a text', () => {
    expect(parseGpuSpec('{"model": "Tesla-T4"}')).toHaveProperty('error')
    expect(parseGpuSpec('{')).toHaveProperty('error')
    expect(parseGpuSpec('{"model": "GTX-1080", "count": 1}')).toMatchObject({ error: expect.stringContaining('GPU model "GTX-1080" is not known.') as string })
  })
})

describe('resources of a GPU node', () => {
  it.each([
    { name: 'whole GPUs', spec: { ...a100, count: 8 }, want: { 'nvidia.com/gpu': 8 } },
    { name: 'single counts MIG devices as GPUs', spec: { ...a100, count: 2, mig: { strategy: 'single', devices: [{ profiles: { '1g.10gb': 7 } }] } }, want: { 'nvidia.com/gpu': 14 } },
    { name: 'mixed names each profile', spec: { ...a100, count: 8, mig: { strategy: 'mixed', devices: [{ gpus: [7], profiles: { '1g.10gb': 7 } }] } }, want: { 'nvidia.com/gpu': 7, 'nvidia.com/mig-1g.10gb': 7 } },
    { name: 'a plus in a profile becomes a dot', spec: divided({ '1g.10gb+me': 1 }), want: { 'nvidia.com/mig-1g.10gb.me': 1 } },
    { name: 'time slicing multiplies', spec: { model: 'Tesla-T4', count: 4, sharing: { strategy: 'time-slicing', replicas: 4 } }, want: { 'nvidia.com/gpu': 16 } },
    { name: 'renamed shares', spec: { model: 'Tesla-T4', count: 4, sharing: { strategy: 'time-slicing', replicas: 4, renameByDefault: true } }, want: { 'nvidia.com/gpu.shared': 16 } },
  ] as { name: string; spec: GpuSpec; want: { [resource: string]: number } }[])('$name', ({ spec, want }) => {
    expect(countByResource(gpuDevices('node', spec))).toEqual(want)
  })
})

describe('labels of GPU feature discovery', () => {
  it.each([
    { name: 'whole GPUs', spec: { ...a100, count: 8 }, want: { product: 'NVIDIA-A100-SXM4-80GB', count: '8', replicas: '1', 'sharing-strategy': 'none', memory: '81920', family: 'ampere', 'compute.major': '8', 'compute.minor': '0', machine: 'unknown', present: 'true' } },
    { name: 'an L4 is of the Ada Lovelace family', spec: { model: 'NVIDIA-L4', count: 1 }, want: { family: 'ada-lovelace', 'compute.minor': '9' } },
    { name: 'single speaks of MIG devices', spec: { ...a100, count: 2, mig: { strategy: 'single', devices: [{ profiles: { '1g.10gb': 7 } }] } }, want: { product: 'NVIDIA-A100-SXM4-80GB-MIG-1g.10gb', count: '14', replicas: '1', memory: '9728', multiprocessors: '14', 'slices.gi': '1', 'engines.copy': '1' } },
    { name: 'shared GPUs say so in the product', spec: { model: 'Tesla-T4', count: 4, sharing: { strategy: 'mps', replicas: 4 } }, want: { product: 'Tesla-T4-SHARED', count: '4', replicas: '4', 'sharing-strategy': 'mps' } },
    { name: 'renamed shares do not', spec: { model: 'Tesla-T4', count: 4, sharing: { strategy: 'time-slicing', replicas: 4, renameByDefault: true } }, want: { product: 'Tesla-T4', replicas: '4', 'sharing-strategy': 'time-slicing' } },
  ] as { name: string; spec: GpuSpec; want: { [label: string]: string } }[])('$name', ({ spec, want }) => {
    const labels = gpuLabels('node', spec)
    expect(labels).toMatchObject(Object.fromEntries(Object.entries(want).map(([name, value]) => [`nvidia.com/gpu.${name}`, value])))
  })

  it('mixed labels each profile and the GPUs that are left', () => {
    expect(gpuLabels('node', { ...a100, count: 8, mig: { strategy: 'mixed', devices: [{ gpus: [7], profiles: { '3g.40gb': 2 } }] } })).toMatchObject({
      'nvidia.com/mig.strategy': 'mixed', 'nvidia.com/mig.capable': 'true', 'nvidia.com/gpu.count': '8', 'nvidia.com/gpu.replicas': '1',
      'nvidia.com/mig-3g.40gb.count': '2', 'nvidia.com/mig-3g.40gb.product': 'NVIDIA-A100-SXM4-80GB-MIG-3g.40gb', 'nvidia.com/mig-3g.40gb.memory': '40192', 'nvidia.com/mig-3g.40gb.slices.ci': '3',
    })
    expect(gpuLabels('node', divided({ '3g.40gb': 2 }))).toMatchObject({ 'nvidia.com/gpu.replicas': '0' })
  })
})

describe('preferred devices', () => {
  const islands = { model: 'NVIDIA-A100-SXM4-80GB', count: 8, islands: [[0, 1, 2, 3], [4, 5, 6, 7]] }
  const all = gpuDevices('node', islands)
  const free = (...gpus: number[]): typeof all => all.filter(({ gpu }) => gpus.includes(gpu))
  it.each([
    { name: 'the fullest island that has enough', free: [1, 2, 3, 4, 5], count: 2, want: [4, 5] },
    { name: 'an island that has enough before the lowest ids', free: [3, 4, 5, 6], count: 3, want: [4, 5, 6] },
    { name: 'as few islands as possible', free: [2, 3, 4, 5, 6], count: 4, want: [4, 5, 6, 2] },
  ])('$name', ({ free: gpus, count, want }) => {
    expect(preferredDevices(free(...gpus), all, count).map(({ gpu }) => gpu)).toEqual(want)
  })

  it('replicas are taken from the GPU that gave away the fewest', () => {
    const shared = gpuDevices('node', { model: 'Tesla-T4', count: 2, sharing: { strategy: 'time-slicing', replicas: 2 } })
    expect(preferredDevices(shared.slice(1), shared, 1)[0].gpu).toBe(1)
    expect(preferredDevices(shared, shared, 2).map(({ gpu }) => gpu)).toEqual([0, 1])
  })
})

describe('faults', () => {
  it('an Xid of the hardware breaks the GPU, one of an application does not', () => {
    const node = { metadata: { name: 'n', annotations: { 'podflight.dev/gpu-faults': '0=79, 2=31,nonsense,5=48' } } } as never
    expect([...unhealthyGpus(node)]).toEqual([0, 5])
    expect(gpuFaultsText(new Map([[3, 48], [0, 79]]))).toBe('0=79,3=48')
    expect(gpuFaultsText(new Map())).toBeUndefined()
  })
})

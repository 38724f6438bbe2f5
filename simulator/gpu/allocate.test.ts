import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { preferredDevices } from './allocate.ts'
import { gpuDevices } from './devices.ts'
import { islandsOf } from './spec.ts'
import type { GpuSpec } from './spec.ts'

const specs: fc.Arbitrary<GpuSpec> = fc.record({
  model: fc.constant('NVIDIA-A100-SXM4-80GB'), count: fc.integer({ min: 1, max: 8 }), isShared: fc.boolean(), isSplit: fc.boolean(),
}).map(({ model, count, isShared, isSplit }) => ({
  model, count, ...(isShared ? { sharing: { strategy: 'time-slicing' as const, replicas: 3 } } : {}),
  ...(isSplit ? { islands: [Array.from({ length: count >> 1 }, (_, i) => i), Array.from({ length: count - (count >> 1) }, (_, i) => (count >> 1) + i)] } : {}),
}))

/** A spec, which of its devices are taken, and how many are wanted of the rest. */
const cases = fc.tuple(specs, fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }), fc.nat(23)).map(([spec, taken, draw]) => {
  const all = gpuDevices('node', spec)
  const free = all.filter((_, i) => taken[i] !== true)
  return { spec, all, free, count: free.length === 0 ? 0 : 1 + (draw % free.length) }
})

describe('preferred devices of any node', () => {
  it('are as many as were wanted, all free, none twice (seed 4417)', () => {
    fc.assert(fc.property(cases, ({ all, free, count }) => {
      const picked = preferredDevices(free, all, count).map(({ id }) => id)
      expect(new Set(picked).size).toBe(count)
      expect(picked.every((id) => free.some((device) => device.id === id))).toBe(true)
    }), { seed: 4417, numRuns: 300 })
  })

  it('stay in one island whenever one has enough (seed 4418)', () => {
    fc.assert(fc.property(cases.filter(({ spec }) => spec.sharing === undefined), ({ spec, all, free, count }) => {
      const hasRoom = islandsOf(spec).some((_, island) => free.filter((device) => device.island === island).length >= count)
      const used = new Set(preferredDevices(free, all, count).map(({ island }) => island))
      if (hasRoom) expect(used.size).toBeLessThanOrEqual(1)
    }), { seed: 4418, numRuns: 300 })
  })
})

import { describe, expect, test } from 'vitest'
import { afterPreemption } from './flapping.ts'
import type { Flapping } from './flapping.ts'

describe('a workload that loses its quota', () => {
  test('may come back at once the first time', () => expect(afterPreemption(undefined, 100, 5000)).toEqual({ count: 1, untilMs: 0 }))
  test('waits longer each time that it lost it early', () => {
    let flap: Flapping | undefined
    const waits: number[] = []
    for (let round = 0; round < 6; round++) {
      flap = afterPreemption(flap, 100, 0)
      waits.push(flap.untilMs)
    }
    expect(waits).toEqual([0, 1000, 2000, 4000, 8000, 16_000])
  })
  test('never waits for more than ten minutes', () => expect(afterPreemption({ count: 90, untilMs: 0 }, 100, 0).untilMs).toBe(600_000))
  test('begins anew when it had put its quota to use', () => expect(afterPreemption({ count: 5, untilMs: 0 }, 60_000, 0)).toEqual({ count: 0, untilMs: 0 }))
})

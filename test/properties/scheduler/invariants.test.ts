/** Random clusters with faults: what must hold does, and each rule finds the mistake that is planted for it. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { invariants } from './invariants.ts'
import { runsOf } from './runs.ts'
import { gangConfiguration, Storm } from './storm.ts'
import { stormRow } from './storms.ts'

const configuration = gangConfiguration()

describe('whatever happens to a cluster', () => {
  it('the invariants hold', () => {
    fc.assert(fc.property(stormRow, (row) => {
      const violations = new Storm(row, invariants, configuration).run(row.events)
      if (violations.length > 0) throw new Error(violations.join('\n'))
    }), runsOf(1000))
  }, 3_600_000)

  it.each(invariants)('a planted mistake is found: $name', (invariant) => {
    const rows = fc.sample(stormRow, { numRuns: 150, seed: 7 })
    const found = rows.some((row) => new Storm(row, [invariant], configuration, invariant.plant).run(row.events).length > 0)
    expect(found).toBe(true)
  }, 60_000)
})

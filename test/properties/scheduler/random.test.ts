/** Random clusters and what happens to them: the fast scheduler and the slow reference say the same. */

import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import { describe, it } from 'vitest'
import { sequence } from './clusters.ts'
import type { AttemptRow, SequenceRow } from './clusters.ts'
import { devices } from './devices.ts'
import { firstDifference } from './history.ts'
import { runsOf } from './runs.ts'
import { storage } from './storage.ts'

const families: { what: string; arbitrary: Arbitrary<AttemptRow | SequenceRow>; count: number }[] = [
  { what: 'nodes, pods and changes of both', arbitrary: sequence, count: 600 },
  { what: 'claims and volumes', arbitrary: storage, count: 200 },
  { what: 'resource claims and devices', arbitrary: devices, count: 200 },
]

describe('sets, reasons, scores and victims are those of the reference', () => {
  it.each(families)('$what', ({ arbitrary, count }) => {
    fc.assert(fc.property(arbitrary, (row) => {
      const difference = firstDifference(row)
      if (difference !== '') throw new Error(difference)
    }), runsOf(count))
  }, 3_600_000)
})

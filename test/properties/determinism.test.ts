import { describe, expect, it } from 'vitest'
import { afterForks, afterRewinds, afterSaves, allWays, inSlices, play, warmCluster } from './play.ts'
import type { Played, Way } from './play.ts'
import { randomLog } from './random-logs.ts'
import { allTraceHashes, logCount } from './trace-hashes.ts'

const warm = Array.from({ length: 8 }, (_, seed) => warmCluster(seed))

function played(seed: number, way?: Way): Pick<Played, 'hash' | 'output'> {
  const { hash, output } = play(warm[seed % warm.length].fork(), randomLog(seed), seed, way)
  return { hash, output }
}

describe('a cluster is a function of its configuration and its log', () => {
  it(`each of ${logCount} random logs comes to one trace, also in slices, after forks, saves and rewinds`, () => {
    const expected = allTraceHashes()
    const hashes = expected.map((_, seed) => played(seed, allWays()).hash)
    expect(hashes.flatMap((hash, seed) => (hash === expected[seed] ? [] : [`log ${seed}`]))).toEqual([])
    expect(new Set(expected).size).toBe(logCount)
  }, 300_000)

  it.each<[string, () => Way]>([
    ['run twice', () => ({})],
    ['with time in slices', () => inSlices],
    ['each line on a fork', () => afterForks],
    ['each line after a rewind', afterRewinds],
  ])('the same trace and the same words: %s', (_name, way) => {
    for (const seed of [1, 5, 11]) expect(played(seed, way())).toEqual(played(seed))
  })

  it('the same trace after saves; only a watch may list again', () => {
    for (const seed of [1, 5, 11]) expect(played(seed, afterSaves).hash).toBe(played(seed).hash)
  })

  it('the same trace from a cluster that is booted anew', () => {
    expect(play(warmCluster(3), randomLog(3), 3).hash).toBe(played(3).hash)
  })

  it('another seed or another line is another trace', () => {
    const log = randomLog(2)
    const other = [...log.slice(0, -1), { ...log[log.length - 1], line: 'kubectl create configmap other' }]
    expect(play(warm[2].fork(), other, 2).hash).not.toBe(played(2).hash)
    expect(warm[0].traceHash).not.toBe(warm[1].traceHash)
  })
})

import { describe, expect, it } from 'vitest'
import { timestampMs } from '../../api/time.ts'
import type { Pod } from '../../api/types.ts'
import { finishedMs, nextRecord, remainingMs } from './back-off.ts'

const parse = (text: string): number => timestampMs(text)

function ended(at: string): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [] }, status: { containerStatuses: [{ name: 'c', ready: false, restartCount: 0, image: '', imageID: '', state: { terminated: { exitCode: 1, finishedAt: at } } }] } }
}

describe('the wait after failures', () => {
  it.each([
    { name: 'no failure waits for nothing', failures: 0, sinceMs: 0, want: 0 },
    { name: 'the first failure waits ten seconds', failures: 1, sinceMs: 0, want: 10_000 },
    { name: 'the third failure waits forty seconds', failures: 3, sinceMs: 15_000, want: 25_000 },
    { name: 'ten minutes are the most', failures: 20, sinceMs: 0, want: 600_000 },
    { name: 'a wait that is over is over', failures: 1, sinceMs: 11_000, want: 0 },
  ])('$name', ({ failures, sinceMs, want }) => {
    expect(remainingMs({ failures, lastFailureMs: 0 }, sinceMs)).toBe(want)
  })
})

describe('the record', () => {
  const early = ended('2026-01-05T09:00:10Z')
  const late = ended('2026-01-05T09:00:20Z')

  it('a success forgets the failures before it', () => {
    expect(nextRecord({ failures: 4, lastFailureMs: 0 }, [late], [early], parse)).toEqual({ failures: 0 })
  })

  it('failures after the last success count', () => {
    expect(nextRecord({ failures: 4, lastFailureMs: 0 }, [early], [late], parse)).toEqual({ failures: 1, lastFailureMs: 20_000 })
  })

  it('failures without a success add up', () => {
    expect(nextRecord({ failures: 1, lastFailureMs: 0 }, [], [early, late], parse)).toEqual({ failures: 3, lastFailureMs: 20_000 })
  })

  it('a pod whose containers have not ended finished when it became unready', () => {
    const pod = ended('2026-01-05T09:00:10Z')
    const status = { conditions: [{ type: 'Ready', status: 'False' as const, lastTransitionTime: '2026-01-05T09:00:30Z' }] }
    expect(finishedMs({ ...pod, status }, parse)).toBe(30_000)
  })
})

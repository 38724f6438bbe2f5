import { describe, expect, it } from 'vitest'
import type { TrialStep } from '../../../grading/view.ts'
import { readSummary, refuseLoad } from './load.ts'
import { refuseTrial } from './trials.ts'

const load = { id: 'l', namespace: 'n', url: 'http://s', requestsPerSecond: 5 }

describe('trials on a real cluster', () => {
  it.each<{ name: string; steps: readonly TrialStep[]; says: string | undefined }>([
    { name: 'short waits, deletions and restarts are made', steps: [{ kubectl: 'delete pod p -n n' }, { kubectl: 'rollout restart deploy/d -n n' }, { advanceSeconds: 60 }], says: undefined },
    { name: 'long waits are not', steps: [{ advanceSeconds: 100 }, { advanceSeconds: 21 }], says: 'a real cluster cannot be fast-forwarded' },
    { name: 'a small load is sent', steps: [{ load }, { advanceSeconds: 10 }], says: undefined },
    { name: 'a large load is not', steps: [{ load: { ...load, requestsPerSecond: 500 } }], says: 'more than the 50' },
    { name: 'huge payloads are not', steps: [{ load: { ...load, payloads: [{ share: 1, kilobytes: 50_000 }] } }], says: 'payloads of 50000 KB' },
    { name: 'commands that could leave something are not run', steps: [{ kubectl: 'certificate approve x' }], says: 'is not done to a real cluster' },
  ])('$name', ({ steps, says }) => {
    const refused = refuseTrial(steps)?.notAvailable
    if (says === undefined) expect(refused).toBeUndefined()
    else expect(refused).toContain(says)
  })

  it('needs nodes that run containers for a load', () => {
    expect(refuseTrial([{ load }], { fakeNodes: new Set(['a']), realNode: undefined })?.notAvailable).toContain('KWOK')
    expect(refuseLoad(load)).toBeUndefined()
  })

  it('reads what the load printed, and takes nothing else for it', () => {
    expect(readSummary('l', 'noise\n{"sent":3,"ok":3,"failed":0,"perStatus":{},"p50Ms":1,"p95Ms":1,"p99Ms":1}\n')).toMatchObject({ sent: 3 })
    expect(readSummary('l', 'Traceback')).toEqual({ notAvailable: 'the load "l" did not end in time' })
  })
})

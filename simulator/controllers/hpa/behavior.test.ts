import { describe, expect, it } from 'vitest'
import { fullRules, limitByDefault, limitByRules, stabilize, stabilizeByRules } from './behavior.ts'

const spec = { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 20, behavior: {} }
const up = fullRules(spec, 'up', 300)
const down = fullRules(spec, 'down', 300)

describe('limits without behavior', () => {
  it.each([
    { name: 'one sync at most doubles', range: { min: 1, max: 20, current: 5, desired: 15 }, want: [10, 'ScaleUpLimit'] },
    { name: 'a small target may go to four', range: { min: 1, max: 20, current: 1, desired: 15 }, want: [4, 'ScaleUpLimit'] },
    { name: 'the maximum holds', range: { min: 1, max: 8, current: 5, desired: 15 }, want: [8, 'TooManyReplicas'] },
    { name: 'the minimum holds', range: { min: 3, max: 8, current: 5, desired: 1 }, want: [3, 'TooFewReplicas'] },
    { name: 'what lies between is taken', range: { min: 1, max: 8, current: 5, desired: 6 }, want: [6, 'DesiredWithinRange'] },
  ])('$name', ({ range, want }) => {
    const { replicas, reason } = limitByDefault(range)
    expect([replicas, reason]).toEqual(want)
  })
})

describe('limits with behavior', () => {
  it('the default rules add four pods or double, whichever is more', () => {
    expect(limitByRules({ min: 1, max: 20, current: 2, desired: 15 }, up, down, [], [], 0).replicas).toBe(6)
    expect(limitByRules({ min: 1, max: 20, current: 8, desired: 19 }, up, down, [], [], 0).replicas).toBe(16)
  })

  it('pods that were added in the period count', () => {
    expect(limitByRules({ min: 1, max: 20, current: 6, desired: 15 }, up, down, [{ change: 4, atMs: 5000 }], [], 10_000).replicas).toBe(6)
  })

  it('a disabled direction stays', () => {
    expect(limitByRules({ min: 1, max: 20, current: 6, desired: 15 }, { ...up, selectPolicy: 'Disabled' }, down, [], [], 0)).toMatchObject({ replicas: 6, reason: 'ScaleUpLimit' })
  })
})

describe('stabilization', () => {
  it('the highest recommendation of the window wins on the way down', () => {
    const memory = [{ replicas: 8, atMs: 0 }, { replicas: 5, atMs: 100_000 }]
    expect(stabilize(memory, 2, 300_000, 200_000).replicas).toBe(8)
    expect(stabilize(memory, 2, 300_000, 350_000).replicas).toBe(5)
  })

  it('an old entry gives its place to the new one', () => {
    expect(stabilize([{ replicas: 8, atMs: 0 }], 2, 300_000, 400_000).memory).toEqual([{ replicas: 2, atMs: 400_000 }])
  })

  it('a window upwards takes the lowest recommendation', () => {
    const slow = { ...up, stabilizationWindowSeconds: 60 }
    expect(stabilizeByRules([{ replicas: 4, atMs: 30_000 }], 3, 9, slow, down, 60_000)).toMatchObject({ replicas: 4, reason: 'ScaleUpStabilized' })
  })
})

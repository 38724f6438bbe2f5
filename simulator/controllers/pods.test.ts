import { describe, expect, it } from 'vitest'
import { timestampMs } from '../api/time.ts'
import type { Pod, PodStatus } from '../api/types.ts'
import { compareProgress, isPodAvailable, nextAvailabilityMs } from './pods.ts'

const parse = (text: string): number => timestampMs(text)
const nowMs = parse('2026-01-05T10:00:00Z')

function makePod(status: PodStatus, nodeName = 'n1'): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [], ...(nodeName === '' ? {} : { nodeName }) }, status }
}

function readySince(lastTransitionTime: string): Pod {
  return makePod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }] })
}

describe('availability', () => {
  it.each([
    { name: 'a ready pod of zero seconds is available at once', pod: readySince('2026-01-05T10:00:00Z'), seconds: 0, want: true },
    { name: 'a pod that is ready for exactly long enough is available', pod: readySince('2026-01-05T09:59:50Z'), seconds: 10, want: true },
    { name: 'a pod that is ready for too short is not', pod: readySince('2026-01-05T09:59:51Z'), seconds: 10, want: false },
    { name: 'a pod that is not ready is not', pod: makePod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] }), seconds: 0, want: false },
  ])('$name', ({ pod, seconds, want }) => {
    expect(isPodAvailable(pod, seconds, nowMs, parse)).toBe(want)
  })

  it('the next check is when the first of the waiting pods becomes available', () => {
    const pods = [readySince('2026-01-05T09:59:58Z'), readySince('2026-01-05T09:59:55Z'), readySince('2026-01-05T09:00:00Z')]
    expect(nextAvailabilityMs(pods, 10, nowMs, parse)).toBe(nowMs + 5000)
  })
})

describe('progress', () => {
  it.each([
    { name: 'an unscheduled pod is less along than a scheduled one', a: makePod({ phase: 'Pending' }, ''), b: makePod({ phase: 'Pending' }) },
    { name: 'a pending pod is less along than a running one', a: makePod({ phase: 'Pending' }), b: makePod({ phase: 'Running' }) },
    { name: 'an unready pod is less along than a ready one', a: makePod({ phase: 'Running' }), b: readySince('2026-01-05T09:00:00Z') },
  ])('$name', ({ a, b }) => {
    expect(compareProgress(a, b)).toBeLessThan(0)
    expect(compareProgress(b, a)).toBeGreaterThan(0)
  })
})

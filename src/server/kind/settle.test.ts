import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Check } from '../../grading/check.ts'
import { settle } from './settle.ts'
import type { Judgement } from './view/recording-view.ts'
import { RecordingView } from './view/recording-view.ts'

const check: Check = { id: 'c', title: '', points: 1, kind: 'object', all: [{ kind: 'object', object: { resource: 'pods' }, op: 'exists' }], expected: '', actual: '', why: '', onKind: 'yes' }

function judgement(passed: boolean, notAvailable?: string): Judgement {
  return { verdict: { id: 'c', title: '', points: 1, earned: 0, passed, expected: '', actual: '', why: '' }, ...(notAvailable === undefined ? {} : { notAvailable }) }
}

interface Waited { readonly seconds: number; readonly looks: number; readonly passed: boolean }

/** @param version resource version of the only Pod at a time */
async function waited(look: (atMs: number) => Judgement, simulated: boolean, version: (atMs: number) => string = () => '1'): Promise<Waited> {
  const startMs = Date.now()
  let looks = 0
  const waiting = settle({
    checks: [check], settleSeconds: 60, simulated: new Map([['c', simulated]]),
    look: () => {
      looks++
      const view = new RecordingView({ file: () => undefined, answer: () => undefined, atStart: () => undefined })
      view.tell({ kind: 'list', ref: { resource: 'pods' } }, [{ apiVersion: 'v1', kind: 'Pod', metadata: { uid: 'u', resourceVersion: version(Date.now() - startMs) } }] as never)
      return Promise.resolve({ judged: [look(Date.now() - startMs)], view })
    },
  })
  await vi.runAllTimersAsync()
  const [last] = await waiting
  return { seconds: Math.round((Date.now() - startMs) / 1000), looks, passed: last.verdict.passed }
}

describe('waiting for the checks to hold', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('ends at once when all hold', async () => {
    expect(await waited(() => judgement(true), true)).toEqual({ seconds: 0, looks: 1, passed: true })
  })

  it('waits for one that comes to hold', async () => {
    expect(await waited((atMs) => judgement(atMs > 10_000), true)).toMatchObject({ passed: true, seconds: 12 })
  })

  it('waits the whole time for one that holds in the simulator', async () => {
    expect(await waited(() => judgement(false), true)).toMatchObject({ passed: false, seconds: 60 })
  })

  it('ends early when nothing changes and the simulator found the same', async () => {
    const { seconds, passed } = await waited(() => judgement(false), false)
    expect(passed).toBe(false)
    expect(seconds).toBeLessThan(10)
  })

  it('waits while something changes', async () => {
    expect(await waited(() => judgement(false), false, (atMs) => String(Math.min(atMs, 30_000)))).toMatchObject({ passed: false, seconds: expect.closeTo(35, -1) as number })
  })

  it('does not wait for what is not gradable', async () => {
    expect(await waited(() => judgement(false, 'no containers'), true)).toMatchObject({ seconds: 0 })
  })
})

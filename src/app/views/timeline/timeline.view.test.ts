import { describe, expect, test } from 'vitest'
import type { TimelineMark } from '../../../session/host-rows.ts'
import { markBeside, msAt, selectTimeline, stretchesOf, xOf } from './timeline.view.ts'

const mark = (id: string, atMs: number, change: Partial<TimelineMark> = {}): TimelineMark => ({ id, lane: 'you', kind: 'action', atMs, label: id, ...change })
const board = (nowMs: number, headMs: number, marks: readonly TimelineMark[]) => ({ marks: new Map(marks.map((row) => [row.id, row])), clock: { nowMs, headMs, epochMs: 0, isPlaying: false, speed: 1 as const, isPast: nowMs < headMs } })

describe('quiet time is folded', () => {
  test('a long gap becomes a band that names its length', () => {
    const stretches = stretchesOf([0, 1000, 2000, 1_100_000], 1_101_000, 800)
    expect(stretches.filter((stretch) => stretch.isQuiet).map((stretch) => stretch.label)).toEqual(['18 min quiet'])
    expect(stretches.at(-1)?.toMs).toBe(1_101_000)
  })
  test('short gaps stay linear', () => { expect(stretchesOf([0, 5000, 9000], 10_000, 800).some((stretch) => stretch.isQuiet)).toBe(false) })
  test('x and time lead back to each other', () => {
    const stretches = stretchesOf([0, 2000, 600_000, 604_000], 610_000, 800)
    for (const ms of [0, 1000, 2000, 300_000, 604_000, 610_000]) expect(Math.abs(msAt(stretches, xOf(stretches, ms)) - ms)).toBeLessThan(3)
  })
  test('the track fills its width', () => { const last = stretchesOf([0, 2000, 600_000], 610_000, 800).at(-1); expect(Math.round((last?.x ?? 0) + (last?.w ?? 0))).toBe(800) })
})

describe('marks', () => {
  test('ten and more that lie too close become a block', () => {
    const many = Array.from({ length: 12 }, (_, index) => mark(`e${index}`, 1000 + index, { lane: 'control', kind: 'event' }))
    const view = selectTimeline(board(10_000, 10_000, [mark('a', 0), ...many]), { widthPx: 500, isExam: false })
    expect(view.marks.map((placed) => placed.count)).toEqual([1, 12])
  })
  test('marks after the playhead are told apart', () => { expect(selectTimeline(board(1000, 5000, [mark('a', 0), mark('b', 4000)]), { widthPx: 500, isExam: false }).marks.map((placed) => placed.isLater)).toEqual([false, true]) })
  test('an exam never shows that a check holds', () => { expect(selectTimeline(board(5000, 5000, [mark('c', 4000, { lane: 'findings', kind: 'holds' })]), { widthPx: 500, isExam: true }).marks).toEqual([]) })
  test('steps go from mark to mark', () => { const state = board(2000, 5000, [mark('a', 1000), mark('b', 2000), mark('c', 3000)]); expect([markBeside(state, -1), markBeside(state, 1)]).toEqual([1000, 3000]) })
})

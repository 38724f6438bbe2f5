import type { ForkRow, TimelineLane, TimelineMark } from '../../../session/host-rows.ts'
import type { HostDelta } from '../../../session/host.ts'
import { axisText, clockText, spanText } from '../../format.view.ts'
import type { Board } from '../../state/board.ts'
import { view } from '../../state/view.ts'

export const lanes: readonly { readonly id: TimelineLane; readonly title: string }[] = [
  { id: 'you', title: 'You' }, { id: 'control', title: 'Control' }, { id: 'nodes', title: 'Nodes' }, { id: 'findings', title: 'Findings' },
]

/** Quiet time longer than this share of the whole, and longer than quietMs, is folded into a band. */
const quietMs = 20_000
const quietShare = 0.12
const bandPx = 74
const blockMarks = 10
const blockGapPx = 10

/** A stretch of the track: linear, or folded quiet time. */
export interface Stretch { readonly fromMs: number; readonly toMs: number; readonly x: number; readonly w: number; readonly isQuiet: boolean; readonly label: string }
/** Several marks that lie too close are drawn as one block. */
export interface PlacedMark { readonly mark: TimelineMark; readonly x: number; readonly w: number; readonly isLater: boolean; readonly count: number }
export interface TimelineView {
  readonly nowMs: number
  readonly headMs: number
  readonly playheadX: number
  readonly headX: number
  readonly stretches: readonly Stretch[]
  readonly marks: readonly PlacedMark[]
  readonly axis: readonly { readonly x: number; readonly label: string }[]
}

/** Times between which nothing happens, folded; what is left is linear. */
export function stretchesOf(times: readonly number[], headMs: number, widthPx: number): readonly Stretch[] {
  const endMs = Math.max(headMs, 1000)
  const points = [...new Set([0, ...times.filter((ms) => ms >= 0 && ms <= endMs), endMs])].sort((a, b) => a - b)
  const gaps: { fromMs: number; toMs: number }[] = []
  for (let index = 1; index < points.length; index++) {
    const fromMs = points[index - 1] ?? 0
    const toMs = points[index] ?? 0
    if (toMs - fromMs > Math.max(quietMs, endMs * quietShare)) gaps.push({ fromMs, toMs })
  }
  // The rim around a gap stays linear, so that a mark never touches the band.
  const bands = gaps.map((gap) => { const rim = Math.min(2000, (gap.toMs - gap.fromMs) * 0.05); return { fromMs: gap.fromMs + rim, toMs: gap.toMs - rim } })
  const linearMs = endMs - bands.reduce((total, band) => total + band.toMs - band.fromMs, 0)
  const linearPx = Math.max(60, widthPx - bands.length * bandPx)
  return placeStretches(bands, endMs, linearPx / Math.max(1, linearMs))
}

function placeStretches(bands: readonly { fromMs: number; toMs: number }[], endMs: number, pxPerMs: number): readonly Stretch[] {
  const stretches: Stretch[] = []
  let x = 0
  let fromMs = 0
  const push = (toMs: number, isQuiet: boolean) => {
    if (toMs <= fromMs) return
    const w = isQuiet ? bandPx : (toMs - fromMs) * pxPerMs
    stretches.push({ fromMs, toMs, x, w, isQuiet, label: isQuiet ? `${spanText(toMs - fromMs)} quiet` : '' })
    x += w
    fromMs = toMs
  }
  for (const band of bands) { push(band.fromMs, false); push(band.toMs, true) }
  push(endMs, false)
  return stretches
}

/** The x of a moment on the track. */
export function xOf(stretches: readonly Stretch[], ms: number): number {
  for (const stretch of stretches) if (ms <= stretch.toMs) return stretch.x + (Math.max(0, ms - stretch.fromMs) / Math.max(1, stretch.toMs - stretch.fromMs)) * stretch.w
  const last = stretches.at(-1)
  return last === undefined ? 0 : last.x + last.w
}

/** The moment at an x of the track, in whole ms. */
export function msAt(stretches: readonly Stretch[], x: number): number {
  for (const stretch of stretches) if (x <= stretch.x + stretch.w) return Math.round(stretch.fromMs + (Math.max(0, x - stretch.x) / Math.max(1, stretch.w)) * (stretch.toMs - stretch.fromMs))
  return stretches.at(-1)?.toMs ?? 0
}

export interface TimelineArgs { readonly widthPx: number; readonly isExam: boolean }

export function selectTimeline(board: Pick<Board, 'marks' | 'clock'>, { widthPx, isExam }: TimelineArgs): TimelineView {
  const { nowMs, headMs } = board.clock
  const marks = [...board.marks.values()].filter((mark) => !(isExam && mark.kind === 'holds')).sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1))
  const stretches = stretchesOf(marks.flatMap((mark) => (mark.kind === 'lasts' ? [mark.atMs, mark.endMs ?? headMs] : [mark.atMs])), headMs, widthPx)
  return {
    nowMs, headMs, stretches,
    playheadX: xOf(stretches, nowMs),
    headX: xOf(stretches, headMs),
    marks: lanes.flatMap((lane) => placeMarks(marks.filter((mark) => mark.lane === lane.id), stretches, nowMs, headMs)),
    axis: axisLabels(marks, stretches),
  }
}

function placeMarks(marks: readonly TimelineMark[], stretches: readonly Stretch[], nowMs: number, headMs: number): readonly PlacedMark[] {
  const placed = marks.map((mark) => {
    const x = xOf(stretches, mark.atMs)
    const w = mark.kind === 'lasts' ? Math.max(3, xOf(stretches, mark.endMs ?? headMs) - x) : 0
    return { mark, x, w, isLater: mark.atMs > nowMs, count: 1 }
  })
  return foldBlocks(placed)
}

/** Ten or more marks closer than 10 px become one block. */
function foldBlocks(placed: readonly PlacedMark[]): readonly PlacedMark[] {
  const result: PlacedMark[] = []
  let run: PlacedMark[] = []
  const flush = () => {
    const first = run[0]
    const last = run.at(-1)
    if (first === undefined || last === undefined) return
    if (run.length >= blockMarks) result.push({ ...first, w: Math.max(10, last.x - first.x), count: run.length, mark: { ...first.mark, label: `${run.length} events from ${clockText(first.mark.atMs)}` } })
    else result.push(...run)
    run = []
  }
  for (const mark of placed) {
    const last = run.at(-1)
    if (mark.mark.kind === 'lasts') { result.push(mark); continue }
    if (last !== undefined && mark.x - last.x >= blockGapPx) flush()
    run.push(mark)
  }
  flush()
  return result
}

function axisLabels(marks: readonly TimelineMark[], stretches: readonly Stretch[]): readonly { x: number; label: string }[] {
  const labels: { x: number; label: string }[] = []
  for (const ms of [0, ...marks.filter((mark) => mark.lane === 'you').map((mark) => mark.atMs), ...stretches.filter((stretch) => stretch.isQuiet).map((stretch) => stretch.toMs)].sort((a, b) => a - b)) {
    const x = xOf(stretches, ms)
    if (labels.every((label) => Math.abs(label.x - x) > 64)) labels.push({ x, label: axisText(ms) })
  }
  return labels
}

export const timelineView = view<TimelineArgs, TimelineView>(['clock', 'marks'], selectTimeline)

export interface TransportView { readonly clock: string; readonly isPlaying: boolean; readonly isPast: boolean; readonly speed: string; readonly headText: string }
export const transportView = view<undefined, TransportView>(['clock'], (board) => ({
  clock: clockText(board.clock.nowMs, board.clock.speed === 1 || !board.clock.isPlaying),
  isPlaying: board.clock.isPlaying, isPast: board.clock.isPast, speed: String(board.clock.speed), headText: clockText(board.clock.headMs),
}))

export interface NextView { readonly upcoming: readonly { readonly text: string; readonly shape: NonNullable<HostDelta['upcoming']>[number]['shape'] }[]; readonly forks: readonly ForkRow[]; readonly isPast: boolean }
/** "w5k8n: probe in 1.3 s". */
export const nextView = view<undefined, NextView>(['second', 'upcoming', 'forks'], (board) => ({
  upcoming: board.upcoming.slice(0, 2).map((item) => ({ text: `${item.label} in ${spanText(Math.max(0, item.atMs - board.clock.nowMs))}`, shape: item.shape })),
  forks: board.forks, isPast: board.clock.isPast,
}))

/** Marks that are read out; older ones are reached by stepping back. */
const readMarksMax = 30

/** The latest marks in words, newest first, for readers. */
export const marksInWordsView = view<boolean, readonly { readonly id: string; readonly text: string }[]>(['marks'], (board, isExam) => (
  [...board.marks.values()].filter((mark) => !(isExam && mark.kind === 'holds')).sort((a, b) => b.atMs - a.atMs || (a.id < b.id ? 1 : -1)).slice(0, readMarksMax)
    .map((mark) => ({ id: mark.id, text: `${clockText(mark.atMs)}, ${lanes.find((lane) => lane.id === mark.lane)?.title ?? ''}: ${mark.label}` }))
))

/** The mark before or after the playhead, for step back and the arrow keys. */
export function markBeside(board: Pick<Board, 'marks' | 'clock'>, direction: 1 | -1): number | undefined {
  const times = [...board.marks.values()].map((mark) => mark.atMs).sort((a, b) => a - b)
  return direction === 1 ? times.find((ms) => ms > board.clock.nowMs) : times.findLast((ms) => ms < board.clock.nowMs)
}

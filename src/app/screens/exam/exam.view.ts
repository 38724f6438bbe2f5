import type { ExamForm, ExamTask } from '../../content-types.ts'
import type { ExamMode, ExamProgress } from '../../../session/host.ts'
import { countdownText } from '../../format.view.ts'
import { view } from '../../state/view.ts'

export type TaskState = 'new' | 'seen' | 'done' | 'current'
export interface TaskChip { readonly id: string; readonly number: number; readonly title: string; readonly percent: number; readonly state: TaskState; readonly isDone: boolean; readonly isFlagged: boolean; readonly label: string }
export interface ExamView {
  readonly progress: ExamProgress | undefined
  readonly task: ExamTask | undefined
  readonly taskNumber: number
  readonly taskPercent: number
  readonly chips: readonly TaskChip[]
  readonly summary: string
  readonly isFlagged: boolean
  readonly isDone: boolean
}

/** Share of the form's points, rounded. */
export function weightPercent(form: ExamForm, task: ExamTask): number {
  const total = form.tasks.reduce((sum, row) => sum + row.points, 0)
  return Math.round((task.points * 100) / Math.max(1, total))
}

export function selectExam(form: ExamForm, progress: ExamProgress | undefined): ExamView {
  const at = Math.max(0, form.tasks.findIndex((task) => task.id === progress?.currentTaskId))
  const task = form.tasks[at]
  const chips = form.tasks.map((row, index) => toChip(form, row, index, index === at, progress))
  const done = chips.filter((chip) => chip.isDone).length
  const flagged = chips.filter((chip) => chip.isFlagged).length
  return {
    progress, task, taskNumber: at + 1, chips, taskPercent: task === undefined ? 0 : weightPercent(form, task),
    summary: `${done} of ${chips.length} done${flagged > 0 ? ` · ${flagged} flagged` : ''}`,
    isFlagged: chips[at]?.isFlagged ?? false, isDone: chips[at]?.isDone ?? false,
  }
}

function toChip(form: ExamForm, task: ExamTask, index: number, isCurrent: boolean, progress: ExamProgress | undefined): TaskChip {
  const mark = progress?.tasks[task.id] ?? { isSeen: false, isDone: false, isFlagged: false, spentMs: 0 }
  const state: TaskState = isCurrent ? 'current' : mark.isDone ? 'done' : mark.isSeen ? 'seen' : 'new'
  const percent = weightPercent(form, task)
  const words = [mark.isDone ? 'marked as done' : mark.isSeen ? 'seen' : 'new', ...(mark.isFlagged ? ['flagged'] : [])]
  return { id: task.id, number: index + 1, title: task.title, percent, state, isDone: mark.isDone, isFlagged: mark.isFlagged, label: `Task ${index + 1}, ${task.title}, ${percent}%, ${words.join(', ')}` }
}

export const examView = view<ExamForm, ExamView>(['progress'], (board, form) => selectExam(form, board.progress?.exam))

export interface ExamClockView { readonly leftText: string; readonly ofText: string; readonly usedShare: number; readonly tone: 'normal' | 'low' | 'last' | 'over'; readonly isOver: boolean }

/** The clock of the person at a wall time. In training there is no end. */
export function selectClock(progress: ExamProgress, wallMs: number): ExamClockView {
  if (progress.endsAtWallMs === undefined) return { leftText: countdownText(wallMs - progress.startedAtWallMs), ofText: 'used, no limit', usedShare: 0, tone: 'normal', isOver: false }
  const leftMs = progress.endsAtWallMs - wallMs
  const tone = leftMs <= 0 ? 'over' : leftMs <= 5 * 60_000 ? 'last' : leftMs <= 15 * 60_000 ? 'low' : 'normal'
  return { leftText: countdownText(leftMs), ofText: `left of ${countdownText(progress.durationMs)}`, usedShare: Math.min(1, Math.max(0, 1 - leftMs / progress.durationMs)), tone, isOver: leftMs <= 0 }
}

/** The alert that falls between two looks at the clock, in minutes; undefined when there is none. An alert at the very start of a form is none. */
export function alertBetween(progress: ExamProgress, beforeMs: number, nowMs: number, alertsMinutesLeft: readonly number[]): number | undefined {
  const { endsAtWallMs, durationMs } = progress
  if (endsAtWallMs === undefined) return undefined
  return [...alertsMinutesLeft].sort((a, b) => a - b).find((minutes) => {
    const atMs = endsAtWallMs - minutes * 60_000
    return minutes * 60_000 < durationMs && beforeMs < atMs && nowMs >= atMs
  })
}

export function alertText(minutes: number, durationMs: number, summary: string): string {
  const half = minutes * 60_000 * 2 === durationMs ? 'Half of the time is left.' : `${minutes} minutes are left.`
  return `${half} ${summary.replace(' · ', ', ')}.`
}

export interface ModeChoice { readonly mode: ExamMode; readonly title: string; readonly note: string; readonly time: string }
export function modeChoices(form: ExamForm, factor: number): readonly ModeChoice[] {
  const ms = form.durationMinutes * 60_000 * factor
  return [
    { mode: 'exam', title: 'Exam', note: 'No hints, graded at the end', time: countdownText(ms) },
    { mode: 'mastery', title: 'Mastery', note: 'Half the time', time: countdownText(ms / 2) },
    { mode: 'training', title: 'Training', note: 'Hints, rewind, explanations', time: 'no limit' },
  ]
}

/** Shares of the points by domain, largest first. */
export function domainShares(form: ExamForm, titles: Readonly<Record<string, string>>): readonly { readonly title: string; readonly percent: number }[] {
  const byDomain = new Map<string, number>()
  for (const task of form.tasks) byDomain.set(task.domainId, (byDomain.get(task.domainId) ?? 0) + task.points)
  const total = form.tasks.reduce((sum, task) => sum + task.points, 0)
  return [...byDomain].map(([id, points]) => ({ title: titles[id] ?? id, percent: Math.round((points * 100) / Math.max(1, total)) })).sort((a, b) => b.percent - a.percent || (a.title < b.title ? -1 : 1))
}

/** What the question before the end says: "Task 5 was not opened, task 3 is not marked as done, 2 tasks are flagged." */
export function endSentence(chips: readonly TaskChip[], progress: ExamProgress | undefined): string {
  const unseen = chips.filter((chip) => progress?.tasks[chip.id]?.isSeen !== true && chip.state !== 'current')
  const open = chips.filter((chip) => !chip.isDone && !unseen.includes(chip))
  const flagged = chips.filter((chip) => chip.isFlagged)
  const name = (list: readonly TaskChip[], one: string, many: string) => (list.length === 0 ? [] : [list.length === 1 ? `task ${list[0]?.number} ${one}` : `tasks ${list.map((chip) => chip.number).join(', ')} ${many}`])
  const parts = [...name(unseen, 'was not opened', 'were not opened'), ...name(open, 'is not marked as done', 'are not marked as done'), ...(flagged.length === 0 ? [] : [flagged.length === 1 ? '1 task is flagged' : `${flagged.length} tasks are flagged`])]
  if (parts.length === 0) return 'All tasks are marked as done.'
  const text = `${parts.join(', ')}.`
  return text.charAt(0).toUpperCase() + text.slice(1)
}

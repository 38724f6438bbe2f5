import type { TrackerRow } from '../../../session/host-rows.ts'
import type { LabAction } from '../../content-types.ts'
import { view } from '../../state/view.ts'

export interface TrackerCell { readonly text: string; readonly isNow: boolean; /** Same as the cell before: shown quieter. */ readonly isSame: boolean }
export interface TrackerTable { readonly heads: readonly { readonly text: string; readonly isNow: boolean }[]; readonly rows: readonly { readonly id: string; readonly label: string; readonly cells: readonly TrackerCell[] }[] }

/** Variables by step: start, the steps done, now, the goal. Later steps have no column yet. */
export function selectTracker(rows: readonly TrackerRow[], stepIndex: number): TrackerTable {
  const past = Array.from({ length: stepIndex }, (_, index) => index)
  const hasGoal = rows.some((row) => row.goal !== undefined)
  const heads = [{ text: 'Start', isNow: false }, ...past.map((index) => ({ text: String(index + 1), isNow: false })), { text: `${stepIndex + 1}, now`, isNow: true }, ...(hasGoal ? [{ text: 'Goal', isNow: false }] : [])]
  return { heads, rows: rows.map((row) => ({ id: row.id, label: row.label, cells: cellsOf(row, past, hasGoal) })) }
}

function cellsOf(row: TrackerRow, past: readonly number[], hasGoal: boolean): readonly TrackerCell[] {
  const values = [row.start, ...past.map((index) => row.bySteps[index] ?? '–')]
  const cells = values.map((text, index) => ({ text, isNow: false, isSame: index === 0 || text === values[index - 1] }))
  return [...cells, { text: row.now, isNow: true, isSame: false }, ...(hasGoal ? [{ text: row.goal ?? '', isNow: false, isSame: true }] : [])]
}

export const trackerView = view<undefined, TrackerTable>(['tracker', 'progress'], (board) => selectTracker(board.tracker, board.progress?.stepIndex ?? 0))

export type ActionState = 'done' | 'now' | 'open'

/** Where each action stands: its step is done, is the current one, or is still to do. A done step stays done when it is looked at again. */
export function selectActions(actions: readonly LabAction[], progress: { readonly stepIndex: number; readonly stepsDone: readonly string[] } | undefined): readonly ActionState[] {
  return actions.map((row) => (progress?.stepsDone.includes(row.stepId) === true ? 'done' : row.stepIndex === (progress?.stepIndex ?? 0) ? 'now' : 'open'))
}

export const actionStatesView = view<readonly LabAction[], readonly ActionState[]>(['progress'], (board, actions) => selectActions(actions, board.progress))

/** Verdicts as the app shows them. */

import type { CheckVerdict } from '../grading/check.ts'
import type { Task } from '../content/types.ts'
import type { CheckResult, ExamProgress, GradeReport, TaskGrade } from './host.ts'
import type { TimedAction } from './action-log.ts'

/** One verdict as a row. */
export function checkResult(verdict: CheckVerdict): CheckResult {
  const { id, title, points, earned, passed, expected, actual, why, notAvailable } = verdict
  return { id, title, points, earned, passed, expected, actual: notAvailable === undefined ? actual : `not gradable here: ${notAvailable}`, why }
}

/** The result of one task. @param times simulated ms of T+00:00, and wall ms that the task was open */
export function taskGrade(task: Task, verdicts: readonly CheckVerdict[], actions: readonly TimedAction[], { shiftMs, spentMs }: { readonly shiftMs: number; readonly spentMs: number }): TaskGrade {
  const checks = verdicts.map(checkResult)
  const own = actions.filter((entry) => entry.taskId === undefined || entry.taskId === task.id)
  const commands = own.flatMap(({ atMs, action }) => (action.kind === 'line' ? [{ atMs: Math.max(0, atMs - shiftMs), line: action.text }] : []))
  return { taskId: task.id, points: task.points, earned: checks.reduce((sum, check) => sum + check.earned, 0), checks, spentMs, commands }
}

/** The result of an exam, or of one task. */
export function gradeReport(parts: {
  readonly attemptId: string
  readonly exam: ExamProgress
  readonly seed: number
  readonly extraTimeFactor: number
  readonly nowWallMs: number
  readonly passPercent: number
  readonly tasks: readonly TaskGrade[]
  readonly actionCount: number
  readonly gradedInMs: number
  readonly logHash: string
}): GradeReport {
  const points = parts.tasks.reduce((sum, task) => sum + task.points, 0)
  const earned = parts.tasks.reduce((sum, task) => sum + task.earned, 0)
  const scorePercent = points === 0 ? 0 : Math.floor((earned / points) * 100)
  const { exam } = parts
  return {
    attemptId: parts.attemptId, formId: exam.formId, mode: exam.mode, seed: parts.seed, extraTimeFactor: parts.extraTimeFactor,
    startedAtWallMs: exam.startedAtWallMs, endedAtWallMs: parts.nowWallMs, usedMs: parts.nowWallMs - exam.startedAtWallMs, durationMs: exam.durationMs,
    points, earned, scorePercent, passPercent: parts.passPercent, passed: scorePercent >= parts.passPercent, tasks: parts.tasks,
    actionCount: parts.actionCount, gradedInMs: parts.gradedInMs, logHash: parts.logHash,
  }
}

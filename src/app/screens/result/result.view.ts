import type { AttemptSummary, GradeReport, TaskGrade } from '../../../session/host.ts'
import type { ExamForm } from '../../content-types.ts'
import { countdownText } from '../../format.view.ts'

export interface ResultView {
  readonly score: number
  readonly isPassed: boolean
  readonly verdict: string
  readonly sentence: string
  readonly passPercent: number
  readonly domains: readonly { readonly title: string; readonly percent: number; readonly points: string }[]
  readonly tasks: readonly { readonly id: string; readonly number: number; readonly title: string; readonly points: string; readonly state: 'holds' | 'half' | 'fails' }[]
  readonly graded: string
}

/** The head, domains and tasks of a result. `attempts` are all of this form, newest first. */
export function selectResult(report: GradeReport, form: ExamForm, titles: Readonly<Record<string, string>>, attempts: readonly AttemptSummary[]): ResultView {
  const earlier = attempts.filter((attempt) => attempt.attemptId !== report.attemptId && attempt.endedAtWallMs <= report.endedAtWallMs)
  return {
    score: report.scorePercent, isPassed: report.passed, verdict: report.passed ? 'Passed' : 'Not passed', passPercent: report.passPercent,
    sentence: [`Pass mark ${report.passPercent}.`, comparison(report.scorePercent, earlier.map((attempt) => attempt.scorePercent)), usedText(report), modeText(report), 'Self-assessed, not a certificate.'].filter((text) => text !== '').join(' '),
    domains: domainRows(report, form, titles),
    tasks: form.tasks.map((task, index) => {
      const grade = report.tasks.find((row) => row.taskId === task.id)
      return { id: task.id, number: index + 1, title: task.title, points: `${grade?.earned ?? 0} / ${grade?.points ?? task.points}`, state: stateOf(grade) }
    }),
    graded: `Graded in ${(report.gradedInMs / 1000).toFixed(2)} s from the log of your ${report.actionCount} actions. The same log gives the same score anywhere.`,
  }
}

function comparison(score: number, earlier: readonly number[]): string {
  const first = earlier[0]
  if (first === undefined) return 'Your first attempt.'
  const best = Math.max(...earlier)
  const list = earlier.length === 1 ? String(first) : `${earlier.slice(0, 3).join(', ')}`.replace(/, (\d+)$/, ' and $1')
  if (score > best) return `Better than ${earlier.length === 1 ? 'your earlier attempt' : 'your earlier attempts'}, ${list}.`
  return score === best ? `As your best earlier attempt, ${best}.` : `Your best earlier attempt has ${best}.`
}

function usedText(report: GradeReport): string {
  return report.durationMs === undefined ? `${countdownText(report.usedMs)} used.` : `${countdownText(report.usedMs)} of ${countdownText(report.durationMs)} used.`
}

function modeText(report: GradeReport): string {
  const extra = report.extraTimeFactor === 1 ? '' : `Extra time ${report.extraTimeFactor}x.`
  return [report.mode === 'exam' ? '' : report.mode === 'mastery' ? 'Mastery, half the time.' : 'Training.', extra].filter((text) => text !== '').join(' ')
}

function stateOf(grade: TaskGrade | undefined): 'holds' | 'half' | 'fails' {
  if (grade === undefined || grade.earned === 0) return 'fails'
  return grade.earned === grade.points ? 'holds' : 'half'
}

function domainRows(report: GradeReport, form: ExamForm, titles: Readonly<Record<string, string>>): ResultView['domains'] {
  const byDomain = new Map<string, { points: number; earned: number }>()
  for (const task of form.tasks) {
    const grade = report.tasks.find((row) => row.taskId === task.id)
    const sum = byDomain.get(task.domainId) ?? { points: 0, earned: 0 }
    byDomain.set(task.domainId, { points: sum.points + (grade?.points ?? task.points), earned: sum.earned + (grade?.earned ?? 0) })
  }
  return [...byDomain].map(([id, { points, earned }]) => ({ title: titles[id] ?? id, percent: Math.floor((earned * 100) / Math.max(1, points)), points: `${earned} / ${points}` }))
}

/** Lost points of a task in one sentence for its head. */
export function taskSentence(grade: TaskGrade): string {
  const lost = grade.checks.filter((check) => !check.passed)
  if (lost.length === 0) return 'All checks hold.'
  return lost.length === grade.checks.length ? 'No check holds.' : `${grade.checks.length - lost.length} of ${grade.checks.length} checks hold.`
}

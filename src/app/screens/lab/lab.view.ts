import type { Lab, LabStep, QuizItem } from '../../content-types.ts'
import type { CheckResult, SessionProgress, StepReport } from '../../../session/host.ts'
import { clockText } from '../../format.view.ts'
import { view } from '../../state/view.ts'

export interface CheckView { readonly id: string; readonly title: string; readonly state: 'unknown' | 'holds' | 'fails'; readonly note: string; readonly result: CheckResult | undefined }
export interface StepView {
  readonly index: number
  /** Undefined on the quiz after the last step. */
  readonly step: LabStep | undefined
  readonly title: string
  readonly stepNote: string
  readonly marks: readonly { readonly title: string; readonly state: 'done' | 'now' | 'open' }[]
  readonly checks: readonly CheckView[]
  readonly checksNote: string
  readonly evidence: StepReport['evidence']
  readonly evidenceHeads: readonly [string, string]
  readonly hintText: string
  readonly hintsShown: number
  readonly isPassed: boolean
  readonly isLast: boolean
}

const emptyProgress: SessionProgress = { kind: 'lab', stepIndex: 0, stepsDone: [], hintsShown: {}, answers: {}, stepReports: {} }

/** Pages of a lab: its steps, and one for the quiz when there is one. */
export function pageCount(lab: Lab): number { return lab.steps.length + (lab.quiz.length > 0 ? 1 : 0) }

export function selectStep(lab: Lab, progress: SessionProgress = emptyProgress): StepView {
  const index = Math.min(Math.max(0, progress.stepIndex), pageCount(lab) - 1)
  const step = lab.steps[index]
  const report = step === undefined ? undefined : progress.stepReports[step.id]
  const checks = step === undefined ? [] : step.checks.map((check) => toCheck(check, report))
  const holding = checks.filter((check) => check.state === 'holds').length
  const hintsShown = step === undefined ? 0 : Math.min(step.hints.length, progress.hintsShown[step.id] ?? 0)
  return {
    index, step, title: step?.title ?? 'Quiz', checks, hintsShown,
    stepNote: stepNote(lab, index),
    marks: Array.from({ length: pageCount(lab) }, (_, at) => ({ title: lab.steps[at]?.title ?? 'Quiz', state: at === index ? 'now' : progress.stepsDone.includes(lab.steps[at]?.id ?? '') ? 'done' : 'open' })),
    checksNote: report === undefined ? `${checks.length} to check` : `${holding} of ${checks.length} hold`,
    evidence: report?.evidence ?? [],
    evidenceHeads: [report?.evidenceBeforeMs === undefined ? 'Before' : `Before, ${clockText(report.evidenceBeforeMs)}`, report === undefined ? 'After' : `After, ${clockText(report.atMs)}`],
    hintText: step === undefined || step.hints.length === 0 ? '' : hintsShown >= step.hints.length ? 'All hints shown' : `Hint ${hintsShown + 1} of ${step.hints.length}`,
    isPassed: step === undefined || step.checks.length === 0 || report?.passed === true || progress.stepsDone.includes(step.id),
    isLast: index === pageCount(lab) - 1,
  }
}

function stepNote(lab: Lab, index: number): string {
  if (index >= lab.steps.length) return 'Quiz'
  const leftMinutes = Math.max(1, Math.round((lab.minutes * (lab.steps.length - index)) / lab.steps.length))
  return `Step ${index + 1} of ${lab.steps.length} · about ${leftMinutes} min left`
}

function toCheck(check: LabStep['checks'][number], report: StepReport | undefined): CheckView {
  const result = report?.checks.find((row) => row.id === check.id)
  if (result === undefined) return { id: check.id, title: check.title, state: 'unknown', note: 'not checked yet', result: undefined }
  return { id: check.id, title: result.title === '' ? check.title : result.title, state: result.passed ? 'holds' : 'fails', note: result.passed ? '' : result.actual, result }
}

export const stepView = view<Lab, StepView>(['progress'], (board, lab) => selectStep(lab, board.progress))

export interface QuizView { readonly state: 'open' | 'right' | 'wrong' | 'given'; readonly answer: string | undefined; readonly why: QuizItem['whyCorrect']; readonly hintsShown: number }

/** Where a question stands; a free answer is only "given", a check judges it. */
export function selectQuiz(item: QuizItem, progress: SessionProgress = emptyProgress): QuizView {
  const answer = progress.answers[item.id]
  const hintsShown = Math.min(item.hints?.length ?? 0, progress.hintsShown[item.id] ?? 0)
  if (answer === undefined) return { state: 'open', answer, why: undefined, hintsShown }
  if (item.correct === undefined) return { state: 'given', answer, why: undefined, hintsShown }
  const isRight = answer === item.correct
  return { state: isRight ? 'right' : 'wrong', answer, why: isRight ? item.whyCorrect : item.whyWrong?.[answer], hintsShown }
}

export const quizView = view<QuizItem, QuizView>(['progress'], (board, item) => selectQuiz(item, board.progress))

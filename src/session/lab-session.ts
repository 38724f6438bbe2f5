/** The learner's way through a lab: steps, answers, hints, reports and the status tracker. */

import type { Cluster } from '../../simulator/index.ts'
import type { LabContent } from '../content/types.ts'
import { showLet } from '../grading/evaluate.ts'
import type { Flight } from './flight.ts'
import type { EvidenceRow, SessionProgress, StepReport } from './host.ts'
import type { TrackerRow } from './host-rows.ts'
import { checkResult } from './reports.ts'
import { SimulatorView } from './simulator-view.ts'

/** Seconds that a step's checks get to hold on a fork. */
const settleSeconds = 10

/**
 * One attempt at a lab; `progress` is what its saved form needs to go on. Grading runs on forks, so it changes nothing.
 * `check` throws an Error for a step that the lab does not have.
 */
export class LabSession {
  private readonly lab: LabContent
  private readonly flight: Flight
  private stepIndex: number
  private readonly stepsDone: Set<string>
  private readonly hintsShown: Map<string, number>
  private readonly answers: Map<string, string>
  private readonly reports: Map<string, StepReport>
  /** Tracker values when each step was completed, by step id; `start` before the first. */
  private readonly values = new Map<string, readonly string[]>()
  /** Simulated ms when the current step began. */
  stepStartMs: number | undefined

  constructor(lab: LabContent, flight: Flight, saved?: SessionProgress) {
    this.lab = lab
    this.flight = flight
    this.stepIndex = saved?.stepIndex ?? 0
    this.stepsDone = new Set(saved?.stepsDone)
    this.hintsShown = new Map(Object.entries(saved?.hintsShown ?? {}))
    this.answers = new Map(Object.entries(saved?.answers ?? {}))
    this.reports = new Map(Object.entries(saved?.stepReports ?? {}))
    this.values.set('start', this.valuesOf(this.line().start))
    for (const [stepId, report] of this.reports) this.values.set(stepId, report.evidence.map((row) => row.after ?? ''))
    this.stepStartMs = this.line().cluster.nowMs
  }

  goToStep(index: number): void {
    this.stepIndex = Math.max(0, Math.min(index, this.lab.steps.length))
    this.stepStartMs = this.line().cluster.nowMs
  }

  noteAnswer(itemId: string, value: string): void {
    this.answers.set(itemId, value)
  }

  showHint(itemId: string): void {
    this.hintsShown.set(itemId, (this.hintsShown.get(itemId) ?? 0) + 1)
  }

  /** Grades a step on a fork. */
  check(stepId: string): StepReport {
    const step = this.lab.steps.find((candidate) => candidate.id === stepId)
    if (step === undefined) throw new Error(`the lab has no step ${stepId}`)
    const verdicts = this.flight.grade(step.checks, this.lab.id, settleSeconds)
    const passed = verdicts.every((verdict) => verdict.passed)
    const { cluster } = this.line()
    const now = this.valuesOf(cluster)
    const index = this.lab.steps.indexOf(step)
    const before = this.values.get(index === 0 ? 'start' : this.lab.steps[index - 1].id) ?? this.values.get('start') ?? []
    const evidence = this.lab.tracker.map(({ label }, i): EvidenceRow => ({ label, before: before[i] ?? '', after: now[i] }))
    const report: StepReport = { stepId, passed, atMs: cluster.nowMs - (cluster.config.historyMs ?? 0), checks: verdicts.map(checkResult), evidence }
    this.reports.set(stepId, report)
    if (passed) {
      this.stepsDone.add(stepId)
      this.values.set(stepId, now)
    }
    return report
  }

  /** The status tracker over a cluster (now, or the past that is shown). */
  tracker(cluster: Cluster): TrackerRow[] {
    const now = this.valuesOf(cluster)
    const start = this.values.get('start') ?? []
    const step = this.lab.steps[Math.min(this.stepIndex, this.lab.steps.length - 1)]
    return this.lab.tracker.map((variable, i) => {
      const goal = variable.goals[step.id]
      return {
        id: variable.label, label: variable.label, start: start[i] ?? '', now: now[i],
        bySteps: this.lab.steps.map(({ id }) => (this.stepsDone.has(id) ? this.values.get(id)?.[i] : undefined)),
        ...(goal === undefined ? {} : { goal }),
      }
    })
  }

  progress(): SessionProgress {
    return {
      kind: 'lab', stepIndex: this.stepIndex, stepsDone: [...this.stepsDone], hintsShown: Object.fromEntries(this.hintsShown),
      answers: Object.fromEntries(this.answers), stepReports: Object.fromEntries(this.reports),
    }
  }

  private line(): ReturnType<Flight['lineOf']> {
    return this.flight.lineOf(this.lab.id)
  }

  /** Values on a fork: a request to a Service leaves a trace in logs. */
  private valuesOf(cluster: Cluster): string[] {
    const view = new SimulatorView(cluster.fork(), this.flight.learner(), this.line().start)
    return this.lab.tracker.map(({ value }) => showLet(value, view))
  }
}

/** The learner's way through an exam: clock, tasks, notes and the grade. The clock runs on while the tab is closed. */

import { createActor } from 'xstate'
import type { ExamFormContent, Task } from '../content/types.ts'
import type { Deployment, Job, Pod } from '../../simulator/index.ts'
import { examMachine } from './exam-machine.ts'
import type { Flight } from './flight.ts'
import type { ExamProgress, GradeReport, OpenRequest } from './host.ts'
import { gradeReport, taskGrade } from './reports.ts'

const minuteMs = 60_000

/** What grading needs to know of the attempt. */
export interface GradeParts {
  readonly attemptId: string
  readonly seed: number
  readonly nowWallMs: number
  readonly extraTimeFactor: number
  clockWallMs(): number
}

type TaskMarks = ExamProgress['tasks'][string]

/** One attempt at an exam. Wall times are Unix ms that the caller gives, times of clusters simulated ms; so it runs without a clock of its own. */
export class ExamSession {
  currentTaskId: string
  private readonly form: ExamFormContent
  private readonly tasks: readonly Task[]
  private readonly flight: Flight
  private readonly mode: ExamProgress['mode']
  private readonly startedAtWallMs: number
  private readonly durationMs: number
  private readonly marks = new Map<string, TaskMarks>()
  /** Cluster time beyond the exam clock, from "next change", by task. */
  private readonly extraMs = new Map<string, number>()
  private notes: string
  /** Wall time up to which the current task was told what was spent on it. Time with the tab closed is nobody's. */
  private countedWallMs: number
  private endedAtWallMs: number | undefined
  private readonly actor: ReturnType<typeof createActor<typeof examMachine>>

  constructor(form: ExamFormContent, tasks: readonly Task[], flight: Flight, request: OpenRequest, nowWallMs: number, saved?: ExamProgress) {
    this.form = form
    this.tasks = tasks
    this.flight = flight
    this.mode = saved?.mode ?? request.examMode ?? 'exam'
    this.startedAtWallMs = saved?.startedAtWallMs ?? nowWallMs
    this.durationMs = form.durationMinutes * minuteMs * (request.extraTimeFactor ?? 1)
    this.currentTaskId = saved?.currentTaskId ?? tasks[0].id
    this.notes = saved?.notes ?? ''
    this.countedWallMs = nowWallMs
    for (const task of tasks) this.marks.set(task.id, { isSeen: false, isDone: false, isFlagged: false, spentMs: 0, ...saved?.tasks[task.id] })
    this.see(this.currentTaskId)
    this.actor = createActor(examMachine, { input: { startedAtWallMs: this.startedAtWallMs, endsAtWallMs: this.endsAtWallMs } })
    this.actor.start()
  }

  /** A task on its own, graded like an exam of one. */
  static ofTask(tasks: readonly Task[], flight: Flight, request: OpenRequest, nowWallMs: number): ExamSession {
    const minutes = tasks.reduce((sum, task) => sum + task.minutes, 0)
    const form: ExamFormContent = { id: request.id, title: tasks[0]?.title ?? request.id, about: '', durationMinutes: minutes, passPercent: 66, alertsMinutesLeft: [], extraTimeFactors: [1], tasks: tasks.map((task) => task.id) }
    return new ExamSession(form, tasks, flight, { ...request, examMode: 'training' }, nowWallMs)
  }

  /** Explanations, hints, rewind and speed are hidden while an exam runs. */
  get hidesHelp(): boolean {
    return this.mode === 'exam' && !this.isOver
  }

  get isOver(): boolean {
    return this.actor.getSnapshot().value === 'ended'
  }

  private get endsAtWallMs(): number | undefined {
    return this.mode === 'training' ? undefined : this.startedAtWallMs + this.durationMs
  }

  /** Tells the time. @returns whether the time has just run out */
  tick(nowWallMs: number): boolean {
    this.countTime(nowWallMs)
    const before = this.actor.getSnapshot().value
    this.actor.send({ type: 'clock', nowWallMs })
    return before === 'running' && this.actor.getSnapshot().value === 'grading'
  }

  /** Where the cluster of a task should be: the exam clock at 1x, and what "next change" added. */
  clusterTimeMs(taskId: string, startMs: number, nowWallMs: number): number {
    const untilWallMs = this.endsAtWallMs === undefined ? nowWallMs : Math.min(nowWallMs, this.endsAtWallMs)
    return startMs + Math.max(0, untilWallMs - this.startedAtWallMs) + (this.extraMs.get(taskId) ?? 0)
  }

  /** "Next change" moves the current cluster, never the exam clock. */
  addClusterTime(taskId: string, ms: number): void {
    this.extraMs.set(taskId, (this.extraMs.get(taskId) ?? 0) + ms)
  }

  switchTo(taskId: string, nowWallMs: number): void {
    if (!this.marks.has(taskId)) return
    this.countTime(nowWallMs)
    this.currentTaskId = taskId
    this.see(taskId)
  }

  mark(taskId: string, change: { readonly isDone?: boolean; readonly isFlagged?: boolean }): void {
    const marks = this.marks.get(taskId)
    if (marks !== undefined) this.marks.set(taskId, { ...marks, ...change })
  }

  setNotes(text: string): void {
    this.notes = text
  }

  /** What still moves in each task, for the question before the end. */
  stillMoving(): { taskId: string; text: string }[] {
    return this.tasks.flatMap((task) => {
      const { cluster } = this.flight.lineOf(task.id)
      const rolling = cluster.peek<Deployment>('deployments.apps').filter((object) => object.metadata.namespace !== 'kube-system' && (object.status?.updatedReplicas ?? 0) < (object.spec.replicas ?? 1)).map((object) => `${object.metadata.name} rolls out`)
      const jobs = cluster.peek<Job>('jobs.batch').filter((object) => (object.status?.active ?? 0) > 0).map((object) => `${object.metadata.name} runs`)
      const ending = cluster.peek<Pod>('pods').filter((object) => object.metadata.deletionTimestamp !== undefined).length
      const words = [...rolling, ...jobs, ...(ending > 0 ? [`${ending} Pods stop`] : [])]
      return words.length === 0 ? [] : [{ taskId: task.id, text: words.join(', ') }]
    })
  }

  /** Grades every task on forks. */
  grade(parts: GradeParts): GradeReport {
    this.countTime(parts.nowWallMs)
    this.actor.send({ type: 'end' })
    const began = parts.clockWallMs()
    const tasks = this.tasks.map((task) => {
      const verdicts = this.flight.grade(task.checks, task.id, task.settleSeconds)
      const shiftMs = this.flight.lineOf(task.id).start.nowMs
      return taskGrade(task, verdicts, this.flight.log.entries, { shiftMs, spentMs: this.marks.get(task.id)?.spentMs ?? 0 })
    })
    this.endedAtWallMs = parts.nowWallMs
    this.actor.send({ type: 'graded' })
    return gradeReport({
      attemptId: parts.attemptId, exam: this.progress(), seed: parts.seed, extraTimeFactor: parts.extraTimeFactor, nowWallMs: parts.nowWallMs, passPercent: this.form.passPercent,
      tasks, actionCount: this.flight.log.length, gradedInMs: Math.round(parts.clockWallMs() - began), logHash: this.flight.log.head,
    })
  }

  progress(): ExamProgress {
    const { endsAtWallMs, endedAtWallMs } = this
    return {
      formId: this.form.id, mode: this.mode, currentTaskId: this.currentTaskId, tasks: Object.fromEntries(this.marks), notes: this.notes,
      startedAtWallMs: this.startedAtWallMs, durationMs: this.durationMs, ...(endsAtWallMs === undefined ? {} : { endsAtWallMs }), ...(endedAtWallMs === undefined ? {} : { endedAtWallMs }),
    }
  }

  /** Time since the last count goes to the task that is open, as long as the exam runs. */
  private countTime(nowWallMs: number): void {
    const { currentTaskId, countedWallMs } = this
    const untilWallMs = Math.min(nowWallMs, this.endsAtWallMs ?? nowWallMs)
    this.countedWallMs = nowWallMs
    const marks = this.marks.get(currentTaskId)
    if (marks !== undefined && !this.isOver) this.marks.set(currentTaskId, { ...marks, spentMs: marks.spentMs + Math.max(0, untilWallMs - countedWallMs) })
  }

  private see(taskId: string): void {
    const marks = this.marks.get(taskId)
    if (marks !== undefined) this.marks.set(taskId, { ...marks, isSeen: true })
  }
}

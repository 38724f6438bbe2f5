/**
 * What is open: a flight with its lab or exam, the line of time that is shown, and what is to be told of it. Synchronous;
 * the host around it opens, saves and tells.
 */

import type { ApiDescriptions, Cluster } from '../../simulator/index.ts'
import { BoardRows } from './board-rows.ts'
import type { BaseClusters } from './base-clusters.ts'
import { ExamSession } from './exam-session.ts'
import { Flight } from './flight.ts'
import { ForkLines, shownMs } from './fork-lines.ts'
import type { ForkLine } from './fork-lines.ts'
import type { GradeReport, HostDelta, OpenRequest, SessionProgress } from './host.ts'
import type { ForkRow } from './host-rows.ts'
import { LabSession } from './lab-session.ts'
import { News } from './news.ts'
import type { Plan } from './plans.ts'
import { Playback, runToNextChange } from './playback.ts'
import type { AttemptRecord } from './store.ts'

/** Wall ms that one tick may spend on simulated time. */
const tickBudgetMs = 8
/** Simulated ms between two looks at the budget. */
const sliceMs = 500
const engineVersion = '0.1.0'

/** Which attempt is open. */
export interface Opening {
  readonly attemptId: string
  readonly request: OpenRequest
  readonly seed: number
  readonly plan: Plan
}

/** What a sitting needs of its host. */
export interface SittingWorld {
  readonly bases: BaseClusters
  /** Wall clock, Unix ms. */
  nowWallMs(): number
  /** What the fields of the API mean, once it is loaded. */
  descriptions?(): ApiDescriptions | undefined
}

/** The progress of an attempt of which nothing was done. */
export function emptyProgress(request: Pick<OpenRequest, 'kind'>): SessionProgress {
  return { kind: request.kind, stepIndex: 0, stepsDone: [], hintsShown: {}, answers: {}, stepReports: {} }
}

/**
 * One open attempt with all that goes on in it: flight, way through lab or exam, playback, forks and the cluster that
 * is looked at. The host opens one for each attempt and hands it what the learner does.
 */
export class Sitting {
  readonly opening: Opening
  readonly flight: Flight
  readonly lab: LabSession | undefined
  readonly exam: ExamSession | undefined
  readonly playback = new Playback()
  /** The cluster that is looked at: the present of the current line, or a moment of its past. */
  shown: Cluster
  private readonly world: SittingWorld
  private readonly forks = new ForkLines()
  private readonly news = new News()
  private board: BoardRows
  private past: Cluster | undefined
  private output = ''
  private isCleared = false
  private isReset = true
  private hasProgress = true
  private editorPath: string | undefined

  /**
   * Opens an attempt, a saved one by playing its log again.
   * @throws ScenarioError when a start does not play; whatever a broken log makes the engine throw
   */
  constructor(opening: Opening, world: SittingWorld, saved?: AttemptRecord) {
    const { plan, request } = opening
    this.opening = opening
    this.world = world
    this.flight = this.fly(opening, saved)
    this.lab = plan.lab === undefined ? undefined : new LabSession(plan.lab, this.flight, saved?.progress)
    this.exam = plan.form === undefined ? undefined : new ExamSession(plan.form, plan.tasks, this.flight, request, world.nowWallMs(), saved?.progress.exam)
    this.shown = this.line.cluster
    this.board = new BoardRows(this.shown)
  }

  private fly({ plan, request, seed }: Opening, saved: AttemptRecord | undefined): Flight {
    const flight = new Flight({
      library: plan.library, plans: plan.flights, bases: this.world.bases, hasKeyboard: true,
      header: { engine: engineVersion, content: engineVersion, kind: request.kind, id: request.id, seed },
      out: (text) => this.print(text),
      descriptions: () => this.world.descriptions?.(),
      hidesHelp: () => this.exam?.hidesHelp === true,
      onClear: () => {
        this.output = ''
        this.isCleared = true
      },
    })
    if (saved !== undefined) {
      flight.replay(saved.log.entries)
      for (const { context } of plan.flights) flight.advanceTo(context, Math.max(saved.times[context] ?? 0, flight.lineOf(context).cluster.nowMs))
    }
    return flight
  }

  close(): void {
    this.board.close()
  }

  /** Writes to the terminal. */
  print(text: string): void {
    this.output += text
  }

  /** The line of time that the learner works on. */
  get line(): { readonly context: string; readonly cluster: Cluster } {
    if (this.exam === undefined) return this.flight.current
    const { currentTaskId } = this.exam
    return { context: currentTaskId, cluster: this.flight.lineOf(currentTaskId).cluster }
  }

  get isPast(): boolean {
    return this.past !== undefined
  }

  // ---- time --------------------------------------------------------------------------------------------------------

  /** Lets wall time pass. @returns whether the time of an exam has run out */
  tick(nowWallMs: number): boolean {
    if (this.exam !== undefined) return this.tickExam(this.exam, nowWallMs)
    if (this.past === undefined) this.tickPlayback(nowWallMs)
    return false
  }

  private tickPlayback(startWallMs: number): void {
    if (this.playback.isPlaying && this.playback.speed === 'max') {
      this.nextChange()
      this.playback.isPlaying = false
      return
    }
    const { cluster, context } = this.line
    let left = this.playback.take(startWallMs)
    while (left > 0 && this.world.nowWallMs() - startWallMs < tickBudgetMs) {
      const piece = Math.min(left, sliceMs)
      this.advance(context, cluster.nowMs + piece)
      left -= piece
    }
  }

  private tickExam(exam: ExamSession, nowWallMs: number): boolean {
    for (const context of new Set([exam.currentTaskId, this.flight.current.context])) {
      const { cluster, start } = this.flight.lineOf(context)
      const targetMs = exam.clusterTimeMs(context, start.nowMs, nowWallMs)
      if (targetMs > cluster.nowMs) this.advance(context, targetMs)
    }
    return exam.tick(nowWallMs)
  }

  /** The one way by which simulated time passes. */
  protected advance(context: string, toMs: number): void {
    this.flight.advanceTo(context, toMs)
  }

  stepEvent(): void {
    if (this.past !== undefined) return
    const { cluster, context } = this.line
    const next = cluster.nextEventMs()
    this.playback.isPlaying = false
    if (next !== undefined) this.advance(context, next)
  }

  nextChange(): void {
    if (this.past !== undefined) return
    const { cluster, context } = this.line
    const before = cluster.nowMs
    runToNextChange(cluster, (toMs) => this.advance(context, toMs))
    this.exam?.addClusterTime(context, cluster.nowMs - before)
  }

  /** Shows a moment, in simulated ms since T+00:00; one that is not over yet shows the present. */
  rewindTo(ms: number): void {
    if (this.exam !== undefined) return
    const { cluster, context } = this.line
    const shiftMs = cluster.config.historyMs ?? 0
    this.past = ms + shiftMs >= cluster.nowMs ? undefined : this.flight.lineOf(context).moments.at(Math.max(ms + shiftMs, shiftMs))
    this.playback.isPlaying = false
    this.show(this.past ?? cluster)
  }

  backToNow(): void {
    if (this.past === undefined) return
    this.past = undefined
    this.show(this.line.cluster)
  }

  /** Goes back to a moment and on from there. @returns false when it is not kept */
  restartAt(ms: number): boolean {
    const { context } = this.line
    const earlier = this.flight.lineOf(context).moments.at(ms)
    if (earlier === undefined) return false
    this.flight.replaceCluster(context, earlier)
    this.show(earlier)
    return true
  }

  fork(label: string): ForkRow {
    const { context, cluster } = this.line
    const line = this.forks.add(label, this.past ?? cluster, cluster)
    this.enterFork(line, context)
    return this.forks.row(line)
  }

  chooseFork(id: string): void {
    const { context, cluster } = this.line
    const line = this.forks.choose(id, cluster)
    if (line !== undefined) this.enterFork(line, context)
  }

  dropFork(id: string): void {
    this.forks.drop(id)
  }

  private enterFork(line: ForkLine, context: string): void {
    this.flight.replaceCluster(context, line.cluster)
    this.past = undefined
    this.show(line.cluster)
  }

  switchTask(taskId: string): boolean {
    if (this.exam === undefined) return false
    const nowWallMs = this.world.nowWallMs()
    this.exam.switchTo(taskId, nowWallMs)
    const isOver = this.tickExam(this.exam, nowWallMs)
    this.show(this.flight.lineOf(taskId).cluster)
    return isOver
  }

  /** The editor that a command opened was closed. */
  finishEdit(path: string, text: string | undefined): void {
    this.flight.finishEdit(path, text)
    this.editorPath = undefined
  }

  // ---- telling -----------------------------------------------------------------------------------------------------

  private show(cluster: Cluster): void {
    this.board.close()
    this.board = new BoardRows(cluster)
    this.shown = cluster
    this.isReset = true
    this.news.reset()
  }

  /** The next delta carries the progress. */
  noteProgress(): void {
    this.hasProgress = true
  }

  progress(): SessionProgress {
    const own = this.lab?.progress() ?? emptyProgress(this.opening.request)
    return this.exam === undefined ? own : { ...own, exam: this.exam.progress() }
  }

  record(): AttemptRecord {
    const { plan, ...opening } = this.opening
    const times = Object.fromEntries(plan.flights.map(({ context }) => [context, this.flight.lineOf(context).cluster.nowMs]))
    return { ...opening, log: this.flight.log.save(), progress: this.progress(), times, savedAtWallMs: this.world.nowWallMs() }
  }

  /** Grades everything on forks; a task on its own like an exam of one. */
  grade(): GradeReport {
    const { attemptId, seed, request, plan } = this.opening
    const nowWallMs = this.world.nowWallMs()
    const exam = this.exam ?? ExamSession.ofTask(plan.tasks, this.flight, request, nowWallMs)
    this.hasProgress = true
    return exam.grade({ attemptId, seed, nowWallMs, extraTimeFactor: request.extraTimeFactor ?? 1, clockWallMs: () => this.world.nowWallMs() })
  }

  /** What changed since the last delta. */
  takeDelta(): HostDelta {
    const { flight, line, playback, news } = this
    if (this.past === undefined && line.cluster !== this.shown) this.show(line.cluster)
    const { shown } = this
    const rows = this.board.take()
    const running = flight.status
    const shiftMs = line.cluster.config.historyMs ?? 0
    const nowWallMs = this.world.nowWallMs()
    const marks = [...(rows.marks ?? []), ...news.actionMarks(flight, shiftMs)]
    const delta: HostDelta = {
      ...rows, ...(marks.length > 0 ? { marks } : {}),
      ...(this.isReset ? { isReset: true, clusterName: line.context } : {}),
      nowMs: shownMs(shown), headMs: shownMs(line.cluster), epochMs: line.cluster.clock.epochMs + shiftMs,
      isPlaying: playback.isPlaying, speed: playback.speed, isPast: this.isPast,
      terminal: {
        output: this.output, prompt: flight.terminal.prompt, isRunning: running !== undefined, readsInput: flight.readsInput, waitsForTime: running?.kind === 'waits' && !playback.isPlaying,
        context: flight.current.context, namespace: flight.namespace, cwd: flight.terminal.cwd, ...(this.isCleared ? { clear: true } : {}),
      },
      ...news.files(flight, shiftMs), ...news.trackerOf(this.lab, shown, nowWallMs), ...news.upcomingOf(shown, nowWallMs), ...this.lookAtEditor(),
      ...(this.hasProgress ? { progress: this.progress() } : {}),
      ...this.forks.rows(),
    }
    this.output = ''
    this.isCleared = false
    this.isReset = false
    this.hasProgress = false
    return delta
  }

  /** A command that wants a file edited is told once. */
  private lookAtEditor(): Pick<HostDelta, 'editor'> {
    const { status, terminal } = this.flight
    if (status?.kind !== 'edit' || this.editorPath === status.path) return {}
    this.editorPath = status.path
    return { editor: { path: status.path, text: terminal.files.read(status.path) ?? '' } }
  }
}

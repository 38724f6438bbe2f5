/**
 * The host of a session in this thread: everything behind the app's border. The Worker host wraps it; tests and Node use
 * it as it is. Time passes in `tick`, which the owner calls about once a frame.
 */

import { ProcessRun } from '../../simulator/index.ts'
import type { Cluster } from '../../simulator/index.ts'
import type { Library } from '../content/types.ts'
import { learnerUser } from './kubeconfig.ts'
import { BaseClusters } from './base-clusters.ts'
import { BoardRows } from './board-rows.ts'
import { explain } from './explain-pod.ts'
import { Flight } from './flight.ts'
import { readLog } from './action-log.ts'
import type {
  ApplyAnswer, ClusterHost, Completion, EngineFailure, GradeReport, HostDelta, ObjectDetails, OpenAnswer, OpenRequest, Overview, PodExplanation, SessionProgress, Speed, StepReport,
} from './host.ts'
import type { FileRow, ForkRow, ObjectRef, TimelineMark, TrackerRow } from './host-rows.ts'
import { ExamSession } from './exam-session.ts'
import { LabSession } from './lab-session.ts'
import { Moments } from './moments.ts'
import { objectDetails } from './object-details.ts'
import { overviewOf } from './overview.ts'
import { upcomingRows } from './upcoming.ts'
import { isRefusal, planOf } from './plans.ts'
import type { Plan } from './plans.ts'
import { Playback, runToNextChange } from './playback.ts'
import { startScenario } from './scenario.ts'
import type { AttemptRecord, SessionStore } from './store.ts'

/** What a host needs of the world. */
export interface HostWorld {
  readonly library: Library
  readonly store: SessionStore
  /** Wall clock, Unix ms. */
  nowWallMs(): number
  /** A fresh seed for an attempt. */
  newSeed(): number
  /** Makes this page the one writer of a lab or exam until it is closed. @returns whether it is */
  claim?(name: string): Promise<boolean>
}

/** Wall ms that one tick may spend on simulated time. */
const tickBudgetMs = 8
/** Simulated ms between two looks at the budget. */
const sliceMs = 500
/** Wall ms between two looks at the tracker. */
const trackerPeriodMs = 500
/** Wall ms between two looks at what comes next. */
const upcomingPeriodMs = 250
const engineVersion = '0.1.0'

interface Session {
  readonly attemptId: string
  readonly request: OpenRequest
  readonly seed: number
  readonly plan: Plan
  readonly flight: Flight
  readonly lab?: LabSession
  readonly exam?: ExamSession
}

interface ForkLine {
  readonly id: string
  readonly label: string
  readonly atMs: number
  cluster: Cluster
}

const homeFolder = '/home/learner/'

export class InlineHost implements ClusterHost {
  private readonly world: HostWorld
  private readonly listeners: ((delta: HostDelta) => void)[] = []
  private readonly playback = new Playback()
  private readonly moments = new Map<string, Moments>()
  private readonly bases = new BaseClusters()
  /** Seed of the next attempt, drawn early when its clusters are prepared. */
  private nextSeed: number | undefined
  private session: Session | undefined
  private board: BoardRows | undefined
  private shown: Cluster | undefined
  /** The past that is shown, if any. */
  private past: Cluster | undefined
  private output = ''
  private isCleared = false
  private isReset = false
  private lastFilesText = ''
  private markedActions = 0
  private lastTrackerWallMs = 0
  private tracker: readonly TrackerRow[] | undefined
  private editorPath: string | undefined
  private lastUpcoming = { wallMs: 0, text: '' }
  private forks: ForkLine[] = []
  private currentFork = 'main'
  private hasProgress = false
  private storageProblem: string | undefined
  private failure: EngineFailure | undefined
  /** Another tab writes this attempt. */
  private isReadOnly = false
  private isStorageNews = false
  /** Ids of all attempts kept, so that none is written over. */
  private takenIds: ReadonlySet<string> = new Set()
  private lastSaved = { action: 0, wallMs: 0 }
  private saving: Promise<void> = Promise.resolve()

  constructor(world: HostWorld) {
    this.world = world
  }

  // ---- opening and closing -----------------------------------------------------------------------------------------

  async overview(): Promise<Overview> {
    return overviewOf(await this.world.store.list(), this.world.library)
  }

  prepare({ kind, id }: Pick<OpenRequest, 'kind' | 'id'>): Promise<void> {
    const plan = planOf({ kind, id, start: 'resume' }, this.world.library)
    this.nextSeed ??= this.world.newSeed()
    if (!isRefusal(plan)) for (const { scenario } of plan.flights) startScenario(scenario, plan.library, this.nextSeed, this.bases)
    return Promise.resolve()
  }

  async open(request: OpenRequest): Promise<OpenAnswer> {
    this.isReadOnly = (await this.world.claim?.(`${request.kind}/${request.id}`)) === false
    const records = await this.savedRecords()
    this.takenIds = new Set(records.map((record) => record.attemptId))
    const earlier = records.filter((record) => record.request.kind === request.kind && record.request.id === request.id && record.isClosed !== true && record.report === undefined && record.isBroken !== true)
    const saved = request.start === 'fresh' ? undefined : earlier.at(-1)
    if (request.start === 'fresh') for (const record of earlier) await this.keep({ ...record, isClosed: true })
    return saved === undefined ? this.begin(request) : this.resume(saved)
  }

  close(): Promise<void> {
    this.save()
    this.board?.close()
    this.session = undefined
    this.shown = undefined
    return this.saving
  }

  subscribe(listener: (delta: HostDelta) => void): () => void {
    this.listeners.push(listener)
    return () => {
      const index = this.listeners.indexOf(listener)
      if (index >= 0) this.listeners.splice(index, 1)
    }
  }

  /** Lets wall time pass and tells the listeners what changed. Call it about once a frame. */
  tick(): void {
    const { session } = this
    if (session === undefined) return
    const startWallMs = this.world.nowWallMs()
    this.guard(() => {
      if (session.exam !== undefined) this.tickExam(session, session.exam, startWallMs)
      else if (this.past === undefined) this.tickPlayback(session, startWallMs)
    })
    this.flush()
  }

  /** Runs a part of the engine; a broken assumption is reported with the action log, and the cluster restored by replay. */
  protected guard(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.recover(error)
    }
  }

  private recover(error: unknown): void {
    const { session } = this
    if (session === undefined) throw error
    const record = this.record(session)
    const message = error instanceof Error ? error.message : String(error)
    const atMs = this.shownMs(this.line().cluster)
    const report = JSON.stringify({ message, stack: error instanceof Error ? error.stack : undefined, atMs, log: record.log }, null, 2)
    this.restore(session, record)
    this.playback.isPlaying = false
    this.failure = { atMs, message, report, resumedAtMs: this.shownMs(this.line().cluster) }
    this.save()
  }

  /** Replays without the last action, which broke it and stands in the report; without more when that breaks again. */
  private restore(session: Session, record: AttemptRecord): void {
    for (let count = record.log.entries.length - 1; count > 0; count -= 1) {
      try {
        this.start(session.attemptId, session.request, session.seed, session.plan, { ...record, times: {}, log: { ...record.log, entries: record.log.entries.slice(0, count) } })
        return
      } catch {
        // The failure that is reported is the first one; this one only says that one action more must go.
      }
    }
    this.start(session.attemptId, session.request, session.seed, session.plan, { ...record, times: {}, log: { ...record.log, entries: [] } })
  }

  private begin(request: OpenRequest): OpenAnswer {
    const plan = planOf(request, this.world.library)
    const seed = request.seed ?? this.takeSeed()
    const attemptId = this.freshId(`${request.kind}-${request.id}-${this.world.nowWallMs().toString(36)}`)
    if (isRefusal(plan)) {
      const refused = { isApplied: false, answers: [{ line: plan.line, severity: 'refused' as const, message: plan.refusal }] }
      return { attemptId, seed, wasResumed: false, isReadOnly: false, refused, progress: this.emptyProgress(request) }
    }
    this.start(attemptId, request, seed, plan)
    this.save()
    return { attemptId, seed, wasResumed: false, isReadOnly: this.isReadOnly, progress: this.progress() }
  }

  private takeSeed(): number {
    const seed = this.nextSeed ?? this.world.newSeed()
    this.nextSeed = undefined
    return seed
  }

  private freshId(wanted: string): string {
    let id = wanted
    for (let i = 2; this.takenIds.has(id); i += 1) id = `${wanted}-${i}`
    return id
  }

  /** Goes on with a saved attempt. One that cannot be read is kept aside, and a fresh one begins. */
  private async resume(record: AttemptRecord): Promise<OpenAnswer> {
    const plan = planOf(record.request, this.world.library)
    const log = readLog(record.log)
    if (isRefusal(plan)) return this.putAside(record, 0, plan.refusal)
    if ('brokenAt' in log) return this.putAside(record, log.brokenAt, 'The saved state does not fit its own log.')
    try {
      this.start(record.attemptId, record.request, record.seed, plan, record)
    } catch (error) {
      return this.putAside(record, record.log.entries.length, `The saved log cannot be played again: ${error instanceof Error ? error.message : String(error)}`)
    }
    return { attemptId: record.attemptId, seed: record.seed, wasResumed: true, isReadOnly: this.isReadOnly, progress: this.progress() }
  }

  private async putAside(record: AttemptRecord, brokenAtAction: number, message: string): Promise<OpenAnswer> {
    await this.keep({ ...record, isBroken: true, isClosed: true })
    const answer = this.begin({ ...record.request, start: 'fresh' })
    return { ...answer, brokenSave: { attemptId: record.attemptId, savedAtWallMs: record.savedAtWallMs, brokenAtAction, actionCount: record.log.entries.length, message } }
  }

  private start(attemptId: string, request: OpenRequest, seed: number, plan: Plan, saved?: AttemptRecord): void {
    this.board?.close()
    this.output = ''
    const flight = new Flight({
      library: plan.library, plans: plan.flights, bases: this.bases, hasKeyboard: true,
      header: { engine: engineVersion, content: engineVersion, kind: request.kind, id: request.id, seed },
      out: (text) => (this.output += text),
      onClear: () => {
        this.output = ''
        this.isCleared = true
      },
    })
    if (saved !== undefined) {
      flight.replay(saved.log.entries)
      for (const { context } of plan.flights) flight.advanceTo(context, Math.max(saved.times[context] ?? 0, flight.lineOf(context).cluster.nowMs))
    }
    const nowWallMs = this.world.nowWallMs()
    const lab = plan.lab === undefined ? undefined : new LabSession(plan.lab, flight, saved?.progress)
    const exam = plan.form === undefined ? undefined : new ExamSession(plan.form, plan.tasks, flight, request, nowWallMs, saved?.progress.exam)
    this.session = { attemptId, request, seed, plan, flight, ...(lab === undefined ? {} : { lab }), ...(exam === undefined ? {} : { exam }) }
    this.moments.clear()
    for (const { context } of plan.flights) {
      const moments = new Moments()
      moments.reset(flight.lineOf(context).start)
      moments.keep(flight.lineOf(context).cluster)
      this.moments.set(context, moments)
    }
    this.forks = []
    this.currentFork = 'main'
    this.past = undefined
    this.playback.isPlaying = true
    this.playback.speed = 1
    this.playback.restart()
    this.hasProgress = true
    this.show(this.line().cluster)
  }

  // ---- time --------------------------------------------------------------------------------------------------------

  private tickPlayback(session: Session, startWallMs: number): void {
    if (this.playback.isPlaying && this.playback.speed === 'max') {
      this.nextChangeNow()
      this.playback.isPlaying = false
      return
    }
    const { cluster, context } = this.line()
    let left = this.playback.take(startWallMs)
    while (left > 0 && this.world.nowWallMs() - startWallMs < tickBudgetMs) {
      const piece = Math.min(left, sliceMs)
      this.advance(session.flight, context, cluster.nowMs + piece)
      left -= piece
    }
  }

  private tickExam(session: Session, exam: ExamSession, nowWallMs: number): void {
    for (const context of new Set([exam.currentTaskId, session.flight.current.context])) {
      const { cluster, start } = session.flight.lineOf(context)
      const targetMs = exam.clusterTimeMs(context, start.nowMs, nowWallMs)
      if (targetMs > cluster.nowMs) this.advance(session.flight, context, targetMs)
    }
    if (exam.tick(nowWallMs)) void this.grade()
  }

  /** The one way by which simulated time passes. */
  protected advance(flight: Flight, context: string, toMs: number): void {
    const before = flight.lineOf(context).cluster.resourceVersion
    flight.advanceTo(context, toMs, () => this.keepMoment(context))
    if (flight.lineOf(context).cluster.resourceVersion !== before) this.noteEditor()
  }

  private keepMoment(context: string): void {
    const { session } = this
    if (session === undefined) return
    this.moments.get(context)?.keep(session.flight.lineOf(context).cluster)
  }

  play(speed?: Speed): Promise<void> {
    if (speed !== undefined) this.playback.speed = speed
    this.playback.isPlaying = true
    this.playback.restart()
    return this.done()
  }

  pause(): Promise<void> {
    this.playback.isPlaying = this.session?.exam !== undefined
    return this.done()
  }

  setSpeed(speed: Speed): Promise<void> {
    if (this.session?.exam === undefined) this.playback.speed = speed
    return this.done()
  }

  stepEvent(): Promise<void> {
    const { session } = this
    if (session === undefined || this.past !== undefined) return this.done()
    const { cluster, context } = this.line()
    const next = cluster.nextEventMs()
    this.playback.isPlaying = false
    if (next !== undefined) this.guard(() => this.advance(session.flight, context, next))
    return this.done()
  }

  nextChange(): Promise<void> {
    this.guard(() => this.nextChangeNow())
    return this.done()
  }

  private nextChangeNow(): void {
    const { session } = this
    if (session === undefined || this.past !== undefined) return
    const { cluster, context } = this.line()
    const before = cluster.nowMs
    runToNextChange(cluster, (toMs) => this.advance(session.flight, context, toMs))
    session.exam?.addClusterTime(context, cluster.nowMs - before)
  }

  rewindTo(ms: number): Promise<void> {
    const { session } = this
    if (session === undefined || session.exam !== undefined) return this.done()
    const { cluster, context } = this.line()
    const shiftMs = cluster.config.historyMs ?? 0
    const past = ms + shiftMs >= cluster.nowMs ? undefined : this.moments.get(context)?.at(Math.max(ms + shiftMs, shiftMs))
    this.past = past
    this.playback.isPlaying = false
    this.show(past ?? cluster)
    return this.done()
  }

  backToNow(): Promise<void> {
    if (this.past !== undefined) {
      this.past = undefined
      this.show(this.line().cluster)
    }
    return this.done()
  }

  fork(label: string): Promise<ForkRow> {
    const { context, cluster } = this.line()
    const from = this.past ?? cluster
    const id = `fork-${this.forks.length + 1}`
    if (this.forks.length === 0) this.forks.push({ id: 'main', label: 'main line', atMs: 0, cluster })
    else this.storeFork(cluster)
    const copy = from.fork()
    const line: ForkLine = { id, label, atMs: this.shownMs(from), cluster: copy }
    this.forks.push(line)
    this.enterFork(line, context)
    void this.done()
    return Promise.resolve(this.forkRow(line))
  }

  chooseFork(id: string): Promise<void> {
    const line = this.forks.find((fork) => fork.id === id)
    if (line !== undefined && id !== this.currentFork) {
      this.storeFork(this.line().cluster)
      this.enterFork(line, this.line().context)
    }
    return this.done()
  }

  dropFork(id: string): Promise<void> {
    if (id !== 'main' && id !== this.currentFork) this.forks = this.forks.filter((fork) => fork.id !== id)
    return this.done()
  }

  private storeFork(cluster: Cluster): void {
    const line = this.forks.find((fork) => fork.id === this.currentFork)
    if (line !== undefined) line.cluster = cluster
  }

  private enterFork(line: ForkLine, context: string): void {
    this.session?.flight.replaceCluster(context, line.cluster)
    this.currentFork = line.id
    this.past = undefined
    this.moments.get(context)?.cutAfter(line.cluster.nowMs)
    this.keepMoment(context)
    this.show(line.cluster)
  }

  private forkRow(line: ForkLine): ForkRow {
    return { id: line.id, label: line.label, atMs: line.atMs, nowMs: this.shownMs(line.cluster), isCurrent: line.id === this.currentFork }
  }

  // ---- terminal and files ------------------------------------------------------------------------------------------

  terminalRun(line: string): Promise<void> {
    const { session } = this
    if (session === undefined) return this.done()
    const refusal = this.refusal()
    if (refusal !== undefined) {
      this.output += `${refusal}\n`
      return this.done()
    }
    const { context } = session.flight.current
    this.guard(() => session.flight.startLine(line))
    this.keepMoment(context)
    this.afterAction()
    return this.done()
  }

  /** Why nothing can be changed now, if so. */
  private refusal(): string | undefined {
    if (this.past !== undefined) return 'You look at the past: nothing can be changed here. "Back to now" (End) goes on.'
    return this.isReadOnly ? 'Another tab writes this attempt: here it can be read only.' : undefined
  }

  terminalInput(text: string): Promise<void> {
    this.guard(() => this.session?.flight.input(text))
    this.afterAction()
    return this.done()
  }

  terminalKey(key: 'interrupt' | 'end-of-input'): Promise<void> {
    const { session } = this
    if (session === undefined) return this.done()
    if (key === 'interrupt') {
      session.flight.interrupt()
      this.output += '^C\n'
    } else session.flight.input(undefined)
    this.keepMoment(session.flight.current.context)
    this.afterAction()
    return this.done()
  }

  terminalComplete(line: string, cursor: number): Promise<Completion> {
    const { session } = this
    if (session === undefined) return Promise.resolve({ from: cursor, to: cursor, candidates: [] })
    let answer: Completion = { from: cursor, to: cursor, candidates: [] }
    const { terminal, current } = session.flight
    const copy = current.cluster.fork()
    const run = new ProcessRun(
      (function* complete() {
        const found = yield* terminal.complete(line, cursor)
        answer = { from: found.from, to: found.to, candidates: [...found.candidates] }
        return 0
      })(),
      { user: () => learnerUser, cluster: () => copy },
    )
    if (run.status.kind !== 'done') run.stop()
    return Promise.resolve(answer)
  }

  terminalHistory(): Promise<readonly string[]> {
    return Promise.resolve(this.session?.flight.terminal.history ?? [])
  }

  terminalResize(columns: number): Promise<void> {
    if (this.session !== undefined) this.session.flight.terminal.columns = columns
    return Promise.resolve()
  }

  editorDone(path: string, text: string | undefined): Promise<void> {
    this.guard(() => this.session?.flight.finishEdit(path, text))
    this.editorPath = undefined
    this.afterAction()
    return this.done()
  }

  listFiles(): Promise<readonly FileRow[]> {
    return Promise.resolve(this.fileRows())
  }

  readFile(path: string): Promise<string> {
    return Promise.resolve(this.session?.flight.terminal.files.read(absolute(path)) ?? '')
  }

  writeFile(path: string, text: string): Promise<void> {
    if (this.session !== undefined && this.session.flight.terminal.files.read(absolute(path)) !== text) {
      this.session.flight.writeFile(absolute(path), text)
      this.afterAction()
    }
    return this.done()
  }

  apply(text: string, path: string): Promise<ApplyAnswer> {
    const { session } = this
    const refusal = this.refusal()
    if (session === undefined || refusal !== undefined) return Promise.resolve({ isApplied: false, answers: [{ line: 1, severity: 'refused', message: refusal ?? 'Nothing is open.' }] })
    const applied = session.flight.apply(absolute(path), text)
    this.keepMoment(session.flight.current.context)
    this.afterAction()
    const answers = applied.flatMap(({ line, column, exitCode, output, warnings, object }) => [
      ...warnings.map((message) => ({ line, column, severity: 'warning' as const, message })),
      { line, column, severity: exitCode === 0 ? ('info' as const) : ('refused' as const), message: output, ...(object === undefined ? {} : { object }) },
    ])
    void this.done()
    return Promise.resolve({ isApplied: applied.every((document) => document.exitCode === 0), answers })
  }

  // ---- looking -----------------------------------------------------------------------------------------------------

  getObject(ref: ObjectRef): Promise<ObjectDetails | undefined> {
    return Promise.resolve(this.shown === undefined ? undefined : objectDetails(this.shown, ref))
  }

  explain(pod: ObjectRef): Promise<PodExplanation | undefined> {
    if (this.shown === undefined || this.session?.exam?.hidesHelp === true) return Promise.resolve(undefined)
    return Promise.resolve(explain(this.shown.fork(), pod))
  }

  // ---- labs --------------------------------------------------------------------------------------------------------

  goToStep(index: number): Promise<void> {
    this.session?.lab?.goToStep(index)
    return this.progressed()
  }

  answer(itemId: string, value: string): Promise<void> {
    this.session?.flight.answer(itemId, value)
    this.session?.lab?.noteAnswer(itemId, value)
    this.afterAction()
    return this.progressed()
  }

  showHint(itemId: string): Promise<void> {
    this.session?.lab?.showHint(itemId)
    return this.progressed()
  }

  checkStep(stepId: string): Promise<StepReport> {
    const { session } = this
    if (session?.lab === undefined) return Promise.reject(new Error('no lab is open'))
    const report = session.lab.check(stepId)
    void this.progressed()
    this.save()
    return Promise.resolve(report)
  }

  async reset(to: 'step' | 'start'): Promise<void> {
    const { session } = this
    if (session === undefined) return
    const moment = to === 'step' ? session.lab?.stepStartMs : undefined
    if (moment !== undefined) {
      const { context } = this.line()
      const earlier = this.moments.get(context)?.at(moment)
      if (earlier !== undefined) {
        this.moments.get(context)?.cutAfter(moment)
        session.flight.replaceCluster(context, earlier)
        this.show(earlier)
      }
      await this.done()
      return
    }
    await this.open({ ...session.request, start: 'fresh' })
    await this.done()
  }

  // ---- exams -------------------------------------------------------------------------------------------------------

  switchTask(taskId: string): Promise<void> {
    const { session } = this
    if (session?.exam !== undefined) {
      session.exam.switchTo(taskId)
      this.tickExam(session, session.exam, this.world.nowWallMs())
      this.show(session.flight.lineOf(taskId).cluster)
    }
    return this.progressed()
  }

  markTask(taskId: string, change: { readonly isDone?: boolean; readonly isFlagged?: boolean }): Promise<void> {
    this.session?.exam?.mark(taskId, change)
    return this.progressed()
  }

  setNotes(text: string): Promise<void> {
    this.session?.exam?.setNotes(text)
    return this.progressed()
  }

  stillMoving(): Promise<readonly { readonly taskId: string; readonly text: string }[]> {
    return Promise.resolve(this.session?.exam?.stillMoving() ?? [])
  }

  async grade(): Promise<GradeReport> {
    const { session } = this
    if (session === undefined) throw new Error('nothing is open')
    const startWallMs = this.world.nowWallMs()
    const exam = session.exam ?? ExamSession.ofTask(session.plan.tasks, session.flight, session.request, startWallMs)
    const report = exam.grade({ attemptId: session.attemptId, seed: session.seed, nowWallMs: startWallMs, extraTimeFactor: session.request.extraTimeFactor ?? 1, clockWallMs: () => this.world.nowWallMs() })
    this.hasProgress = true
    await this.keep({ ...this.record(session), report, isClosed: true })
    await this.done()
    return report
  }

  async result(attemptId: string): Promise<GradeReport | undefined> {
    return (await this.world.store.get(attemptId))?.report
  }

  async exportLog(attemptId: string): Promise<string> {
    const own = this.session?.attemptId === attemptId ? this.session.flight.log.save() : (await this.world.store.get(attemptId))?.log
    return JSON.stringify(own ?? null, null, 2)
  }

  // ---- deltas ------------------------------------------------------------------------------------------------------

  private line(): { context: string; cluster: Cluster } {
    const { session } = this
    if (session === undefined) throw new Error('nothing is open')
    return session.exam === undefined ? session.flight.current : { context: session.exam.currentTaskId, cluster: session.flight.lineOf(session.exam.currentTaskId).cluster }
  }

  private show(cluster: Cluster): void {
    this.board?.close()
    this.board = new BoardRows(cluster)
    this.shown = cluster
    this.isReset = true
    this.tracker = undefined
    this.lastFilesText = ''
    this.lastTrackerWallMs = 0
    this.lastUpcoming = { wallMs: 0, text: '' }
  }

  private shownMs(cluster: Cluster): number {
    return cluster.nowMs - (cluster.config.historyMs ?? 0)
  }

  private flush(): void {
    const { session, board, shown } = this
    if (session === undefined || board === undefined || shown === undefined) return
    const line = this.line()
    if (this.past === undefined && line.cluster !== shown) this.show(line.cluster)
    const rows = (this.board ?? board).take()
    const { flight } = session
    const running = flight.status
    const marks = [...(rows.marks ?? []), ...this.actionMarks(line.cluster.config.historyMs ?? 0)]
    const delta: HostDelta = {
      ...rows, ...(marks.length > 0 ? { marks } : {}),
      ...(this.isReset ? { isReset: true, clusterName: line.context } : {}),
      nowMs: this.shownMs(this.shown ?? shown), headMs: this.shownMs(line.cluster), epochMs: line.cluster.clock.epochMs + (line.cluster.config.historyMs ?? 0),
      isPlaying: this.playback.isPlaying, speed: this.playback.speed, isPast: this.past !== undefined,
      terminal: {
        output: this.output, prompt: flight.terminal.prompt, isRunning: running !== undefined, readsInput: flight.readsInput, waitsForTime: running?.kind === 'waits' && !this.playback.isPlaying,
        context: flight.current.context, namespace: flight.namespace, cwd: flight.terminal.cwd, ...(this.isCleared ? { clear: true } : {}),
      },
      ...(this.failure === undefined ? {} : { failure: this.failure }),
      ...this.lookAtFiles(), ...this.lookAtTracker(), ...this.lookAtUpcoming(), ...this.lookAtEditor(),
      ...(this.hasProgress ? { progress: this.progress() } : {}),
      ...(this.forks.length > 0 ? { forks: this.forks.map((fork) => this.forkRow(fork)) } : {}),
      ...this.lookAtStorage(),
    }
    this.output = ''
    this.isCleared = false
    this.isReset = false
    this.hasProgress = false
    this.failure = undefined
    for (const listener of this.listeners) listener(delta)
  }

  /** What the learner did since the last delta, as marks of the lane "You". */
  private actionMarks(shiftMs: number): TimelineMark[] {
    const entries = this.session?.flight.log.entries ?? []
    if (this.isReset) this.markedActions = 0
    const fresh = entries.slice(this.markedActions)
    this.markedActions = entries.length
    return fresh.flatMap(({ atMs, action, hash }) => {
      const label = action.kind === 'line' ? action.text : action.kind === 'apply' ? `apply ${action.path}` : undefined
      return label === undefined ? [] : [{ id: `action-${hash.slice(0, 12)}`, lane: 'you' as const, kind: 'action' as const, atMs: Math.max(0, atMs - shiftMs), label }]
    })
  }

  private fileRows(): FileRow[] {
    const files = this.session?.flight.terminal.files.save() ?? {}
    const shiftMs = this.shown?.config.historyMs ?? 0
    return Object.entries(files).filter(([path, file]) => file.text !== undefined && path.startsWith(homeFolder) && !path.slice(homeFolder.length).startsWith('.'))
      .map(([path, file]) => ({ path, sizeBytes: file.text?.length ?? 0, changedAtMs: Math.max(0, file.changedAtMs - shiftMs) }))
  }

  private lookAtFiles(): Pick<HostDelta, 'files'> {
    const files = this.fileRows()
    const text = JSON.stringify(files)
    if (text === this.lastFilesText) return {}
    this.lastFilesText = text
    return { files }
  }

  private lookAtTracker(): Pick<HostDelta, 'tracker'> {
    const { session, shown } = this
    const nowWallMs = this.world.nowWallMs()
    if (session?.lab === undefined || shown === undefined || nowWallMs - this.lastTrackerWallMs < trackerPeriodMs) return {}
    this.lastTrackerWallMs = nowWallMs
    const tracker = session.lab.tracker(shown)
    if (JSON.stringify(tracker) === JSON.stringify(this.tracker)) return {}
    this.tracker = tracker
    return { tracker }
  }

  private lookAtUpcoming(): Pick<HostDelta, 'upcoming'> {
    const { shown } = this
    const nowWallMs = this.world.nowWallMs()
    if (shown === undefined || nowWallMs - this.lastUpcoming.wallMs < upcomingPeriodMs) return {}
    const upcoming = upcomingRows(shown)
    const text = JSON.stringify(upcoming)
    const isSame = text === this.lastUpcoming.text
    this.lastUpcoming = { wallMs: nowWallMs, text }
    return isSame ? {} : { upcoming }
  }

  private noteEditor(): void {
    const status = this.session?.flight.status
    this.editorPath = status?.kind === 'edit' ? status.path : this.editorPath
  }

  private lookAtEditor(): Pick<HostDelta, 'editor'> {
    const status = this.session?.flight.status
    if (status?.kind !== 'edit' || this.editorPath === status.path) return {}
    this.editorPath = status.path
    return { editor: { path: status.path, text: this.session?.flight.terminal.files.read(status.path) ?? '' } }
  }

  // ---- progress and saving -----------------------------------------------------------------------------------------

  private emptyProgress(request: OpenRequest): SessionProgress {
    return { kind: request.kind, stepIndex: 0, stepsDone: [], hintsShown: {}, answers: {}, stepReports: {} }
  }

  private progress(): SessionProgress {
    const { session } = this
    if (session === undefined) return this.emptyProgress({ kind: 'sandbox', id: '' })
    const own = session.lab?.progress() ?? this.emptyProgress(session.request)
    return session.exam === undefined ? own : { ...own, exam: session.exam.progress() }
  }

  private progressed(): Promise<void> {
    this.hasProgress = true
    this.save()
    return this.done()
  }

  private afterAction(): void {
    this.save()
  }

  private done(): Promise<void> {
    this.flush()
    return Promise.resolve()
  }

  private record(session: Session): AttemptRecord {
    const times = Object.fromEntries(session.plan.flights.map(({ context }) => [context, session.flight.lineOf(context).cluster.nowMs]))
    return { attemptId: session.attemptId, request: session.request, seed: session.seed, log: session.flight.log.save(), progress: this.progress(), times, savedAtWallMs: this.world.nowWallMs() }
  }

  /** Earlier attempts. A store that cannot be read is told, and the session goes on without it. */
  private async savedRecords(): Promise<readonly AttemptRecord[]> {
    try {
      return await this.world.store.list()
    } catch (error) {
      this.noteStorage(error instanceof Error ? error.message : String(error))
      return []
    }
  }

  /** Saves one record now; a failure is told. */
  private async keep(record: AttemptRecord): Promise<void> {
    try {
      await this.world.store.put(record)
      this.noteStorage(undefined)
    } catch (error) {
      this.noteStorage(error instanceof Error ? error.message : String(error))
    }
  }

  private noteStorage(problem: string | undefined): void {
    this.isStorageNews ||= problem !== this.storageProblem
    this.storageProblem = problem
  }

  /** Told when saving begins to fail and when it works again. */
  private lookAtStorage(): Pick<HostDelta, 'storage'> {
    if (!this.isStorageNews) return {}
    this.isStorageNews = false
    return { storage: { ...(this.storageProblem === undefined ? {} : { problem: this.storageProblem }), lastSavedAction: this.lastSaved.action, lastSavedWallMs: this.lastSaved.wallMs } }
  }

  /** Saves in order, one after the other; a failure is told and tried again at the next action. */
  private save(): void {
    const { session } = this
    if (session === undefined || session.exam?.isOver === true || this.isReadOnly) return
    const record = this.record(session)
    this.saving = this.saving.then(() => this.world.store.put(record)).then(
      () => {
        this.noteStorage(undefined)
        this.lastSaved = { action: record.log.entries.length, wallMs: record.savedAtWallMs }
      },
      (error: unknown) => {
        this.noteStorage(error instanceof Error ? error.message : String(error))
      },
    )
  }
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `${homeFolder}${path}`
}

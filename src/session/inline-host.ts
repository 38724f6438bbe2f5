/**
 * The host of a session in this thread: everything behind the app's border. The Worker host wraps it; tests and Node use
 * it as it is. Time passes in `tick`, which the owner calls about once a frame.
 */

import { ProcessRun } from '../../simulator/index.ts'
import type { Cluster } from '../../simulator/index.ts'
import type { Library } from '../content/types.ts'
import { learnerUser } from './kubeconfig.ts'
import { Attempts } from './attempts.ts'
import { BaseClusters } from './base-clusters.ts'
import { BoardRows } from './board-rows.ts'
import { explain } from './explain-pod.ts'
import { ForkLines, shownMs } from './fork-lines.ts'
import type { ForkLine } from './fork-lines.ts'
import { Flight } from './flight.ts'
import { readLog } from './action-log.ts'
import type { PodExplanation } from './explanation.ts'
import type {
  ApplyAnswer, ClusterHost, Completion, EngineFailure, GradeReport, HostDelta, ObjectDetails, OpenAnswer, OpenRequest, Overview, SessionProgress, Speed, StepReport,
} from './host.ts'
import type { FileRow, ForkRow, ObjectRef } from './host-rows.ts'
import { messageOf } from './message-of.ts'
import { absolutePath, fileRows, News } from './news.ts'
import { ExamSession } from './exam-session.ts'
import { LabSession } from './lab-session.ts'
import { objectDetails } from './object-details.ts'
import { overviewOf } from './overview.ts'
import { isRefusal, planOf } from './plans.ts'
import type { Plan } from './plans.ts'
import { Playback, runToNextChange } from './playback.ts'
import { startScenario } from './scenario.ts'
import type { AttemptRecord, SessionStore } from './store.ts'
import type { WhatIfChange } from './what-if/changes.ts'
import { whatIf } from './what-if/what-if.ts'
import type { WhatIfRefusal, WhatIfReport } from './what-if/what-if.ts'

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

export class InlineHost implements ClusterHost {
  private readonly world: HostWorld
  private readonly listeners: ((delta: HostDelta) => void)[] = []
  private readonly playback = new Playback()
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
  private readonly news = new News()
  private editorPath: string | undefined
  private readonly forks = new ForkLines()
  private hasProgress = false
  private failure: EngineFailure | undefined
  /** Another tab writes this attempt. */
  private isReadOnly = false
  /** Ids of all attempts kept, so that none is written over. */
  private takenIds: ReadonlySet<string> = new Set()
  private readonly attempts: Attempts

  constructor(world: HostWorld) {
    this.world = world
    this.attempts = new Attempts(world.store)
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
    const records = await this.attempts.list()
    this.takenIds = new Set(records.map((record) => record.attemptId))
    const earlier = records.filter((record) => record.request.kind === request.kind && record.request.id === request.id && record.isClosed !== true && record.report === undefined && record.isBroken !== true)
    const saved = request.start === 'fresh' ? undefined : earlier.at(-1)
    if (request.start === 'fresh') for (const record of earlier) await this.attempts.keep({ ...record, isClosed: true })
    return saved === undefined ? this.begin(request) : this.resume(saved)
  }

  close(): Promise<void> {
    this.save()
    this.board?.close()
    this.session = undefined
    this.shown = undefined
    return this.attempts.settled()
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
    const message = messageOf(error)
    const atMs = shownMs(this.line().cluster)
    const report = JSON.stringify({ message, stack: error instanceof Error ? error.stack : undefined, atMs, log: record.log }, null, 2)
    this.restore(session, record)
    this.playback.isPlaying = false
    this.failure = { atMs, message, report, resumedAtMs: shownMs(this.line().cluster) }
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
      return this.putAside(record, record.log.entries.length, `The saved log cannot be played again: ${messageOf(error)}`)
    }
    return { attemptId: record.attemptId, seed: record.seed, wasResumed: true, isReadOnly: this.isReadOnly, progress: this.progress() }
  }

  private async putAside(record: AttemptRecord, brokenAtAction: number, message: string): Promise<OpenAnswer> {
    await this.attempts.keep({ ...record, isBroken: true, isClosed: true })
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
      hidesHelp: () => this.session?.exam?.hidesHelp === true,
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
    this.forks.clear()
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
    flight.advanceTo(context, toMs)
    if (flight.lineOf(context).cluster.resourceVersion !== before) this.noteEditor()
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
    const past = ms + shiftMs >= cluster.nowMs ? undefined : session.flight.lineOf(context).moments.at(Math.max(ms + shiftMs, shiftMs))
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
    const line = this.forks.add(label, this.past ?? cluster, cluster)
    this.enterFork(line, context)
    void this.done()
    return Promise.resolve(this.forks.row(line))
  }

  chooseFork(id: string): Promise<void> {
    const { context, cluster } = this.line()
    const line = this.forks.choose(id, cluster)
    if (line !== undefined) this.enterFork(line, context)
    return this.done()
  }

  dropFork(id: string): Promise<void> {
    this.forks.drop(id)
    return this.done()
  }

  private enterFork(line: ForkLine, context: string): void {
    this.session?.flight.replaceCluster(context, line.cluster)
    this.past = undefined
    this.show(line.cluster)
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
    this.guard(() => session.flight.startLine(line))
    this.save()
    return this.done()
  }

  /** Why nothing can be changed now, if so. */
  private refusal(): string | undefined {
    if (this.past !== undefined) return 'You look at the past: nothing can be changed here. "Back to now" (End) goes on.'
    return this.isReadOnly ? 'Another tab writes this attempt: here it can be read only.' : undefined
  }

  terminalInput(text: string): Promise<void> {
    this.guard(() => this.session?.flight.input(text))
    this.save()
    return this.done()
  }

  terminalKey(key: 'interrupt' | 'end-of-input'): Promise<void> {
    const { session } = this
    if (session === undefined) return this.done()
    if (key === 'interrupt') {
      session.flight.interrupt()
      this.output += '^C\n'
    } else session.flight.input(undefined)
    this.save()
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
    this.save()
    return this.done()
  }

  listFiles(): Promise<readonly FileRow[]> {
    return Promise.resolve(this.session === undefined ? [] : fileRows(this.session.flight, this.shown?.config.historyMs ?? 0))
  }

  readFile(path: string): Promise<string> {
    return Promise.resolve(this.session?.flight.terminal.files.read(absolutePath(path)) ?? '')
  }

  writeFile(path: string, text: string): Promise<void> {
    if (this.session !== undefined && this.session.flight.terminal.files.read(absolutePath(path)) !== text) {
      this.session.flight.writeFile(absolutePath(path), text)
      this.save()
    }
    return this.done()
  }

  apply(text: string, path: string): Promise<ApplyAnswer> {
    const { session } = this
    const refusal = this.refusal()
    if (session === undefined || refusal !== undefined) return Promise.resolve({ isApplied: false, answers: [{ line: 1, severity: 'refused', message: refusal ?? 'Nothing is open.' }] })
    const applied = session.flight.apply(absolutePath(path), text)
    this.save()
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
    return Promise.resolve(explain(this.shown.fork(), pod, this.session?.flight.lineOf(this.line().context).moments))
  }

  whatIf(changes: readonly WhatIfChange[]): Promise<WhatIfReport | WhatIfRefusal | undefined> {
    const { session, shown } = this
    if (session === undefined || shown === undefined || session.exam !== undefined) return Promise.resolve(undefined)
    return Promise.resolve(whatIf(shown, changes, { namespace: session.flight.namespace }))
  }

  // ---- labs --------------------------------------------------------------------------------------------------------

  goToStep(index: number): Promise<void> {
    this.session?.lab?.goToStep(index)
    return this.progressed()
  }

  answer(itemId: string, value: string): Promise<void> {
    this.session?.flight.answer(itemId, value)
    this.session?.lab?.noteAnswer(itemId, value)
    this.save()
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
      const earlier = session.flight.lineOf(context).moments.at(moment)
      if (earlier !== undefined) {
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
      session.exam.switchTo(taskId, this.world.nowWallMs())
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
    await this.attempts.keep({ ...this.record(session), report, isClosed: true })
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
    this.news.reset()
  }

  private flush(): void {
    const { session, board, shown } = this
    if (session === undefined || board === undefined || shown === undefined) return
    const line = this.line()
    if (this.past === undefined && line.cluster !== shown) this.show(line.cluster)
    const rows = (this.board ?? board).take()
    const { flight } = session
    const running = flight.status
    const shiftMs = line.cluster.config.historyMs ?? 0
    const nowWallMs = this.world.nowWallMs()
    const marks = [...(rows.marks ?? []), ...this.news.actionMarks(flight, shiftMs)]
    const delta: HostDelta = {
      ...rows, ...(marks.length > 0 ? { marks } : {}),
      ...(this.isReset ? { isReset: true, clusterName: line.context } : {}),
      nowMs: shownMs(this.shown ?? shown), headMs: shownMs(line.cluster), epochMs: line.cluster.clock.epochMs + shiftMs,
      isPlaying: this.playback.isPlaying, speed: this.playback.speed, isPast: this.past !== undefined,
      terminal: {
        output: this.output, prompt: flight.terminal.prompt, isRunning: running !== undefined, readsInput: flight.readsInput, waitsForTime: running?.kind === 'waits' && !this.playback.isPlaying,
        context: flight.current.context, namespace: flight.namespace, cwd: flight.terminal.cwd, ...(this.isCleared ? { clear: true } : {}),
      },
      ...(this.failure === undefined ? {} : { failure: this.failure }),
      ...this.news.files(flight, shiftMs), ...this.news.trackerOf(session.lab, this.shown ?? shown, nowWallMs), ...this.news.upcomingOf(this.shown ?? shown, nowWallMs), ...this.lookAtEditor(),
      ...(this.hasProgress ? { progress: this.progress() } : {}),
      ...this.forks.rows(),
      ...this.attempts.takeNews(),
    }
    this.output = ''
    this.isCleared = false
    this.isReset = false
    this.hasProgress = false
    this.failure = undefined
    for (const listener of this.listeners) listener(delta)
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

  private done(): Promise<void> {
    this.flush()
    return Promise.resolve()
  }

  private record(session: Session): AttemptRecord {
    const times = Object.fromEntries(session.plan.flights.map(({ context }) => [context, session.flight.lineOf(context).cluster.nowMs]))
    return { attemptId: session.attemptId, request: session.request, seed: session.seed, log: session.flight.log.save(), progress: this.progress(), times, savedAtWallMs: this.world.nowWallMs() }
  }

  private save(): void {
    const { session } = this
    if (session !== undefined && session.exam?.isOver !== true && !this.isReadOnly) this.attempts.save(this.record(session))
  }
}

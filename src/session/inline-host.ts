/**
 * The host of a session in this thread: everything behind the app's border. The Worker host wraps it; tests and Node use
 * it as it is. Time passes in `tick`, which the owner calls about once a frame.
 */

import type { ApiDescriptions } from '../../simulator/index.ts'
import type { Library } from '../content/types.ts'
import { readLog } from './action-log.ts'
import { applyAnswer } from './apply-documents.ts'
import { Attempts } from './attempts.ts'
import { BaseClusters } from './base-clusters.ts'
import { completeLine } from './complete-line.ts'
import { explain } from './explain-pod.ts'
import type { PodExplanation } from './explanation.ts'
import { shownMs } from './fork-lines.ts'
import type {
  ApplyAnswer, ClusterHost, Completion, EngineFailure, GradeReport, HostDelta, ObjectDetails, OpenAnswer, OpenRequest, Overview, Speed, StepReport,
} from './host.ts'
import type { FileRow, ForkRow, ObjectRef } from './host-rows.ts'
import { messageOf } from './message-of.ts'
import { absolutePath, fileRows } from './news.ts'
import { objectDetails } from './object-details.ts'
import { overviewOf } from './overview.ts'
import { isRefusal, planOf } from './plans.ts'
import type { PlanRefusal } from './plans.ts'
import { startScenario } from './scenario.ts'
import { emptyProgress, Sitting } from './sitting.ts'
import type { Opening } from './sitting.ts'
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
  /** What the fields of the API mean, once it is loaded. */
  descriptions?(): ApiDescriptions | undefined
}

/** The host in this thread. Methods that need something open do nothing, or answer with nothing, while nothing is. */
export class InlineHost implements ClusterHost {
  protected readonly bases = new BaseClusters()
  protected readonly world: HostWorld
  private readonly attempts: Attempts
  private readonly listeners: ((delta: HostDelta) => void)[] = []
  private sitting: Sitting | undefined
  /** Seed of the next attempt, drawn early when its clusters are prepared. */
  private nextSeed: number | undefined
  private failure: EngineFailure | undefined
  /** Another tab writes this attempt. */
  private isReadOnly = false
  /** Ids of all attempts kept, so that none is written over. */
  private takenIds: ReadonlySet<string> = new Set()

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
    this.sitting?.close()
    this.sitting = undefined
    return this.attempts.settled()
  }

  private begin(request: OpenRequest): OpenAnswer {
    const plan = planOf(request, this.world.library)
    const seed = request.seed ?? this.takeSeed()
    const attemptId = this.freshId(`${request.kind}-${request.id}-${this.world.nowWallMs().toString(36)}`)
    if (isRefusal(plan)) return { attemptId, seed, wasResumed: false, isReadOnly: false, refused: refusalOf(plan), progress: emptyProgress(request) }
    this.sit({ attemptId, request, seed, plan })
    this.save()
    return this.answerOf(false)
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
    const { attemptId, request, seed } = record
    const plan = planOf(request, this.world.library)
    const log = readLog(record.log)
    if (isRefusal(plan)) return this.putAside(record, 0, plan.refusal)
    if ('brokenAt' in log) return this.putAside(record, log.brokenAt, 'The saved state does not fit its own log.')
    try {
      this.sit({ attemptId, request, seed, plan }, record)
    } catch (error) {
      return this.putAside(record, record.log.entries.length, `The saved log cannot be played again: ${messageOf(error)}`)
    }
    return this.answerOf(true)
  }

  private async putAside(record: AttemptRecord, brokenAtAction: number, message: string): Promise<OpenAnswer> {
    await this.attempts.keep({ ...record, isBroken: true, isClosed: true })
    const answer = this.begin({ ...record.request, start: 'fresh' })
    return { ...answer, brokenSave: { attemptId: record.attemptId, savedAtWallMs: record.savedAtWallMs, brokenAtAction, actionCount: record.log.entries.length, message } }
  }

  private answerOf(wasResumed: boolean): OpenAnswer {
    const { opening: { attemptId, seed } } = this.present
    return { attemptId, seed, wasResumed, isReadOnly: this.isReadOnly, progress: this.present.progress() }
  }

  /** Opens an attempt in place of the one that is open. */
  private sit(opening: Opening, saved?: AttemptRecord): void {
    const next = this.makeSitting(opening, saved)
    this.sitting?.close()
    this.sitting = next
  }

  protected makeSitting(opening: Opening, saved?: AttemptRecord): Sitting {
    return new Sitting(opening, { bases: this.bases, nowWallMs: () => this.world.nowWallMs(), descriptions: () => this.world.descriptions?.() }, saved)
  }

  private get present(): Sitting {
    if (this.sitting === undefined) throw new Error('nothing is open')
    return this.sitting
  }

  // ---- failures ----------------------------------------------------------------------------------------------------

  /** Runs a part of the engine; a broken assumption is reported with the action log, and the cluster restored by replay. */
  private guard(run: (sitting: Sitting) => void): void {
    const { sitting } = this
    if (sitting === undefined) return
    try {
      run(sitting)
    } catch (error) {
      this.recover(sitting, error)
    }
  }

  private recover(broken: Sitting, error: unknown): void {
    const record = broken.record()
    const message = messageOf(error)
    const atMs = shownMs(broken.line.cluster)
    const report = JSON.stringify({ message, stack: error instanceof Error ? error.stack : undefined, atMs, log: record.log }, null, 2)
    this.restore(broken.opening, record)
    this.present.playback.isPlaying = false
    this.failure = { atMs, message, report, resumedAtMs: shownMs(this.present.line.cluster) }
    this.save()
  }

  /** Replays without the last action, which broke it and stands in the report; without more when that breaks again. */
  private restore(opening: Opening, record: AttemptRecord): void {
    const upTo = (count: number): AttemptRecord => ({ ...record, times: {}, log: { ...record.log, entries: record.log.entries.slice(0, count) } })
    for (let count = record.log.entries.length - 1; count > 0; count -= 1) {
      try {
        this.sit(opening, upTo(count))
        return
      } catch {
        // The failure that is reported is the first one; this one only says that one action more must go.
      }
    }
    this.sit(opening, upTo(0))
  }

  // ---- telling -----------------------------------------------------------------------------------------------------

  subscribe(listener: (delta: HostDelta) => void): () => void {
    this.listeners.push(listener)
    return () => {
      const index = this.listeners.indexOf(listener)
      if (index >= 0) this.listeners.splice(index, 1)
    }
  }

  private flush(): void {
    if (this.sitting === undefined) return
    const delta: HostDelta = { ...this.sitting.takeDelta(), ...(this.failure === undefined ? {} : { failure: this.failure }), ...this.attempts.takeNews() }
    this.failure = undefined
    for (const listener of this.listeners) listener(delta)
  }

  private done(): Promise<void> {
    this.flush()
    return Promise.resolve()
  }

  private progressed(): Promise<void> {
    this.sitting?.noteProgress()
    this.save()
    return this.done()
  }

  private save(): void {
    const { sitting } = this
    if (sitting !== undefined && sitting.exam?.isOver !== true && !this.isReadOnly) this.attempts.save(sitting.record())
  }

  // ---- time --------------------------------------------------------------------------------------------------------

  /** Lets wall time pass and tells the listeners what changed. Call it about once a frame. */
  tick(): void {
    this.guard((sitting) => {
      if (sitting.tick(this.world.nowWallMs())) void this.grade()
    })
    this.flush()
  }

  play(speed?: Speed): Promise<void> {
    const playback = this.sitting?.playback
    if (playback !== undefined) {
      if (speed !== undefined) playback.speed = speed
      playback.isPlaying = true
      playback.restart()
    }
    return this.done()
  }

  pause(): Promise<void> {
    if (this.sitting !== undefined) this.sitting.playback.isPlaying = this.sitting.exam !== undefined
    return this.done()
  }

  setSpeed(speed: Speed): Promise<void> {
    if (this.sitting !== undefined && this.sitting.exam === undefined) this.sitting.playback.speed = speed
    return this.done()
  }

  stepEvent(): Promise<void> {
    this.guard((sitting) => sitting.stepEvent())
    return this.done()
  }

  nextChange(): Promise<void> {
    this.guard((sitting) => sitting.nextChange())
    return this.done()
  }

  rewindTo(ms: number): Promise<void> {
    this.sitting?.rewindTo(ms)
    return this.done()
  }

  backToNow(): Promise<void> {
    this.sitting?.backToNow()
    return this.done()
  }

  fork(label: string): Promise<ForkRow> {
    const row = this.present.fork(label)
    void this.done()
    return Promise.resolve(row)
  }

  chooseFork(id: string): Promise<void> {
    this.sitting?.chooseFork(id)
    return this.done()
  }

  dropFork(id: string): Promise<void> {
    this.sitting?.dropFork(id)
    return this.done()
  }

  // ---- terminal and files ------------------------------------------------------------------------------------------

  /** Why nothing can be changed now, if so. */
  private refusal(): string | undefined {
    if (this.sitting?.isPast === true) return 'You look at the past: nothing can be changed here. "Back to now" (End) goes on.'
    return this.isReadOnly ? 'Another tab writes this attempt: here it can be read only.' : undefined
  }

  /** An action of the learner: saved and told. */
  private act(run: (sitting: Sitting) => void): Promise<void> {
    this.guard(run)
    this.save()
    return this.done()
  }

  terminalRun(line: string): Promise<void> {
    const refusal = this.refusal()
    if (refusal === undefined) return this.act(({ flight }) => flight.startLine(line))
    this.sitting?.print(`${refusal}\n`)
    return this.done()
  }

  terminalInput(text: string): Promise<void> {
    return this.act(({ flight }) => flight.input(text))
  }

  terminalKey(key: 'interrupt' | 'end-of-input'): Promise<void> {
    return this.act((sitting) => {
      if (key === 'end-of-input') return sitting.flight.input(undefined)
      sitting.flight.interrupt()
      sitting.print('^C\n')
    })
  }

  terminalComplete(line: string, cursor: number): Promise<Completion> {
    return Promise.resolve(this.sitting === undefined ? { from: cursor, to: cursor, candidates: [] } : completeLine(this.sitting.flight, line, cursor))
  }

  terminalHistory(): Promise<readonly string[]> {
    return Promise.resolve(this.sitting?.flight.terminal.history ?? [])
  }

  terminalResize(columns: number): Promise<void> {
    if (this.sitting !== undefined) this.sitting.flight.terminal.columns = columns
    return Promise.resolve()
  }

  editorDone(path: string, text: string | undefined): Promise<void> {
    return this.act((sitting) => sitting.finishEdit(path, text))
  }

  listFiles(): Promise<readonly FileRow[]> {
    return Promise.resolve(this.sitting === undefined ? [] : fileRows(this.sitting.flight, this.sitting.shown.config.historyMs ?? 0))
  }

  readFile(path: string): Promise<string> {
    return Promise.resolve(this.sitting?.flight.terminal.files.read(absolutePath(path)) ?? '')
  }

  writeFile(path: string, text: string): Promise<void> {
    const flight = this.sitting?.flight
    if (flight === undefined || flight.terminal.files.read(absolutePath(path)) === text) return this.done()
    return this.act(() => flight.writeFile(absolutePath(path), text))
  }

  apply(text: string, path: string): Promise<ApplyAnswer> {
    const refusal = this.refusal()
    if (this.sitting === undefined || refusal !== undefined) return Promise.resolve({ isApplied: false, answers: [{ line: 1, severity: 'refused', message: refusal ?? 'Nothing is open.' }] })
    const applied = this.sitting.flight.apply(absolutePath(path), text)
    this.save()
    void this.done()
    return Promise.resolve(applyAnswer(applied))
  }

  // ---- looking -----------------------------------------------------------------------------------------------------

  getObject(ref: ObjectRef): Promise<ObjectDetails | undefined> {
    return Promise.resolve(this.sitting === undefined ? undefined : objectDetails(this.sitting.shown, ref))
  }

  explain(pod: ObjectRef): Promise<PodExplanation | undefined> {
    const { sitting } = this
    if (sitting === undefined || sitting.exam?.hidesHelp === true) return Promise.resolve(undefined)
    return Promise.resolve(explain(sitting.shown.fork(), pod, sitting.flight.lineOf(sitting.line.context).moments))
  }

  whatIf(changes: readonly WhatIfChange[]): Promise<WhatIfReport | WhatIfRefusal | undefined> {
    const { sitting } = this
    if (sitting === undefined || sitting.exam !== undefined) return Promise.resolve(undefined)
    return Promise.resolve(whatIf(sitting.shown, changes, { namespace: sitting.flight.namespace }))
  }

  // ---- labs --------------------------------------------------------------------------------------------------------

  goToStep(index: number): Promise<void> {
    this.sitting?.lab?.goToStep(index)
    return this.progressed()
  }

  answer(itemId: string, value: string): Promise<void> {
    this.sitting?.flight.answer(itemId, value)
    this.sitting?.lab?.noteAnswer(itemId, value)
    return this.progressed()
  }

  showHint(itemId: string): Promise<void> {
    this.sitting?.lab?.showHint(itemId)
    return this.progressed()
  }

  checkStep(stepId: string): Promise<StepReport> {
    const lab = this.sitting?.lab
    if (lab === undefined) return Promise.reject(new Error('no lab is open'))
    const report = lab.check(stepId)
    void this.progressed()
    return Promise.resolve(report)
  }

  async reset(to: 'step' | 'start'): Promise<void> {
    const { sitting } = this
    if (sitting === undefined) return
    const stepStartMs = to === 'step' ? sitting.lab?.stepStartMs : undefined
    if (stepStartMs === undefined) await this.open({ ...sitting.opening.request, start: 'fresh' })
    else sitting.restartAt(stepStartMs)
    await this.done()
  }

  // ---- exams -------------------------------------------------------------------------------------------------------

  switchTask(taskId: string): Promise<void> {
    this.guard((sitting) => {
      if (sitting.switchTask(taskId)) void this.grade()
    })
    return this.progressed()
  }

  markTask(taskId: string, change: { readonly isDone?: boolean; readonly isFlagged?: boolean }): Promise<void> {
    this.sitting?.exam?.mark(taskId, change)
    return this.progressed()
  }

  setNotes(text: string): Promise<void> {
    this.sitting?.exam?.setNotes(text)
    return this.progressed()
  }

  stillMoving(): Promise<readonly { readonly taskId: string; readonly text: string }[]> {
    return Promise.resolve(this.sitting?.exam?.stillMoving() ?? [])
  }

  async grade(): Promise<GradeReport> {
    const sitting = this.present
    const report = sitting.grade()
    await this.attempts.keep({ ...sitting.record(), report, isClosed: true })
    await this.done()
    return report
  }

  async result(attemptId: string): Promise<GradeReport | undefined> {
    return (await this.world.store.get(attemptId))?.report
  }

  async exportLog(attemptId: string): Promise<string> {
    const own = this.sitting?.opening.attemptId === attemptId ? this.sitting.flight.log.save() : (await this.world.store.get(attemptId))?.log
    return JSON.stringify(own ?? null, null, 2)
  }
}

function refusalOf({ line, refusal }: PlanRefusal): NonNullable<OpenAnswer['refused']> {
  return { isApplied: false, answers: [{ line, severity: 'refused', message: refusal }] }
}

/** One attempt at one task on kind: what is known, what is asked and what goes on. It lives on when its pane is closed. */

import type { KindContext, KindGrade, Leftover, Progress, SandboxPlan, SavedAttempt } from '../../session/kind-wire.ts'
import { messageOf } from '../../session/message-of.ts'
import { BridgeMissing, type BridgeClient, type NoBridge } from './bridge-client.ts'

export type KindStage = 'new' | 'looking' | 'offline' | 'choose' | 'planning' | 'ask' | 'running' | 'stopping' | 'graded' | 'failed'

export interface KindState {
  readonly stage: KindStage
  readonly why?: NoBridge
  readonly contexts: readonly KindContext[]
  /** Why there are no contexts. */
  readonly problem?: string
  readonly context?: string
  readonly leftovers: readonly Leftover[]
  /** Session of the leftover that is being removed. */
  readonly removing?: string
  /** What a removal could not remove, or why it failed. */
  readonly removal?: readonly string[]
  readonly plan?: SandboxPlan
  readonly steps: readonly Progress[]
  readonly grade?: KindGrade
  readonly message?: string
  readonly isStopped?: boolean
}

const first: KindState = { stage: 'new', contexts: [], leftovers: [], steps: [] }
/** Lines of progress that are kept. */
const stepsMax = 500

export class KindRun {
  state: KindState = first
  private readonly client: BridgeClient
  private readonly task: string
  /** What to grade; the newest way to get it. */
  attempt: () => Promise<SavedAttempt>
  private readonly listeners = new Set<() => void>()

  constructor(client: BridgeClient, task: string, attempt: () => Promise<SavedAttempt>) {
    this.client = client
    this.task = task
    this.attempt = attempt
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => { this.listeners.delete(listener) }
  }

  readonly snapshot = (): KindState => this.state

  /** Looks which clusters there are, and plans when there is one to take. */
  async look(): Promise<void> {
    this.set({ ...first, stage: 'looking' })
    await this.attemptTo(async () => {
      const { contexts, problem } = await this.client.contexts()
      this.set({ contexts, stage: 'choose', ...(problem === undefined ? {} : { problem }) })
      const usable = contexts.filter((context) => context.refused === undefined)
      if (usable.length === 1) await this.planFor(usable[0].name)
    })
  }

  /** Asks what grading on a context would create. */
  choose(context: string): Promise<void> {
    return this.attemptTo(() => this.planFor(context))
  }

  private async planFor(context: string): Promise<void> {
    const { plan: _plan, message: _message, removal: _removal, isStopped: _stopped, ...rest } = this.state
    this.state = rest
    this.set({ stage: 'planning', context, leftovers: [], steps: [] })
    const leftovers = await this.client.leftovers(context)
    this.set({ leftovers })
    const plan = await this.client.plan({ context, task: this.task, attempt: await this.attempt() })
    this.set({ plan, stage: 'ask' })
  }

  /** Says yes to the plan that is shown. */
  async start(): Promise<void> {
    const { plan } = this.state
    if (plan === undefined || this.state.stage !== 'ask') return
    this.set({ stage: 'running', steps: [] })
    await this.attemptTo(async () => {
      for await (const frame of this.client.grade(plan.session)) {
        if (frame.kind === 'progress') this.set({ steps: [...this.state.steps, frame.progress].slice(-stepsMax) })
        else if (frame.kind === 'grade') this.set({ stage: 'graded', grade: frame.grade })
        else this.set({ stage: 'failed', message: frame.message, isStopped: frame.isStopped === true })
      }
    })
  }

  /** Stops the grading; the cluster is cleaned up all the same. */
  async stop(): Promise<void> {
    if (this.state.stage !== 'running') return
    this.set({ stage: 'stopping' })
    await this.attemptTo(() => this.client.cancel())
  }

  async remove(session: string): Promise<void> {
    const { context } = this.state
    if (context === undefined || this.state.removing !== undefined) return
    this.set({ removing: session })
    try {
      const left = await this.client.remove(context, session)
      this.set({ leftovers: await this.client.leftovers(context), removal: left })
    } catch (error) {
      this.set({ removal: [messageOf(error)] })
    } finally {
      const { removing: _removing, ...rest } = this.state
      this.state = rest
      this.set({})
    }
  }

  private async attemptTo(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      const wasRunning = this.state.stage === 'running' || this.state.stage === 'stopping'
      if (error instanceof BridgeMissing && !wasRunning) this.set({ stage: 'offline', why: error.why })
      else this.set({ stage: 'failed', message: error instanceof BridgeMissing ? 'The server stopped answering in the middle of the grading. What it had created may still be there: start it again, and it offers to remove it.' : messageOf(error) })
    }
  }

  private set(change: Partial<KindState>): void {
    this.state = { ...this.state, ...change }
    for (const listener of this.listeners) listener()
  }
}

/** The runs of this page, one for each attempt at a task. */
export class KindRuns {
  private readonly client: BridgeClient
  private readonly runs = new Map<string, KindRun>()

  constructor(client: BridgeClient) {
    this.client = client
  }

  /** The run of a task of an attempt; the same one whenever it is asked for. */
  of(attemptId: string, task: string, attempt: () => Promise<SavedAttempt>): KindRun {
    const id = `${attemptId}/${task}`
    const run = this.runs.get(id) ?? new KindRun(this.client, task, attempt)
    run.attempt = attempt
    this.runs.set(id, run)
    return run
  }
}

/**
 * One sitting: clusters with their starts, the learner's terminal and files, answers, and the log of what was done.
 * Synchronous and deterministic: hosts decide when time passes.
 */

import { bindKubectl, ProcessRun, readConfig, runToEnd, Terminal } from '../../simulator/index.ts'
import type { ApiDescriptions, Cluster, Executable, MovableCluster, RunStatus, RunToEndOptions } from '../../simulator/index.ts'
import type { Library, Scenario } from '../content/types.ts'
import type { Check, CheckVerdict } from '../grading/check.ts'
import { ActionLog, tracePeriod } from './action-log.ts'
import type { Action, LogHeader, TimedAction } from './action-log.ts'
import { applyDocuments } from './apply-documents.ts'
import type { AppliedDocument } from './apply-documents.ts'
import { BaseClusters } from './base-clusters.ts'
import { gradeChecks } from './grade.ts'
import { kubeconfigPath, kubeconfigText, learnerUser, serverAddress } from './kubeconfig.ts'
import type { FlightPort } from './podflight/command.ts'
import { podflightCommands } from './podflight/registry.ts'
import { runAsAuthor, ScenarioError, startScenario } from './scenario.ts'
import { Moments } from './moments.ts'
import type { LearnerSide } from './simulator-view.ts'

/** A cluster of the flight under its context name. */
export interface FlightPlan {
  readonly context: string
  readonly scenario: Scenario
}

export interface FlightOptions {
  readonly library: Library
  readonly plans: readonly FlightPlan[]
  /** Booted clusters to begin with; hosts that open one flight after another keep them. */
  readonly bases?: BaseClusters
  readonly header: LogHeader
  /** Terminal output, colors only. */
  readonly out: (text: string) => void
  readonly onClear?: () => void
  /** A person sits at it: standard input can be typed. */
  readonly hasKeyboard?: boolean
  readonly aliases?: { readonly [name: string]: string }
  readonly podflight?: { readonly [name: string]: Executable }
  /** What the fields of the API mean, once somebody has loaded it; kubectl explain shows it. */
  readonly descriptions?: () => ApiDescriptions | undefined
  /** True while an exam hides what explains. */
  readonly hidesHelp?: () => boolean
}

interface Line {
  readonly context: string
  readonly namespace: string
  readonly scenario: Scenario
  readonly start: Cluster
  cluster: Cluster
  /** The past of the cluster. */
  readonly moments: Moments
}

/** Verbs that leave a cluster as it is. */
const readingVerbs: readonly string[] = ['get', 'list', 'watch']

/** The cluster of a line as commands see it. What they do to it is kept as a moment, so that the past can be run again. */
function remembered({ cluster, moments }: Line): MovableCluster {
  return {
    get nowMs() {
      return cluster.nowMs
    },
    request(request) {
      const response = cluster.request(request)
      if (!readingVerbs.includes(request.verb)) moments.keep(cluster)
      return response
    },
    authenticate: (credentials) => cluster.authenticate(credentials),
    mayImpersonate: (...access) => cluster.mayImpersonate(...access),
    readStream: (streamId) => cluster.readStream(streamId),
    writeStream(streamId, text) {
      cluster.writeStream(streamId, text)
      moments.keep(cluster)
    },
    closeStream(streamId) {
      cluster.closeStream(streamId)
      moments.keep(cluster)
    },
    advanceTo: (toMs) => cluster.advanceTo(toMs),
    nextEventMs: () => cluster.nextEventMs(),
  }
}

/**
 * A sitting over one or more clusters. Bad lines of a learner are output and exit codes; ScenarioError is thrown only
 * for content that does not play.
 */
export class Flight {
  readonly log: ActionLog
  readonly terminal: Terminal
  readonly answers = new Map<string, string>()
  private readonly lines: readonly Line[]
  private running: ProcessRun | undefined

  /** @throws ScenarioError when a start does not play */
  constructor(options: FlightOptions) {
    this.log = new ActionLog(options.header)
    const bases = options.bases ?? new BaseClusters()
    this.lines = options.plans.map(({ context, scenario }) => {
      const start = startScenario(scenario, options.library, options.header.seed, bases)
      return { context, namespace: scenario.namespace, scenario, start, cluster: start.fork(), moments: new Moments(start) }
    })
    const current = (): Cluster => this.current.cluster
    const clock = {
      get nowMs() {
        return current().nowMs
      },
      timestamp: (atMs: number) => current().clock.timestamp(atMs),
      parse: (text: string) => current().clock.parse(text),
    }
    this.terminal = new Terminal({
      executables: { kubectl: bindKubectl(options.descriptions ?? (() => undefined)) }, clock, out: options.out, onClear: options.onClear, hasKeyboard: options.hasKeyboard, aliases: options.aliases ?? { k: 'kubectl' },
      podflight: { ...podflightCommands(this.port(options)), ...options.podflight },
    })
    for (const { scenario } of options.plans) {
      for (const [path, text] of Object.entries(scenario.files)) this.terminal.files.write(`/home/learner/${path}`, text)
    }
    this.terminal.files.write(kubeconfigPath, kubeconfigText(this.lines.map((line) => ({ name: line.context, namespace: line.namespace }))))
  }

  /** The line of the kubeconfig's current context; the first when it names none of ours. */
  get current(): Line {
    const text = this.terminal?.files.read(kubeconfigPath)
    const config = text === undefined ? undefined : readConfig(text)
    const context = config?.contexts.find(({ name }) => name === config.currentContext)
    const cluster = config?.clusters.find(({ name }) => name === context?.value['cluster'])
    return this.lines.find((line) => serverAddress(line.context) === cluster?.value['server']) ?? this.lines[0]
  }

  /** The cluster at an address of the kubeconfig. */
  private clusterAt(server: string): MovableCluster | undefined {
    const line = this.lines.find((candidate) => serverAddress(candidate.context) === server)
    return line === undefined ? undefined : remembered(line)
  }

  /** The clusters by context name. */
  lineOf(context: string): Line {
    const line = this.lines.find((candidate) => candidate.context === context)
    if (line === undefined) throw new ScenarioError(`there is no cluster "${context}"`)
    return line
  }

  /** What the running command waits for; undefined at the prompt. */
  get status(): RunStatus | undefined {
    return this.running?.status
  }

  /** Whether the running command takes typed lines; else they wait for the next prompt. */
  get readsInput(): boolean {
    return this.running?.readsInput === true
  }

  /** Starts a command line. It goes on by `step` until `status` is undefined. */
  startLine(text: string): void {
    this.record({ kind: 'line', text })
    this.running = new ProcessRun(this.terminal.run(text), this.driver())
    this.settleRun()
  }

  /** Goes on with the running command after time has moved. */
  step(): void {
    if (this.running === undefined) return
    this.running.step()
    this.settleRun()
  }

  /** Standard input for the running command; undefined is Ctrl+D. */
  input(text: string | undefined): void {
    this.record(text === undefined ? { kind: 'key', key: 'end-of-input' } : { kind: 'input', text })
    this.running?.provideInput(text)
    this.settleRun()
  }

  /** Ctrl+C. */
  interrupt(): void {
    this.record({ kind: 'key', key: 'interrupt' })
    this.running?.interrupt()
    this.settleRun()
  }

  /** The editor that a command opened was closed; undefined text: without saving. */
  finishEdit(path: string, text: string | undefined): void {
    this.record({ kind: 'edited', path, text: text ?? null })
    if (text !== undefined) this.terminal.files.write(path, text)
    this.running?.finishEdit(text !== undefined)
    this.settleRun()
  }

  /** Runs a line to its end; simulated time passes as it needs. @returns the exit code */
  runLine(text: string): number {
    this.record({ kind: 'line', text })
    return runToEnd(this.terminal.run(text), this.driver())
  }

  writeFile(path: string, text: string): void {
    this.record({ kind: 'write', path, text })
    this.terminal.files.write(path, text)
  }

  answer(item: string, value: string): void {
    this.record({ kind: 'answer', item, value })
    this.answers.set(item, value)
  }

  /**
   * Lets a cluster's time pass. A running command goes on at each event, so that it does the same however time is cut
   * into pieces.
   */
  advanceTo(context: string, toMs: number): void {
    const { cluster } = this.lineOf(context)
    while (this.running !== undefined && this.current.cluster === cluster) {
      const { status } = this.running
      const next = cluster.nextEventMs()
      const untilMs = status.kind === 'waits' ? status.untilMs : undefined
      const atMs = Math.min(next ?? toMs, untilMs ?? toMs, toMs)
      cluster.advanceTo(atMs)
      this.step()
      if (atMs >= toMs) return
    }
    cluster.advanceTo(toMs)
  }

  /** Plays a saved log: the same inputs at the same times. The log grows anew, entry by entry. */
  replay(entries: readonly TimedAction[]): void {
    for (const { atMs, taskId, action } of entries) {
      const context = taskId ?? this.lines[0].context
      if (atMs > this.lineOf(context).cluster.nowMs) this.advanceTo(context, atMs)
      this.perform(action)
    }
  }

  /** Makes another cluster the one that a context stands for: a fork, or a moment of the past. */
  replaceCluster(context: string, cluster: Cluster): void {
    const line = this.lineOf(context)
    line.cluster = cluster
    line.moments.cutAfter(cluster.nowMs)
    line.moments.keep(cluster)
    this.log.append({ atMs: cluster.nowMs, action: { kind: 'note', what: 'fork', value: context } })
  }

  private perform(action: Action): void {
    switch (action.kind) {
      case 'line':
        this.startLine(action.text)
        return
      case 'input':
        this.input(action.text)
        return
      case 'key':
        if (action.key === 'interrupt') this.interrupt()
        else this.input(undefined)
        return
      case 'write':
        this.writeFile(action.path, action.text)
        return
      case 'edited':
        this.finishEdit(action.path, action.text ?? undefined)
        return
      case 'apply':
        this.apply(action.path, action.text)
        return
      case 'schedulerConfiguration':
        this.configureScheduler(action.text)
        return
      case 'answer':
        this.answer(action.item, action.value)
        return
      case 'note':
        this.log.append({ atMs: this.current.cluster.nowMs, action })
    }
  }

  /** Applies a text as `kubectl apply -f` does, one document after the other. @returns what kubectl said to each */
  apply(path: string, text: string): readonly AppliedDocument[] {
    this.record({ kind: 'apply', path, text })
    this.terminal.files.write(path, text)
    const applied = applyDocuments(text, learnerUser, () => this.current.cluster, this.namespace)
    this.current.moments.keep(this.current.cluster)
    return applied
  }

  /** Configures the scheduler of the current cluster. @returns the loader's error text, and the old configuration stays */
  configureScheduler(text: string): string | undefined {
    this.record({ kind: 'schedulerConfiguration', text })
    const { cluster, moments } = this.current
    const error = cluster.components.scheduler?.configure(text)
    if (error === undefined) moments.keep(cluster)
    return error
  }

  /** Namespace of the kubeconfig's current context. */
  get namespace(): string {
    const text = this.terminal.files.read(kubeconfigPath)
    const config = text === undefined ? undefined : readConfig(text)
    const context = config?.contexts.find((candidate) => candidate.name === config.currentContext)
    const namespace = context?.value['namespace']
    return typeof namespace === 'string' && namespace !== '' ? namespace : 'default'
  }

  /** Grades checks of one cluster on a fork. */
  grade(checks: readonly Check[], context: string, settleSeconds: number): CheckVerdict[] {
    const line = this.lineOf(context)
    return gradeChecks(checks, line.cluster, line.start, this.learner(), settleSeconds)
  }

  /** The learner's side, for views. */
  learner(): LearnerSide {
    return {
      file: (path) => this.terminal.files.read(path.startsWith('~/') ? `/home/learner/${path.slice(2)}` : path),
      answer: (id) => this.answers.get(id),
      // A trial may change what the learner has not made: then nothing happens, and the trial's conditions tell.
      kubectl: (cluster, line) => void runAsAuthor(cluster, `kubectl ${line}`),
    }
  }

  private record(action: Action): void {
    const { context, cluster } = this.current
    const isTraced = this.log.length % tracePeriod === 0
    this.log.append({ atMs: cluster.nowMs, action, ...(this.lines.length > 1 ? { taskId: context } : {}), ...(isTraced ? { trace: cluster.traceHash } : {}) })
  }

  private driver(): RunToEndOptions {
    return { user: () => learnerUser, cluster: () => remembered(this.current), clusterAt: (server) => this.clusterAt(server) }
  }

  private settleRun(): void {
    if (this.running?.status.kind === 'done') this.running = undefined
  }

  /** What subcommands of `podflight` may ask. */
  private port(options: FlightOptions): FlightPort {
    const current = (): Line => this.current
    return {
      answers: this.answers, isExam: options.header.kind === 'exam', hidesHelp: () => options.hidesHelp?.() === true, namespace: () => this.namespace,
      cluster: () => current().cluster, past: { at: (ms) => current().moments.at(ms) },
      changed: () => current().moments.keep(current().cluster),
    }
  }
}

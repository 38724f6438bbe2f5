/** Grades a task on the simulator and on a kind cluster, and takes everything away again. */

import type { KubeObject } from '../../../simulator/index.ts'
import type { Check, CheckVerdict } from '../../grading/check.ts'
import type { ObjectRef } from '../../grading/view.ts'
import { withinNamespaces } from './all-namespaces.ts'
import { BridgeError } from './contract.ts'
import type { Identity, KindDoor, KindGrade, KindGradeOptions, Report, Sandbox } from './contract.ts'
import { ImageMap } from './images/image-map.ts'
import { imagesFor, probeImage } from './images/image-table.ts'
import { mapImages } from './images/mapped-connection.ts'
import { mapNodes, NodeNames } from './node-names.ts'
import { kindVerdicts, parityRows, startRefs, whyNotOnKind, withoutFakePasses } from './parity.ts'
import { planOf } from './plan.ts'
import { KindSandbox } from './sandbox.ts'
import { settle } from './settle.ts'
import { readKinds } from './shell/remote-kinds.ts'
import { RemoteTerminal } from './shell/remote-terminal.ts'
import { gradeOnSimulator, stepsOf } from './simulated.ts'
import { playStart } from './start.ts'
import { evaluateRemotely } from './view/evaluate-remotely.ts'
import { readNodeFacts } from './view/node-facts.ts'
import type { NodeFacts } from './view/node-facts.ts'
import { ProbePods } from './view/probe-pods.ts'
import type { Readers } from './view/question.ts'
import { makeReaders } from './view/readers/all.ts'
import { RecordingView } from './view/recording-view.ts'
import type { Judgement } from './view/recording-view.ts'
import { runTrial } from './view/trials.ts'

const settleSecondsDefault = 600
/** Longest real time of one line of the attempt, and of all of them, in seconds. */
const lineSecondsMax = 600
const attemptSecondsMax = 1200

/**
 * Grades on both clusters. What was created is removed in every case.
 * @throws BridgeError when the cluster does not do what grading needs, or the signal stopped it; its `leftovers` name what remained
 */
export async function gradeOnKind(options: KindGradeOptions): Promise<KindGrade> {
  const { task, library, connection, attempt, signal, report = () => undefined } = options
  const steps = stepsOf(options)
  const simulator = attempt?.simulator ?? gradeOnSimulator(task, library, steps, attempt?.seed ?? task.seed)
  const plan = planOf({ ...options, attemptText: steps.map((step) => ('text' in step ? step.text : '')).join('\n') })
  const sandbox = (options.sandbox ?? ((to, planned) => new KindSandbox(to, planned)))(connection, plan)
  let graded: GradedAttempt | undefined
  let failure: unknown
  try {
    throwIfStopped(signal)
    await sandbox.create(report)
    graded = await new KindGrading(options, sandbox, simulator).grade(steps)
    throwIfStopped(signal)
  } catch (error) {
    failure = error
  }
  const leftovers = await cleanUp(sandbox, report)
  if (graded === undefined || failure !== undefined) throw withLeftovers(failure, leftovers)
  const rows = parityRows(task.checks, simulator, graded.verdicts)
  const sum = (verdicts: readonly CheckVerdict[]): number => verdicts.reduce((total, { earned }) => total + earned, 0)
  return {
    task: task.id, context: connection.context, points: task.points, earnedOnSimulator: sum(simulator), earnedOnKind: sum([...graded.verdicts.values()]),
    rows, transcript: graded.transcript, leftovers,
  }
}

function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new BridgeError('the grading was stopped')
}

async function cleanUp(sandbox: Sandbox, report: Report): Promise<readonly string[]> {
  report({ phase: 'clean-up', text: 'removes what was created' })
  try {
    return await sandbox.remove(report)
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error
    return [`session ${sandbox.plan.session}: ${error.message}`]
  }
}

function withLeftovers(failure: unknown, leftovers: readonly string[]): unknown {
  if (!(failure instanceof BridgeError) || leftovers.length === 0) return failure
  return new BridgeError(`${failure.message}\nleft on the cluster: ${leftovers.join('; ')}`)
}

interface GradedAttempt {
  readonly verdicts: ReadonlyMap<string, CheckVerdict>
  readonly transcript: string
}

interface Tools {
  readonly door: KindDoor
  readonly facts: NodeFacts
  readonly pods: ProbePods
  readonly readers: Readers
  /** The owner's terminal: it plays the start. */
  readonly owner: RemoteTerminal
  /** Steps of trials are done with the learner's rights: they reach no further than the task does. */
  readonly trial: RemoteTerminal
}

/** The part between the set-up and the clean-up. */
class KindGrading {
  private readonly options: KindGradeOptions
  private readonly sandbox: Sandbox
  private readonly simulator: readonly CheckVerdict[]
  private readonly report: Report
  private readonly atStart = new Map<string, readonly KubeObject[]>()

  constructor(options: KindGradeOptions, sandbox: Sandbox, simulator: readonly CheckVerdict[]) {
    this.options = options
    this.sandbox = sandbox
    this.simulator = simulator
    this.report = options.report ?? (() => undefined)
  }

  async grade(steps: ReturnType<typeof stepsOf>): Promise<GradedAttempt> {
    const { task } = this.options
    const tools = await this.makeTools()
    const checks = task.checks.filter((check) => whyNotOnKind(check) === undefined)
    await playStart({ task, terminal: tools.owner, readers: tools.readers, facts: tools.facts, session: this.sandbox.plan.session, report: this.report, ...this.signal })
    await this.readStart(checks, tools.readers)
    const learner = await this.playAttempt(steps, tools.door)
    const judged = await this.judge(checks, tools, learner)
    const verdicts = kindVerdicts(checks, new Map(checks.map((check, i) => [check.id, judged[i]])))
    return { verdicts: tools.facts.realNode === undefined ? withoutFakePasses(checks, this.simulator, verdicts) : verdicts, transcript: learner.transcript }
  }

  private get signal(): { readonly signal?: AbortSignal } {
    const { signal } = this.options
    return signal === undefined ? {} : { signal }
  }

  private async makeTools(): Promise<Tools> {
    const { connection, task, images } = this.options
    const own = withinNamespaces(connection, this.sandbox.plan.namespaces)
    const door = mapNodes(mapImages(own, new ImageMap(imagesFor(task, images))), new NodeNames(this.sandbox.workers))
    const facts = await readNodeFacts(door)
    const pods = new ProbePods({ door, session: this.sandbox.plan.session, image: probeImage, facts, ...this.signal })
    const readers = makeReaders(door, await readKinds(door), pods, facts)
    const terminal = (as: Identity): RemoteTerminal => new RemoteTerminal({ connection: door, as, context: 'author', namespace: 'default', files: {}, lineSecondsMax, ...this.signal })
    return { door, facts, pods, readers, owner: terminal('owner'), trial: terminal('learner') }
  }

  /** Objects that checks compare with, as they are before the attempt. */
  private async readStart(checks: readonly Check[], readers: Readers): Promise<void> {
    for (const ref of startRefs(checks)) {
      const found = await readers.list({ kind: 'list', ref })
      if (!('notAvailable' in found)) this.atStart.set(JSON.stringify(ref), found)
    }
  }

  private async playAttempt(steps: ReturnType<typeof stepsOf>, door: KindDoor): Promise<RemoteTerminal> {
    const { task } = this.options
    const learner = new RemoteTerminal({ connection: door, as: 'learner', context: task.id, namespace: task.namespace, files: task.files, lineSecondsMax, ...this.signal })
    const deadlineMs = Date.now() + attemptSecondsMax * 1000
    for (const [index, step] of steps.entries()) {
      throwIfStopped(this.options.signal)
      if (Date.now() > deadlineMs) throw new BridgeError(`the attempt takes longer than ${attemptSecondsMax} s on this cluster`)
      this.report({ phase: 'script', text: `${index + 1} of ${steps.length}: ${step.kind === 'line' ? step.text.split('\n')[0] : step.kind}` })
      await learner.play(step)
    }
    return learner
  }

  private view(learner: RemoteTerminal, atStart: ReadonlyMap<string, readonly KubeObject[]> = this.atStart): RecordingView {
    return new RecordingView({ file: (path) => learner.file(path), answer: (id) => learner.answers.get(id), atStart: (ref: ObjectRef) => atStart.get(JSON.stringify(ref)) })
  }

  private async judge(checks: readonly Check[], tools: Tools, learner: RemoteTerminal): Promise<Judgement[]> {
    const { task, settleSecondsMax = settleSecondsDefault } = this.options
    const quick = checks.filter((check) => !check.all.some(({ kind }) => kind === 'trial'))
    this.report({ phase: 'wait', text: `waits until the checks hold, ${Math.min(task.settleSeconds, settleSecondsMax)} s at most` })
    const look = async (): Promise<{ readonly judged: readonly Judgement[]; readonly view: RecordingView }> => {
      const view = this.view(learner)
      return { judged: await evaluateRemotely(quick, view, { readers: tools.readers, ...this.signal }), view }
    }
    const settled = await settle({ checks: quick, settleSeconds: Math.min(task.settleSeconds, settleSecondsMax), simulated: new Map(this.simulator.map(({ id, passed }) => [id, passed])), look, ...this.signal })
    throwIfStopped(this.options.signal)
    this.report({ phase: 'checks', text: `judges ${checks.length} of ${task.checks.length} checks` })
    if (quick.length === checks.length) return [...settled]
    return await this.judgeTrials(checks, tools, learner)
  }

  private async judgeTrials(checks: readonly Check[], tools: Tools, learner: RemoteTerminal): Promise<Judgement[]> {
    const before = new Map<string, readonly KubeObject[]>()
    // The start of a trial is the cluster before its steps.
    for (const ref of startRefs(checks)) {
      const found = await tools.readers.list({ kind: 'list', ref })
      if (!('notAvailable' in found)) before.set(JSON.stringify(ref), found)
    }
    return await evaluateRemotely(checks, this.view(learner), {
      readers: tools.readers, ...this.signal,
      runTrial: async (steps) => {
        this.report({ phase: 'checks', text: 'tries what a check asks for' })
        return await runTrial(steps, { pods: tools.pods, facts: tools.facts, terminal: tools.trial, viewAfter: () => this.view(learner, before), ...this.signal })
      },
    })
  }
}

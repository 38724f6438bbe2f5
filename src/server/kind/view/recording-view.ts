/**
 * A ClusterView that records what it was asked and does not know. Checks are evaluated on it, what is unknown is read, and
 * they are evaluated again, until nothing is unknown; so they stay synchronous, and both clusters are judged alike.
 */

import type { KubeObject } from '../../../../simulator/index.ts'
import type { Check, CheckVerdict } from '../../../grading/check.ts'
import { evaluate } from '../../../grading/evaluate.ts'
import { isNotAvailable } from '../../../grading/view.ts'
import type { ClusterView, DryRunAnswer, DryRunAttempt, NotAvailable, ObjectRef, ProbeAnswer, ProbeRequest, SeriesValue, TrialOutcome, TrialStep } from '../../../grading/view.ts'
import type { Access, Answers, Question, ReadQuestion } from './question.ts'

/** What the view has without asking: the learner's side, and the cluster as it was. */
export interface KnownSide {
  file(path: string): string | undefined
  answer(id: string): string | undefined
  /** The objects of T+00:00; undefined for a reference that was not read then. */
  atStart(ref: ObjectRef): readonly KubeObject[] | undefined
}

/** Why no check of series is judged on a real cluster. */
export const noSeries = 'a kind cluster has no recorded series of the past to query'

/** One moment of a real cluster, as far as it was read. */
export class RecordingView implements ClusterView {
  readonly start: ClusterView
  nowMs = 0
  private readonly side: KnownSide
  private readonly known = new Map<string, Answers[ReadQuestion['kind']]>()
  private readonly outcomes = new Map<string, TrialOutcome | NotAvailable>()
  private readonly expected = new Map<string, ReadQuestion>()
  private missing = new Map<string, Question>()
  /** Why something could not be answered, since the last evaluation began. */
  private reasons: string[] = []
  private requestNumbers = new Map<string, number>()

  constructor(side: KnownSide) {
    this.side = side
    this.start = new StartView(side, (reason) => this.reasons.push(reason))
  }

  /** Says what will be asked, so that it is read with the first questions. */
  expect(question: ReadQuestion): void {
    this.expected.set(keyOf(question), question)
  }

  /** Begins an evaluation: what it lacks is gathered anew. */
  begin(): void {
    this.missing = new Map([...this.expected].filter(([key]) => !this.known.has(key)))
    this.reasons = []
    this.requestNumbers = new Map()
    for (const outcome of this.outcomes.values()) if (!isNotAvailable(outcome) && outcome.view instanceof RecordingView) outcome.view.begin()
  }

  /** Lists that were read, to see whether anything changed. */
  get lists(): readonly (readonly KubeObject[])[] {
    return [...this.known].flatMap(([key, answer]) => (key.startsWith('{"kind":"list"') && Array.isArray(answer) ? [answer as readonly KubeObject[]] : []))
  }

  /** Questions that nobody has answered, of this view and of the views of its trials. */
  get unknown(): readonly { readonly view: RecordingView; readonly question: Question }[] {
    const own = [...this.missing.values()].map((question) => ({ view: this, question }))
    const inner = [...this.outcomes.values()].flatMap((outcome) => (isNotAvailable(outcome) || !(outcome.view instanceof RecordingView) ? [] : outcome.view.unknown))
    return [...inner, ...own]
  }

  /** Why the evaluation since `begin` had to do without something; empty when it had everything. */
  get notAvailable(): readonly string[] {
    const inner = [...this.outcomes.values()].flatMap((outcome) => (isNotAvailable(outcome) || !(outcome.view instanceof RecordingView) ? [] : outcome.view.notAvailable))
    return [...this.reasons, ...inner]
  }

  tell(question: ReadQuestion, answer: Answers[ReadQuestion['kind']]): void {
    this.known.set(keyOf(question), answer)
  }

  tellTrial(steps: readonly TrialStep[], outcome: TrialOutcome | NotAvailable): void {
    this.outcomes.set(JSON.stringify(steps), outcome)
  }

  list(ref: ObjectRef): readonly KubeObject[] {
    const found = this.ask({ kind: 'list', ref })
    return this.orElse(found, [])
  }

  can(access: Access): boolean {
    return this.orElse(this.ask({ kind: 'can', access }), false)
  }

  request(probe: ProbeRequest): ProbeAnswer | NotAvailable {
    const key = JSON.stringify(probe)
    const number = this.requestNumbers.get(key) ?? 0
    this.requestNumbers.set(key, number + 1)
    return this.orReason(this.ask({ kind: 'request', probe, number }))
  }

  dryRun(attempt: DryRunAttempt): DryRunAnswer | NotAvailable {
    return this.orReason(this.ask({ kind: 'dryRun', attempt }))
  }

  connect(from: { readonly namespace: string }, host: string, port: number): boolean | NotAvailable {
    return this.orReason(this.ask({ kind: 'connect', namespace: from.namespace, host, port }))
  }

  logs(namespace: string, pod: string, container?: string, previous?: boolean): string {
    const question = { kind: 'logs' as const, namespace, pod, ...(container === undefined ? {} : { container }), ...(previous === undefined ? {} : { previous }) }
    return this.orElse(this.ask(question), '')
  }

  series(_promql: string): readonly SeriesValue[] | NotAvailable {
    return this.orReason({ notAvailable: noSeries })
  }

  file(path: string): string | undefined {
    return this.side.file(path)
  }

  answer(id: string): string | undefined {
    return this.side.answer(id)
  }

  trial(steps: readonly TrialStep[]): TrialOutcome | NotAvailable {
    const key = JSON.stringify(steps)
    const outcome = this.outcomes.get(key)
    if (outcome === undefined) this.missing.set(`trial ${key}`, { kind: 'trial', steps })
    return this.orReason(outcome ?? { notAvailable: 'not tried yet' })
  }

  private ask<Asked extends ReadQuestion>(question: Asked): Answers[Asked['kind']] {
    const key = keyOf(question)
    const answer = this.known.get(key)
    if (answer === undefined) this.missing.set(key, question)
    return (answer ?? { notAvailable: 'not read yet' }) as Answers[Asked['kind']]
  }

  private orReason<T>(value: T | NotAvailable): T | NotAvailable {
    if (isNotAvailable(value)) this.reasons.push(value.notAvailable)
    return value
  }

  private orElse<T>(value: T | NotAvailable, other: T): T {
    if (!isNotAvailable(value)) return value
    this.reasons.push(value.notAvailable)
    return other
  }
}

function keyOf(question: ReadQuestion): string {
  return JSON.stringify(question)
}

/** The cluster at T+00:00: the objects that checks compare with, read before the attempt began. */
class StartView implements ClusterView {
  readonly nowMs = 0
  private readonly side: KnownSide
  private readonly lacks: (reason: string) => void

  constructor(side: KnownSide, lacks: (reason: string) => void) {
    this.side = side
    this.lacks = lacks
  }

  get start(): ClusterView {
    return this
  }

  list(ref: ObjectRef): readonly KubeObject[] {
    const found = this.side.atStart(ref)
    if (found === undefined) this.lacks(`${ref.resource} of the start were not read`)
    return found ?? []
  }

  can(): boolean {
    this.lacks('rights at the start were not read')
    return false
  }

  request = (): NotAvailable => this.without('requests')
  connect = (): NotAvailable => this.without('connections')
  series = (): NotAvailable => this.without('series')
  trial = (): NotAvailable => this.without('trials')
  dryRun = (): NotAvailable => this.without('dry runs')

  logs(): string {
    this.lacks('logs of the start were not read')
    return ''
  }

  file(path: string): string | undefined {
    return this.side.file(path)
  }

  answer(id: string): string | undefined {
    return this.side.answer(id)
  }

  private without(what: string): NotAvailable {
    const notAvailable = `${what} at the start are over`
    this.lacks(notAvailable)
    return { notAvailable }
  }
}

/** What a check came to on a view, before checks that hold only together are compared. */
export interface Judgement {
  readonly verdict: CheckVerdict
  /** Why it could not be judged; it is then never passed. */
  readonly notAvailable?: string
}

/** Evaluates one check by itself. @returns what it came to, and what the view still lacks for it */
export function judge(check: Check, view: RecordingView): Judgement & { readonly unknown: RecordingView['unknown'] } {
  view.begin()
  const { onlyWith: _onlyWith, ...alone } = check
  const [verdict] = evaluate([alone], view)
  const { unknown } = view
  // A condition that fails for certain decides, whatever else could not be asked; what was missing makes no pass.
  const reason = verdict.notAvailable ?? (isCertain(check, view) ? undefined : view.notAvailable[0])
  return { verdict, unknown, ...(reason === undefined ? {} : { notAvailable: reason }) }
}

/** Whether the check's verdict hangs on nothing that could not be asked: evaluated without its texts, all was known or one condition failed for certain. */
function isCertain(check: Check, view: RecordingView): boolean {
  for (const condition of check.all) {
    view.begin()
    const [verdict] = evaluate([{ ...check, onlyWith: [], all: [condition], actual: '' }], view)
    if (!verdict.passed && view.notAvailable.length === 0) return true
  }
  view.begin()
  evaluate([{ ...check, onlyWith: [], actual: '' }], view)
  return view.notAvailable.length === 0
}

/** What a check wants to know of a real cluster, and what the cluster said. */

import type { KubeObject } from '../../../../simulator/index.ts'
import type { ClusterView, DryRunAnswer, DryRunAttempt, NotAvailable, ObjectRef, ProbeAnswer, ProbeRequest, TrialStep } from '../../../grading/view.ts'

/** Who may do what. */
export type Access = Parameters<ClusterView['can']>[0]

export type Question =
  | { readonly kind: 'list'; readonly ref: ObjectRef }
  | { readonly kind: 'can'; readonly access: Access }
  /** Equal requests of one evaluation are told apart by their number: each is sent. */
  | { readonly kind: 'request'; readonly probe: ProbeRequest; readonly number: number }
  | { readonly kind: 'dryRun'; readonly attempt: DryRunAttempt }
  | { readonly kind: 'connect'; readonly namespace: string; readonly host: string; readonly port: number }
  | { readonly kind: 'logs'; readonly namespace: string; readonly pod: string; readonly container?: string; readonly previous?: boolean }
  | { readonly kind: 'trial'; readonly steps: readonly TrialStep[] }

/** Answers by kind of question. */
export interface Answers {
  readonly list: readonly KubeObject[] | NotAvailable
  readonly can: boolean | NotAvailable
  readonly request: ProbeAnswer | NotAvailable
  readonly dryRun: DryRunAnswer | NotAvailable
  readonly connect: boolean | NotAvailable
  readonly logs: string | NotAvailable
}

/** Questions that are read; a trial is run by itself, because it changes the cluster. */
export type ReadQuestion = Exclude<Question, { kind: 'trial' }>

/** Reads the answer to a question of one kind from a cluster. */
export type Reader<Kind extends ReadQuestion['kind']> = (question: Extract<ReadQuestion, { kind: Kind }>) => Promise<Answers[Kind]>

/** One reader for each kind of question. A new kind of condition needs nothing but a reader. */
export type Readers = { readonly [Kind in ReadQuestion['kind']]: Reader<Kind> }

/** Asks the reader that knows. */
export function readAnswer(readers: Readers, question: ReadQuestion): Promise<Answers[ReadQuestion['kind']]> {
  switch (question.kind) {
    case 'list': return readers.list(question)
    case 'can': return readers.can(question)
    case 'request': return readers.request(question)
    case 'dryRun': return readers.dryRun(question)
    case 'connect': return readers.connect(question)
    case 'logs': return readers.logs(question)
  }
}

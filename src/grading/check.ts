/** What a check is: conditions that must all hold, and the texts that tell a learner what was found. */

import type { DryRunAttempt, ObjectRef, ProbeRequest, TrialStep } from './view.ts'

/** Comparisons. Quantities compare as quantities, numbers as numbers, texts as texts. */
export type Operator =
  | 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte' | 'in' | 'contains' | 'matches' | 'exists' | 'missing'
  /** The value is the one at T+00:00. */
  | 'unchangedSinceStart'

/** A plain value of a condition. */
export type Scalar = string | number | boolean

export interface Comparison {
  readonly op: Operator
  readonly value?: Scalar | readonly Scalar[]
}

/** Objects (or their number) have a value at a path. */
export interface ObjectCondition extends Comparison {
  readonly kind: 'object'
  readonly object: ObjectRef
  /** Dotted path with [n], [*] and [key=value]; left out, the object itself. */
  readonly path?: string
  /** Compare the number of objects instead. */
  readonly count?: true
  /** Only objects that pass these are looked at. */
  readonly where?: readonly ({ readonly path: string } & Comparison)[]
  /** With several objects or values: all must pass (default), or any. */
  readonly quantifier?: 'all' | 'any'
}

/** The uids of the objects are those of T+00:00. */
export interface SameUidsCondition {
  readonly kind: 'sameUidsAsStart'
  readonly object: ObjectRef
}

/** A CEL expression over named objects and lists is true. */
export interface CelCondition {
  readonly kind: 'cel'
  readonly expression: string
  /** Names to objects; a reference without a name binds a list. `start_` before a name binds the one of T+00:00. */
  readonly bind: { readonly [name: string]: ObjectRef }
}

export interface AbsentCondition {
  readonly kind: 'absent'
  readonly object: ObjectRef
}

/** An HTTP request has an answer. */
export interface RequestCondition {
  readonly kind: 'request'
  readonly request: ProbeRequest
  readonly status?: number
  /** A text in the body. */
  readonly body?: string
  /** The request must fail instead, optionally with this text in the reason. */
  readonly failure?: string | true
  /** Sent so often; each must pass. */
  readonly times?: number
  /** That many different pods must answer. */
  readonly distinctPods?: number
}

/** What a dry run asks: a manifest, or a file of the learner's home that is one. */
export type DryRunQuestion = Omit<DryRunAttempt, 'manifest'> & ({ readonly manifest: string } | { readonly file: string })

/** The API would take a manifest, or refuse it. */
export interface DryRunCondition {
  readonly kind: 'dryRun'
  readonly dryRun: DryRunQuestion
  readonly accepted: boolean
  /** A text in the refusal. */
  readonly message?: string
  /** A text in one of the warnings. */
  readonly warning?: string
  /** Values of what would be stored. */
  readonly stored?: readonly ({ readonly path: string } & Comparison)[]
}

export interface CanCondition {
  readonly kind: 'can'
  readonly user: string
  readonly groups?: readonly string[]
  readonly verb: string
  readonly resource: string
  readonly namespace?: string
  readonly name?: string
  readonly allowed: boolean
}

export interface ConnectCondition {
  readonly kind: 'connect'
  readonly namespace: string
  readonly host: string
  readonly port: number
  readonly accepted: boolean
}

export interface EventCondition {
  readonly kind: 'event'
  readonly namespace: string
  readonly reason: string
  readonly object?: string
  readonly message?: string
}

export interface LogsCondition {
  readonly kind: 'logs'
  readonly object: ObjectRef
  readonly container?: string
  readonly previous?: boolean
  readonly contains?: string
  readonly missing?: string
}

/** A PromQL expression has a value. */
export interface SeriesCondition extends Comparison {
  readonly kind: 'series'
  readonly promql: string
}

export interface FileCondition extends Comparison {
  readonly kind: 'file'
  readonly path: string
}

export interface AnswerCondition extends Comparison {
  readonly kind: 'answer'
  readonly item: string
}

/** On a copy of the cluster, after some steps, conditions hold and flows did well. */
export interface TrialCondition {
  readonly kind: 'trial'
  readonly steps: readonly TrialStep[]
  readonly flows?: readonly ({ readonly flow: string; readonly field: 'sent' | 'ok' | 'failed' | 'failedShare' | 'p50Ms' | 'p95Ms' | 'p99Ms' } & Comparison)[]
  readonly all?: readonly Condition[]
}

export type Condition =
  | ObjectCondition | SameUidsCondition | CelCondition | AbsentCondition | RequestCondition | DryRunCondition | CanCondition | ConnectCondition | EventCondition
  | LogsCondition | SeriesCondition | FileCondition | AnswerCondition | TrialCondition

/** A named value for the texts of a check. */
export type LetValue =
  /** `count` and `sum` make one number: of the objects, or of the values at the path. */
  | { readonly object: ObjectRef; readonly path?: string; readonly count?: true; readonly sum?: true; readonly where?: ObjectCondition['where'] }
  /** `outcome` is the status, `none` when the name does not resolve, `failed` when no answer comes. */
  | { readonly request: ProbeRequest; readonly field: 'status' | 'body' | 'outcome' }
  /** `verdict` is accepted or rejected; `message` the refusal; a path leads into what would be stored. */
  | { readonly dryRun: DryRunQuestion; readonly field: 'verdict' | 'message' | 'warnings' }
  | { readonly dryRun: DryRunQuestion; readonly path: string }
  /** `allowed` or `denied`. */
  | { readonly can: Omit<CanCondition, 'kind' | 'allowed'> }
  | { readonly cel: string; readonly bind: CelCondition['bind'] }
  | { readonly promql: string }
  | { readonly file: string }
  | { readonly answer: string }
  | { readonly trial: readonly TrialStep[]; readonly flow: string; readonly field: NonNullable<TrialCondition['flows']>[number]['field'] }
  | { readonly trial: readonly TrialStep[]; readonly value: LetValue }

/** A check of a lab step or an exam task. */
export interface Check {
  readonly id: string
  /** What is true when it holds, in a short sentence. */
  readonly title: string
  readonly points: number
  readonly kind: string
  readonly all: readonly Condition[]
  readonly let?: { readonly [name: string]: LetValue }
  readonly expected: string
  /** `{name}` stands for a value of `let`. */
  readonly actual: string
  readonly why: string
  readonly onKind: 'yes' | 'fakes' | 'no'
  /** Why a real cluster cannot judge it, where that is not plain from its conditions. */
  readonly notOnKind?: string
  /** Ids of checks that must hold too, or this one earns nothing. */
  readonly onlyWith?: readonly string[]
}

/** The verdict on one check. */
export interface CheckVerdict {
  readonly id: string
  readonly title: string
  readonly points: number
  readonly earned: number
  readonly passed: boolean
  readonly expected: string
  readonly actual: string
  readonly why: string
  /** Set when the view cannot answer what the check asks. */
  readonly notAvailable?: string
}

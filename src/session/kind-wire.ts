/**
 * What the page and the kind bridge say to each other. The server makes it, the app shows it; all values are plain data
 * and hold no secret of a kubeconfig.
 */

import type { CheckVerdict } from '../grading/check.ts'
import type { TimedAction } from './action-log.ts'

/** Cluster-scoped objects that a task declares: what its solution reads and changes beside its namespaces. */
export interface DeclaredAccess {
  readonly group: string
  readonly resource: string
  readonly verbs: readonly string[]
}

/** What a node of the task's cluster has and a real worker lacks. Lent to the worker and taken back at the end. */
export interface NodeLoan {
  /** Name of the node in the cluster definition. */
  readonly node: string
  readonly labels: { readonly [label: string]: string }
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[]
  /** Extended resources, such as nvidia.com/gpu. */
  readonly resources: { readonly [resource: string]: string }
}

/** What grading a task on a real cluster creates there; shown to the owner before anything is created. */
export interface SandboxPlan {
  /** Value of the label `podflight.dev/session` on everything that is created. */
  readonly session: string
  readonly task: string
  readonly namespaces: readonly string[]
  readonly podSecurity: 'restricted' | 'baseline'
  readonly access: readonly DeclaredAccess[]
  readonly loans: readonly NodeLoan[]
  /** Images of the course by the public image that stands for them here. */
  readonly images: { readonly [image: string]: string }
  /** Directions that the task's own NetworkPolicies rule: policies only add up, so the sandbox's stands back there. Default none. */
  readonly networkPolicies?: readonly ('Ingress' | 'Egress')[]
}

/** A step of the work as the owner follows it. */
export interface Progress {
  readonly phase: 'preflight' | 'create' | 'start' | 'script' | 'wait' | 'checks' | 'clean-up'
  readonly text: string
}
/** One check on both clusters. */
export interface ParityRow {
  readonly check: string
  readonly parity: 'agree' | 'differ' | 'not gradable'
  readonly simulator: CheckVerdict
  /** Absent when the real cluster was never asked. */
  readonly kind?: CheckVerdict
  /** Why it is not gradable here. */
  readonly reason?: string
}

/** The outcome of grading a task on both clusters. */
export interface KindGrade {
  readonly task: string
  readonly context: string
  readonly points: number
  readonly earnedOnSimulator: number
  readonly earnedOnKind: number
  readonly rows: readonly ParityRow[]
  readonly transcript: string
  /** What clean-up could not remove, in words. */
  readonly leftovers: readonly string[]
}

/** What the page sends of an attempt: the seed, and the entries of its log that belong to the task. */
export interface SavedAttempt {
  readonly seed: number
  readonly entries: readonly TimedAction[]
  /** Simulated ms from T+00:00 to the end of the attempt, when more passed than the last entry says. */
  readonly usedMs?: number
}

/** Everything that the page may choose of a grading. The answer is the plan; its session is what the page then says yes to. */
export interface PlanOrder {
  readonly context: string
  readonly task: string
  readonly attempt: SavedAttempt
}

/** A context of the kubeconfig; `refused` says why it is no kind cluster that may be graded on. */
export interface KindContext {
  readonly name: string
  readonly refused?: string
}

/** The contexts that kind names, or why there are none to tell of. */
export interface KindContexts {
  readonly contexts: readonly KindContext[]
  readonly problem?: string
}

/** What a grading that was stopped left in a cluster. */
export interface Leftover {
  readonly context: string
  /** Value of the label `podflight.dev/session`. */
  readonly session: string
  readonly task?: string
  /** Namespaces, nodes with loans and the rest, in words. */
  readonly items: readonly string[]
}

/** One line of a grading's stream. The last one is `grade` or `error`. */
export type GradeFrame =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'grade'; readonly grade: KindGrade }
  | { readonly kind: 'error'; readonly message: string; /** The owner stopped it. */ readonly isStopped?: boolean }

/** Paths of the bridge, below the page's own. */
export const bridgePaths = { contexts: 'bridge/contexts', leftovers: 'bridge/leftovers', plan: 'bridge/plan', grade: 'bridge/grade', cancel: 'bridge/cancel', remove: 'bridge/remove' } as const

/** Header that carries the session's key. */
export const bridgeKeyHeader = 'x-podflight-key'

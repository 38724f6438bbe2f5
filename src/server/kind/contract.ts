/**
 * The kind bridge: what its parts expect of each other. A real cluster is reached by the same ApiRequests as a simulated
 * one; who asks is one of two identities, and everything that the learner's side sends passes the allow-list.
 */

import type { ApiAnswer, ApiRequest, StreamFrame } from '../../../simulator/index.ts'
import type { Library, Task } from '../../content/types.ts'
import type { CheckVerdict } from '../../grading/check.ts'

/** `owner` is the user of the kubeconfig (set-up, grading reads, clean-up); `learner` the service account of the sandbox. */
export type Identity = 'owner' | 'learner'

/** A request without its user: the bridge knows who asks. */
export type BridgeRequest = Omit<ApiRequest, 'user'>

/** An open watch, log, exec or attach of a real cluster. */
export interface BridgeStream {
  /** Resolves with frames as they come (at most what came so far), empty after `waitMs` without any. The last frame is `end`. */
  read(waitMs: number): Promise<readonly StreamFrame[]>
  write(text: string | undefined): void
  close(): void
}

/** A connection that passed the guards of the kubeconfig and of the nodes. No method throws for what the API refuses. */
export interface KindConnection {
  readonly context: string
  /** One request and its answer; a failed connection or a time-out is a Status of 503 or 504. Retries 429 as Retry-After says. */
  send(request: BridgeRequest, as: Identity): Promise<ApiAnswer>
  open(request: BridgeRequest, as: Identity): Promise<BridgeStream | ApiAnswer>
  /** Bearer token of the learner's service account, from then on used for `learner`; it is never shown or logged. */
  useLearnerToken(token: string): void
  close(): void
}

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
}

/** A step of the work as the owner follows it. */
export interface Progress {
  readonly phase: 'preflight' | 'create' | 'start' | 'script' | 'wait' | 'checks' | 'clean-up'
  readonly text: string
}
export type Report = (progress: Progress) => void

/** The namespaces, rights, limits and loans of one grading. */
export interface Sandbox {
  readonly plan: SandboxPlan
  /** Creates everything, or throws BridgeError and leaves what it created to `remove`. */
  create(report: Report): Promise<void>
  /** Removes all that bears the session's label and takes loans back. May be called again and again. @returns what is left, in words */
  remove(report: Report): Promise<readonly string[]>
}

/** What the bridge cannot or must not do, in words for people. */
export class BridgeError extends Error {}

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

/** A container that stands in for an image of the course. */
export interface StandIn {
  /** Reference of a public image. Several images of the course may share one when it is given with its digest. */
  readonly image: string
  /** What runs instead of the image's own command; a container's own command follows as arguments. */
  readonly command?: readonly string[]
}

/** Stand-ins by image of the course; `*` in a name stands for any text without `/`. The first that fits is taken. */
export type ImageTable = { readonly [image: string]: StandIn }

/** What `gradeOnKind` of grade.ts is given. `planOf(options)` of plan.ts is what it will create. */
export interface KindGradeOptions {
  readonly task: Task
  readonly library: Library
  /** Passed the guards already. It is not closed. */
  readonly connection: KindConnection
  /** Lines of Podflight's own shell, played on both clusters. */
  readonly script: string
  /** Files of the learner's home beside the task's own, by path below it. */
  readonly files?: { readonly [path: string]: string }
  /** In place of the course's own table. */
  readonly images?: ImageTable
  readonly report?: Report
  /** Stops the grading; what was created is removed all the same, and the promise is rejected with BridgeError. */
  readonly signal?: AbortSignal
  /** Name of the session on its label; default a random one. */
  readonly session?: string
  /** Default: the sandbox of sandbox.ts. */
  readonly sandbox?: (connection: KindConnection, plan: SandboxPlan) => Sandbox
  /** Longest real time that grading waits for the checks to hold, whatever the task asks for. Default 600. */
  readonly settleSecondsMax?: number
}

/**
 * The kind bridge: what its parts expect of each other. A real cluster is reached by the same ApiRequests as a simulated
 * one; who asks is one of two identities, and everything that the learner's side sends passes the allow-list.
 */

import type { ApiAnswer, ApiRequest, StreamFrame } from '../../../simulator/index.ts'
import type { Library, Task } from '../../content/types.ts'
import type { Progress, SandboxPlan } from '../../session/kind-wire.ts'
import type { Attempt } from './attempt.ts'

export type { KindGrade, NodeLoan, ParityRow, Progress, SandboxPlan } from '../../session/kind-wire.ts'

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
  /** Bearer token of the learner's service account, from then on used for `learner`; it is never shown or logged. What it may send follows from the plan. */
  useLearnerToken(token: string, plan: SandboxPlan): void
  close(): void
}

/** What reading, the shell and the probes need of a connection. */
export type KindDoor = Pick<KindConnection, 'context' | 'send' | 'open'>

/** Tells a step. */
export type Report = (progress: Progress) => void

/** The namespaces, rights, limits and loans of one grading. */
export interface Sandbox {
  readonly plan: SandboxPlan
  /** Real workers by the name of the node that they stand for; empty before `create`. */
  readonly workers: ReadonlyMap<string, string>
  /** Creates everything, or throws BridgeError and leaves what it created to `remove`. */
  create(report: Report): Promise<void>
  /** Removes all that bears the session's label and takes loans back. May be called again and again. @returns what is left, in words */
  remove(report: Report): Promise<readonly string[]>
}

/** What the bridge cannot or must not do, in words for people. */
export class BridgeError extends Error {}

/** A container that stands in for an image of the course. */
export interface StandIn {
  /** Reference of a public image. Several images of the course may share one when it is given with its digest. */
  readonly image: string
  /** What runs instead of the image's own command; a container's own command follows as arguments. */
  readonly command?: readonly string[]
}

/** Stand-ins by image of the course, as manifests write it. */
export type ImageTable = { readonly [image: string]: StandIn }

/** What `gradeOnKind` of grade.ts is given. `planOf(options)` of plan.ts is what it will create. */
export interface KindGradeOptions {
  readonly task: Task
  readonly library: Library
  /** Passed the guards already. It is not closed. */
  readonly connection: KindConnection
  /** Lines of Podflight's own shell, played on both clusters. */
  readonly script: string
  /** What the learner did, step by step, in place of the script: with typed input, Ctrl+C and edited files. */
  readonly attempt?: Attempt
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

/** What a check may look at. Two implementations: a simulated cluster (session) and a real one (server). */

import type { KubeObject } from '../../simulator/api/types.ts'

/** Which objects. `resource` is the plural name with its group, such as 'deployments.apps'. */
export interface ObjectRef {
  readonly resource: string
  readonly namespace?: string
  readonly name?: string
  /** Label selector text; together with `name` left out it picks many. */
  readonly selector?: string
}

/** One HTTP request from a pod of a namespace. */
export interface ProbeRequest {
  readonly namespace: string
  readonly method?: string
  readonly url: string
  readonly body?: string
  /** Size of a body that is not written out. */
  readonly bodyKilobytes?: number
  readonly headers?: { readonly [name: string]: string }
}

/** Its answer, or why there was none (curl's words). */
export interface ProbeAnswer {
  readonly status?: number
  readonly body?: string
  readonly failure?: string
  /** NAMESPACE/NAME of the pod that answered, where the view knows. */
  readonly pod?: string
}

/** A manifest that is sent only to see what the API says to it; nothing is stored. */
export interface DryRunAttempt {
  /** YAML of one or more objects. */
  readonly manifest: string
  /** For objects that name none. */
  readonly namespace?: string
  /** Who asks; absent: somebody with every right. */
  readonly user?: string
  readonly groups?: readonly string[]
}

/** What the API says. */
export interface DryRunAnswer {
  /** Every object would be taken. */
  readonly accepted: boolean
  /** The first refusal in the server's words; empty when there is none. */
  readonly message: string
  readonly warnings: readonly string[]
  /** What would be stored, of the objects that are taken. */
  readonly objects?: readonly KubeObject[]
}

/** A value of a PromQL vector. */
export interface SeriesValue {
  readonly labels: { readonly [label: string]: string }
  readonly value: number
}

/** A flow of requests that a trial sends. */
export interface TrialLoad {
  readonly id: string
  readonly namespace: string
  readonly url: string
  readonly method?: string
  readonly requestsPerSecond: number
  readonly payloads?: readonly { readonly share: number; readonly kilobytes: number }[]
  readonly timeoutMs?: number
}

/** One thing that a trial does to its copy of the cluster, in order. */
export type TrialStep =
  | { readonly load: TrialLoad }
  | { readonly stopLoad: string }
  | { readonly advanceSeconds: number }
  /** kubectl as the author, such as "delete pod -l app=web -n prod". */
  | { readonly kubectl: string }

/** What a flow did. */
export interface FlowSummary {
  readonly sent: number
  readonly ok: number
  readonly failed: number
  readonly perStatus: { readonly [status: string]: number }
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
}

/** The copy of the cluster after a trial. */
export interface TrialOutcome {
  readonly view: ClusterView
  readonly flows: { readonly [id: string]: FlowSummary }
}

/** What a view cannot do here, with the reason; a check that needs it is not gradable, never passed. */
export interface NotAvailable {
  readonly notAvailable: string
}

export interface ClusterView {
  /** Moment of the view, simulated ms since T+00:00 where the cluster has them. */
  readonly nowMs: number
  list(ref: ObjectRef): readonly KubeObject[]
  /** Whether a user may do something. */
  can(access: { readonly user: string; readonly groups?: readonly string[]; readonly verb: string; readonly resource: string; readonly namespace?: string; readonly name?: string }): boolean
  request(probe: ProbeRequest): ProbeAnswer | NotAvailable
  /** Server-side apply of each object with dryRun=All, forced. A view without it cannot grade such conditions. */
  dryRun?(attempt: DryRunAttempt): DryRunAnswer | NotAvailable
  /** Whether a TCP connection from a namespace is accepted. */
  connect(from: { readonly namespace: string }, host: string, port: number): boolean | NotAvailable
  logs(namespace: string, pod: string, container?: string, previous?: boolean): string
  series(promql: string): readonly SeriesValue[] | NotAvailable
  /** A file of the learner's home, `~/` first. */
  file(path: string): string | undefined
  /** What the learner answered to an item. */
  answer(id: string): string | undefined
  /** The cluster at T+00:00. */
  readonly start: ClusterView
  trial(steps: readonly TrialStep[]): TrialOutcome | NotAvailable
}

/** True for what a view cannot do. */
export function isNotAvailable(value: unknown): value is NotAvailable {
  return typeof value === 'object' && value !== null && 'notAvailable' in value
}

/** What the HTTP side of the bridge needs of its kind side. */

import type { KindContexts, KindGrade, Leftover, PlanOrder, Progress, SandboxPlan } from '../../session/kind-wire.ts'

/** Errors for people are BridgeErrors; everything else is a fault of the bridge. */
export interface KindBackend {
  /** Contexts of the kubeconfig that kind names, each with why it is refused, if so. Nothing is connected. */
  contexts(): Promise<KindContexts>
  /** Connects, looks at the cluster and says what grading would create. Changes nothing. */
  plan(order: PlanOrder): Promise<SandboxPlan>
  /** Grades as planned; the signal stops it, and what was created is removed all the same. */
  grade(order: PlanOrder, plan: SandboxPlan, report: (progress: Progress) => void, signal: AbortSignal): Promise<KindGrade>
  /** What earlier gradings left in a cluster. */
  leftovers(context: string): Promise<readonly Leftover[]>
  /** Removes a leftover. @returns what is left, in words */
  remove(context: string, session: string): Promise<readonly string[]>
}

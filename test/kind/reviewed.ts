/** Differences between simulator and real cluster that were looked at, each with its reason. All others fail. */

/** `attempt` and `check` left out: all of them. `on` says which stack shows it: KWOK's fake nodes, or real containers. */
export interface Reviewed {
  readonly task: string
  readonly attempt?: string
  readonly check?: string
  readonly on: 'fake nodes' | 'real node'
  readonly reason: string
}

export const reviewed: readonly Reviewed[] = []

/** The reason why this difference is expected, if it is. */
export function reasonOf(on: Reviewed['on'], task: string, attempt: string, check: string): string | undefined {
  return reviewed.find((row) => row.on === on && row.task === task && (row.attempt ?? attempt) === attempt && (row.check ?? check) === check)?.reason
}

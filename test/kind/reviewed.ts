/** Differences between simulator and real cluster that were looked at, each with its reason. All others fail. */

/** `attempt` and `check` left out: all of them. `on` says which stack shows it: KWOK's fake nodes, or real containers. */
export interface Reviewed {
  readonly task: string
  readonly attempt?: string
  readonly check?: string
  readonly on: 'fake nodes' | 'real node'
  readonly reason: string
}

export const reviewed: readonly Reviewed[] = [
  { task: 'f11-sidecar-exporter', check: 'c1', on: 'fake nodes', reason: 'KWOK gives init containers no state, so a sidecar never runs there' },
  { task: 'g03-fix-hpa-unknown', check: 'c1', on: 'fake nodes', reason: 'no metrics-server runs on the test stack' },
  { task: 'g03-fix-hpa-unknown', check: 'c1', on: 'real node', reason: 'no metrics-server runs on the test stack' },
  { task: 'p05-restricted-pod', attempt: 'solution', check: 'c1', on: 'real node', reason: 'the image that stands in runs as root unless the Pod names a user' },
  { task: 'p05-restricted-pod', attempt: 'wrong-baseline', check: 'c1', on: 'fake nodes', reason: 'the sandbox keeps its Pod Security level: nobody lowers it there' },
  { task: 'p05-restricted-pod', attempt: 'wrong-baseline', check: 'c1', on: 'real node', reason: 'the sandbox keeps its Pod Security level: nobody lowers it there' },
  ...(['fake nodes', 'real node'] as const).map((on) => ({ task: 's15-human-rbac', attempt: 'wrong-edit', check: 'c1', on, reason: 'a learner of a real cluster cannot hand out the role edit, which has more rights than the learner' })),
]

/** The reason why this difference is expected, if it is. */
export function reasonOf(on: Reviewed['on'], task: string, attempt: string, check: string): string | undefined {
  return reviewed.find((row) => row.on === on && row.task === task && (row.attempt ?? attempt) === attempt && (row.check ?? check) === check)?.reason
}

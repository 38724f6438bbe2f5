import type { SavedLog } from '../../session/action-log.ts'
import type { SavedAttempt } from '../../session/kind-wire.ts'

/** The part of a log that a real cluster can play: what was done to one task's cluster, without the ways that were given up. */
export function savedAttempt(log: SavedLog, taskId: string, usedMs?: number): SavedAttempt {
  const entries: SavedAttempt['entries'][number][] = []
  for (const { atMs, action, taskId: of } of log.entries) {
    if (of !== undefined && of !== taskId) continue
    // Going back to an earlier moment takes back what came after it.
    if (action.kind === 'note' && action.what === 'fork' && action.value === taskId) while ((entries.at(-1)?.atMs ?? 0) > atMs) entries.pop()
    else if (action.kind !== 'note' && action.kind !== 'schedulerConfiguration') entries.push({ atMs, action })
  }
  return { seed: log.header.seed, entries, ...(usedMs === undefined ? {} : { usedMs: Math.max(0, Math.round(usedMs)) }) }
}

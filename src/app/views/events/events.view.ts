import type { EventRow } from '../../../session/host-rows.ts'
import { clockText } from '../../format.view.ts'
import { view } from '../../state/view.ts'

export interface EventLine { readonly id: string; readonly at: string; readonly isWarning: boolean; readonly reason: string; readonly object: string; readonly message: string; readonly count: string; readonly row: EventRow }

/** Shown at once; older ones are in kubectl get events. */
const eventsMax = 200

/** Newest first; warnings are told by word and shape. */
export function toEventLines(rows: Iterable<EventRow>): readonly EventLine[] {
  return [...rows].sort((a, b) => b.lastMs - a.lastMs || (a.id < b.id ? 1 : -1)).slice(0, eventsMax).map((row) => ({
    id: row.id, at: clockText(row.lastMs), isWarning: row.type === 'Warning', reason: row.reason, object: `${row.object.kind.toLowerCase()}/${row.object.name}`, message: row.message, count: row.count > 1 ? `×${row.count}` : '', row,
  }))
}

export const eventsView = view<undefined, readonly EventLine[]>(['events'], (board) => toEventLines(board.events.values()))
export const warningCountView = view<undefined, number>(['events'], (board) => [...board.events.values()].filter((row) => row.type === 'Warning').length)

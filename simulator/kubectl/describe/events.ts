/** The Events at the end of a description. Models k8s.io/kubectl/pkg/describe DescribeEvents (v1.35). */

import { kindByResource } from '../../api/kinds.ts'
import { humanDuration } from '../../api/time.ts'
import type { Event, KubeObject } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { attempt } from '../failures.ts'
import { listObjects } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import type { Lines } from './lines.ts'

/** How long ago a time is. */
export function sinceText(session: Session, timestamp: string | null | undefined): string {
  return timestamp === null || timestamp === undefined ? '<unknown>' : humanDuration(session.nowMs - session.process.clock.parse(timestamp))
}

/** `10s`, or `5s (x3 over 1m)`. */
export function eventAge(session: Session, event: Event): string {
  const first = sinceText(session, event.eventTime ?? event.firstTimestamp)
  if (event.series !== undefined) return `${sinceText(session, event.series.lastObservedTime)} (x${event.series.count} over ${first})`
  return (event.count ?? 0) > 1 ? `${sinceText(session, event.lastTimestamp)} (x${event.count} over ${first})` : first
}

function sortTime(event: Event): string {
  return event.lastTimestamp ?? event.eventTime ?? ''
}

/** Which Events are about an object. */
export interface EventReference { readonly name: string; readonly namespace: string; readonly kind?: string; readonly uid?: string }

/** Reads the Events about an object; being refused counts as none. */
export function* searchEvents(session: Session, reference: EventReference): Run<readonly Event[]> {
  const kind = kindByResource('', 'events')
  if (kind === undefined) return []
  const fieldSelector = [
    `involvedObject.name=${reference.name}`, `involvedObject.namespace=${reference.namespace}`,
    ...(reference.kind === undefined ? [] : [`involvedObject.kind=${reference.kind}`]),
    ...(reference.uid === undefined ? [] : [`involvedObject.uid=${reference.uid}`]),
  ].join(',')
  const read = yield* attempt(listObjects(session, kind, { namespace: reference.namespace === '' ? undefined : reference.namespace, fieldSelector, limit: session.flags.int('chunk-size') }))
  return read.ok ? (read.value.items as Event[]) : []
}

/** Writes the Events, the one that happened last at the end; `<none>` without any. Ages count from the session's present. */
export function writeEvents(session: Session, lines: Lines, events: readonly Event[]): void {
  if (events.length === 0) return lines.field('Events', '<none>')
  lines.flush()
  lines.write(0, 'Events:\n  Type\tReason\tAge\tFrom\tMessage\n')
  lines.write(1, '----\t------\t----\t----\t-------\n')
  const sorted = [...events].sort((a, b) => compareText(sortTime(a), sortTime(b)))
  for (const event of sorted) {
    const source = (event.source?.component ?? '') === '' ? event.reportingComponent ?? '' : event.source?.component
    const path = event.involvedObject.fieldPath ?? ''
    const message = (event.message ?? '').trim()
    lines.write(1, `${event.type ?? ''}\t${event.reason ?? ''}\t${eventAge(session, event)}\t${source}\t${path === '' ? message : `${path}: ${message}`}\n`)
  }
}

/** Reads and writes the Events of an object, unless --show-events=false. */
export function* describeEvents(session: Session, lines: Lines, object: KubeObject, options: { readonly withKind?: boolean } = {}): Run<void> {
  if (!session.flags.bool('show-events')) return
  const { name = '', namespace = '', uid } = object.metadata
  writeEvents(session, lines, yield* searchEvents(session, { name, namespace, ...(options.withKind === false ? {} : { kind: object.kind }), ...(uid === undefined ? {} : { uid }) }))
}

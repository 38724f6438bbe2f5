/** kubectl events. Models k8s.io/kubectl/pkg/cmd/events (v1.35). */

import { apiVersionOf } from '../../api/kinds.ts'
import type { Event, KubeObject, Status } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { needKind } from '../describe/describer.ts'
import { eventAge } from '../describe/events.ts'
import { fail, statusFailure } from '../failures.ts'
import { formatPrinter, unknownFormat } from '../printers/output.ts'
import { alignTabs, tableTabs } from '../printers/tab-writer.ts'
import { listObjects } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

function fieldSelectorOf(session: Session): string {
  const target = session.flags.text('for')
  if (target === '') return ''
  const parts = target.split('/')
  if (parts.length !== 2 || parts[0] === '' || parts[1] === '') throw fail('--for must be in resource/name form')
  const [token = '', name = ''] = parts
  const kind = session.kinds.byToken(token)
  if (kind === undefined) throw fail(`the server doesn't have a resource type "${token}"`)
  return `involvedObject.kind=${kind.kind},involvedObject.apiVersion=${apiVersionOf(kind)},involvedObject.name=${name}`
}

function typesOf(session: Session): readonly string[] {
  const types = session.flags.list('types')
  for (const type of types) if (!['normal', 'warning'].includes(type.toLowerCase())) throw fail('valid --types are Normal or Warning')
  return types.map((type) => type.toLowerCase())
}

function sortTime(event: Event): string {
  return event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? ''
}

function cells(session: Session, event: Event): string[] {
  const { kind = '', name = '' } = event.involvedObject
  return [...(session.flags.bool('all-namespaces') ? [event.metadata.namespace ?? ''] : []), eventAge(session, event), event.type ?? '', event.reason ?? '', `${kind}/${name}`, (event.message ?? '').trim()]
}

function printRows(session: Session, events: readonly Event[], withHeaders: boolean): void {
  const headers = [...(session.flags.bool('all-namespaces') ? ['NAMESPACE'] : []), 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE']
  session.out(alignTabs([...(withHeaders ? [headers] : []), ...events.map((event) => cells(session, event))].map((row) => `${row.join('\t')}\n`).join(''), tableTabs))
}

/** kubectl events: sorted by time, oldest first, narrowed by --for and --types; --watch goes on with what happens. */
export function* events(session: Session): Run<number> {
  const { flags } = session
  const types = typesOf(session)
  const fieldSelector = fieldSelectorOf(session)
  const namespace = flags.bool('all-namespaces') ? undefined : session.namespace().name
  const kind = needKind('', 'events')
  const isWanted = (event: Event) => types.length === 0 || types.includes((event.type ?? '').toLowerCase())
  const output = flags.text('output')
  const printer = output === '' ? undefined : formatPrinter(session, output)
  if (output !== '' && printer === undefined) throw unknownFormat(output)
  const list = yield* listObjects(session, kind, { namespace, fieldSelector, limit: flags.int('chunk-size') })
  const found = (list.items as Event[]).filter(isWanted).sort((a, b) => compareText(sortTime(a), sortTime(b)))
  if (found.length === 0 && !flags.bool('watch')) {
    session.err(namespace === undefined ? 'No events found.\n' : `No events found in ${namespace} namespace.\n`)
    return 0
  }
  if (printer !== undefined) session.out(printer({ ...list, kind: 'List', apiVersion: 'v1', items: found.map((event) => ({ ...event, kind: 'Event', apiVersion: 'v1' })) } as unknown as KubeObject))
  else printRows(session, found, !flags.bool('no-headers') && found.length > 0)
  if (!flags.bool('watch')) return 0
  const { streamId } = yield* session.open({ verb: 'watch', kind, namespace, query: { ...(fieldSelector === '' ? {} : { fieldSelector }), resourceVersion: list.metadata.resourceVersion ?? '' } })
  for (;;) {
    for (const frame of yield* session.frames(streamId)) {
      if (frame.kind === 'end') return 0
      if (frame.kind !== 'watch' || frame.type === 'BOOKMARK' || frame.type === 'DELETED') continue
      if (frame.type === 'ERROR') throw statusFailure(frame.object as Status)
      const event = frame.object as Event
      if (!isWanted(event)) continue
      if (printer === undefined) printRows(session, [event], false)
      else session.out(printer(event))
    }
  }
}

/** kubectl get -w. Models k8s.io/kubectl/pkg/cmd/get watch (v1.35). */

import type { KubeList, StreamFrame, Table } from '../../api/request.ts'
import type { KubeObject, Status } from '../../api/types.ts'
import { aggregateFailure, attempt, fail, hasReason, statusFailure } from '../failures.ts'
import { parseDuration } from '../flags.ts'
import { TabWriter, tableTabs } from '../printers/tab-writer.ts'
import { TablePrinter } from '../printers/table.ts'
import type { Run, Session } from '../session.ts'
import { findTargets, getPrinter, isHumanReadable, listQuery, tableOptions } from '../get-targets.ts'
import type { Target } from '../get-targets.ts'

/** Prints objects or rows as they come. */
interface Sink {
  /** The present state. */
  first(body: KubeObject | KubeList | Table): void
  change(type: string, object: KubeObject | Table): void
}

function tableSink(session: Session, target: Target): Sink {
  const printer = new TablePrinter(tableOptions(session, target.kind, false))
  const writer = new TabWriter(tableTabs)
  const withEvents = session.flags.bool('output-watch-events')
  const print = (table: Table, type: string): void => {
    writer.write(printer.print(table, withEvents ? type : undefined))
    const text = writer.flush()
    if (text !== '') session.out(text)
  }
  return { first: (body) => print(body as Table, 'ADDED'), change: (type, object) => print(object as Table, type) }
}

function objectSink(session: Session): Sink {
  const printer = getPrinter(session)
  const withEvents = session.flags.bool('output-watch-events')
  const print = (type: string, object: KubeObject): void => session.out(printer(withEvents ? ({ type, object } as unknown as KubeObject) : object))
  return {
    first: (body) => { for (const object of 'items' in body ? body.items : [body as KubeObject]) print('ADDED', object) },
    change: (type, object) => print(type, object as KubeObject),
  }
}

function* readFirst(session: Session, target: Target, isTable: boolean): Run<KubeObject | KubeList | Table> {
  const { kind, namespace, name } = target
  const table = isTable ? { table: true } : {}
  if (name !== undefined) return yield* session.call({ verb: 'get', kind, namespace, name, query: table })
  const limit = session.flags.int('chunk-size')
  return yield* session.call<KubeList | Table>({ verb: 'list', kind, namespace, query: { ...listQuery(session), ...(limit === 0 ? {} : { limit }), ...table } })
}

function showFrame(sink: Sink, frame: StreamFrame): boolean {
  if (frame.kind === 'end') return true
  if (frame.kind !== 'watch' || frame.type === 'BOOKMARK') return false
  if (frame.type === 'ERROR') throw statusFailure(frame.object as Status)
  sink.change(frame.type, frame.object as KubeObject | Table)
  return false
}

/** Prints the present state, then every change until Ctrl+C. */
export function* watchObjects(session: Session): Run<number> {
  const { targets, failures } = yield* findTargets(session)
  if (failures.length > 0) throw aggregateFailure(failures)
  const [target] = targets
  if (target === undefined) throw session.usage('Required resource not specified.')
  if (targets.length > 1) throw fail(targets.some((one) => one.kind !== target.kind) ? 'you may only specify a single resource type' : `watch is only supported on individual resources and resource collections - ${targets.length} resources were found`)
  const isTable = isHumanReadable(session)
  const sink = isTable ? tableSink(session, target) : objectSink(session)
  const read = yield* attempt(readFirst(session, target, isTable))
  if (!read.ok) {
    if (hasReason(read.failure, 'NotFound') && session.flags.bool('ignore-not-found')) return 0
    throw aggregateFailure([read.failure])
  }
  if (!session.flags.bool('watch-only')) sink.first(read.value)
  const fieldSelector = target.name === undefined ? {} : { fieldSelector: `metadata.name=${target.name}` }
  const query = { ...listQuery(session), ...fieldSelector, resourceVersion: read.value.metadata.resourceVersion ?? '', ...(isTable ? { table: true } : {}) }
  const stream = yield* session.open({ verb: 'watch', kind: target.kind, namespace: target.namespace, query })
  const timeoutText = session.flags.text('request-timeout')
  const timeoutMs = timeoutText === '0' ? undefined : parseDuration(/^\d+$/.test(timeoutText) ? `${timeoutText}s` : timeoutText)
  const endMs = timeoutMs === undefined || timeoutMs === 0 ? undefined : session.nowMs + timeoutMs
  for (;;) {
    const frames = yield* session.frames(stream.streamId, endMs)
    if (frames.some((frame) => showFrame(sink, frame))) return 0
    if (frames.length === 0 && endMs !== undefined && session.nowMs >= endMs) {
      yield* session.close(stream.streamId)
      return 0
    }
  }
}

/** kubectl get. Models k8s.io/kubectl/pkg/cmd/get (v1.35). */

import type { KindInfo } from '../../api/kinds.ts'
import type { Table } from '../../api/request.ts'
import type { KubeObject } from '../../api/types.ts'
import { aggregateFailure, attempt, fail, hasReason } from '../failures.ts'
import type { Failure } from '../failures.ts'
import { hasFiles } from '../manifests.ts'
import { findTargets, getPrinter, isHumanReadable, listQuery, selectionOf, tableOptions } from '../get-targets.ts'
import type { Target } from '../get-targets.ts'
import { sortObjects, sortTableRows } from '../printers/sort-by.ts'
import { TabWriter, tableTabs } from '../printers/tab-writer.ts'
import { TablePrinter } from '../printers/table.ts'
import { collect, listFailure, mappingsFor, parseResourceArgs } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { rawGet } from './get-raw.ts'
import { watchObjects } from './get-watch.ts'

/** The Tables of a target, page by page. */
function* readTables(session: Session, target: Target): Run<Table[]> {
  const sortBy = session.flags.text('sort-by')
  const extra = { table: true, ...(sortBy === '' ? {} : { includeObject: 'Object' as const }) }
  const subresource = session.flags.text('subresource')
  if (target.name !== undefined) {
    const { kind, namespace, name } = target
    return [yield* session.call<Table>({ verb: 'get', kind, namespace, name, subresource: subresource === '' ? undefined : subresource, query: extra })]
  }
  const tables: Table[] = []
  let next: string | undefined
  const limit = selectionOf(session).limit ?? 0
  do {
    const table: Table = yield* session.call<Table>({ verb: 'list', kind: target.kind, namespace: target.namespace, query: { ...listQuery(session), ...(limit === 0 ? {} : { limit }), ...extra, ...(next === undefined ? {} : { continue: next }) } })
    tables.push(table)
    next = table.metadata.continue === '' ? undefined : table.metadata.continue
  } while (next !== undefined)
  return tables
}

/** Writes tables group by group, with a blank line between kinds. */
class TableOutput {
  private readonly session: Session
  hasWritten = false
  private lastKind: KindInfo | undefined
  private printer: TablePrinter | undefined
  private writer = new TabWriter(tableTabs)
  private isSeparatorDue = false
  constructor(session: Session) {
    this.session = session
  }

  add(kind: KindInfo, table: Table, withKind: boolean): void {
    if (kind !== this.lastKind || this.printer === undefined) {
      this.flush()
      if (this.lastKind !== undefined && !this.session.flags.bool('no-headers') && this.hasWritten) this.isSeparatorDue = true
      this.writer = new TabWriter(tableTabs)
      this.printer = new TablePrinter(tableOptions(this.session, kind, withKind))
      this.lastKind = kind
    }
    const sortBy = this.session.flags.text('sort-by')
    const sorted = sortBy === '' ? table : sortTableRows(table, sortBy)
    if (sorted !== undefined) this.writer.write(this.printer.print(sorted))
  }

  flush(): void {
    const text = this.writer.flush()
    if (text === '') return
    this.session.out(`${this.isSeparatorDue ? '\n' : ''}${text}`)
    this.isSeparatorDue = false
    this.hasWritten = true
  }
}

function* getTables(session: Session): Run<number> {
  const { targets, failures: early } = yield* findTargets(session)
  const failures: Failure[] = [...early]
  const found: { readonly kind: KindInfo; readonly table: Table }[] = []
  for (const target of targets) {
    const read = yield* attempt(readTables(session, target))
    if (read.ok) found.push(...read.value.map((table) => ({ kind: target.kind, table })))
    else if (!(session.flags.bool('ignore-not-found') && hasReason(read.failure, 'NotFound'))) {
      failures.push(target.name === undefined ? listFailure(read.failure, target.kind, { selector: session.flags.text('selector'), fieldSelector: session.flags.text('field-selector') }) : read.failure)
    }
  }
  const withKind = new Set(found.map(({ kind }) => kind)).size > 1
  const output = new TableOutput(session)
  for (const { kind, table } of found) output.add(kind, table, withKind)
  output.flush()
  if (!output.hasWritten && !session.flags.bool('ignore-not-found') && failures.length === 0) {
    const isAllNamespaced = !session.flags.bool('all-namespaces') && found.every(({ kind }) => kind.namespaced)
    session.err(isAllNamespaced ? `No resources found in ${session.namespace().name} namespace.\n` : 'No resources found\n')
  }
  if (failures.length > 0) throw aggregateFailure(failures)
  return 0
}

/** True when one object was named, so that it is not shown as a List. */
function isSingleItem(session: Session): boolean {
  const { tuples, names, types } = parseResourceArgs(session.args)
  if (hasFiles(session)) return false
  return tuples.length === 1 || (names.length === 1 && mappingsFor(session, types).length === 1)
}

function* getObjects(session: Session): Run<number> {
  const single = !hasFiles(session) && isSingleItem(session)
  const { infos, failures: all } = yield* collect(session, selectionOf(session))
  const failures = session.flags.bool('ignore-not-found') ? all.filter((one) => !hasReason(one, 'NotFound')) : all
  if (single && failures.length > 0) throw aggregateFailure(failures)
  if (infos.length === 0 && session.flags.bool('ignore-not-found')) return 0
  const printer = getPrinter(session)
  const sortBy = session.flags.text('sort-by')
  const [only] = infos
  const isOne = only !== undefined && infos.length === 1 && (single || (hasFiles(session) && session.flags.list('filename').length <= 1))
  if (isOne) session.out(printer(only.object as KubeObject))
  else {
    const items = infos.map((info) => info.object as KubeObject)
    const list = { apiVersion: 'v1', items: sortBy === '' ? items : sortObjects(items, sortBy), kind: 'List', metadata: { resourceVersion: '' } }
    session.out(printer(list as unknown as KubeObject))
  }
  if (failures.length > 0) throw aggregateFailure(failures)
  return 0
}

function checkFlags(session: Session): void {
  if (session.flags.bool('output-watch-events') && !session.flags.bool('watch') && !session.flags.bool('watch-only')) {
    throw fail('--output-watch-events option can only be used with --watch or --watch-only')
  }
  if (session.args.length > 0 || hasFiles(session) || session.flags.bool('watch') || session.flags.bool('watch-only')) return
  session.err('You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\n')
  throw session.usage('Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).')
}

/** kubectl get: a table of the server's rows, objects with -o, a stream with --watch, or a path with --raw. */
export function* get(session: Session): Run<number> {
  if (session.flags.text('raw') !== '') return yield* rawGet(session)
  checkFlags(session)
  if (session.flags.bool('watch') || session.flags.bool('watch-only')) return yield* watchObjects(session)
  if (!isHumanReadable(session)) return yield* getObjects(session)
  return yield* getTables(session)
}


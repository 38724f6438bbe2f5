/** What get and its watch share: which objects are meant and how they are printed. */

import type { KindInfo } from '../api/kinds.ts'
import type { Failure } from './failures.ts'
import { hasFiles } from './manifests.ts'
import { resolvePath } from './kubeconfig.ts'
import { makeCustomColumns } from './printers/custom-columns.ts'
import { formatPrinter, unknownFormat } from './printers/output.ts'
import type { Printer } from './printers/output.ts'
import type { TableOptions } from './printers/table.ts'
import { collect, mappingsFor, parseResourceArgs, visit } from './resource-builder.ts'
import type { Selection } from './resource-builder.ts'
import type { Run, Session } from './session.ts'

const moreFormats = ['custom-columns', 'custom-columns-file', 'wide']

/** What of a kind was asked for: one object or all that match. */
export interface Target { readonly kind: KindInfo; readonly namespace: string | undefined; readonly name?: string }

/** True when a table is printed (no -o, or -o wide): then the server makes the rows, else kubectl prints objects. */
export function isHumanReadable(session: Session): boolean {
  const output = session.flags.text('output')
  return output === 'wide' || (output === '' && session.flags.text('template') === '')
}

/** The printer of a format other than the tables. */
export function getPrinter(session: Session): Printer {
  const output = session.flags.text('output')
  const format = output === '' ? 'go-template' : output
  const columns = makeCustomColumns(format, {
    hasHeaders: !session.flags.bool('no-headers'),
    readFile: (path) => session.process.files.read(resolvePath(session.process, path)),
  })
  const printer = columns ?? formatPrinter(session, format)
  if (printer === undefined) throw unknownFormat(output, moreFormats)
  return printer
}

/**
 * What the flags of get say about a table.
 * @param withKind names begin with their kind, as when several kinds are asked for
 */
export function tableOptions(session: Session, kind: KindInfo, withKind: boolean): TableOptions {
  return {
    isWide: session.flags.text('output') === 'wide',
    hasHeaders: !session.flags.bool('no-headers'),
    withNamespace: session.flags.bool('all-namespaces') && kind.namespaced,
    ...(withKind || session.flags.bool('show-kind') ? { withKind: kind } : {}),
    labelColumns: session.flags.list('label-columns'),
    showLabels: session.flags.bool('show-labels'),
  }
}

/** The objects that arguments and flags of get mean. With --sort-by all are read at once (limit 0), as sorting needs. */
export function selectionOf(session: Session): Selection {
  return {
    args: session.args, useFiles: true, selector: session.flags.text('selector'), fieldSelector: session.flags.text('field-selector'),
    allNamespaces: session.flags.bool('all-namespaces'), kindAloneIsAll: true, continuesOnError: true, isLatest: true,
    limit: session.flags.text('sort-by') === '' ? session.flags.int('chunk-size') : 0, subresource: session.flags.text('subresource'),
  }
}

/** The kinds and names of a command line, without reading anything. */
export function* findTargets(session: Session): Run<{ readonly targets: readonly Target[]; readonly failures: readonly Failure[] }> {
  const selection = selectionOf(session)
  const namespaceOf = (kind: KindInfo) => (kind.namespaced && selection.allNamespaces !== true ? session.namespace().name : undefined)
  const hasSelector = selection.selector !== '' || selection.fieldSelector !== ''
  const { tuples, types, names } = parseResourceArgs(session.args)
  if (!hasFiles(session) && tuples.length === 0 && names.length === 0 && types !== '') {
    return { targets: mappingsFor(session, types).map((kind) => ({ kind, namespace: namespaceOf(kind) })), failures: [] }
  }
  if (hasSelector && !hasFiles(session)) yield* visit(session, selection, function* () {})
  const { infos, failures } = yield* collect(session, { ...selection, isRead: false, isLatest: false })
  return { targets: infos.map(({ kind, namespace, name }) => ({ kind, namespace, name })), failures }
}

/** The selectors of a list or watch. */
export function listQuery(session: Session): { labelSelector?: string; fieldSelector?: string } {
  const labelSelector = session.flags.text('selector')
  const fieldSelector = session.flags.text('field-selector')
  return { ...(labelSelector === '' ? {} : { labelSelector }), ...(fieldSelector === '' ? {} : { fieldSelector }) }
}

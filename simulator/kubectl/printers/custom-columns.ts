/** -o custom-columns. Models k8s.io/kubectl/pkg/cmd/get customcolumn (v1.35). */

import { parseCustomColumns, parseCustomColumnsFile, printCustomColumns } from '../../api/jsonpath/printers.ts'
import type { CustomColumn } from '../../api/jsonpath/printers.ts'
import type { KubeObject } from '../../api/types.ts'
import { fail } from '../failures.ts'
import type { Printer } from './output.ts'

export interface CustomColumnsOptions {
  readonly hasHeaders: boolean
  readFile(path: string): string | undefined
}

function orFail(columns: readonly CustomColumn[] | { readonly error: string }): readonly CustomColumn[] {
  if ('error' in columns) throw fail(columns.error)
  return columns
}

function columnsOf(format: string, options: CustomColumnsOptions): readonly CustomColumn[] | undefined {
  const equals = format.indexOf('=')
  const name = equals < 0 ? format : format.slice(0, equals)
  if (name !== 'custom-columns' && name !== 'custom-columns-file') return undefined
  const spec = equals < 0 ? '' : format.slice(equals + 1)
  if (spec === '') throw fail('custom-columns format specified but no custom columns given')
  if (name === 'custom-columns') return orFail(parseCustomColumns(spec))
  const text = options.readFile(spec)
  if (text === undefined) throw fail(`error reading template ${spec}, open ${spec}: no such file or directory`)
  return orFail(parseCustomColumnsFile(text))
}

/** The printer of a custom-columns format; undefined for other formats. */
export function makeCustomColumns(format: string, options: CustomColumnsOptions): Printer | undefined {
  const columns = columnsOf(format, options)
  if (columns === undefined) return undefined
  let isFirst = options.hasHeaders
  return (object) => {
    const items = (object as { items?: unknown }).items
    const objects = object.kind.endsWith('List') && Array.isArray(items) ? (items as KubeObject[]) : [object]
    const printed = printCustomColumns(columns, objects, isFirst)
    if ('error' in printed) throw fail(printed.error)
    isFirst = false
    return printed.output
  }
}

/** -o custom-columns. Models k8s.io/kubectl/pkg/cmd/get customcolumn (v1.35). */

import type { KubeObject } from '../../api/types.ts'
import { fail } from '../failures.ts'
import { columnText, relaxedPath } from './json-path.ts'
import type { Printer } from './output.ts'
import { alignTabs, tableTabs } from './tab-writer.ts'

interface Column { readonly header: string; readonly path: string }

export interface CustomColumnsOptions {
  readonly hasHeaders: boolean
  readFile(path: string): string | undefined
}

function readSpec(spec: string): Column[] {
  return spec.split(',').map((part) => {
    const colon = part.indexOf(':')
    if (colon < 0) throw fail(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`)
    return { header: part.slice(0, colon), path: relaxedPath(part.slice(colon + 1)) }
  })
}

/** A file has headers on its first line and paths below them. */
function readTemplate(text: string): Column[] {
  const [head = '', body = ''] = text.split('\n')
  const headers = head.trim().split(/\s+/)
  const paths = body.trim().split(/\s+/)
  if (headers.length !== paths.length) throw fail(`number of headers (${headers.length}) and field specifications (${paths.length}) don't match`)
  return headers.map((header, index) => ({ header, path: relaxedPath(paths[index] ?? '') }))
}

function columnsOf(format: string, options: CustomColumnsOptions): Column[] | undefined {
  if (format === 'custom-columns' || format === 'custom-columns=') throw fail('custom-columns format specified but no custom columns given')
  if (format === 'custom-columns-file' || format === 'custom-columns-file=') throw fail('custom-columns format specified but no custom columns given')
  if (format.startsWith('custom-columns=')) return readSpec(format.slice('custom-columns='.length))
  if (!format.startsWith('custom-columns-file=')) return undefined
  const path = format.slice('custom-columns-file='.length)
  const text = options.readFile(path)
  if (text === undefined) throw fail(`error reading template ${path}, open ${path}: no such file or directory`)
  return readTemplate(text)
}

/** The printer of a custom-columns format; undefined for other formats. */
export function makeCustomColumns(format: string, options: CustomColumnsOptions): Printer | undefined {
  const columns = columnsOf(format, options)
  if (columns === undefined) return undefined
  let isFirst = options.hasHeaders
  return (object) => {
    const items = (object as { items?: unknown }).items
    const objects = object.kind.endsWith('List') && Array.isArray(items) ? (items as KubeObject[]) : [object]
    const rows = objects.map((one) => columns.map((column) => columnText(column.path, one)))
    const lines = isFirst ? [columns.map((column) => column.header), ...rows] : rows
    isFirst = false
    return alignTabs(lines.map((cells) => `${cells.join('\t')}\n`).join(''), tableTabs)
  }
}

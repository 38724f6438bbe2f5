/** Prints Tables of the server. Models cli-runtime/pkg/printers TablePrinter (v1.35). */

import type { KindInfo } from '../../api/kinds.ts'
import type { Table, TableColumn, TableRow } from '../../api/request.ts'
import { compareText } from '../../kernel/text.ts'

export interface TableOptions {
  readonly isWide: boolean
  readonly hasHeaders: boolean
  readonly withNamespace: boolean
  /** Kind to write in front of names. */
  readonly withKind?: KindInfo
  readonly labelColumns: readonly string[]
  readonly showLabels: boolean
}

/** `a=b,c=d`, sorted, or <none>. */
export function formatLabels(labels: { readonly [key: string]: string } | undefined): string {
  const keys = Object.keys(labels ?? {}).sort(compareText)
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${labels?.[key] ?? ''}`).join(',')
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell !== 'string') return String(cell)
  const end = cell.search(/[\f\n\r]/)
  return end < 0 ? cell : `${cell.slice(0, end)}...`
}

/** Go escapes control characters in cells as the terminal would otherwise obey them. */
function escapeCell(text: string): string {
  return text.replaceAll('\x1b', '^[').replaceAll('\t', ' ')
}

/** Remembers which headings stand, so that tables of one kind go on below each other. */
export class TablePrinter {
  private readonly options: TableOptions
  private lastColumns: readonly TableColumn[] = []
  private hasPrintedHeaders = false
  constructor(options: TableOptions) {
    this.options = options
  }

  /** The rows as text with tabs; `eventType` adds the EVENT column of a watch. */
  print(table: Table, eventType?: string): string {
    const columns = table.columnDefinitions.length === 0 ? this.lastColumns : table.columnDefinitions
    if (columnsText(columns) !== columnsText(this.lastColumns)) {
      this.lastColumns = columns
      this.hasPrintedHeaders = false
    }
    const withHeaders = this.options.hasHeaders && !this.hasPrintedHeaders && table.rows.length > 0
    if (table.rows.length > 0) this.hasPrintedHeaders = true
    const lines = table.rows.map((row) => this.rowCells(columns, row, eventType))
    return [...(withHeaders ? [this.headerCells(columns, eventType)] : []), ...lines].map((cells) => `${cells.join('\t')}\n`).join('')
  }

  private shown(columns: readonly TableColumn[]): { readonly column: TableColumn; readonly index: number }[] {
    return columns.map((column, index) => ({ column, index })).filter(({ column }) => this.options.isWide || column.priority === 0)
  }

  private headerCells(columns: readonly TableColumn[], eventType: string | undefined): string[] {
    return [
      ...(eventType === undefined ? [] : ['EVENT']),
      ...(this.options.withNamespace ? ['NAMESPACE'] : []),
      ...this.shown(columns).map(({ column }) => column.name.toUpperCase()),
      ...this.options.labelColumns.map((label) => label.slice(label.lastIndexOf('/') + 1).toUpperCase()),
      ...(this.options.showLabels ? ['LABELS'] : []),
    ]
  }

  private rowCells(columns: readonly TableColumn[], row: TableRow, eventType: string | undefined): string[] {
    const labels = row.object?.metadata?.labels
    const { withKind } = this.options
    const prefix = withKind === undefined ? '' : `${withKind.kind.toLowerCase()}${withKind.group === '' ? '' : `.${withKind.group}`}/`
    return [
      ...(eventType === undefined ? [] : [eventType]),
      ...(this.options.withNamespace ? [row.object?.metadata?.namespace ?? ''] : []),
      ...this.shown(columns).map(({ column, index }) => escapeCell((column.format === 'name' ? prefix : '') + cellText(row.cells[index]))),
      ...this.options.labelColumns.map((label) => labels?.[label] ?? ''),
      ...(this.options.showLabels ? [formatLabels(labels)] : []),
    ]
  }
}

function columnsText(columns: readonly TableColumn[]): string {
  return columns.map((column) => `${column.name}/${column.priority}`).join(',')
}


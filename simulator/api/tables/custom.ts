/** Tables of custom resources: a column for each JSONPath of the definition. Models apiextensions-apiserver/pkg/registry/customresource/tableconvertor (v1.35). */

import { executeJsonPath, findResults, parseJsonPath } from '../jsonpath/evaluate.ts'
import type { JsonPathTemplate } from '../jsonpath/evaluate.ts'
import type { TableColumn } from '../request.ts'
import type { CustomKind, PrinterColumn } from '../structural-schema.ts'
import { nameOf, since } from './cells.ts'
import type { Cell, RowMaker, TableTime } from './cells.ts'

const nameColumn: TableColumn = { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 }

/** The columns of a custom kind. */
export function customColumns({ columns }: CustomKind): TableColumn[] {
  return [nameColumn, ...columns.map(({ name, type, format = '', priority = 0 }) => ({ name, type, format, description: '', priority }))]
}

/** A value as its column shows it; null where the object has none or another type. */
function cellOf({ type }: PrinterColumn, template: JsonPathTemplate, object: unknown, at: TableTime): Cell {
  const [value] = findResults(template.nodes, object, true)[0] ?? []
  if (value === undefined || value === null) return null
  if (type === 'string') {
    const printed = executeJsonPath(template, object)
    return 'output' in printed ? printed.output : null
  }
  if (type === 'date') return typeof value === 'string' ? since(value, at) : null
  if (type === 'boolean') return typeof value === 'boolean' ? value : null
  if (typeof value !== 'number') return null
  return type === 'integer' ? Math.trunc(value) : value
}

/** Makes the rows of a custom kind. */
export function customCells({ columns }: CustomKind): RowMaker {
  const templates = columns.map(({ jsonPath }) => parseJsonPath(`{${jsonPath}}`))
  return (object, at) => [nameOf(object), ...columns.map((column, index) => {
    const template = templates[index]
    return template === undefined || 'error' in template ? null : cellOf(column, template, object, at)
  })]
}

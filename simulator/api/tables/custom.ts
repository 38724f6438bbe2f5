/** Tables of custom resources: a column for each JSONPath of the definition. Models apiextensions-apiserver/pkg/registry/customresource/tableconvertor (v1.35). */

import { findResults, parseJsonPath, resultText } from '../jsonpath/evaluate.ts'
import type { JsonPathTemplate } from '../jsonpath/evaluate.ts'
import type { TableColumn } from '../request.ts'
import type { CustomKind, PrinterColumn } from '../structural-schema.ts'
import { parseTimestamp } from '../time.ts'
import { nameOf, since } from './cells.ts'
import type { Cell, RowMaker, TableTime } from './cells.ts'

const nameText = 'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names'
const nameColumn: TableColumn = { name: 'Name', type: 'string', format: 'name', description: nameText, priority: 0 }

/** The columns of a custom kind. */
export function customColumns({ columns }: CustomKind): TableColumn[] {
  return [nameColumn, ...columns.map(({ name, type, format = '', priority = 0, description = '', jsonPath }) => ({ name, type, format, description: description === '' ? `Custom resource definition column (in JSONPath format): ${jsonPath}` : description, priority }))]
}

/** A value as its column shows it; null where the object has none or another type. */
function cellOf({ type }: PrinterColumn, template: JsonPathTemplate, object: unknown, at: TableTime): Cell {
  const [value] = findResults(template.nodes, object, true)[0] ?? []
  if (value === undefined || value === null) return null
  // Of several values the first one is shown.
  if (type === 'string') return resultText(value)
  if (type === 'date') return typeof value !== 'string' ? null : parseTimestamp(value) === undefined ? '<invalid>' : since(value, at)
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

/** kubectl's output forms that take a path: jsonpath, custom-columns, --sort-by. Models cli-runtime/pkg/printers and kubectl/pkg/cmd/get (v1.35). */

import { compareText } from '../../kernel/text.ts'
import { goQuote } from '../go-text.ts'
import { goValueText } from '../patch/common.ts'
import { compareParsed, isQuantityError, parseQuantity } from '../quantity.ts'
import { executeJsonPath, findResults, numberText, parseJsonPath } from './evaluate.ts'
import type { JsonPathTemplate } from './evaluate.ts'
import { JsonPathFailure, relaxPath } from './parser.ts'

/** What is printed, or why nothing is. */
export type Printed = { readonly output: string } | { readonly error: string }

/** A value as %#v prints it in the dump of a failed template. */
function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (typeof value === 'string') return goQuote(value)
  if (typeof value === 'number') return numberText(value)
  if (typeof value !== 'object') return String(value)
  const map = value as { readonly [key: string]: unknown }
  return `map[string]interface {}{${Object.keys(map).sort(compareText).map((key) => `${goQuote(key)}:${goSyntax(map[key])}`).join(', ')}}`
}

/** `-o jsonpath=TEMPLATE` for one object or list. */
export function printJsonPath(template: JsonPathTemplate, data: unknown, allowMissing = true): Printed {
  const result = executeJsonPath(template, data, allowMissing)
  if ('output' in result) return result
  const details = `Error executing template: ${result.error}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template.source}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(data)}\n\n`
  return { error: `error executing jsonpath ${goQuote(template.source)}: ${details}\n` }
}

// ---- custom columns ------------------------------------------------------------------------------------------------

/** A header and the JSONPath of its cells. */
export interface CustomColumn { readonly header: string; readonly path: string }

/** Reads `NAME:.metadata.name,NODE:.spec.nodeName`. */
export function parseCustomColumns(spec: string): readonly CustomColumn[] | { readonly error: string } {
  if (spec === '') return { error: 'custom-columns format specified but no custom columns given' }
  const columns: CustomColumn[] = []
  for (const part of spec.split(',')) {
    const colon = part.indexOf(':')
    if (colon < 0) return { error: `unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>` }
    const path = relaxPath(part.slice(colon + 1))
    if (typeof path !== 'string') return path
    columns.push({ header: part.slice(0, colon), path })
  }
  return columns
}

/** Reads the two lines of a `custom-columns-file`. */
export function parseCustomColumnsFile(text: string): readonly CustomColumn[] | { readonly error: string } {
  const [headerLine, specLine] = text.split('\n')
  if (headerLine === undefined || text === '') return { error: 'invalid template, missing header line. Expected format is one line of space separated headers, one line of space separated column specs.' }
  if (specLine === undefined) return { error: 'invalid template, missing spec line. Expected format is one line of space separated headers, one line of space separated column specs.' }
  const headers = headerLine.split(/\s+/).filter((word) => word !== '')
  const specs = specLine.split(/\s+/).filter((word) => word !== '')
  if (headers.length !== specs.length) return { error: `number of headers (${headers.length}) and field specifications (${specs.length}) don't match` }
  const columns: CustomColumn[] = []
  for (const [index, header] of headers.entries()) {
    const path = relaxPath(specs[index]!)
    if (typeof path !== 'string') return path
    columns.push({ header, path })
  }
  return columns
}

/** Control characters must not reach a terminal. */
function escapeTerminal(text: string): string {
  return text.replaceAll('\x1b', '^[').replaceAll('\r', '\\r')
}

function columnText(template: JsonPathTemplate, object: unknown): string {
  const results = findResults(template.nodes, object, true)
  const texts = results.flat().map((value) => escapeTerminal(goValueText(value)))
  if (results.length === 0 || results[0]!.length === 0) texts.unshift('<none>')
  return texts.join(',')
}

const cellWidthMin = 6
const cellPadding = 3

/**
 * Lays out lines of cells as kubectl's tab writer does: cells of a column that follow each other in lines share a width.
 * The last cell of a line is not part of a column. A column never gets narrower further down. A cell may hold line breaks; each begins a line of its own.
 */
export function layoutCells(lines: readonly (readonly string[])[]): string {
  const rows = lines.map((cells) => cells.join('\t')).join('\n').split('\n').map((line) => line.split('\t'))
  const widths = rows.map((row) => row.map(() => 0))
  const widest: number[] = []
  rows.forEach((row, rowIndex) => {
    for (let column = 0; column < row.length - 1; column++) {
      if (widths[rowIndex]![column] !== 0) continue
      let last = rowIndex
      let width = widest[column] ?? cellWidthMin
      while (last < rows.length && column < rows[last]!.length - 1) width = Math.max(width, [...rows[last++]![column]!].length + cellPadding)
      for (let at = rowIndex; at < last; at++) widths[at]![column] = width
      widest[column] = width
    }
  })
  return rows.map((row, index) => row.map((cell, column) => (column === row.length - 1 ? cell : cell + ' '.repeat(widths[index]![column]! - [...cell].length))).join('')).map((line) => `${line}\n`).join('')
}

/** `-o custom-columns=SPEC` for one object, or for the items of a list. */
export function printCustomColumns(columns: readonly CustomColumn[], objects: readonly unknown[], withHeaders = true): Printed {
  const lines: string[][] = withHeaders ? [columns.map((column) => column.header)] : []
  const templates: JsonPathTemplate[] = []
  for (const column of columns) {
    const template = parseJsonPath(column.path)
    if ('error' in template) return template
    templates.push(template)
  }
  try {
    for (const object of objects) lines.push(templates.map((template) => columnText(template, object)))
  } catch (failure) {
    if (failure instanceof JsonPathFailure) return { error: failure.message }
    throw failure
  }
  return { output: layoutCells(lines) }
}

// ---- sorting -------------------------------------------------------------------------------------------------------

/** Fields of a kind that cannot be ordered end kubectl with this. */
class UnsortableFailure extends Error {}

function compareFields(a: unknown, b: unknown): boolean {
  if (a === null || a === undefined) return !(b === null || b === undefined)
  if (b === null || b === undefined) return false
  if (typeof a === 'number' && typeof b === 'number' && Number.isInteger(a) === Number.isInteger(b)) return a < b
  if (typeof a === 'string' && typeof b === 'string') {
    const left = parseQuantity(a)
    const right = parseQuantity(b)
    return isQuantityError(left) || isQuantityError(right) ? a < b : compareParsed(left, right) < 0
  }
  if (typeof a === 'number' || typeof a === 'string') throw new UnsortableFailure('unsortable interface: interface')
  throw new UnsortableFailure(`unsortable type: ${Array.isArray(a) ? '[]interface {}' : typeof a === 'boolean' ? 'bool' : 'map[string]interface {}'}`)
}

/** True when the first object comes before the second; one without the field comes first. */
function isBefore(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length === 0) return true
  return b.length > 0 && compareFields(a[0], b[0])
}

/**
 * Orders objects as `--sort-by` does.
 * @returns indices of the objects in their new order, or the error
 */
export function sortByPath(objects: readonly unknown[], path: string): readonly number[] | { readonly error: string } {
  const relaxed = relaxPath(path)
  if (typeof relaxed !== 'string') return relaxed
  const template = parseJsonPath(relaxed)
  if ('error' in template) return template
  try {
    const keys = objects.map((object) => findResults(template.nodes, object, true)[0] ?? [])
    if (keys.every((key) => key.length === 0)) return { error: `couldn't find any field with path ${goQuote(relaxed)} in the list of objects` }
    return insertionSort(keys)
  } catch (failure) {
    if (failure instanceof JsonPathFailure) return { error: failure.message }
    if (failure instanceof UnsortableFailure) return { error: `Field ${relaxed} in *unstructured.Unstructured is an unsortable type: interface, err: ${failure.message}` }
    throw failure
  }
}

/** Go sorts short lists by insertion; its comparison is no order where the field is missing, so the way matters. */
function insertionSort(keys: readonly (readonly unknown[])[]): number[] {
  const order = keys.map((_key, index) => index)
  for (let end = 1; end < order.length; end++) {
    for (let at = end; at > 0 && isBefore(keys[order[at]!]!, keys[order[at - 1]!]!); at--) [order[at], order[at - 1]] = [order[at - 1]!, order[at]!]
  }
  return order
}

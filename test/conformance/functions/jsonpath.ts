import { printGoTemplate } from '../../../simulator/api/go-template/print.ts'
import { parseJsonPath } from '../../../simulator/api/jsonpath/evaluate.ts'
import { relaxPath } from '../../../simulator/api/jsonpath/parser.ts'
import { parseCustomColumns, printCustomColumns, printJsonPath, sortByPath } from '../../../simulator/api/jsonpath/printers.ts'
import type { KubeObject } from '../../../simulator/api/types.ts'
import { jsonEqual, objectOf, textOf } from '../compare.ts'
import type { CaseResult, RowRunner } from '../runner.ts'

interface Input {
  printer: string
  template?: string
  object?: KubeObject
  items?: KubeObject[]
  noHeaders?: boolean
  noMissingKeys?: boolean
}

function fail(stage: string, error: string): unknown {
  return { stage, error, output: '' }
}

function answer(input: Input): unknown {
  const template = input.template ?? ''
  const data = input.object ?? { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '' }, items: input.items ?? [] }
  const allowMissing = input.noMissingKeys !== true
  switch (input.printer) {
    case 'jsonpath': {
      const path = parseJsonPath(template)
      if ('error' in path) return fail('parse', path.error)
      const printed = printJsonPath(path, data, allowMissing)
      return 'error' in printed ? fail('print', printed.error) : printed
    }
    case 'go-template': {
      const printed = printGoTemplate(template, data, allowMissing)
      return 'error' in printed ? fail(printed.stage, printed.error) : printed
    }
    case 'custom-columns': {
      const columns = parseCustomColumns(template)
      if ('error' in columns) return fail('parse', columns.error)
      const printed = printCustomColumns(columns, input.object === undefined ? (input.items ?? []) : [input.object], input.noHeaders !== true)
      return 'error' in printed ? fail('print', printed.error) : printed
    }
    case 'sort-by': {
      const order = sortByPath(input.items ?? [], template)
      return 'error' in order ? fail('sort', order.error) : { order: order.map((index) => input.items![index]!.metadata.name) }
    }
    default: {
      const path = relaxPath(template)
      return typeof path === 'string' ? { output: path } : fail('parse', path.error)
    }
  }
}

/** The dump behind a failed template is of Go's making; what stands before it is compared. */
function comparable(value: unknown): unknown {
  const answered = objectOf(value as never)
  const error = textOf(answered['error'])
  return error === '' ? answered : { stage: answered['stage'], error: error.split('Printing more information')[0] }
}

/** Rows of functions/jsonpath.jsonl. */
export const runJsonPath: RowRunner = (row): CaseResult => {
  const name = String(row['name'])
  const actual = answer(objectOf(row['input']) as unknown as Input)
  const ok = jsonEqual(comparable(row['expect']), comparable(actual), true)
  return ok ? { name, ok } : { name, ok, expected: row['expect'], actual }
}

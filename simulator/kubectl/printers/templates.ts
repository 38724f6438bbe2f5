/** Output formats with a template: jsonpath and go-template. */

import { parseTemplates, TemplateFailure } from '../../api/go-template/parser.ts'
import { printGoTemplate } from '../../api/go-template/print.ts'
import { findResults, parseJsonPath } from '../../api/jsonpath/evaluate.ts'
import { printJsonPath } from '../../api/jsonpath/printers.ts'
import { fail } from '../failures.ts'
import { toIndentedJson } from './json.ts'

export interface TemplateOptions {
  /** Value of --template. */
  readonly template: string
  readonly allowsMissing: boolean
  readFile(path: string): string | undefined
}

export type TemplatePrinter = (object: unknown) => string

const jsonPathFormats = ['jsonpath', 'jsonpath-as-json', 'jsonpath-file']
const goTemplateFormats = ['template', 'go-template', 'templatefile', 'go-template-file']

/** Format and template of -o FORMAT=TEMPLATE. */
function splitFormat(output: string, formats: readonly string[]): { readonly format: string; readonly template: string } | undefined {
  for (const format of [...formats].sort((a, b) => b.length - a.length)) {
    if (output === format) return { format, template: '' }
    if (output.startsWith(`${format}=`)) return { format, template: output.slice(format.length + 1) }
  }
  return undefined
}

function templateText(found: { readonly format: string; readonly template: string }, options: TemplateOptions): string {
  const template = found.template === '' ? options.template : found.template
  if (template === '') throw fail('template format specified but no template given')
  if (!found.format.endsWith('file')) return template
  const text = options.readFile(template)
  if (text === undefined) throw fail(`error reading --template ${template}, open ${template}: no such file or directory`)
  return text
}

function jsonPathPrinter(template: string, options: TemplateOptions, asJson: boolean): TemplatePrinter {
  const parsed = parseJsonPath(template)
  if ('error' in parsed) throw fail(`error parsing jsonpath ${template}, ${parsed.error}`)
  return (object) => {
    const printed = printJsonPath(parsed, object, options.allowsMissing)
    if ('error' in printed) throw fail(printed.error)
    if (!asJson) return printed.output
    return findResults(parsed.nodes, object, options.allowsMissing).map((results) => `${toIndentedJson(results, '    ', true)}\n`).join('')
  }
}

function goTemplatePrinter(template: string, options: TemplateOptions): TemplatePrinter {
  try {
    parseTemplates('output', template)
  } catch (error) {
    if (error instanceof TemplateFailure) throw fail(`error parsing template ${template}, ${error.message}`)
    throw error
  }
  return (object) => {
    const printed = printGoTemplate(template, object, options.allowsMissing)
    if ('error' in printed) throw fail(printed.error)
    return printed.output
  }
}

/** The printer of a template format; undefined when the format is another one. */
export function makeTemplatePrinter(output: string, options: TemplateOptions): TemplatePrinter | undefined {
  const path = splitFormat(output, jsonPathFormats)
  if (path !== undefined) return jsonPathPrinter(templateText(path, options), options, path.format === 'jsonpath-as-json')
  const go = splitFormat(output, goTemplateFormats)
  if (go !== undefined) {
    return goTemplatePrinter(templateText(go, options), options)
  }
  return undefined
}

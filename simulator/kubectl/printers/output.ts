/** The -o flag of verbs that print objects or `pod/web created`. Models cli-runtime/pkg/genericclioptions PrintFlags (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import { kindByKind } from '../../api/kinds.ts'
import type { KubeObject } from '../../api/types.ts'
import { isJsonObject } from '../../kernel/json.ts'
import { fail } from '../failures.ts'
import { resolvePath } from '../kubeconfig.ts'
import type { DryRun, Session } from '../session.ts'
import { toIndentedJson } from './json.ts'
import { toKyaml } from './kyaml.ts'
import { makeTemplatePrinter } from './templates.ts'
import { toYaml } from '../../api/yaml/emit.ts'

/** Turns an object into text. Keeps count, because YAML documents after the first begin with a separator. */
export type Printer = (object: KubeObject) => string

const genericFormats = ['json', 'yaml', 'kyaml', 'name', 'go-template', 'go-template-file', 'template', 'templatefile', 'jsonpath', 'jsonpath-as-json', 'jsonpath-file']

function sortedList(formats: readonly string[]): string {
  return [...formats].sort((a, b) => (a < b ? -1 : 1)).join(',')
}

/** The refusal of an unknown -o. */
export function unknownFormat(format: string, more: readonly string[] = []): Error {
  return fail(`unable to match a printer suitable for the output format ${goQuote(format)}, allowed formats are: ${sortedList([...genericFormats, ...more])}`)
}

/** Leaves managedFields out. */
export function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields, ...metadata } = object.metadata ?? {}
  const items = (object as { items?: unknown }).items
  const bare = object.metadata === undefined || managedFields === undefined ? object : { ...object, metadata }
  return Array.isArray(items) ? ({ ...bare, items: items.map((item) => withoutManagedFields(item as KubeObject)) } as KubeObject) : bare
}

/** `deployment.apps/web`. */
export function nameOfObject(object: KubeObject): string {
  const kind = object.kind.toLowerCase()
  const group = kindByKind(object.apiVersion, object.kind)?.group ?? (object.apiVersion.includes('/') ? object.apiVersion.slice(0, object.apiVersion.indexOf('/')) : '')
  return `${kind}${group === '' ? '' : `.${group}`}/${object.metadata?.name ?? ''}`
}

/** What is written behind an operation under --dry-run. */
export function dryRunSuffix(dryRun: DryRun): string {
  return dryRun === 'client' ? ' (dry run)' : dryRun === 'server' ? ' (server dry run)' : ''
}

function namePrinter(operation: string): Printer {
  return (object) => {
    const items = (object as { items?: unknown }).items
    const objects = Array.isArray(items) && !isJsonObject((object as { spec?: unknown }).spec) ? (items as KubeObject[]) : [object]
    return objects.map((one) => `${nameOfObject(one)}${operation === '' ? '' : ` ${operation}`}\n`).join('')
  }
}

/** The printer of -o json, yaml, name or a template; undefined for other formats. */
export function formatPrinter(session: Session, format: string, options: { readonly isTyped?: boolean } = {}): Printer | undefined {
  const keepsManaged = session.flags.has('show-managed-fields') && session.flags.bool('show-managed-fields')
  const prepare = (object: KubeObject): KubeObject => (keepsManaged ? object : withoutManagedFields(object))
  let count = 0
  switch (format.toLowerCase()) {
    case 'name': return namePrinter('')
    case 'json': return (object) => `${toIndentedJson(prepare(object), '    ', options.isTyped !== true)}\n`
    case 'kyaml': return (object) => toKyaml(prepare(object), options.isTyped !== true)
    case 'yaml': return (object) => `${count++ === 0 ? '' : '---\n'}${toYaml(prepare(object))}`
  }
  const print = makeTemplatePrinter(format, {
    template: session.flags.has('template') ? session.flags.text('template') : '',
    allowsMissing: !session.flags.has('allow-missing-template-keys') || session.flags.bool('allow-missing-template-keys'),
    readFile: (path) => session.process.files.read(resolvePath(session.process, path)),
  })
  return print === undefined ? undefined : (object) => print(format.startsWith('jsonpath') ? object : prepare(object))
}

/**
 * The printer of a verb: `pod/web created` without -o, else the object.
 * `isTyped`: the object was built here, so JSON keeps the order of its fields.
 */
export function operationPrinter(session: Session, operation: string, options: { readonly isTyped?: boolean; readonly dryRun?: DryRun } = {}): Printer {
  const format = session.flags.text('output')
  const effective = format === '' && session.flags.has('template') && session.flags.text('template') !== '' ? 'go-template' : format
  if (effective === '') return namePrinter(operation + dryRunSuffix(options.dryRun ?? 'none'))
  const printer = formatPrinter(session, effective, options)
  if (printer === undefined) throw unknownFormat(format)
  return printer
}

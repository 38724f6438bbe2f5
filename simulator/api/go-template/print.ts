/** `-o go-template`: runs Go templates on objects. Models Go's text/template exec.go (1.24) and cli-runtime/pkg/printers (v1.35). */

import { compareText } from '../../kernel/text.ts'
import { goQuote } from '../go-text.ts'
import { goValueText } from '../patch/common.ts'
import { typeNameOf } from './format.ts'
import { FunctionFailure, functions, isTrue, MismatchFailure } from './functions.ts'
import type { FunctionRow } from './functions.ts'
import { parseTemplates, TemplateFailure } from './parser.ts'
import type { Command, Expression, Pipeline, TemplateNode, Templates } from './parser.ts'

const templateDepthMax = 1000
/** Loops over numbers and nested ranges end here: a page must not hang on a template. */
const stepsMax = 1_000_000

interface Variable { readonly name: string; value: unknown }
type Jump = 'break' | 'continue' | undefined

/** A Go struct: what it has not is an error, where a map has nothing. */
export class GoStruct {
  readonly typeName: string
  readonly fields: { readonly [name: string]: unknown }

  constructor(typeName: string, fields: { readonly [name: string]: unknown }) {
    this.typeName = typeName
    this.fields = fields
  }
}

/** How templates of other programs than kubectl differ: their name in errors, more functions, what a missing label is. */
export interface TemplateDialect {
  readonly name: string
  readonly functions: { readonly [name: string]: FunctionRow }
  /** Missing members of maps print as nothing: Go's `missingkey=zero` for maps of texts. */
  readonly missingIsEmpty: boolean
}

class TemplateRun {
  output = ''
  readonly #templates: Templates
  readonly #source: string
  readonly #allowMissing: boolean
  readonly #root: string
  readonly #functions: TemplateDialect['functions']
  readonly #missing: '' | undefined
  #variables: Variable[] = []
  #name: string
  #depth = 0
  #steps = 0
  /** The expression that was evaluated last; upstream's errors point at it. */
  #last: Expression | undefined
  /** True where the dot is an element of a range: its type is then not known to upstream. */
  #isElement = false

  constructor(templates: Templates, source: string, allowMissing: boolean, dialect: TemplateDialect) {
    this.#templates = templates
    this.#source = source
    this.#allowMissing = allowMissing
    this.#root = dialect.name
    this.#name = dialect.name
    this.#functions = dialect.functions
    this.#missing = dialect.missingIsEmpty ? '' : undefined
  }

  execute(data: unknown): void {
    this.#variables = [{ name: '$', value: data }]
    this.#list(this.#templates.get(this.#root) ?? [], data)
  }

  #failure(node: { readonly at: number; readonly text: string }, message: string): TemplateFailure {
    const before = this.#source.slice(0, node.at)
    const line = before.split('\n').length
    const column = node.at - (before.lastIndexOf('\n') + 1)
    return new TemplateFailure(`template: ${this.#root}:${line}:${column}: executing ${goQuote(this.#name)} at <${node.text}>: ${message}`)
  }

  // ---- nodes -------------------------------------------------------------------------------------------------------

  #list(nodes: readonly TemplateNode[], dot: unknown): Jump {
    for (const node of nodes) {
      const jump = this.#node(node, dot)
      if (jump !== undefined) return jump
    }
    return undefined
  }

  #node(node: TemplateNode, dot: unknown): Jump {
    if (++this.#steps > stepsMax) throw new TemplateFailure(`template: ${this.#root}: exceeded ${stepsMax} steps`)
    switch (node.kind) {
      case 'text': this.output += node.text; return undefined
      case 'action': {
        const value = this.#pipeline(node.pipeline, dot)
        if (node.pipeline.variables.length === 0) this.output += value === null || value === undefined ? '<no value>' : goValueText(value)
        return undefined
      }
      case 'if': case 'with': return this.#branch(node, dot)
      case 'range': return this.#range(node, dot)
      case 'template': this.#call(node, dot); return undefined
      case 'break': case 'continue': return node.kind
    }
  }

  #scoped<T>(run: () => T): T {
    const mark = this.#variables.length
    const isElement = this.#isElement
    const result = run()
    this.#variables.length = mark
    this.#isElement = isElement
    return result
  }

  #branch(node: Extract<TemplateNode, { kind: 'if' | 'with' | 'range' }>, dot: unknown): Jump {
    return this.#scoped(() => {
      const value = this.#pipeline(node.pipeline, dot)
      if (!isTrue(value)) return this.#list(node.otherwise, dot)
      if (node.kind === 'with') this.#isElement = false
      return this.#list(node.body, node.kind === 'with' ? value : dot)
    })
  }

  #range(node: Extract<TemplateNode, { kind: 'if' | 'with' | 'range' }>, dot: unknown): Jump {
    return this.#scoped(() => {
      const value = this.#pipeline({ ...node.pipeline, variables: [] }, dot)
      const entries = rangeEntries(value)
      if (entries === undefined) throw this.#failure(this.#last ?? node.pipeline, `range can't iterate over ${goValueText(value)}`)
      if (typeof value === 'number' && node.pipeline.variables.length > 1) throw this.#failure(this.#last ?? node.pipeline, `can't use ${value} to iterate over more than one variable`)
      if (entries.length === 0) return this.#list(node.otherwise, dot)
      for (const [key, element] of entries) {
        const jump = this.#scoped(() => {
          this.#setRangeVariables(node.pipeline, key, element)
          this.#isElement = true
          return this.#list(node.body, element)
        })
        if (jump === 'break') break
      }
      return undefined
    })
  }

  #setRangeVariables({ variables, isAssignment }: Pipeline, key: unknown, element: unknown): void {
    const values = variables.length === 1 ? [element] : [key, element]
    variables.forEach((name, index) => this.#set(name, values[index], isAssignment))
  }

  #set(name: string, value: unknown, isAssignment: boolean): void {
    const known = isAssignment ? this.#variables.findLast((variable) => variable.name === name) : undefined
    if (known === undefined) this.#variables.push({ name, value })
    else known.value = value
  }

  #call(node: Extract<TemplateNode, { kind: 'template' }>, dot: unknown): void {
    const shown = { at: node.at, text: `{{template ${goQuote(node.name)}${node.pipeline === undefined ? '' : ` ${node.pipeline.text}`}}}` }
    const nodes = this.#templates.get(node.name)
    if (nodes === undefined) throw this.#failure(shown, `template ${goQuote(node.name)} not defined`)
    if (++this.#depth > templateDepthMax) throw this.#failure(shown, `exceeded maximum template depth (${templateDepthMax})`)
    const value = node.pipeline === undefined ? undefined : this.#pipeline(node.pipeline, dot)
    const [variables, name] = [this.#variables, this.#name]
    this.#variables = [{ name: '$', value }]
    this.#name = node.name
    this.#list(nodes, value)
    this.#variables = variables
    this.#name = name
    this.#depth--
  }

  // ---- expressions -------------------------------------------------------------------------------------------------

  #pipeline(pipeline: Pipeline, dot: unknown): unknown {
    let value: unknown
    pipeline.commands.forEach((command, index) => {
      value = this.#command(command, dot, index === 0 ? [] : [value])
    })
    for (const name of pipeline.variables) this.#set(name, value, pipeline.isAssignment)
    return value
  }

  #command(command: Command, dot: unknown, final: readonly unknown[]): unknown {
    const [first, ...args] = command.args as [Expression, ...Expression[]]
    if (first.kind === 'function') return this.#function(first.text, command, args, dot, final)
    if (args.length + final.length > 0) {
      if (first.kind === 'field' || first.kind === 'variable' || first.kind === 'chain') {
        this.#expression(first, dot)
        throw this.#failure(first, `${first.text.split('.').at(-1)} is not a method but has arguments`)
      }
      throw this.#failure(first, `can't give argument to non-function ${first.text}`)
    }
    if (first.kind === 'nil') throw this.#failure(first, 'nil is not a command')
    return this.#expression(first, dot)
  }

  #expression(node: Expression, dot: unknown): unknown {
    this.#last = node
    switch (node.kind) {
      case 'dot': return dot
      case 'nil': return null
      case 'constant': return node.value
      case 'field': return this.#fields(node, dot, node.fields)
      case 'variable': return this.#fields(node, this.#variables.findLast((variable) => variable.name === node.name)?.value, node.fields)
      case 'chain': return this.#fields(node, this.#expression(node.base, dot), node.fields)
      case 'pipeline': return this.#pipeline(node, dot)
      case 'function': return this.#function(node.text, { at: node.at, text: node.text, args: [node] }, [], dot, [])
    }
  }

  #fields(node: Expression, receiver: unknown, fields: readonly string[]): unknown {
    let value = receiver
    for (const [index, field] of fields.entries()) {
      if (value === null || value === undefined) {
        if (!this.#allowMissing) throw this.#failure(node, `nil data; no entry for key ${goQuote(field)}`)
        value = undefined
      } else if (value instanceof GoStruct) {
        if (!Object.hasOwn(value.fields, field)) throw this.#failure(node, `can't evaluate field ${field} in type ${value.typeName}`)
        value = value.fields[field]
      } else if (typeof value === 'object' && !Array.isArray(value)) {
        const map = value as { readonly [key: string]: unknown }
        if (!Object.hasOwn(map, field) && !this.#allowMissing) throw this.#failure(node, `map has no entry for key ${goQuote(field)}`)
        value = Object.hasOwn(map, field) ? map[field] : this.#missing
      } else {
        throw this.#failure(node, `can't evaluate field ${field} in type ${index > 0 || (node.kind === 'field' && this.#isElement) ? 'interface {}' : typeNameOf(value)}`)
      }
    }
    return value
  }

  #function(name: string, command: Command, args: readonly Expression[], dot: unknown, final: readonly unknown[]): unknown {
    const row = this.#functions[name]!
    const given = args.length + final.length
    const [least, most] = row.args
    if (given < least && least !== most) throw this.#failure(command, `wrong number of args for ${name}: want at least ${least} got ${given}`)
    if (given < least || given > most) throw this.#failure(command, `wrong number of args for ${name}: want ${least} got ${given}`)
    if (row.call === undefined) return this.#shortCircuit(name === 'and', args, dot, final)
    const values = [...args.map((arg) => this.#expression(arg, dot)), ...final]
    const notText = row.takesTexts === true ? values.findIndex((value) => typeof value !== 'string') : -1
    if (notText >= 0) {
      const at = args[notText] ?? command
      const value = values[notText]
      throw this.#failure(at, value === null || value === undefined ? 'invalid value; expected string' : `wrong type for value; expected string; got ${typeNameOf(value)}`)
    }
    try {
      return row.call(values)
    } catch (failure) {
      if (!(failure instanceof FunctionFailure)) throw failure
      // A whole number that the template writes is an int, one of the object an int64.
      const typeAt = (index: number): string => (args[index]?.kind === 'constant' && Number.isInteger(values[index]) ? 'int' : typeNameOf(values[index]))
      const types = failure instanceof MismatchFailure ? `: ${typeAt(failure.first)} and ${typeAt(failure.second)}` : ''
      throw this.#failure(command, `error calling ${name}: ${failure.message}${types}`)
    }
  }

  #shortCircuit(isAnd: boolean, args: readonly Expression[], dot: unknown, final: readonly unknown[]): unknown {
    let value: unknown
    for (const arg of args) {
      value = this.#expression(arg, dot)
      if (isTrue(value) !== isAnd) return value
    }
    return final.length > 0 ? final[0] : value
  }
}

/** What a range goes through: key and element; undefined when the value cannot be ranged over. */
function rangeEntries(value: unknown): [unknown, unknown][] | undefined {
  if (value === null || value === undefined) return []
  if (Array.isArray(value)) return value.map((element, index) => [index, element])
  if (typeof value === 'number' && Number.isInteger(value)) return Array.from({ length: Math.min(Math.max(value, 0), stepsMax) }, (_unused, index) => [index, index])
  if (typeof value !== 'object') return undefined
  const map = value as { readonly [key: string]: unknown }
  return Object.keys(map).sort(compareText).map((key) => [key, map[key]])
}

const kubectlDialect: TemplateDialect = { name: 'output', functions, missingIsEmpty: false }

/** What a template prints. `stage` tells whether reading or running it failed; the error is Go's. */
export function runTemplate(source: string, data: unknown, allowMissing: boolean, dialect: TemplateDialect): { readonly output: string } | { readonly stage: 'parse' | 'print'; readonly error: string } {
  let stage: 'parse' | 'print' = 'parse'
  try {
    const run = new TemplateRun(parseTemplates(dialect.name, source, new Set(Object.keys(dialect.functions))), source, allowMissing, dialect)
    stage = 'print'
    run.execute(data)
    return { output: run.output }
  } catch (failure) {
    if (!(failure instanceof TemplateFailure)) throw failure
    return { stage, error: failure.message }
  }
}

/** What `-o go-template=TEMPLATE` prints. `stage` tells whether reading or running the template failed. */
export function printGoTemplate(source: string, data: unknown, allowMissing = true): ReturnType<typeof runTemplate> {
  const result = runTemplate(source, data, allowMissing, kubectlDialect)
  if ('output' in result || result.stage === 'parse') return result
  return { stage: 'print', error: `error executing template ${goQuote(source)}: ${result.error}` }
}

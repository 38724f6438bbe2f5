/** Reads Go templates into trees. Models Go's text/template/parse (1.24). */

import { GoFloat, goQuote } from '../go-text.ts'
import { functionNames } from './functions.ts'
import { tokenize } from './lexer.ts'
import type { Token } from './lexer.ts'

/** An operand, a command or a pipeline. `text` is what error messages show of it. */
export type Expression =
  | { readonly kind: 'dot' | 'nil'; readonly at: number; readonly text: string }
  | { readonly kind: 'constant'; readonly at: number; readonly text: string; readonly value: boolean | number | string | GoFloat }
  | { readonly kind: 'field'; readonly at: number; readonly text: string; readonly fields: readonly string[] }
  | { readonly kind: 'variable'; readonly at: number; readonly text: string; readonly name: string; readonly fields: readonly string[] }
  | { readonly kind: 'chain'; readonly at: number; readonly text: string; readonly base: Expression; readonly fields: readonly string[] }
  | { readonly kind: 'function'; readonly at: number; readonly text: string }
  | Pipeline
/** One command of a pipeline: a function or value with its arguments. */
export interface Command { readonly at: number; readonly text: string; readonly args: readonly Expression[] }
/** Commands of which each gets the result of the one before, maybe declared as variables. */
export interface Pipeline { readonly kind: 'pipeline'; readonly at: number; readonly text: string; readonly variables: readonly string[]; readonly isAssignment: boolean; readonly commands: readonly Command[] }

/** A part of a template between or inside of actions. */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: Pipeline }
  | { readonly kind: 'if' | 'with' | 'range'; readonly pipeline: Pipeline; readonly body: TemplateNode[]; readonly otherwise: TemplateNode[] }
  | { readonly kind: 'template'; readonly name: string; readonly pipeline: Pipeline | undefined; readonly at: number }
  | { readonly kind: 'break' | 'continue' }

/** Parsed templates by name. */
export type Templates = Map<string, readonly TemplateNode[]>

/** What is wrong with a template; the message is complete. */
export class TemplateFailure extends Error {}

const escapes: { readonly [char: string]: string } = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', "'": "'", '"': '"' }

function tokenText(token: Token): string {
  if (token.kind === 'end') return 'EOF'
  if (token.kind === 'keyword' || token.kind === 'dot' || token.kind === 'nil') return `<${token.text}>`
  return [...token.text].length > 10 ? `${goQuote([...token.text].slice(0, 10).join(''))}...` : goQuote(token.text)
}

class TemplateParser {
  readonly templates: Templates = new Map()
  readonly #name: string
  readonly #functions: ReadonlySet<string>
  readonly #tokens: readonly Token[]
  #at = 0
  #variables: string[] = ['$']
  #rangeDepth = 0

  constructor(name: string, text: string, known: ReadonlySet<string>) {
    this.#name = name
    this.#functions = known
    this.#tokens = tokenize(text)
    const { nodes, stop } = this.#list()
    if (stop !== 'EOF') throw this.#failure(`unexpected {{${stop}}}`)
    this.templates.set(name, nodes)
  }

  // ---- tokens ------------------------------------------------------------------------------------------------------

  #peek(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)]!
  }

  #next(): Token {
    const token = this.#peek()
    this.#at++
    return token
  }

  #peekNonSpace(): Token {
    while (this.#peek().kind === 'space') this.#at++
    return this.#peek()
  }

  #nextNonSpace(): Token {
    this.#peekNonSpace()
    return this.#next()
  }

  #failure(text: string, token: Token = this.#tokens[Math.max(0, Math.min(this.#at, this.#tokens.length) - 1)]!): TemplateFailure {
    return new TemplateFailure(`template: ${this.#name}:${token.line}: ${text}`)
  }

  #unexpected(token: Token, context: string): TemplateFailure {
    return this.#failure(token.kind === 'error' ? token.text : `unexpected ${tokenText(token)} in ${context}`, token)
  }

  #expectClose(context: string): void {
    const token = this.#nextNonSpace()
    if (token.kind !== 'close') throw this.#unexpected(token, context)
  }

  // ---- nodes -------------------------------------------------------------------------------------------------------

  /** Nodes up to an `end`, an `else` or the end of the text. `stop` says which; after `else` the parser stands behind the word. */
  #list(): { nodes: TemplateNode[]; stop: 'end' | 'else' | 'EOF' } {
    const nodes: TemplateNode[] = []
    for (;;) {
      const token = this.#next()
      if (token.kind === 'end') return { nodes, stop: 'EOF' }
      if (token.kind === 'text') nodes.push({ kind: 'text', text: token.text })
      else if (token.kind === 'open') {
        const node = this.#action()
        if (node === 'end' || node === 'else') return { nodes, stop: node }
        if (node !== undefined) nodes.push(node)
      } else throw this.#unexpected(token, 'input')
    }
  }

  #action(): TemplateNode | 'end' | 'else' | undefined {
    const token = this.#peekNonSpace()
    if (token.kind !== 'keyword') return { kind: 'action', pipeline: this.#pipeline('command', 'close') }
    this.#next()
    switch (token.text) {
      case 'if': case 'with': case 'range': return this.#control(token.text)
      case 'end': this.#expectClose('end'); return 'end'
      case 'else': return 'else'
      case 'define': return this.#define()
      case 'block': return this.#block(token)
      case 'template': return this.#template(token)
      default: {
        this.#expectClose(`{{${token.text}}}`)
        if (this.#rangeDepth === 0) throw this.#failure(`{{${token.text}}} outside {{range}}`)
        return { kind: token.text as 'break' | 'continue' }
      }
    }
  }

  #control(kind: 'if' | 'with' | 'range'): TemplateNode {
    const scope = this.#variables.length
    if (kind === 'range') this.#rangeDepth++
    const pipeline = this.#pipeline(kind, 'close')
    const { nodes: body, stop } = this.#list()
    let otherwise: TemplateNode[] = []
    if (kind === 'range') this.#rangeDepth--
    if (stop === 'EOF') throw this.#failure('unexpected EOF')
    if (stop === 'else') otherwise = this.#otherwise(kind)
    this.#variables.length = scope
    return { kind, pipeline, body, otherwise }
  }

  /** `{{else}}`, and `{{else if}}`, which is an `if` of its own that shares the end. */
  #otherwise(kind: 'if' | 'with' | 'range'): TemplateNode[] {
    const token = this.#peekNonSpace()
    if (token.kind === 'keyword' && ((token.text === 'if' && kind === 'if') || (token.text === 'with' && kind === 'with'))) {
      this.#next()
      return [this.#control(kind)]
    }
    this.#expectClose(token.kind === 'keyword' && (token.text === 'if' || token.text === 'with') ? 'input' : 'else')
    const { nodes, stop } = this.#list()
    if (stop === 'EOF') throw this.#failure('unexpected EOF')
    if (stop === 'else') throw this.#failure('expected end; found {{else}}')
    return nodes
  }

  #quotedName(context: string): string {
    const token = this.#nextNonSpace()
    if (token.kind !== 'string') throw this.#unexpected(token, context)
    return this.#string(token)
  }

  #define(): undefined {
    const name = this.#quotedName('define clause')
    this.#expectClose('define clause')
    this.#body(name, 'define clause')
    return undefined
  }

  #body(name: string, context: string): void {
    const variables = this.#variables
    this.#variables = ['$']
    const { nodes, stop } = this.#list()
    if (stop !== 'end') throw this.#failure(stop === 'EOF' ? 'unexpected EOF' : `unexpected {{else}} in ${context}`)
    this.#variables = variables
    this.templates.set(name, nodes)
  }

  #block(token: Token): TemplateNode {
    const name = this.#quotedName('block clause')
    const pipeline = this.#pipeline('block clause', 'close')
    this.#body(name, 'block clause')
    return { kind: 'template', name, pipeline, at: token.at }
  }

  #template(token: Token): TemplateNode {
    const name = this.#quotedName('template clause')
    if (this.#peekNonSpace().kind === 'close') {
      this.#next()
      return { kind: 'template', name, pipeline: undefined, at: token.at }
    }
    return { kind: 'template', name, pipeline: this.#pipeline('template clause', 'close'), at: token.at }
  }

  // ---- expressions -------------------------------------------------------------------------------------------------

  /** `$x := ` or `$k, $v := ` at the beginning of a pipeline. */
  #declarations(context: string): { variables: string[]; isAssignment: boolean } {
    const variables: string[] = []
    for (;;) {
      const start = this.#at
      const token = this.#peekNonSpace()
      if (token.kind !== 'variable') break
      this.#next()
      const following = this.#peekNonSpace()
      if (following.kind === ':=' || following.kind === '=') {
        this.#next()
        variables.push(token.text)
        if (following.kind === ':=') this.#variables.push(...variables)
        return { variables, isAssignment: following.kind === '=' }
      }
      if (following.kind === ',' && context === 'range' && variables.length < 2) {
        this.#next()
        variables.push(token.text)
        continue
      }
      this.#at = start
      break
    }
    if (variables.length > 0) throw this.#failure('range can only initialize variables')
    return { variables, isAssignment: false }
  }

  #pipeline(context: string, stop: 'close' | ')'): Pipeline {
    const start = this.#peekNonSpace()
    const { variables, isAssignment } = this.#declarations(context)
    const commands: Command[] = []
    for (;;) {
      const token = this.#peekNonSpace()
      if (token.kind === stop) {
        this.#next()
        break
      }
      if (['bool', 'char', 'dot', 'field', 'identifier', 'number', 'nil', 'string', 'variable', '('].includes(token.kind)) commands.push(this.#command())
      else throw this.#unexpected(this.#next(), context)
    }
    if (commands.length === 0) throw this.#failure(`missing value for ${context}`)
    const declared = variables.length === 0 ? '' : `${variables.join(', ')} ${isAssignment ? '=' : ':='} `
    commands.slice(1).forEach((command, index) => {
      const kind = command.args[0]!.kind
      if (kind === 'constant' || kind === 'dot' || kind === 'nil') throw this.#failure(`non executable command in pipeline stage ${index + 2}`)
    })
    return { kind: 'pipeline', at: start.at, text: declared + commands.map((command) => command.text).join(' | '), variables, isAssignment, commands }
  }

  #command(): Command {
    const args: Expression[] = []
    const start = this.#peekNonSpace()
    for (;;) {
      this.#peekNonSpace()
      const operand = this.#operand()
      if (operand !== undefined) args.push(operand)
      const token = this.#next()
      if (token.kind === 'space') continue
      if (token.kind === 'close' || token.kind === ')') this.#at--
      else if (token.kind !== '|') throw this.#unexpected(token, 'operand')
      break
    }
    if (args.length === 0) throw this.#failure('empty command')
    const text = args.map((arg) => (arg.kind === 'pipeline' ? `(${arg.text})` : arg.text)).join(' ')
    return { at: start.at, text, args }
  }

  #operand(): Expression | undefined {
    const term = this.#term()
    if (term === undefined || this.#peek().kind !== 'field') return term
    const at = this.#peek().at
    const fields: string[] = []
    while (this.#peek().kind === 'field') fields.push(this.#next().text.slice(1))
    const tail = fields.map((field) => `.${field}`).join('')
    if (term.kind === 'field') return { kind: 'field', at, text: term.text + tail, fields: [...term.fields, ...fields] }
    if (term.kind === 'variable') return { ...term, at, text: term.text + tail, fields: [...term.fields, ...fields] }
    if (term.kind === 'constant' || term.kind === 'nil' || term.kind === 'dot') throw this.#failure(`unexpected . after term ${goQuote(term.text)}`)
    return { kind: 'chain', at, text: `${term.kind === 'pipeline' ? `(${term.text})` : term.text}${tail}`, base: term, fields }
  }

  #term(): Expression | undefined {
    const token = this.#nextNonSpace()
    const { at, text } = token
    switch (token.kind) {
      case 'identifier':
        if (!this.#functions.has(text)) throw this.#failure(`function ${goQuote(text)} not defined`, token)
        return { kind: 'function', at, text }
      case 'dot': return { kind: 'dot', at, text }
      case 'nil': return { kind: 'nil', at, text }
      case 'bool': return { kind: 'constant', at, text, value: text === 'true' }
      case 'number': {
        const value = Number(text.replaceAll('_', '').replace(/^\+/, ''))
        return { kind: 'constant', at, text, value: /^[+-]?[\d_]*(\.|\d+e)/i.test(text) ? new GoFloat(value) : value }
      }
      case 'char': return { kind: 'constant', at, text, value: this.#string(token).codePointAt(0) ?? 0 }
      case 'string': return { kind: 'constant', at, text, value: this.#string(token) }
      case 'field': return { kind: 'field', at, text, fields: [text.slice(1)] }
      case 'variable':
        if (!this.#variables.includes(text)) throw this.#failure(`undefined variable ${goQuote(text)}`, token)
        return { kind: 'variable', at, text, name: text, fields: [] }
      case '(': return this.#pipeline('parenthesized pipeline', ')')
      default:
        this.#at--
        if (token.kind === 'error') throw this.#unexpected(token, 'operand')
        return undefined
    }
  }

  #string(token: Token): string {
    if (token.text.startsWith('`')) return token.text.slice(1, -1)
    return token.text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|[\s\S])/g, (_all, escape: string) => {
      if (/^[xuU]./.test(escape)) return String.fromCodePoint(Number.parseInt(escape.slice(1), 16))
      if (/^[0-7]{3}$/.test(escape)) return String.fromCodePoint(Number.parseInt(escape, 8))
      if (!Object.hasOwn(escapes, escape)) throw this.#failure('invalid syntax', token)
      return escapes[escape]!
    })
  }
}

/** Reads a template and those that it defines; `known` names the functions. @throws TemplateFailure */
export function parseTemplates(name: string, text: string, known = functionNames): Templates {
  return new TemplateParser(name, text, known).templates
}

/** Reads kubectl's JSONPath templates. Models client-go/util/jsonpath parser.go (v1.35). */


/** A part of an array subscript: `[first:second:third]`. */
export interface ArrayParam { readonly isKnown: boolean; readonly value: number; readonly isDerived: boolean }

/** A part of a JSONPath. */
export type PathNode =
  | { readonly kind: 'list'; readonly nodes: PathNode[] }
  | { readonly kind: 'text' | 'field' | 'identifier'; readonly text: string }
  | { readonly kind: 'array'; readonly params: readonly [ArrayParam, ArrayParam, ArrayParam] }
  | { readonly kind: 'filter'; readonly left: PathNode; readonly right: PathNode; readonly operator: string }
  | { readonly kind: 'number'; readonly value: number; readonly isInt: boolean }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'wildcard' | 'recursive' }
  | { readonly kind: 'union'; readonly lists: PathNode[] }

/** What is wrong with a template; the message is complete. */
export class JsonPathFailure extends Error {}

type List = Extract<PathNode, { kind: 'list' }>

const end = ''
const alphaNumeric = /^[\p{L}\p{Nd}_]$/u
const escapes: { readonly [char: string]: string } = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', "'": "'", '"': '"' }

function isTerminator(char: string): boolean {
  return char === end || ' \t\r\n.,[]$@{}'.includes(char)
}

class JsonPathParser {
  readonly root: List = { kind: 'list', nodes: [] }
  readonly #input: string
  #at = 0
  #start = 0

  constructor(input: string) {
    this.#input = input
    this.#text()
  }

  #next(): string {
    const code = this.#input.codePointAt(this.#at)
    if (code === undefined) return end
    const char = String.fromCodePoint(code)
    this.#at += char.length
    return char
  }

  #peek(): string {
    const at = this.#at
    const char = this.#next()
    this.#at = at
    return char
  }

  #consume(): string {
    const text = this.#input.slice(this.#start, this.#at)
    this.#start = this.#at
    return text
  }

  /** Text up to the next brace; then what the braces hold, and so on. */
  #text(): void {
    for (;;) {
      const open = this.#input.indexOf('{', this.#at)
      this.#at = open < 0 ? this.#input.length : open
      if (this.#at > this.#start) this.root.nodes.push({ kind: 'text', text: this.#consume() })
      if (open < 0) return
      this.#at++
      this.#consume()
      const list: List = { kind: 'list', nodes: [] }
      this.root.nodes.push(list)
      this.#action(list)
    }
  }

  #action(list: List): void {
    for (;;) {
      const rest = this.#input.slice(this.#at, this.#at + 3)
      if (rest.startsWith('}')) {
        this.#at++
        this.#consume()
        return
      }
      if (rest === '[?(') this.#filter(list)
      else if (rest.startsWith('..')) this.#recursive(list)
      else this.#token(list)
    }
  }

  #token(list: List): void {
    const at = this.#at
    const char = this.#next()
    if (char === end || char === '\r' || char === '\n') throw new JsonPathFailure('unclosed action')
    if (char === ' ' || char === '@' || char === '$') this.#consume()
    else if (char === '[') this.#array(list)
    else if (char === '"' || char === "'") this.#quote(list, char)
    else if (char === '.') this.#field(list)
    else if (/^[+-]$|^\p{Nd}$/u.test(char)) {
      this.#at = at
      this.#number(list)
    } else if (alphaNumeric.test(char)) {
      this.#at = at
      this.#identifier(list)
    } else {
      throw new JsonPathFailure(`unrecognized character in action: U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${char}'`)
    }
  }

  #identifier(list: List): void {
    while (!isTerminator(this.#peek())) this.#next()
    const text = this.#consume()
    list.nodes.push(text === 'true' || text === 'false' ? { kind: 'bool', value: text === 'true' } : { kind: 'identifier', text })
  }

  #recursive(list: List): void {
    if (list.nodes.at(-1)?.kind === 'recursive') throw new JsonPathFailure('invalid multiple recursive descent')
    this.#at += 2
    this.#consume()
    list.nodes.push({ kind: 'recursive' })
    if (alphaNumeric.test(this.#peek())) this.#field(list)
  }

  #number(list: List): void {
    if (/^[+-]$/.test(this.#peek())) this.#next()
    while (/^[.\p{Nd}]$/u.test(this.#peek())) this.#next()
    const text = this.#consume()
    if (!/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$/.test(text)) throw new JsonPathFailure(`cannot parse number ${text}`)
    list.nodes.push({ kind: 'number', value: Number(text), isInt: !text.includes('.') })
  }

  #array(list: List): void {
    for (let char = this.#next(); char !== ']'; char = this.#next()) if (char === end || char === '\n') throw new JsonPathFailure('unterminated array')
    const inner = this.#consume().slice(1, -1)
    const text = inner === '*' ? ':' : inner
    const parts = text.split(',')
    if (parts.length > 1) {
      list.nodes.push({ kind: 'union', lists: parts.map((part) => parseAction(`[${part.replace(/^ +| +$/g, '')}]`)) })
      return
    }
    const key = /^'([^']*)'$/.exec(text)
    if (key !== null) {
      list.nodes.push(...parseAction(`.${key[1]!}`).nodes)
      return
    }
    const slice = /^(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?$/.exec(text)
    if (slice === null) throw new JsonPathFailure(`invalid array index ${text}`)
    list.nodes.push({ kind: 'array', params: arrayParams(slice[1] ?? '', slice[2] ?? '', slice[3] ?? '') })
  }

  #filter(list: List): void {
    this.#at += 3
    this.#consume()
    this.#toFilterEnd()
    if (this.#next() !== ']') throw new JsonPathFailure('unclosed array expect ]')
    const text = this.#consume().slice(0, -2)
    const parts = /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(text)
    if (parts === null) list.nodes.push({ kind: 'filter', left: parseAction(text), right: { kind: 'list', nodes: [] }, operator: 'exists' })
    else list.nodes.push({ kind: 'filter', left: parseAction(parts[1]!), right: parseAction(parts[3]!), operator: parts[2]! })
  }

  /** To the parenthesis that closes the filter; one within quotes does not. */
  #toFilterEnd(): void {
    let hasBegun = false
    let hasEnded = false
    let quote = ''
    for (;;) {
      const char = this.#next()
      if (char === end || char === '\n') throw new JsonPathFailure('unterminated filter')
      if (char === '"' || char === "'") {
        if (!hasBegun) {
          hasBegun = true
          quote = char
        } else if (this.#input[this.#at - 2] !== '\\' && char === quote) hasEnded = true
      } else if (char === ')' && hasBegun === hasEnded) return
    }
  }

  #quote(list: List, quote: string): void {
    for (;;) {
      const char = this.#next()
      if (char === end || char === '\n') throw new JsonPathFailure('unterminated quoted string')
      if (char === quote && this.#input[this.#at - 2] !== '\\') break
    }
    const text = this.#consume()
    list.nodes.push({ kind: 'text', text: unquote(text) })
  }

  #field(list: List): void {
    this.#consume()
    while (!isTerminator(this.#peek())) if (this.#next() === '\\') this.#next()
    const text = this.#consume()
    list.nodes.push(text === '*' ? { kind: 'wildcard' } : { kind: 'field', text: text.replaceAll('\\', '') })
  }
}

function arrayParam(text: string): ArrayParam {
  if (text === '') return { isKnown: false, value: 0, isDerived: false }
  if (!/^-?[0-9]+$/.test(text)) throw new JsonPathFailure(`array index ${text} is not a number`)
  return { isKnown: true, value: Number(text), isDerived: false }
}

/** The three parts of `[a:b:c]`; a lone index stands for the slice of one element. */
function arrayParams(first: string, second: string, third: string): readonly [ArrayParam, ArrayParam, ArrayParam] {
  const from = arrayParam(first)
  const to = second === '' ? { isKnown: true, value: from.value + 1, isDerived: true } : arrayParam(second.slice(1))
  return [from, to, arrayParam(third.slice(1))]
}

/** The text within quotes, with Go's escapes. */
function unquote(quoted: string): string {
  const failure = new JsonPathFailure(`unquote string ${quoted} error invalid syntax`)
  const quote = quoted[0]!
  return quoted.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|[\s\S]?)|"|'/g, (all: string, escape: string | undefined) => {
    if (escape === undefined) {
      if (all === quote) throw failure
      return all
    }
    if (/^[xuU]./.test(escape)) return String.fromCodePoint(Number.parseInt(escape.slice(1), 16))
    if (/^[0-7]{3}$/.test(escape)) return String.fromCodePoint(Number.parseInt(escape, 8))
    if (!Object.hasOwn(escapes, escape) || ((escape === '"' || escape === "'") && escape !== quote)) throw failure
    return escapes[escape]!
  })
}

function parseAction(text: string): List {
  return new JsonPathParser(`{${text}}`).root.nodes[0] as List
}

/**
 * Reads a template.
 * @returns its nodes, in the order of the template
 * @throws JsonPathFailure
 */
export function parseTemplate(text: string): readonly PathNode[] {
  return new JsonPathParser(text).root.nodes
}

const relaxed = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/

/** Turns what users write for a path (`name`, `.name`, `{name}`) into a template. Models kubectl RelaxedJSONPathExpression. */
export function relaxPath(path: string): string | { readonly error: string } {
  if (path === '') return ''
  const match = relaxed.exec(path)
  if (match === null) return { error: "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'" }
  return `{.${match[1] ?? match[2] ?? ''}}`
}


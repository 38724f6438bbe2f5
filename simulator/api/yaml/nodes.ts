/** Builds the tree of one YAML document. Models the libyaml parser and go-yaml v2.4 decode.go (used by Kubernetes v1.35). */

import { parserFailure, YamlFailure } from './characters.ts'
import type { Mark } from './characters.ts'
import { Scanner } from './scanner.ts'
import type { Token, TokenKind } from './scanner.ts'

/** A node of the document. `line` counts from 0. */
export interface YamlNode {
  readonly kind: 'scalar' | 'sequence' | 'mapping' | 'alias'
  readonly line: number
  readonly tag: string
  readonly value: string
  /** True for a plain scalar without tag: its text decides what it is. */
  readonly isPlain: boolean
  /** Items, or keys and values in turn. */
  readonly children: YamlNode[]
  readonly target?: YamlNode
}

const documentEdges: readonly TokenKind[] = ['version', 'tagDirective', 'documentStart', 'documentEnd', 'streamEnd']
const defaultTags: readonly (readonly [string, string])[] = [['!', '!'], ['!!', 'tag:yaml.org,2002:']]

interface Properties { anchor: string; tag: string; start: Mark; has: boolean }

class NodeParser {
  readonly #scanner: Scanner
  readonly #anchors = new Map<string, YamlNode>()
  readonly #tags = new Map<string, string>()

  constructor(text: string, depthMax: number) {
    this.#scanner = new Scanner(text, depthMax)
  }

  /** The first document; undefined when there is none. */
  document(): YamlNode | undefined {
    const first = this.#scanner.peek()
    if (first.kind === 'streamEnd') return undefined
    const isExplicit = first.kind === 'version' || first.kind === 'tagDirective' || first.kind === 'documentStart'
    this.#directives()
    let node: YamlNode
    if (isExplicit) {
      const start = this.#scanner.peek()
      if (start.kind !== 'documentStart') throw parserFailure('did not find expected <document start>', start.start)
      this.#scanner.next()
      const content = this.#scanner.peek()
      node = documentEdges.includes(content.kind) ? this.#empty(content.start) : this.#node(true, false)
    } else {
      node = this.#node(true, false)
    }
    this.#scanner.peek()
    return node
  }

  #directives(): void {
    let hasVersion = false
    for (let token = this.#scanner.peek(); token.kind === 'version' || token.kind === 'tagDirective'; token = this.#scanner.peek()) {
      if (token.kind === 'version') {
        if (hasVersion) throw parserFailure('found duplicate %YAML directive', token.start)
        if (!/^0*1\.0*1$/.test(token.value)) throw parserFailure('found incompatible YAML document', token.start)
        hasVersion = true
      } else {
        if (this.#tags.has(token.value)) throw parserFailure('found duplicate %TAG directive', token.start)
        this.#tags.set(token.value, token.suffix)
      }
      this.#scanner.next()
    }
    for (const [handle, prefix] of defaultTags) if (!this.#tags.has(handle)) this.#tags.set(handle, prefix)
  }

  #empty(mark: Mark, properties?: Properties): YamlNode {
    return this.#make('scalar', mark, properties, '', properties === undefined || properties.tag === '')
  }

  #make(kind: YamlNode['kind'], mark: Mark, properties: Properties | undefined, value = '', isPlain = false): YamlNode {
    const node: YamlNode = { kind, line: mark.line, tag: properties?.tag ?? '', value, isPlain, children: [] }
    if (properties !== undefined && properties.anchor !== '') this.#anchors.set(properties.anchor, node)
    return node
  }

  #alias(): YamlNode {
    const token = this.#scanner.next()
    const target = this.#anchors.get(token.value)
    if (target === undefined) throw new YamlFailure(`unknown anchor '${token.value}' referenced`)
    return { kind: 'alias', line: token.start.line, tag: '', value: token.value, isPlain: false, children: [], target }
  }

  #properties(): Properties {
    const first = this.#scanner.peek()
    const properties: Properties = { anchor: '', tag: '', start: first.start, has: false }
    let tag: Token | undefined
    for (let token = first; (token.kind === 'anchor' && properties.anchor === '') || (token.kind === 'tag' && tag === undefined); token = this.#scanner.peek()) {
      if (token.kind === 'anchor') properties.anchor = token.value
      else tag = token
      properties.has = true
      this.#scanner.next()
    }
    if (tag !== undefined) properties.tag = this.#resolveTag(tag, properties.start)
    return properties
  }

  #resolveTag(token: Token, start: Mark): string {
    if (token.value === '') return token.suffix
    const prefix = this.#tags.get(token.value)
    if (prefix === undefined) throw parserFailure('found undefined tag handle', token.start, start)
    return prefix + token.suffix
  }

  #node(isBlock: boolean, allowsIndentless: boolean): YamlNode {
    if (this.#scanner.peek().kind === 'alias') return this.#alias()
    const properties = this.#properties()
    const token = this.#scanner.peek()
    if (allowsIndentless && token.kind === '-') return this.#indentlessSequence(this.#make('sequence', properties.start, properties))
    if (token.kind === 'scalar') {
      this.#scanner.next()
      const isPlain = (properties.tag === '' && token.isPlain) || properties.tag === '!'
      return this.#make('scalar', properties.start, properties, token.value, isPlain)
    }
    if (token.kind === '[') return this.#flowSequence(this.#make('sequence', properties.start, properties))
    if (token.kind === '{') return this.#flowMapping(this.#make('mapping', properties.start, properties))
    if (isBlock && token.kind === 'blockSequence') return this.#blockSequence(this.#make('sequence', properties.start, properties))
    if (isBlock && token.kind === 'blockMapping') return this.#blockMapping(this.#make('mapping', properties.start, properties))
    if (properties.has) return this.#empty(properties.start, properties)
    throw parserFailure('did not find expected node content', token.start, properties.start)
  }

  #isNext(...kinds: TokenKind[]): boolean {
    return kinds.includes(this.#scanner.peek().kind)
  }

  #blockSequence(node: YamlNode): YamlNode {
    const start = this.#scanner.next().start
    while (this.#isNext('-')) {
      const entry = this.#scanner.next()
      node.children.push(this.#isNext('-', 'blockEnd') ? this.#empty(entry.end) : this.#node(true, false))
    }
    if (!this.#isNext('blockEnd')) throw parserFailure("did not find expected '-' indicator", this.#scanner.peek().start, start)
    this.#scanner.next()
    return node
  }

  #indentlessSequence(node: YamlNode): YamlNode {
    while (this.#isNext('-')) {
      const entry = this.#scanner.next()
      node.children.push(this.#isNext('-', '?', ':', 'blockEnd') ? this.#empty(entry.end) : this.#node(true, false))
    }
    return node
  }

  #blockMapping(node: YamlNode): YamlNode {
    const start = this.#scanner.next().start
    for (;;) {
      if (this.#isNext('blockEnd')) break
      if (!this.#isNext('?')) throw parserFailure('did not find expected key', this.#scanner.peek().start, start)
      const key = this.#scanner.next()
      node.children.push(this.#isNext('?', ':', 'blockEnd') ? this.#empty(key.end) : this.#node(true, true))
      node.children.push(this.#blockValue())
    }
    this.#scanner.next()
    return node
  }

  #blockValue(): YamlNode {
    if (!this.#isNext(':')) return this.#empty(this.#scanner.peek().start)
    const colon = this.#scanner.next()
    return this.#isNext('?', ':', 'blockEnd') ? this.#empty(colon.end) : this.#node(true, true)
  }

  #flowSequence(node: YamlNode): YamlNode {
    const start = this.#scanner.next().start
    for (let isFirst = true; !this.#isNext(']'); isFirst = false) {
      if (!isFirst) {
        if (!this.#isNext(',')) throw parserFailure("did not find expected ',' or ']'", this.#scanner.peek().start, start)
        this.#scanner.next()
        if (this.#isNext(']')) break
      }
      node.children.push(this.#isNext('?') ? this.#pair() : this.#node(false, false))
    }
    this.#scanner.next()
    return node
  }

  /** A mapping of one pair inside of a flow sequence: `[a: 1]`. */
  #pair(): YamlNode {
    const mark = this.#scanner.next().start
    const node = this.#make('mapping', mark, undefined)
    // Upstream takes the token that shows the key to be empty, and so does this.
    if (this.#isNext(':', ',', ']')) node.children.push(this.#empty(this.#scanner.next().end))
    else node.children.push(this.#node(false, false))
    node.children.push(this.#flowValue(']'))
    return node
  }

  #flowMapping(node: YamlNode): YamlNode {
    const start = this.#scanner.next().start
    for (let isFirst = true; !this.#isNext('}'); isFirst = false) {
      if (!isFirst) {
        if (!this.#isNext(',')) throw parserFailure("did not find expected ',' or '}'", this.#scanner.peek().start, start)
        this.#scanner.next()
        if (this.#isNext('}')) break
      }
      if (this.#isNext('?')) {
        const mark = this.#scanner.next().start
        node.children.push(this.#isNext(':', ',', '}') ? this.#empty(mark) : this.#node(false, false), this.#flowValue('}'))
      } else {
        node.children.push(this.#node(false, false), this.#empty(this.#scanner.peek().start))
      }
    }
    this.#scanner.next()
    return node
  }

  #flowValue(close: ']' | '}'): YamlNode {
    if (this.#isNext(':')) {
      this.#scanner.next()
      if (!this.#isNext(',', close)) return this.#node(false, false)
    }
    return this.#empty(this.#scanner.peek().start)
  }
}

/**
 * Reads the first document of a text.
 * @returns undefined when the text has none
 * @throws YamlFailure
 */
export function parseNodes(text: string, depthMax: number): YamlNode | undefined {
  const control = /[^\t\n\r\x20-\x7E\x85\xA0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.exec(text)
  if (control !== null) throw new YamlFailure('control characters are not allowed')
  return new NodeParser(text, depthMax).document()
}

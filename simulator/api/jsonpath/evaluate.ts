/** Evaluates kubectl's JSONPath templates. Models client-go/util/jsonpath jsonpath.go (v1.35). */

import { compareText } from '../../kernel/text.ts'
import { formatFloat, goJsonSorted } from '../go-text.ts'
import { utf8Bytes } from '../base64.ts'
import { goValueText } from '../patch/common.ts'
import { JsonPathFailure, parseTemplate } from './parser.ts'
import type { PathNode } from './parser.ts'

type Members = { readonly [key: string]: unknown }

function isMap(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function typeName(value: unknown): string {
  if (isMap(value)) return 'map[string]interface {}'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return typeof value === 'boolean' ? 'bool' : 'string'
}

/** What an element has below it; Go's bytes for texts. */
function childrenOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  if (typeof value === 'string') return utf8Bytes(value)
  return isMap(value) ? Object.keys(value).sort(compareText).map((key) => value[key]) : []
}

type Kind = 'bool' | 'int' | 'float' | 'string'

/** A filter's operand; numbers of the template say whether they are whole. */
interface Operand { readonly kind: Kind; readonly value: boolean | number | string }

function operandOf(value: unknown): Operand {
  if (typeof value === 'boolean') return { kind: 'bool', value }
  if (typeof value === 'string') return { kind: 'string', value }
  if (typeof value === 'number') return { kind: Number.isInteger(value) ? 'int' : 'float', value }
  throw new JsonPathFailure('invalid type for comparison')
}

function isEqual(a: Operand, b: Operand): boolean {
  if (a.kind !== b.kind) throw new JsonPathFailure('incompatible types for comparison')
  return a.value === b.value
}

function isLess(a: Operand, b: Operand): boolean {
  if (a.kind !== b.kind) throw new JsonPathFailure('incompatible types for comparison')
  if (a.kind === 'bool') throw new JsonPathFailure('invalid type for comparison')
  return a.value < b.value
}

function compare(operator: string, a: Operand, b: Operand): boolean {
  switch (operator) {
    case '<': return isLess(a, b)
    case '>': return !(isLess(a, b) || isEqual(a, b))
    case '==': return isEqual(a, b)
    case '!=': return !isEqual(a, b)
    case '<=': return isLess(a, b) || isEqual(a, b)
    case '>=': return !isLess(a, b)
    default: throw new JsonPathFailure(`unrecognized filter operator ${operator}`)
  }
}

class Evaluation {
  readonly #nodes: readonly PathNode[]
  readonly #allowMissing: boolean
  #beginRange = 0
  #inRange = 0
  #endRange = 0
  #lastEnd = -1

  constructor(nodes: readonly PathNode[], allowMissing: boolean) {
    this.#nodes = nodes
    this.#allowMissing = allowMissing
  }

  /** The results of each node from one on; a range evaluates the nodes behind it once for each of its elements. */
  run(data: unknown, from = 0): unknown[][] {
    const all: unknown[][] = []
    for (let index = from; index < this.#nodes.length; index++) {
      const results = this.#walk([data], this.#nodes[index]!)
      if (this.#endRange > 0 && this.#endRange <= this.#inRange) {
        this.#endRange--
        this.#lastEnd = index
        break
      }
      if (this.#beginRange === 0) {
        all.push(results)
        continue
      }
      this.#beginRange--
      this.#inRange++
      if (results.length === 0) this.run(undefined, index + 1)
      else for (const value of results) all.push(...this.run(value, index + 1))
      this.#inRange--
      if (this.#lastEnd > index) index = this.#lastEnd
    }
    return all
  }

  #walk(input: readonly unknown[], node: PathNode): unknown[] {
    switch (node.kind) {
      case 'list': return node.nodes.reduce<unknown[]>((values, each) => this.#walk(values, each), [...input])
      case 'text': return [node.text]
      case 'field': return this.#field(input, node.text)
      case 'array': return input.flatMap((value) => (value === null || value === undefined ? [] : slice(value, node.params)))
      case 'filter': return input.flatMap((value) => this.#filter(value, node))
      case 'number': case 'bool': return input.map(() => node.value)
      case 'wildcard': return input.flatMap(childrenOf)
      case 'recursive': return this.#recursive(input)
      case 'union': return node.lists.flatMap((list) => this.#walk(input, list))
      case 'identifier': return this.#identifier(input, node.text)
    }
  }

  #field(input: readonly unknown[], name: string): unknown[] {
    if (input.length === 0) return []
    const results: unknown[] = []
    for (const value of input) if (isMap(value) && Object.hasOwn(value, name)) results.push(value[name])
    if (results.length === 0 && !this.#allowMissing) throw new JsonPathFailure(`${name} is not found`)
    return results
  }

  #recursive(input: readonly unknown[]): unknown[] {
    const results: unknown[] = []
    for (const value of input) {
      const children = childrenOf(value)
      if (children.length > 0) results.push(value, ...this.#recursive(children))
    }
    return results
  }

  #identifier(input: readonly unknown[], name: string): unknown[] {
    if (name === 'range') {
      this.#beginRange++
      return [...input]
    }
    if (name !== 'end') throw new JsonPathFailure(`unrecognized identifier ${name}`)
    if (this.#inRange === 0) throw new JsonPathFailure('not in range, nothing to end')
    this.#endRange++
    return []
  }

  #filter(value: unknown, node: Extract<PathNode, { kind: 'filter' }>): unknown[] {
    if (!Array.isArray(value)) throw new JsonPathFailure(`${goValueText(value)} is not array or slice and cannot be filtered`)
    return (value as unknown[]).filter((element) => this.#passes(element, node))
  }

  #passes(element: unknown, node: Extract<PathNode, { kind: 'filter' }>): boolean {
    if (node.operator === 'exists') return this.#exists(element, node.left)
    const lefts = this.#walk([element], node.left)
    if (lefts.length === 0) return false
    const rights = lefts.length === 1 ? this.#walk([element], node.right) : []
    if (lefts.length > 1 || rights.length > 1) throw new JsonPathFailure('can only compare one element at a time')
    return rights.length === 1 && compare(node.operator, operandOf(lefts[0]), operandOf(rights[0]))
  }

  /** An error of the path counts as absent. */
  #exists(element: unknown, path: PathNode): boolean {
    try {
      return this.#walk([element], path).length > 0
    } catch (failure) {
      if (failure instanceof JsonPathFailure) return false
      throw failure
    }
  }
}

/** The elements that a subscript selects, with Go's errors for those that are not there. */
function slice(value: unknown, [first, second, third]: Extract<PathNode, { kind: 'array' }>['params']): unknown[] {
  if (!Array.isArray(value)) throw new JsonPathFailure(`${typeName(value)} is not array or slice`)
  const length = value.length
  const from = first.value < 0 ? first.value + length : first.isKnown ? first.value : 0
  let to = second.isKnown ? second.value : length
  if (to < 0 || (to === 0 && second.isDerived)) to += length
  if (to === from) return []
  if (from >= length || from < 0) throw new JsonPathFailure(`array index out of bounds: index ${from}, length ${length}`)
  if (to > length || to < 0) throw new JsonPathFailure(`array index out of bounds: index ${to - 1}, length ${length}`)
  if (from > to) throw new JsonPathFailure(`starting index ${from} is greater than ending index ${to}`)
  if (third.isKnown && third.value <= 0) throw new JsonPathFailure('step must be > 0')
  const step = third.isKnown ? third.value : 1
  return value.slice(from, to).filter((_element, index) => index % step === 0) as unknown[]
}

/** The results of a template, node by node. @throws JsonPathFailure */
export function findResults(nodes: readonly PathNode[], data: unknown, allowMissing: boolean): unknown[][] {
  return new Evaluation(nodes, allowMissing).run(data)
}

/** One result as kubectl prints it: collections as JSON, texts as they are. */
/** One value as a template prints it. */
export function resultText(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'object') return goJsonSorted(value)
  return typeof value === 'number' ? numberText(value) : String(value)
}

/** A number as Go's fmt prints the one that JSON decoding made of it. */
export function numberText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? BigInt(value).toString() : formatFloat(value)
}

/** A JSONPath template, read once. */
export interface JsonPathTemplate { readonly source: string; readonly nodes: readonly PathNode[] }

/** Reads a template, or says what is wrong with it. */
export function parseJsonPath(source: string): JsonPathTemplate | { readonly error: string } {
  try {
    return { source, nodes: parseTemplate(source) }
  } catch (failure) {
    if (failure instanceof JsonPathFailure) return { error: failure.message }
    throw failure
  }
}

/** What `-o jsonpath` prints for an object. `error` is the bare reason; the printer wraps it. */
export function executeJsonPath(template: JsonPathTemplate, data: unknown, allowMissing = true): { readonly output: string } | { readonly error: string } {
  try {
    return { output: findResults(template.nodes, data, allowMissing).map((results) => results.map(resultText).join(' ')).join('') }
  } catch (failure) {
    if (failure instanceof JsonPathFailure) return { error: failure.message }
    throw failure
  }
}

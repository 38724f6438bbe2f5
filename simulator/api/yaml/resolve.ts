/** Turns nodes into values as YAML 1.1 and JSON want them. Models go-yaml v2.4 resolve.go and sigs.k8s.io/yaml v1.6. */

import { compareText } from '../../kernel/text.ts'
import { formatFloat, goQuote } from '../go-text.ts'
import { YamlFailure } from './characters.ts'
import type { YamlNode } from './nodes.ts'
import { decodeBase64 } from '../base64.ts'

/** What a document holds. Whole numbers beyond 2^53 are bigint, so that no digit gets lost on the way. */
export type YamlValue = null | boolean | number | bigint | string | YamlValue[] | YamlMap
/** A mapping in the order of its keys. Keys keep their type until they become JSON. */
export class YamlMap {
  readonly entries = new Map<string, { readonly key: Exclude<YamlValue, YamlValue[] | YamlMap>; value: YamlValue }>()
}

const prefix = 'tag:yaml.org,2002:'
const words: { readonly [text: string]: boolean | null | number } = Object.fromEntries([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true]),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false]),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null]),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, NaN]),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Infinity]),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity]),
])
const timestamp = /^[0-9]{4}-(?:[0-9]{1,2}-[0-9]{1,2})(?:[Tt][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})| [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?)?$/

type Tag = 'str' | 'bool' | 'int' | 'float' | 'null' | 'timestamp'
interface Resolved { readonly tag: Tag; readonly value: null | boolean | number | bigint | string }

function readInt(text: string): bigint | undefined {
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)$/.exec(text)
  if (match === null) return undefined
  const digits = match[2]!
  const literal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits
  const magnitude = BigInt(literal)
  const value = match[1] === '-' ? -magnitude : magnitude
  if (value < -(2n ** 63n) || value >= 2n ** 64n || (match[1] === '+' && value >= 2n ** 63n)) return undefined
  return value
}

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
}

function readNumber(text: string): Resolved | undefined {
  const plain = text.replaceAll('_', '')
  const whole = readInt(plain)
  if (whole !== undefined) return { tag: 'int', value: isSafe(whole) ? Number(whole) : whole }
  if (/^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(plain)) {
    const value = Number(plain)
    // A number too large for a float stays a text, as with Go.
    if (Number.isFinite(value)) return { tag: 'float', value }
  }
  return undefined
}

/** What a plain scalar without tag is. */
export function resolvePlain(text: string): Resolved {
  if (Object.hasOwn(words, text)) {
    const value = words[text]!
    return { tag: value === null ? 'null' : typeof value === 'boolean' ? 'bool' : 'float', value }
  }
  const first = text[0] ?? ''
  if (first === '.') {
    if (/^\.[0-9_]*[0-9][0-9_]*([eE][-+]?[0-9]+)?$/.test(text) && !text.includes('_')) return { tag: 'float', value: Number(text) }
  } else if (/[0-9+-]/.test(first)) {
    if (timestamp.test(text) && isCalendarDay(text)) return { tag: 'timestamp', value: text }
    const number = readNumber(text)
    if (number !== undefined) return number
  }
  return { tag: 'str', value: text }
}

function isCalendarDay(text: string): boolean {
  const [, year, month, day] = /^([0-9]{4})-([0-9]+)-([0-9]+)/.exec(text)!.map(Number)
  const leap = year! % 4 === 0 && (year! % 100 !== 0 || year! % 400 === 0)
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month! - 1]
  return days !== undefined && day! >= 1 && day! <= days
}

function resolveScalar(node: YamlNode): Resolved['value'] {
  if (node.tag === '' && !node.isPlain) return node.value
  if (node.tag === '' || node.tag === '!') return node.tag === '!' ? node.value : resolvePlain(node.value).value
  if (!node.tag.startsWith(prefix)) return node.value
  const wanted = node.tag.slice(prefix.length)
  if (wanted === 'str') return node.value
  if (wanted === 'binary') {
    const decoded = decodeBase64(node.value)
    if (decoded === undefined) throw new YamlFailure('!!binary value contains invalid base64 data')
    return decoded
  }
  if (!['bool', 'int', 'float', 'null', 'timestamp'].includes(wanted)) return node.value
  const resolved = resolvePlain(node.value)
  if (resolved.tag === wanted) return resolved.value
  if (wanted === 'float' && resolved.tag === 'int') return resolved.value
  throw new YamlFailure(`cannot decode !!${resolved.tag} \`${node.value}\` as a !!${wanted}`)
}

// ---- decoding ------------------------------------------------------------------------------------------------------

const aliasRatios = { most: 0.99, least: 0.1, fewNodes: 400_000, manyNodes: 4_000_000 } as const

/** Which part of a document may come from aliases; the larger it gets, the less. Models go-yaml's allowedAliasRatio. */
export function aliasRatioMax(decoded: number): number {
  const { most, least, fewNodes, manyNodes } = aliasRatios
  return most - (most - least) * Math.min(1, Math.max(0, (decoded - fewNodes) / (manyNodes - fewNodes)))
}

/** Decodes a tree. Collects repeated keys, which are errors in strict mode only. */
class Decoder {
  readonly duplicates: string[] = []
  readonly #open = new Set<YamlNode>()
  #decoded = 0
  #aliased = 0
  #aliasDepth = 0

  value(node: YamlNode): YamlValue {
    this.#decoded++
    if (this.#aliasDepth > 0) this.#aliased++
    if (this.#aliased > 100 && this.#decoded > 1000 && this.#aliased / this.#decoded > aliasRatioMax(this.#decoded)) throw new YamlFailure('document contains excessive aliasing')
    switch (node.kind) {
      case 'alias': return this.#throughAlias(node, (target) => this.value(target))
      case 'scalar': return resolveScalar(node)
      case 'sequence': return node.children.map((child) => this.value(child))
      case 'mapping': return this.#mapping(node, new YamlMap())
    }
  }

  #throughAlias<T>(node: YamlNode, use: (target: YamlNode) => T): T {
    const target = node.target!
    if (this.#open.has(target) || this.#open.has(node)) throw new YamlFailure(`anchor '${node.value}' value contains itself`)
    this.#open.add(node)
    this.#aliasDepth++
    const result = use(target)
    this.#aliasDepth--
    this.#open.delete(node)
    return result
  }

  #mapping(node: YamlNode, map: YamlMap): YamlMap {
    for (let index = 0; index < node.children.length; index += 2) {
      const keyNode = node.children[index]!
      const valueNode = node.children[index + 1]!
      if (keyNode.kind === 'scalar' && keyNode.value === '<<' && (keyNode.isPlain || keyNode.tag === `${prefix}merge`)) {
        this.#merge(valueNode, map)
        continue
      }
      const key = this.value(keyNode)
      if (Array.isArray(key) || key instanceof YamlMap) throw new YamlFailure(`invalid map key: ${goSyntax(key)}`)
      this.#set(map, key, this.value(valueNode), valueNode.line)
    }
    return map
  }

  #set(map: YamlMap, key: Exclude<YamlValue, YamlValue[] | YamlMap>, value: YamlValue, line: number): void {
    const id = `${typeof key}:${String(key)}`
    if (map.entries.has(id)) this.duplicates.push(`line ${line + 1}: key ${goSyntax(key)} already set in map`)
    map.entries.set(id, { key, value })
  }

  #merge(node: YamlNode, map: YamlMap): void {
    const asMap = (each: YamlNode): void => {
      const target = each.kind === 'alias' ? each.target! : each
      if (target.kind !== 'mapping') throw new YamlFailure('map merge requires map or sequence of maps as the value')
      if (each.kind === 'alias') this.#throughAlias(each, (inner) => this.#mapping(inner, map))
      else this.#mapping(each, map)
    }
    if (node.kind !== 'sequence') return asMap(node)
    for (const child of node.children.toReversed()) asMap(child)
  }
}

/** Entries in the order in which Go prints maps of its own: texts by their bytes. */
function sortedEntries(map: YamlMap): { readonly key: YamlValue; readonly value: YamlValue }[] {
  return [...map.entries.values()].sort((a, b) => compareText(String(a.key), String(b.key)))
}

/** A value as Go's %#v prints it inside of an error text. */
function goSyntax(value: YamlValue): string {
  if (value === null) return 'interface {}(nil)'
  if (typeof value === 'string') return goQuote(value)
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (value instanceof YamlMap) return `map[interface {}]interface {}{${sortedEntries(value).map(({ key, value: inner }) => `${goSyntax(key)}:${goSyntax(inner)}`).join(', ')}}`
  return typeof value === 'number' ? formatFloat(value) : String(value)
}

/** Decodes a tree into values; in strict mode a repeated key is an error. */
export function decodeNodes(node: YamlNode | undefined, strict: boolean): YamlValue {
  if (node === undefined) return null
  const decoder = new Decoder()
  const value = decoder.value(node)
  if (strict && decoder.duplicates.length > 0) throw new YamlFailure(`unmarshal errors:\n  ${decoder.duplicates.join('\n  ')}`)
  return value
}

/** The error of JSON for a value that JSON does not have. */
export class JsonFailure extends Error {}

/** A key as JSON has it. Numbers go through a 32-bit float, as upstream does. */
function keyText(key: YamlValue, value: YamlValue): string {
  if (typeof key === 'string') return key
  if (typeof key === 'boolean' || typeof key === 'bigint') return String(key)
  if (typeof key === 'number') return Number.isInteger(key) ? String(key) : floatKeyText(key)
  throw new JsonFailure(`unsupported map key of type: %!s(<nil>), key: <nil>, value: ${value === null ? '<nil>' : goSyntax(value)}`)
}

function floatKeyText(key: number): string {
  if (!Number.isFinite(key)) return Number.isNaN(key) ? '.nan' : key > 0 ? '.inf' : '-.inf'
  const single = Math.fround(key)
  for (let digits = 1; digits < 10; digits++) {
    const shortest = Number(single.toPrecision(digits))
    if (Math.fround(shortest) === single) return formatFloat(shortest)
  }
  return formatFloat(single)
}

/** Turns a decoded value into JSON. `number` makes what a number becomes. */
export function toJsonValue(value: YamlValue): unknown {
  if (Array.isArray(value)) return value.map(toJsonValue)
  if (value instanceof YamlMap) {
    const object: { [key: string]: unknown } = {}
    for (const { key, value: inner } of value.entries.values()) {
      // An own property even for `__proto__`, which assignment would take for something else.
      Object.defineProperty(object, keyText(key, inner), { value: toJsonValue(inner), enumerable: true, writable: true, configurable: true })
    }
    return object
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new JsonFailure(`json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`)
  return value
}

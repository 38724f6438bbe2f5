/** jq's functions of values. */

import { daysFromEpoch } from '../../../api/time.ts'
import type { Regex } from '../regex.ts'
import { compileRegex, RegexError } from '../regex.ts'
import { exponential, logarithm, power } from './awk-math.ts'
import { formatDate, stampOfSeconds } from './dates.ts'
import { plainText } from './jq-formats.ts'
import { addValues, containsValue, deletePaths, indicesOf, setPath } from './jq-operations.ts'
import type { JqValue } from './jq-values.ts'
import { compareValues, describe, isArray, isObject, JqError, JqParseError, JsonReader, sortedKeys, typeName, writeJson } from './jq-values.ts'

type Builtin = (input: JqValue, args: readonly JqValue[]) => JqValue

function arrayOf(value: JqValue, message: string): readonly JqValue[] {
  if (!isArray(value)) throw new JqError(`${describe(value)} ${message}`)
  return value
}

function textOf(value: JqValue, message: string): string {
  if (typeof value !== 'string') throw new JqError(`${describe(value)} ${message}`)
  return value
}

function math(change: (n: number) => number): Builtin {
  return (input) => {
    if (typeof input !== 'number') throw new JqError(`${describe(input)} number required`)
    return change(input)
  }
}

function length(value: JqValue): JqValue {
  if (value === null) return 0
  if (typeof value === 'number') return Math.abs(value)
  if (typeof value === 'string') return [...value].length
  if (isArray(value)) return value.length
  if (isObject(value)) return value.size
  throw new JqError(`${describe(value)} has no length`)
}

/** Places of items in the order of their keys; equal keys keep their order. */
function sortedPlaces(items: readonly JqValue[], keys: readonly JqValue[]): number[] {
  return items.map((_item, i) => i).sort((a, b) => compareValues(keys[a], keys[b]) || a - b)
}

function byKeys(input: JqValue, keys: JqValue, what: string): { items: readonly JqValue[]; keys: readonly JqValue[]; places: number[] } {
  const items = arrayOf(input, `cannot be ${what}, as it is not an array`)
  const list = keys as readonly JqValue[]
  return { items, keys: list, places: sortedPlaces(items, list) }
}

function groups(input: JqValue, keyList: JqValue): JqValue[] {
  const { items, keys, places } = byKeys(input, keyList, 'grouped')
  const found: JqValue[][] = []
  places.forEach((place, i) => {
    if (i > 0 && compareValues(keys[places[i - 1]], keys[place]) === 0) found[found.length - 1].push(items[place])
    else found.push([items[place]])
  })
  return found
}

function extreme(input: JqValue, keyList: JqValue, isMax: boolean): JqValue {
  const items = arrayOf(input, 'cannot be iterated over')
  const keys = keyList as readonly JqValue[]
  let best = -1
  items.forEach((_item, i) => {
    if (best < 0) best = i
    else {
      const order = compareValues(keys[i], keys[best])
      if (isMax ? order >= 0 : order < 0) best = i
    }
  })
  return items[best] ?? null
}

function flatten(value: JqValue, depth: number): JqValue[] {
  const items = isObject(value) ? [...value.values()] : arrayOf(value, 'cannot be flattened')
  if (depth < 0) throw new JqError('flatten depth must not be negative')
  return items.flatMap((item) => (isArray(item) && depth > 0 ? flatten(item, depth - 1) : [item]))
}

function regexOf(pattern: JqValue, flags: JqValue): { regex: Regex; isGlobal: boolean } {
  const source = isArray(pattern) ? pattern[0] : pattern
  const marks = (isArray(pattern) ? ((pattern[1] as string | undefined) ?? '') : '') + (typeof flags === 'string' ? flags : '')
  if (typeof source !== 'string') throw new JqError(`${describe(source)} cannot be matched, as it is not a string`)
  const unknown = /[^gimnsxlp]/.exec(marks)
  if (unknown !== null) throw new JqError(`${marks} is not a valid modifier string`)
  try {
    const extended = marks.includes('x') ? source.replace(/\s+|#.*$/gm, '') : source
    return { regex: compileRegex(extended.replace(/\(\?</g, (mark) => (mark === '(?<' ? '(?<' : mark)), { ignoreCase: marks.includes('i'), isDotAll: marks.includes('s') || marks.includes('p') }), isGlobal: marks.includes('g') }
  } catch (error) {
    if (error instanceof RegexError) throw new JqError(`${source} (at offset 0) is not a valid regex: ${error.message}`)
    throw error
  }
}

/** Characters of a text, as jq counts them. */
function pointCount(text: string): number {
  return Array.from(text).length
}

function matches(input: JqValue, pattern: JqValue, flags: JqValue): JqValue[] {
  const text = textOf(input, 'cannot be matched, as it is not a string')
  const { regex, isGlobal } = regexOf(pattern, flags)
  const nameOf: (string | null)[] = []
  for (const [name, index] of Object.entries(regex.names)) nameOf[index] = name
  const found: JqValue[] = []
  for (let at = 0; at <= text.length; ) {
    const match = regex.find(text, at)
    if (match === undefined) break
    const captures = match.groups.slice(1).map((group, i) => {
      const offset = group === undefined ? -1 : text.indexOf(group, match.start)
      return new Map<string, JqValue>([['offset', offset], ['length', group === undefined ? 0 : pointCount(group)], ['string', group ?? null], ['name', nameOf[i + 1] ?? null]])
    })
    found.push(new Map<string, JqValue>([['offset', pointCount(text.slice(0, match.start))], ['length', pointCount(text.slice(match.start, match.end))], ['string', match.groups[0] ?? ''], ['captures', captures]]))
    if (!isGlobal) break
    at = match.end > match.start ? match.end : match.end + 1
  }
  return found
}

function toNumber(input: JqValue): JqValue {
  if (typeof input === 'number') return input
  if (typeof input !== 'string') throw new JqError(`${describe(input)} cannot be parsed as a number`)
  if (!/^\s*-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(input)) throw new JqError(`Cannot be parsed as a number: ${writeJson(input)}`.replace(/^Cannot be parsed as a number: (.*)$/s, `${describe(input)} cannot be parsed as a number`))
  return Number(input)
}

function fromJson(input: JqValue): JqValue {
  const text = textOf(input, 'cannot be parsed as JSON')
  try {
    return new JsonReader(text).next() ?? null
  } catch (error) {
    if (error instanceof JqParseError) throw new JqError(`${error.message} (while parsing '${text}')`)
    throw error
  }
}

function secondsOf(input: JqValue): number {
  const match = typeof input === 'string' ? /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/.exec(input) : null
  if (match === null) throw new JqError(`date "${plainText(input)}" does not match format "%Y-%m-%dT%H:%M:%SZ"`)
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number)
  return daysFromEpoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
}

function keys(input: JqValue, isSorted: boolean): JqValue {
  if (isArray(input)) return input.map((_item, i) => i)
  if (!isObject(input)) throw new JqError(`${describe(input)} has no keys`)
  return isSorted ? sortedKeys(input) : [...input.keys()]
}

function has(input: JqValue, key: JqValue): boolean {
  if (isObject(input) && typeof key === 'string') return input.has(key)
  if (isArray(input) && typeof key === 'number') return key >= 0 && key < input.length
  throw new JqError(`Cannot check whether ${typeName(input)} has a ${typeof key === 'string' ? 'string' : typeName(key)} key`)
}

function textTest(check: (text: string, part: string) => boolean, name: string): Builtin {
  return (input, [part]) => {
    if (typeof input !== 'string' || typeof part !== 'string') throw new JqError(`${name}() requires string inputs`)
    return check(input, part)
  }
}

/** Functions by name and count of arguments. */
export const jqBuiltins: { readonly [key: string]: Builtin } = {
  'length/0': length,
  'utf8bytelength/0': (input) => encodeURIComponent(textOf(input, 'only strings have UTF-8 byte length')).replace(/%../g, 'x').length,
  'keys/0': (input) => keys(input, true),
  'keys_unsorted/0': (input) => keys(input, false),
  'has/1': (input, [key]) => has(input, key),
  'contains/1': (input, [part]) => containsValue(input, part),
  'type/0': typeName,
  'add/0': (input) => (isObject(input) ? [...input.values()] : input === null ? [] : arrayOf(input, 'cannot be iterated over')).reduce<JqValue>(addValues, null),
  'sort/0': (input) => [...arrayOf(input, 'cannot be sorted, as it is not an array')].sort(compareValues),
  '_sort_by/1': (input, [list]) => {
    const { items, places } = byKeys(input, list, 'sorted')
    return places.map((place) => items[place])
  },
  '_group_by/1': (input, [list]) => groups(input, list),
  '_min_by/1': (input, [list]) => extreme(input, list, false),
  '_max_by/1': (input, [list]) => extreme(input, list, true),
  'min/0': (input) => extreme(input, input, false),
  'max/0': (input) => extreme(input, input, true),
  'reverse/0': (input) => (typeof input === 'string' ? [...input].reverse().join('') : input === null ? [] : [...arrayOf(input, 'cannot be reversed, as it is not an array')].reverse()),
  'flatten/1': (input, [depth]) => flatten(input, Number(depth)),
  'tostring/0': plainText,
  'tonumber/0': toNumber,
  'tojson/0': (input) => writeJson(input),
  'fromjson/0': fromJson,
  'ascii/0': (input) => String.fromCharCode(Number(input)),
  'explode/0': (input) => [...textOf(input, 'cannot be exploded')].map((c) => c.codePointAt(0) ?? 0),
  'implode/0': (input) => arrayOf(input, 'cannot be imploded').map((point) => String.fromCodePoint(Math.max(0, Math.min(Number(point) || 0, 0x10ffff)))).join(''),
  'split/1': (input, [separator]) => {
    if (typeof input !== 'string' || typeof separator !== 'string') throw new JqError('split input and separator must be strings')
    return input === '' ? [] : input.split(separator)
  },
  'startswith/1': textTest((text, part) => text.startsWith(part), 'startswith'),
  'endswith/1': textTest((text, part) => text.endsWith(part), 'endswith'),
  '_trimstr/2': (input, [part, isStart]) => {
    if (typeof input !== 'string' || typeof part !== 'string' || part === '') return input
    if (isStart === true) return input.startsWith(part) ? input.slice(part.length) : input
    return input.endsWith(part) ? input.slice(0, -part.length) : input
  },
  'trim/0': (input) => textOf(input, 'cannot be trimmed').trim(),
  'ltrim/0': (input) => textOf(input, 'cannot be trimmed').trimStart(),
  'rtrim/0': (input) => textOf(input, 'cannot be trimmed').trimEnd(),
  'indices/1': (input, [part]) => indicesOf(input, part),
  'test/2': (input, [pattern, flags]) => matches(input, pattern, flags).length > 0,
  '_match/2': (input, [pattern, flags]) => matches(input, pattern, flags),
  'setpath/2': (input, [path, value]) => setPath(input, arrayOf(path, 'Path must be specified as an array'), value),
  'delpaths/1': (input, [paths]) => deletePaths(input, arrayOf(paths, 'Paths must be specified as an array') as readonly (readonly JqValue[])[]),
  'transpose/0': (input) => {
    const rows = arrayOf(input, 'cannot be transposed') as readonly (readonly JqValue[])[]
    return Array.from({ length: Math.max(0, ...rows.map((one) => one.length)) }, (_, i) => rows.map((one) => one[i] ?? null))
  },
  'floor/0': math(Math.floor),
  'ceil/0': math(Math.ceil),
  'round/0': math((n) => Math.sign(n) * Math.round(Math.abs(n))),
  'trunc/0': math(Math.trunc),
  'fabs/0': math(Math.abs),
  'sqrt/0': math(Math.sqrt),
  'exp/0': math(exponential),
  'log/0': math(logarithm),
  'log2/0': math((n) => logarithm(n) / 0.6931471805599453),
  'log10/0': math((n) => logarithm(n) / 2.302585092994046),
  'pow/2': (_input, [base, exponent]) => power(Number(base), Number(exponent)),
  'isnan/0': (input) => Number.isNaN(input),
  'isinfinite/0': (input) => input === Infinity || input === -Infinity,
  'isnormal/0': (input) => typeof input === 'number' && Number.isFinite(input) && input !== 0,
  'infinite/0': () => Infinity,
  'nan/0': () => NaN,
  'fromdateiso8601/0': secondsOf,
  'strptime/1': (input) => secondsOf(input),
  'mktime/0': (input) => input,
  'gmtime/0': (input) => input,
  'strftime/1': (input, [format]) => formatDate(plainText(format), stampOfSeconds(Number(input)), 0),
  'todateiso8601/0': (input) => stampOfSeconds(Number(input)),
  'ascii_tolower/0': (input) => textOf(input, 'cannot be changed').toLowerCase(),
  'halt_error/1': (input) => {
    throw new JqError(input)
  },
  'tojson_sorted/0': (input) => writeJson(input, { isSorted: true }),
  'input_filename/0': () => null,
  'builtins/0': () => [],
}

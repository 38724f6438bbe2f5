/** Reads command lines as pflag and cobra do. Models spf13/pflag and spf13/cobra as kubectl v1.35 uses them. */

import { goQuote } from '../api/go-text.ts'
import { commandRows } from './command-table.ts'
import type { CommandRow } from './command-table.ts'
import { fail } from './failures.ts'
import { findFlagRow } from './flag-table.ts'
import type { FlagType } from './flag-table.ts'

/** A flag as one command has it. */
export interface FlagSpec {
  readonly name: string
  readonly shorthand: string
  readonly type: FlagType
  readonly default: string
  readonly alone: string
  readonly help: string
  readonly isHidden: boolean
  readonly deprecated?: string
}

export type FlagValue = string | boolean | number | readonly string[]

const isList = (type: FlagType): boolean => type === 'l' || type === 'a' || type === 'm'

/** A word of a command row as a flag: name/shorthand:type=default?alone. */
function readSpec(word: string): FlagSpec {
  const match = /^([^/:=?]+)(?:\/([^:=?]*))?(?::([^=?]*))?(?:=([^?]*))?(?:\?(.*))?$/.exec(word)
  const name = match?.[1] ?? word
  const row = findFlagRow(name)
  return {
    name,
    shorthand: match?.[2] ?? row?.shorthand ?? '',
    type: (match?.[3] as FlagType | undefined) ?? row?.type ?? 's',
    default: match?.[4] ?? row?.default ?? '',
    alone: match?.[5] ?? row?.alone ?? '',
    help: row?.help ?? '',
    isHidden: row?.isHidden ?? false,
    ...(row?.deprecated === undefined || row.deprecated === '' ? {} : { deprecated: row.deprecated }),
  }
}

function specsOf(row: CommandRow): FlagSpec[] {
  return row.flags === undefined ? [] : row.flags.split(' ').map(readSpec)
}

/** The flags that one command alone takes, by name. */
export function localFlags(row: CommandRow): FlagSpec[] {
  return row.path === '' ? [] : specsOf(row)
}

/** The flags that every command takes, by name. */
export function globalFlags(): FlagSpec[] {
  const [root] = commandRows
  return root === undefined ? [] : specsOf(root)
}

const helpFlag: FlagSpec = { name: 'help', shorthand: 'h', type: 'b', default: 'false', alone: 'true', help: '', isHidden: true }

/** All flags that a command line may have; local ones hide global ones of the same name or shorthand. */
export function flagsOf(row: CommandRow): FlagSpec[] {
  const local = localFlags(row)
  const others = globalFlags().filter((flag) => !local.some((one) => one.name === flag.name))
  return [...local, ...others, helpFlag]
}

/** The command rows directly below a path. */
export function subcommandsOf(path: string): CommandRow[] {
  const prefix = path === '' ? '' : `${path} `
  return commandRows.filter((row) => row.path !== '' && row.path.startsWith(prefix) && !row.path.slice(prefix.length).includes(' '))
}

/** The last word of a command's path. */
export function nameOf(row: CommandRow): string {
  return row.path.slice(row.path.lastIndexOf(' ') + 1)
}

/** Words of a line that are no flags and no values of flags. Models cobra's stripFlags. */
function stripFlags(args: readonly string[], flags: readonly FlagSpec[]): string[] {
  const words: string[] = []
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? ''
    if (word === '--') break
    if (word.startsWith('-') && word !== '-') {
      const takesNext = !word.includes('=') && (word.startsWith('--') ? (flags.find((flag) => flag.name === word.slice(2))?.alone ?? '') === '' : word.length === 2 && (flags.find((flag) => flag.shorthand === word.slice(1))?.alone ?? '') === '')
      if (takesNext) index++
    } else if (word !== '') words.push(word)
  }
  return words
}

function withoutFirst(args: readonly string[], word: string, flags: readonly FlagSpec[]): string[] {
  for (let index = 0; index < args.length; index++) {
    const one = args[index] ?? ''
    if (one === '--') break
    if (one.startsWith('-') && one !== '-') {
      const spec = one.startsWith('--') ? flags.find((flag) => flag.name === one.slice(2)) : one.length === 2 ? flags.find((flag) => flag.shorthand === one.slice(1)) : undefined
      if (!one.includes('=') && (one.startsWith('--') || one.length === 2) && (spec?.alone ?? '') === '') index++
    } else if (one === word) return [...args.slice(0, index), ...args.slice(index + 1)]
  }
  return [...args]
}

/** Finds the command that a line names, and the rest of the line. Models cobra's Find. */
export function findCommand(argv: readonly string[]): { readonly row: CommandRow; readonly args: readonly string[] } {
  let row = commandRows[0] as CommandRow
  let args: string[] = [...argv]
  for (;;) {
    const flags = flagsOf(row)
    const [word] = stripFlags(args, flags)
    if (word === undefined) break
    const next = subcommandsOf(row.path).find((one) => nameOf(one) === word || (one.aliases ?? []).includes(word))
    if (next === undefined) break
    args = withoutFirst(args, word, flags)
    row = next
  }
  return { row, args }
}

/** How far apart two words are, letters alike. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      current.push(Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}

/** Commands that may have been meant. Models cobra's SuggestionsFor. */
export function suggestionsFor(word: string): string[] {
  const typed = word.toLowerCase()
  return subcommandsOf('').filter((row) => {
    const name = nameOf(row).toLowerCase()
    return editDistance(typed, name) <= 2 || name.startsWith(typed) || (row.suggestFor ?? []).includes(typed)
  }).map(nameOf)
}

/** The values of a parsed command line. */
export class Flags {
  readonly specs: readonly FlagSpec[]
  readonly args: readonly string[]
  /** How many arguments stood before "--"; -1 without one. */
  readonly argsAtDash: number
  private readonly values: ReadonlyMap<string, FlagValue>
  constructor(parts: { specs: readonly FlagSpec[]; args: readonly string[]; argsAtDash: number; values: ReadonlyMap<string, FlagValue> }) {
    this.specs = parts.specs
    this.args = parts.args
    this.argsAtDash = parts.argsAtDash
    this.values = parts.values
  }
  has(name: string): boolean { return this.specs.some((spec) => spec.name === name) }
  /** True when the line set the flag. */
  isSet(name: string): boolean { return this.values.has(name) }
  private byDefault(name: string): string { return this.specs.find((spec) => spec.name === name)?.default ?? '' }
  bool(name: string): boolean {
    const value = this.values.get(name)
    return value === undefined ? this.byDefault(name) === 'true' : value === true
  }
  text(name: string): string {
    const value = this.values.get(name)
    return value === undefined ? this.byDefault(name) : String(value)
  }
  int(name: string): number { return Number(this.values.get(name) ?? this.byDefault(name)) }
  /** Milliseconds. */
  duration(name: string): number {
    const value = this.values.get(name)
    return value === undefined ? parseDuration(this.byDefault(name)) ?? 0 : Number(value)
  }
  list(name: string): readonly string[] {
    const value = this.values.get(name)
    return Array.isArray(value) ? (value as readonly string[]) : []
  }
}

const unitMs: { readonly [unit: string]: number } = { ns: 1e-6, us: 1e-3, 'µs': 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Go's time.ParseDuration, in milliseconds; undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  const body = text.replace(/^[+-]/, '')
  if (body === '0') return 0
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.test(body)) return undefined
  let total = 0
  for (const [, value, unit] of body.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g)) total += Number(value) * (unitMs[unit ?? 's'] ?? 0)
  return text.startsWith('-') ? -total : total
}

function durationProblem(text: string): string {
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? `time: missing unit in duration ${goQuote(text)}` : `time: invalid duration ${goQuote(text)}`
}

/** Comma separated values as encoding/csv reads one record. */
export function splitCsv(text: string): string[] {
  if (text === '') return []
  const fields: string[] = []
  let field = ''
  let isQuoted = false
  for (let index = 0; index < text.length; index++) {
    const char = text[index] ?? ''
    if (isQuoted) {
      if (char !== '"') field += char
      else if (text[index + 1] === '"') { field += '"'; index++ } else isQuoted = false
    } else if (char === '"' && field === '') isQuoted = true
    else if (char === ',') { fields.push(field); field = '' } else field += char
  }
  return [...fields, field]
}

const trueWords = ['1', 't', 'T', 'true', 'TRUE', 'True']
const falseWords = ['0', 'f', 'F', 'false', 'FALSE', 'False']
const intRanges: { readonly [type: string]: readonly [bigint, bigint] } = {
  i: [-(2n ** 63n), 2n ** 63n - 1n], i64: [-(2n ** 63n), 2n ** 63n - 1n], i32: [-(2n ** 31n), 2n ** 31n - 1n],
}

/** One value of a flag, or why it is none. */
function readValue(spec: FlagSpec, text: string): { readonly value: FlagValue } | { readonly problem: string } {
  switch (spec.type) {
    case 's': return { value: text }
    case 'b': return trueWords.includes(text) ? { value: true } : falseWords.includes(text) ? { value: false } : { problem: `strconv.ParseBool: parsing ${goQuote(text)}: invalid syntax` }
    case 'i': case 'i32': case 'i64': {
      if (!/^[+-]?\d+$/.test(text)) return { problem: `strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax` }
      const [low, high] = intRanges[spec.type] ?? [0n, 0n]
      const number = BigInt(text.replace(/^\+/, ''))
      return number < low || number > high ? { problem: `strconv.ParseInt: parsing ${goQuote(text)}: value out of range` } : { value: Number(number) }
    }
    case 'd': {
      const ms = parseDuration(text)
      return ms === undefined ? { problem: durationProblem(text) } : { value: ms }
    }
    case 'l': case 'm': return { value: splitCsv(text) }
    case 'a': return { value: [text] }
  }
}

function setValue(values: Map<string, FlagValue>, spec: FlagSpec, text: string): void {
  const read = readValue(spec, text)
  if ('problem' in read) {
    const label = spec.shorthand === '' ? `--${spec.name}` : `-${spec.shorthand}, --${spec.name}`
    throw fail(`invalid argument ${goQuote(text)} for ${goQuote(label)} flag: ${read.problem}`)
  }
  const before = values.get(spec.name)
  values.set(spec.name, isList(spec.type) && Array.isArray(before) ? [...(before as string[]), ...(read.value as string[])] : read.value)
}

/** Reads `--name`, `--name=value` or `--name value`; returns how many more words it took. */
function readLong(word: string, next: string | undefined, specs: readonly FlagSpec[], values: Map<string, FlagValue>): number {
  const body = word.slice(2)
  const equals = body.indexOf('=')
  const name = equals < 0 ? body : body.slice(0, equals)
  if (name === '' || name.startsWith('-') || name.startsWith('=')) throw fail(`bad flag syntax: ${word}`)
  const spec = specs.find((one) => one.name === name)
  if (spec === undefined) throw fail(`unknown flag: --${name}`)
  if (equals >= 0) setValue(values, spec, body.slice(equals + 1))
  else if (spec.alone !== '') setValue(values, spec, spec.alone)
  else if (next !== undefined) { setValue(values, spec, next); return 1 } else throw fail(`flag needs an argument: ${word}`)
  return 0
}

/** Reads `-abc`, `-n value`, `-nvalue` or `-n=value`; returns how many more words it took. */
function readShort(word: string, next: string | undefined, specs: readonly FlagSpec[], values: Map<string, FlagValue>): number {
  let rest = word.slice(1)
  while (rest !== '') {
    const letter = rest[0] ?? ''
    const spec = specs.find((one) => one.shorthand === letter)
    if (spec === undefined) throw fail(`unknown shorthand flag: ${quoteRune(letter)} in -${rest}`)
    if (rest.length > 2 && rest[1] === '=') { setValue(values, spec, rest.slice(2)); return 0 }
    if (spec.alone !== '') { setValue(values, spec, spec.alone); rest = rest.slice(1); continue }
    if (rest.length > 1) { setValue(values, spec, rest.slice(1)); return 0 }
    if (next === undefined) throw fail(`flag needs an argument: ${quoteRune(letter)} in -${rest}`)
    setValue(values, spec, next)
    return 1
  }
  return 0
}

function quoteRune(letter: string): string {
  return `'${letter}'`
}

/**
 * Reads the words after a command. Flags and arguments may be mixed; "--" ends the flags.
 * @throws KubectlFailure with pflag's text
 */
export function parseFlags(words: readonly string[], specs: readonly FlagSpec[]): Flags {
  const values = new Map<string, FlagValue>()
  const args: string[] = []
  let argsAtDash = -1
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    if (word === '--') {
      argsAtDash = args.length
      args.push(...words.slice(index + 1))
      break
    }
    if (word.startsWith('--')) index += readLong(word, words[index + 1], specs, values)
    else if (word.startsWith('-') && word.length > 1) index += readShort(word, words[index + 1], specs, values)
    else args.push(word)
    if (values.get('help') === true) break
  }
  return new Flags({ specs, args, argsAtDash, values })
}

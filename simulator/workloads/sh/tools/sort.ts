/** sort and uniq. */

import { compareText } from '../../../kernel/text.ts'
import type { Tool, ToolContext } from './tool.ts'
import { fromLines, lastValue, parseOptions, readAll, toLines, ToolFailure } from './tool.ts'

interface SortKey {
  readonly from: number
  readonly fromChar: number
  readonly to: number
  readonly flags: string
}

function parseKey(context: ToolContext, text: string, common: string): SortKey {
  const match = /^(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.\d+)?([a-zA-Z]*))?$/.exec(text)
  if (match === null || match[1] === '0') throw new ToolFailure(`${context.argv[0]}: ${match === null ? `invalid number at field start: invalid count at start of '${text}'` : `field number is zero: invalid field specification '${text}'`}\n`, 2)
  const own = match[3] + (match[5] ?? '')
  return { from: Number(match[1]), fromChar: Number(match[2] ?? 1), to: match[4] === undefined ? Infinity : Number(match[4]), flags: own === '' ? common : own }
}

function keyText(line: string, key: SortKey, separator: string | undefined): string {
  if (key.from === 1 && key.fromChar === 1 && key.to === Infinity) return line
  const fields = separator === undefined ? (line.match(/\s*\S+/g) ?? []) : line.split(separator)
  const text = fields.slice(key.from - 1, key.to === Infinity ? undefined : key.to).join(separator ?? '')
  return text.slice(key.fromChar - 1)
}

function toNumber(text: string): number {
  return Number(/^\s*(-?\d*\.?\d*)/.exec(text)?.[1] || 0) || 0
}

function humanValue(text: string): number {
  const match = /^\s*(-?\d*\.?\d+)([kKMGTPE]?)/.exec(text)
  if (match === null) return 0
  let value = Number(match[1])
  for (let i = 0; i <= ' KMGTPE'.indexOf(match[2].toUpperCase()) - 1 && match[2] !== ''; i++) value *= 1024
  return value
}

function versionCompare(a: string, b: string): number {
  const split = (text: string): string[] => text.match(/\d+|\D+/g) ?? []
  const left = split(a)
  const right = split(b)
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = /^\d/.test(left[i]) && /^\d/.test(right[i]) ? Number(left[i]) - Number(right[i]) : compareText(left[i], right[i])
    if (order !== 0) return order
  }
  return left.length - right.length
}

function compareKeys(a: string, b: string, flags: string): number {
  let order: number
  if (flags.includes('n') || flags.includes('g')) order = toNumber(a) - toNumber(b)
  else if (flags.includes('h')) order = humanValue(a) - humanValue(b)
  else if (flags.includes('V')) order = versionCompare(a, b)
  else {
    const clean = (text: string): string => {
      const trimmed = flags.includes('b') ? text.trimStart() : text
      return flags.includes('f') ? trimmed.toUpperCase() : trimmed
    }
    order = compareText(clean(a), clean(b))
  }
  return flags.includes('r') ? -order : order
}

export const sort: Tool = {
  run(context) {
    const options = parseOptions(context, 'nrufbhVgsk:t:o:cmz', { 'numeric-sort': 'n', reverse: 'r', unique: 'u', key: 'k', 'field-separator': 't', 'human-numeric-sort': 'h', 'version-sort': 'V', 'ignore-case': 'f', output: 'o', stable: 's' }, false, 2)
    const { inputs, err } = readAll(context, options.operands)
    if (err !== '') return { err: err.replace(/^sort: (.*): No such file or directory$/m, context.dialect === 'ash' ? '$&' : 'sort: cannot read: $1: No such file or directory'), code: 2 }
    const common = [...options.flags].join('')
    const keys = (options.values.get('k') ?? []).map((text) => parseKey(context, text, common))
    const separator = lastValue(options, 't')
    const lines = inputs.flatMap(({ text }) => toLines(text))
    const compareByKeys = (a: string, b: string): number => {
      for (const key of keys) {
        const order = compareKeys(keyText(a, key, separator), keyText(b, key, separator), key.flags)
        if (order !== 0) return order
      }
      return keys.length === 0 ? compareKeys(a, b, common) : 0
    }
    const last = options.flags.has('r') ? -1 : 1
    const isStable = options.flags.has('s') || options.flags.has('u')
    const sorted = lines.map((line, i) => ({ line, i })).sort((a, b) => compareByKeys(a.line, b.line) || (isStable ? 0 : last * compareText(a.line, b.line)) || a.i - b.i).map(({ line }) => line)
    const kept = options.flags.has('u') ? sorted.filter((line, i) => i === 0 || compareByKeys(sorted[i - 1], line) !== 0) : sorted
    const target = lastValue(options, 'o')
    if (target === undefined) return { out: fromLines(kept), code: 0 }
    const error = context.files.write(target, fromLines(kept))
    return error === undefined ? { code: 0 } : { err: `sort: open failed: ${target}: ${error}\n`, code: 2 }
  },
}

export const uniq: Tool = {
  run(context) {
    const options = parseOptions(context, 'cdiuf:s:w:', { count: 'c', repeated: 'd', unique: 'u', 'ignore-case': 'i', 'skip-fields': 'f' })
    const { inputs, err } = readAll(context, options.operands.slice(0, 1))
    const skipped = Number(lastValue(options, 'f') ?? 0)
    const keyOf = (line: string): string => {
      const rest = line.replace(new RegExp(`^(?:\\s*\\S+){0,${skipped}}`), (match) => (skipped === 0 ? match : ''))
      const cut = rest.slice(Number(lastValue(options, 's') ?? 0))
      return options.flags.has('i') ? cut.toLowerCase() : cut
    }
    const groups: { line: string; key: string; count: number }[] = []
    for (const line of inputs.flatMap(({ text }) => toLines(text))) {
      const key = keyOf(line)
      const last = groups.at(-1)
      if (last !== undefined && last.key === key) last.count++
      else groups.push({ line, key, count: 1 })
    }
    const kept = groups.filter(({ count }) => (options.flags.has('d') ? count > 1 : options.flags.has('u') ? count === 1 : true))
    return { out: fromLines(kept.map(({ line, count }) => (options.flags.has('c') ? `${String(count).padStart(7)} ${line}` : line))), err, code: err === '' ? 0 : 1 }
  },
}

/** Small tools over lines: cat, wc, head, tail, sort, uniq, cut, tr, tee, rev, tac, nl, paste, column, fold. */

import { compareText } from '../../../kernel/text.ts'
import type { ParsedOptions, Tool, ToolContext } from './tool.ts'
import { ToolFailure, fromLines, lastValue, openError, parseOptions, readAll, readInput, toLines } from './tool.ts'

const cat: Tool = {
  streams: true,
  run(context) {
    const { flags, operands } = parseOptions(context, 'nAevETbsu', { number: 'n', 'show-all': 'A' })
    let out = ''
    let err = ''
    let code = 0
    let number = 0
    for (const name of operands.length === 0 ? ['-'] : operands) {
      const input = readInput(context, name)
      if ('error' in input) {
        err += input.error === 'Is a directory' ? `cat: ${context.dialect === 'ash' ? 'read error' : name}: Is a directory\n` : openError(context, name, input.error)
        code = 1
        continue
      }
      let { text } = input
      if (flags.has('E') || flags.has('A') || flags.has('e')) text = text.replace(/\n/g, '$\n')
      if (flags.has('T') || flags.has('A')) text = text.replace(/\t/g, '^I')
      out += flags.has('n') ? toLines(text).map((line) => `${String(++number).padStart(6)}\t${line}\n`).join('') : text
    }
    return { out, err, code }
  },
}

/** UTF-8 length of a text. */
function byteCount(text: string): number {
  let count = 0
  for (const c of text) {
    const point = c.codePointAt(0) ?? 0
    count += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return count
}

const wc: Tool = {
  run(context) {
    const { flags, operands } = parseOptions(context, 'lwcmL', { lines: 'l', words: 'w', bytes: 'c', chars: 'm' })
    const { inputs, err } = readAll(context, operands)
    const shown = (['l', 'w', 'm', 'c'] as const).filter((flag) => (flags.size === 0 ? flag !== 'm' : flags.has(flag)))
    const count = (text: string): number[] => {
      const all = { l: text.split('\n').length - 1, w: text.split(/\s+/).filter((word) => word !== '').length, m: [...text].length, c: byteCount(text) }
      return shown.map((flag) => all[flag])
    }
    const rows = inputs.map(({ name, text }) => ({ name: operands.length === 0 ? '' : name, counts: count(text) }))
    if (rows.length > 1) rows.push({ name: 'total', counts: shown.map((_flag, i) => rows.reduce((sum, row) => sum + row.counts[i], 0)) })
    const isSingle = shown.length === 1 && operands.length <= 1
    const widest = operands.length === 0 ? 7 : Math.max(1, ...rows.map((row) => String(row.counts.at(-1)).length))
    const width = isSingle ? 1 : context.dialect === 'ash' ? 9 : widest
    const out = rows.map(({ name, counts }) => {
      const numbers = counts.map((n) => String(n).padStart(width)).join(context.dialect === 'ash' && !isSingle ? ' ' : ' ')
      return `${numbers}${name === '' ? '' : ` ${name}`}\n`
    })
    return { out: out.join(''), err, code: err === '' ? 0 : 1 }
  },
}

/** Reads `-5` as `-n 5`. */
function withCount(context: ToolContext): ToolContext {
  const argv = context.argv.flatMap((arg, i) => (i > 0 && /^-\d+$/.test(arg) && context.argv[i - 1] !== '-n' ? ['-n', arg.slice(1)] : [arg]))
  return Object.create(context, { argv: { value: argv } }) as ToolContext
}

function sizeOf(context: ToolContext, text: string, what: string): number {
  const match = /^[+-]?(\d+)([kKMGb]?)$/.exec(text)
  if (match === null) throw new ToolFailure(context.dialect === 'ash' ? `${context.argv[0]}: invalid number '${text}'\n` : `${context.argv[0]}: invalid number of ${what}: '${text}'\n`)
  const units: { readonly [unit: string]: number } = { b: 512, k: 1024, K: 1024, M: 1048576, G: 1073741824 }
  return Number(match[1]) * (units[match[2]] ?? 1)
}

function eachInput(context: ToolContext, options: ParsedOptions, take: (text: string) => string): { out: string; err: string; code: number } {
  let out = ''
  let err = ''
  const { operands, flags } = options
  const names = operands.length === 0 ? ['-'] : operands
  const hasHeaders = (names.length > 1 && !flags.has('q')) || flags.has('v')
  let isFirst = true
  for (const name of names) {
    const input = readInput(context, name)
    if ('error' in input) {
      const text = context.dialect === 'ash' ? `${context.argv[0]}: ${name}: ${input.error}\n` : input.error === 'Is a directory' ? `${context.argv[0]}: error reading '${name}': Is a directory\n` : `${context.argv[0]}: cannot open '${name}' for reading: ${input.error}\n`
      err += text
      continue
    }
    if (hasHeaders) out += `${isFirst ? '' : '\n'}==> ${name === '-' ? 'standard input' : name} <==\n`
    isFirst = false
    out += take(input.text)
  }
  return { out, err, code: err === '' ? 0 : 1 }
}

const head: Tool = {
  streams: true,
  run(context) {
    const options = parseOptions(withCount(context), 'n:c:qv', { lines: 'n', bytes: 'c', quiet: 'q' })
    const bytes = lastValue(options, 'c')
    if (bytes !== undefined) {
      const count = sizeOf(context, bytes, 'bytes')
      return eachInput(context, options, (text) => (bytes.startsWith('-') ? text.slice(0, -count) : text.slice(0, count)))
    }
    const wanted = lastValue(options, 'n') ?? '10'
    const count = sizeOf(context, wanted, 'lines')
    if (wanted.startsWith('-')) return eachInput(context, options, (text) => { if (!context.isInputEnd && options.operands.length === 0) return ''; return fromLines(count === 0 ? toLines(text) : toLines(text).slice(0, -count)) })
    let isFull = false
    const result = eachInput(context, options, (text) => {
      let at = 0
      for (let i = 0; i < count; i++) {
        const next = text.indexOf('\n', at)
        if (next < 0) return text
        at = next + 1
      }
      isFull = true
      return text.slice(0, at)
    })
    return { ...result, isDone: isFull }
  },
}

const tail: Tool = {
  run(context) {
    const options = parseOptions(withCount(context), 'n:c:qvfFs:', { lines: 'n', bytes: 'c', quiet: 'q', follow: 'f' })
    if (options.flags.has('f') && options.operands.length > 0 && context.memory === undefined) {
      const first = tailOf(context, options)
      return { ...first, wait: { t: 'time', untilMs: context.nowMs + 1000 }, memory: { lengths: options.operands.map((name) => (context.files.read(name) ?? '').length) } }
    }
    const memory = context.memory as { readonly lengths: readonly number[] } | undefined
    if (memory === undefined) return tailOf(context, options)
    const texts = options.operands.map((name) => context.files.read(name) ?? '')
    return { out: texts.map((text, i) => text.slice(memory.lengths[i])).join(''), wait: { t: 'time', untilMs: context.nowMs + 1000 }, memory: { lengths: texts.map((text) => text.length) } }
  },
}

function tailOf(context: ToolContext, options: ParsedOptions): { out: string; err: string; code: number } {
  const bytes = lastValue(options, 'c')
  const wanted = bytes ?? lastValue(options, 'n') ?? '10'
  const count = sizeOf(context, wanted, bytes === undefined ? 'lines' : 'bytes')
  return eachInput(context, options, (text) => {
    if (bytes !== undefined) return wanted.startsWith('+') ? text.slice(count - 1) : count === 0 ? '' : text.slice(-count)
    const lines = text.split('\n')
    const last = lines.at(-1) === '' ? lines.pop() : undefined
    const kept = wanted.startsWith('+') ? lines.slice(Math.max(count - 1, 0)) : count === 0 ? [] : lines.slice(-count)
    return kept.length === 0 ? '' : kept.join('\n') + (last === undefined ? '' : '\n')
  })
}

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

const sort: Tool = {
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

const uniq: Tool = {
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

/** Places that a list such as `1,3-5,7-` selects. */
function selects(list: string, context: ToolContext): (place: number) => boolean {
  const ranges = list.split(',').map((part) => {
    const match = /^(\d*)(-?)(\d*)$/.exec(part)
    if (match === null || part === '' || part === '-') throw new ToolFailure(`${context.argv[0]}: invalid field value '${part}'\n`)
    const from = match[1] === '' ? 1 : Number(match[1])
    return { from, to: match[2] === '' ? from : match[3] === '' ? Infinity : Number(match[3]) }
  })
  return (place) => ranges.some(({ from, to }) => place >= from && place <= to)
}

const cut: Tool = {
  streams: true,
  run(context) {
    const options = parseOptions(context, 'd:f:c:b:sn', { delimiter: 'd', fields: 'f', characters: 'c', bytes: 'b', 'only-delimited': 's', complement: 'n', 'output-delimiter': 'd' })
    const fields = lastValue(options, 'f')
    const characters = lastValue(options, 'c') ?? lastValue(options, 'b')
    const list = fields ?? characters
    if (list === undefined) throw new ToolFailure(context.dialect === 'ash' ? 'cut: expected a list of bytes, characters, or fields\n' : "cut: you must specify a list of bytes, characters, or fields\nTry 'cut --help' for more information.\n")
    const delimiter = lastValue(options, 'd') ?? '\t'
    if ([...delimiter].length !== 1) throw new ToolFailure("cut: the delimiter must be a single character\nTry 'cut --help' for more information.\n")
    const isSelected = selects(list, context)
    const { inputs, err } = readAll(context, options.operands)
    const one = (line: string): string | undefined => {
      if (fields === undefined) return [...line].filter((_c, i) => isSelected(i + 1)).join('')
      if (!line.includes(delimiter)) return options.flags.has('s') ? undefined : line
      return line.split(delimiter).filter((_field, i) => isSelected(i + 1)).join(delimiter)
    }
    const lines = inputs.flatMap(({ text }) => toLines(text)).map(one).filter((line) => line !== undefined)
    return { out: fromLines(lines), err, code: err === '' ? 0 : 1 }
  },
}

const trClasses: { readonly [name: string]: string } = {
  lower: 'abcdefghijklmnopqrstuvwxyz', upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', digit: '0123456789', space: '\t\n\v\f\r ', blank: '\t ',
  punct: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
}

function trSet(text: string): string[] {
  const all: string[] = []
  const escapes: { readonly [c: string]: string } = { n: '\n', t: '\t', r: '\r', '\\': '\\', a: '\x07', b: '\b', f: '\f', v: '\v' }
  for (let i = 0; i < text.length; i++) {
    const named = /^\[:(\w+):\]/.exec(text.slice(i))
    if (named !== null) {
      const { [named[1]]: members = named[1] === 'alpha' ? trClasses.upper + trClasses.lower : named[1] === 'alnum' ? trClasses.digit + trClasses.upper + trClasses.lower : '' } = trClasses
      all.push(...members)
      i += named[0].length - 1
      continue
    }
    const octal = /^\\([0-7]{1,3})/.exec(text.slice(i, i + 4))
    let c = text[i]
    if (octal !== null) {
      c = String.fromCharCode(parseInt(octal[1], 8))
      i += octal[0].length - 1
    } else if (c === '\\' && i + 1 < text.length) c = escapes[text[++i]] ?? text[i]
    if (text[i + 1] === '-' && i + 2 < text.length) {
      for (let code = c.charCodeAt(0); code <= text.charCodeAt(i + 2); code++) all.push(String.fromCharCode(code))
      i += 2
    } else all.push(c)
  }
  return all
}

const tr: Tool = {
  streams: true,
  run(context) {
    const { flags, operands } = parseOptions(context, 'dscCt', { delete: 'd', 'squeeze-repeats': 's', complement: 'c' })
    if (operands.length === 0) throw new ToolFailure(context.dialect === 'ash' ? 'BusyBox v1.36.1 multi-call binary.\n\nUsage: tr [-cds] STRING1 [STRING2]\n' : "tr: missing operand\nTry 'tr --help' for more information.\n")
    if (operands.length === 1 && !flags.has('d') && !flags.has('s')) throw new ToolFailure(`tr: missing operand after '${operands[0]}'\nTwo strings must be given when translating.\nTry 'tr --help' for more information.\n`)
    const first = trSet(operands[0])
    const second = trSet(operands[1] ?? '')
    const isComplement = flags.has('c') || flags.has('C')
    const members = new Map(first.map((c, i) => [c, i]))
    const isIn = (c: string): boolean => members.has(c) !== isComplement
    const change = (c: string): string => {
      if (flags.has('d') || second.length === 0 || !isIn(c)) return c
      return isComplement ? (second.at(-1) ?? c) : (second[Math.min(first.lastIndexOf(c), second.length - 1)] ?? c)
    }
    const squeezed = new Set(flags.has('s') ? (operands[1] === undefined || flags.has('d') ? (operands[1] === undefined ? first : second) : second) : [])
    let out = ''
    for (const c of context.stdin()) {
      if (flags.has('d') && isIn(c)) continue
      const changed = change(c)
      const isSqueezed = flags.has('s') && (operands[1] === undefined ? isIn(changed) : squeezed.has(changed))
      if (isSqueezed && out.endsWith(changed)) continue
      out += changed
    }
    return { out, code: 0 }
  },
}

const tee: Tool = {
  streams: true,
  run(context) {
    const { flags, operands } = parseOptions(context, 'ai', { append: 'a' })
    const text = context.stdin()
    let err = ''
    if (context.isInputEnd) {
      for (const name of operands) {
        if (/^\/dev\/(null|stdout|stderr)$/.test(name)) continue
        const before = flags.has('a') ? (context.files.read(name) ?? '') : ''
        const error = context.files.isDirectory(name) ? 'Is a directory' : context.files.write(name, before + text)
        if (error !== undefined) err += `tee: ${name}: ${error}\n`
      }
    }
    return { out: text, err, code: err === '' ? 0 : 1 }
  },
}

function lineTool(change: (lines: string[]) => string[]): Tool {
  return {
    run(context) {
      const { operands } = parseOptions(context, '')
      const { inputs, err } = readAll(context, operands)
      return { out: fromLines(inputs.flatMap(({ text }) => change(toLines(text)))), err, code: err === '' ? 0 : 1 }
    },
  }
}

const nl: Tool = {
  run(context) {
    const { operands, values } = parseOptions(context, 'b:w:s:n:v:i:')
    const { inputs, err } = readAll(context, operands)
    const isAll = values.get('b')?.at(-1) === 'a'
    let n = 0
    const lines = inputs.flatMap(({ text }) => toLines(text)).map((line) => (line === '' && !isAll ? '       ' : `${String(++n).padStart(6)}\t${line}`))
    return { out: fromLines(lines), err, code: err === '' ? 0 : 1 }
  },
}

const paste: Tool = {
  run(context) {
    const options = parseOptions(context, 'd:s', { delimiters: 'd', serial: 's' })
    const { inputs, err } = readAll(context, options.operands)
    const delimiters = [...(lastValue(options, 'd') ?? '\t').replaceAll('\\n', '\n').replaceAll('\\t', '\t')]
    const join = (cells: readonly string[]): string => cells.reduce((row, cell, i) => row + (delimiters.length === 0 ? '' : delimiters[(i - 1) % delimiters.length]) + cell)
    const columns = inputs.map(({ text }) => toLines(text))
    if (options.flags.has('s')) return { out: fromLines(columns.map((lines) => (lines.length === 0 ? '' : join(lines)))), err, code: 0 }
    const stdinCount = options.operands.filter((name) => name === '-').length
    if (stdinCount > 1 && stdinCount === options.operands.length) {
      const lines = columns[0] ?? []
      const rows: string[] = []
      for (let i = 0; i < lines.length; i += stdinCount) rows.push(join(Array.from({ length: stdinCount }, (_, j) => lines[i + j] ?? '')))
      return { out: fromLines(rows), err, code: 0 }
    }
    const rowCount = Math.max(0, ...columns.map((lines) => lines.length))
    return { out: fromLines(Array.from({ length: rowCount }, (_, i) => join(columns.map((lines) => lines[i] ?? '')))), err, code: err === '' ? 0 : 1 }
  },
}

const column: Tool = {
  run(context) {
    const options = parseOptions(context, 'ts:o:N:c:x', { table: 't', separator: 's', 'output-separator': 'o', 'table-columns': 'N' })
    const { inputs, err } = readAll(context, options.operands)
    const lines = inputs.flatMap(({ text }) => toLines(text))
    if (!options.flags.has('t')) return { out: fromLines(lines), err, code: 0 }
    const separator = lastValue(options, 's')
    const rows = lines.filter((line) => line.trim() !== '').map((line) => (separator === undefined ? line.trim().split(/\s+/) : line.split(separator)))
    const names = lastValue(options, 'N')
    if (names !== undefined) rows.unshift(names.split(','))
    const widths: number[] = []
    for (const row of rows) row.forEach((cell, i) => { widths[i] = Math.max(widths[i] ?? 0, [...cell].length) })
    const gap = lastValue(options, 'o') ?? '  '
    return { out: fromLines(rows.map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]))).join(gap))), err, code: 0 }
  },
}

const fold: Tool = {
  run(context) {
    const options = parseOptions(context, 'w:sb', { width: 'w', spaces: 's' })
    const width = Number(lastValue(options, 'w') ?? 80)
    const { inputs, err } = readAll(context, options.operands)
    const lines = inputs.flatMap(({ text }) => toLines(text)).flatMap((line) => {
      const pieces: string[] = []
      for (let rest = line; ; ) {
        if (rest.length <= width) {
          pieces.push(rest)
          return pieces
        }
        const space = options.flags.has('s') ? rest.lastIndexOf(' ', width - 1) : -1
        const at = space > 0 ? space + 1 : width
        pieces.push(rest.slice(0, at))
        rest = rest.slice(at)
      }
    })
    return { out: fromLines(lines), err, code: 0 }
  },
}

/** Tools over lines, by name. */
export const textTools: { readonly [name: string]: Tool } = {
  cat, wc, head, tail, sort, uniq, cut, tr, tee, nl, paste, column, fold,
  rev: lineTool((lines) => lines.map((line) => [...line].reverse().join(''))),
  tac: lineTool((lines) => lines.reverse()),
}

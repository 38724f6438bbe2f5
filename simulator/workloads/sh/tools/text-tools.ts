/** Small tools over lines: cat, wc, head, tail, sort, uniq, cut, tr, tee, rev, tac, nl, paste, column, fold. */

import { head, tail } from './head-tail.ts'
import { sort, uniq } from './sort.ts'
import type { Tool, ToolContext } from './tool.ts'
import { fromLines, lastValue, openError, parseOptions, readAll, readInput, toLines, ToolFailure } from './tool.ts'

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

export const cut: Tool = {
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

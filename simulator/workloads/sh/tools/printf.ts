/** echo, printf and seq: text by formats. */

import type { Tool, ToolContext } from './tool.ts'
import { ToolFailure } from './tool.ts'

const escapes: { readonly [c: string]: string } = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', e: '\x1b', f: '\f', v: '\v', '\\': '\\' }

/** Backslash escapes of `echo -e` and `printf`. `\c` ends output. */
export function unescape(text: string): { text: string; isEnded: boolean } {
  let out = ''
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '\\' || i + 1 >= text.length) {
      out += text[i]
      continue
    }
    const c = text[++i]
    const octal = /^0?[0-7]{1,3}/.exec(text.slice(i, i + 4))
    const hex = c === 'x' ? /^[0-9a-fA-F]{1,2}/.exec(text.slice(i + 1, i + 3)) : c === 'u' ? /^[0-9a-fA-F]{1,4}/.exec(text.slice(i + 1, i + 5)) : null
    if (c === 'c') return { text: out, isEnded: true }
    if (c in escapes) out += escapes[c]
    else if (hex !== null) {
      out += String.fromCharCode(parseInt(hex[0], 16))
      i += hex[0].length
    } else if (octal !== null) {
      out += String.fromCharCode(parseInt(octal[0], 8))
      i += octal[0].length - 1
    } else out += `\\${c}`
  }
  return { text: out, isEnded: false }
}

export const echo: Tool = {
  run({ argv }) {
    let i = 1
    let hasEnd = true
    let isEscaped = false
    for (; i < argv.length && /^-[neE]+$/.test(argv[i]); i++) {
      if (argv[i].includes('n')) hasEnd = false
      if (argv[i].includes('e')) isEscaped = true
      if (argv[i].includes('E')) isEscaped = false
    }
    const text = argv.slice(i).join(' ')
    if (!isEscaped) return { out: text + (hasEnd ? '\n' : ''), code: 0 }
    const escaped = unescape(text)
    return { out: escaped.text + (hasEnd && !escaped.isEnded ? '\n' : ''), code: 0 }
  },
}

export const printf: Tool = {
  run(context) {
    const { argv } = context
    const args = argv[1] === '--' ? argv.slice(2) : argv.slice(1)
    if (args.length === 0) throw new ToolFailure(context.dialect === 'ash' ? 'printf: usage: printf FORMAT [ARG]...\n' : 'printf: usage: printf [-v var] format [arguments]\n', 2)
    const result = format(args[0], args.slice(1), context)
    return { out: result.out, err: result.err, code: result.err === '' ? 0 : 1 }
  },
}

/** Formats as printf does: the format is used again while there are arguments. */
function format(pattern: string, args: readonly string[], context: ToolContext): { out: string; err: string } {
  let out = ''
  let err = ''
  let used = 0
  const nameOf = context.dialect === 'ash' ? 'printf' : 'bash: printf'
  const number = (text: string | undefined): number => {
    if (text === undefined || text === '') return 0
    if (/^['"]/.test(text)) return text.codePointAt(1) ?? 0
    const value = Number(text)
    if (!Number.isNaN(value)) return value
    err += context.dialect === 'ash' ? `${nameOf}: invalid number '${text}'\n` : `${nameOf}: ${text}: invalid number\n`
    return Number.parseFloat(text) || 0
  }
  do {
    const before = used
    for (let i = 0; i < pattern.length; i++) {
      if (pattern[i] === '\\') {
        const piece = /^\\(?:x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|[0-7]{1,3}|.)/s.exec(pattern.slice(i))?.[0] ?? '\\'
        const escaped = unescape(piece)
        if (escaped.isEnded) return { out, err }
        out += piece === '\\"' ? '"' : piece === "\\'" ? "'" : escaped.text
        i += piece.length - 1
        continue
      }
      const spec = pattern[i] === '%' ? /^%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+)?)?([a-zA-Z%])/.exec(pattern.slice(i)) : null
      if (spec === null) {
        out += pattern[i]
        continue
      }
      i += spec[0].length - 1
      if (spec[4] === '%') {
        out += '%'
        continue
      }
      const width = spec[2] === '*' ? number(args[used++]) : Number(spec[2] ?? 0)
      const hasPrecision = spec[0].includes('.')
      const precision = spec[3] === '*' ? number(args[used++]) : hasPrecision ? Number(spec[3] ?? 0) : undefined
      const piece = formatOne(spec[4], args[used], precision, spec[1], number)
      used++
      if (piece === undefined) {
        err += context.dialect === 'ash' ? `${nameOf}: ${spec[0]}: invalid format\n` : `${nameOf}: \`${spec[4]}': invalid format character\n`
        return { out, err }
      }
      out += pad(piece, width, spec[1], spec[4])
    }
    if (used === before) break
  } while (used < args.length)
  return { out, err }
}

function pad(text: string, width: number, flags: string, kind: string): string {
  if (text.length >= width) return text
  if (flags.includes('-')) return text.padEnd(width)
  if (!flags.includes('0') || kind === 's') return text.padStart(width)
  const sign = /^[+-]/.exec(text)?.[0] ?? ''
  return sign + text.slice(sign.length).padStart(width - sign.length, '0')
}

/** One conversion. Shared with awk. */
export function formatOne(kind: string, arg: string | undefined, precision: number | undefined, flags: string, number: (text: string | undefined) => number): string | undefined {
  const signed = (text: string, value: number): string => (value >= 0 && flags.includes('+') ? `+${text}` : value >= 0 && flags.includes(' ') ? ` ${text}` : text)
  switch (kind) {
    case 's':
      return (arg ?? '').slice(0, precision)
    case 'b':
      return unescape(arg ?? '').text
    case 'q':
      return /^[\w@%+=:,./-]+$/.test(arg ?? '') ? (arg ?? '') : (arg ?? '') === '' ? "''" : (arg ?? '').replace(/[^\w@%+=:,./-]/g, '\\$&')
    case 'c':
      return (arg ?? '').slice(0, 1)
    case 'd':
    case 'i': {
      const value = Math.trunc(number(arg))
      const digits = String(Math.abs(value)).padStart(precision ?? 0, '0')
      return signed((value < 0 ? '-' : '') + digits, value)
    }
    case 'u':
      return String(Math.abs(Math.trunc(number(arg))))
    case 'x':
      return (flags.includes('#') ? '0x' : '') + Math.trunc(number(arg)).toString(16)
    case 'X':
      return (flags.includes('#') ? '0X' : '') + Math.trunc(number(arg)).toString(16).toUpperCase()
    case 'o':
      return Math.trunc(number(arg)).toString(8)
    case 'f':
    case 'F': {
      const value = number(arg)
      return signed(value.toFixed(Math.min(precision ?? 6, 100)), value)
    }
    case 'e':
    case 'E': {
      const text = number(arg).toExponential(Math.min(precision ?? 6, 100)).replace(/e([+-])(\d)$/, 'e$10$2')
      return kind === 'E' ? text.toUpperCase() : text
    }
    case 'g':
    case 'G':
      return general(number(arg), precision ?? 6)
    default:
      return undefined
  }
}

/** `%g`: the shorter of fixed and exponent form, without trailing zeros. */
export function general(value: number, precision: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  if (value === 0) return '0'
  const digits = Math.min(Math.max(precision, 1), 100)
  const exponent = Number(value.toExponential(digits - 1).split('e')[1])
  if (exponent < -4 || exponent >= digits) {
    const [mantissa, power] = value.toExponential(digits - 1).split('e')
    const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa
    return `${short}e${power[0]}${power.slice(1).padStart(2, '0')}`
  }
  const fixed = value.toFixed(Math.max(digits - 1 - exponent, 0))
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed
}

export const seq: Tool = {
  run(context) {
    const options = { separator: '\n', isPadded: false, format: undefined as string | undefined }
    const numbers: string[] = []
    for (let i = 1; i < context.argv.length; i++) {
      const arg = context.argv[i]
      if (/^-s./.test(arg)) options.separator = arg.slice(2)
      else if (arg === '-s') options.separator = context.argv[++i] ?? ''
      else if (arg === '-w') options.isPadded = true
      else if (arg === '-f') options.format = context.argv[++i]
      else numbers.push(arg)
    }
    for (const text of numbers) {
      if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) throw new ToolFailure(context.dialect === 'ash' ? `seq: invalid number '${text}'\n` : `seq: invalid floating point argument: '${text}'\nTry 'seq --help' for more information.\n`)
    }
    if (numbers.length === 0 || numbers.length > 3) throw new ToolFailure(context.dialect === 'ash' ? 'seq: missing operand\n' : "seq: missing operand\nTry 'seq --help' for more information.\n")
    const first = Number(numbers.length > 1 ? numbers[0] : 1)
    const step = Number(numbers.length === 3 ? numbers[1] : 1)
    const last = Number(numbers.at(-1))
    const decimals = Math.max(...numbers.slice(0, 2).map((text) => (text.split('.')[1] ?? '').length))
    if (step === 0) throw new ToolFailure("seq: invalid Zero increment value: '0'\n")
    const count = Math.floor((last - first) / step + 1e-9) + 1
    if (count > 1_000_000) throw new ToolFailure('seq: more than a million numbers\n')
    const items = Array.from({ length: Math.max(count, 0) }, (_, i) => (first + i * step).toFixed(decimals))
    const width = options.isPadded ? Math.max(0, ...items.map((item) => item.length)) : 0
    const shown = items.map((item) => (options.format === undefined ? pad(item, width, '0', 'd') : format(options.format, [item], context).out))
    return { out: shown.length === 0 ? '' : shown.join(options.separator) + '\n', code: 0 }
  },
}

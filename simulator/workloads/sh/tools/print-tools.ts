/** echo, printf, seq, date, base64, env and other tools that print. */

import { compareText } from '../../../kernel/text.ts'
import { resolvePath } from '../host.ts'
import { formatDate, parseDateOption } from './dates.ts'
import type { Tool, ToolContext } from './tool.ts'
import { ToolFailure, lastValue, parseOptions, readAll } from './tool.ts'

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

const echo: Tool = {
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

const printf: Tool = {
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

const seq: Tool = {
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

const base64: Tool = {
  run(context) {
    const options = parseOptions(context, 'dw:i', { decode: 'd', wrap: 'w', 'ignore-garbage': 'i' })
    const { inputs, err } = readAll(context, options.operands)
    if (err !== '') return { err, code: 1 }
    const text = inputs.map((input) => input.text).join('')
    if (options.flags.has('d')) {
      const clean = text.replace(/\s/g, '')
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(clean) || clean.length % 4 === 1) return { out: decodeBase64(clean.replace(/[^A-Za-z0-9+/].*$/s, '')), err: context.dialect === 'ash' ? 'base64: truncated input\n' : 'base64: invalid input\n', code: 1 }
      return { out: decodeBase64(clean), code: 0 }
    }
    const encoded = encodeBase64(text)
    const width = Number(lastValue(options, 'w') ?? 76)
    if (width === 0) return { out: encoded, code: 0 }
    return { out: (encoded.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).map((line) => `${line}\n`).join(''), code: 0 }
  },
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base64 of the UTF-8 bytes of a text. */
export function encodeBase64(text: string): string {
  const bytes = utf8(text)
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i], bytes[i + 1], bytes[i + 2]]
    out += alphabet[a >> 2] + alphabet[((a & 3) << 4) | ((b ?? 0) >> 4)] + (b === undefined ? '=' : alphabet[((b & 15) << 2) | ((c ?? 0) >> 6)]) + (c === undefined ? '=' : alphabet[c & 63])
  }
  return out
}

/** Text of base64; bytes that are not UTF-8 become the replacement character. */
export function decodeBase64(text: string): string {
  const bytes: number[] = []
  let buffer = 0
  let bits = 0
  for (const c of text.replace(/=+$/, '')) {
    buffer = ((buffer << 6) | alphabet.indexOf(c)) & 0xffffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes.push((buffer >> bits) & 255)
    }
  }
  return fromUtf8(bytes)
}

function utf8(text: string): number[] {
  const bytes: number[] = []
  for (const c of text) {
    const point = c.codePointAt(0) ?? 0
    if (point < 0x80) bytes.push(point)
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63))
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63))
    else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63))
  }
  return bytes
}

function fromUtf8(bytes: readonly number[]): string {
  let out = ''
  for (let i = 0; i < bytes.length; i++) {
    const b = bytes[i]
    const extra = b < 0x80 ? 0 : b >= 0xf0 ? 3 : b >= 0xe0 ? 2 : b >= 0xc0 ? 1 : -1
    const rest = bytes.slice(i + 1, i + 1 + Math.max(extra, 0))
    if (extra < 0 || rest.length < extra || rest.some((byte) => (byte & 0xc0) !== 0x80)) {
      out += '\ufffd'
      continue
    }
    let point = extra === 0 ? b : b & (0x3f >> extra)
    for (const byte of rest) point = (point << 6) | (byte & 63)
    out += String.fromCodePoint(Math.min(point, 0x10ffff))
    i += extra
  }
  return out
}

const date: Tool = {
  run(context) {
    const rest: string[] = []
    let atMs: number | undefined
    let isIso = false
    let isRfc = false
    for (let i = 1; i < context.argv.length; i++) {
      const arg = context.argv[i]
      const value = /^--date=(.*)$/s.exec(arg)?.[1] ?? (arg === '-d' ? (context.argv[++i] ?? '') : undefined)
      if (value !== undefined) {
        atMs = parseDateOption(value, context.nowMs, (ms) => context.timestamp(ms))
        if (atMs === undefined) throw new ToolFailure(context.dialect === 'ash' ? `date: invalid date '${value}'\n` : `date: invalid date '${value}'\n`)
      } else if (/^(-I\w*|--iso-8601.*)$/.test(arg)) isIso = true
      else if (arg === '-R') isRfc = true
      else if (arg === '-u' || arg === '--utc') continue
      else rest.push(arg)
    }
    const pattern = rest[0]?.startsWith('+') ? rest[0].slice(1) : isIso ? '%Y-%m-%d' : isRfc ? '%a, %d %b %Y %H:%M:%S +0000' : '%a %b %e %H:%M:%S UTC %Y'
    if (rest[0] !== undefined && !rest[0].startsWith('+')) throw new ToolFailure(`date: invalid date '${rest[0]}'\n`)
    return { out: `${formatDate(pattern, context.timestamp(atMs ?? context.nowMs), atMs ?? context.nowMs)}\n`, code: 0 }
  },
}

const env: Tool = {
  run(context) {
    if (context.memory !== undefined) return { code: context.answer?.kind === 'ran' ? context.answer.code : 0 }
    const vars: { [name: string]: string } = context.argv.includes('-i') ? {} : { ...context.env }
    let i = 1
    for (; i < context.argv.length; i++) {
      const arg = context.argv[i]
      if (arg === '-i' || arg === '-') continue
      if (arg === '-u') delete vars[context.argv[++i] ?? '']
      else if (/^[^=]+=/.test(arg)) vars[arg.slice(0, arg.indexOf('='))] = arg.slice(arg.indexOf('=') + 1)
      else break
    }
    const command = context.argv.slice(i)
    if (command.length > 0) return { wait: { t: 'run', argv: command, env: vars }, memory: true }
    return { out: Object.keys(vars).map((name) => `${name}=${vars[name]}\n`).join(''), code: 0 }
  },
}

const printenv: Tool = {
  run({ argv, env: vars }) {
    if (argv.length === 1) return { out: Object.keys(vars).map((name) => `${name}=${vars[name]}\n`).join(''), code: 0 }
    const found = argv.slice(1).filter((name) => Object.hasOwn(vars, name))
    return { out: found.map((name) => `${vars[name]}\n`).join(''), code: found.length === argv.length - 1 ? 0 : 1 }
  },
}

const basename: Tool = {
  run(context) {
    const [, path, suffix] = context.argv
    if (path === undefined) throw new ToolFailure(context.dialect === 'ash' ? 'basename: missing operand\n' : "basename: missing operand\nTry 'basename --help' for more information.\n")
    const base = path.replace(/\/+$/, '').replace(/^.*\//, '') || (path.startsWith('/') ? '/' : path)
    return { out: `${suffix !== undefined && base !== suffix && base.endsWith(suffix) ? base.slice(0, -suffix.length) : base}\n`, code: 0 }
  },
}

const dirname: Tool = {
  run(context) {
    const path = context.argv[1]
    if (path === undefined) throw new ToolFailure(context.dialect === 'ash' ? 'dirname: missing operand\n' : "dirname: missing operand\nTry 'dirname --help' for more information.\n")
    const trimmed = path.replace(/\/+$/, '')
    const at = trimmed.lastIndexOf('/')
    return { out: `${at < 0 ? (path.startsWith('/') ? '/' : '.') : at === 0 ? '/' : trimmed.slice(0, at)}\n`, code: 0 }
  },
}

const realpath: Tool = {
  run(context) {
    const { operands } = parseOptions(context, 'fmeq')
    return { out: operands.map((path) => `${resolvePath(context.cwd, path)}\n`).join(''), code: 0 }
  },
}

const uname: Tool = {
  run(context) {
    const { flags } = parseOptions(context, 'asnrvmpio')
    const parts: string[] = []
    const all = flags.has('a')
    if (flags.size === 0 || all || flags.has('s')) parts.push('Linux')
    if (all || flags.has('n')) parts.push(context.hostName)
    if (all || flags.has('r')) parts.push('6.12.0')
    if (all || flags.has('v')) parts.push('#1 SMP PREEMPT_DYNAMIC')
    if (all || flags.has('m')) parts.push('x86_64')
    if (all || flags.has('o')) parts.push(context.dialect === 'ash' ? 'GNU/Linux' : 'GNU/Linux')
    return { out: `${parts.join(' ')}\n`, code: 0 }
  },
}

const id: Tool = {
  run(context) {
    const { flags } = parseOptions(context, 'ugnG')
    const isRoot = context.userName === 'root'
    const number = isRoot ? '0' : '1000'
    if (flags.has('u') || flags.has('g')) return { out: `${flags.has('n') ? context.userName : number}\n`, code: 0 }
    return { out: `uid=${number}(${context.userName}) gid=${number}(${context.userName}) groups=${number}(${context.userName})\n`, code: 0 }
  },
}

const hostname: Tool = {
  run: ({ argv, hostName }) => ({ out: `${argv.includes('-s') ? hostName.split('.')[0] : hostName}\n`, code: 0 }),
}

const expr: Tool = {
  run({ argv }) {
    const value = exprValue(argv.slice(1))
    return { out: `${value}\n`, code: value === '' || value === '0' ? 1 : 0 }
  },
}

/** `expr`: comparisons, sums, products, from left to right by rank. */
function exprValue(args: readonly string[]): string {
  const ranks = [['|'], ['&'], ['=', '!=', '<', '<=', '>', '>='], ['+', '-'], ['*', '/', '%']]
  let at = 0
  const level = (rank: number): string => {
    if (rank === ranks.length) {
      const word = args[at++]
      if (word === undefined) throw new ToolFailure('expr: syntax error: missing argument\n', 2)
      if (word === 'length') return String((args[at++] ?? '').length)
      if (word !== '(') return word
      const inner = level(0)
      if (args[at++] !== ')') throw new ToolFailure("expr: syntax error: expecting ')'\n", 2)
      return inner
    }
    let left = level(rank + 1)
    while (args[at] !== undefined && ranks[rank].includes(args[at])) left = exprApply(args[at++], left, level(rank + 1))
    return left
  }
  if (args.length === 0) throw new ToolFailure("expr: missing operand\nTry 'expr --help' for more information.\n", 2)
  const value = level(0)
  if (at < args.length) throw new ToolFailure(`expr: syntax error: unexpected argument '${args[at]}'\n`, 2)
  return value
}

function exprApply(op: string, a: string, b: string): string {
  if (op === '|') return a !== '' && a !== '0' ? a : b
  if (op === '&') return a !== '' && a !== '0' && b !== '' && b !== '0' ? a : '0'
  const isNumeric = /^-?\d+$/.test(a) && /^-?\d+$/.test(b)
  const order = isNumeric ? Number(a) - Number(b) : compareText(a, b)
  const tests: { readonly [op: string]: boolean } = { '=': order === 0, '!=': order !== 0, '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }
  if (op in tests) return tests[op] ? '1' : '0'
  if (!isNumeric) throw new ToolFailure('expr: non-integer argument\n', 2)
  if ((op === '/' || op === '%') && Number(b) === 0) throw new ToolFailure('expr: division by zero\n', 2)
  const [x, y] = [Number(a), Number(b)]
  return String(op === '+' ? x + y : op === '-' ? x - y : op === '*' ? x * y : op === '/' ? Math.trunc(x / y) : x % y)
}

/** Tools that print, by name. */
export const printTools: { readonly [name: string]: Tool } = {
  echo, printf, seq, base64, date, env, printenv, basename, dirname, realpath, readlink: realpath, uname, id, hostname, expr,
  whoami: { run: ({ userName }) => ({ out: `${userName}\n`, code: 0 }) },
  arch: { run: () => ({ out: 'x86_64\n', code: 0 }) },
  nproc: { run: () => ({ out: '4\n', code: 0 }) },
}


/** What Go's fmt prints of values that came from JSON: print, println, printf. */

import { formatFloat, formatFloatTo, GoFloat, goQuote } from '../go-text.ts'
import { utf8Bytes } from '../base64.ts'
import { goValueText } from '../patch/common.ts'

/** The Go type of a value. */
export function typeNameOf(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  if (value instanceof GoFloat) return 'float64'
  if (typeof value === 'object') return 'map[string]interface {}'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return typeof value === 'boolean' ? 'bool' : 'string'
}

/** fmt.Sprint: a space between two operands when neither is a text. */
export function sprint(values: readonly unknown[]): string {
  return values.map((value, index) => (index > 0 && typeof value !== 'string' && typeof values[index - 1] !== 'string' ? ' ' : '') + goValueText(value)).join('')
}

/** fmt.Sprintln. */
export function sprintln(values: readonly unknown[]): string {
  return `${values.map(goValueText).join(' ')}\n`
}

interface Spec { readonly flags: string; readonly width: number | undefined; readonly precision: number | undefined; readonly verb: string }

function padded(text: string, { flags, width }: Spec, canZero: boolean): string {
  const length = [...text].length
  if (width === undefined || length >= width) return text
  const fill = width - length
  if (flags.includes('-')) return text + ' '.repeat(fill)
  if (!flags.includes('0') || !canZero) return ' '.repeat(fill) + text
  const sign = /^[+-]/.exec(text)?.[0] ?? ''
  return sign + '0'.repeat(fill) + text.slice(sign.length)
}

function signed(text: string, flags: string): string {
  if (text.startsWith('-')) return text
  return flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text
}

function integer(value: number, { flags, verb }: Spec): string | undefined {
  switch (verb) {
    case 'd': case 'v': return signed(String(value), flags)
    case 'x': return signed((flags.includes('#') ? '0x' : '') + value.toString(16), flags)
    case 'X': return signed(value.toString(16).toUpperCase(), flags)
    case 'o': return signed(value.toString(8), flags)
    case 'b': return signed(value.toString(2), flags)
    case 'c': return String.fromCodePoint(value)
    case 'q': return `'${String.fromCodePoint(value)}'`
    case 'U': return `U+${value.toString(16).toUpperCase().padStart(4, '0')}`
    default: return undefined
  }
}

function exponential(value: number, precision: number, upper: boolean): string {
  const text = value.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2')
  return upper ? text.toUpperCase() : text
}

function float(value: number, { flags, precision, verb }: Spec): string | undefined {
  switch (verb) {
    case 'f': case 'F': return signed(value.toFixed(precision ?? 6), flags)
    case 'e': case 'E': return signed(exponential(value, precision ?? 6, verb === 'E'), flags)
    case 'g': case 'G': case 'v': return signed(precision === undefined ? formatFloat(value) : formatFloatTo(value, Math.max(precision, 1)), flags)
    default: return undefined
  }
}

function textVerb(value: string, { flags, precision, verb }: Spec): string | undefined {
  const cut = precision === undefined ? value : [...value].slice(0, precision).join('')
  switch (verb) {
    case 's': case 'v': return cut
    case 'q': return goQuote(cut)
    case 'x': case 'X': {
      const hex = utf8Bytes(cut).map((byte) => byte.toString(16).padStart(2, '0')).join(flags.includes(' ') ? ' ' : '')
      return verb === 'X' ? hex.toUpperCase() : hex
    }
    default: return undefined
  }
}

/** One value by one verb; a verb that does not fit prints as `%!d(string=x)`. */
function formatOne(value: unknown, spec: Spec): string {
  if (spec.verb === 'T') return padded(typeNameOf(value), spec, false)
  let text: string | undefined
  if (typeof value === 'string') text = textVerb(value, spec)
  else if (value instanceof GoFloat) text = float(value.value, spec)
  else if (typeof value === 'number') text = Number.isInteger(value) ? integer(value, spec) : float(value, spec)
  else if (typeof value === 'boolean') text = spec.verb === 't' || spec.verb === 'v' ? String(value) : undefined
  else if (value === null || value === undefined) text = spec.verb === 'v' ? '<nil>' : `%!${spec.verb}(<nil>)`
  else if (Array.isArray(value)) text = spec.verb === 'v' ? goValueText(value) : `[${value.map((item) => formatOne(item, { ...spec, width: undefined })).join(' ')}]`
  else text = spec.verb === 'v' ? goValueText(value) : `map[${Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => `${formatOne(key, spec)}:${formatOne(item, spec)}`).join(' ')}]`
  if (text === undefined) return `%!${spec.verb}(${typeNameOf(value)}=${goValueText(value)})`
  return padded(text, spec, typeof value === 'number' || value instanceof GoFloat)
}

/** fmt.Sprintf with flags, width and precision; `*` and explicit indices are not known. */
export function sprintf(format: string, values: readonly unknown[]): string {
  let used = 0
  const text = format.replace(/%([-+# 0]*)(\d+)?(?:\.(\d*))?([\s\S])?/gu, (_all, flags: string, width: string | undefined, precision: string | undefined, verb: string | undefined) => {
    if (verb === undefined) return '%!(NOVERB)'
    if (verb === '%') return '%'
    if (used >= values.length) return `%!${verb}(MISSING)`
    return formatOne(values[used++], { flags, width: width === undefined ? undefined : Number(width), precision: precision === undefined ? undefined : Number(precision), verb })
  })
  if (used >= values.length) return text
  return `${text}%!(EXTRA ${values.slice(used).map((value) => `${typeNameOf(value)}=${goValueText(value)}`).join(', ')})`
}

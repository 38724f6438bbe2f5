/**
 * Regular expressions of the tools, run by RE2 in time linear in the text. POSIX basic and extended syntax are translated;
 * back-references do not exist in RE2 and are refused.
 */

import { RE2JS } from 're2js'

/** Longer patterns are refused. */
const patternLengthMax = 10_000

/** A pattern that cannot be used; the text is the reason. */
export class RegexError extends Error {
  override readonly name = 'RegexError'
}

export interface Match {
  readonly start: number
  readonly end: number
  /** Group texts; index 0 is the whole match. Absent groups are undefined. */
  readonly groups: readonly (string | undefined)[]
}

export interface Regex {
  /** The first match at or after a position. */
  find(text: string, from?: number): Match | undefined
  test(text: string): boolean
  /** Names of named groups by number. */
  readonly names: { readonly [name: string]: number }
  /** Start of a group in the last match found, or -1. */
  readonly groupCount: number
}

export interface RegexOptions {
  readonly ignoreCase?: boolean
  /** Leftmost-longest, as POSIX tools match. */
  readonly isLongest?: boolean
  readonly isDotAll?: boolean
  readonly isMultiline?: boolean
}

/** Compiles RE2 (Perl-like) syntax. @throws RegexError */
export function compileRegex(pattern: string, options: RegexOptions = {}): Regex {
  if (pattern.length > patternLengthMax) throw new RegexError('Regular expression too big')
  let flags = 0
  if (options.ignoreCase === true) flags |= RE2JS.CASE_INSENSITIVE
  if (options.isLongest === true) flags |= RE2JS.LONGEST_MATCH
  if (options.isDotAll === true) flags |= RE2JS.DOTALL
  if (options.isMultiline === true) flags |= RE2JS.MULTILINE
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(pattern, flags)
  } catch (error) {
    throw new RegexError(error instanceof Error ? reasonOf(error.message) : 'Invalid regular expression')
  }
  const names: { [name: string]: number } = {}
  for (const [name, index] of Object.entries(compiled.namedGroups() as { [name: string]: number })) names[name] = index
  const groupCount = compiled.groupCount()
  return {
    names,
    groupCount,
    test: (text) => compiled.matcher(text).find(),
    find(text, from = 0) {
      const matcher = compiled.matcher(text)
      if (from > text.length || !matcher.find(from)) return undefined
      const groups: (string | undefined)[] = []
      for (let i = 0; i <= groupCount; i++) groups.push(matcher.group(i) ?? undefined)
      return { start: matcher.start(), end: matcher.end(), groups }
    },
  }
}

function reasonOf(message: string): string {
  if (/missing closing \]/.test(message)) return "Unmatched [, [^, [:, [., or [="
  if (/missing closing \)|unexpected \)/.test(message)) return message.includes('closing') ? 'Unmatched ( or \\(' : 'Unmatched ) or \\)'
  if (/missing argument to repetition/.test(message)) return 'Invalid preceding regular expression'
  if (/invalid repeat count/.test(message)) return 'Invalid content of \\{\\}'
  if (/trailing backslash/.test(message)) return 'Trailing backslash'
  if (/invalid character class range/.test(message)) return 'Invalid range end'
  return 'Invalid regular expression'
}

/** Text that matches itself. */
export function quoteRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** Translates POSIX syntax to RE2's. `syntax`: basic (grep, sed) or extended (grep -E, awk). @throws RegexError */
export function translatePosix(pattern: string, syntax: 'basic' | 'extended'): string {
  const isBasic = syntax === 'basic'
  let result = ''
  /** True where an asterisk is literal in basic syntax: at the start of an expression. */
  let isStart = true
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]
    if (c === '[') {
      const set = bracket(pattern, i)
      result += set.text
      i = set.end
    } else if (c === '\\') {
      const next = pattern[++i]
      if (next === undefined) throw new RegexError('Trailing backslash')
      result += escaped(next, isBasic)
      if (isBasic && (next === '(' || next === '|')) {
        isStart = true
        continue
      }
    } else if (isBasic && '+?(){}|'.includes(c)) result += `\\${c}`
    else if (c === '*' && isStart) result += isBasic ? '\\*' : ''
    else if (isBasic && c === '^' && !isStart) result += '\\^'
    else if (isBasic && c === '$' && i + 1 < pattern.length && !/^\\[)|]/.test(pattern.slice(i + 1))) result += '\\$'
    else if (!isBasic && c === '{' && !/^\{\d*,?\d*\}/.test(pattern.slice(i))) result += '\\{'
    else if (!isBasic && c === '{' && pattern[i + 1] === ',') {
      result += '{0'
    } else result += c
    isStart = (isStart && c === '^') || (!isBasic && (c === '(' || c === '|'))
  }
  return result
}

function escaped(c: string, isBasic: boolean): string {
  if (isBasic && '+?(){}|'.includes(c)) return c
  if (/[1-9]/.test(c)) throw new RegexError('Invalid back reference (back-references are not available here)')
  if (c === '<' || c === '>') return '\\b'
  if ('wWsSbB'.includes(c)) return `\\${c}`
  if (c === 'n') return '\\n'
  if (c === 't') return '\\t'
  if (c === '`') return '\\A'
  if (c === "'") return '\\z'
  return /[A-Za-z0-9]/.test(c) ? c : `\\${c}`
}

/** A bracket expression; in POSIX a backslash in it is literal. */
function bracket(pattern: string, start: number): { text: string; end: number } {
  let i = start + 1
  let result = '['
  if (pattern[i] === '^') {
    result += '^'
    i++
  }
  if (pattern[i] === ']') {
    result += '\\]'
    i++
  }
  for (; i < pattern.length && pattern[i] !== ']'; i++) {
    const named = /^\[:(\w+):\]/.exec(pattern.slice(i, i + 12))
    if (named !== null) {
      result += named[0]
      i += named[0].length - 1
    } else if (pattern[i] === '\\' && /[nt\]\\/]/.test(pattern[i + 1] ?? '')) {
      // Tools accept these escapes in a bracket; elsewhere the backslash is itself.
      result += pattern[i + 1] === '/' ? '/' : pattern[i] + pattern[i + 1]
      i++
    } else result += '[\\&~'.includes(pattern[i]) ? `\\${pattern[i]}` : pattern[i]
  }
  if (i >= pattern.length) throw new RegexError('Unmatched [, [^, [:, [., or [=')
  return { text: result + ']', end: i }
}

/** A regular expression of a POSIX tool. */
export function posixRegex(pattern: string, syntax: 'basic' | 'extended', options: RegexOptions = {}): Regex {
  return compileRegex(translatePosix(pattern, syntax), { isLongest: true, ...options })
}

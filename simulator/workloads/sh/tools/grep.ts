/** grep, egrep, fgrep: lines that match. */

import type { Regex } from '../regex.ts'
import { compileRegex, posixRegex, quoteRegex, RegexError } from '../regex.ts'
import type { ParsedOptions, Tool, ToolContext } from './tool.ts'
import { lastValue, parseOptions, readInput, toLines, ToolFailure } from './tool.ts'

const longNames: { readonly [name: string]: string } = {
  'ignore-case': 'i', 'invert-match': 'v', count: 'c', 'line-number': 'n', 'only-matching': 'o', 'extended-regexp': 'E', 'fixed-strings': 'F', 'word-regexp': 'w', 'line-regexp': 'x', quiet: 'q', silent: 'q',
  'after-context': 'A', 'before-context': 'B', context: 'C', recursive: 'r', 'files-with-matches': 'l', 'files-without-match': 'L', 'max-count': 'm', 'no-filename': 'h', 'with-filename': 'H', regexp: 'e', file: 'f',
  'no-messages': 's', 'perl-regexp': 'P', colour: 'Y', 'line-buffered': 'u', text: 'a',
}
const highlight = { on: '\x1b[01;31m', off: '\x1b[0m' }

interface Matcher {
  find(line: string, from: number): { readonly start: number; readonly end: number } | undefined
}

function makeMatcher(context: ToolContext, options: ParsedOptions, patterns: readonly string[]): Matcher {
  const { flags } = options
  const isFixed = flags.has('F') || context.argv[0] === 'fgrep'
  const syntax = flags.has('E') || context.argv[0] === 'egrep' ? 'extended' : 'basic'
  const ignoreCase = flags.has('i') || flags.has('y')
  const regexes: Regex[] = patterns.map((pattern) => {
    try {
      if (isFixed) return compileRegex(quoteRegex(pattern), { ignoreCase, isLongest: true })
      return flags.has('P') ? compileRegex(pattern, { ignoreCase }) : posixRegex(pattern, syntax, { ignoreCase })
    } catch (error) {
      if (error instanceof RegexError) throw new ToolFailure(context.dialect === 'ash' ? `grep: bad regex '${pattern}'\n` : `grep: ${error.message}\n`, 2)
      throw error
    }
  })
  const isWhole = (line: string, start: number, end: number): boolean => {
    if (flags.has('x')) return start === 0 && end === line.length
    if (!flags.has('w')) return true
    return !/\w/.test(line[start - 1] ?? ' ') && !/\w/.test(line[end] ?? ' ')
  }
  return {
    find(line, from) {
      let best: { start: number; end: number } | undefined
      for (const regex of regexes) {
        for (let at = from; at <= line.length; ) {
          const match = regex.find(line, at)
          if (match === undefined) break
          if (!isWhole(line, match.start, match.end)) {
            at = match.start + 1
            continue
          }
          if (best === undefined || match.start < best.start || (match.start === best.start && match.end > best.end)) best = match
          break
        }
      }
      return best
    },
  }
}

/** Files under a directory, in order. */
function filesUnder(context: ToolContext, path: string, found: string[]): void {
  for (const name of context.files.list(path) ?? []) {
    const child = path === '.' || path.endsWith('/') ? (path === '.' ? name : path + name) : `${path}/${name}`
    if (context.files.isDirectory(child)) filesUnder(context, child, found)
    else found.push(child)
  }
}

interface Target {
  readonly name: string
  readonly text: string
}

function targets(context: ToolContext, options: ParsedOptions, operands: readonly string[]): { found: Target[]; err: string } {
  const isRecursive = options.flags.has('r') || options.flags.has('R')
  const found: Target[] = []
  let err = ''
  for (const name of operands.length === 0 ? [isRecursive ? '.' : '-'] : operands) {
    if (context.files.isDirectory(name) && name !== '-') {
      if (!isRecursive) {
        err += context.dialect === 'ash' ? `grep: ${name}: Is a directory\n` : `grep: ${name}: Is a directory\n`
        continue
      }
      const paths: string[] = []
      filesUnder(context, name, paths)
      for (const path of paths) found.push({ name: operands.length === 0 ? path : path, text: context.files.read(path) ?? '' })
      continue
    }
    const input = readInput(context, name)
    if ('text' in input) found.push({ name: name === '-' ? '(standard input)' : name, text: input.text })
    else err += `grep: ${name}: ${input.error}\n`
  }
  return { found, err: options.flags.has('s') ? '' : err }
}

export const grep: Tool = {
  streams: true,
  run(context) {
    const argv = context.argv.flatMap((arg, i) => (i > 0 && /^-\d+$/.test(arg) ? ['-C', arg.slice(1)] : /^--colou?r$/.test(arg) ? ['--color=auto'] : [arg]))
    const options = parseOptions(Object.create(context, { argv: { value: argv } }) as ToolContext, 'ivcnoEFwxqA:B:C:rRlLm:hHe:f:sPGyY:uaI:bzZ', { ...longNames, color: 'Y', include: 'I' }, false, 2)
    const operands = [...options.operands]
    const patterns = [...(options.values.get('e') ?? [])]
    for (const file of options.values.get('f') ?? []) patterns.push(...toLines(context.files.read(file) ?? ''))
    if (!options.values.has('e') && !options.values.has('f')) {
      const first = operands.shift()
      if (first === undefined) throw new ToolFailure(context.dialect === 'ash' ? 'BusyBox v1.36.1 multi-call binary.\n\nUsage: grep [-HhnlLoqvsrRiwFE] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } [FILE]...\n' : "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n", 2)
      patterns.push(first)
    }
    const matcher = makeMatcher(context, options, patterns.flatMap((pattern) => pattern.split('\n')))
    const { found, err } = targets(context, options, operands)
    const isNamed = options.flags.has('H') || (!options.flags.has('h') && (operands.length > 1 || options.flags.has('r') || options.flags.has('R')))
    const state = { out: '', isFound: false }
    for (const target of found) {
      searchOne(context, options, matcher, target, isNamed, state)
      if (state.isFound && options.flags.has('q')) return { code: 0, isDone: true }
    }
    const countMax = lastValue(options, 'm')
    const isFull = countMax !== undefined && !options.flags.has('c') && state.out.split('\n').length - 1 >= Number(countMax)
    const needsEnd = options.flags.has('c') || options.flags.has('L') || options.flags.has('q') || lastValue(options, 'B') !== undefined || lastValue(options, 'C') !== undefined
    if (needsEnd && !context.isInputEnd && operands.length === 0) return { err, code: 1 }
    return { out: state.out, err, code: err !== '' ? 2 : state.isFound ? 0 : 1, isDone: isFull }
  },
}

function searchOne(context: ToolContext, options: ParsedOptions, matcher: Matcher, target: Target, isNamed: boolean, state: { out: string; isFound: boolean }): void {
  const { flags } = options
  const isInverse = flags.has('v')
  const color = lastValue(options, 'Y') === 'always' || (lastValue(options, 'Y') === 'auto' && context.isTerminal)
  const after = Number(lastValue(options, 'A') ?? lastValue(options, 'C') ?? 0)
  const before = Number(lastValue(options, 'B') ?? lastValue(options, 'C') ?? 0)
  const countMax = Number(lastValue(options, 'm') ?? Infinity)
  const lines = toLines(target.text)
  let count = 0
  let printedTo = -1
  let isFirst = true
  const prefix = (i: number, mark: string): string => (isNamed ? `${target.name}${mark}` : '') + (flags.has('n') ? `${i + 1}${mark}` : '')
  const show = (i: number, mark: string): void => {
    state.out += `${prefix(i, mark)}${mark === ':' && color && !isInverse ? colored(lines[i], matcher) : lines[i]}\n`
    printedTo = i
  }
  for (let i = 0; i < lines.length && count < countMax; i++) {
    const match = matcher.find(lines[i], 0)
    if ((match !== undefined) === isInverse) {
      continue
    }
    count++
    state.isFound = true
    if (flags.has('q')) return
    if (flags.has('c') || flags.has('l') || flags.has('L')) continue
    if (flags.has('o')) {
      if (!isInverse) for (const piece of allMatches(lines[i], matcher)) state.out += `${prefix(i, ':')}${color ? highlight.on + piece + highlight.off : piece}\n`
      continue
    }
    const from = Math.max(i - before, printedTo + 1)
    if ((after > 0 || before > 0) && !isFirst && from > printedTo + 1) state.out += '--\n'
    isFirst = false
    for (let j = from; j < i; j++) show(j, '-')
    show(i, ':')
    for (let j = i + 1; j <= i + after && j < lines.length; j++) {
      if ((matcher.find(lines[j], 0) !== undefined) !== isInverse && count < countMax) break
      show(j, '-')
    }
  }
  if (flags.has('c')) state.out += `${isNamed ? `${target.name}:` : ''}${count}\n`
  else if (flags.has('l')) state.out += count > 0 ? `${target.name}\n` : ''
  else if (flags.has('L')) state.out += count === 0 ? `${target.name}\n` : ''
}

function allMatches(line: string, matcher: Matcher): string[] {
  const pieces: string[] = []
  for (let at = 0; at <= line.length; ) {
    const match = matcher.find(line, at)
    if (match === undefined) break
    if (match.end > match.start) pieces.push(line.slice(match.start, match.end))
    at = match.end > match.start ? match.end : match.end + 1
  }
  return pieces
}

function colored(line: string, matcher: Matcher): string {
  let result = ''
  let at = 0
  while (at <= line.length) {
    const match = matcher.find(line, at)
    if (match === undefined || match.end === match.start) break
    result += line.slice(at, match.start) + highlight.on + line.slice(match.start, match.end) + highlight.off
    at = match.end
  }
  return result + line.slice(at)
}

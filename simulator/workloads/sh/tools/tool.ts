/** What a command line tool is: a function of its arguments, input, files and time. It keeps nothing. */

import type { SimTimeMs } from '../../../kernel/event-queue.ts'
import type { Json } from '../../../kernel/json.ts'
import type { ShellFiles } from '../host.ts'
import type { ShellNeed, ToolAnswer } from '../state.ts'
import type { Dialect } from '../syntax.ts'

/** Thrown by `stdin()` when input has not ended yet: the tool is run again from its start when there is more. */
export class InputNeeded extends Error {
  override readonly name = 'InputNeeded'
}

/** An expected failure of a tool: its text goes to standard error, and the code out. */
export class ToolFailure extends Error {
  override readonly name = 'ToolFailure'
  readonly code: number
  constructor(message: string, code = 1) {
    super(message)
    this.code = code
  }
}

export interface ToolContext {
  readonly argv: readonly string[]
  readonly env: { readonly [name: string]: string }
  readonly cwd: string
  /** Paths may be relative. */
  readonly files: ToolFiles
  readonly nowMs: SimTimeMs
  timestamp(atMs: SimTimeMs): string
  readonly dialect: Dialect
  readonly hostName: string
  readonly userName: string
  readonly user: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] }
  /** True when a command of this name can be run. */
  hasCommand(name: string): boolean
  /** Standard output is the terminal. */
  readonly isTerminal: boolean
  readonly columns: number | undefined
  /** What the tool kept in its last step. */
  readonly memory: Json | undefined
  /** The answer to its last need. */
  readonly answer: ToolAnswer | undefined
  /** Standard input. A tool that streams gets the whole lines so far. @throws InputNeeded */
  stdin(): string
  /** True when `stdin()` gave everything. */
  readonly isInputEnd: boolean
}

export interface ToolFiles extends ShellFiles {
  isDirectory(path: string): boolean
  exists(path: string): boolean
  resolve(path: string): string
}

export type ToolWait =
  | { readonly t: 'time'; readonly untilMs: SimTimeMs }
  | { readonly t: 'need'; readonly need: ShellNeed }
  /** Run another command; its output goes on, or is captured. Answered with `ran`. */
  | { readonly t: 'run'; readonly argv: readonly string[]; readonly env?: { readonly [name: string]: string }; readonly script?: string; readonly isCaptured?: boolean }
  /** Run another command as a process of its own, which a signal ends at a deadline. Answered with `ran`; code -1 at the deadline. */
  | { readonly t: 'deadline'; readonly argv: readonly string[]; readonly untilMs: SimTimeMs; readonly signal: string }

/** What a tool did. Without `wait` it has ended with `code`. */
export interface ToolStep {
  readonly out?: string
  readonly err?: string
  readonly code?: number
  readonly wait?: ToolWait
  readonly memory?: Json
  /** A streaming tool that needs no further input. */
  readonly isDone?: boolean
}

export interface Tool {
  run(context: ToolContext): ToolStep
  /**
   * True when output for the first lines of input stays right as more lines come: the tool is then run on what is there,
   * and only what is new is printed. So `kubectl get -w | grep x` prints as it goes.
   */
  readonly streams?: boolean
}

/** Options parsed the way getopt does: `-n5`, `-n 5`, `-abc`, `--long=5`, `--`. */
export interface ParsedOptions {
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly operands: readonly string[]
}

/**
 * Parses arguments after the tool's name.
 * @param spec letters, each with `:` when it takes a value, as for getopt; `long` maps long names to letters
 * @param isStrict stop at the first operand
 * @throws ToolFailure with the message of GNU getopt, or busybox' own
 */
export function parseOptions(context: ToolContext, spec: string, long: { readonly [name: string]: string } = {}, isStrict = false, failureCode = 1): ParsedOptions {
  const [name, ...args] = context.argv
  const flags = new Set<string>()
  const values = new Map<string, string[]>()
  const operands: string[] = []
  const fail = (text: string): ToolFailure => {
    const hint = context.dialect === 'bash' ? `Try '${name} --help' for more information.` : ''
    return new ToolFailure(`${name}: ${text}\n${hint === '' ? '' : hint + '\n'}`, failureCode)
  }
  const add = (letter: string, value: string): void => {
    const list = values.get(letter)
    if (list === undefined) values.set(letter, [value])
    else list.push(value)
  }
  const takesValue = (letter: string): boolean => spec[spec.indexOf(letter) + 1] === ':'
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (arg === '--') {
      operands.push(...args.slice(i + 1))
      break
    }
    if (arg.startsWith('--')) {
      const [key, ...rest] = arg.slice(2).split('=')
      const letter = Object.hasOwn(long, key) ? long[key] : undefined
      if (letter === undefined) throw fail(`unrecognized option '${arg}'`)
      if (!takesValue(letter)) flags.add(letter)
      else if (rest.length > 0) add(letter, rest.join('='))
      else if (i + 1 < args.length) add(letter, args[++i])
      else throw fail(`option '--${key}' requires an argument`)
      continue
    }
    if (!arg.startsWith('-') || arg === '-') {
      operands.push(...(isStrict ? args.slice(i) : [arg]))
      if (isStrict) break
      continue
    }
    for (let j = 1; j < arg.length; j++) {
      const letter = arg[j]
      if (letter === ':' || !spec.includes(letter)) throw fail(`invalid option -- '${letter}'`)
      if (!takesValue(letter)) {
        flags.add(letter)
        continue
      }
      const rest = arg.slice(j + 1)
      if (rest !== '') add(letter, rest)
      else if (i + 1 < args.length) add(letter, args[++i])
      else throw fail(`option requires an argument -- '${letter}'`)
      break
    }
  }
  return { flags, values, operands }
}

/** The last value of an option. */
export function lastValue(options: ParsedOptions, letter: string): string | undefined {
  return options.values.get(letter)?.at(-1)
}

/** Lines of a text without their ends; the last line need not end. */
export function toLines(text: string): string[] {
  if (text === '') return []
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** Lines as text, each with its end. */
export function fromLines(lines: readonly string[]): string {
  return lines.length === 0 ? '' : lines.join('\n') + '\n'
}

/** A file or, for `-`, standard input. `error` is the reason in the words of the C library. */
export function readInput(context: ToolContext, path: string): { readonly text: string } | { readonly error: string } {
  if (path === '-' || path === '/dev/stdin') return { text: context.stdin() }
  if (path === '/dev/null') return { text: '' }
  if (context.files.isDirectory(path)) return { error: 'Is a directory' }
  const text = context.files.read(path)
  return text === undefined ? { error: noFile(context, path) } : { text }
}

function noFile(context: ToolContext, path: string): string {
  const parent = path.replace(/\/+[^/]*$/, '')
  return parent !== '' && parent !== path && context.files.read(parent) !== undefined ? 'Not a directory' : 'No such file or directory'
}

/** Reads operands in order (standard input without any); reports what cannot be read as `cat` does. */
export function readAll(context: ToolContext, operands: readonly string[]): { readonly inputs: readonly { readonly name: string; readonly text: string }[]; readonly err: string } {
  const inputs: { name: string; text: string }[] = []
  let err = ''
  for (const name of operands.length === 0 ? ['-'] : operands) {
    const input = readInput(context, name)
    if ('text' in input) inputs.push({ name, text: input.text })
    else err += openError(context, name, input.error)
  }
  return { inputs, err }
}

/** The message of a file that cannot be opened: busybox quotes the name. */
export function openError(context: ToolContext, path: string, error: string): string {
  const name = context.argv[0]
  const isQuoted = context.dialect === 'ash' && !['wc', 'sort'].includes(name)
  return isQuoted ? `${name}: can't open '${path}': ${error}\n` : `${name}: ${path}: ${error}\n`
}

/** jq: filters over JSON. Models jq 1.7; modules, streaming and SQL functions are not there. */

import { epochSeconds } from './dates.ts'
import { JqLimit, JqMachine } from './jq-eval.ts'
import { parseJq } from './jq-parser.ts'
import type { Filter } from './jq-syntax.ts'
import { JqSyntaxError } from './jq-syntax.ts'
import type { JqValue, WriteOptions } from './jq-values.ts'
import { JqError, JqParseError, JsonReader, writeJson } from './jq-values.ts'
import type { Tool, ToolContext } from './tool.ts'
import { readInput, toLines, ToolFailure } from './tool.ts'

interface JqOptions {
  readonly flags: ReadonlySet<string>
  readonly variables: ReadonlyMap<string, JqValue>
  readonly indent: string
  readonly program: string
  readonly files: readonly string[]
}

const longFlags: { readonly [name: string]: string } = { 'raw-output': 'r', 'compact-output': 'c', 'exit-status': 'e', slurp: 's', 'null-input': 'n', 'raw-input': 'R', 'join-output': 'j', 'sort-keys': 'S', 'color-output': 'C', 'monochrome-output': 'M', 'ascii-output': 'a', tab: 't', unbuffered: 'u' }

const usage = `Usage:	jq [OPTIONS] FILTER [FILES...]
	jq [OPTIONS] --args FILTER [ARGUMENTS...]
	jq [OPTIONS] --jsonargs FILTER [JSON_VALUES...]
`

function parseArguments(context: ToolContext): JqOptions {
  const flags = new Set<string>()
  const named = new Map<string, JqValue>()
  const positional: JqValue[] = []
  const operands: string[] = []
  let indent = '  '
  let program: string | undefined
  let rest: 'files' | 'args' | 'jsonargs' = 'files'
  const { argv } = context
  for (let i = 1; i < argv.length; i++) {
    const arg = argv[i]
    if (!arg.startsWith('-') || arg === '-') {
      if (program === undefined) program = arg
      else if (rest === 'files') operands.push(arg)
      else positional.push(rest === 'args' ? arg : jsonArgument(arg, `--jsonargs`))
      continue
    }
    const name = arg.startsWith('--') ? arg.slice(2) : ''
    if (name === 'arg' || name === 'argjson' || name === 'slurpfile' || name === 'rawfile') {
      const [key, value] = [argv[i + 1], argv[i + 2]]
      if (value === undefined) throw new ToolFailure(`jq: --${name} takes two parameters (e.g. --${name} varname ${name.endsWith('file') ? 'filename' : name === 'arg' ? 'value' : 'text'})\n`, 2)
      named.set(key, namedValue(context, name, key, value))
      i += 2
    } else if (name === 'args' || name === 'jsonargs') rest = name
    else if (name === 'indent') indent = ' '.repeat(Math.min(Number(argv[++i] ?? 2), 7))
    else if (name === 'from-file' || arg === '-f') {
      const file = argv[++i] ?? program ?? ''
      const text = context.files.read(file)
      if (text === undefined) throw new ToolFailure(`jq: error: Could not open ${file}: No such file or directory\n`, 2)
      if (program !== undefined) operands.unshift(program)
      program = text
    } else if (name !== '') {
      const flag = Object.hasOwn(longFlags, name) ? longFlags[name] : undefined
      if (flag === undefined) throw new ToolFailure(`jq: Unknown option: ${arg}\n${usage}`, 2)
      flags.add(flag)
    } else {
      for (const letter of arg.slice(1)) {
        if (!'rcesnRjSCMau'.includes(letter)) throw new ToolFailure(`jq: Unknown option: ${arg}\n${usage}`, 2)
        flags.add(letter)
      }
    }
  }
  if (program === undefined) throw new ToolFailure(usage, 2)
  const environment = new Map<string, JqValue>(Object.entries(context.env))
  const variables = new Map<string, JqValue>([...named, ['ENV', environment], ['__prog_args', positional], ['ARGS', new Map<string, JqValue>([['positional', positional], ['named', new Map(named)]])]])
  return { flags, variables, indent: flags.has('t') ? '\t' : flags.has('c') ? '' : indent, program, files: operands }
}

function jsonArgument(text: string, name: string): JqValue {
  try {
    return new JsonReader(text).next() ?? null
  } catch (error) {
    if (error instanceof JqParseError) throw new ToolFailure(`jq: Invalid JSON text passed to ${name}\n${usage}`, 2)
    throw error
  }
}

function namedValue(context: ToolContext, option: string, key: string, text: string): JqValue {
  if (option === 'arg') return text
  if (option === 'argjson') return jsonArgument(text, '--argjson')
  const content = context.files.read(text)
  if (content === undefined) throw new ToolFailure(`jq: Bad JSON in --${option} ${key} ${text}: Could not open ${text}: No such file or directory\n`, 2)
  return option === 'rawfile' ? content : [...valuesOf(content)]
}

function* valuesOf(text: string): Generator<JqValue, void, undefined> {
  const reader = new JsonReader(text)
  for (let value = reader.next(); value !== undefined; value = reader.next()) yield value
}

function compileProgram(machine: JqMachine, text: string): Filter {
  const program = parseJq(text)
  machine.check(program, text)
  return program
}

export const jq: Tool = {
  streams: true,
  run(context) {
    const options = parseArguments(context)
    const run = new Run(context, options)
    return run.all()
  },
}

/** One run of jq over all its inputs. */
class Run {
  private readonly context: ToolContext
  private readonly options: JqOptions
  private reader: JsonReader
  private pending: JqValue[] | undefined
  private out = ''
  private err = ''
  private last: JqValue | undefined
  private code = 0
  private isPartial = false

  constructor(context: ToolContext, options: JqOptions) {
    this.context = context
    this.options = options
    this.reader = new JsonReader('')
  }

  all(): { out: string; err: string; code: number; isDone?: boolean } {
    const machine = new JqMachine(this.options.variables, () => this.nextInput(), epochSeconds(this.context.timestamp(this.context.nowMs)) ?? 0)
    try {
      const program = compileProgram(machine, this.options.program)
      this.open()
      if (this.isPartial && (this.options.flags.has('s') || this.options.flags.has('n'))) return { out: '', err: '', code: 0 }
      this.loop(machine, program)
    } catch (error) {
      if (error instanceof JqSyntaxError) return { out: '', err: `jq: error: ${error.message}\njq: 1 compile error\n`, code: 3, isDone: true }
      if (!(error instanceof JqParseError)) throw error
      // What breaks off may go on in the next lines.
      if (this.isPartial) return { out: this.out, err: '', code: 0 }
      return { out: this.out, err: `${this.err}jq: parse error: ${error.message}\n`, code: 2 }
    }
    if (this.options.flags.has('e') && this.code === 0) this.code = this.last === undefined ? 4 : this.last === null || this.last === false ? 1 : 0
    return { out: this.out, err: this.err, code: this.code }
  }

  private open(): void {
    const { flags, files } = this.options
    if (flags.has('n') && files.length === 0 && !/\binputs?\b/.test(this.options.program)) {
      return
    }
    let text = ''
    for (const name of files.length === 0 ? ['-'] : files) {
      const input = readInput(this.context, name)
      if ('text' in input) text += input.text
      else {
        this.err += `jq: error: Could not open ${name}: ${input.error}\n`
        this.code = 2
      }
    }
    this.isPartial = files.length === 0 && !this.context.isInputEnd
    if (flags.has('R')) this.pending = flags.has('s') ? [text] : toLines(text)
    else if (flags.has('s')) this.pending = [[...valuesOf(text)]]
    else this.reader = new JsonReader(text)
  }

  private nextInput(): JqValue | undefined {
    return this.pending === undefined ? this.reader.next() : this.pending.shift()
  }

  private loop(machine: JqMachine, program: Filter): void {
    if (this.options.flags.has('n')) {
      this.one(machine, program, null)
      return
    }
    for (let input = this.nextInput(); input !== undefined; input = this.nextInput()) this.one(machine, program, input)
  }

  private one(machine: JqMachine, program: Filter, input: JqValue): void {
    const { flags, indent } = this.options
    const isRaw = flags.has('r') || flags.has('j')
    const write: WriteOptions = { indent, isSorted: flags.has('S'), isAscii: flags.has('a') }
    try {
      for (const value of machine.run(program, input)) {
        this.last = value
        this.out += (isRaw && typeof value === 'string' ? value : writeJson(value, write)) + (flags.has('j') ? '' : '\n')
      }
    } catch (error) {
      if (error instanceof JqLimit) this.err += `jq: error: ${error.message}\n`
      else if (error instanceof JqError) {
        const where = this.options.files.length > 0 ? this.options.files[this.options.files.length - 1] : flags.has('n') ? '<unknown>' : `<stdin>:${this.reader.lineCount}`
        this.err += `jq: error (at ${where.includes(':') || where === '<unknown>' ? where : `${where}:${this.reader.lineCount}`})${typeof error.value === 'string' ? '' : ' (not a string)'}: ${typeof error.value === 'string' ? error.value : writeJson(error.value)}\n`
      } else throw error
      this.code = 5
    }
  }
}

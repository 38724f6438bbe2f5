/** awk as a command: its arguments, files and exit code. */

import { RegexError } from '../regex.ts'
import { awkUnescape } from './awk-lexer.ts'
import { AwkMachine } from './awk-machine.ts'
import { parseAwk } from './awk-parser.ts'
import { AwkSyntaxError } from './awk-syntax.ts'
import { AwkError } from './awk-values.ts'
import type { Tool, ToolContext } from './tool.ts'
import { readInput, ToolFailure } from './tool.ts'

interface AwkArguments {
  readonly separator: string | undefined
  readonly variables: readonly string[]
  readonly program: string
  readonly operands: readonly string[]
}

function parseArguments(context: ToolContext): AwkArguments {
  const args = context.argv.slice(1)
  let separator: string | undefined
  let program: string | undefined
  const variables: string[] = []
  let i = 0
  for (; i < args.length && /^-./.test(args[i]); i++) {
    const arg = args[i]
    if (arg === '--') {
      i++
      break
    }
    const value = arg.length > 2 ? arg.slice(2) : (args[i + 1] ?? '')
    const isFlag = 'Fvf'.includes(arg[1])
    if (!isFlag) throw new ToolFailure(`awk: unknown option ${arg} ignored\n`, 2)
    if (arg.length === 2) i++
    if (arg[1] === 'F') separator = value === 't' ? '\t' : awkUnescape(value)
    else if (arg[1] === 'v') variables.push(value)
    else {
      const text = context.files.read(value)
      if (text === undefined) throw new ToolFailure(`awk: can't open file ${value}\n source line number 1\n`, 2)
      program = (program ?? '') + text
    }
  }
  if (program === undefined) program = args[i++]
  if (program === undefined) throw new ToolFailure('usage: awk [-F fs][-v var=value][prog | -f progfile][file ...]\n', 2)
  return { separator, variables, program, operands: args.slice(i) }
}

export const awk: Tool = {
  streams: true,
  run(context) {
    const options = parseArguments(context)
    let machine: AwkMachine | undefined
    try {
      machine = new AwkMachine(parseAwk(options.program), context)
      if (options.separator !== undefined) machine.assign('FS', options.separator)
      for (const text of options.variables) setFrom(machine, text)
      const err = runAll(machine, context, options)
      if (err === 'partial') return { out: machine.out, err: machine.err, code: 0 }
      return { out: machine.out, err: machine.err + err, code: machine.exitCode || (err === '' ? 0 : 2), isDone: true }
    } catch (error) {
      if (error instanceof AwkSyntaxError || error instanceof AwkError || error instanceof RegexError) return { out: machine?.out ?? '', err: `${machine?.err ?? ''}awk: ${error.message}\n`, code: 2, isDone: true }
      throw error
    }
  },
}

function setFrom(machine: AwkMachine, text: string): boolean {
  const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(text)
  if (match === null) return false
  machine.assign(match[1], match[2])
  return true
}

/** Runs everything. @returns errors of files, or 'partial' while more input may come */
function runAll(machine: AwkMachine, context: ToolContext, options: AwkArguments): string {
  let err = ''
  let goesOn = machine.begin()
  if (!machine.hasLines) return ''
  const inputs = options.operands.filter((operand) => !/^[A-Za-z_]\w*=/.test(operand))
  for (const operand of inputs.length === 0 ? [...options.operands, '-'] : options.operands) {
    if (!goesOn) break
    if (setFrom(machine, operand)) continue
    const input = readInput(context, operand)
    if ('error' in input) {
      err += `awk: cannot open ${operand} (${input.error})\n`
      continue
    }
    goesOn = machine.lines(input.text, operand === '-' ? '' : operand)
    if (goesOn && operand === '-' && !context.isInputEnd) return 'partial'
  }
  machine.end()
  return err
}

/** Commands that are part of the shell itself, because they change it. */

import { compareText } from '../../kernel/text.ts'
import type { Builtin } from './builtin.ts'
import { fail } from './builtin.ts'
import type { ShellCore } from './core.ts'
import { ProcessExit } from './core.ts'
import { isDirectory, resolvePath } from './host.ts'
import { kill, trap, wait } from './process-builtins.ts'
import type { Process } from './state.ts'
import { evaluateTest, TestError } from './test-expression.ts'
import { tools } from './tools/registry.ts'
import { declare, exportVariables, getopts, letBuiltin, local, quoteValue, read, readonly, set, unset } from './variable-builtins.ts'
import { own, setVariable } from './variables.ts'

const cd: Builtin = (core, process, _frame, args) => {
  const operands = args.filter((arg) => arg !== '--' && arg !== '-P' && arg !== '-L')
  const home = own(process.variables, 'HOME')?.value
  const target = operands[0] === '-' ? own(process.variables, 'OLDPWD')?.value : (operands[0] ?? home)
  if (operands.length > 1 && core.state.dialect === 'bash') return fail(core, process, 'cd: too many arguments')
  if (target === undefined) return fail(core, process, operands[0] === '-' ? 'cd: OLDPWD not set' : 'cd: HOME not set')
  const path = resolvePath(process.cwd, target)
  if (!isDirectory(core.host.files, path)) {
    const reason = core.host.files.read(path) === undefined ? 'No such file or directory' : 'Not a directory'
    return fail(core, process, core.state.dialect === 'ash' ? `cd: can't cd to ${target}: ${reason}` : `cd: ${target}: ${reason}`, core.state.dialect === 'ash' ? 2 : 1)
  }
  setVariable(process, 'OLDPWD', process.cwd)
  process.cwd = path
  setVariable(process, 'PWD', path)
  if (operands[0] === '-') core.write(process, 1, `${path}\n`)
  return 0
}

const shift: Builtin = (core, process, _frame, args) => {
  const count = Number(args[0] ?? 1)
  if (count > process.args.length) {
    if (core.state.dialect === 'ash') throw new ProcessExit(fail(core, process, `shift: can't shift that many`, 2))
    return 1
  }
  process.args = process.args.slice(count)
  return 0
}

const exit: Builtin = (core, process, _frame, args) => {
  if (args[0] !== undefined && !/^-?\d+$/.test(args[0])) {
    core.error(process, core.state.dialect === 'ash' ? `exit: Illegal number: ${args[0]}` : `exit: ${args[0]}: numeric argument required`)
    throw new ProcessExit(2)
  }
  throw new ProcessExit(args[0] === undefined ? process.status : Number(args[0]) & 255)
}

const returnBuiltin: Builtin = (core, process, _frame, args) => {
  const index = process.frames.findLastIndex((one) => one.f === 'code' && (one.kind === 'function' || one.kind === 'source'))
  if (index < 0) {
    if (core.state.dialect === 'ash') throw new ProcessExit(Number(args[0] ?? process.status) & 255)
    return fail(core, process, "return: can only `return' from a function or sourced script", 2)
  }
  const status = args[0] === undefined ? process.status : Number(args[0]) & 255
  while (process.frames.length > index) {
    const frame = process.frames.pop()
    if (frame !== undefined) core.restore(process, frame)
  }
  return status
}

function leaveLoops(kind: 'break' | 'continue'): Builtin {
  return (core, process, frame, args) => {
    if (frame.loops.length === 0) return core.state.dialect === 'ash' ? 0 : fail(core, process, `${kind}: only meaningful in a \`for', \`while', or \`until' loop`, 0)
    const count = Math.min(Number(args[0] ?? 1), frame.loops.length)
    if (!(count >= 1)) return fail(core, process, `${kind}: ${args[0]}: loop count out of range`)
    for (let i = 1; i < count; i++) frame.loops.pop()
    const loop = frame.loops[frame.loops.length - 1]
    while (frame.saved.length > loop.savedCount) process.fds = frame.saved.pop() ?? process.fds
    frame.quiet = loop.quiet
    frame.pc = kind === 'break' ? loop.end : loop.next
    if (kind === 'break') loop.status = 0
    return 0
  }
}

function test(name: 'test' | '['): Builtin {
  return (core, process, _frame, args) => {
    let list = args
    if (name === '[') {
      if (args.at(-1) !== ']') return fail(core, process, core.state.dialect === 'ash' ? 'missing ]' : "[: missing `]'", 2)
      list = args.slice(0, -1)
    }
    try {
      return evaluateTest(list, { files: core.host.files, cwd: process.cwd, isSet: (key) => own(process.variables, key) !== undefined, isTerminal: core.host.columns !== undefined }) ? 0 : 1
    } catch (error) {
      if (!(error instanceof TestError)) throw error
      return fail(core, process, `${core.state.dialect === 'ash' ? ashTest(error.message) : `${name}: ${error.message}`}`, 2)
    }
  }
}

function ashTest(message: string): string {
  if (message === 'too many arguments') return 'unknown operand'
  const match = /^(.*): (integer expression expected|unary operator expected|binary operator expected|unexpected operator)$/.exec(message)
  if (match === null) return message
  return match[2].startsWith('integer') ? `${match[1]}: bad number` : `${match[1]}: unknown operand`
}

const evalBuiltin: Builtin = (core, process, _frame, args) => {
  const code = core.parse(process, args.join(' '))
  return code === undefined ? 2 : { code, kind: 'eval' }
}

const source: Builtin = (core, process, _frame, args) => {
  if (args[0] === undefined) return fail(core, process, core.state.dialect === 'ash' ? '.: filename argument required' : '.: filename argument required\n.: usage: . filename [arguments]', 2)
  const text = core.host.files.read(resolvePath(process.cwd, args[0]))
  if (text === undefined) return fail(core, process, core.state.dialect === 'ash' ? `.: can't open '${args[0]}': No such file or directory` : `${args[0]}: No such file or directory`)
  const code = core.parse(process, text)
  if (code === undefined) return 2
  return args.length > 1 ? { code, kind: 'source', args: args.slice(1) } : { code, kind: 'source' }
}

const alias: Builtin = (core, process, _frame, args) => {
  const show = (name: string): void => core.write(process, 1, `${core.state.dialect === 'ash' ? '' : 'alias '}${name}=${quoteValue(process.aliases[name])}\n`)
  if (args.length === 0) for (const name of Object.keys(process.aliases).sort(compareText)) show(name)
  let code = 0
  for (const arg of args) {
    const at = arg.indexOf('=')
    if (at > 0) process.aliases[arg.slice(0, at)] = arg.slice(at + 1)
    else if (own(process.aliases, arg) !== undefined) show(arg)
    else code = fail(core, process, `alias: ${arg}: not found`)
  }
  return code
}

const unalias: Builtin = (core, process, _frame, args) => {
  if (args[0] === '-a') process.aliases = {}
  let code = 0
  for (const name of args.filter((arg) => arg !== '-a')) {
    if (own(process.aliases, name) === undefined) code = fail(core, process, `unalias: ${name}: not found`)
    else delete process.aliases[name]
  }
  return code
}

/** What a name stands for, in the words of `type`. */
function describe(core: ShellCore, process: Process, name: string): { readonly long: string; readonly short: string } | undefined {
  const aliased = own(process.aliases, name)
  if (aliased !== undefined) return { long: core.state.dialect === 'ash' ? `${name} is an alias for ${aliased}` : `${name} is aliased to \`${aliased}'`, short: `alias ${name}='${aliased}'` }
  if (own(process.functions, name) !== undefined) return { long: `${name} is a function`, short: name }
  if (own(builtins, name) !== undefined) return { long: `${name} is a shell builtin`, short: name }
  const isProgram = core.host.isExternal(name) || ((name in tools || name === 'sh') && core.host.hasTool(name)) || name === 'sh'
  const path = `${core.host.isExternal(name) ? '/usr/local/bin' : '/bin'}/${name}`
  return isProgram ? { long: `${name} is ${path}`, short: path } : undefined
}

export const type: Builtin = (core, process, _frame, args) => {
  let code = 0
  for (const name of args.filter((arg) => !arg.startsWith('-'))) {
    const found = describe(core, process, name)
    if (found !== undefined) core.write(process, 1, `${found.long}\n`)
    else code = core.state.dialect === 'ash' ? (core.write(process, 1, `${name}: not found\n`), 127) : fail(core, process, `type: ${name}: not found`)
  }
  return code
}

export const command: Builtin = (core, process, _frame, args) => {
  if (args[0] === '-v' || args[0] === '-V') {
    let code = 0
    for (const name of args.slice(1)) {
      const found = describe(core, process, name)
      if (found === undefined) code = core.state.dialect === 'ash' ? 127 : 1
      else core.write(process, 1, `${args[0] === '-v' ? found.short : found.long}\n`)
    }
    return code
  }
  const rest = args[0] === '-p' || args[0] === '--' ? args.slice(1) : args
  if (rest.length === 0) return 0
  return own(builtins, rest[0]) === undefined ? { program: rest } : { code: [{ o: 'argv', argv: rest }], kind: 'eval' }
}

const which: Builtin = (core, process, _frame, args) => {
  let code = 0
  for (const name of args.filter((arg) => !arg.startsWith('-'))) {
    const found = own(builtins, name) === undefined || name === '[' || ['echo', 'test', 'true', 'false', 'pwd', 'kill'].includes(name) ? describe(core, { ...process, aliases: {}, functions: {} }, name) : undefined
    const path = found?.short.startsWith('/') === true ? found.short : found === undefined ? undefined : `/bin/${name}`
    if (path === undefined) code = 1
    else core.write(process, 1, `${path}\n`)
  }
  return code
}

/** Builtins by name. */
export const builtins: { readonly [name: string]: Builtin } = {
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  cd,
  pwd: (core, process) => {
    core.write(process, 1, `${process.cwd}\n`)
    return 0
  },
  export: exportVariables,
  local,
  declare,
  typeset: declare,
  readonly,
  unset,
  set,
  shift,
  exit,
  logout: exit,
  return: returnBuiltin,
  break: leaveLoops('break'),
  continue: leaveLoops('continue'),
  read,
  test: test('test'),
  '[': test('['),
  eval: evalBuiltin,
  source,
  '.': source,
  trap,
  kill,
  wait,
  alias,
  unalias,
  type,
  command,
  builtin: (_core, _process, _frame, args) => (args.length === 0 ? 0 : { code: [{ o: 'argv', argv: args }], kind: 'eval' }),
  exec: (_core, _process, _frame, args) => ({ exec: args }),
  let: letBuiltin,
  getopts,
  umask: (core, process, _frame, args) => {
    if (args.length === 0) core.write(process, 1, '0022\n')
    return 0
  },
  ulimit: (core, process, _frame, args) => {
    if (!args.some((arg) => /^\d+$/.test(arg))) core.write(process, 1, 'unlimited\n')
    return 0
  },
  jobs: () => 0,
  hash: () => 0,
  which,
  shopt: () => 0,
  complete: () => 0,
}

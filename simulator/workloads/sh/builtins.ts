/** Commands that are part of the shell itself, because they change it. */

import { evaluate, ArithError } from './arith.ts'
import type { Code } from './compile.ts'
import type { ShellCore } from './core.ts'
import { ProcessExit, signalNumbers } from './core.ts'
import { own, setVariable, splitFields } from './expand.ts'
import { isDirectory, resolvePath } from './host.ts'
import type { CodeFrame, Process } from './state.ts'
import { TestError, evaluateTest } from './test-expression.ts'
import { tools } from './tools/registry.ts'
import { compareText } from '../../kernel/text.ts'

/** An exit code, or what to run in the builtin's place; 'again' when it waits. */
export type BuiltinResult =
  | number
  | 'again'
  | { readonly exec: readonly string[] }
  | { readonly program: readonly string[] }
  | { readonly code: Code; readonly kind: CodeFrame['kind']; readonly args?: readonly string[] }

type Builtin = (core: ShellCore, process: Process, frame: CodeFrame, args: readonly string[]) => BuiltinResult

const isName = (text: string): boolean => /^[A-Za-z_]\w*$/.test(text)

function fail(core: ShellCore, process: Process, text: string, code = 1): number {
  core.error(process, text)
  return code
}

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

function quoteValue(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`
}

const exportVariables: Builtin = (core, process, _frame, args) => {
  const isRemoved = args[0] === '-n'
  const names = args.filter((arg) => !/^-[pn]$/.test(arg))
  if (names.length === 0) {
    for (const name of Object.keys(process.variables).sort(compareText)) {
      const variable = process.variables[name]
      if (variable.isExported === true) core.write(process, 1, core.state.dialect === 'ash' ? `export ${name}=${quoteValue(variable.value)}\n` : `declare -x ${name}="${variable.value.replace(/["\\$`]/g, '\\$&')}"\n`)
    }
    return 0
  }
  return assignAll(core, process, 'export', names, (name, value) => {
    if (value !== undefined) setVariable(process, name, value)
    const old = own(process.variables, name)
    if (old === undefined) return
    process.variables[name] = { ...old, isExported: !isRemoved }
  })
}

function assignAll(core: ShellCore, process: Process, command: string, args: readonly string[], set: (name: string, value: string | undefined) => void): number {
  let code = 0
  for (const arg of args) {
    const at = arg.indexOf('=')
    const name = at < 0 ? arg : arg.slice(0, at)
    if (isName(name)) set(name, at < 0 ? undefined : arg.slice(at + 1))
    else code = fail(core, process, core.state.dialect === 'ash' ? `${command}: ${arg}: bad variable name` : `${command}: \`${arg}': not a valid identifier`)
  }
  return code
}

const local: Builtin = (core, process, _frame, args) => {
  const owner = process.frames.findLast((one): one is CodeFrame => one.f === 'code' && one.kind === 'function')
  if (owner === undefined) return fail(core, process, core.state.dialect === 'ash' ? 'local: not in a function' : 'local: can only be used in a function')
  const saved = (owner.restoreVariables ??= {})
  return assignAll(core, process, 'local', args.filter((arg) => !arg.startsWith('-')), (name, value) => {
    if (!Object.hasOwn(saved, name)) saved[name] = own(process.variables, name) ?? null
    process.variables[name] = { value: value ?? '' }
  })
}

const declare: Builtin = (core, process, frame, args) => {
  const flags = args.filter((arg) => arg.startsWith('-')).join('')
  const rest = args.filter((arg) => !arg.startsWith('-'))
  const isInFunction = process.frames.some((one) => one.f === 'code' && one.kind === 'function')
  const status = isInFunction && !flags.includes('g') ? local(core, process, frame, rest) : assignAll(core, process, 'declare', rest, (name, value) => {
    if (value !== undefined || own(process.variables, name) === undefined) setVariable(process, name, value ?? '')
  })
  if (flags.includes('x')) return exportVariables(core, process, frame, rest.map((arg) => arg.split('=')[0]))
  if (flags.includes('r')) return readonly(core, process, frame, rest.map((arg) => arg.split('=')[0]))
  return status
}

const readonly: Builtin = (core, process, _frame, args) => assignAll(core, process, 'readonly', args.filter((arg) => arg !== '-p'), (name, value) => {
  if (value !== undefined) setVariable(process, name, value)
  process.variables[name] = { ...(own(process.variables, name) ?? { value: '' }), isReadonly: true }
})

const unset: Builtin = (core, process, _frame, args) => {
  const isFunctions = args.includes('-f')
  for (const name of args.filter((arg) => !arg.startsWith('-'))) {
    if (own(process.variables, name)?.isReadonly === true) return fail(core, process, `unset: ${name}: ${core.state.dialect === 'ash' ? 'is read only' : 'cannot unset: readonly variable'}`)
    if (!isFunctions && own(process.variables, name) !== undefined) delete process.variables[name]
    else delete process.functions[name]
  }
  return 0
}

const longOptions: { readonly [name: string]: string } = { errexit: 'e', nounset: 'u', xtrace: 'x', pipefail: 'p', noglob: 'f', allexport: 'a', verbose: 'v', noclobber: 'C' }

const set: Builtin = (core, process, _frame, args) => {
  if (args.length === 0) {
    for (const name of Object.keys(process.variables).sort(compareText)) {
      const { value } = process.variables[name]
      core.write(process, 1, `${name}=${/^[\w@%+=:,./-]*$/.test(value) && core.state.dialect === 'bash' ? value : quoteValue(value)}\n`)
    }
    return 0
  }
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (arg === '--') {
      process.args = args.slice(i + 1)
      return 0
    }
    if (!/^[-+]./.test(arg)) {
      process.args = args.slice(i)
      return 0
    }
    const isOn = arg[0] === '-'
    for (const letter of arg.slice(1)) {
      if (letter !== 'o') {
        if (!'euxfavCnmbhBEHT'.includes(letter)) return fail(core, process, core.state.dialect === 'ash' ? `set: illegal option -${letter}` : `set: -${letter}: invalid option\nset: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]`, 2)
        process.options[letter] = isOn
        continue
      }
      const name = args[++i]
      if (name === undefined) return 0
      const short = own(longOptions, name)
      if (short === undefined) return fail(core, process, core.state.dialect === 'ash' ? `set: illegal option -o ${name}` : `set: ${name}: invalid option name`, core.state.dialect === 'ash' ? 2 : 1)
      process.options[short] = isOn
    }
  }
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

const read: Builtin = (core, process, _frame, args) => {
  let isRaw = false
  let prompt = ''
  const names: string[] = []
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '-p') prompt = args[++i] ?? ''
    else if (/^-[tdnu]$/.test(args[i])) i++
    else if (/^-[rs]+p?$/.test(args[i])) {
      isRaw ||= args[i].includes('r')
      if (args[i].endsWith('p')) prompt = args[++i] ?? ''
    } else if (args[i] !== '--') names.push(args[i])
  }
  if (prompt !== '' && process.fds[0]?.k === 'read' && core.state.pipes[process.fds[0].pipe]?.isInput === true && process.substitutions.length === 0) {
    core.write(process, 2, prompt)
    process.substitutions.push('')
  }
  const line = core.readLine(process, 0)
  if (line === 'wait') return 'again'
  process.substitutions = []
  const isWhole = line?.text.endsWith('\n') === true
  let text = line?.text.replace(/\n$/, '') ?? ''
  if (!isRaw) text = text.replace(/\\(.)/gs, '$1')
  const ifs = own(process.variables, 'IFS')?.value ?? ' \t\n'
  if (names.length === 0) setVariable(process, 'REPLY', text)
  else assignFields(process, names, text, ifs)
  return isWhole ? 0 : 1
}

/** The last name gets what is left. */
function assignFields(process: Process, names: readonly string[], text: string, ifs: string): void {
  const blanks: string[] = [...ifs].filter((c) => ' \t\n'.includes(c))
  let rest = trimBlanks(text, blanks)
  names.forEach((name, i) => {
    if (i === names.length - 1) {
      const { fields } = splitFields(rest, ifs)
      // A single field loses its separator; several keep them.
      setVariable(process, name, fields.length === 1 ? fields[0] : rest)
      return
    }
    let end = 0
    while (end < rest.length && !ifs.includes(rest[end])) end++
    setVariable(process, name, rest.slice(0, end))
    const isBlank = blanks.includes(rest[end])
    rest = trimStart(rest.slice(end), blanks)
    if (!isBlank) rest = trimStart(rest.slice(1), blanks)
    else if (rest !== '' && ifs.includes(rest[0])) rest = trimStart(rest.slice(1), blanks)
  })
}

function trimStart(text: string, blanks: readonly string[]): string {
  let i = 0
  while (i < text.length && blanks.includes(text[i])) i++
  return text.slice(i)
}

function trimBlanks(text: string, blanks: readonly string[]): string {
  let end = text.length
  while (end > 0 && blanks.includes(text[end - 1])) end--
  return trimStart(text.slice(0, end), blanks)
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

const trap: Builtin = (core, process, _frame, args) => {
  const operands = args.filter((arg) => arg !== '--')
  if (operands.length === 0 || operands[0] === '-p') {
    for (const name of Object.keys(process.traps).sort(compareText)) core.write(process, 1, `trap -- ${quoteValue(process.traps[name])} ${core.state.dialect === 'ash' || name === 'EXIT' ? name : `SIG${name}`}\n`)
    return 0
  }
  const isReset = operands[0] === '-' || operands.length === 1
  let code = 0
  for (const signal of operands.length === 1 ? operands : operands.slice(1)) {
    const name = signalName(signal)
    if (name === undefined) code = fail(core, process, core.state.dialect === 'ash' ? `trap: ${signal}: invalid signal specification` : `trap: ${signal}: invalid signal specification`)
    else if (isReset) delete process.traps[name]
    else process.traps[name] = operands[0]
  }
  return code
}

/** Signal name without SIG, from a name or a number. */
export function signalName(text: string): string | undefined {
  if (text === '0' || text.toUpperCase() === 'EXIT') return 'EXIT'
  if (text === 'ERR' || text === 'DEBUG') return text
  if (/^\d+$/.test(text)) return Object.keys(signalNumbers).find((name) => signalNumbers[name] === Number(text))
  const name = text.toUpperCase().replace(/^SIG/, '')
  return name in signalNumbers ? name : undefined
}

const kill: Builtin = (core, process, _frame, args) => {
  let name: string | undefined = 'TERM'
  const pids: string[] = []
  if (args[0] === '-l') {
    core.write(process, 1, `${Object.keys(signalNumbers).join(' ')}\n`)
    return 0
  }
  for (let i = 0; i < args.length; i++) {
    if (i === 0 && args[i] === '-s') name = signalName(args[++i] ?? '')
    else if (i === 0 && /^-./.test(args[i])) {
      name = args[i] === '-0' ? '0' : signalName(args[i].slice(1))
      if (name === undefined) return fail(core, process, core.state.dialect === 'ash' ? `kill: bad signal name '${args[i].slice(1)}'` : `kill: ${args[i].slice(1)}: invalid signal specification`)
    } else pids.push(args[i])
  }
  if (pids.length === 0 || name === undefined) return fail(core, process, core.state.dialect === 'ash' ? 'kill: you need to specify whom to kill' : 'kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]', core.state.dialect === 'ash' ? 1 : 2)
  let code = 0
  for (const pid of pids) {
    const isOther = pid === '1' && !core.state.processes.some((one) => one.pid === 1)
    if (isOther && core.host.signalInit !== undefined) {
      if (name === 'TERM' || name === 'INT' || name === 'HUP' || name === 'QUIT' || name === 'KILL') core.host.signalInit(name)
      continue
    }
    const isKnown = core.state.processes.some((one) => String(one.pid) === pid)
    if (!isKnown) code = fail(core, process, core.state.dialect === 'ash' ? `kill: can't kill pid ${pid}: No such process` : `kill: (${pid}) - No such process`)
    else if (name !== '0') {
      if (Number(pid) === process.pid && (name === 'KILL' || process.traps[name] === undefined) && process.pid !== 1) throw new ProcessExit(128 + (signalNumbers[name] ?? 15), signalNumbers[name])
      core.signal(Number(pid), name, Number(pid) === 1)
    }
  }
  return code
}

const wait: Builtin = (core, process, _frame, args) => {
  const children = core.state.processes.filter((one) => one.parent === process.pid).map((one) => one.pid)
  const wanted = args.length === 0 ? children : args.map(Number)
  const running = wanted.filter((pid) => children.includes(pid))
  if (running.length > 0) {
    process.wait = { t: 'children', pids: running, isInterruptible: true }
    return 'again'
  }
  const last = args.at(-1)
  return last === undefined ? 0 : (process.reaped[last] ?? 127)
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

const type: Builtin = (core, process, _frame, args) => {
  let code = 0
  for (const name of args.filter((arg) => !arg.startsWith('-'))) {
    const found = describe(core, process, name)
    if (found !== undefined) core.write(process, 1, `${found.long}\n`)
    else code = core.state.dialect === 'ash' ? (core.write(process, 1, `${name}: not found\n`), 127) : fail(core, process, `type: ${name}: not found`)
  }
  return code
}

const command: Builtin = (core, process, _frame, args) => {
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

const letBuiltin: Builtin = (core, process, _frame, args) => {
  let value = 0
  try {
    for (const arg of args) value = evaluate(arg, { get: (name) => own(process.variables, name)?.value, set: (name, text) => setVariable(process, name, text) })
  } catch (error) {
    if (!(error instanceof ArithError)) throw error
    return fail(core, process, `let: ${error.message}`)
  }
  return value === 0 ? 1 : 0
}

const getopts: Builtin = (core, process, _frame, args) => {
  const [spec = '', name = 'opt', ...list] = args
  const words = list.length > 0 ? list : process.args
  const index = Number(own(process.variables, 'OPTIND')?.value ?? 1)
  const word = words[index - 1]
  const at = Number(own(process.variables, 'OPTPOS')?.value ?? 1)
  if (word === undefined || !word.startsWith('-') || word === '-' || word === '--') {
    setVariable(process, 'OPTIND', String(word === '--' ? index + 1 : index))
    setVariable(process, name, '?')
    return 1
  }
  const letter = word[at]
  let next = at + 1 >= word.length ? index + 1 : index
  let position = at + 1 >= word.length ? 1 : at + 1
  const place = spec.indexOf(letter)
  const isKnown = place >= 0 && letter !== ':'
  setVariable(process, name, isKnown ? letter : '?')
  if (!isKnown) core.error(process, core.state.dialect === 'ash' ? `illegal option -${letter}` : `illegal option -- ${letter}`)
  else if (spec[place + 1] === ':') {
    const rest = word.slice(at + 1)
    setVariable(process, 'OPTARG', rest === '' ? (words[index] ?? '') : rest)
    next = rest === '' ? index + 2 : index + 1
    position = 1
  }
  setVariable(process, 'OPTIND', String(next))
  setVariable(process, 'OPTPOS', String(position))
  return 0
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

/** Finds what a command's name means: a function, a builtin, a tool, another shell, or a command of the host. */

import { builtins } from './builtins.ts'
import type { ShellCore } from './core.ts'
import { ExpansionError } from './fields.ts'
import { isDirectory, resolvePath } from './host.ts'
import type { CodeFrame, Fds, Process, Variable } from './state.ts'
import { tools } from './tools/registry.ts'
import { own, setVariable } from './variables.ts'

export interface Command {
  readonly argv: readonly string[]
  /** Assignments before the command. */
  readonly env: { readonly [name: string]: string }
  readonly fds?: Fds
  /** `env` is the whole environment. */
  readonly isWholeEnv?: boolean
}

const shells = new Set(['sh', 'bash', 'ash', 'dash'])
const binDirectories = /^\/(?:usr\/(?:local\/)?)?s?bin\//

/** True when a command of this name can be run by other tools (xargs). */
export function isRunnable(core: ShellCore, name: string): boolean {
  const short = name.replace(binDirectories, '')
  return name.includes('/') || own(builtins, short) !== undefined || shells.has(short) || core.host.isExternal(short) || (own(tools, short) !== undefined && core.host.hasTool(short))
}

/** Starts a command. Builtins end at once; others leave a frame or a wait behind. */
export function runCommand(core: ShellCore, process: Process, frame: CodeFrame, command: Command): void {
  const name = command.argv[0]
  const code = own(process.functions, name)
  if (code !== undefined) {
    callFunction(core, process, command, code)
    return
  }
  const builtin = own(builtins, name)
  if (builtin !== undefined) {
    runBuiltin(core, process, frame, command)
    return
  }
  runProgram(core, process, command)
}

/** Runs a program, not a function or builtin. */
export function runProgram(core: ShellCore, process: Process, command: Command): void {
  const restoreFds = command.fds === undefined ? undefined : process.fds
  if (command.fds !== undefined) process.fds = command.fds
  const path = command.argv[0]
  const isPath = path.includes('/')
  const name = isPath && binDirectories.test(path) && core.host.files.read(path) === undefined ? path.replace(binDirectories, '') : path
  if (core.host.isExternal(name)) {
    const out = process.fds[1]
    const source = process.fds[0]
    const needId = core.need(process, {
      kind: 'external', argv: [name, ...command.argv.slice(1)], env: environmentOf(process, command), cwd: process.cwd,
      isTerminal: out?.k === 'out', hasInput: source?.k === 'read' && core.state.pipes[source.pipe]?.isInput !== true,
    })
    process.frames.push({ f: 'external', needId, ...(restoreFds === undefined ? {} : { restoreFds }) })
    return
  }
  if (shells.has(name) && (core.state.dialect === 'bash' || name !== 'bash')) {
    startShell(core, process, [name, ...command.argv.slice(1)], command)
    if (restoreFds !== undefined) process.fds = restoreFds
    return
  }
  if (!name.includes('/') && own(tools, name) !== undefined && core.host.hasTool(name)) {
    const argv = [name, ...command.argv.slice(1)]
    process.frames.push({ f: 'tool', argv, env: environmentOf(process, command), memory: undefined, input: '', isInputEnd: false, outLength: 0, errLength: 0, ...(restoreFds === undefined ? {} : { restoreFds }) })
    return
  }
  if (isPath) runFile(core, process, command)
  else {
    core.error(process, core.state.dialect === 'ash' ? `${path}: not found` : `${path}: command not found`)
    process.status = 127
  }
  if (restoreFds !== undefined) process.fds = restoreFds
}

function runFile(core: ShellCore, process: Process, command: Command): void {
  const path = command.argv[0]
  const full = resolvePath(process.cwd, path)
  const text = core.host.files.read(full)
  const isAsh = core.state.dialect === 'ash'
  if (text === undefined) {
    const isFolder = isDirectory(core.host.files, full)
    core.error(process, isFolder ? `${path}: ${isAsh ? 'Permission denied' : 'Is a directory'}` : isAsh ? `${path}: not found` : `${path}: No such file or directory`)
    process.status = isFolder ? 126 : 127
    return
  }
  const interpreter = /^#!\s*(\S+)(?:\s+(\S+))?/.exec(text)
  const program = (interpreter?.[1].endsWith('/env') ? interpreter[2] : interpreter?.[1])?.replace(/^.*\//, '')
  if (program !== undefined && !shells.has(program)) {
    core.error(process, isAsh ? `${path}: not found` : `${path}: cannot execute: required file not found`)
    process.status = 127
    return
  }
  if (full.startsWith('/etc/')) {
    core.error(process, `${path}: Permission denied`)
    process.status = 126
    return
  }
  startShell(core, process, ['sh', path, ...command.argv.slice(1)], command)
}

/** Exported variables with a command's own assignments. */
function environmentOf(process: Process, command: Pick<Command, 'env' | 'isWholeEnv'>): { [name: string]: string } {
  if (command.isWholeEnv === true) return { ...command.env }
  const all: { [name: string]: string } = {}
  for (const [name, variable] of Object.entries(process.variables)) if (variable.isExported === true) all[name] = variable.value
  return { ...all, PWD: process.cwd, ...command.env }
}

function callFunction(core: ShellCore, process: Process, command: Command, code: NonNullable<Process['functions'][string]>): void {
  const frame = core.pushCode(process, code, 'function')
  frame.restoreArgs = process.args
  process.args = command.argv.slice(1)
  if (command.fds !== undefined) {
    frame.restoreFds = process.fds
    process.fds = command.fds
  }
  frame.restoreVariables = overlay(process, command.env)
}

/** Sets variables for a while. @returns what to restore */
function overlay(process: Process, env: { readonly [name: string]: string }): { [name: string]: Variable | null } {
  const before: { [name: string]: Variable | null } = {}
  for (const [name, value] of Object.entries(env)) {
    before[name] = own(process.variables, name) ?? null
    setVariable(process, name, value)
    process.variables[name].isExported = true
  }
  return before
}

/** Builtins that may wait: each runs from a frame of its own, so that it can be run again. */
const waiting = new Set(['read', 'wait'])

function runBuiltin(core: ShellCore, process: Process, frame: CodeFrame, command: Command): void {
  const [name, ...args] = command.argv
  const op = frame.code[0]
  const isAlone = frame.code.length === 1 && op.o === 'argv' && op.argv === command.argv
  if (waiting.has(name) && !isAlone) {
    const inner = core.pushCode(process, [{ o: 'argv', argv: command.argv, env: command.env }], 'eval')
    if (command.fds !== undefined) {
      inner.restoreFds = process.fds
      process.fds = command.fds
    }
    return
  }
  const before = process.fds
  if (command.fds !== undefined) process.fds = command.fds
  let restored: { [name: string]: Variable | null } = {}
  let keepsFds = name === 'exec'
  try {
    restored = overlay(process, command.env)
    const result = builtins[name](core, process, frame, args)
    if (typeof result === 'number') process.status = result
    else if (result === 'again') frame.pc = 0
    else if ('exec' in result) exec(core, process, command, result.exec)
    else if ('program' in result) runProgram(core, process, { argv: result.program, env: command.env })
    else {
      const inner = core.pushCode(process, result.code, result.kind)
      if (result.args !== undefined) {
        inner.restoreArgs = process.args
        process.args = result.args
      }
    }
    const top = process.frames.at(-1)
    if (!keepsFds && command.fds !== undefined && top !== undefined && top !== frame && top.f !== 'input') {
      top.restoreFds = before
      keepsFds = true
    }
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error
    core.error(process, error.message)
    process.status = 1
  }
  keepVariables(process, restored)
  if (!keepsFds && command.fds !== undefined) process.fds = before
}

function keepVariables(process: Process, restored: { readonly [name: string]: Variable | null }): void {
  for (const [name, variable] of Object.entries(restored)) {
    if (variable === null) delete process.variables[name]
    else process.variables[name] = variable
  }
}

/** `exec`: redirections stay; a command takes the shell's place. */
function exec(core: ShellCore, process: Process, command: Command, argv: readonly string[]): void {
  if (argv.length === 0) {
    process.status = 0
    return
  }
  process.traps = {}
  const frame = core.pushCode(process, [{ o: 'argv', argv: ['command', ...argv], env: command.env }], 'eval')
  process.frames = [frame]
  if (core.state.isSession === true && process.parent === 0) delete core.state.isSession
}

/** A new shell as a child process: `sh -c SCRIPT [NAME ARG...]`, `sh FILE [ARG...]`, or commands of standard input. */
function startShell(core: ShellCore, process: Process, argv: readonly string[], command: Command): void {
  const letters: string[] = []
  let i = 1
  for (; i < argv.length && /^[-+][A-Za-z]/.test(argv[i]) && argv[i] !== '--'; i++) {
    letters.push(...argv[i].slice(1))
    if (argv[i].slice(1) === 'o') i++
  }
  const operands = argv.slice(i)
  const isScript = letters.includes('c')
  let source: string | undefined
  if (isScript) {
    source = operands.shift()
    if (source === undefined) {
      core.write(process, 2, core.state.dialect === 'ash' ? `${argv[0]}: -c requires an argument\n` : `${argv[0]}: -c: option requires an argument\n`)
      process.status = 2
      return
    }
  }
  const name = operands.shift()
  if (!isScript && name !== undefined) {
    source = core.host.files.read(resolvePath(process.cwd, name))
    if (source === undefined) {
      core.write(process, 2, core.state.dialect === 'ash' ? `${argv[0]}: can't open '${name}': No such file or directory\n` : `${argv[0]}: ${name}: No such file or directory\n`)
      process.status = core.state.dialect === 'ash' ? 2 : 127
      return
    }
  }
  const child = core.fork(process, [], { ...process.fds })
  child.frames = []
  child.shellPid = child.pid
  child.args = operands
  child.name = name ?? argv[0]
  child.variables = {}
  for (const [key, value] of Object.entries(environmentOf(process, command))) child.variables[key] = { value, isExported: true }
  child.functions = {}
  child.aliases = {}
  child.options = { e: letters.includes('e'), x: letters.includes('x'), u: letters.includes('u') }
  child.status = 0
  if (source === undefined) child.frames.push({ f: 'input', text: '', hasPrompt: letters.includes('i'), isPrompted: false })
  else {
    const code = core.parse(child, source)
    if (code === undefined) child.frames.push({ f: 'code', code: [{ o: 'argv', argv: ['exit', '2'] }], pc: 0, loops: [], saved: [], quiet: 0, kind: 'main' })
    else core.pushCode(child, code, 'main')
  }
  waitForShell(core, process, child)
}

/** The parent goes on when the child has ended, with its status. */
function waitForShell(core: ShellCore, process: Process, child: Process): void {
  const frame = core.pushCode(process, [{ o: 'reap' }], 'eval')
  frame.pids = [child.pid]
  process.wait = { t: 'children', pids: [child.pid] }
}

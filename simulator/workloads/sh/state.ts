/** The state of a running shell: plain data, so that a container can be saved, forked and hashed. */

import type { SimTimeMs } from '../../kernel/event-queue.ts'
import type { Json } from '../../kernel/json.ts'
import type { EffectAnswer, HttpRequest } from '../program.ts'
import type { Code } from './compile.ts'
import type { Dialect } from './syntax.ts'

export interface Variable {
  value: string
  isExported?: boolean
  isReadonly?: boolean
  /** Elements of a bash array. */
  items?: readonly string[]
}

/** Where a file descriptor leads. */
export type Fd =
  | { readonly k: 'out' | 'err' | 'null' }
  | { readonly k: 'read' | 'write'; readonly pipe: string }
  | { readonly k: 'file'; readonly path: string }

export interface Fds {
  [fd: string]: Fd | undefined
}

/** Text on its way. `isInput`: filled from outside until closed. */
export interface Pipe {
  text: string
  isInput?: boolean
  isClosed?: boolean
}

export interface Loop {
  readonly next: number
  readonly end: number
  /** Depth of redirections and errexit guards at the loop's start. */
  readonly savedCount: number
  readonly quiet: number
  items?: readonly string[]
  index: number
  status: number
}

export interface CodeFrame {
  f: 'code'
  code: Code
  pc: number
  loops: Loop[]
  saved: Fds[]
  quiet: number
  kind: 'main' | 'function' | 'source' | 'trap' | 'eval'
  /** Restored when the frame ends. */
  restoreFds?: Fds
  restoreArgs?: readonly string[]
  restoreVariables?: { [name: string]: Variable | null }
  /** Status before a trap's action. */
  restoreStatus?: number
  timeStartMs?: SimTimeMs
  /** Children of the current step. */
  pids?: readonly number[]
  /** A command has ended: `set -e` looks at its status. */
  isUnchecked?: boolean
}

export interface ToolFrame {
  f: 'tool'
  argv: readonly string[]
  env: { readonly [name: string]: string }
  memory: Json | undefined
  /** Standard input so far. */
  input: string
  isInputEnd: boolean
  outLength: number
  errLength: number
  answer?: ToolAnswer
  /** What a command that the tool ran is captured into. */
  capture?: string
  hasRun?: boolean
  /** A child with a deadline (timeout). */
  childPid?: number
  needId?: string
  restoreFds?: Fds
}

export interface ExternalFrame {
  f: 'external'
  needId: string
  restoreFds?: Fds
}

/** Reads commands from standard input until its end. */
export interface InputFrame {
  f: 'input'
  text: string
  hasPrompt: boolean
  isPrompted: boolean
}

export type Frame = CodeFrame | ToolFrame | ExternalFrame | InputFrame

export type Wait =
  | { readonly t: 'children'; readonly pids: readonly number[]; readonly isInterruptible?: boolean; readonly untilMs?: SimTimeMs }
  /** `part`: what wakes the reader: any text, a whole line, or only the end. */
  | { readonly t: 'pipe'; readonly pipe: string; readonly part: 'any' | 'line' | 'end' }
  | { readonly t: 'time'; readonly untilMs: SimTimeMs }
  | { readonly t: 'need'; readonly id: string }

export interface Process {
  pid: number
  parent: number
  /** What `$$` is: the pid of the shell, not of its subshells. */
  shellPid: number
  frames: Frame[]
  variables: { [name: string]: Variable }
  functions: { [name: string]: Code }
  aliases: { [name: string]: string }
  /** Set options by letter: e, u, x, f; and p for pipefail. */
  options: { [letter: string]: boolean }
  cwd: string
  args: readonly string[]
  /** The shell is ash: some texts of variables differ. */
  isAsh?: boolean
  /** `$0`. */
  name: string
  fds: Fds
  status: number
  lastBackgroundPid: number
  traps: { [signal: string]: string }
  pendingSignals: string[]
  /** Results of the command substitutions of the current step, in order. */
  substitutions: string[]
  substitutionPipe?: string
  wait?: Wait
  /** Exit codes of ended children. */
  reaped: { [pid: string]: number }
}

/** What a command wants from the world around the shell. */
export type ShellNeed =
  | { readonly kind: 'request'; readonly request: HttpRequest; readonly timeoutMs: number }
  | { readonly kind: 'lookup'; readonly name: string }
  /** A command that the host runs by itself (kubectl). */
  | { readonly kind: 'external'; readonly argv: readonly string[]; readonly env: { readonly [name: string]: string }; readonly cwd: string; readonly isTerminal: boolean; readonly hasInput: boolean }

/** The answer to a tool's need, or the end of a command that it ran. */
export type ToolAnswer = EffectAnswer | { readonly kind: 'ran'; readonly code: number; readonly out: string }

export interface OpenNeed {
  readonly id: string
  readonly pid: number
  readonly need: ShellNeed
  answer?: EffectAnswer
}

export interface ShellState {
  dialect: Dialect
  /** Name in error texts: `bash` or `sh`. */
  shellName: string
  /** The first process stays when it has nothing left to do: the shell of a terminal. */
  isSession?: boolean
  nextId: number
  nextPid: number
  processes: Process[]
  pipes: { [id: string]: Pipe }
  needs: OpenNeed[]
  /** Set when the first process has ended. */
  exit?: { readonly code: number; readonly signal?: number }
  /** A script that never waits goes on at this time. */
  throttledUntilMs?: SimTimeMs
}

/** The pipe of the outermost standard input. */
export const inputPipe = 'stdin'

/** Options for a new shell. */
export interface ShellOptions {
  readonly dialect: Dialect
  readonly shellName: string
  readonly env: { readonly [name: string]: string }
  readonly cwd: string
  readonly args?: readonly string[]
  readonly name?: string
  /** Standard input is open (a person or a pipe); otherwise it is at its end. */
  readonly hasInput?: boolean
  readonly aliases?: { readonly [name: string]: string }
  readonly pid?: number
  readonly isSession?: boolean
}

/** A shell with one process that has nothing to do yet. */
export function makeShellState(options: ShellOptions): ShellState {
  const variables: { [name: string]: Variable } = {}
  for (const [name, value] of Object.entries(options.env)) variables[name] = { value, isExported: true }
  const pid = options.pid ?? 1
  const root: Process = {
    pid,
    parent: 0,
    shellPid: pid,
    frames: [],
    variables,
    functions: {},
    aliases: { ...options.aliases },
    options: {},
    cwd: options.cwd,
    args: options.args ?? [],
    name: options.name ?? options.shellName,
    fds: { 0: { k: 'read', pipe: inputPipe }, 1: { k: 'out' }, 2: { k: 'err' } },
    status: 0,
    lastBackgroundPid: 0,
    traps: {},
    pendingSignals: [],
    substitutions: [],
    reaped: {},
    ...(options.dialect === 'ash' ? { isAsh: true } : {}),
  }
  return {
    dialect: options.dialect,
    shellName: options.shellName,
    ...(options.isSession === true ? { isSession: true } : {}),
    nextId: 1,
    nextPid: pid + 1,
    processes: [root],
    pipes: { [inputPipe]: { text: '', isInput: true, isClosed: options.hasInput !== true } },
    needs: [],
  }
}

/** A copy that may be changed; code and other constants are shared. */
export function cloneShellState(state: ShellState): ShellState {
  return {
    ...state,
    pipes: mapValues(state.pipes, (pipe) => ({ ...pipe })),
    needs: state.needs.map((need) => ({ ...need })),
    processes: state.processes.map((process) => ({
      ...process,
      frames: process.frames.map(cloneFrame),
      variables: mapValues(process.variables, (variable) => ({ ...variable })),
      functions: { ...process.functions },
      aliases: { ...process.aliases },
      options: { ...process.options },
      fds: { ...process.fds },
      traps: { ...process.traps },
      pendingSignals: [...process.pendingSignals],
      substitutions: [...process.substitutions],
      reaped: { ...process.reaped },
    })),
  }
}

function cloneFrame(frame: Frame): Frame {
  if (frame.f !== 'code') return { ...frame }
  return { ...frame, loops: frame.loops.map((loop) => ({ ...loop })), saved: frame.saved.map((fds) => ({ ...fds })) }
}

function mapValues<V>(values: { readonly [key: string]: V }, change: (value: V) => V): { [key: string]: V } {
  const result: { [key: string]: V } = {}
  for (const key of Object.keys(values)) result[key] = change(values[key])
  return result
}

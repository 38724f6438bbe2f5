/** What steps, builtins and tools use of the machine that runs them. */

import type { Code } from './compile.ts'
import type { ShellHost } from './host.ts'
import type { CodeFrame, Fds, Frame, Process, ShellNeed, ShellState } from './state.ts'

/** A process ends now. */
export class ProcessExit extends Error {
  override readonly name = 'ProcessExit'
  readonly code: number
  readonly signal: number | undefined
  constructor(code: number, signal?: number) {
    super(`exit ${code}`)
    this.code = code
    this.signal = signal
  }
}

export const signalNumbers: { readonly [name: string]: number } = { HUP: 1, INT: 2, QUIT: 3, ILL: 4, ABRT: 6, FPE: 8, KILL: 9, USR1: 10, SEGV: 11, USR2: 12, PIPE: 13, ALRM: 14, TERM: 15 }

export interface ShellCore {
  readonly state: ShellState
  readonly host: ShellHost
  /** Parses a script; prints a syntax error and sets status 2. */
  parse(process: Process, source: string): Code | undefined
  pushCode(process: Process, code: Code, kind: CodeFrame['kind']): CodeFrame
  /** Starts a process with the same variables. */
  fork(parent: Process, code: Code, fds: Fds): Process
  signal(pid: number, name: string, isInit: boolean): boolean
  /** Ends a process with all its children. */
  endTree(pid: number): void
  makePipe(): string
  /** True when nothing more will come. */
  isEnded(pipe: string): boolean
  /** Writes to a descriptor. @throws ProcessExit when nobody reads it */
  write(process: Process, fd: number, text: string): void
  /** One line of a descriptor with its end; 'wait' sets what the process waits for. */
  readLine(process: Process, fd: number): { text: string } | undefined | 'wait'
  /** Undoes what a frame changed when it ends. */
  restore(process: Process, frame: Frame): void
  /** Registers a need of a process and makes it wait. */
  need(process: Process, need: ShellNeed): string
  /** Drops what a process is doing. */
  abort(process: Process, status: number): void
  /** Text of the shell itself on standard error. */
  error(process: Process, text: string): void
}

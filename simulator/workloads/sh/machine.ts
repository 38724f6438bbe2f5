/**
 * Runs shell processes step by step over plain data: a script, its subshells and pipelines take turns until each of them
 * waits for time, input, a child or the world around the shell.
 */

import { assert } from '../../kernel/assert.ts'
import type { SimTimeMs } from '../../kernel/event-queue.ts'
import type { Code } from './compile.ts'
import { compile } from './compile.ts'
import type { ShellCore } from './core.ts'
import { ProcessExit, signalNumbers } from './core.ts'
import { HostCommands } from './host-commands.ts'
import type { ShellHost } from './host.ts'
import { parseScript } from './parser.ts'
import type { CodeFrame, Fds, Frame, Process, ShellState } from './state.ts'
import { cloneShellState, inputPipe } from './state.ts'
import { runStep } from './steps.ts'
import { ShellSyntaxError } from './syntax.ts'
import { stepTool } from './tool-frame.ts'

/** Steps that one process runs before another may. */
const turnSteps = 500
/** Text in a pipe that makes its writer wait for the reader. */
const pipeLengthMax = 65_536
/** A program that never waits is taken to use its CPU for this long before the next steps. */
const throttleMs = 1000
/** Frames of one process (function calls, sourced files). */
const framesMax = 200
/** Processes of one shell. */
const processesMax = 200

/** A shell that runs. It works on a copy; read `state` when it has stopped. */
export class Machine extends HostCommands implements ShellCore {
  protected stepsLeft: number

  constructor(state: ShellState, host: ShellHost) {
    super(cloneShellState(state), host)
    this.stepsLeft = host.stepsMax
  }

  /** The first process. Gone once the shell has ended. */
  get root(): Process | undefined {
    return this.state.processes.find((process) => process.parent === 0)
  }

  /** True when the first process has nothing left to do. */
  get isIdle(): boolean {
    const { root } = this
    return root === undefined || root.frames.length === 0
  }

  /** Puts a script before the first process. A syntax error is printed, with status 2. @returns whether it was accepted */
  submit(source: string, kind: 'main' | 'eval' = 'main'): boolean {
    const { root } = this
    assert(root !== undefined, 'the shell has ended')
    const code = this.parse(root, source)
    if (code !== undefined) this.pushCode(root, code, kind)
    return code !== undefined
  }

  /** Parses a script for a process; prints a syntax error. */
  parse(process: Process, source: string): Code | undefined {
    try {
      return compile(parseScript(source, { dialect: this.state.dialect, aliases: process.aliases }))
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error
      for (const line of error.message.split('\n')) this.error(process, line)
      process.status = 2
      return undefined
    }
  }

  pushCode(process: Process, code: Code, kind: CodeFrame['kind']): CodeFrame {
    if (process.frames.length >= framesMax) {
      this.error(process, 'maximum function nesting level exceeded')
      throw new ProcessExit(2)
    }
    const frame: CodeFrame = { f: 'code', code, pc: 0, loops: [], saved: [], quiet: 0, kind }
    process.frames.push(frame)
    return frame
  }

  /** Runs until every process waits. */
  run(): void {
    const { state, host } = this
    if (state.throttledUntilMs !== undefined) {
      if (host.nowMs < state.throttledUntilMs) return
      delete state.throttledUntilMs
    }
    let last: Process | undefined
    for (;;) {
      const process = this.nextRunnable(last)
      if (process === undefined) return
      this.runTurn(process)
      // A process that used up its turn lets the others go first, readers of its output too.
      last = process.wait === undefined ? process : undefined
      if (this.stepsLeft > 0) continue
      if (host.onStepsMax === 'pause') state.throttledUntilMs = host.nowMs + throttleMs
      else this.endAll(`stopped after ${host.stepsMax} steps in which no time passed (an endless loop?)`)
      return
    }
  }

  protected endAll(message: string): void {
    const { root } = this
    if (root === undefined) return
    this.error(root, message)
    this.state.processes = [root]
    this.abort(root, 1)
  }

  /** Drops what a process is doing; it stays. */
  abort(process: Process, status: number): void {
    for (const frame of [...process.frames].reverse()) this.restore(process, frame)
    process.frames = []
    process.wait = undefined
    process.substitutions = []
    process.status = status
  }

  /** Ctrl+C: ends the command in the foreground; an interactive shell stays. The terminal itself shows `^C`. */
  interrupt(): void {
    const { root } = this
    if (root === undefined) return
    const input = root.frames.findIndex((frame) => frame.f === 'input')
    if (input < 0) {
      this.signal(root.pid, 'INT', root.pid === 1)
      return
    }
    const kept = root.frames[input]
    for (const frame of root.frames.slice(input + 1).reverse()) this.restore(root, frame)
    this.state.processes = [root]
    this.state.needs = []
    root.frames = root.frames.slice(0, input + 1)
    root.wait = undefined
    root.status = 130
    if (kept.f === 'input') Object.assign(kept, { text: '', isPrompted: false })
  }

  /** The next moment at which a process goes on by itself. */
  nextChangeMs(): SimTimeMs | undefined {
    return nextChangeOf(this.state)
  }

  /** True when a process waits for the outermost standard input. */
  get wantsInput(): boolean {
    return this.state.processes.some((process) => process.wait?.t === 'pipe' && process.wait.pipe === inputPipe)
  }

  /** Adds standard input; undefined ends it. */
  feed(text: string | undefined): void {
    const pipe = this.state.pipes[inputPipe]
    if (text === undefined) pipe.isClosed = true
    else pipe.text += text
  }

  // Turns

  protected nextRunnable(last: Process | undefined): Process | undefined {
    const { processes } = this.state
    if (last !== undefined) {
      const other = processes.find((process) => process !== last && this.isWoken(process) && !this.isBlockedWriter(process))
      if (other !== undefined) return other
    }
    const start = processes.find((process) => process.wait === undefined && process.frames.length > 0 && !this.isBlockedWriter(process))
    if (start !== undefined) return start
    const woken = processes.find((process) => process.wait !== undefined && process.wait.t !== 'pipe' && this.isWoken(process))
    if (woken !== undefined) return woken
    // Readers come last, the longest chain from its start, so that each reads as much as there is.
    return processes.find((process) => process.wait?.t === 'pipe' && this.isWoken(process))
  }

  /** A writer waits while its pipe is full and somebody will read it. */
  protected isBlockedWriter(process: Process): boolean {
    const out = process.fds[1]
    if (out?.k !== 'write') return false
    const pipe = this.state.pipes[out.pipe]
    return pipe !== undefined && pipe.text.length > pipeLengthMax && this.state.processes.some((other) => other !== process && other.wait?.t === 'pipe' && other.wait.pipe === out.pipe && other.wait.part !== 'end')
  }

  protected isWoken(process: Process): boolean {
    const { wait } = process
    if (process.pendingSignals.length > 0 && wait?.t === 'children' && wait.isInterruptible === true) return true
    switch (wait?.t) {
      case undefined: return process.frames.length > 0
      case 'time': return this.host.nowMs >= wait.untilMs
      case 'children': return (wait.untilMs !== undefined && this.host.nowMs >= wait.untilMs) || wait.pids.every((pid) => !this.state.processes.some((other) => other.pid === pid))
      case 'need': return this.state.needs.some((need) => need.id === wait.id && need.answer !== undefined)
      case 'pipe': {
        const pipe = this.state.pipes[wait.pipe]
        if (pipe === undefined || this.isEnded(wait.pipe)) return true
        return wait.part === 'any' ? pipe.text !== '' : wait.part === 'line' ? pipe.text.includes('\n') : pipe.text.length > pipeLengthMax
      }
    }
  }

  protected runTurn(process: Process): void {
    process.wait = undefined
    try {
      for (let i = 0; i < turnSteps && process.wait === undefined; i++) {
        if (--this.stepsLeft <= 0) return
        this.takeSignal(process)
        const frame = process.frames.at(-1)
        if (frame === undefined) break
        if (frame.f === 'code') runStep(this, process, frame)
        else if (frame.f === 'tool') stepTool(this, process, frame)
        else if (frame.f === 'input') this.stepInput(process, frame)
        else return
      }
      if (process.frames.length === 0 && !this.stays(process)) throw new ProcessExit(process.status)
    } catch (error) {
      if (!(error instanceof ProcessExit)) throw error
      this.exit(process, error.code, error.signal)
    }
  }

  /** Runs the next command of standard input. */
  protected stepInput(process: Process, frame: Extract<Frame, { f: 'input' }>): void {
    if (frame.hasPrompt && !frame.isPrompted) {
      this.write(process, 1, frame.text === '' ? `${process.cwd} # ` : '> ')
      frame.isPrompted = true
    }
    const line = this.readLine(process, 0)
    if (line === 'wait') return
    frame.isPrompted = false
    if (line === undefined) {
      if (frame.text !== '') this.parse(process, frame.text)
      process.frames.pop()
      if (frame.hasPrompt) this.write(process, 1, '\n')
      return
    }
    frame.text += line.text
    try {
      const code = compile(parseScript(frame.text, { dialect: this.state.dialect, aliases: process.aliases }))
      frame.text = ''
      this.pushCode(process, code, 'main')
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error
      if (error.isIncomplete) return
      frame.text = ''
      this.error(process, error.message)
      process.status = 2
    }
  }

  // Processes

  /** Starts a process with the same variables, as fork does. */
  fork(parent: Process, code: Code, fds: Fds): Process {
    if (this.state.processes.length >= processesMax) {
      this.error(parent, 'fork: retry: Resource temporarily unavailable')
      throw new ProcessExit(254)
    }
    const copy = cloneShellState({ ...this.state, pipes: {}, needs: [], processes: [{ ...parent, frames: [] }] }).processes[0]
    const child: Process = { ...copy, pid: this.state.nextPid++, parent: parent.pid, fds, frames: [], traps: {}, pendingSignals: [], substitutions: [], reaped: {} }
    delete child.wait
    delete child.substitutionPipe
    this.state.processes.push(child)
    const frame = this.pushCode(child, code, 'main')
    // A subshell in a condition is not ended by errexit.
    frame.quiet = parent.frames.some((one) => one.f === 'code' && one.quiet > 0) ? 1 : 0
    return child
  }

  /** Ends a process; its exit trap runs first. */
  exit(process: Process, code: number, signal?: number): void {
    const trap = process.traps.EXIT
    if (trap !== undefined && signal === undefined) {
      delete process.traps.EXIT
      this.abort(process, code)
      const script = this.parse(process, trap)
      if (script !== undefined) {
        this.pushCode(process, [...script, { o: 'argv', argv: ['exit', String(code)] }], 'trap')
        return
      }
    }
    this.state.processes = this.state.processes.filter((other) => other !== process)
    this.state.needs = this.state.needs.filter((need) => need.pid !== process.pid)
    if (process.parent === 0) {
      this.state.exit = signal === undefined ? { code } : { code, signal }
      // When process 1 ends, the kernel ends the others.
      this.state.processes = []
      this.state.needs = []
    } else {
      const parent = this.state.processes.find((other) => other.pid === process.parent)
      if (parent !== undefined) parent.reaped[process.pid] = code
    }
    this.dropPipes()
  }

  /** Ends a process with all its children. */
  endTree(pid: number): void {
    for (const child of this.state.processes.filter((one) => one.parent === pid)) this.endTree(child.pid)
    const process = this.state.processes.find((one) => one.pid === pid)
    if (process !== undefined) this.exit({ ...process, traps: {} }, 143, 15)
    this.state.processes = this.state.processes.filter((one) => one.pid !== pid)
  }

  /** Sends a signal. The first process of a container ignores what it does not handle. */
  signal(pid: number, name: string, isInit: boolean): boolean {
    const process = this.state.processes.find((one) => one.pid === pid)
    if (process === undefined) return false
    if (name === 'KILL' || process.traps[name] === undefined) {
      if (isInit && process.parent === 0) return true
      const signal = signalNumbers[name] ?? 15
      this.exit(process, 128 + signal, signal)
      return true
    }
    if (process.traps[name] !== '') process.pendingSignals.push(name)
    return true
  }

  /** Runs a trap's action once the command in the foreground has ended; `wait` is cut short. */
  protected takeSignal(process: Process): void {
    const top = process.frames.at(-1)
    if (process.pendingSignals.length === 0 || (top !== undefined && (top.f !== 'code' || top.pids !== undefined))) return
    const name = process.pendingSignals.shift() ?? ''
    const op = top?.code[top.pc]
    if (top !== undefined && op?.o === 'argv' && op.argv[0] === 'wait') {
      top.pc++
      process.status = 128 + (signalNumbers[name] ?? 0)
    }
    const code = this.parse(process, process.traps[name] ?? '')
    if (code !== undefined) this.pushCode(process, code, 'trap').restoreStatus = process.status
  }
}

/** The next moment at which a process of a shell goes on by itself. */
export function nextChangeOf(state: ShellState): SimTimeMs | undefined {
  if (state.throttledUntilMs !== undefined) return state.throttledUntilMs
  let next: SimTimeMs | undefined
  for (const { wait } of state.processes) {
    const untilMs = wait?.t === 'time' || wait?.t === 'children' ? wait.untilMs : undefined
    if (untilMs !== undefined && untilMs < Number.MAX_SAFE_INTEGER && (next === undefined || untilMs < next)) next = untilMs
  }
  return next
}

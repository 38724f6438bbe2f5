/** Commands of the host (kubectl) in a running shell. */

import { ProcessExit } from './core.ts'
import { Plumbing } from './plumbing.ts'
import type { Frame, Process } from './state.ts'
import { inputPipe } from './state.ts'

/** Commands that the host runs: their output, input and end. */
export abstract class HostCommands extends Plumbing {
  /** The shell of a terminal goes on after its commands. */
  protected stays(process: Process): boolean {
    return process.parent === 0 && this.state.isSession === true
  }

  // Commands that the host runs

  protected externalOf(needId: string): { process: Process; frame: Extract<Frame, { f: 'external' }> } | undefined {
    const need = this.state.needs.find((one) => one.id === needId)
    const process = this.state.processes.find((one) => one.pid === need?.pid)
    const frame = process?.frames.at(-1)
    return process === undefined || frame?.f !== 'external' ? undefined : { process, frame }
  }

  /** Output of a command of the host. @returns false when nobody reads it any more: end the command */
  externalWrite(needId: string, fd: number, text: string): boolean {
    const found = this.externalOf(needId)
    if (found === undefined) return false
    try {
      this.write(found.process, fd, text)
      return true
    } catch (error) {
      if (!(error instanceof ProcessExit)) throw error
      this.exit(found.process, error.code, error.signal)
      return false
    }
  }

  /** True when nobody will ever read what a command of the host prints. */
  hasDeadOutput(needId: string): boolean {
    const out = this.externalOf(needId)?.process.fds[1]
    return out?.k === 'write' && !this.holds(out.pipe, 'read') && !this.isCaptured(out.pipe)
  }

  /** Input for a command of the host: text, undefined at the end, or 'wait'; 'terminal' when it is the terminal's. */
  externalInput(needId: string, all: boolean): string | undefined | 'wait' | 'terminal' {
    const found = this.externalOf(needId)
    const source = found?.process.fds[0]
    if (found === undefined || source?.k !== 'read') return undefined
    if (source.pipe === inputPipe && this.state.pipes[inputPipe].isClosed !== true) return 'terminal'
    if (all && !this.isEnded(source.pipe)) return 'wait'
    if (!all) {
      const line = this.readLine(found.process, 0)
      found.process.wait = { t: 'need', id: needId }
      return line === 'wait' ? 'wait' : line?.text
    }
    const pipe = this.state.pipes[source.pipe]
    const { text } = pipe
    pipe.text = ''
    return text === '' ? undefined : text
  }

  /** A command of the host has ended. */
  externalExit(needId: string, code: number): void {
    const found = this.externalOf(needId)
    this.state.needs = this.state.needs.filter((need) => need.id !== needId)
    if (found === undefined) return
    const { process, frame } = found
    process.frames.pop()
    this.restore(process, frame)
    process.wait = undefined
    process.status = code
    if (process.frames.length === 0 && !this.stays(process)) this.exit(process, code)
  }

  /** Ends a process. */
  abstract exit(process: Process, code: number, signal?: number): void
}

/** Pipes, descriptors and needs of a running shell. */

import { ProcessExit } from './core.ts'
import type { ShellHost } from './host.ts'
import type { Fd, Fds, Frame, Pipe, Process, ShellNeed, ShellState } from './state.ts'
import { inputPipe } from './state.ts'

/** State of a shell with its pipes; processes are the subclass. */
export abstract class Plumbing {
  readonly state: ShellState
  readonly host: ShellHost

  constructor(state: ShellState, host: ShellHost) {
    this.state = state
    this.host = host
  }

  protected dropPipes(): void {
    for (const id of Object.keys(this.state.pipes)) {
      if (id !== inputPipe && !this.holds(id, 'read') && !this.holds(id, 'write') && !this.state.processes.some((process) => process.substitutionPipe === id || process.frames.some((frame) => frame.f === 'tool' && frame.capture === id))) delete this.state.pipes[id]
    }
  }

  // Pipes and descriptors

  makePipe(): string {
    const id = `p${this.state.nextId++}`
    this.state.pipes[id] = { text: '' }
    return id
  }

  protected holds(pipe: string, k: 'read' | 'write'): boolean {
    const has = (fds: Fds | undefined): boolean => fds !== undefined && Object.values(fds).some((fd) => fd !== undefined && fd.k === k && fd.pipe === pipe)
    return this.state.processes.some((process) => has(process.fds) || process.frames.some((frame) => (frame.f === 'code' && frame.saved.some(has)) || (frame.f !== 'input' && has(frame.restoreFds))))
  }

  /** True when nothing more will come. */
  isEnded(id: string): boolean {
    const pipe: Pipe | undefined = this.state.pipes[id]
    if (pipe === undefined) return true
    return pipe.isInput === true ? pipe.isClosed === true : !this.holds(id, 'write')
  }

  /** Writes to a descriptor. A pipe without reader ends the process with 141. */
  write(process: Process, fd: number, text: string): void {
    if (text === '') return
    const target: Fd | undefined = process.fds[fd]
    switch (target?.k) {
      case 'out':
        this.host.out('stdout', text)
        return
      case 'err':
        this.host.out('stderr', text)
        return
      case 'write': {
        if (!this.holds(target.pipe, 'read') && !this.isCaptured(target.pipe)) throw new ProcessExit(141, 13)
        this.state.pipes[target.pipe].text += text
        return
      }
      case 'file': {
        this.host.files.write(target.path, (this.host.files.read(target.path) ?? '') + text)
        return
      }
    }
  }

  protected isCaptured(pipe: string): boolean {
    return this.state.processes.some((process) => process.substitutionPipe === pipe || process.frames.some((frame) => frame.f === 'tool' && frame.capture === pipe))
  }

  /** One line of a descriptor with its end; undefined at the end; 'wait' sets what the process waits for. */
  readLine(process: Process, fd: number): { text: string } | undefined | 'wait' {
    const source = process.fds[fd]
    if (source?.k !== 'read') return undefined
    const pipe = this.state.pipes[source.pipe]
    if (pipe === undefined) return undefined
    const end = pipe.text.indexOf('\n')
    if (end < 0 && !this.isEnded(source.pipe)) {
      process.wait = { t: 'pipe', pipe: source.pipe, part: 'line' }
      return 'wait'
    }
    if (pipe.text === '') return undefined
    const text = end < 0 ? pipe.text : pipe.text.slice(0, end + 1)
    pipe.text = pipe.text.slice(text.length)
    return { text }
  }

  /** Undoes what a frame changed when it ends. */
  restore(process: Process, frame: Frame): void {
    if (frame.f === 'input') return
    if (frame.f === 'code') {
      if (frame.saved.length > 0) process.fds = frame.saved[0]
      if (frame.restoreArgs !== undefined) process.args = frame.restoreArgs
      for (const [name, variable] of Object.entries(frame.restoreVariables ?? {})) {
        if (variable === null) delete process.variables[name]
        else process.variables[name] = variable
      }
      if (frame.restoreStatus !== undefined) process.status = frame.restoreStatus
    } else if ('needId' in frame) this.state.needs = this.state.needs.filter((need) => need.id !== frame.needId)
    if (frame.restoreFds !== undefined) process.fds = frame.restoreFds
  }

  /** Registers a need of a process and makes it wait. */
  need(process: Process, need: ShellNeed): string {
    const id = `n${this.state.nextId++}`
    this.state.needs.push({ id, pid: process.pid, need })
    process.wait = { t: 'need', id }
    return id
  }

  /** Text of the shell itself on standard error. */
  error(process: Process, text: string): void {
    this.write(process, 2, `${this.state.shellName}: ${text}\n`)
  }
}

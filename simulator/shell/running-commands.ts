/** The programs of one command line: several may run at once in a pipeline. Passes their needs on, one at a time. */

import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { Machine } from '../workloads/sh/machine.ts'
import type { OpenNeed, ShellNeed } from '../workloads/sh/state.ts'
import type { Executable, FileSystem, Process, ProcessAnswer, ProcessContext, ProcessNeed } from './process.ts'

interface Running {
  readonly id: string
  readonly process: Process
  need: ProcessNeed | undefined
  isOver: boolean
}

/** What every program of a terminal is given beside its arguments. */
export interface ContextParts {
  readonly files: FileSystem
  readonly clock: ProcessContext['clock']
}

type Needs<T> = Generator<ProcessNeed, T, ProcessAnswer>

/** How long one stream is listened to while another one is open too. */
const turnMs = 250
/** Needs that a program may still have answered while it is being stopped. */
const farewellsMax = 20
const interruptedCode = 130

function isImmediate(need: ProcessNeed): boolean {
  return need.kind === 'request' || need.kind === 'closeStream' || need.kind === 'sendInput' || need.kind === 'edit'
}

/** Enter belongs to a line; single control characters (Ctrl+C for a container) stay as they are. */
function withLineEnd(text: string): string {
  return text.endsWith('\n') || text === '\x03' || text === '\x04' ? text : `${text}\n`
}

/** Drives the programs of one line. */
export class RunningCommands {
  private readonly machine: Machine
  private readonly executables: { readonly [name: string]: Executable }
  private readonly parts: ContextParts
  private running: Running[] = []
  private streamTurn = 0

  constructor(machine: Machine, executables: { readonly [name: string]: Executable }, parts: ContextParts) {
    this.machine = machine
    this.executables = executables
    this.parts = parts
  }

  /** Runs the machine and its programs until the shell has nothing left to do. */
  *untilIdle(): Needs<void> {
    for (;;) {
      this.machine.run()
      if (yield* this.matchNeeds()) continue
      if (yield* this.drive()) continue
      if (this.machine.isIdle) return
      yield* this.wait()
    }
  }

  /** Starts programs that the shell asks for, and stops those whose process is gone. @returns whether the shell can go on */
  private *matchNeeds(): Needs<boolean> {
    let isChanged = false
    const { needs } = this.machine.state
    for (const command of this.running) {
      if (!needs.some((need) => need.id === command.id)) yield* this.stop(command)
      else if (command.need?.kind === 'stream' && this.machine.hasDeadOutput(command.id)) {
        // Differs: a real program notices only at its next write that its reader (head) has left.
        yield* this.stop(command)
        this.machine.externalExit(command.id, 141)
        isChanged = true
      }
    }
    this.running = this.running.filter((command) => !command.isOver)
    for (const need of this.machine.state.needs) if (!this.running.some((command) => command.id === need.id)) this.start(need)
    return isChanged
  }

  private start({ id, need }: OpenNeed): void {
    if (need.kind !== 'external') return
    this.running.push({ id, process: this.executables[need.argv[0]](this.contextOf(id, need)), need: undefined, isOver: false })
  }

  private contextOf(id: string, need: Extract<ShellNeed, { kind: 'external' }>): ProcessContext {
    return {
      argv: need.argv,
      env: need.env,
      workingDirectory: need.cwd,
      files: this.parts.files,
      clock: this.parts.clock,
      out: (text) => void this.machine.externalWrite(id, 1, text),
      err: (text) => void this.machine.externalWrite(id, 2, text),
      isTerminal: need.isTerminal,
      hasInput: need.hasInput,
    }
  }

  /** Takes each program as far as it goes without waiting. @returns whether anything happened */
  private *drive(): Needs<boolean> {
    let hasProgress = false
    for (const command of this.running) {
      while (!command.isOver) {
        if (command.need !== undefined && !isImmediate(command.need)) {
          const answer = this.answerNow(command, command.need)
          if (answer === undefined) break
          this.next(command, answer)
        } else if (command.need !== undefined) this.next(command, yield command.need)
        else this.next(command, { kind: 'none' })
        hasProgress = true
        if (!this.machine.state.needs.some((need) => need.id === command.id)) break
      }
    }
    return hasProgress
  }

  private next(command: Running, answer: ProcessAnswer): void {
    const result = command.process.next(answer)
    if (result.done === true) {
      command.isOver = true
      command.need = undefined
      this.machine.externalExit(command.id, result.value)
    } else command.need = result.value
  }

  /** The answer to a need that does not have to wait any more. */
  private answerNow(command: Running, need: ProcessNeed): ProcessAnswer | undefined {
    if (need.kind === 'sleep') return this.parts.clock.nowMs >= need.untilMs ? { kind: 'none' } : undefined
    if (need.kind !== 'input') return undefined
    const text = this.machine.externalInput(command.id, need.all)
    return text === 'wait' || text === 'terminal' ? undefined : { kind: 'text', text }
  }

  /** Waits for the next thing that can happen: a stream, a moment, or the keyboard. */
  private *wait(): Needs<void> {
    const streams = this.running.filter((command) => command.need?.kind === 'stream')
    const untilMs = this.deadline(streams)
    if (streams.length > 0) {
      yield* this.waitForStream(streams, untilMs)
      return
    }
    const reader = this.running.find((command) => command.need?.kind === 'input' && this.machine.externalInput(command.id, command.need.all) === 'terminal')
    if (reader?.need?.kind === 'input') {
      this.next(reader, { kind: 'text', text: yield* this.typed(reader.need.all) })
      return
    }
    if (untilMs !== undefined) {
      yield { kind: 'sleep', untilMs }
      return
    }
    if (this.machine.wantsInput) {
      this.machine.feed(yield* this.typed(false))
      return
    }
    // Nothing can happen any more: every process waits for another one.
    const { root } = this.machine
    if (root !== undefined) {
      this.machine.error(root, 'the command waits for nothing that can happen; it was stopped')
      this.machine.state.processes = [root]
      this.machine.abort(root, 1)
    }
  }

  /** What a person types: one line with its end, or all lines up to the end of input. undefined when there is nothing. */
  private *typed(all: boolean): Needs<string | undefined> {
    let text: string | undefined
    do {
      const answer = yield { kind: 'input', all: false }
      if (answer.kind !== 'text' || answer.text === undefined) break
      text = (text ?? '') + withLineEnd(answer.text)
    } while (all)
    return text
  }

  private deadline(streams: readonly Running[]): SimTimeMs | undefined {
    const moments = this.running.flatMap(({ need }) => (need?.kind === 'sleep' ? [need.untilMs] : need?.kind === 'stream' && need.untilMs !== undefined ? [need.untilMs] : []))
    const next = this.machine.nextChangeMs()
    if (next !== undefined) moments.push(next)
    if (streams.length > 1) moments.push(this.parts.clock.nowMs + turnMs)
    return moments.length === 0 ? undefined : Math.min(...moments)
  }

  private *waitForStream(streams: readonly Running[], untilMs: SimTimeMs | undefined): Needs<void> {
    const command = streams[this.streamTurn++ % streams.length]
    const need = command.need
    if (need?.kind !== 'stream') return
    const answer = yield { kind: 'stream', streamId: need.streamId, ...(untilMs === undefined ? {} : { untilMs }) }
    const isEmpty = answer.kind === 'frames' && answer.frames.length === 0
    const isTooEarly = need.untilMs === undefined || this.parts.clock.nowMs < need.untilMs
    if (!isEmpty || !isTooEarly) this.next(command, answer)
  }

  private *stop(command: Running): Needs<void> {
    if (command.isOver) return
    command.isOver = true
    let result = command.process.return(interruptedCode)
    for (let i = 0; i < farewellsMax && result.done !== true; i++) {
      result = isImmediate(result.value) && result.value.kind !== 'edit' ? command.process.next(yield result.value) : command.process.return(interruptedCode)
    }
    if (command.need?.kind === 'stream') yield { kind: 'closeStream', streamId: command.need.streamId }
  }

  /** Ends all programs. */
  *stopAll(): Needs<void> {
    for (const command of this.running) yield* this.stop(command)
    this.running = []
  }
}

/** Runs a tool that a process has started: gives it input as it comes, prints what is new, waits for what it needs. */

import type { SimTimeMs } from '../../kernel/event-queue.ts'
import type { Json } from '../../kernel/json.ts'
import { isRunnable } from './commands.ts'
import type { ShellCore } from './core.ts'
import { ExpansionError } from './fields.ts'
import type { ShellFiles } from './host.ts'
import { isDirectory, resolvePath } from './host.ts'
import { RegexError } from './regex.ts'
import type { Process, ToolFrame } from './state.ts'
import { tools } from './tools/registry.ts'
import type { ToolContext, ToolFiles, ToolStep } from './tools/tool.ts'
import { InputNeeded, ToolFailure } from './tools/tool.ts'

/** Input longer than this ends a tool. */
const inputLengthMax = 16 * 1024 * 1024

/** One step of a tool. */
export function stepTool(core: ShellCore, process: Process, frame: ToolFrame): void {
  takeAnswer(core, process, frame)
  const tool = tools[frame.argv[0]]
  let usedInput = false
  const context = new FrameContext(core, process, frame, () => {
    usedInput = true
    takeInput(core, process, frame)
    if (frame.isInputEnd) return frame.input
    if (tool.streams === true) return frame.input.slice(0, frame.input.lastIndexOf('\n') + 1)
    throw new InputNeeded('input')
  })
  let step: ToolStep
  try {
    step = tool.run(context)
  } catch (error) {
    if (error instanceof InputNeeded) {
      waitForInput(core, process, 'end')
      return
    }
    if (error instanceof ToolFailure) step = { err: error.message, code: error.code }
    else if (error instanceof RegexError || error instanceof ExpansionError) step = { err: `${frame.argv[0]}: ${error.message}\n`, code: 2 }
    else throw error
  }
  emit(core, process, frame, step)
  if (step.wait !== undefined) {
    frame.memory = step.memory
    frame.answer = undefined
    frame.outLength = 0
    frame.errLength = 0
    startWait(core, process, frame, step.wait)
  } else if (usedInput && !frame.isInputEnd && step.isDone !== true) waitForInput(core, process, 'any')
  else {
    process.frames.pop()
    core.restore(process, frame)
    process.status = step.code ?? 0
  }
}

/** Prints what was not printed before; a streaming tool gives its whole output each time. */
function emit(core: ShellCore, process: Process, frame: ToolFrame, step: ToolStep): void {
  const out = step.out ?? ''
  const err = step.err ?? ''
  const newErr = err.slice(frame.errLength)
  const newOut = out.slice(frame.outLength)
  frame.errLength = Math.max(err.length, frame.errLength)
  frame.outLength = Math.max(out.length, frame.outLength)
  core.write(process, 2, newErr)
  core.write(process, 1, newOut)
}

function waitForInput(core: ShellCore, process: Process, part: 'any' | 'end'): void {
  const source = process.fds[0]
  if (source?.k === 'read' && core.state.pipes[source.pipe] !== undefined) process.wait = { t: 'pipe', pipe: source.pipe, part }
}

function takeInput(core: ShellCore, process: Process, frame: ToolFrame): void {
  const source = process.fds[0]
  if (source?.k !== 'read') {
    frame.isInputEnd = true
    return
  }
  const pipe = core.state.pipes[source.pipe]
  if (pipe === undefined) {
    frame.isInputEnd = true
    return
  }
  frame.input += pipe.text
  pipe.text = ''
  frame.isInputEnd = core.isEnded(source.pipe)
  if (frame.input.length > inputLengthMax) {
    core.write(process, 2, `${frame.argv[0]}: input exceeds ${inputLengthMax / 1024 / 1024} MiB\n`)
    frame.isInputEnd = true
  }
}

function takeAnswer(core: ShellCore, process: Process, frame: ToolFrame): void {
  if (frame.hasRun === true) {
    frame.hasRun = undefined
    const out = frame.capture === undefined ? '' : (core.state.pipes[frame.capture]?.text ?? '')
    if (frame.capture !== undefined) delete core.state.pipes[frame.capture]
    frame.capture = undefined
    frame.answer = { kind: 'ran', code: process.status, out }
  }
  if (frame.childPid !== undefined) {
    const pid = frame.childPid
    const isRunning = core.state.processes.some((one) => one.pid === pid)
    if (isRunning) core.endTree(pid)
    frame.answer = { kind: 'ran', code: isRunning ? -1 : (process.reaped[pid] ?? 0), out: '' }
    delete process.reaped[pid]
    frame.childPid = undefined
  }
  if (frame.needId === undefined) return
  const need = core.state.needs.find((one) => one.id === frame.needId)
  if (need?.answer !== undefined) frame.answer = need.answer
  core.state.needs = core.state.needs.filter((one) => one !== need)
  frame.needId = undefined
}

function startWait(core: ShellCore, process: Process, frame: ToolFrame, wait: NonNullable<ToolStep['wait']>): void {
  switch (wait.t) {
    case 'time':
      process.wait = { t: 'time', untilMs: wait.untilMs }
      return
    case 'need':
      frame.needId = core.need(process, wait.need)
      return
    case 'deadline': {
      const child = core.fork(process, [{ o: 'argv', argv: wait.argv }], { ...process.fds })
      frame.childPid = child.pid
      process.wait = { t: 'children', pids: [child.pid], untilMs: wait.untilMs }
      return
    }
    case 'run': {
      const code = wait.script === undefined ? [{ o: 'argv' as const, argv: wait.argv, ...(wait.env === undefined ? {} : { env: wait.env, isWholeEnv: true }) }] : core.parse(process, wait.script)
      if (code === undefined) return
      frame.hasRun = true
      const inner = core.pushCode(process, code, 'eval')
      if (wait.isCaptured === true) {
        frame.capture = core.makePipe()
        inner.restoreFds = process.fds
        process.fds = { ...process.fds, 1: { k: 'write', pipe: frame.capture } }
      }
    }
  }
}

/** What a running tool sees. A class, because a script makes many of them. */
class FrameContext implements ToolContext {
  readonly argv: readonly string[]
  readonly dialect: ToolContext['dialect']
  readonly memory: Json | undefined
  readonly answer: ToolContext['answer']
  private readonly core: ShellCore
  private readonly process: Process
  private readonly frame: ToolFrame
  private readonly readInput: () => string
  private ownFiles: ToolFiles | undefined

  constructor(core: ShellCore, process: Process, frame: ToolFrame, readInput: () => string) {
    this.core = core
    this.process = process
    this.frame = frame
    this.readInput = readInput
    this.argv = frame.argv
    this.dialect = core.state.dialect
    this.memory = frame.memory
    this.answer = frame.answer
  }

  get env(): ToolContext['env'] {
    return this.frame.env
  }

  get cwd(): string {
    return this.process.cwd
  }

  get files(): ToolFiles {
    this.ownFiles ??= toolFiles(this.core.host.files, this.process.cwd)
    return this.ownFiles
  }

  get nowMs(): SimTimeMs {
    return this.core.host.nowMs
  }

  get hostName(): string {
    return this.core.host.hostName
  }

  get userName(): string {
    return this.core.host.userName
  }

  get user(): ToolContext['user'] {
    const { host } = this.core
    return host.user ?? (host.userName === 'root' ? { uid: 0, gid: 0, groups: [] } : { uid: 1000, gid: 1000, groups: [] })
  }

  get isTerminal(): boolean {
    return this.process.fds[1]?.k === 'out' && this.core.host.columns !== undefined
  }

  get columns(): number | undefined {
    return this.core.host.columns
  }

  get isInputEnd(): boolean {
    return this.frame.isInputEnd
  }

  timestamp(atMs: SimTimeMs): string {
    return this.core.host.timestamp(atMs)
  }

  hasCommand(name: string): boolean {
    return isRunnable(this.core, name)
  }

  stdin(): string {
    return this.readInput()
  }
}

function toolFiles(files: ShellFiles, cwd: string): ToolFiles {
  const resolve = (path: string): string => resolvePath(cwd, path)
  return {
    resolve,
    read: (path) => files.read(resolve(path)),
    list: (path) => files.list(resolve(path)),
    write: (path, text) => files.write(resolve(path), text),
    remove: (path) => files.remove(resolve(path)),
    makeDirectory: (path) => files.makeDirectory(resolve(path)),
    isDirectory: (path) => isDirectory(files, resolve(path)),
    exists: (path) => files.read(resolve(path)) !== undefined || isDirectory(files, resolve(path)),
  }
}

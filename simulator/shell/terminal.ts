/** A terminal session: a shell, its files and history, and the programs that run in it. Plain data between two commands. */

import { toTimestamp } from '../api/time.ts'
import { assert } from '../kernel/assert.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import { compareText } from '../kernel/text.ts'
import { builtins } from '../workloads/sh/builtins.ts'
import type { ShellHost } from '../workloads/sh/host.ts'
import { Machine } from '../workloads/sh/machine.ts'
import type { ShellState } from '../workloads/sh/state.ts'
import { inputPipe, makeShellState } from '../workloads/sh/state.ts'
import { tools } from '../workloads/sh/tools/registry.ts'
import { terminalCommands } from './commands.ts'
import type { Completion } from './completion.ts'
import { completeLine } from './completion.ts'
import { HomeFiles } from './home-files.ts'
import type { StoredFiles } from './home-files.ts'
import { expandHistory, needsMore } from './lines.ts'
import type { Executable, Process, ProcessAnswer, ProcessNeed } from './process.ts'
import { RunningCommands } from './running-commands.ts'
import { sanitizeOutput } from './sanitize.ts'

/** Everything that lasts between two commands. */
export interface TerminalState {
  readonly shell: ShellState
  readonly history: readonly string[]
  readonly files: StoredFiles
}

export interface TerminalOptions {
  /** What `save` gave; without it a new session. */
  readonly state?: TerminalState
  /** Programs such as kubectl, by name. */
  readonly executables: { readonly [name: string]: Executable }
  readonly clock: { readonly nowMs: SimTimeMs; timestamp?(atMs: SimTimeMs): string; parse?(timestamp: string): SimTimeMs }
  /** Output, colors only. */
  readonly out: (text: string, stream: 'stdout' | 'stderr') => void
  /** The screen is wiped (clear). */
  readonly onClear?: () => void
  /** Default /home/learner. */
  readonly home?: string
  readonly env?: { readonly [name: string]: string }
  /** Preset aliases, such as k=kubectl in labs. */
  readonly aliases?: { readonly [name: string]: string }
  /** Subcommands of `podflight`. */
  readonly podflight?: { readonly [name: string]: Executable }
  /** Width of the terminal; undefined when output is none (a file). */
  readonly columns?: number
  /** A person can type standard input. */
  readonly hasKeyboard?: boolean
}

/** Steps of a script in which no simulated time passes. */
const stepsMax = 2_000_000
const historyMax = 1000
const interruptedCode = 130
/** Tools of containers that are not in the terminal. */
const containerTools = new Set(['wget', 'curl', 'nc', 'nslookup', 'ping', 'dd', 'ps', 'usleep', 'clear', 'chown', 'nvidia-smi'])

/** One terminal. Run a line with `run` and a driver; between lines `save` gives its state. */
export class Terminal {
  readonly files: HomeFiles
  private readonly options: TerminalOptions
  private shell: ShellState
  private lines: string[]
  private readonly executables: { readonly [name: string]: Executable }
  /** Columns may change while the session lasts. */
  columns: number | undefined

  constructor(options: TerminalOptions) {
    this.options = options
    this.columns = options.columns
    const home = options.home ?? '/home/learner'
    this.files = new HomeFiles(home, options.clock, options.state?.files)
    const env = { HOME: home, USER: 'learner', PATH: '/usr/local/bin:/usr/bin:/bin', SHELL: '/bin/bash', TERM: 'xterm-256color', PWD: home, ...options.env }
    this.shell = options.state?.shell ?? makeShellState({ dialect: 'bash', shellName: 'bash', env, cwd: home, isSession: true, ...(options.aliases === undefined ? {} : { aliases: options.aliases }), pid: 1000 })
    this.lines = [...(options.state?.history ?? [])]
    const toolNames = (): readonly string[] => this.toolNames()
    this.executables = {
      ...terminalCommands({
        get history() {
          return lines()
        },
        clearHistory: () => {
          this.lines = []
        },
        clearScreen: () => options.onClear?.(),
        toolNames,
        podflight: options.podflight ?? {},
      }),
      ...options.executables,
    }
    const lines = (): readonly string[] => this.lines
  }

  save(): TerminalState {
    return { shell: this.shell, history: [...this.lines], files: this.files.save() }
  }

  /** Commands so far, oldest first. */
  get history(): readonly string[] {
    return this.lines
  }

  /** The last line that contains a text, for Ctrl+R. @param before search lines older than this place */
  searchHistory(text: string, before = this.lines.length): number | undefined {
    for (let i = Math.min(before, this.lines.length) - 1; i >= 0; i--) if (this.lines[i].includes(text)) return i
    return undefined
  }

  get lastExitCode(): number {
    return this.shell.exit?.code ?? this.shell.processes[0]?.status ?? 0
  }

  /** Set once `exit` ended the session. */
  get exitCode(): number | undefined {
    return this.shell.exit?.code
  }

  get cwd(): string {
    return this.shell.processes[0]?.cwd ?? this.files.home
  }

  /** Variables that programs get. */
  get env(): { readonly [name: string]: string } {
    const all: { [name: string]: string } = {}
    for (const [name, { value, isExported }] of Object.entries(this.shell.processes[0]?.variables ?? {})) if (isExported === true) all[name] = value
    return all
  }

  get aliases(): { readonly [name: string]: string } {
    return this.shell.processes[0]?.aliases ?? {}
  }

  /** Names of shell variables. */
  get variableNames(): readonly string[] {
    return Object.keys(this.shell.processes[0]?.variables ?? {})
  }

  get functionNames(): readonly string[] {
    return Object.keys(this.shell.processes[0]?.functions ?? {})
  }

  /** What stands before the cursor of a new command. */
  get prompt(): string {
    const { home } = this.files
    const shown = this.cwd === home ? '~' : this.cwd.startsWith(`${home}/`) ? `~${this.cwd.slice(home.length)}` : this.cwd
    return `${shown} $ `
  }

  /** True when a line goes on in the next one. */
  needsMore(text: string): boolean {
    return needsMore(text)
  }

  /** All tools of this terminal, in order. */
  toolNames(): readonly string[] {
    const hidden = new Set([':', '.', 'egrep', 'fgrep', 'gawk', 'mawk', 'most', 'sudo', 'edit', 'typeset', 'logout', 'shopt', 'complete', 'builtin', 'ssh', 'dig', 'telnet', 'curl', 'wget', 'nc', 'nslookup', 'ping', 'emacs'])
    const all = [...Object.keys(builtins), ...Object.keys(tools).filter((name) => !containerTools.has(name)), ...Object.keys(this.executables), 'bash', 'sh']
    return [...new Set(all)].filter((name) => !hidden.has(name)).sort(compareText)
  }

  private write(stream: 'stdout' | 'stderr', text: string): void {
    const clean = sanitizeOutput(text)
    if (clean !== '') this.options.out(clean, stream)
  }

  private makeHost(): ShellHost {
    const { clock } = this.options
    return {
      get nowMs() {
        return clock.nowMs
      },
      files: this.files.forShell(),
      timestamp: (atMs) => clock.timestamp?.(atMs) ?? toTimestamp(atMs),
      hostName: 'podflight',
      userName: 'learner',
      columns: this.columns,
      out: (stream, text) => this.write(stream, text),
      isExternal: (name) => Object.hasOwn(this.executables, name),
      hasTool: (name) => !containerTools.has(name),
      stepsMax,
      onStepsMax: 'end',
      hasBackground: false,
    }
  }

  /** Adds a line to the history. */
  remember(line: string): void {
    const text = line.trimEnd()
    if (text.trim() === '' || text === this.lines.at(-1) || line.startsWith(' ')) return
    this.lines.push(text)
    if (this.lines.length > historyMax) this.lines = this.lines.slice(-historyMax)
  }

  /**
   * Runs a line (or several that belong together). Yields what its programs need; ends with the exit code.
   * Ending it early (`return`) is Ctrl+C. The state between commands is kept.
   */
  *run(line: string): Process {
    assert(this.shell.exit === undefined, 'the session has ended')
    const expanded = expandHistory(line, this.lines)
    if ('error' in expanded) {
      this.write('stderr', expanded.error)
      return 1
    }
    if (expanded.text !== line) this.write('stdout', `${expanded.text}\n`)
    this.remember(expanded.text)
    const machine = new Machine(this.shell, this.makeHost())
    machine.state.pipes[inputPipe] = { text: '', isInput: true, isClosed: this.options.hasKeyboard !== true }
    const commands = new RunningCommands(machine, this.executables, this.makeContextParts())
    let isFinished = false
    try {
      if (machine.submit(expanded.text)) yield* commands.untilIdle()
      isFinished = true
      return machine.state.exit?.code ?? machine.root?.status ?? 0
    } finally {
      if (!isFinished) yield* this.stop(machine, commands)
      this.shell = machine.state
    }
  }

  private makeContextParts(): { readonly files: HomeFiles; readonly clock: { readonly nowMs: SimTimeMs; timestamp(atMs: SimTimeMs): string; parse(timestamp: string): SimTimeMs } } {
    const { clock } = this.options
    return {
      files: this.files,
      clock: {
        get nowMs() {
          return clock.nowMs
        },
        timestamp: (atMs) => clock.timestamp?.(atMs) ?? toTimestamp(atMs),
        parse: (timestamp) => clock.parse?.(timestamp) ?? 0,
      },
    }
  }

  /** Ctrl+C: ends all programs of the command; the shell goes back to its prompt. */
  private *stop(machine: Machine, commands: RunningCommands): Generator<ProcessNeed, void, ProcessAnswer> {
    yield* commands.stopAll()
    const { root } = machine
    if (root === undefined) return
    machine.state.processes = [root]
    machine.state.needs = []
    machine.abort(root, interruptedCode)
  }

  /** What Tab offers at a place of a line. */
  *complete(line: string, cursor: number): Generator<ProcessNeed, Completion, ProcessAnswer> {
    return yield* completeLine(this, { executables: this.executables, context: this.makeContextParts() }, line, cursor)
  }
}

/** Podflight's terminal in front of a real cluster. Its home is virtual: the task's files and what the attempt wrote. */

import { kubectl, Terminal } from '../../../../simulator/index.ts'
import { kubeconfigPath, kubeconfigText, serverAddress } from '../../../session/kubeconfig.ts'
import type { AttemptStep } from '../attempt.ts'
import type { Identity, KindDoor } from '../contract.ts'
import { pause, runRemote } from './remote-run.ts'

export interface RemoteTerminalOptions {
  readonly connection: KindDoor
  readonly as: Identity
  /** Context of the virtual kubeconfig. */
  readonly context: string
  readonly namespace: string
  readonly files: { readonly [path: string]: string }
  readonly signal?: AbortSignal
  /** Longest real time of one line. */
  readonly lineSecondsMax: number
}

const home = '/home/learner'
/** Longest transcript, in characters. */
const transcriptMax = 1_000_000

/** Time of the machine, as the terminal asks for it. */
export const realClock = {
  get nowMs() {
    return Date.now()
  },
  timestamp: (atMs: number) => new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z'),
  parse: (text: string) => Date.parse(text),
}

/** A terminal session; lines run one after the other in real time. */
export class RemoteTerminal {
  readonly answers = new Map<string, string>()
  private readonly terminal: Terminal
  private readonly options: RemoteTerminalOptions
  private text = ''

  constructor(options: RemoteTerminalOptions) {
    this.options = options
    this.terminal = new Terminal({ executables: { kubectl }, clock: realClock, out: (text) => this.keep(text), aliases: { k: 'kubectl' }, hasKeyboard: true })
    for (const [path, text] of Object.entries(options.files)) this.terminal.files.write(`${home}/${path}`, text)
    this.terminal.files.write(kubeconfigPath, kubeconfigText([{ name: options.context, namespace: options.namespace }]))
  }

  /** All output so far. */
  get transcript(): string {
    return this.text
  }

  private keep(text: string): void {
    const room = transcriptMax - this.text.length
    if (room > 0) this.text += text.length > room ? `${text.slice(0, room)}\n[the rest of the output is left out]\n` : text
  }

  /** A file of the home, `~/` first or absolute. */
  file(path: string): string | undefined {
    return this.terminal.files.read(absolute(path))
  }

  /** Writes a file of the home. */
  write(path: string, text: string): void {
    this.terminal.files.write(absolute(path), text)
  }

  /** Runs a line. @returns its exit code and what it printed */
  async run(line: string, typed: Pick<Extract<AttemptStep, { kind: 'line' }>, 'input' | 'stopAfterSeconds' | 'edits'> = {}): Promise<{ readonly exitCode: number; readonly output: string }> {
    const { connection, as, context, signal, lineSecondsMax } = this.options
    const before = this.text.length
    const edits = [...(typed.edits ?? [])]
    const seconds = Math.min(lineSecondsMax, typed.stopAfterSeconds ?? lineSecondsMax)
    const exitCode = this.terminal.exitCode ?? (await runRemote(this.terminal.run(line), {
      connection, as, server: serverAddress(context), deadlineMs: Date.now() + seconds * 1000, ...(signal === undefined ? {} : { signal }),
      writeFile: (path, text) => this.write(path, text),
      typed: { lines: typed.input ?? [], edit: (path) => edited(edits.shift(), this.file(path) ?? '') },
    }))
    return { exitCode, output: this.text.slice(before) }
  }

  /** Does what a learner did. */
  async play(step: AttemptStep): Promise<void> {
    switch (step.kind) {
      case 'line':
        await this.run(step.text, step)
        return
      case 'write':
        this.write(step.path, step.text)
        return
      case 'apply':
        this.write(step.path, step.text)
        await this.run(`kubectl apply -f '${step.path.replaceAll("'", `'\\''`)}'`)
        return
      case 'answer':
        this.answers.set(step.item, step.value)
    }
  }

  /** Lets real time pass. */
  async wait(seconds: number): Promise<void> {
    await pause(seconds * 1000, this.options.signal)
  }
}

function absolute(path: string): string {
  if (path.startsWith('/')) return path
  return `${home}/${path.replace(/^~\//, '')}`
}

/**
 * What an editor saves here: the lines that the learner changed, changed in the text that is there now. Where the real
 * object has no such line, the learner's whole text is saved, and the server says what it thinks of it.
 */
function edited(edit: { readonly before: string; readonly after?: string } | undefined, now: string): string | undefined {
  if (edit?.after === undefined) return edit === undefined ? now : undefined
  return edit.before === now ? edit.after : (replay(edit.before.split('\n'), edit.after.split('\n'), now.split('\n')) ?? edit.after)
}

/** Carries one changed block of lines over to another text, when the lines that it replaces stand there exactly once. */
function replay(before: readonly string[], after: readonly string[], now: readonly string[]): string | undefined {
  let head = 0
  while (head < before.length && before[head] === after[head]) head++
  let tail = 0
  while (tail < before.length - head && tail < after.length - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  for (let around = 0; around <= 3; around++) {
    const from = Math.max(0, head - around)
    const old = before.slice(from, before.length - tail)
    const places = now.flatMap((_line, i) => (old.length > 0 && old.every((line, k) => now[i + k] === line) ? [i] : []))
    if (places.length === 1) return [...now.slice(0, places[0]), ...after.slice(from, after.length - tail), ...now.slice(places[0] + old.length)].join('\n')
  }
  return undefined
}

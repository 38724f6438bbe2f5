/**
 * Program `shell`: what runs in busybox and curl images, and every command that exec starts. Process 1 may be `sh -c`, a
 * tool such as `sleep`, or an interactive shell that reads standard input.
 */

import type { ShellState } from '../sh/state.ts'
import { makeShellState } from '../sh/state.ts'
import { Machine, nextChangeOf } from '../sh/machine.ts'
import type { Code } from '../sh/compile.ts'
import type { Json } from '../../kernel/json.ts'
import type { EffectAnswer, Program, ProgramContext, ProgramStep, Usage } from '../program.ts'
import { ContainerHost } from './container-host.ts'

/** State of a running shell as plain data. */
type State = ShellState & { readonly [key: string]: Json | undefined }

const memoryBytes = 2 * 1024 * 1024
const idleMillis = 1

/** Runs a machine and gathers what it did. */
function stepMachine(state: ShellState, context: ProgramContext, act: (machine: Machine) => void): ProgramStep<State> {
  const host = new ContainerHost(context)
  const machine = new Machine(state, host)
  const known = new Set(state.needs.map((need) => need.id))
  if (machine.state.exit === undefined) {
    act(machine)
    machine.run()
  }
  for (const { id, need } of machine.state.needs) {
    if (known.has(id)) continue
    if (need.kind === 'request') host.effects.push({ kind: 'request', id, request: need.request, timeoutMs: need.timeoutMs })
    else if (need.kind === 'lookup') host.effects.push({ kind: 'lookup', id, name: need.name })
  }
  const { exit } = machine.state
  if (exit !== undefined && state.exit === undefined) host.effects.push({ kind: 'exit', exitCode: exit.code, ...(exit.signal === undefined ? {} : { signal: exit.signal }) })
  return { state: machine.state as unknown as State, effects: host.effects }
}

function init(context: ProgramContext): ProgramStep<State> {
  const { spec } = context
  const { argv } = spec
  const name = argv[0]?.replace(/^.*\//, '') ?? 'sh'
  const isBash = spec.parameters['bash'] === true && (name === 'bash' || spec.parameters['sh'] === undefined)
  const home = spec.user === undefined || spec.user.uid === 0 ? '/root' : '/'
  const env = 'HOME' in spec.env ? spec.env : { ...spec.env, HOME: home }
  const isShell = ['sh', 'bash', 'ash', 'dash'].includes(name)
  const isInteractive = isShell && !argv.slice(1).some((arg) => !arg.startsWith('-') || /^-[a-z]*c/.test(arg))
  const state = makeShellState({ dialect: isBash ? 'bash' : 'ash', shellName: isShell ? name : isBash ? 'bash' : 'sh', env, cwd: spec.workingDir, hasInput: spec.stdin, pid: spec.isExec === true ? 7 + ((spec.seed + argv.join(' ').length) % 90) : 1, name })
  return stepMachine(state, context, (machine) => {
    const { root } = machine
    if (root === undefined) return
    if (isInteractive) root.frames.push({ f: 'input', text: '', hasPrompt: spec.tty, isPrompted: false })
    else if (isShell) startScript(machine, argv)
    else machine.pushCode(root, [{ o: 'argv', argv, env, isWholeEnv: true }], 'main')
  })
}

/** `sh -c SCRIPT NAME ARG...` or `sh FILE ARG...` as process 1 itself. */
function startScript(machine: Machine, argv: readonly string[]): void {
  const { root } = machine
  if (root === undefined) return
  let at = 1
  const letters: string[] = []
  for (; at < argv.length && /^[-+][A-Za-z]+$/.test(argv[at]); at++) {
    letters.push(...argv[at].slice(1))
    if (argv[at] === '-o') at++
  }
  if (!letters.includes('c')) {
    machine.pushCode(root, [{ o: 'argv', argv }], 'main')
    return
  }
  for (const letter of letters) if ('eux'.includes(letter)) root.options[letter] = true
  const source = argv[at] ?? ''
  root.name = argv[at + 1] ?? root.name
  root.args = argv.slice(at + 2)
  const code: Code | undefined = machine.parse(root, source)
  machine.pushCode(root, code ?? [{ o: 'argv', argv: ['exit', '2'] }], 'main')
}

function usageOf(state: ShellState, context: ProgramContext): Usage {
  const busyMillis = Math.min(context.spec.cpuLimitMillis ?? 1000, 1000)
  const isBusy = state.throttledUntilMs !== undefined
  return { cpuMillis: isBusy ? busyMillis : idleMillis, memoryBytes, memoryBytesPerSecond: 0, throttledShare: isBusy && context.spec.cpuLimitMillis !== undefined && context.spec.cpuLimitMillis < 1000 ? 1 : 0, gpuUtilization: 0, gpuMemoryBytes: 0 }
}

/** The shell and the tools of busybox. */
export const shell: Program<State> = {
  name: 'shell',
  hasShell: true,
  init,
  nextChangeMs: (state) => (state.exit === undefined ? nextChangeOf(state) : undefined),
  advance: (state, context) => stepMachine(state, context, () => undefined),
  signal: (state, signal, context) => stepMachine(state, context, (machine) => {
    const { root } = machine
    if (root !== undefined) machine.signal(root.pid, signal, context.spec.isExec !== true && context.spec.sharesProcesses !== true)
  }),
  resume: (state, id: string, answer: EffectAnswer, context) => stepMachine(state, context, (machine) => {
    const need = machine.state.needs.find((one) => one.id === id)
    if (need !== undefined) need.answer = answer
  }),
  input: (state, text, context) => stepMachine(state, context, (machine) => feed(machine, text)),
  usage: (state, _load, context) => usageOf(state, context),
}

/** Standard input as it comes from a terminal or a pipe; the character EOT ends it. */
function feed(machine: Machine, text: string): void {
  const end = text.indexOf('\x04')
  const before = end < 0 ? text : text.slice(0, end)
  if (text.includes('\x03')) {
    const { root } = machine
    if (root !== undefined) machine.interrupt()
    return
  }
  if (before !== '') machine.feed(before.replace(/\r\n?/g, '\n'))
  if (end >= 0) machine.feed(undefined)
}

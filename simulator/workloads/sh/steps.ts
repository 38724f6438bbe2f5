/** Runs one step of a script. */

import { ArithError } from './arith.ts'
import { runCommand } from './commands.ts'
import type { Code, Op } from './compile.ts'
import type { ShellCore } from './core.ts'
import { ProcessExit } from './core.ts'
import { Expansion, SubstitutionNeeded } from './expand.ts'
import { ExpansionError } from './fields.ts'
import { matchPattern } from './pattern.ts'
import { expandRedirects, openRedirects } from './redirect.ts'
import { posixRegex, RegexError } from './regex.ts'
import type { CodeFrame, Fds, Process } from './state.ts'
import type { Assignment, Condition } from './syntax.ts'
import { testBinary, TestError, testUnary } from './test-expression.ts'
import { own, setVariable } from './variables.ts'

/** Steps without words: they only move the position. */
const controlSteps: ReadonlySet<Op['o']> = new Set(['jump', 'ifFail', 'ifOk', 'not', 'ok', 'quiet', 'loud', 'loop', 'endLoop', 'forNext', 'define', 'restore', 'timeStart', 'timeEnd'])

/** Runs the step at a frame's position, or ends the frame. */
export function runStep(core: ShellCore, process: Process, frame: CodeFrame): void {
  if (frame.isUnchecked === true) {
    frame.isUnchecked = false
    checkStatus(process)
  }
  if (process.substitutionPipe !== undefined) takeSubstitution(core, process)
  const op = frame.code[frame.pc]
  if (op === undefined) {
    process.frames.pop()
    core.restore(process, frame)
    return
  }
  if (controlSteps.has(op.o)) {
    frame.pc++
    control(core, process, frame, op)
    return
  }
  const expansion = new Expansion(process, core.host.files, core.state.dialect)
  try {
    step(core, process, frame, op, expansion)
  } catch (error) {
    if (error instanceof SubstitutionNeeded) startSubstitution(core, process, error.source)
    else if (error instanceof ExpansionError) failExpansion(core, process, error)
    else throw error
  }
}

/** Ends a script under `set -e` after a failure outside of conditions. */
function checkStatus(process: Process): void {
  if (process.status === 0 || !process.options.e) return
  if (process.frames.some((frame) => frame.f === 'code' && (frame.quiet > 0 || frame.kind === 'trap'))) return
  throw new ProcessExit(process.status)
}

function failExpansion(core: ShellCore, process: Process, error: ExpansionError): void {
  core.error(process, error.message)
  const isSession = core.state.isSession === true && process.parent === 0
  if (!isSession) throw new ProcessExit(core.state.dialect === 'ash' ? 2 : error.code)
  core.abort(process, 1)
}

function startSubstitution(core: ShellCore, process: Process, source: string): void {
  const file = /^\s*<\s*([^\s<>|;&]+)\s*$/.exec(source)
  const code = core.parse(process, file === null ? source : `cat ${file[1]}`)
  if (code === undefined) {
    process.substitutions.push('')
    return
  }
  const pipe = core.makePipe()
  process.substitutionPipe = pipe
  const child = core.fork(process, code, { ...process.fds, 1: { k: 'write', pipe } })
  process.wait = { t: 'children', pids: [child.pid] }
  const frame = process.frames.at(-1)
  if (frame?.f === 'code') frame.pids = [child.pid]
}

function takeSubstitution(core: ShellCore, process: Process): void {
  const pipe = process.substitutionPipe ?? ''
  const text = core.state.pipes[pipe]?.text ?? ''
  delete core.state.pipes[pipe]
  delete process.substitutionPipe
  process.substitutions.push(text.replace(/\n+$/, ''))
  const frame = process.frames.at(-1)
  if (frame?.f === 'code') process.status = takeStatuses(process, frame).at(-1) ?? 0
}

/** Exit codes of the step's children. */
function takeStatuses(process: Process, frame: CodeFrame): number[] {
  const statuses = (frame.pids ?? []).map((pid) => {
    const status = process.reaped[pid] ?? 0
    delete process.reaped[pid]
    return status
  })
  frame.pids = undefined
  return statuses
}

function done(process: Process, frame: CodeFrame, expansion: Expansion): void {
  expansion.commit()
  process.substitutions = []
  frame.pc++
}

function step(core: ShellCore, process: Process, frame: CodeFrame, op: Op, expansion: Expansion): void {
  switch (op.o) {
    case 'simple':
      simple(core, process, frame, op, expansion)
      return
    case 'argv':
      frame.pc++
      frame.isUnchecked = true
      runCommand(core, process, frame, { argv: op.argv, env: op.env ?? {}, ...(op.isWholeEnv === true ? { isWholeEnv: true } : {}) })
      return
    case 'pipe':
    case 'subshell':
      children(core, process, frame, op)
      return
    case 'reap':
      process.status = takeStatuses(process, frame).at(-1) ?? 0
      frame.pc++
      return
    case 'background':
      background(core, process, frame, op)
      return
    case 'redirect':
      redirect(core, process, frame, op, expansion)
      return
    case 'condition':
      condition(core, process, frame, op.condition, expansion)
      return
    case 'arith': {
      const value = expansion.arithmetic(op.word)
      done(process, frame, expansion)
      process.status = value === 0 ? 1 : 0
      frame.isUnchecked = true
      return
    }
    case 'for': {
      const items = op.words === undefined ? process.args : expansion.fields(op.words)
      done(process, frame, expansion)
      const loop = frame.loops.at(-1)
      if (loop !== undefined) loop.items = items
      return
    }
    case 'case': {
      const text = expansion.text(op.word)
      const arm = op.arms.find(({ patterns }) => patterns.some((pattern) => matchPattern(expansion.pattern(pattern), text)))
      done(process, frame, expansion)
      if (arm === undefined) process.status = 0
      frame.pc = arm?.to ?? op.end
      return
    }
    default:
  }
}

/** Redirections of a compound command; what they replace is kept until `restore`. */
function redirect(core: ShellCore, process: Process, frame: CodeFrame, op: Extract<Op, { o: 'redirect' }>, expansion: Expansion): void {
  const redirects = expandRedirects(op.redirects, expansion)
  done(process, frame, expansion)
  const opened = openRedirects(core, process, redirects)
  if ('error' in opened) {
    core.error(process, opened.error)
    process.status = 1
    frame.isUnchecked = true
    frame.pc = op.end
    return
  }
  frame.saved.push(process.fds)
  process.fds = opened.fds
}

function control(core: ShellCore, process: Process, frame: CodeFrame, op: Op): void {
  switch (op.o) {
    case 'jump':
      frame.pc = op.to
      return
    case 'ifFail':
      if (process.status !== 0) frame.pc = op.to
      return
    case 'ifOk':
      if (process.status === 0) frame.pc = op.to
      return
    case 'not':
      process.status = process.status === 0 ? 1 : 0
      return
    case 'ok':
      process.status = 0
      return
    case 'quiet':
      frame.quiet++
      return
    case 'loud':
      frame.quiet--
      return
    case 'loop':
      frame.loops.push({ next: op.next, end: op.end, savedCount: frame.saved.length, quiet: frame.quiet, index: 0, status: 0 })
      return
    case 'endLoop':
      // A loop that ends by its condition has the status of its last body.
      process.status = frame.loops.pop()?.status ?? 0
      return
    case 'forNext':
      forNext(process, frame, op)
      return
    case 'define':
      process.functions[op.name] = op.code
      process.status = 0
      return
    case 'restore':
      process.fds = frame.saved.pop() ?? process.fds
      return
    case 'timeStart':
      frame.timeStartMs = core.host.nowMs
      return
    case 'timeEnd':
      core.write(process, 2, timeReport(core, core.host.nowMs - (frame.timeStartMs ?? 0)))
      return
    default:
  }
}

function timeReport(core: ShellCore, ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  const rest = ms % 60_000
  if (core.state.dialect === 'ash') return `real\t${minutes}m ${(rest / 1000).toFixed(2)}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n`
  return `\nreal\t${minutes}m${(rest / 1000).toFixed(3)}s\nuser\t0m0.000s\nsys\t0m0.000s\n`
}

function forNext(process: Process, frame: CodeFrame, op: Extract<Op, { o: 'forNext' }>): void {
  const loop = frame.loops.at(-1)
  const item = loop?.items?.[loop.index]
  if (loop === undefined || item === undefined) {
    frame.pc = op.end
    return
  }
  if (loop.index > 0) loop.status = process.status
  loop.index++
  setVariable(process, op.name, item)
}

function children(core: ShellCore, process: Process, frame: CodeFrame, op: Extract<Op, { o: 'pipe' | 'subshell' }>): void {
  if (frame.pids === undefined) {
    const started = op.o === 'subshell' ? [core.fork(process, op.code, { ...process.fds })] : startStages(core, process, op)
    frame.pids = started.map((child) => child.pid)
    process.wait = { t: 'children', pids: frame.pids }
    return
  }
  const statuses = takeStatuses(process, frame)
  process.status = (process.options.p ? statuses.findLast((status) => status !== 0) : statuses.at(-1)) ?? 0
  frame.pc++
  frame.isUnchecked = true
}

function startStages(core: ShellCore, process: Process, op: Extract<Op, { o: 'pipe' }>): Process[] {
  let source = process.fds[0]
  const started: { code: Code; fds: Fds }[] = []
  op.stages.forEach((code, i) => {
    const fds: Fds = { ...process.fds, 0: source }
    if (i < op.stages.length - 1) {
      const pipe = core.makePipe()
      fds[1] = { k: 'write', pipe }
      if (op.withErrors[i]) fds[2] = fds[1]
      source = { k: 'read', pipe }
    }
    started.push({ code, fds })
  })
  return started.map(({ code, fds }) => core.fork(process, code, fds))
}

function background(core: ShellCore, process: Process, frame: CodeFrame, op: Extract<Op, { o: 'background' }>): void {
  frame.pc++
  if (!core.host.hasBackground) {
    core.error(process, `${op.source} &: background jobs are not available in this terminal; run the command in the foreground`)
    process.status = 1
    return
  }
  const child = core.fork(process, op.code, { ...process.fds, 0: { k: 'null' } })
  process.lastBackgroundPid = child.pid
  process.status = 0
}

function simple(core: ShellCore, process: Process, frame: CodeFrame, op: Extract<Op, { o: 'simple' }>, expansion: Expansion): void {
  const argv = expansion.fields(op.words)
  const redirects = expandRedirects(op.redirects, expansion)
  const values = op.assigns.map((assign) => assignedValue(process, assign, expansion))
  done(process, frame, expansion)
  const opened = redirects.length === 0 ? undefined : openRedirects(core, process, redirects)
  frame.isUnchecked = true
  if (opened !== undefined && 'error' in opened) {
    core.error(process, opened.error)
    process.status = 1
    return
  }
  if (process.options.x) trace(core, process, op.assigns, values, argv)
  if (argv.length === 0) {
    for (const [i, assign] of op.assigns.entries()) store(process, assign, values[i])
    if (!expansion.hasSubstitution) process.status = 0
    return
  }
  const env: { [name: string]: string } = {}
  op.assigns.forEach((assign, i) => {
    env[assign.name] = values[i].text
  })
  runCommand(core, process, frame, opened === undefined ? { argv, env } : { argv, env, fds: opened.fds })
}

interface AssignedValue {
  readonly text: string
  readonly items?: readonly string[]
}

function assignedValue(process: Process, assign: Assignment, expansion: Expansion): AssignedValue {
  const old = own(process.variables, assign.name)
  if (assign.items !== undefined) {
    const items = [...(assign.append ? (old?.items ?? []) : []), ...expansion.fields(assign.items)]
    return { text: items[0] ?? '', items }
  }
  return { text: (assign.append ? (expansion.variable(assign.name) ?? '') : '') + expansion.text(assign.value) }
}

function store(process: Process, assign: Assignment, value: AssignedValue): void {
  const indexed = /^(\w+)\[(\d+)\]$/.exec(assign.name)
  if (indexed !== null) {
    const items = [...(own(process.variables, indexed[1])?.items ?? [])]
    const at = Number(indexed[2])
    while (items.length < at) items.push('')
    items[at] = value.text
    process.variables[indexed[1]] = { value: items[0], items }
    return
  }
  setVariable(process, assign.name, value.text)
  if (value.items !== undefined) process.variables[assign.name] = { value: value.text, items: value.items }
}

function trace(core: ShellCore, process: Process, assigns: readonly Assignment[], values: readonly AssignedValue[], argv: readonly string[]): void {
  const quote = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
  const words = [...assigns.map((assign, i) => `${assign.name}=${values[i].text === '' ? '' : quote(values[i].text)}`), ...argv.map(quote)]
  core.write(process, 2, `+ ${words.join(' ')}\n`)
}

function condition(core: ShellCore, process: Process, frame: CodeFrame, tree: Condition, expansion: Expansion): void {
  const context = { files: core.host.files, cwd: process.cwd, isSet: (name: string) => own(process.variables, name) !== undefined, isTerminal: core.host.columns !== undefined }
  const evaluate = (node: Condition): boolean => {
    switch (node.t) {
      case 'not': return !evaluate(node.of)
      case 'and': return evaluate(node.left) && evaluate(node.right)
      case 'or': return evaluate(node.left) || evaluate(node.right)
      case 'unary': return testUnary(node.op, expansion.text(node.word), context)
      case 'binary': {
        const left = expansion.text(node.left)
        if (node.op === '=' || node.op === '==' || node.op === '!=') return matchPattern(expansion.pattern(node.right), left) === (node.op !== '!=')
        const right = expansion.text(node.right)
        if (node.op !== '=~') return testBinary(left, node.op, right, context, true)
        const match = posixRegex(right, 'extended').find(left)
        const items = match?.groups.map((group) => group ?? '') ?? []
        process.variables.BASH_REMATCH = { value: items[0] ?? '', items }
        return match !== undefined
      }
    }
  }
  let value: boolean
  try {
    value = evaluate(tree)
  } catch (error) {
    if (!(error instanceof TestError) && !(error instanceof RegexError) && !(error instanceof ArithError)) throw error
    done(process, frame, expansion)
    core.error(process, `[[: ${error.message}`)
    process.status = 2
    return
  }
  done(process, frame, expansion)
  process.status = value ? 0 : 1
  frame.isUnchecked = true
}

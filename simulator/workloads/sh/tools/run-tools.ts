/** Tools that wait or run other commands: sleep, xargs, watch, timeout, timeout, nohup, which, less. */

import { formatDate } from './dates.ts'
import { cleanNumber, sleepSeconds } from './durations.ts'
import type { Tool, ToolContext, ToolStep } from './tool.ts'
import { lastValue, parseOptions, readAll, toLines, ToolFailure } from './tool.ts'

const sleep: Tool = {
  run(context) {
    if (context.memory !== undefined) return { code: 0 }
    const { argv } = context
    if (argv.length < 2) throw new ToolFailure(context.dialect === 'ash' ? 'BusyBox v1.36.1 multi-call binary.\n\nUsage: sleep [N]...\n' : "sleep: missing operand\nTry 'sleep --help' for more information.\n")
    let seconds = 0
    for (const text of argv.slice(1)) {
      const value = sleepSeconds(text)
      if (value === undefined) throw new ToolFailure(context.dialect === 'ash' ? `sleep: invalid number '${text}'\n` : `sleep: invalid time interval '${text}'\nTry 'sleep --help' for more information.\n`)
      seconds += value
    }
    // For ever is as far as integers of milliseconds stay exact.
    const untilMs = Math.min(context.nowMs + Math.round(seconds * 1000), Number.MAX_SAFE_INTEGER)
    return { wait: { t: 'time', untilMs }, memory: true }
  },
}

interface XargsMemory {
  readonly commands: readonly (readonly string[])[]
  readonly code: number
}

const xargs: Tool = {
  run(context) {
    if (context.memory !== undefined) {
      const memory = context.memory as unknown as XargsMemory
      const status = context.answer?.kind === 'ran' ? context.answer.code : 0
      const code = status === 0 ? memory.code : status === 127 || status === 126 ? status : 123
      return next(context, { commands: status === 255 ? [] : memory.commands, code })
    }
    const options = parseOptions(context, 'n:I:i0rtL:P:d:', { 'max-args': 'n', 'null': '0', 'no-run-if-empty': 'r', replace: 'I', delimiter: 'd', 'max-procs': 'P' }, true)
    const text = context.stdin()
    const place = lastValue(options, 'I') ?? (options.flags.has('i') ? '{}' : undefined)
    const delimiter = lastValue(options, 'd')
    const items = options.flags.has('0') ? text.split('\0').filter((item) => item !== '') : delimiter !== undefined ? text.replace(/\n$/, '').split(delimiter === '\\n' ? '\n' : delimiter) : place !== undefined || options.values.has('L') ? toLines(text).map((line) => line.trim()).filter((line) => line !== '') : words(text)
    const command = options.operands.length === 0 ? ['echo'] : options.operands
    if (place !== undefined) return next(context, { commands: items.map((item) => command.map((word) => word.replaceAll(place, item))), code: 0 })
    const count = Number(lastValue(options, 'n') ?? lastValue(options, 'L') ?? 5000)
    const commands: string[][] = []
    for (let i = 0; i < items.length; i += count) commands.push([...command, ...items.slice(i, i + count)])
    if (items.length === 0 && !options.flags.has('r')) commands.push([...command])
    return next(context, { commands, code: 0 })
  },
}

function next(context: ToolContext, memory: XargsMemory): ToolStep {
  const [argv, ...commands] = memory.commands
  if (argv === undefined) return { code: memory.code }
  if (!context.hasCommand(argv[0])) return { err: `xargs: ${argv[0]}: No such file or directory\n`, code: 127 }
  return { wait: { t: 'run', argv }, memory: { commands, code: memory.code } }
}

/** Words of xargs' input: blanks split, quotes and backslashes keep together. */
function words(text: string): string[] {
  const found: string[] = []
  let word: string | undefined
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === "'" || c === '"') {
      const end = text.indexOf(c, i + 1)
      if (end < 0) throw new ToolFailure(`xargs: unmatched ${c === '"' ? 'double' : 'single'} quote; by default quotes are special to xargs unless you use the -0 option\n`)
      word = (word ?? '') + text.slice(i + 1, end)
      i = end
    } else if (c === '\\') word = (word ?? '') + (text[++i] ?? '')
    else if (/\s/.test(c)) {
      if (word !== undefined) found.push(word)
      word = undefined
    } else word = (word ?? '') + c
  }
  if (word !== undefined) found.push(word)
  return found
}

interface WatchMemory {
  readonly isWaiting: boolean
  readonly startMs: number
}

const watch: Tool = {
  run(context) {
    const options = parseOptions(context, 'n:dtebgcx', { interval: 'n', differences: 'd', 'no-title': 't' }, true)
    const seconds = Math.max(cleanNumber(lastValue(options, 'n')) ?? 2, 0.1)
    const command = options.operands.join(' ')
    if (command === '') throw new ToolFailure('Usage:\n watch [options] command\n')
    const memory = context.memory as unknown as WatchMemory | undefined
    if (memory !== undefined && !memory.isWaiting && context.answer?.kind === 'ran') {
      const at = formatDate('%a %b %e %H:%M:%S %Y', context.timestamp(context.nowMs), context.nowMs)
      const title = options.flags.has('t') ? '' : `Every ${seconds.toFixed(1)}s: ${command}    ${context.hostName}: ${at}\n\n`
      return { out: `${title}${context.answer.out}\n`, wait: { t: 'time', untilMs: context.nowMs + seconds * 1000 }, memory: { isWaiting: true, startMs: context.nowMs } }
    }
    return { wait: { t: 'run', argv: [], script: command, isCaptured: true }, memory: { isWaiting: false, startMs: context.nowMs } }
  },
}

/** Runs a command and hands on its exit code. */
function wrapper(skip: (argv: readonly string[]) => readonly string[]): Tool {
  return {
    run(context) {
      if (context.memory !== undefined) return { code: context.answer?.kind === 'ran' ? context.answer.code : 0 }
      const argv = skip(context.argv.slice(1))
      if (argv.length === 0) throw new ToolFailure(`${context.argv[0]}: missing operand\nTry '${context.argv[0]} --help' for more information.\n`, 125)
      return { wait: { t: 'run', argv }, memory: true }
    },
  }
}

const timeout: Tool = {
  run(context) {
    if (context.memory !== undefined) {
      const code = context.answer?.kind === 'ran' ? context.answer.code : 0
      // busybox' timeout replaces itself by a watcher: the shell sees the program end by the signal.
      if (code === -1 && context.dialect === 'ash') return { err: 'Terminated\n', code: 143 }
      return { code: code === -1 ? 124 : code }
    }
    const args = context.argv.slice(1)
    let signal = 'TERM'
    while (args[0]?.startsWith('-') === true) {
      const option = args.shift() ?? ''
      if (option === '-s' || option === '-k' || option === '--signal') signal = option === '-k' ? (args.shift(), signal) : (args.shift() ?? signal)
    }
    const [duration, ...argv] = args
    const seconds = sleepSeconds(duration ?? '')
    if (duration === undefined || argv.length === 0) throw new ToolFailure(context.dialect === 'ash' ? 'BusyBox v1.36.1 multi-call binary.\n\nUsage: timeout [-s SIG] [-k KILL_SECS] SECS PROG ARGS\n' : "timeout: missing operand\nTry 'timeout --help' for more information.\n", context.dialect === 'ash' ? 1 : 125)
    if (seconds === undefined) throw new ToolFailure(context.dialect === 'ash' ? `timeout: invalid number '${duration}'\n` : `timeout: invalid time interval '${duration}'\nTry 'timeout --help' for more information.\n`, context.dialect === 'ash' ? 1 : 125)
    return { wait: { t: 'deadline', argv, untilMs: context.nowMs + Math.round(seconds * 1000), signal }, memory: true }
  },
}

const pager: Tool = {
  streams: true,
  run(context) {
    const { inputs, err } = readAll(context, context.argv.slice(1).filter((arg) => !/^[-+]/.test(arg)))
    return { out: inputs.map(({ text }) => text).join(''), err, code: err === '' ? 0 : 1 }
  },
}

const ps: Tool = {
  run: (context: ToolContext) => ({ out: context.dialect === 'ash' ? `PID   USER     TIME  COMMAND\n    1 ${context.userName.padEnd(8)}  0:00 ${context.env.PODFLIGHT_COMMAND ?? 'sh'}\n` : '    PID TTY          TIME CMD\n      1 pts/0    00:00:00 bash\n', code: 0 }),
}

/** Tools that wait or run others, by name. */
export const runTools: { readonly [name: string]: Tool } = {
  sleep, xargs, watch, timeout, less: pager, more: pager, most: pager, ps,
  nohup: wrapper((argv) => argv),
  nice: wrapper((argv) => (argv[0] === '-n' ? argv.slice(2) : argv.filter((arg, i) => i > 0 || !arg.startsWith('-')))),
  stdbuf: wrapper((argv) => argv.filter((arg, i) => !arg.startsWith('-') || argv.slice(0, i).some((one) => !one.startsWith('-')))),
  usleep: { run: (context) => (context.memory === undefined ? { wait: { t: 'time', untilMs: context.nowMs + Math.ceil(Number(context.argv[1] ?? 0) / 1000) }, memory: true } : { code: 0 }) },
  clear: { run: () => ({ out: '\x1b[H\x1b[J', code: 0 }) },
  sync: { run: () => ({ code: 0 }) },
  sudo: { run: () => ({ err: 'sudo: not needed here: your rights in the cluster are those of your kubeconfig user\n', code: 1 }) },
}

/** Builtins of signals and child processes. */

import { compareText } from '../../kernel/text.ts'
import type { Builtin } from './builtin.ts'
import { fail } from './builtin.ts'
import { ProcessExit, signalNumbers } from './core.ts'
import { quoteValue } from './variable-builtins.ts'

export const trap: Builtin = (core, process, _frame, args) => {
  const operands = args.filter((arg) => arg !== '--')
  if (operands.length === 0 || operands[0] === '-p') {
    for (const name of Object.keys(process.traps).sort(compareText)) core.write(process, 1, `trap -- ${quoteValue(process.traps[name])} ${core.state.dialect === 'ash' || name === 'EXIT' ? name : `SIG${name}`}\n`)
    return 0
  }
  const isReset = operands[0] === '-' || operands.length === 1
  let code = 0
  for (const signal of operands.length === 1 ? operands : operands.slice(1)) {
    const name = signalName(signal)
    if (name === undefined) code = fail(core, process, core.state.dialect === 'ash' ? `trap: ${signal}: invalid signal specification` : `trap: ${signal}: invalid signal specification`)
    else if (isReset) delete process.traps[name]
    else process.traps[name] = operands[0]
  }
  return code
}

/** Signal name without SIG, from a name or a number. */
export function signalName(text: string): string | undefined {
  if (text === '0' || text.toUpperCase() === 'EXIT') return 'EXIT'
  if (text === 'ERR' || text === 'DEBUG') return text
  if (/^\d+$/.test(text)) return Object.keys(signalNumbers).find((name) => signalNumbers[name] === Number(text))
  const name = text.toUpperCase().replace(/^SIG/, '')
  return name in signalNumbers ? name : undefined
}

export const kill: Builtin = (core, process, _frame, args) => {
  let name: string | undefined = 'TERM'
  const pids: string[] = []
  if (args[0] === '-l') {
    core.write(process, 1, `${Object.keys(signalNumbers).join(' ')}\n`)
    return 0
  }
  for (let i = 0; i < args.length; i++) {
    if (i === 0 && args[i] === '-s') name = signalName(args[++i] ?? '')
    else if (i === 0 && /^-./.test(args[i])) {
      name = args[i] === '-0' ? '0' : signalName(args[i].slice(1))
      if (name === undefined) return fail(core, process, core.state.dialect === 'ash' ? `kill: bad signal name '${args[i].slice(1)}'` : `kill: ${args[i].slice(1)}: invalid signal specification`)
    } else pids.push(args[i])
  }
  if (pids.length === 0 || name === undefined) return fail(core, process, core.state.dialect === 'ash' ? 'kill: you need to specify whom to kill' : 'kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]', core.state.dialect === 'ash' ? 1 : 2)
  let code = 0
  for (const pid of pids) {
    const isOther = pid === '1' && !core.state.processes.some((one) => one.pid === 1)
    if (isOther && core.host.signalInit !== undefined) {
      if (name === 'TERM' || name === 'INT' || name === 'HUP' || name === 'QUIT' || name === 'KILL') core.host.signalInit(name)
      continue
    }
    const isKnown = core.state.processes.some((one) => String(one.pid) === pid)
    if (!isKnown) code = fail(core, process, core.state.dialect === 'ash' ? `kill: can't kill pid ${pid}: No such process` : `kill: (${pid}) - No such process`)
    else if (name !== '0') {
      if (Number(pid) === process.pid && (name === 'KILL' || process.traps[name] === undefined) && process.pid !== 1) throw new ProcessExit(128 + (signalNumbers[name] ?? 15), signalNumbers[name])
      core.signal(Number(pid), name, Number(pid) === 1)
    }
  }
  return code
}

export const wait: Builtin = (core, process, _frame, args) => {
  const children = core.state.processes.filter((one) => one.parent === process.pid).map((one) => one.pid)
  const wanted = args.length === 0 ? children : args.map(Number)
  const running = wanted.filter((pid) => children.includes(pid))
  if (running.length > 0) {
    process.wait = { t: 'children', pids: running, isInterruptible: true }
    return 'again'
  }
  const last = args.at(-1)
  return last === undefined ? 0 : (process.reaped[last] ?? 127)
}

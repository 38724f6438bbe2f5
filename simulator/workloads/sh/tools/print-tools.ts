/** date, env and other tools that print what they know. */

import { resolvePath } from '../host.ts'
import { base64 } from './base64.ts'
import { formatDate, parseDateOption } from './dates.ts'
import { expr } from './expr.ts'
import { echo, printf, seq } from './printf.ts'
import type { Tool, ToolContext } from './tool.ts'
import { parseOptions, ToolFailure } from './tool.ts'

const date: Tool = {
  run(context) {
    const rest: string[] = []
    let atMs: number | undefined
    let isIso = false
    let isRfc = false
    for (let i = 1; i < context.argv.length; i++) {
      const arg = context.argv[i]
      const value = /^--date=(.*)$/s.exec(arg)?.[1] ?? (arg === '-d' ? (context.argv[++i] ?? '') : undefined)
      if (value !== undefined) {
        atMs = parseDateOption(value, context.nowMs, (ms) => context.timestamp(ms))
        if (atMs === undefined) throw new ToolFailure(context.dialect === 'ash' ? `date: invalid date '${value}'\n` : `date: invalid date '${value}'\n`)
      } else if (/^(-I\w*|--iso-8601.*)$/.test(arg)) isIso = true
      else if (arg === '-R') isRfc = true
      else if (arg === '-u' || arg === '--utc') continue
      else rest.push(arg)
    }
    const pattern = rest[0]?.startsWith('+') ? rest[0].slice(1) : isIso ? '%Y-%m-%d' : isRfc ? '%a, %d %b %Y %H:%M:%S +0000' : '%a %b %e %H:%M:%S UTC %Y'
    if (rest[0] !== undefined && !rest[0].startsWith('+')) throw new ToolFailure(`date: invalid date '${rest[0]}'\n`)
    return { out: `${formatDate(pattern, context.timestamp(atMs ?? context.nowMs), atMs ?? context.nowMs)}\n`, code: 0 }
  },
}

const env: Tool = {
  run(context) {
    if (context.memory !== undefined) return { code: context.answer?.kind === 'ran' ? context.answer.code : 0 }
    const vars: { [name: string]: string } = context.argv.includes('-i') ? {} : { ...context.env }
    let i = 1
    for (; i < context.argv.length; i++) {
      const arg = context.argv[i]
      if (arg === '-i' || arg === '-') continue
      if (arg === '-u') delete vars[context.argv[++i] ?? '']
      else if (/^[^=]+=/.test(arg)) vars[arg.slice(0, arg.indexOf('='))] = arg.slice(arg.indexOf('=') + 1)
      else break
    }
    const command = context.argv.slice(i)
    if (command.length > 0) return { wait: { t: 'run', argv: command, env: vars }, memory: true }
    return { out: Object.keys(vars).map((name) => `${name}=${vars[name]}\n`).join(''), code: 0 }
  },
}

const printenv: Tool = {
  run({ argv, env: vars }) {
    if (argv.length === 1) return { out: Object.keys(vars).map((name) => `${name}=${vars[name]}\n`).join(''), code: 0 }
    const found = argv.slice(1).filter((name) => Object.hasOwn(vars, name))
    return { out: found.map((name) => `${vars[name]}\n`).join(''), code: found.length === argv.length - 1 ? 0 : 1 }
  },
}

const basename: Tool = {
  run(context) {
    const [, path, suffix] = context.argv
    if (path === undefined) throw new ToolFailure(context.dialect === 'ash' ? 'basename: missing operand\n' : "basename: missing operand\nTry 'basename --help' for more information.\n")
    const base = path.replace(/\/+$/, '').replace(/^.*\//, '') || (path.startsWith('/') ? '/' : path)
    return { out: `${suffix !== undefined && base !== suffix && base.endsWith(suffix) ? base.slice(0, -suffix.length) : base}\n`, code: 0 }
  },
}

const dirname: Tool = {
  run(context) {
    const path = context.argv[1]
    if (path === undefined) throw new ToolFailure(context.dialect === 'ash' ? 'dirname: missing operand\n' : "dirname: missing operand\nTry 'dirname --help' for more information.\n")
    const trimmed = path.replace(/\/+$/, '')
    const at = trimmed.lastIndexOf('/')
    return { out: `${at < 0 ? (path.startsWith('/') ? '/' : '.') : at === 0 ? '/' : trimmed.slice(0, at)}\n`, code: 0 }
  },
}

const realpath: Tool = {
  run(context) {
    const { operands } = parseOptions(context, 'fmeq')
    return { out: operands.map((path) => `${resolvePath(context.cwd, path)}\n`).join(''), code: 0 }
  },
}

const uname: Tool = {
  run(context) {
    const { flags } = parseOptions(context, 'asnrvmpio')
    const parts: string[] = []
    const all = flags.has('a')
    if (flags.size === 0 || all || flags.has('s')) parts.push('Linux')
    if (all || flags.has('n')) parts.push(context.hostName)
    if (all || flags.has('r')) parts.push('6.12.0')
    if (all || flags.has('v')) parts.push('#1 SMP PREEMPT_DYNAMIC')
    if (all || flags.has('m')) parts.push('x86_64')
    if (all || flags.has('o')) parts.push(context.dialect === 'ash' ? 'GNU/Linux' : 'GNU/Linux')
    return { out: `${parts.join(' ')}\n`, code: 0 }
  },
}

/** Name of a user (third field) or a group (fourth field) in /etc/passwd. */
function accountName(context: ToolContext, number: number, place: 2 | 3): string | undefined {
  if (number === context.user.uid && !/^\d+$/.test(context.userName)) return context.userName
  const lines = (context.files.read('/etc/passwd') ?? 'root:x:0:0\n').split('\n').map((line) => line.split(':'))
  return lines.find((fields) => fields[place] === String(number))?.[0]
}

const id: Tool = {
  run(context) {
    const { flags } = parseOptions(context, 'ugnG')
    const { uid, gid } = context.user
    const groups = [...new Set([...context.user.groups, gid])].sort((a, b) => a - b)
    const plain = (number: number, place: 2 | 3): string => (flags.has('n') ? (accountName(context, number, place) ?? String(number)) : String(number))
    if (flags.has('u')) return { out: `${plain(uid, 2)}\n`, code: 0 }
    if (flags.has('g')) return { out: `${plain(gid, 3)}\n`, code: 0 }
    if (flags.has('G')) return { out: `${groups.map((group) => plain(group, 3)).join(' ')}\n`, code: 0 }
    const named = (number: number, place: 2 | 3): string => {
      const name = accountName(context, number, place)
      return name === undefined ? String(number) : `${number}(${name})`
    }
    return { out: `uid=${named(uid, 2)} gid=${named(gid, 3)} groups=${groups.map((group) => named(group, 3)).join(',')}\n`, code: 0 }
  },
}

const whoami: Tool = {
  run(context) {
    const name = accountName(context, context.user.uid, 2)
    return name === undefined ? { err: `whoami: unknown uid ${context.user.uid}\n`, code: 1 } : { out: `${name}\n`, code: 0 }
  },
}

const hostname: Tool = {
  run: ({ argv, hostName }) => ({ out: `${argv.includes('-s') ? hostName.split('.')[0] : hostName}\n`, code: 0 }),
}

/** Tools that print, by name. */
export const printTools: { readonly [name: string]: Tool } = {
  echo, printf, seq, base64, date, env, printenv, basename, dirname, realpath, readlink: realpath, uname, id, hostname, expr,
  whoami,
  arch: { run: () => ({ out: 'x86_64\n', code: 0 }) },
  nproc: { run: () => ({ out: '4\n', code: 0 }) },
}

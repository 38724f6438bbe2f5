/** Opens the files and descriptors of redirections. */

import type { ShellCore } from './core.ts'
import type { Expansion } from './expand.ts'
import { isDirectory, resolvePath } from './host.ts'
import type { Fd, Fds, Process } from './state.ts'
import type { Redirect } from './syntax.ts'

/** A redirection whose target is known. */
export interface OpenRedirect {
  readonly fd: number
  readonly op: Redirect['op']
  readonly target: string
}

/** Expands targets. Splitting does not happen in them. */
export function expandRedirects(redirects: readonly Redirect[], expansion: Expansion): OpenRedirect[] {
  return redirects.map(({ fd, op, target }) => ({ fd, op, target: expansion.text(target) }))
}

/** The descriptors after redirections, or the error text of one that failed. Files that are written are created. */
export function openRedirects(core: ShellCore, process: Process, redirects: readonly OpenRedirect[]): { fds: Fds } | { error: string } {
  const fds: Fds = { ...process.fds }
  for (const { fd, op, target } of redirects) {
    const opened = openOne(core, process, fds, { fd, op, target })
    if (typeof opened === 'string') return { error: opened }
    fds[fd] = opened
    if (op === '&>' || op === '&>>' || (op === '>&' && fd === 1 && !/^(\d+|-)$/.test(target))) fds[2] = opened
  }
  return { fds }
}

function openOne(core: ShellCore, process: Process, fds: Fds, { fd, op, target }: OpenRedirect): Fd | undefined | string {
  switch (op) {
    case '<<':
      return textSource(core, target)
    case '<<<':
      return textSource(core, `${target}\n`)
    case '<&':
    case '>&':
      if (target === '-') return undefined
      if (/^\d+$/.test(target)) return fds[target] ?? `${target}: ${core.state.dialect === 'ash' ? 'bad file descriptor' : 'Bad file descriptor'}`
      if (op === '<&' || fd !== 1) return `${target}: ambiguous redirect`
      return openForWriting(core, process, target, false)
    case '<':
    case '<>':
      return openForReading(core, process, target)
    default:
      return openForWriting(core, process, target, op === '>>' || op === '&>>')
  }
}

function textSource(core: ShellCore, text: string): Fd {
  const pipe = core.makePipe()
  core.state.pipes[pipe].text = text
  return { k: 'read', pipe }
}

function openForReading(core: ShellCore, process: Process, target: string): Fd | string {
  const path = resolvePath(process.cwd, target)
  if (target === '') return core.state.dialect === 'ash' ? "can't open : no such file" : ': No such file or directory'
  if (path === '/dev/null') return { k: 'null' }
  if (path === '/dev/stdin') return process.fds[0] ?? { k: 'null' }
  const text = core.host.files.read(path)
  if (text !== undefined) return textSource(core, text)
  if (isDirectory(core.host.files, path)) return textSource(core, '')
  return core.state.dialect === 'ash' ? `can't open ${target}: no such file` : `${target}: No such file or directory`
}

function openForWriting(core: ShellCore, process: Process, target: string, isAppended: boolean): Fd | string {
  const path = resolvePath(process.cwd, target)
  const { files } = core.host
  const isAsh = core.state.dialect === 'ash'
  if (path === '/dev/null') return { k: 'null' }
  const stream = /^(?:\/dev\/std(out|err)|\/proc\/(1|self)\/fd\/([12]))$/.exec(path)
  if (stream !== null) {
    const fd = stream[1] === 'err' || stream[3] === '2' ? 2 : 1
    if (stream[2] !== '1') return process.fds[fd] ?? { k: 'null' }
    // Streams of process 1 from a command beside it: the container's log, which the host writes.
    return core.state.processes.some((one) => one.pid === 1) ? { k: fd === 1 ? 'out' : 'err' } : { k: 'file', path }
  }
  if (target === '' || !isDirectory(files, path.replace(/\/[^/]*$/, '') || '/')) {
    return isAsh ? `can't create ${target}: nonexistent directory` : `${target}: No such file or directory`
  }
  if (isDirectory(files, path)) return isAsh ? `can't create ${target}: Is a directory` : `${target}: Is a directory`
  const old = files.read(path)
  const error = isAppended && old !== undefined ? undefined : files.write(path, '')
  if (error !== undefined) return isAsh ? `can't create ${target}: ${error}` : `${target}: ${error}`
  return { k: 'file', path }
}

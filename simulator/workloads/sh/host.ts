/** What a shell needs from where it runs: files, time, output, and commands that are not its own. */

import type { SimTimeMs } from '../../kernel/event-queue.ts'

/** Files by absolute path. A write that is not possible answers the reason in the system's words. */
export interface ShellFiles {
  read(path: string): string | undefined
  /** Names in a directory, sorted; undefined when there is none. */
  list(path: string): readonly string[] | undefined
  /** @returns an error such as 'Read-only file system', or undefined */
  write(path: string, text: string): string | undefined
  /** @returns an error, or undefined */
  remove(path: string): string | undefined
  makeDirectory(path: string): string | undefined
}

export interface ShellHost {
  readonly nowMs: SimTimeMs
  readonly files: ShellFiles
  /** RFC 3339 text of a simulated time, to the second, in UTC. */
  timestamp(atMs: SimTimeMs): string
  readonly hostName: string
  readonly userName: string
  /** Numbers of the user and its groups; absent: root, or the person at the terminal. */
  readonly user?: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] }
  /** Columns of the terminal, or undefined when output is not one. */
  readonly columns: number | undefined
  out(stream: 'stdout' | 'stderr', text: string): void
  /** True for a command that the host runs (kubectl). */
  isExternal(name: string): boolean
  /** False for a tool that does not exist here (jq in busybox). */
  hasTool(name: string): boolean
  /** Steps that may run without simulated time passing. */
  readonly stepsMax: number
  /** What happens then: the script is paused for a second (a busy program), or ended with an error. */
  readonly onStepsMax: 'pause' | 'end'
  /** Sends a signal to process 1 of the container, when this shell runs beside it. */
  signalInit?(signal: 'TERM' | 'INT' | 'HUP' | 'QUIT' | 'KILL'): void
  /** True when `&` is possible. */
  readonly hasBackground: boolean
}

/** A path made absolute, without `.` and `..`. */
export function resolvePath(cwd: string, path: string): string {
  const parts: string[] = []
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') parts.pop()
    else parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** True for a directory. */
export function isDirectory(files: ShellFiles, path: string): boolean {
  return path === '/' || files.list(path) !== undefined
}

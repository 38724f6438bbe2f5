/** A small world for tests: files in a map, time that moves as scripts sleep. Used by tests only. */

import { toTimestamp } from '../../api/time.ts'
import { compareText } from '../../kernel/text.ts'
import type { ShellFiles, ShellHost } from './host.ts'
import { Machine } from './machine.ts'
import type { ShellOptions } from './state.ts'
import { makeShellState } from './state.ts'

/** Files in a map from absolute path to text; directories have the value undefined. */
export function mapFiles(files: Map<string, string | undefined>): ShellFiles {
  return {
    read: (path) => files.get(path),
    list(path) {
      const prefix = path === '/' ? '/' : `${path}/`
      const names = new Set<string>()
      for (const key of files.keys()) if (key.startsWith(prefix) && key !== prefix) names.add(key.slice(prefix.length).split('/')[0])
      const isFolder = path === '/' || names.size > 0 || (files.has(path) && files.get(path) === undefined)
      return isFolder ? [...names].sort(compareText) : undefined
    },
    write(path, text) {
      files.set(path, text)
      return undefined
    },
    remove(path) {
      files.delete(path)
      return undefined
    },
    makeDirectory(path) {
      files.set(path, undefined)
      return undefined
    },
  }
}

export interface ScriptResult {
  readonly out: string
  readonly err: string
  readonly code: number
  readonly nowMs: number
}

/** Runs a script to its end; time jumps to each next change. */
export function runScript(source: string, files: { readonly [path: string]: string } = {}, options: Partial<ShellOptions> & { readonly input?: string } = {}): ScriptResult {
  const all = new Map<string, string | undefined>(Object.entries(files))
  if (!all.has('/home/user')) all.set('/home/user', undefined)
  if (!all.has('/tmp')) all.set('/tmp', undefined)
  let out = ''
  let err = ''
  const clock = { nowMs: 0 }
  const host: ShellHost = {
    get nowMs() {
      return clock.nowMs
    },
    files: mapFiles(all),
    timestamp: (atMs) => toTimestamp(atMs),
    hostName: 'box',
    userName: 'root',
    columns: undefined,
    out(stream, text) {
      if (stream === 'stdout') out += text
      else err += text
    },
    isExternal: () => false,
    hasTool: () => true,
    stepsMax: 200_000,
    onStepsMax: 'end',
    hasBackground: true,
  }
  let state = makeShellState({ dialect: 'bash', shellName: 'bash', env: { HOME: '/home/user', PATH: '/usr/bin' }, cwd: '/home/user', hasInput: options.input !== undefined, ...options })
  const first = new Machine(state, host)
  if (!first.submit(source)) return { out, err, code: 2, nowMs: 0 }
  if (options.input !== undefined) {
    first.feed(options.input)
    first.feed(undefined)
  }
  first.run()
  state = first.state
  for (let i = 0; i < 10_000 && state.exit === undefined; i++) {
    // Each turn starts from saved state: everything must survive JSON.
    const machine = new Machine(JSON.parse(JSON.stringify(state)) as typeof state, host)
    const next = machine.nextChangeMs()
    if (next === undefined) break
    clock.nowMs = next
    machine.run()
    state = machine.state
  }
  return { out, err, code: state.exit?.code ?? -1, nowMs: clock.nowMs }
}

/** Runs kubectl against a cluster and answers what it asks for, at once. */

import { apiErrors } from '../../../simulator/api/errors.ts'
import { impersonatedGroups } from '../../../simulator/api/credentials.ts'
import type { UserInfo } from '../../../simulator/api/request.ts'
import { bindKubectl } from '../../../simulator/index.ts'
import type { Cluster } from '../../../simulator/index.ts'
import type { FileSystem, ProcessAnswer, ProcessNeed } from '../../../simulator/shell/process.ts'
import { readApiDescriptions } from '../../../src/server/api-descriptions.ts'

const kubectl = bindKubectl(readApiDescriptions)

/** A command that waits longer than this in simulated time never ends. */
const waitMsMax = 300_000

export interface CommandResult { readonly exit: number; readonly stdout: string; readonly stderr: string }

/** Splits a command line as a shell does, without variables. */
export function splitWords(line: string): string[] {
  const words: string[] = []
  let word: string | undefined
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!
    if (char === "'" || char === '"') {
      word ??= ''
      for (i++; i < line.length && line[i] !== char; i++) word += char === '"' && line[i] === '\\' ? line[++i] : line[i]
    } else if (char === '\\') word = (word ?? '') + (line[++i] ?? '')
    else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + char
  }
  return word === undefined ? words : [...words, word]
}

/** Files in memory. */
export class MemoryFiles implements FileSystem {
  private readonly files = new Map<string, string>()
  private readonly folders = new Set<string>(['/', '/root', '/tmp'])

  read(path: string): string | undefined {
    return this.files.get(path)
  }

  write(path: string, text: string): void {
    this.files.set(path, text)
  }

  remove(path: string): boolean {
    return this.files.delete(path)
  }

  isDirectory(path: string): boolean {
    return this.folders.has(path) || [...this.files.keys()].some((file) => file.startsWith(`${path}/`))
  }

  makeDirectory(path: string): void {
    this.folders.add(path)
  }

  list(path: string): readonly string[] | undefined {
    if (!this.isDirectory(path)) return undefined
    const prefix = path === '/' ? '/' : `${path}/`
    const names = new Set([...this.files.keys(), ...this.folders].filter((file) => file.startsWith(prefix) && file !== path).map((file) => file.slice(prefix.length).split('/')[0]!))
    return [...names].sort((a, b) => (a < b ? -1 : 1))
  }
}

const serverAddress = 'https://127.0.0.1:6443'

/** A kubeconfig with one context. */
export function kubeconfig(namespace: string): string {
  return `apiVersion: v1
kind: Config
clusters:
- name: c
  cluster: {server: '${serverAddress}'}
users:
- name: admin
  user: {}
contexts:
- name: c
  context: {cluster: c, user: admin, namespace: ${namespace}}
current-context: c
`
}

/** What the runner needs: the cluster, and how time passes while a command waits. */
export interface KubectlSetup {
  readonly cluster: Cluster
  readonly user: UserInfo
  readonly files: FileSystem
  /** Lets simulated time pass up to a moment, or until `isOver` says so. */
  advance(toMs: number, isOver?: () => boolean): void
  /** Called before each request. */
  onRequest?(): void
}

/** Plays one command line. */
export function runKubectl(setup: KubectlSetup, argv: readonly string[], stdin?: string, env: { readonly [name: string]: string } = {}): CommandResult {
  let stdout = ''
  let stderr = ''
  const { cluster } = setup
  const process = kubectl({
    argv: ['kubectl', ...argv], env: { HOME: '/root', KUBECONFIG: '/root/.kube/config', ...env }, workingDirectory: '/root', files: setup.files,
    clock: { get nowMs() { return cluster.nowMs }, timestamp: (atMs) => cluster.clock.timestamp(atMs), parse: (text) => cluster.clock.parse(text) },
    out: (text) => { stdout += text }, err: (text) => { stderr += text }, isTerminal: false, hasInput: stdin !== undefined,
  })
  let input = stdin
  const answer = (need: ProcessNeed): ProcessAnswer => {
    switch (need.kind) {
      case 'request': {
        const { as, asGroups, server, credentials, ...request } = need.request
        if (server !== serverAddress) return { kind: 'none' }
        const own = credentials === undefined ? setup.user : cluster.authenticate(credentials)
        if (own === undefined) return { kind: 'response', response: { code: 401, body: apiErrors.unauthorized('Unauthorized'), warnings: [] } }
        const user = as === undefined ? own : { name: as, groups: impersonatedGroups(as, asGroups ?? []) }
        setup.onRequest?.()
        return { kind: 'response', response: cluster.request({ ...request, user }) }
      }
      case 'stream': {
        let frames = cluster.readStream(need.streamId)
        if (frames.length === 0) {
          setup.advance(need.untilMs ?? startMs + waitMsMax + 1, () => {
            frames = cluster.readStream(need.streamId)
            return frames.length > 0
          })
        }
        return { kind: 'frames', frames }
      }
      case 'sleep':
        setup.advance(need.untilMs)
        return { kind: 'none' }
      case 'input': {
        const text = input
        input = undefined
        return { kind: 'text', text }
      }
      case 'closeStream':
        cluster.closeStream(need.streamId)
        return { kind: 'none' }
      case 'sendInput':
        cluster.writeStream(need.streamId, need.text)
        return { kind: 'none' }
      case 'edit': return { kind: 'saved', isSaved: false }
    }
  }
  const startMs = cluster.nowMs
  let step = process.next()
  while (step.done !== true) {
    if (cluster.nowMs - startMs > waitMsMax) return { exit: 124, stdout, stderr }
    step = process.next(answer(step.value))
  }
  return { exit: step.value, stdout, stderr }
}

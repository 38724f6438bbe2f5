/** A container as the host of a shell: its files under what this step wrote, its output as effects. */

import { toTimestamp } from '../../api/time.ts'
import { compareText } from '../../kernel/text.ts'
import type { SimTimeMs } from '../../kernel/event-queue.ts'
import type { ShellFiles, ShellHost } from '../sh/host.ts'
import { gpuFolder } from '../sh/tools/nvidia-smi.ts'
import type { ProgramContext, ProgramEffect } from '../program.ts'

/** Modelling assumption: a script that never waits does this many steps, then its CPU counts as used for a second. */
const stepsPerSecond = 5000

/** Tools that busybox and the curl image do not have. */
const missingTools: ReadonlySet<string> = new Set(['openssl', 'jq', 'gawk', 'mawk', 'column', 'sudo', 'most', 'stdbuf', 'kubectl'])
const rootFolders = ['bin', 'dev', 'etc', 'home', 'proc', 'root', 'sys', 'tmp', 'usr', 'var'] as const

/** What one step of a container's shell sees and does. */
export class ContainerHost implements ShellHost {
  readonly effects: ProgramEffect[] = []
  readonly files: ShellFiles
  readonly stepsMax = stepsPerSecond
  readonly onStepsMax = 'pause'
  readonly hasBackground = true
  private readonly context: ProgramContext

  constructor(context: ProgramContext) {
    this.context = context
    this.files = makeFiles(context, this.effects)
  }

  get nowMs(): SimTimeMs {
    return this.context.nowMs
  }

  get hostName(): string {
    return this.context.spec.env['HOSTNAME'] ?? this.context.spec.pod.name
  }

  get userName(): string {
    const uid = this.context.spec.user?.uid ?? 0
    return uid === 0 ? 'root' : String(uid)
  }

  get user(): NonNullable<ShellHost['user']> {
    return this.context.spec.user ?? { uid: 0, gid: 0, groups: [] }
  }

  get columns(): number | undefined {
    return this.context.spec.tty ? 80 : undefined
  }

  timestamp(atMs: SimTimeMs): string {
    return this.context.timestamp?.(atMs) ?? toTimestamp(atMs)
  }

  out(stream: 'stdout' | 'stderr', text: string): void {
    const last = this.effects.at(-1)
    if (last?.kind === 'log' && last.stream === stream) this.effects[this.effects.length - 1] = { kind: 'log', stream, text: last.text + text }
    else this.effects.push({ kind: 'log', stream, text })
  }

  signalInit(signal: 'TERM' | 'INT' | 'HUP' | 'QUIT' | 'KILL'): void {
    // Process 1 of a container cannot be killed from inside it.
    if (signal !== 'KILL') this.effects.push({ kind: 'signal', signal })
  }

  isExternal(): boolean {
    return false
  }

  hasTool(name: string): boolean {
    if (name === 'curl') return hasCurl(this.context.spec.image, this.context.spec.argv)
    // The NVIDIA runtime brings it into containers that have a GPU.
    if (name === 'nvidia-smi') return this.files.list(gpuFolder) !== undefined
    return !missingTools.has(name) || this.context.spec.parameters[name] === true
  }
}

/** nginx and curl images bring curl. */
function hasCurl(image: string, argv: readonly string[]): boolean {
  const name = image.replace(/^.*\//, '')
  return argv[0] === 'curl' || /curl/.test(image) || /^nginx(?::|@|$)/.test(name)
}

function makeFiles(context: ProgramContext, effects: ProgramEffect[]): ShellFiles {
  /** What this step wrote (text), made (null) or removed (undefined). */
  const changed = new Map<string, string | null | undefined>()
  const under = (path: string): string => (path === '/' ? '/' : `${path}/`)
  const isRemoved = (path: string): boolean => {
    for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) if (changed.has(at)) return changed.get(at) === undefined
    return false
  }
  const list = (path: string): readonly string[] | undefined => {
    const base = isRemoved(path) ? undefined : context.files.list(path)
    const names = new Set((base ?? []).filter((name) => !isRemoved(under(path) + name)))
    for (const [key, value] of changed) if (value !== undefined && key.startsWith(under(path))) names.add(key.slice(under(path).length).split('/')[0])
    const isFolder = base !== undefined || changed.get(path) === null || [...changed].some(([key, value]) => value !== undefined && key.startsWith(under(path)))
    if (path === '/') for (const name of rootFolders) names.add(name)
    const isImplied = path === '/' || (rootFolders.includes(path.slice(1) as (typeof rootFolders)[number]) && !isRemoved(path)) || (path === context.spec.workingDir && !isRemoved(path))
    return isFolder || isImplied ? [...names].sort(compareText) : undefined
  }
  const refuse = (path: string): string | undefined => context.files.writeError?.(path)
  return {
    read: (path) => (changed.has(path) ? (changed.get(path) ?? undefined) : isRemoved(path) ? undefined : context.files.read(path)),
    list,
    write(path, text) {
      if (path === '/dev/termination-log') {
        changed.set(path, text)
        effects.push({ kind: 'terminationMessage', text })
        return undefined
      }
      const error = refuse(path)
      if (error !== undefined) return error
      changed.set(path, text)
      replaceWrite(effects, path, text)
      return undefined
    },
    remove(path) {
      const error = refuse(path)
      if (error !== undefined) return error
      changed.set(path, undefined)
      effects.push({ kind: 'remove', path })
      return undefined
    },
    makeDirectory(path) {
      const error = refuse(path)
      if (error !== undefined) return error
      changed.set(path, null)
      effects.push({ kind: 'makeDirectory', path })
      return undefined
    },
  }
}

/** A file written again within a step is one effect, unless something happened in between. */
function replaceWrite(effects: ProgramEffect[], path: string, text: string): void {
  const last = effects.at(-1)
  if (last?.kind === 'write' && last.path === path) effects[effects.length - 1] = { kind: 'write', path, text }
  else effects.push({ kind: 'write', path, text })
}

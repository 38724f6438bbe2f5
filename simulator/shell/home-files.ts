/** The learner's files: a home directory and /tmp in plain data, and a few fixed files of a system around them. */

import { compareText } from '../kernel/text.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { ShellFiles } from '../workloads/sh/host.ts'
import type { FileSystem } from './process.ts'

/** A file, or a directory when `text` is absent. */
export interface StoredFile {
  readonly text?: string
  readonly changedAtMs: SimTimeMs
}

/** All files by absolute path, as plain data. */
export interface StoredFiles {
  readonly [path: string]: StoredFile
}

/** Characters of all files together, and of one. */
const totalLengthMax = 32 * 1024 * 1024
const pathLengthMax = 1024

const systemFiles: { readonly [path: string]: string } = {
  '/etc/hosts': '127.0.0.1\tlocalhost\n',
  '/etc/os-release': 'NAME="Podflight terminal"\nID=podflight\n',
}

/** Files that may change. Only the home directory and /tmp can be written. */
export class HomeFiles implements FileSystem {
  readonly home: string
  private readonly files = new Map<string, StoredFile>()
  private readonly clock: { readonly nowMs: SimTimeMs }
  private length = 0
  private changes = 0

  constructor(home: string, clock: { readonly nowMs: SimTimeMs }, stored: StoredFiles = {}) {
    this.home = home
    this.clock = clock
    for (const path of Object.keys(stored)) this.set(path, stored[path])
  }

  /** Grows with every change. */
  get version(): number {
    return this.changes
  }

  /** All files as plain data. */
  save(): StoredFiles {
    const saved: { [path: string]: StoredFile } = {}
    for (const path of [...this.files.keys()].sort(compareText)) saved[path] = this.files.get(path) ?? { changedAtMs: 0 }
    return saved
  }

  private set(path: string, file: StoredFile): void {
    this.length += (file.text?.length ?? 0) - (this.files.get(path)?.text?.length ?? 0)
    this.files.set(path, file)
    this.changes += 1
  }

  read(path: string): string | undefined {
    return this.files.get(path)?.text ?? (Object.hasOwn(systemFiles, path) ? systemFiles[path] : undefined)
  }

  /** Why a path cannot be written, in the system's words. */
  writeError(path: string, length = 0): string | undefined {
    const isWritable = path === this.home || path.startsWith(`${this.home}/`) || path.startsWith('/tmp/')
    if (!isWritable) return 'Permission denied'
    if (path.length > pathLengthMax) return 'File name too long'
    return this.length - (this.read(path)?.length ?? 0) + length > totalLengthMax ? 'No space left on device' : undefined
  }

  write(path: string, text: string): void {
    if (this.writeError(path, text.length) === undefined) this.set(path, { text, changedAtMs: this.clock.nowMs })
  }

  remove(path: string): boolean {
    const file = this.files.get(path)
    if (file === undefined) return false
    this.length -= file.text?.length ?? 0
    this.changes += 1
    return this.files.delete(path)
  }

  isDirectory(path: string): boolean {
    return this.list(path) !== undefined
  }

  makeDirectory(path: string): void {
    if (this.writeError(path) === undefined && !this.isDirectory(path)) this.set(path, { changedAtMs: this.clock.nowMs })
  }

  list(path: string): readonly string[] | undefined {
    const prefix = path === '/' ? '/' : `${path}/`
    const names = new Set<string>()
    const add = (key: string): void => {
      if (key.startsWith(prefix) && key.length > prefix.length) names.add(key.slice(prefix.length).split('/')[0])
    }
    for (const key of this.files.keys()) add(key)
    for (const key of Object.keys(systemFiles)) add(key)
    add(this.home)
    add('/tmp')
    add('/bin')
    const isFolder = names.size > 0 || path === '/' || path === this.home || path === '/tmp' || path === '/bin' || (this.files.has(path) && this.files.get(path)?.text === undefined)
    return isFolder ? [...names].sort(compareText) : undefined
  }

  /** The same files as the shell uses them: writes answer what went wrong. */
  forShell(): ShellFiles {
    return {
      read: (path) => this.read(path),
      list: (path) => this.list(path),
      write: (path, text) => {
        const error = this.writeError(path, text.length)
        if (error === undefined) this.write(path, text)
        return error
      },
      remove: (path) => {
        const error = this.writeError(path)
        if (error === undefined) this.remove(path)
        return error
      },
      makeDirectory: (path) => {
        const error = this.writeError(path)
        if (error === undefined) this.makeDirectory(path)
        return error
      },
    }
  }
}

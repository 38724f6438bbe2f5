/** Files as a build sees them: each kustomization reads below its own directory only. Models kustomize internal/loader (0.20.1). */

import { KustomizeFailure, within } from './ids.ts'

/** Files by absolute path. */
export interface FileTree {
  readonly read: (path: string) => string | undefined
  readonly isDirectory: (path: string) => boolean
  /** The text for a path where nothing is. */
  readonly missing: (path: string) => string
}

/** An absolute path in normal form: `path` from `root`, with . and .. worked out. It cannot leave /. */
export function joinPath(root: string, path: string): string {
  const parts: string[] = []
  for (const part of `${root}/${path}`.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** What follows the last slash; the whole path without one. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function isInside(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`)
}

const remotePattern = /^(https?:\/\/|git@|ssh:\/\/|git::|github\.com[/:])/

/** Reads files for the kustomization at `root`. */
export class Loader {
  readonly root: string
  private readonly tree: FileTree
  private readonly parent: Loader | undefined
  private readonly isRestricted: boolean

  constructor(tree: FileTree, root: string, parent: Loader | undefined, isRestricted = true) {
    this.tree = tree
    this.root = root
    this.parent = parent
    this.isRestricted = isRestricted
  }

  load(path: string): string {
    if (/^https?:\/\//.test(path)) throw new KustomizeFailure(`Get "${path}": dial tcp: lookup ${/^https?:\/\/([^/:]*)/.exec(path)?.[1] ?? ''}: no such host`)
    const full = path.startsWith('/') ? joinPath('/', path) : joinPath(this.root, path)
    if (this.tree.isDirectory(full)) throw new KustomizeFailure(`'${full}' must resolve to a file`)
    const content = this.tree.read(full)
    if (content === undefined) throw new KustomizeFailure(this.tree.missing(full))
    if (this.isRestricted && !isInside(full.slice(0, full.lastIndexOf('/')) || '/', this.root)) throw new KustomizeFailure(`security; file '${full}' is not in or below '${this.root}'`)
    return content
  }

  /** Undefined when the file is not there. */
  tryLoad(path: string): string | undefined {
    try {
      return this.load(path)
    } catch (failure) {
      if (failure instanceof KustomizeFailure) return undefined
      throw failure
    }
  }

  /** A loader for a directory that this kustomization names. */
  enter(path: string): Loader {
    if (path === '') throw new KustomizeFailure('new root cannot be empty')
    if (remotePattern.test(path)) throw new KustomizeFailure(`git cmd = 'git fetch --depth=1 ${path} HEAD': exit status 128`)
    if (path.startsWith('/')) throw new KustomizeFailure(`new root '${path}' cannot be absolute`)
    const root = within('must build at directory', () => confirmDirectory(this.tree, joinPath(this.root, path)))
    this.refuseCycle(root)
    return new Loader(this.tree, root, this, this.isRestricted)
  }

  private refuseCycle(candidate: string): void {
    if (isInside(this.root, candidate)) throw new KustomizeFailure(`cycle detected: candidate root '${candidate}' contains visited root '${this.root}'`)
    this.parent?.refuseCycle(candidate)
  }
}

function confirmDirectory(tree: FileTree, path: string): string {
  if (tree.isDirectory(path)) return path
  if (tree.read(path) !== undefined) throw new KustomizeFailure(`'${path}': file is not directory`)
  throw new KustomizeFailure(`not a valid directory: ${tree.missing(path)}`)
}

/** The loader that a build begins with. `path` is absolute. */
export function rootLoader(tree: FileTree, path: string, isRestricted: boolean): Loader {
  return within('must build at directory', () => new Loader(tree, confirmDirectory(tree, joinPath('/', path)), undefined, isRestricted))
}

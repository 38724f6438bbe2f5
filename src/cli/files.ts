/** Content and user files from disk. */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadLibrary } from '../content/loader.ts'
import type { Library } from '../content/types.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** A mistake of the user, told in one sentence; the command ends with code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

function collect(folder: string, files: Map<string, string>): void {
  for (const name of readdirSync(join(root, folder))) {
    const path = `${folder}/${name}`
    if (statSync(join(root, path)).isDirectory()) collect(path, files)
    else files.set(path, readFileSync(join(root, path), 'utf8'))
  }
}

/** The library of this installation. @throws UsageError with every content error, one a line */
export function readLibrary(): Library {
  const files = new Map<string, string>()
  collect('labs', files)
  collect('scenarios', files)
  return libraryOf(files)
}

function libraryOf(files: ReadonlyMap<string, string>): Library {
  const result = loadLibrary(files)
  if ('library' in result) return result.library
  throw new UsageError(result.errors.map(({ file, line, column, message }) => `${file}${line === undefined ? '' : `:${line}:${column}`}: ${message}`).join('\n'))
}

/** The clusters alone, without labs, tasks and forms: a start that names none of them is quicker so. @throws UsageError as readLibrary */
export function readClusters(): Library {
  const path = 'scenarios/clusters.yaml'
  const empty = [['scenarios/index.yaml', 'domains: []\ntasks: []\n'], ['scenarios/forms.yaml', '[]\n'], ['labs/index.yaml', '[]\n']] as const
  return libraryOf(new Map([...empty, [path, readFileSync(join(root, path), 'utf8')]]))
}

/** A file that the user named, relative to the folder where the command was started. `-` is standard input. */
export function readUserFile(path: string): string {
  if (path === '-') return readFileSync(0, 'utf8')
  const base = process.env['PODFLIGHT_CWD'] ?? process.cwd()
  const full = isAbsolute(path) ? path : resolve(base, path)
  try {
    return readFileSync(full, 'utf8')
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`)
  }
}

/** Content from disk. */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadLibrary } from '../content/loader.ts'
import type { Library } from '../content/types.ts'
import { UsageError } from './user-input.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

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

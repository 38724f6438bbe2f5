/** What the user names and does wrong. */

import { readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'

/** A mistake of the user, told in one sentence; the command ends with code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
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

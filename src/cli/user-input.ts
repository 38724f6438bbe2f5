/** What the user names and does wrong. */

import { readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'

/** A mistake of the user, told in one sentence; the command ends with code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Where a path of the user leads: relative ones begin in the folder where the command was started. */
export function userPath(path: string): string {
  return isAbsolute(path) ? path : resolve(process.env['PODFLIGHT_CWD'] ?? process.cwd(), path)
}

/** A file that the user named, relative to the folder where the command was started. `-` is standard input. */
export function readUserFile(path: string): string {
  if (path === '-') return readFileSync(0, 'utf8')
  try {
    return readFileSync(userPath(path), 'utf8')
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`)
  }
}

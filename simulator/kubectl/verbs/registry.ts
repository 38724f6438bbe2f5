/** Every verb of kubectl by its path. */

import type { VerbFunction } from '../session.ts'
import { get } from './get.ts'

const verbs: { readonly [path: string]: VerbFunction } = {
  get,
}

/** The function of a command; undefined for groups. */
export function findVerb(path: string): VerbFunction | undefined {
  return Object.hasOwn(verbs, path) ? verbs[path] : undefined
}

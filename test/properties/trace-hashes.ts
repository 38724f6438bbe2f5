/** The hashes that every machine must come to: run it in Node or in a page and compare. */

import { traceHashes } from './play.ts'

/** Logs that are played. */
export const logCount = 200

/** One trace hash for each log. */
export function allTraceHashes(): string[] {
  return traceHashes(logCount)
}

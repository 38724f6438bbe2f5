/** The engine's thread: a host, its clock and the attempts' database. */

import './content/jitless.ts'
import { openLibrary } from '../content/loader.ts'
import type { Library } from '../content/types.ts'
import type { ApiDescriptions } from '../../simulator/api/descriptions.ts'
import { InlineHost } from '../session/inline-host.ts'
import { openAttempts } from './attempt-database.ts'
import { contentFiles } from './content/content-files.ts'
import type { FromEngine, ToEngine } from './engine-protocol.ts'

/** About one frame. */
const tickMs = 16

const port = self as unknown as { postMessage(message: FromEngine): void; onmessage: ((event: MessageEvent<ToEngine>) => void) | null }

function library(): Library {
  const loaded = openLibrary(contentFiles)
  if ('library' in loaded) return loaded.library
  throw new Error(loaded.errors.map(({ file, message }) => `${file}: ${message}`).join('\n'))
}

function failureOf(error: unknown): { message: string; stack: string } {
  return error instanceof Error ? { message: error.message, stack: error.stack ?? '' } : { message: String(error), stack: '' }
}

/** Holds a lock for as long as this page lives; the page that has it is the one writer. */
function claim(name: string): Promise<boolean> {
  if (!('locks' in navigator)) return Promise.resolve(true)
  return new Promise((resolve) => {
    void navigator.locks.request(`podflight/${name}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null || held.has(name))
      if (lock === null) return undefined
      held.add(name)
      return new Promise<void>(() => undefined)
    })
  })
}

/** Descriptions are half a megabyte: they come when the rest is there. */
const descriptionsDelayMs = 4000
let descriptions: ApiDescriptions | undefined
setTimeout(() => {
  import('virtual:api-descriptions').then((loaded) => { descriptions = loaded.descriptions }, (error: unknown) => { console.error('The descriptions of the API could not be loaded; kubectl explain goes without.', error) })
}, descriptionsDelayMs)

const held = new Set<string>()
const host = new InlineHost({
  library: library(), store: openAttempts(), nowWallMs: () => Date.now(), newSeed: () => crypto.getRandomValues(new Uint32Array(1))[0] & 0x7fffffff, claim, descriptions: () => descriptions,
})
host.subscribe((delta) => port.postMessage({ kind: 'delta', delta }))

port.onmessage = ({ data: { id, method, args } }) => {
  const call = host[method] as (...values: readonly unknown[]) => Promise<unknown>
  Promise.resolve()
    .then(() => call.apply(host, [...args]))
    .then((value) => port.postMessage({ kind: 'answer', id, value }), (error: unknown) => port.postMessage({ kind: 'failure', id, ...failureOf(error) }))
}

/** A host that broke stands still: the page offers to rebuild the cluster from the log. */
const ticking = setInterval(() => {
  try {
    host.tick()
  } catch (error) {
    clearInterval(ticking)
    port.postMessage({ kind: 'broken', message: failureOf(error).stack })
    throw error
  }
}, tickMs)

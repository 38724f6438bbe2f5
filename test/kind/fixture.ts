/** A task that has every kind of check, so that those are proved, too, that no task of the course uses. */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadLibrary } from '../../src/content/loader.ts'
import type { Library } from '../../src/content/types.ts'

const folder = fileURLToPath(new URL('./fixture', import.meta.url))
const clusters = fileURLToPath(new URL('../../scenarios/clusters.yaml', import.meta.url))

function collect(path: string, name: string, files: Map<string, string>): void {
  for (const entry of readdirSync(path)) {
    const full = join(path, entry)
    if (statSync(full).isDirectory()) collect(full, `${name}/${entry}`, files)
    else files.set(`${name}/${entry}`, readFileSync(full, 'utf8'))
  }
}

/** A library of that task alone. */
export function fixtureLibrary(): Library {
  const files = new Map([
    ['scenarios/clusters.yaml', readFileSync(clusters, 'utf8')], ['scenarios/index.yaml', 'domains: [{ id: serving, title: Serving }]\ntasks: [kinds]\n'],
    ['scenarios/forms.yaml', '[]\n'], ['labs/index.yaml', '[]\n'],
  ])
  collect(folder, 'scenarios/kinds', files)
  const result = loadLibrary(files)
  if ('library' in result) return result.library
  throw new Error(result.errors.map(({ file, message }) => `${file}: ${message}`).join('\n'))
}

/** Its id. */
export const fixtureTask = 'kinds'

/** What the learner of the solution answers beside the script. */
export const fixtureAnswers: { readonly [attempt: string]: { readonly [item: string]: string } } = { solution: { q1: 'b' } }

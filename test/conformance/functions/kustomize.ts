/** Rows of functions/kustomize.jsonl: builds of small trees of files. */

import { buildKustomization } from '../../../simulator/kubectl/kustomize/build.ts'
import { objectOf, textOf, verdict } from '../compare.ts'
import type { RowRunner } from '../runner.ts'

const root = '/app'

export const runKustomize: RowRunner = (row) => {
  const input = objectOf(row['input'])
  const files = new Map(Object.entries(objectOf(input['files'])).map(([path, content]) => [`${root}/${path}`, textOf(content)]))
  const result = buildKustomization({
    read: (path) => files.get(path),
    isDirectory: (path) => [...files.keys()].some((file) => file.startsWith(`${path}/`)),
    missing: (path) => `'${path}' doesn't exist`,
  // The recording's program was built from source, which has no version.
  }, `${root}/${textOf(input['dir'])}`, { version: '(devel)' })
  return verdict(row, 'error' in result ? { error: result.error } : { yaml: result.yaml })
}

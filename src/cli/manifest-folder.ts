/** Manifests of a folder that the user named, under the limits of manifests anywhere in Podflight. */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { yamlLimits } from '../../simulator/api/yaml/documents.ts'
import { readManifests as readObjects } from '../server/kind/guard/manifests.ts'
import { UsageError, userPath } from './user-input.ts'

const forms = /\.(ya?ml|json)$/

/**
 * Reads the manifests of a folder, in the order of their names; folders in it are left out.
 * @returns texts by path below the virtual home, and the script that applies them
 * @throws UsageError when nothing is there, or it is too large, too deep or no YAML
 */
export function readManifests(folder: string): { readonly files: { readonly [path: string]: string }; readonly script: string } {
  const texts = textsOf(folder)
  const bytes = Object.values(texts).reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  if (bytes > yamlLimits.bytesMax) throw new UsageError(`the manifests in ${folder} have ${bytes} bytes; the limit is ${yamlLimits.bytesMax}`)
  let documentCount = 0
  for (const [name, text] of Object.entries(texts)) {
    const read = readObjects(text)
    if ('refusal' in read) throw new UsageError(`${join(folder, name)}: ${read.refusal}`)
    documentCount += read.objects.length
  }
  if (documentCount > yamlLimits.documentsMax) throw new UsageError(`the manifests in ${folder} have ${documentCount} documents; the limit is ${yamlLimits.documentsMax}`)
  return { files: Object.fromEntries(Object.entries(texts).map(([name, text]) => [`manifests/${name}`, text])), script: 'kubectl apply -f manifests/' }
}

function textsOf(folder: string): { readonly [name: string]: string } {
  const path = userPath(folder)
  try {
    const names = readdirSync(path).filter((name) => forms.test(name) && statSync(join(path, name)).isFile()).toSorted()
    if (names.length === 0) throw new UsageError(`there are no manifests (.yaml, .yml, .json) in ${folder}`)
    const large = names.find((name) => statSync(join(path, name)).size > yamlLimits.bytesMax)
    if (large !== undefined) throw new UsageError(`${join(folder, large)} is larger than ${yamlLimits.bytesMax} bytes`)
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(path, name), 'utf8')]))
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`cannot read the folder ${folder}: ${(error as Error).message}`)
  }
}

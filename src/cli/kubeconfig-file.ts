/** The kubeconfig that `podflight api` writes: a new file, or its part of one that is there. */

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { kubeconfigFor } from '../server/api/kubeconfig.ts'
import type { Kubeconfig, KubeconfigFacts } from '../server/api/kubeconfig.ts'
import { UsageError } from './user-input.ts'

function isKubeconfig(value: unknown): value is Kubeconfig {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const lists = ['clusters', 'users', 'contexts'].map((name) => (value as { readonly [name: string]: unknown })[name])
  return lists.every((list) => list === undefined || list === null || (Array.isArray(list) && list.every((each: unknown) => typeof (each as { name?: unknown } | null)?.name === 'string')))
}

/** What a file holds; `{}` for an empty one. @throws UsageError for a file that is no kubeconfig */
async function readKubeconfig(path: string): Promise<Kubeconfig> {
  const text = readFileSync(path, 'utf8')
  if (text.trim() === '') return {}
  const { parse } = await import('yaml')
  let value: unknown
  try {
    value = parse(text)
  } catch {
    value = undefined
  }
  if (!isKubeconfig(value)) throw new UsageError(`${path} is there and is no kubeconfig; name another file`)
  return value
}

/** Writes the kubeconfig; clusters, users and contexts of other names stay. @returns whether the file is new */
export async function writeKubeconfig(path: string, facts: KubeconfigFacts): Promise<boolean> {
  const isNew = !existsSync(path)
  const text = kubeconfigFor(facts, isNew ? {} : await readKubeconfig(path))
  // Whoever waits for a new file finds it whole; one that is there may be a link, which must stay one.
  const written = isNew ? `${path}.new` : path
  writeFileSync(written, text, { mode: 0o600 })
  if (isNew) renameSync(written, path)
  return isNew
}

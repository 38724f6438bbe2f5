/** The kubeconfig file: which cluster, user and namespace kubectl talks to. Models client-go/tools/clientcmd (v1.35). */

import { goQuote } from '../api/go-text.ts'
import { isYamlError, parseYaml } from '../api/yaml/documents.ts'
import { toYaml } from '../api/yaml/emit.ts'
import { isJsonObject } from '../kernel/json.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { ProcessContext } from '../shell/process.ts'
import { fail, KubectlFailure } from './failures.ts'

export interface NamedEntry { readonly name: string; readonly value: JsonObject }

/** A kubeconfig as kubectl works with it. Entries keep the order of the file. */
export interface KubeConfig {
  readonly clusters: readonly NamedEntry[]
  readonly contexts: readonly NamedEntry[]
  readonly users: readonly NamedEntry[]
  readonly currentContext: string
}

export const emptyConfig: KubeConfig = { clusters: [], contexts: [], users: [], currentContext: '' }

function entriesOf(list: unknown, member: string): NamedEntry[] {
  if (!Array.isArray(list)) return []
  return list.filter(isJsonObject).map((entry) => ({ name: String(entry['name'] ?? ''), value: isJsonObject(entry[member]) ? (entry[member] as JsonObject) : {} }))
}

/** Reads a kubeconfig from its YAML; what is no mapping is an empty one. @throws KubectlFailure for broken YAML */
export function readConfig(text: string): KubeConfig {
  const read = parseYaml(text)
  if (isYamlError(read)) throw fail(read.error)
  const document = read.value
  if (!isJsonObject(document)) return emptyConfig
  return {
    clusters: entriesOf(document['clusters'], 'cluster'),
    contexts: entriesOf(document['contexts'], 'context'),
    users: entriesOf(document['users'], 'user'),
    currentContext: String(document['current-context'] ?? ''),
  }
}

/** The document of a kubeconfig, as it is stored and shown. */
export function configDocument(config: KubeConfig): JsonObject {
  const list = (entries: readonly NamedEntry[], member: string) => (entries.length === 0 ? null : entries.map(({ name, value }) => ({ name, [member]: value })))
  return {
    apiVersion: 'v1',
    clusters: list(config.clusters, 'cluster'),
    contexts: list(config.contexts, 'context'),
    'current-context': config.currentContext,
    kind: 'Config',
    users: list(config.users, 'user'),
  }
}

/** Makes a path absolute. */
export function resolvePath(process: ProcessContext, path: string): string {
  const full = path.startsWith('/') ? path : `${process.workingDirectory}/${path}`
  const parts: string[] = []
  for (const part of full.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** Where the kubeconfig is: --kubeconfig, $KUBECONFIG or ~/.kube/config. */
export function configPath(process: ProcessContext, explicit: string): string {
  if (explicit !== '') return resolvePath(process, explicit)
  const [fromEnv = ''] = (process.env['KUBECONFIG'] ?? '').split(':')
  return fromEnv !== '' ? resolvePath(process, fromEnv) : `${process.env['HOME'] ?? ''}/.kube/config`
}

/** Reads the kubeconfig; a missing default file is an empty configuration. */
export function loadConfig(process: ProcessContext, explicit: string): KubeConfig {
  if (explicit !== '') {
    const text = process.files.read(configPath(process, explicit))
    if (text === undefined) throw fail(`stat ${explicit}: no such file or directory`)
    return readConfig(text)
  }
  const paths = (process.env['KUBECONFIG'] ?? '').split(':').filter((path) => path !== '')
  const texts = (paths.length === 0 ? [configPath(process, '')] : paths.map((path) => resolvePath(process, path))).map((path) => process.files.read(path))
  return texts.filter((text) => text !== undefined).map(readConfig).reduce(merged, emptyConfig)
}

/** Two kubeconfigs as one: what the first says stands. Differs: what is saved is all in the first file. */
function merged(first: KubeConfig, second: KubeConfig): KubeConfig {
  const both = (a: readonly NamedEntry[], b: readonly NamedEntry[]): NamedEntry[] => [...a, ...b.filter(({ name }) => findEntry(a, name) === undefined)]
  return {
    clusters: both(first.clusters, second.clusters), contexts: both(first.contexts, second.contexts), users: both(first.users, second.users),
    currentContext: first.currentContext === '' ? second.currentContext : first.currentContext,
  }
}

/** Writes the kubeconfig back. */
export function saveConfig(process: ProcessContext, explicit: string, config: KubeConfig): void {
  const path = configPath(process, explicit)
  const directory = path.slice(0, path.lastIndexOf('/'))
  if (directory !== '' && !process.files.isDirectory(directory)) process.files.makeDirectory(directory)
  process.files.write(path, toYaml(configDocument(config)))
}

/** The cluster, context or user of a name; undefined when the file has none. Names are compared exactly. */
export function findEntry(entries: readonly NamedEntry[], name: string): NamedEntry | undefined {
  return entries.find((entry) => entry.name === name)
}

/** Replaces an entry, or adds it at the end (the file is written sorted by name, as the real one is). */
export function withEntry(entries: readonly NamedEntry[], entry: NamedEntry): NamedEntry[] {
  const others = entries.filter((one) => one.name !== entry.name)
  return [...others, entry].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

export interface Overrides { readonly context: string; readonly cluster: string; readonly user: string }

/** The context in use and what it names. */
export interface ActiveContext { readonly name: string; readonly namespace: string; readonly server: string; readonly user: string }

/** Checks the context and its parts as clientcmd does before the first request. */
export function activeContext(config: KubeConfig, overrides: Overrides): ActiveContext {
  const name = overrides.context !== '' ? overrides.context : config.currentContext
  const context = findEntry(config.contexts, name)
  if (overrides.context !== '' && context === undefined) throw new KubectlFailure({ kind: 'plain', text: `Error in configuration: context was not found for specified context: ${name}` })
  const user = overrides.user !== '' ? overrides.user : String(context?.value['user'] ?? '')
  if (overrides.user !== '' && findEntry(config.users, user) === undefined) throw fail(`auth info ${goQuote(user)} does not exist`)
  const cluster = overrides.cluster !== '' ? overrides.cluster : String(context?.value['cluster'] ?? '')
  const found = findEntry(config.clusters, cluster)
  if (overrides.cluster !== '' && found === undefined) throw fail(`cluster ${goQuote(cluster)} does not exist`)
  return { name, namespace: String(context?.value['namespace'] ?? ''), server: String(found?.value['server'] ?? ''), user }
}

/** ConfigMaps and Secrets from literals, files and env files. Models kustomize api/kv and internal/generators (0.20.1). */

import { encodeBase64 } from '../../api/base64.ts'
import { goJsonSorted, goList, goQuote } from '../../api/go-text.ts'
import { setMember } from '../../api/patch/common.ts'
import type { MutableObject } from '../../api/patch/common.ts'
import { compareText } from '../../kernel/text.ts'
import { shortHash } from '../content-hash.ts'
import { KustomizeFailure, goIdText, sameId, within } from './ids.ts'
import type { GeneratorEntry, GeneratorOptions, Kustomization } from './kustomization.ts'
import { baseName } from './loader.ts'
import type { Loader } from './loader.ts'
import { currentId, makeResource, metadataOf, namespaceOf, nameOf, objectAt, setTextMap, text, textMap } from './resource.ts'
import type { Behavior, Resource, ResourceList } from './resource.ts'

type Pair = readonly [key: string, value: string]

function literalPair(source: string): Pair {
  const at = source.indexOf('=')
  if (at <= 0) throw new KustomizeFailure(`invalid literal source ${source}, expected key=value`)
  const value = source.slice(at + 1)
  const isQuoted = value.length >= 2 && value[0] === value.at(-1) && (value[0] === '"' || value[0] === "'")
  return [source.slice(0, at), isQuoted ? value.slice(1, -1) : value]
}

function filePair(loader: Loader, source: string): Pair {
  const parts = source.split('=')
  if (parts.length === 1) return [baseName(source), loader.load(source)]
  if (parts.length > 2) throw new KustomizeFailure(`source ${goQuote(source)} key name or file path contains '='`)
  const [key = '', path = ''] = parts
  if (key === '') throw new KustomizeFailure(`missing key name for file path ${goQuote(path)} in source ${goQuote(source)}`)
  if (path === '') throw new KustomizeFailure(`missing file path for key name ${goQuote(key)} in source ${goQuote(source)}`)
  return [key, loader.load(path)]
}

function envPairs(content: string): Pair[] {
  const lines = content.replace(/^\uFEFF/, '').split('\n').map((line) => line.replace(/\r$/, '').replace(/^\s+/, '')).filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => {
    const at = line.indexOf('=')
    return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)]
  })
}

function pairsOf(loader: Loader, entry: GeneratorEntry): Pair[] {
  const envs = [...entry.envs ?? [], ...(entry.env === undefined || entry.env === '' ? [] : [entry.env])]
  return within('loading KV pairs', () => [
    ...within(`env source files: ${goList(envs)}`, () => envs.flatMap((path) => envPairs(loader.load(path)))),
    ...within(`literal sources ${goList([...entry.literals ?? []])}`, () => (entry.literals ?? []).map(literalPair)),
    ...within(`file sources: ${goList([...entry.files ?? []])}`, () => (entry.files ?? []).map((source) => filePair(loader, source))),
  ])
}

function mergedOptions(local: GeneratorOptions | undefined, global: GeneratorOptions | undefined): GeneratorOptions | undefined {
  if (global === undefined) return local
  return {
    labels: { ...global.labels, ...local?.labels }, annotations: { ...global.annotations, ...local?.annotations },
    disableNameSuffixHash: global.disableNameSuffixHash === true || local?.disableNameSuffixHash === true,
    immutable: global.immutable === true || local?.immutable === true,
  }
}

/** Text that is no UTF-8 became U+FFFD when it was read; such a file is binary data. */
function isBinary(value: string): boolean {
  return value.includes('\uFFFD')
}

function fillData(object: MutableObject, kind: string, pairs: readonly Pair[]): void {
  for (const [key, value] of [...pairs].sort(([a], [b]) => compareText(a, b))) {
    const isEncoded = kind === 'Secret' || isBinary(value)
    const member = kind === 'ConfigMap' && isEncoded ? 'binaryData' : 'data'
    const target = objectAt(object, member) ?? {}
    setMember(target, key, isEncoded ? encodeBase64(value) : value)
    object[member] = target
  }
}

function generateOne(loader: Loader, kind: 'ConfigMap' | 'Secret', entry: GeneratorEntry, options: GeneratorOptions | undefined): Resource {
  if ((entry.name ?? '') === '') throw new KustomizeFailure('a configmap must have a name')
  const object: MutableObject = { apiVersion: 'v1', kind, metadata: { name: entry.name!, ...((entry.namespace ?? '') === '' ? {} : { namespace: entry.namespace! }) } }
  if (kind === 'Secret') Object.assign(object, { type: entry.type || 'Opaque', data: {} })
  const pairs = pairsOf(loader, entry)
  const repeated = pairs.find(([key], index) => pairs.findIndex(([other]) => other === key) !== index)
  if (repeated !== undefined) throw new KustomizeFailure(`configmap ${entry.name} illegally repeats the key \`${repeated[0]}\``)
  fillData(object, kind, pairs)
  if (options?.immutable === true) object['immutable'] = true
  const resource = makeResource(object)
  setTextMap(resource, 'labels', options?.labels ?? {})
  setTextMap(resource, 'annotations', options?.annotations ?? {})
  resource.generatedKeys = [...Object.keys(options?.labels ?? {}), ...Object.keys(options?.annotations ?? {}), ...pairs.map(([key]) => key)]
  resource.needsHash = options?.disableNameSuffixHash !== true
  resource.behavior = entry.behavior === 'merge' || entry.behavior === 'replace' ? entry.behavior : 'create' satisfies Behavior
  return resource
}

/** One generator of a kustomization with what it makes. */
export interface Generated { readonly plugin: string; readonly resource: Resource }

/** What the generators of a kustomization make, in order; read when they run. */
export function* generate(loader: Loader, kustomization: Kustomization): Generator<Generated> {
  const global = kustomization.generatorOptions
  for (const entry of kustomization.configMapGenerator ?? []) yield { plugin: 'ConfigMapGenerator', resource: generateOne(loader, 'ConfigMap', entry, mergedOptions(entry.options, global)) }
  for (const entry of kustomization.secretGenerator ?? []) yield { plugin: 'SecretGenerator', resource: generateOne(loader, 'Secret', entry, mergedOptions(entry.options, global)) }
}

function mergeMember(object: MutableObject, older: MutableObject, member: string): void {
  const merged = { ...objectAt(older, member), ...objectAt(object, member) }
  if (Object.keys(merged).length > 0) object[member] = merged
}

/** Takes over what the older object is called and carries. */
function inherit(resource: Resource, older: Resource): void {
  for (const member of ['labels', 'annotations'] as const) setTextMap(resource, member, { ...textMap(older, member), ...textMap(resource, member) })
  const metadata = metadataOf(resource)
  metadata['name'] = nameOf(older)
  if (namespaceOf(older) === '') delete metadata['namespace']
  else metadata['namespace'] = namespaceOf(older)
  const { previous, prefixes, suffixes } = older
  Object.assign(resource, { previous, prefixes, suffixes, behavior: older.behavior, needsHash: resource.needsHash && older.needsHash, generatedKeys: [...older.generatedKeys, ...resource.generatedKeys] })
}

/** Adds what a generator made: new, or in place of an object of the same name. */
export function absorb(list: ResourceList, resource: Resource): void {
  const id = currentId(resource)
  const matches = list.withAnyId((other) => sameId(other, id))
  if (matches.length > 1) throw new KustomizeFailure(`found multiple objects ${goList(matches.map((match) => goJsonSorted(match.object)))} that could accept merge of ${goIdText(id)}`)
  const [older] = matches
  if (older === undefined) {
    if (resource.behavior !== 'create') throw new KustomizeFailure(`id ${goIdText(id)} does not exist; cannot merge or replace`)
    list.append(resource)
    return
  }
  if (resource.behavior === 'create') throw new KustomizeFailure(`id ${goIdText(id)} exists; behavior must be merge or replace`)
  if (resource.behavior === 'merge') for (const member of ['data', 'binaryData']) mergeMember(resource.object, older.object, member)
  inherit(resource, older)
  list.items[list.items.indexOf(older)] = resource
}

/** The hash that the name of a generated object ends in: over the content alone, as kustomize looks for the name in the wrong place. */
export function contentHash(resource: Resource): string {
  const { object } = resource
  const kind = text(object['kind'])
  const member = (name: string) => (objectAt(object, name) === undefined ? {} : { [name]: object[name]! })
  if (kind === 'ConfigMap') return shortHash(goJsonSorted({ kind, name: '', data: '', ...member('data'), ...member('binaryData') }))
  if (kind === 'Secret') return shortHash(goJsonSorted({ kind, type: text(object['type']), name: '', data: '', ...member('data'), ...member('stringData') }))
  return shortHash(goJsonSorted(object))
}

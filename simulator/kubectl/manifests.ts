/** Reads manifests from files, directories and standard input. Models cli-runtime/pkg/resource visitors (v1.35). */

import { decodeDocuments } from '../api/yaml/documents.ts'
import { isJsonObject } from '../kernel/json.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import { fail, refusedConnection } from './failures.ts'
import { resolvePath } from './kubeconfig.ts'
import { buildKustomization } from './kustomize/build.ts'
import type { BuildOptions } from './kustomize/build.ts'
import { metadataProblem } from './manifest-metadata.ts'
import { toCompactJson } from './printers/json.ts'
import type { Run, Session } from './session.ts'

/** Text with the name that errors use for it. */
export interface ManifestSource { readonly name: string; readonly text: string }

/** One object of a manifest. */
export interface ManifestObject { readonly source: string; readonly object: JsonObject }

const extensions = ['.json', '.yaml', '.yml']

function hasExtension(path: string): boolean {
  return extensions.some((extension) => path.endsWith(extension))
}

function urlFailure(url: string): never {
  const host = /^https?:\/\/([^/]*)/.exec(url)?.[1] ?? ''
  if (/^(\d{1,3}\.){3}\d{1,3}:\d+$/.test(host)) throw refusedConnection(host)
  throw fail(`Unable to connect to the server: dial tcp: lookup ${host.replace(/:\d+$/, '')}: no such host`)
}

/** Files below a directory that look like manifests, in order. */
function filesIn(session: Session, path: string, isRecursive: boolean): string[] {
  const { files } = session.process
  const found: string[] = []
  for (const name of files.list(resolvePath(session.process, path)) ?? []) {
    const inside = `${path.replace(/\/$/, '')}/${name}`
    if (files.isDirectory(resolvePath(session.process, inside))) { if (isRecursive) found.push(...filesIn(session, inside, true)) } else if (hasExtension(name)) found.push(inside)
  }
  return found
}

/** Builds the kustomization in a directory of the terminal; warnings go to standard error. */
export function buildManifest(session: Session, directory: string, options: BuildOptions = {}): string {
  const { files } = session.process
  const tree = { read: (path: string) => files.read(path), isDirectory: (path: string) => files.isDirectory(path), missing: (path: string) => `evalsymlink failure on '${path}' : lstat ${path}: no such file or directory` }
  const built = buildKustomization(tree, resolvePath(session.process, directory), options)
  for (const line of built.warnings) session.err(`${line}\n`)
  if ('error' in built) throw fail(built.error)
  return built.yaml
}

/** True when the command was given -f or -k. */
export function hasFiles({ flags }: Session): boolean {
  return (flags.has('filename') && flags.list('filename').length > 0) || (flags.has('kustomize') && flags.text('kustomize') !== '')
}

/** The sources that -f or -k name, in order. */
export function* sourcesOf(session: Session): Run<ManifestSource[]> {
  const { flags } = session
  const directory = flags.has('kustomize') ? flags.text('kustomize') : ''
  const names = flags.list('filename')
  const isRecursive = flags.bool('recursive')
  if (directory === '') return yield* readSources(session, names, isRecursive)
  if (names.length > 0 || isRecursive) throw fail("the -k flag can't be used with -f or -R")
  return [{ name: directory, text: buildManifest(session, directory) }]
}

/** The sources that names stand for, in order. */
function* readSources(session: Session, names: readonly string[], isRecursive: boolean): Run<ManifestSource[]> {
  const sources: ManifestSource[] = []
  const { files } = session.process
  for (const name of names) {
    if (name === '-') { sources.push({ name: 'STDIN', text: (yield* session.input(true)) ?? '' }); continue }
    if (/^https?:\/\//.test(name)) urlFailure(name)
    const path = resolvePath(session.process, name)
    if (files.isDirectory(path)) {
      const inside = filesIn(session, name, isRecursive)
      if (inside.length === 0) throw fail(`error reading [${name}]: recognized file extensions are [.json .yaml .yml]`)
      for (const file of inside) sources.push({ name: file, text: files.read(resolvePath(session.process, file)) ?? '' })
      continue
    }
    const text = files.read(path)
    if (text === undefined) throw fail(`the path ${JSON.stringify(name)} does not exist`)
    sources.push({ name, text })
  }
  return sources
}

function kindProblems(value: Json): string[] {
  if (!isJsonObject(value)) return ['invalid object to validate']
  const problems: string[] = []
  for (const member of ['apiVersion', 'kind']) {
    if (value[member] === undefined || value[member] === null) problems.push(`${member} not set`)
    else if (typeof value[member] !== 'string') problems.push(`${member} isn't string type`)
  }
  return problems
}

function validate(value: Json, source: string): void {
  const problems = kindProblems(value)
  if (problems.length === 0) return
  const text = problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`
  throw fail(`error validating "${source}": error validating data: ${text}; if you choose to ignore these errors, turn validation off with --validate=false`)
}

function decode(value: Json, source: string): JsonObject {
  const missing = (what: string) => fail(`unable to decode "${source}": Object '${what}' is missing in '${toCompactJson(value)}'`)
  if (!isJsonObject(value)) throw fail(`unable to decode "${source}": json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { Kind string "json:\\"kind\\""; APIVersion string "json:\\"apiVersion\\"" }`)
  if (typeof value['kind'] !== 'string' || value['kind'] === '') throw missing('Kind')
  if (typeof value['apiVersion'] !== 'string') throw missing('apiVersion')
  const problem = metadataProblem(value)
  if (problem !== undefined) throw fail(`unable to decode "${source}": ${problem}`)
  return value
}

/** The objects of a document: itself, or the items of a List. */
function flatten(object: JsonObject): JsonObject[] {
  const items = object['items']
  return String(object['kind']).endsWith('List') && Array.isArray(items) ? items.filter(isJsonObject) : [object]
}

/** The objects of one source, read lazily: a broken document fails when it is reached. */
export function* objectsOf(source: ManifestSource, checks: { readonly isValidated: boolean }): Generator<ManifestObject> {
  const { documents, error } = decodeDocuments(source.text)
  for (const value of documents) {
    if (value === undefined || value === null) continue
    if (checks.isValidated) validate(value, source.name)
    for (const object of flatten(decode(value, source.name))) yield { source: source.name, object: checks.isValidated ? object : decode(object, source.name) }
  }
  if (error !== undefined) throw fail(`error parsing ${source.name}: ${error}`)
}

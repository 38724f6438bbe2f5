/**
 * What is in a body that the learner's side sends. A JSON patch is turned into the object that it may set, so that each
 * guard looks at one shape: an operation on /spec/volumes/0 with a value is { spec: { volumes: { 0: value } } }.
 */

import { isYamlError, parseYaml, yamlLimits } from '../../../../simulator/api/yaml/documents.ts'
import { isJsonObject } from '../../../../simulator/kernel/json.ts'
import type { Json, JsonObject } from '../../../../simulator/kernel/json.ts'
import type { BridgeRequest } from '../contract.ts'

/** Bounds of one body; those of manifests. */
export const bodyLimits = { bytesMax: yamlLimits.bytesMax, depthMax: yamlLimits.depthMax } as const

/** A value somewhere in a body, with the keys that lead to it. */
export interface Place { readonly path: readonly string[]; readonly key: string; readonly value: Json }

/** The keys of a JSON pointer. What stands before the first slash does not count, as with the server's own reader. */
export function segments(pointer: string): string[] {
  return pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The object that one operation of a JSON patch may set. What is copied is not known, so it counts as true. */
function effectOf(operation: Json): Json {
  if (!isJsonObject(operation) || typeof operation['path'] !== 'string') return null
  const { op, value, path, from } = operation
  const set = op === 'remove' ? null : op === 'move' || op === 'copy' ? true : (value ?? null)
  const effect = segments(path).reduceRight<Json>((inner, segment) => ({ [segment]: inner }), set)
  return op === 'move' && typeof from === 'string' ? [effect, effectOf({ op: 'remove', path: from })] : effect
}

/** What a request may set: its object, or those that its patch makes. Undefined without a body; text that is no YAML or JSON is an error. */
export function settingsOf(request: BridgeRequest): { readonly settings: readonly Json[]; readonly body: Json | undefined } | { readonly error: string } {
  const { body, contentType } = request
  const parsed = typeof body === 'string' ? parseYaml(body) : { value: body as Json | undefined }
  if ('error' in parsed && isYamlError(parsed)) return { error: parsed.error }
  const { value } = parsed as { readonly value: Json | undefined }
  if (value === undefined) return { settings: [], body: undefined }
  if (contentType !== 'application/json-patch+json') return { settings: [value], body: value }
  if (!Array.isArray(value)) return { error: 'a JSON patch is a list of operations' }
  return { settings: (value as readonly Json[]).map(effectOf), body: value }
}

/** How deep lists and objects lie in each other. */
export function depthOf(value: Json): number {
  let depth = 0
  let level: readonly Json[] = [value]
  while (level.length > 0 && depth <= bodyLimits.depthMax + 1) {
    depth++
    level = level.flatMap((each) => (Array.isArray(each) ? each as readonly Json[] : isJsonObject(each) ? Object.values(each).filter((inner) => inner !== undefined) : [])).filter((each) => typeof each === 'object' && each !== null)
  }
  return depth
}

/** Every keyed value in a body, outermost first. Lists are walked through; their items stand below the list's key. */
export function* placesOf(value: Json, path: readonly string[] = []): Generator<Place> {
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) yield* placesOf(item, path)
    return
  }
  if (!isJsonObject(value)) return
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue
    yield { path, key, value: inner }
    yield* placesOf(inner, [...path, key])
  }
}

/** The items of a list, or of a list as a JSON patch names it (by position). */
export function itemsOf(value: Json): readonly JsonObject[] {
  const items = Array.isArray(value) ? value as readonly Json[] : isJsonObject(value) ? Object.values(value) : []
  return items.filter((item) => isJsonObject(item))
}

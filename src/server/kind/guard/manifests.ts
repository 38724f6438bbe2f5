/**
 * Manifests of the learner as objects: read once, under limits, and looked at before anything is sent. From here on only
 * JSON travels, so that no second reader can understand a text differently. The reader itself bounds depth and aliases.
 */

import { utf8Length } from '../../../../simulator/api/go-text.ts'
import { decodeDocuments, yamlLimits } from '../../../../simulator/api/yaml/documents.ts'
import { isJsonObject } from '../../../../simulator/kernel/json.ts'
import type { Json, JsonObject } from '../../../../simulator/kernel/json.ts'
import { placesOf } from './bodies.ts'
import { firstRefusal } from './guard.ts'
import type { Guard } from './guard.ts'

/** Keeps out texts larger than the manifests of any course. */
export function refuseLargeManifest(text: string): string | undefined {
  return utf8Length(text) <= yamlLimits.bytesMax ? undefined : `a manifest is at most ${yamlLimits.bytesMax / 1024} KB`
}

/** Keeps out texts with more documents than anybody reads. */
export function refuseManyDocuments(text: string): string | undefined {
  const separators = text.split('\n').filter((line) => line.startsWith('---')).length
  return separators <= yamlLimits.documentsMax ? undefined : `a manifest has at most ${yamlLimits.documentsMax} documents`
}

const prototypeKeys: readonly string[] = ['__proto__', 'constructor', 'prototype']

/** Keeps out keys that mean something else to JavaScript than to people. */
export function refusePrototypeKeys(value: Json): string | undefined {
  for (const { key } of placesOf(value)) if (prototypeKeys.includes(key)) return `a manifest cannot have the key ${JSON.stringify(key)}`
  return undefined
}

/** Keeps out documents that are no objects of the API. */
export function refuseShapelessDocument(value: Json): string | undefined {
  return isJsonObject(value) && typeof value['kind'] === 'string' && typeof value['apiVersion'] === 'string' ? undefined : 'each document of a manifest is an object with apiVersion and kind'
}

const textGuards: readonly Guard<[string]>[] = [refuseLargeManifest, refuseManyDocuments]
const documentGuards: readonly Guard<[Json]>[] = [refusePrototypeKeys, refuseShapelessDocument]

/** The objects of a manifest in their order, or why it is refused, in words. */
export function readManifests(text: string): { readonly objects: readonly JsonObject[] } | { readonly refusal: string } {
  const refusal = firstRefusal(textGuards, text)
  if (refusal !== undefined) return { refusal }
  const { documents, error } = decodeDocuments(text)
  if (error !== undefined) return { refusal: error }
  const objects: JsonObject[] = []
  for (const document of documents) {
    if (document === undefined) continue
    const refused = firstRefusal(documentGuards, document)
    if (refused !== undefined) return { refusal: refused }
    objects.push(document as JsonObject)
  }
  return { objects }
}

/** Reads manifests: YAML or JSON, one or several documents. Models apimachinery/pkg/util/yaml (v1.35). */

import { goJsonSorted, utf8Length } from '../go-text.ts'
import type { Json } from '../../kernel/json.ts'
import { scanGoJson } from '../go-json.ts'
import { parseNodes } from './nodes.ts'
import { decodeNodes, JsonFailure, toJsonValue } from './resolve.ts'
import { YamlFailure } from './characters.ts'

/** What a text may be at most. Real clusters allow more; these keep a page usable on any input. */
export const yamlLimits = { bytesMax: 256 * 1024, depthMax: 64, documentsMax: 50 } as const

/** Texts for manifests beyond the limits. */
export const yamlErrors = {
  tooLarge: `Request entity too large: limit is ${yamlLimits.bytesMax}`,
  tooManyDocuments: `too many documents: limit is ${yamlLimits.documentsMax}`,
} as const

/** Why a text is no YAML, as go-yaml tells it. */
export interface YamlError { readonly error: string }
/** How a text is read. */
export interface YamlOptions {
  /** Repeated keys are an error, as on the server with strict field validation. */
  readonly strict?: boolean
}

/** True when reading failed. */
export function isYamlError<T extends object>(result: T | YamlError): result is YamlError {
  return 'error' in result
}

function failureText(failure: unknown): string {
  if (failure instanceof YamlFailure) return `yaml: ${failure.message}`
  if (failure instanceof JsonFailure) return failure.message
  throw failure
}

function readValue(text: string, strict: boolean): unknown {
  if (utf8Length(text) > yamlLimits.bytesMax) throw new JsonFailure(yamlErrors.tooLarge)
  return toJsonValue(decodeNodes(parseNodes(text, yamlLimits.depthMax), strict))
}

/** Whole numbers beyond 2^53 as they were written, by the number that stands for them. */
export type BigNumbers = ReadonlyMap<number, bigint>

function withoutBigints(value: unknown, found: Map<number, bigint>): Json {
  if (typeof value === 'bigint') {
    found.set(Number(value), value)
    return Number(value)
  }
  if (Array.isArray(value)) return value.map((item) => withoutBigints(item, found))
  if (typeof value !== 'object' || value === null) return value as Json
  const source = value as { readonly [key: string]: unknown }
  for (const key of Object.keys(source)) {
    const inner = withoutBigints(source[key], found)
    if (inner !== source[key]) Object.defineProperty(source, key, { value: inner, enumerable: true, writable: true, configurable: true })
  }
  return source as Json
}

/** Reads the first document of a YAML text. Whole numbers beyond 2^53 lose digits, but are told beside. */
export function parseYaml(text: string, options: YamlOptions = {}): { readonly value: Json; readonly bigNumbers: BigNumbers } | YamlError {
  try {
    const bigNumbers = new Map<number, bigint>()
    return { value: withoutBigints(readValue(text, options.strict ?? false), bigNumbers), bigNumbers }
  } catch (failure) {
    return { error: failureText(failure) }
  }
}

/** Turns the first document into JSON text with sorted keys; no digit is lost. Models YAMLToJSON and YAMLToJSONStrict. */
export function yamlToJsonText(text: string, options: YamlOptions = {}): { readonly json: string } | YamlError {
  try {
    return { json: goJsonSorted(readValue(text, options.strict ?? false)) }
  } catch (failure) {
    return { error: failureText(failure) }
  }
}

/** A line that begins with `---` ends a document; behind it only a comment may stand. */
function separatorError(line: string): string | undefined {
  const rest = line.slice(3).trim()
  return rest !== '' && !rest.startsWith('#') ? `invalid Yaml document separator: ${rest}` : undefined
}

/** Cuts a text at lines that begin with `---`. Documents before an error are kept. Models YAMLReader. */
export function splitYamlDocuments(text: string): { readonly documents: string[]; readonly error?: string } {
  const documents: string[] = []
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''))
  if (lines[lines.length - 1] === '') lines.pop()
  let buffer = ''
  for (const line of lines) {
    const isSeparator = line.startsWith('---')
    const error = isSeparator ? separatorError(line) : undefined
    if (error !== undefined) return { documents, error }
    if (isSeparator && buffer !== '') {
      documents.push(buffer)
      buffer = ''
    } else {
      buffer += `${line}\n`
    }
  }
  // A separator alone is no document at the end, but a document of nothing at the beginning.
  if (buffer !== '') documents.push(buffer)
  return { documents }
}

/** The documents of a manifest as JSON; undefined for one without content. Those before an error are kept. */
export interface DecodedDocuments { readonly documents: readonly (Json | undefined)[]; readonly error?: string }

function decodeYamlRest(text: string, documents: (Json | undefined)[], jsonError?: string): DecodedDocuments {
  const split = splitYamlDocuments(text)
  for (const [index, document] of split.documents.entries()) {
    if (documents.length >= yamlLimits.documentsMax) return { documents, error: yamlErrors.tooManyDocuments }
    const result = parseYaml(document)
    if (isYamlError(result)) return { documents, error: (index === 0 ? jsonError : undefined) ?? `error converting YAML to JSON: ${result.error}` }
    documents.push(result.value === null ? undefined : result.value)
  }
  if (split.error === undefined) return { documents }
  return { documents, error: (split.documents.length === 0 ? jsonError : undefined) ?? split.error }
}

/**
 * Reads all documents of a manifest as kubectl does: a text that begins with `{` is a stream of JSON values until that
 * fails, and YAML from there on. Models NewYAMLOrJSONDecoder.
 */
export function decodeDocuments(text: string): DecodedDocuments {
  if (utf8Length(text) > yamlLimits.bytesMax) return { documents: [], error: yamlErrors.tooLarge }
  const documents: (Json | undefined)[] = []
  if (!/^\s*\{/.test(text)) return decodeYamlRest(text, documents)
  let index = 0
  for (;;) {
    const scanned = scanGoJson(text, index, yamlLimits.depthMax)
    if (scanned === undefined) return { documents }
    if ('error' in scanned) {
      if (documents.length > 1) return { documents, error: scanned.error }
      const rest = text.slice(index).replace(/^[^\S\n]*\n?/, '')
      return decodeYamlRest(rest, documents, scanned.isSyntax ? `json: offset ${scanned.offset}: ${scanned.error}` : scanned.error)
    }
    if (documents.length >= yamlLimits.documentsMax) return { documents, error: yamlErrors.tooManyDocuments }
    documents.push(JSON.parse(text.slice(scanned.start, scanned.end)) as Json)
    index = scanned.end
  }
}

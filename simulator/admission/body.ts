/**
 * Reads the body of a write: YAML or JSON, its apiVersion and kind, then strict decoding by the kind's schema.
 * Models apimachinery/pkg/runtime/serializer/json and apiserver/pkg/endpoints/handlers (v1.35).
 */

import { utf8Bytes } from '../api/base64.ts'
import type { Failure } from '../api/errors.ts'
import { apiErrors } from '../api/errors.ts'
import { goQuote } from '../api/go-text.ts'
import type { KindInfo } from '../api/kinds.ts'
import { apiVersionOf, kindByKind, splitApiVersion } from '../api/kinds.ts'
import type { KubeObject } from '../api/types.ts'
import type { BigNumbers } from '../api/yaml/documents.ts'
import { isYamlError, parseYaml, yamlErrors, yamlLimits } from '../api/yaml/documents.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import { isJsonObject } from '../kernel/json.ts'
import { decodeCustom } from './custom/decode.ts'
import type { AdmittedObject } from './kind-rules.ts'
import { convertObject } from './schema/convert.ts'
import { decodeObject } from './schema/decode.ts'
import type { Decoded, Mutable } from './schema/decode.ts'
import { typeByKey, typeOf } from './schema/schema.ts'

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore'

/** The parts of a request that decoding reads. */
export interface BodySource {
  readonly kind: KindInfo
  readonly body: Json | string | KubeObject
  readonly isYaml?: boolean
  readonly fieldValidation?: FieldValidation
  /** The object exists: what is left out must not look like a change. */
  readonly isUpdate?: boolean
  /** For patches: what a refusal of the patched object quotes. */
  readonly patchText?: string
}

type Read = { readonly value: Json; readonly duplicates: readonly string[]; readonly bigNumbers?: BigNumbers } | { readonly refusal: Failure }

const bodyBytesMax = 3 * 1024 * 1024
const shownBytes = 30
const goKindStruct = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

function summarize(text: string): string {
  if (text.startsWith('{')) return text.length > shownBytes ? `${text.slice(0, shownBytes)} ...` : text
  const bytes = utf8Bytes(text.slice(0, shownBytes + 1))
  const hex = bytes.slice(0, shownBytes).map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return bytes.length > shownBytes ? `${hex} ...` : hex
}

function unrecognized(source: BodySource, why: string, text: string): Failure {
  return apiErrors.badRequest(`the object provided is unrecognized (must be of type ${source.kind.kind}): ${why} (${summarize(text)})`)
}

/** Keys that stand there twice are a complaint about a body that can still be read. */
function readYaml(source: BodySource, text: string): Read {
  const strict = parseYaml(text, { strict: true })
  if (!isYamlError(strict)) return { ...strict, duplicates: [] }
  const parsed = parseYaml(text)
  if (!isYamlError(parsed)) return { ...parsed, duplicates: [strict.error] }
  if (parsed.error === yamlErrors.tooLarge) return { refusal: apiErrors.tooLarge(`limit is ${yamlLimits.bytesMax}`) }
  return { refusal: unrecognized(source, parsed.error, text) }
}

function readBody(source: BodySource): Read {
  const { body } = source
  if (typeof body === 'string' && body.length > bodyBytesMax) return { refusal: apiErrors.tooLarge(`limit is ${bodyBytesMax}`) }
  if (typeof body === 'string' && source.isYaml !== false) return readYaml(source, body)
  return { value: body as Json, duplicates: [] }
}

function typeName(value: Json): string {
  return Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
}

/** The type that the body names, where it names one; or why that cannot be read. */
function readType(source: BodySource, value: Json): { apiVersion: string; kind: string } | { error: string } {
  const error = (what: Json, target: string): { error: string } => ({ error: `couldn't get version/kind; json parse error: json: cannot unmarshal ${typeName(what)} into Go ${target}` })
  if (value === null) return { apiVersion: apiVersionOf(source.kind), kind: source.kind.kind }
  if (!isJsonObject(value)) return error(value, `value of type ${goKindStruct}`)
  const { apiVersion, kind } = value
  if (apiVersion !== undefined && apiVersion !== null && typeof apiVersion !== 'string') return error(apiVersion, 'struct field .apiVersion of type string')
  if (kind !== undefined && kind !== null && typeof kind !== 'string') return error(kind, 'struct field .kind of type string')
  return { apiVersion: (apiVersion as string | undefined) || apiVersionOf(source.kind), kind: (kind as string | undefined) || source.kind.kind }
}

/** A patch whose result cannot be decoded. */
function invalidPatch(patchText: string, why: string): Failure {
  return apiErrors.invalid({ group: '', name: '' }, '', [{ type: 'FieldValueInvalid', field: 'patch', value: patchText, detail: why }])
}

/** The refusal of a body that names another type than the path does. */
function checkType(source: BodySource, type: { apiVersion: string; kind: string }): Failure | undefined {
  const expected = apiVersionOf(source.kind)
  if (type.apiVersion === expected && type.kind === source.kind.kind) return undefined
  const unknown = `no kind ${goQuote(type.kind)} is registered for version ${goQuote(type.apiVersion)} in scheme "pkg/runtime/scheme.go:111"`
  if (source.patchText !== undefined) return invalidPatch(source.patchText, unknown)
  const { version } = splitApiVersion(type.apiVersion)
  const head = `${type.kind} in version ${goQuote(version)} cannot be handled as a ${source.kind.kind}`
  if (source.kind.custom !== undefined && type.apiVersion === expected) {
    const { name = '' } = (isJsonObject(source.body) ? (source.body as unknown as { metadata?: { name?: string } }).metadata : undefined) ?? {}
    return apiErrors.invalid({ group: source.kind.group, name: type.kind }, name, [{ type: 'FieldValueInvalid', field: 'kind', value: type.kind, detail: `must be ${source.kind.kind}` }])
  }
  if (source.kind.custom !== undefined) return apiErrors.badRequest(`the API version in the data (${type.apiVersion}) does not match the expected API version (${expected})`)
  if (kindByKind(type.apiVersion, type.kind) === undefined) return apiErrors.badRequest(`${head}: ${unknown}`)
  if (type.apiVersion !== expected) return apiErrors.badRequest(`the API version in the data (${type.apiVersion}) does not match the expected API version (${expected})`)
  const target = source.kind.group === '' ? 'core' : source.kind.group.split('.')[0]!
  return apiErrors.badRequest(`${head}: converting (${version}.${type.kind}) to (${target}.${source.kind.kind}): unknown conversion`)
}

/** Decodes the metadata of a kind that has no schema here, and takes the rest as it comes. */
function decodeWithoutSchema(value: Json): Decoded {
  const { metadata = {}, ...rest } = JSON.parse(JSON.stringify(value ?? {})) as JsonObject
  const decoded = decodeObject(metadata, typeByKey('meta/v1.ObjectMeta')!)
  const strictErrors = decoded.strictErrors.map((complaint) => complaint.replace('"', '"metadata.'))
  return decoded.object === undefined ? decoded : { object: { ...rest, metadata: decoded.object }, strictErrors }
}

/** Decodes the body of a write, or says why it cannot be handled. Adds warnings about unknown fields where those are asked for. */
export function decodeBody(source: BodySource, warnings: string[]): { readonly object: AdmittedObject } | { readonly refusal: Failure } {
  const read = readBody(source)
  if ('refusal' in read) return read
  const text = typeof source.body === 'string' ? source.body : ''
  const type = readType(source, read.value)
  if ('error' in type) return { refusal: unrecognized(source, type.error, text === '' ? JSON.stringify(source.body) : text) }
  const mismatch = checkType(source, type)
  if (mismatch !== undefined) return { refusal: mismatch }
  const schema = typeOf(type.apiVersion, type.kind)
  const { custom } = source.kind
  const isStrategic = source.patchText?.startsWith('map[') === true
  const decoded = custom !== undefined ? decodeCustom(read.value, custom.schema) : schema === undefined ? decodeWithoutSchema(read.value) : isStrategic ? convertObject(read.value, schema) : decodeObject(read.value, schema, { bigNumbers: read.bigNumbers, inOrder: typeof source.body !== 'string' && source.patchText === undefined, isStoredForm: source.isUpdate })
  const cannot = (why: string): Failure => source.patchText !== undefined ? invalidPatch(source.patchText, why) : apiErrors.badRequest(`${type.kind} in version ${goQuote(source.kind.version)} cannot be handled as a ${source.kind.kind}: ${why}`)
  if (decoded.error !== undefined) return { refusal: cannot(decoded.error) }
  const complaints = [...read.duplicates, ...decoded.strictErrors]
  const mode = source.fieldValidation ?? 'Warn'
  if (mode === 'Strict' && complaints.length > 0) return { refusal: cannot(`strict decoding error: ${complaints.join(', ')}`) }
  if (mode === 'Warn') warnings.push(...complaints)
  const object: Mutable = decoded.object!
  object['apiVersion'] = type.apiVersion
  object['kind'] = type.kind
  object['metadata'] ??= {}
  return { object: object as AdmittedObject }
}

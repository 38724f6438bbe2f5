/**
 * The fields of every API type, as data: names in Go's order, types, what may be left out. Used by strict decoding,
 * by normalizing what is stored, by `kubectl explain` and by the editor's completion.
 * The data are written by generate/main.go from k8s.io/api v0.35.4, those of definitions from k8s.io/apiextensions-apiserver v0.35.4.
 */

import definitions from './definition-schema.json' with { type: 'json' }
import data from './field-schema.json' with { type: 'json' }

/** Kinds of values. The last line are Go types with a JSON form of their own. */
export type ScalarKind = 'string' | 'bool' | 'int32' | 'int64' | 'float64' | 'bytes' | 'Time' | 'MicroTime' | 'Quantity' | 'IntOrString' | 'Duration' | 'Raw'

/** The type of a field. `goName` is how Go's JSON errors name the type, such as "[]v1.Container". */
export type FieldType =
  | { readonly kind: 'scalar'; readonly scalar: ScalarKind; readonly goName: string; readonly isPointer: boolean }
  | { readonly kind: 'list'; readonly of: FieldType; readonly goName: string; readonly isPointer: boolean }
  | { readonly kind: 'map'; readonly of: FieldType; readonly goName: string; readonly isPointer: boolean }
  | { readonly kind: 'struct'; readonly typeKey: string; readonly goName: string; readonly isPointer: boolean }

/** One field of a type, as JSON shows it (embedded structs are flattened). */
export interface FieldSchema {
  readonly name: string
  readonly type: FieldType
  /** Left out of JSON when it is empty. */
  readonly omitEmpty: boolean
  /** Left out of JSON when it was never set, even where Go could not tell by `omitempty`. */
  readonly omitZero: boolean
  /** Names of the embedded Go structs on the way to this field; only errors show them. */
  readonly via: readonly string[]
}

/** A struct type: its key such as "core/v1.Container", its Go name, its fields in Go's order and by name. */
export interface TypeSchema {
  readonly key: string
  readonly goName: string
  readonly fields: readonly FieldSchema[]
  readonly byName: ReadonlyMap<string, FieldSchema>
  /** Fields that JSON always has, with the value of one that nobody set. */
  readonly written: readonly (readonly [string, string | number | boolean])[]
}

const scalars: readonly string[] = ['string', 'bool', 'int32', 'int64', 'float64', 'bytes', 'Time', 'MicroTime', 'Quantity', 'IntOrString', 'Duration', 'Raw']
const goNamesOfScalars: { readonly [scalar: string]: string } = {
  bytes: '[]uint8', Time: 'v1.Time', MicroTime: 'v1.MicroTime', Quantity: 'resource.Quantity', IntOrString: 'intstr.IntOrString', Duration: 'v1.Duration',
}

/** "core/v1.Container" is "v1.Container" in Go's texts. */
function goNameOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}

function parseType(text: string): FieldType {
  if (text.startsWith('*')) return { ...parseType(text.slice(1)), isPointer: true }
  if (text.startsWith('[]')) {
    const of = parseType(text.slice(2))
    return { kind: 'list', of, goName: `[]${of.isPointer ? '*' : ''}${of.goName}`, isPointer: false }
  }
  if (text.startsWith('{}')) {
    const of = parseType(text.slice(2))
    return { kind: 'map', of, goName: `map[string]${of.goName}`, isPointer: false }
  }
  const equals = text.indexOf('=')
  if (equals >= 0) return { ...parseType(text.slice(equals + 1)), goName: goNameOf(text.slice(0, equals)) }
  if (scalars.includes(text)) return { kind: 'scalar', scalar: text as ScalarKind, goName: goNamesOfScalars[text] ?? text, isPointer: false }
  return { kind: 'struct', typeKey: text, goName: goNameOf(text), isPointer: false }
}

function parseFields(text: string, via: readonly string[], types: { readonly [key: string]: string }): FieldSchema[] {
  if (text === '') return []
  return text.split(';').flatMap((entry) => {
    const colon = entry.indexOf(':')
    const [, name, flags] = /^([^?!~]*)([?!~]*)$/.exec(entry.slice(0, colon))!
    const typeText = entry.slice(colon + 1)
    if (flags!.includes('~')) return parseFields(types[typeText.replace('*', '')]!, [...via, name!], types)
    return [{ name: name!, type: parseType(typeText), omitEmpty: flags!.includes('?'), omitZero: flags!.includes('!'), via }]
  })
}

/** The zero of a plain field; a type with a JSON form of its own has none. */
export function plainZero(type: FieldType): string | number | boolean | undefined {
  if (type.kind !== 'scalar' || type.isPointer) return undefined
  return type.scalar === 'string' ? '' : type.scalar === 'bool' ? false : type.scalar === 'int32' || type.scalar === 'int64' || type.scalar === 'float64' ? 0 : undefined
}

function writtenZero({ name, type, omitEmpty }: FieldSchema): (readonly [string, string | number | boolean])[] {
  const zero = omitEmpty ? undefined : plainZero(type)
  return zero === undefined ? [] : [[name, zero]]
}

/** Types from their compact form, as field-schema.json has it: key to `name:type` entries; `?` may be left out, `~` is embedded. */
export function parseSchema(types: { readonly [key: string]: string }): ReadonlyMap<string, TypeSchema> {
  return new Map(
    Object.keys(types).map((key) => {
      const fields = parseFields(types[key]!, [], types)
      const goName = key.slice(key.lastIndexOf('.') + 1)
      return [key, { key, goName, fields, byName: new Map(fields.map((field) => [field.name, field])), written: fields.flatMap(writtenZero) }]
    }),
  )
}

const typesByKey = parseSchema({ ...data.types, ...definitions.types })
const keysByKind: ReadonlyMap<string, string> = new Map(Object.entries({ ...data.kinds, ...definitions.kinds }))

/** The type of a kind, such as typeOf('apps/v1', 'Deployment'); undefined when it is not known. */
export function typeOf(apiVersion: string, kind: string): TypeSchema | undefined {
  const key = keysByKind.get(`${apiVersion} ${kind}`)
  return key === undefined ? undefined : typesByKey.get(key)
}

/** A type by its key, such as "core/v1.Container". */
export function typeByKey(key: string): TypeSchema | undefined {
  return typesByKey.get(key)
}

/** The fields of a type in Go's order; empty for an unknown key. */
export function fieldsOf(key: string): readonly FieldSchema[] {
  return typesByKey.get(key)?.fields ?? []
}

/** All kinds with a schema, as "apiVersion Kind". */
export function schemaKinds(): readonly string[] {
  return [...keysByKind.keys()]
}

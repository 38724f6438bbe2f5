/** How large the values of a schema may be. Models apiserver/pkg/cel/common/schemas.go SchemaDeclType and types.go (v1.35). */

import { utf8Length } from '../../api/go-text.ts'
import type { StructuralSchema } from '../../api/structural-schema.ts'
import type { Json } from '../../kernel/json.ts'
import { isJsonObject } from '../../kernel/json.ts'
import { escapeName, propertiesOf } from './schema-type.ts'

/** The size of values of a schema, and of what is in them. */
export interface DeclaredSize {
  /** Characters of a text, items of a list, entries of a map. */
  readonly elementsMax: number
  /** Bytes that the smallest value takes as JSON. */
  readonly bytesMin: number
  readonly element?: DeclaredSize
  readonly key?: DeclaredSize
  readonly fields?: ReadonlyMap<string, DeclaredSize>
}

/** What a request may carry. */
export const requestBytesMax = 3 * 1024 * 1024
/** Objects, numbers and keys of maps have no elements, as the real one counts. */
const unsized = 0
const textMax = requestBytesMax - 2
const texts: { readonly [format: string]: DeclaredSize } = {
  duration: { elementsMax: 32, bytesMin: 3 }, date: { elementsMax: 12, bytesMin: 12 }, 'date-time': { elementsMax: 32, bytesMin: 21 },
}
const scalars: { readonly [type: string]: DeclaredSize } = { boolean: { elementsMax: unsized, bytesMin: 4 }, number: { elementsMax: unsized, bytesMin: 1 }, integer: { elementsMax: unsized, bytesMin: 1 } }
const keyText: DeclaredSize = { elementsMax: unsized, bytesMin: 2 }

function isEmbedded(schema: StructuralSchema): boolean {
  return schema['x-kubernetes-embedded-resource'] === true
}

function sizeOfText({ format = '', maxLength, enum: choices = [] }: StructuralSchema): DeclaredSize {
  if (Object.hasOwn(texts, format)) return texts[format]!
  const bytesMin = 2
  if (format === 'byte') return { elementsMax: maxLength === undefined ? textMax : Math.max(maxLength, 0), bytesMin }
  if (maxLength !== undefined) return { elementsMax: Math.max(maxLength, 0) * 4, bytesMin }
  if (choices.length === 0) return { elementsMax: textMax, bytesMin }
  return { elementsMax: Math.max(0, ...choices.map((choice) => (typeof choice === 'string' ? utf8Length(choice) : 0))), bytesMin }
}

function sizeOfObject(schema: StructuralSchema, isRoot: boolean): DeclaredSize {
  const fields = new Map<string, DeclaredSize>()
  let bytesMin = 2
  for (const [name, property] of Object.entries(propertiesOf(schema, isRoot))) {
    const size = declaredSize(property)
    const escaped = escapeName(name)
    if (size === undefined) continue
    if (escaped !== undefined) fields.set(escaped, size)
    if (schema.required?.includes(name) === true && property.default === undefined) bytesMin += utf8Length(name) + size.bytesMin + 4
  }
  return { elementsMax: unsized, bytesMin, fields }
}

function sizeOfMap(schema: StructuralSchema, values: StructuralSchema): DeclaredSize | undefined {
  const element = declaredSize(values)
  if (element === undefined) return undefined
  const elementsMax = schema.maxProperties === undefined ? Math.floor(textMax / (element.bytesMin + 6)) : Math.max(schema.maxProperties, 0)
  return { elementsMax, bytesMin: 2, element, key: keyText }
}

/** The size of values of a schema; undefined where expressions see nothing. */
export function declaredSize(schema: StructuralSchema, isRoot = isEmbedded(schema)): DeclaredSize | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return { elementsMax: schema.maxLength === undefined ? textMax : Math.max(schema.maxLength, 0) * 4, bytesMin: 1 }
  const type = isRoot ? 'object' : schema.type
  if (type === 'string') return sizeOfText(schema)
  if (type === 'array') {
    const element = schema.items === undefined ? undefined : declaredSize(schema.items)
    if (element === undefined) return undefined
    return { elementsMax: schema.maxItems === undefined ? Math.floor(textMax / (element.bytesMin + 1)) : Math.max(schema.maxItems, 0), bytesMin: 2, element }
  }
  if (type !== 'object') return scalars[type ?? '']
  const additional = schema.additionalProperties as Json | undefined
  return isJsonObject(additional) ? sizeOfMap(schema, additional as StructuralSchema) : sizeOfObject(schema, isRoot)
}

/** The size of the value at a path below a variable. */
export function sizeAt(root: DeclaredSize, path: readonly string[]): DeclaredSize | undefined {
  let size: DeclaredSize | undefined = root
  for (const name of path) {
    size = name === '@items' || name === '@values' ? size.element : name === '@keys' ? size.key : size.fields?.get(name)
    if (size === undefined) return undefined
  }
  return size
}

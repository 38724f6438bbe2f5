/** The OpenAPI part of a schema. Models apiextensions validation.go ValidateCustomResourceDefinitionOpenAPISchema (v1.35). */

import type { FieldError } from '../../api/field-error.ts'
import { fieldErrors } from '../../api/field-error.ts'
import { multiplyCounts } from '../cel/estimates.ts'
import { sortedKeys } from '../validation/meta.ts'
import { isSchema, itemsAsGo, itemsOf } from './internal.ts'
import type { SchemaProps } from './internal.ts'
import { RuleCosts, ruleErrors, ruleTextErrors } from './rules.ts'

/** What is known on the way down. */
interface Place {
  readonly isRoot: boolean
  readonly isMeta: boolean
  /** Why defaults may not stand here. */
  readonly noDefaults?: string
  /** The highest list or map below which old and new values do not belong together. */
  readonly uncorrelated?: string
  /** False below value rules, and when the schema is not structural: rules in CEL are not compiled. */
  readonly compiles: boolean
  /** How often values may stand here in one object; undefined where nothing bounds that. */
  readonly cardinality: number | undefined
  readonly costs: RuleCosts
}

interface Found { readonly schema: FieldError[]; readonly cel: FieldError[] }

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const metaFields = ['metadata', 'kind', 'apiVersion']

/** What is wrong with a schema; rules in CEL are compiled only where nothing else is wrong at or below them. */
export function openApiErrors(schema: SchemaProps, path: string, compiles: boolean): FieldError[] {
  const costs = new RuleCosts()
  const { schema: basic, cel } = check(schema, path, { isRoot: true, isMeta: false, compiles, cardinality: 1, costs })
  return [...basic, ...cel, ...costs.errors(path)]
}

/** How many values may stand directly in one of a schema. */
function elementsMax({ type, additionalProperties, maxProperties, maxItems }: SchemaProps): number | undefined {
  const bound = (max: unknown): number | undefined => (typeof max === 'number' ? Math.max(max, 0) : undefined)
  if (type === 'array') return bound(maxItems)
  return type === 'object' && additionalProperties !== undefined ? bound(maxProperties) : 1
}

function check(schema: SchemaProps, path: string, place: Place): Found {
  const found: Found = { schema: [...standardErrors(schema, path, place)], cel: [] }
  const into = (inner: unknown, at: string, innerPlace: Place): void => {
    if (!isSchema(inner)) return
    const elements = elementsMax(schema)
    const cardinality = place.cardinality === undefined || elements === undefined ? undefined : multiplyCounts(place.cardinality, elements)
    const { schema: basic, cel } = check(inner, at, { ...innerPlace, isRoot: false, cardinality })
    found.schema.push(...basic)
    found.cel.push(...cel)
  }
  if (schema.uniqueItems === true) found.schema.push(fieldErrors.forbidden(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'))
  walkMembers(schema, path, place, found, into)
  const plain = { ...place, compiles: false }
  into(schema.not, `${path}.not`, plain)
  for (const field of ['allOf', 'oneOf', 'anyOf'] as const) schema[field]?.forEach((inner, index) => into(inner, `${path}.${field}[${index}]`, plain))
  for (const field of ['definitions', 'dependencies'] as const) for (const name of sortedKeys(schema[field])) into(schema[field]![name], `${path}.${field}[${name}]`, plain)
  const inList = schema['x-kubernetes-list-type'] === 'map' ? place : { ...place, uncorrelated: place.uncorrelated ?? path }
  if (Array.isArray(schema.items)) schema.items.forEach((inner, index) => into(inner, `${path}.items[${index}]`, inList))
  else into(schema.items, `${path}.items`, inList)
  found.schema.push(...extensionErrors(schema, path), ...ruleTextErrors(schema, path))
  if (found.schema.length === 0 && place.compiles) found.cel.push(...ruleErrors(schema, path, place.isRoot, place.uncorrelated, place.cardinality, place.costs))
  return found
}

function walkMembers(schema: SchemaProps, path: string, place: Place, found: Found, into: (inner: unknown, at: string, place: Place) => void): void {
  const { additionalProperties, properties = {} } = schema
  const names = sortedKeys(properties)
  if (additionalProperties !== undefined) {
    if (names.length > 0 && additionalProperties !== true) found.schema.push(fieldErrors.forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'))
    into(additionalProperties, `${path}.additionalProperties`, place.isMeta ? { ...place, noDefaults: 'inside additionalProperties applying to object metadata' } : place)
  }
  for (const name of names) {
    let inner = schema['x-kubernetes-map-type'] === 'atomic' ? { ...place, uncorrelated: place.uncorrelated ?? path } : place
    if ((place.isRoot || schema['x-kubernetes-embedded-resource'] === true) && metaFields.includes(name)) {
      inner = { ...inner, isMeta: true, ...(place.isRoot ? { noDefaults: `in top-level ${name}` } : {}) }
    }
    into(properties[name], `${path}.properties[${name}]`, inner)
  }
}

const notSupported: readonly (keyof SchemaProps)[] = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref']

function isUsed(field: keyof SchemaProps, value: unknown): boolean {
  if (value === undefined || value === '') return false
  return field === 'patternProperties' || field === 'definitions' ? Object.keys(value as object).length > 0 : true
}

function standardErrors(schema: SchemaProps, path: string, { noDefaults, isMeta }: Place): FieldError[] {
  const found: FieldError[] = []
  const { type = '', items } = schema
  if (type !== '' && !types.includes(type)) found.push(fieldErrors.notSupported(`${path}.type`, type, types))
  if (schema.default !== undefined && schema.default !== null && noDefaults !== undefined) found.push(fieldErrors.forbidden(`${path}.default`, `must not be set ${noDefaults}`))
  for (const field of notSupported) if (isUsed(field, schema[field])) found.push(fieldErrors.forbidden(`${path}.${field}`, `${field} is not supported`))
  if (type === 'null') found.push(fieldErrors.forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'))
  if (Array.isArray(items) && items.length > 0) found.push(fieldErrors.forbidden(`${path}.items`, 'items must be a schema object and not an array'))
  if (isMeta && schema['x-kubernetes-embedded-resource'] === true) found.push(fieldErrors.forbidden(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta'))
  return found
}

function typeNeeded(given: string, wanted: string, extension: string, path: string): FieldError {
  const detail = `must be ${wanted} if ${extension} is specified`
  return given === '' ? fieldErrors.required(`${path}.type`, detail) : fieldErrors.invalid(`${path}.type`, given, detail)
}

function extensionErrors(schema: SchemaProps, path: string): FieldError[] {
  const found: FieldError[] = []
  const { type = '' } = schema
  const listType = schema['x-kubernetes-list-type']
  const mapType = schema['x-kubernetes-map-type']
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) found.push(fieldErrors.invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'))
  if (mapType !== undefined && type !== 'object') found.push(typeNeeded(type, 'object', 'x-kubernetes-map-type', path))
  if (mapType !== undefined && mapType !== 'atomic' && mapType !== 'granular') found.push(fieldErrors.notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']))
  if (listType !== undefined && type !== 'array') found.push(typeNeeded(type, 'array', 'x-kubernetes-list-type', path))
  else if (listType === 'set') found.push(...setErrors(itemsOf(schema), path))
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(listType)) found.push(fieldErrors.notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']))
  if (keys.length > 0 && listType !== 'map') {
    const [at, detail] = [`${path}.x-kubernetes-list-type`, 'must be map if x-kubernetes-list-map-keys is non-empty']
    found.push(listType === undefined ? fieldErrors.required(at, detail) : fieldErrors.invalid(at, listType, detail))
  }
  if (listType === 'map') found.push(...mapListErrors(schema, keys, path))
  return [...found, ...itemErrors(schema, listType, keys, path)]
}

function setErrors(items: SchemaProps | undefined, path: string): FieldError[] {
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  const listType = items?.['x-kubernetes-list-type']
  if (items?.type === 'array' && listType !== undefined && listType !== 'atomic') return [fieldErrors.invalid(`${path}.items.x-kubernetes-list-type`, listType, detail)]
  if (items?.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') return [fieldErrors.invalid(`${path}.items.x-kubernetes-map-type`, listType ?? null, detail)]
  return []
}

function mapListErrors(schema: SchemaProps, keys: readonly string[], path: string): FieldError[] {
  const found: FieldError[] = []
  const items = itemsOf(schema)
  if (keys.length === 0) found.push(fieldErrors.required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'))
  if (schema.items === undefined) found.push(fieldErrors.required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'))
  else if (items === undefined) found.push(fieldErrors.invalid(`${path}.items`, itemsAsGo(schema.items), 'must only have a single schema if x-kubernetes-list-type is map'))
  if (items === undefined) return found
  if (items.type !== 'object') return [...found, fieldErrors.invalid(`${path}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map")]
  keys.forEach((key, index) => {
    const property = items.properties?.[key]
    if (property === undefined) found.push(fieldErrors.invalid(`${path}.x-kubernetes-list-map-keys`, keys, 'entries must all be names of item properties'))
    else if (property.type === 'array' || property.type === 'object') found.push(fieldErrors.invalid(`${path}.items.properties[${key}].type`, items.type, "must be a scalar type if parent array's x-kubernetes-list-type is map"))
    if (keys.indexOf(key) < index) found.push(fieldErrors.invalid(`${path}.x-kubernetes-list-map-keys`, keys, 'must not contain duplicate entries'))
  })
  return found
}

function itemErrors(schema: SchemaProps, listType: string | undefined, keys: readonly string[], path: string): FieldError[] {
  const items = itemsOf(schema)
  if (items === undefined || (listType !== 'set' && listType !== 'map')) return []
  const found: FieldError[] = []
  if (items.nullable === true) found.push(fieldErrors.forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`))
  if (listType === 'set') return found
  for (const key of keys) {
    const property = items.properties?.[key]
    if (property === undefined) continue
    const at = `${path}.items.properties[${key}]`
    if (items.required?.includes(key) !== true && (property.default ?? undefined) === undefined) found.push(fieldErrors.required(`${at}.default`, 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'))
    if (property.nullable === true) found.push(fieldErrors.forbidden(`${at}.nullable`, 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable'))
  }
  return found
}


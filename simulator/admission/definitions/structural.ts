/** Whether a schema is structural. Models apiextensions-apiserver/pkg/apiserver/schema: convert.go, validation.go and complete.go (v1.35). */

import type { FieldError } from '../../api/field-error.ts'
import { fieldErrors, fieldErrorText } from '../../api/field-error.ts'
import { compareText } from '../../kernel/text.ts'
import { equalSemantic } from '../validation/equal.ts'
import { sortedKeys } from '../validation/meta.ts'
import { goPatternError } from './go-pattern.ts'
import { itemsOf, valuesOf } from './internal.ts'
import type { SchemaProps } from './internal.ts'

type Level = 'root' | 'item' | 'field'

const unsupported: readonly (readonly [field: string, isUsed: (schema: SchemaProps) => boolean])[] = [
  ['id', ({ id }) => (id ?? '') !== ''],
  ['schema', ({ $schema }) => ($schema ?? '') !== ''],
  ['$ref', ({ $ref }) => ($ref ?? '') !== ''],
  ['patternProperties', ({ patternProperties }) => sortedKeys(patternProperties).length > 0],
  ['dependencies', ({ dependencies }) => sortedKeys(dependencies).length > 0],
  ['additionalItems', ({ additionalItems }) => additionalItems !== undefined],
  ['definitions', ({ definitions }) => sortedKeys(definitions).length > 0],
]

/** Why a schema cannot be read as a structural one at all. */
export function conversionError(schema: SchemaProps): string | undefined {
  const used = unsupported.find(([, isUsed]) => isUsed(schema))
  if (used !== undefined) return `OpenAPIV3Schema '${used[0]}' is not supported`
  const { not, allOf = [], anyOf = [], oneOf = [], items, properties = {} } = schema
  for (const nested of [...(not === undefined ? [] : [not]), ...allOf, ...anyOf, ...oneOf]) {
    const error = conversionError(nested)
    if (error !== undefined) return error
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined"
  if (Array.isArray(items) && items.length > 0) return "OpenAPIV3Schema 'items' must be a schema, but is an array"
  for (const inner of [itemsOf(schema), ...sortedKeys(properties).map((name) => properties[name]), valuesOf(schema)]) {
    const error = inner === undefined ? undefined : conversionError(inner)
    if (error !== undefined) return error
  }
  return undefined
}

const intOrString = [{ type: 'integer' }, { type: 'string' }]

/** What keeps a schema from being structural, in the order of the texts. */
export function structuralErrors(path: string, schema: SchemaProps): FieldError[] {
  const found = [...checkNode(schema, 'root', path), ...completeness(schema, schema, path, path)]
  return found.sort((a, b) => compareText(fieldErrorText(a), fieldErrorText(b)))
}

function checkNode(schema: SchemaProps, level: Level, path: string): FieldError[] {
  const { type = '', properties = {}, additionalProperties } = schema
  const items = itemsOf(schema)
  const found: FieldError[] = []
  if (type === 'array' && items === undefined) found.push(fieldErrors.required(`${path}.items`, 'must be specified'))
  if (items !== undefined) found.push(...checkNode(items, 'item', `${path}.items`))
  for (const name of sortedKeys(properties)) found.push(...checkNode(properties[name]!, 'field', `${path}.properties[${name}]`))
  if (additionalProperties !== undefined) {
    if (level === 'root') found.push(fieldErrors.forbidden(`${path}.additionalProperties`, 'must not be used at the root'))
    const values = valuesOf(schema)
    if (values !== undefined) found.push(...checkNode(values, 'field', `${path}.additionalProperties`))
  }
  if (schema['x-kubernetes-int-or-string'] === true) {
    for (const other of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const) {
      if (schema[other] === true) found.push(fieldErrors.invalid(`${path}.${other}`, true, 'must be false if x-kubernetes-int-or-string is true'))
    }
  }
  const isAnyOf = equalSemantic(schema.anyOf, intOrString)
  const isAllOf = equalSemantic(schema.allOf?.[0]?.anyOf, intOrString)
  found.push(...checkValueRules(schema, isAnyOf, isAllOf, path))
  return [...found, ...checkTypes(schema, level, path), ...checkResource(schema, level, path)]
}

const emptyTypes: { readonly [level in Level]: string } = { root: 'must not be empty at the root', item: 'must not be empty for specified array items', field: 'must not be empty for specified object fields' }

function checkTypes(schema: SchemaProps, level: Level, path: string): FieldError[] {
  const { type = '' } = schema
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true
  const found: FieldError[] = []
  if (isEmbedded && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true'
    found.push(type === '' ? fieldErrors.required(`${path}.type`, detail) : fieldErrors.invalid(`${path}.type`, type, detail))
  } else if (type === '' && schema['x-kubernetes-int-or-string'] !== true && schema['x-kubernetes-preserve-unknown-fields'] !== true) {
    found.push(fieldErrors.required(`${path}.type`, emptyTypes[level]))
  }
  if (isEmbedded && schema.additionalProperties !== undefined) found.push(fieldErrors.forbidden(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'))
  if (level === 'root' && type !== '' && type !== 'object') found.push(fieldErrors.invalid(`${path}.type`, type, 'must be object at the root'))
  return found
}

/** What a resource has by itself: apiVersion, kind and metadata. */
function checkResource(schema: SchemaProps, level: Level, path: string): FieldError[] {
  const { properties = {} } = schema
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true
  const isResource = level === 'root' || isEmbedded
  const found: FieldError[] = []
  for (const name of ['kind', 'apiVersion']) {
    const type = properties[name]?.type ?? ''
    if (isResource && properties[name] !== undefined && type !== 'string') found.push(fieldErrors.invalid(`${path}.properties[${name}].type`, type, 'must be string'))
  }
  const { metadata } = properties
  if (metadata !== undefined) {
    const at = `${path}.properties[metadata]`
    if (isResource && metadata.type !== 'object') found.push(fieldErrors.invalid(`${at}.type`, metadata.type ?? '', 'must be object'))
    if (level === 'root' && restrictsMetadata(metadata)) found.push(fieldErrors.forbidden(at, 'must not specify anything other than name and generateName, but metadata is implicitly specified'))
  }
  if (isEmbedded && schema['x-kubernetes-preserve-unknown-fields'] !== true && Object.keys(properties).length === 0) {
    found.push(fieldErrors.required(`${path}.properties`, 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'))
  }
  return found
}

function restrictsMetadata(metadata: SchemaProps): boolean {
  const { type: _type, default: _default, properties = {}, ...rest } = metadata
  const names = Object.keys(properties)
  const isNames = names.every((name) => name === 'name' || name === 'generateName')
  return !isNames || Object.values(rest).some((value) => value !== undefined && value !== false && value !== '')
}

function checkValueRules(schema: SchemaProps, skipsAnyOf: boolean, skipsFirstAllOf: boolean, path: string): FieldError[] {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern = '' } = schema
  const found: FieldError[] = []
  if (!skipsAnyOf) anyOf.forEach((nested, index) => found.push(...checkNested(nested, false, `${path}.anyOf[${index}]`)))
  allOf.forEach((nested, index) => found.push(...checkNested(nested, skipsFirstAllOf && index === 0, `${path}.allOf[${index}]`)))
  oneOf.forEach((nested, index) => found.push(...checkNested(nested, false, `${path}.oneOf[${index}]`)))
  if (not !== undefined) found.push(...checkNested(not, false, `${path}.not`))
  const error = pattern === '' ? undefined : goPatternError(pattern)
  if (error !== undefined) found.push(fieldErrors.invalid(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${error}`))
  return found
}

/** What value rules below anyOf, allOf, oneOf and not may not have. */
const forbiddenNested: readonly (readonly [field: keyof SchemaProps, detail: string, isUsed: (value: unknown) => boolean])[] = [
  ['default', 'must be undefined to be structural', (value) => value !== undefined && value !== null],
  ['title', 'must be empty to be structural', (value) => (value ?? '') !== ''],
  ['description', 'must be empty to be structural', (value) => (value ?? '') !== ''],
  ['nullable', 'must be false to be structural', (value) => value === true],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural', (value) => value === true],
  ['x-kubernetes-embedded-resource', 'must be false to be structural', (value) => value === true],
  ['x-kubernetes-int-or-string', 'must be false to be structural', (value) => value === true],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural', (value) => ((value as string[] | undefined)?.length ?? 0) > 0],
  ['x-kubernetes-list-type', 'must be undefined to be structural', (value) => value !== undefined],
  ['x-kubernetes-map-type', 'must be undefined to be structural', (value) => value !== undefined],
  ['x-kubernetes-validations', 'must be empty to be structural', (value) => ((value as object[] | undefined)?.length ?? 0) > 0],
]

function checkNested(schema: SchemaProps, skipsAnyOf: boolean, path: string): FieldError[] {
  const { properties = {}, type = '', additionalProperties } = schema
  const items = itemsOf(schema)
  const found = checkValueRules(schema, skipsAnyOf, false, path)
  if (items !== undefined) found.push(...checkNested(items, false, `${path}.items`))
  for (const name of sortedKeys(properties)) found.push(...checkNested(properties[name]!, false, `${path}.properties[${name}]`))
  if (type !== '') found.push(fieldErrors.forbidden(`${path}.type`, 'must be empty to be structural'))
  if (additionalProperties !== undefined && additionalProperties !== false) found.push(fieldErrors.forbidden(`${path}.additionalProperties`, 'must be undefined to be structural'))
  for (const [field, detail, isUsed] of forbiddenNested) if (isUsed(schema[field])) found.push(fieldErrors.forbidden(`${path}.${field}`, detail))
  if (properties['metadata'] !== undefined) found.push(fieldErrors.forbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context'))
  return found
}

/** Every field that value rules speak of is specified outside of them, too. */
function completeness(rules: SchemaProps, schema: SchemaProps, at: string, from: string): FieldError[] {
  const { not, allOf = [], anyOf = [], oneOf = [] } = rules
  return [
    ...(not === undefined ? [] : nestedCompleteness(not, schema, at, `${from}.not`)),
    ...allOf.flatMap((nested, index) => nestedCompleteness(nested, schema, at, `${from}.allOf[${index}]`)),
    ...anyOf.flatMap((nested, index) => nestedCompleteness(nested, schema, at, `${from}.anyOf[${index}]`)),
    ...oneOf.flatMap((nested, index) => nestedCompleteness(nested, schema, at, `${from}.oneOf[${index}]`)),
  ]
}

function nestedCompleteness(rules: SchemaProps, schema: SchemaProps | undefined, at: string, from: string): FieldError[] {
  if (schema === undefined) return [fieldErrors.required(at, `because it is defined in ${from}`)]
  const found = completeness(rules, schema, at, from)
  const items = itemsOf(rules)
  if (items !== undefined) found.push(...nestedCompleteness(items, itemsOf(schema), `${at}.items`, `${from}.items`))
  for (const name of sortedKeys(rules.properties)) {
    const nested = rules.properties![name]!
    found.push(...nestedCompleteness(nested, schema.properties?.[name], `${at}.properties[${name}]`, `${from}.properties[${name}]`))
  }
  return found
}


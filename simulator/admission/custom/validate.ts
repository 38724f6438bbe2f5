/**
 * Validates custom resources by their schema: values first, then the rules in CEL when nothing basic is wrong.
 * Models kube-openapi/pkg/validation/validate and apiextensions-apiserver/pkg/apiserver/schema/cel (v1.35).
 */

import { fieldErrors } from '../../api/field-error.ts'
import type { FieldError } from '../../api/field-error.ts'
import { goJson } from '../../api/go-text.ts'
import type { StructuralSchema } from '../../api/structural-schema.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import { isJsonObject } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'
import { equalSemantic } from '../validation/equal.ts'
import { checkRules } from './cel-rules.ts'
import { embeddedErrors } from './embedded.ts'
import { hasFormat } from './formats.ts'

/** The type of a value as complaints name it. */
function typeOfValue(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function isOfType(value: Json, schema: StructuralSchema): boolean {
  const type = typeOfValue(value)
  if (schema['x-kubernetes-int-or-string'] === true) return type === 'integer' || type === 'string'
  if (schema.type === undefined || type === schema.type) return true
  return schema.type === 'number' && type === 'integer'
}

function typeError(path: string, value: Json, schema: StructuralSchema): FieldError {
  const type = schema['x-kubernetes-int-or-string'] === true ? 'integer,string' : schema.type
  const given = typeOfValue(value)
  return fieldErrors.typeInvalid(path, given, `${path} in body must be of type ${type}: "${given}"`)
}

/** A pattern of Go as one of this language: flags at its start, named groups, ends of the text. */
function goPattern(pattern: string): RegExp {
  const flags = /^\^?\(\?([is]+)\)/.exec(pattern)?.[1] ?? ''
  return new RegExp(pattern.replace(/^(\^?)\(\?[is]+\)/, '$1').replaceAll('(?P<', '(?<').replaceAll('\\A', '^').replaceAll('\\z', '$'), flags)
}

/** Of a text, only the first thing that is wrong is told. */
function checkText(value: string, schema: StructuralSchema, path: string): FieldError[] {
  const { maxLength, minLength, pattern, format = '' } = schema
  const length = [...value].length
  const found: FieldError[] = []
  if (maxLength !== undefined && length > maxLength) found.push(fieldErrors.tooLong(path, maxLength))
  else if (minLength !== undefined && length < minLength) found.push(fieldErrors.invalid(path, value, `${path} in body should be at least ${minLength} chars long`))
  else if (pattern !== undefined && !goPattern(pattern).test(value)) found.push(fieldErrors.invalid(path, value, `${path} in body should match '${pattern}'`))
  if (!hasFormat(value, format)) found.push(fieldErrors.invalid(path, value, `${path} in body must be of type ${format}: "${value}"`))
  return found
}

function isMultiple(value: number, of: number): boolean {
  const times = value / of
  return Math.abs(times - Math.round(times)) < 1e-9
}

function checkNumber(value: number, schema: StructuralSchema, path: string): FieldError[] {
  const { minimum, maximum, exclusiveMinimum: isOpenBelow = false, exclusiveMaximum: isOpenAbove = false, multipleOf } = schema
  const found: FieldError[] = []
  const invalid = (what: string): void => { found.push(fieldErrors.invalid(path, value, `${path} in body should be ${what}`)) }
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) invalid(`a multiple of ${multipleOf}`)
  if (maximum !== undefined && (value > maximum || (isOpenAbove && value === maximum))) invalid(`less than ${isOpenAbove ? '' : 'or equal to '}${maximum}`)
  if (minimum !== undefined && (value < minimum || (isOpenBelow && value === minimum))) invalid(`greater than ${isOpenBelow ? '' : 'or equal to '}${minimum}`)
  return found
}

function keyText(keys: readonly string[], item: Json): string {
  return goJson(Object.fromEntries(keys.map((key) => [key, isJsonObject(item) ? (item[key] ?? null) : null])))
}

/** Lists that are maps or sets name each entry once. Models apiserver/schema/listtype. */
function checkListType(list: readonly Json[], schema: StructuralSchema, path: string): FieldError[] {
  const type = schema['x-kubernetes-list-type']
  if (type !== 'map' && type !== 'set') return []
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const marks = list.map((item) => (type === 'set' ? goJson(item) : keyText(keys, item)))
  return marks.flatMap((mark, index) => (marks.indexOf(mark) < index ? [fieldErrors.duplicate(`${path}[${index}]`, type === 'set' ? list[index] : JSON.parse(mark))] : []))
}

function checkList(list: readonly Json[], schema: StructuralSchema, path: string, old: Json | undefined): FieldError[] {
  const { maxItems, minItems, items } = schema
  const found: FieldError[] = items === undefined ? [] : list.flatMap((item, index) => checkValue(item, items, `${path}[${index}]`, partnerOf(item, old, schema)))
  if (minItems !== undefined && list.length < minItems) found.push(fieldErrors.invalid(path, list.length, `${path} in body should have at least ${minItems} items`))
  if (maxItems !== undefined && list.length > maxItems) found.push(fieldErrors.tooMany(path, list.length, maxItems))
  return found
}

/** The item of the stored list that has the same keys. */
function partnerOf(item: Json, old: Json | undefined, schema: StructuralSchema): Json | undefined {
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old)) return undefined
  return (old as readonly Json[]).find((other) => keyText(keys, other) === keyText(keys, item))
}

function checkMembers(value: JsonObject, schema: StructuralSchema, path: string, old: Json | undefined): FieldError[] {
  const found: FieldError[] = []
  const names = Object.keys(value).sort(compareText)
  const { maxProperties, minProperties, additionalProperties, properties = {}, required = [] } = schema
  if (minProperties !== undefined && names.length < minProperties) found.push(fieldErrors.invalid(path, names.length, `${path} in body should have at least ${minProperties} properties`))
  if (maxProperties !== undefined && names.length > maxProperties) found.push(fieldErrors.tooMany(path, names.length, maxProperties))
  for (const name of names) {
    const member = properties[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
    if (member !== undefined && value[name] !== undefined) found.push(...checkValue(value[name], member, path === '' ? name : `${path}.${name}`, isJsonObject(old) ? old[name] : undefined))
  }
  for (const name of required) if (value[name] === undefined) found.push(fieldErrors.required(path === '' ? name : `${path}.${name}`))
  return found
}

/** anyOf, oneOf, allOf and not. The errors of the schema that came nearest are told with them. */
function checkCombined(value: Json, schema: StructuralSchema, path: string): FieldError[] {
  const { anyOf = [], oneOf = [], allOf = [], not } = schema
  const tell = (text: string): FieldError => fieldErrors.invalid('<nil>', '', `"${path}" ${text}`)
  const errorsOf = (one: StructuralSchema): FieldError[] => checkValue(value, one, path)
  const found: FieldError[] = []
  const any = anyOf.map(errorsOf)
  if (any.length > 0 && any.every((errors) => errors.length > 0)) found.push(tell('must validate at least one schema (anyOf)'), ...any[0]!)
  const one = oneOf.map(errorsOf)
  const validCount = one.filter((errors) => errors.length === 0).length
  if (one.length > 0 && validCount === 0) found.push(tell('must validate one and only one schema (oneOf). Found none valid'), ...one[0]!)
  else if (validCount > 1) found.push(tell(`must validate one and only one schema (oneOf). Found ${validCount} valid alternatives`))
  const all = allOf.map(errorsOf)
  if (all.some((errors) => errors.length > 0)) found.push(...all.flat(), tell(`must validate all the schemas (allOf)${all.every((errors) => errors.length > 0) ? '. None validated' : ''}`))
  if (not !== undefined && errorsOf(not).length === 0) found.push(tell('must not validate the schema (not)'))
  return found
}

/** @param old what the value was: what did not change is not checked again */
function checkValue(value: Json, schema: StructuralSchema, path: string, old?: Json): FieldError[] {
  if (value === null && schema.nullable === true) return []
  if (old !== undefined && equalSemantic(old, value)) return []
  if (!isOfType(value, schema)) return [typeError(path, value, schema)]
  const found: FieldError[] = checkCombined(value, schema, path)
  if (typeof value === 'string') found.push(...checkText(value, schema, path))
  if (typeof value === 'number') found.push(...checkNumber(value, schema, path))
  if (Array.isArray(value)) found.push(...checkList(value as readonly Json[], schema, path, old))
  if (isJsonObject(value)) found.push(...checkMembers(value, schema, path, old))
  if (schema.enum !== undefined && !schema.enum.some((allowed) => equalSemantic(allowed, value))) {
    found.push(fieldErrors.notSupported(path, value, schema.enum.map((allowed) => (typeof allowed === 'string' ? allowed : goJson(allowed)))))
  }
  return found
}

/** Errors of lists that name an entry twice, anywhere in a value. */
function checkLists(value: Json | undefined, schema: StructuralSchema, path: string): FieldError[] {
  if (Array.isArray(value)) {
    const list = value as readonly Json[]
    return [...checkListType(list, schema, path), ...list.flatMap((item, index) => checkLists(item, schema.items ?? {}, `${path}[${index}]`))]
  }
  if (!isJsonObject(value)) return []
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => checkLists(value[name], member, path === '' ? name : `${path}.${name}`))
}

const blocking: readonly FieldError['type'][] = ['FieldValueNotSupported', 'FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany', 'FieldValueTypeInvalid']
const uncheckedText = 'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'

function hasRules(schema: StructuralSchema): boolean {
  if (schema['x-kubernetes-validations'] !== undefined) return true
  const { additionalProperties: others } = schema
  return [...Object.values(schema.properties ?? {}), ...(schema.items === undefined ? [] : [schema.items]), ...(typeof others === 'object' ? [others] : [])].some(hasRules)
}

/** What is wrong with an object by the schema of its kind. @param old the stored object at an update */
export function validateBySchema(object: Json, schema: StructuralSchema, old?: Json): FieldError[] {
  const found = [...checkValue(object, schema, '', old), ...checkLists(object, schema, ''), ...embeddedErrors(object, schema, '')]
  if (!found.some(({ type }) => blocking.includes(type))) return [...found, ...checkRules(object, old, schema)]
  return hasRules(schema) ? [...found, fieldErrors.invalid('<nil>', null, uncheckedText)] : found
}

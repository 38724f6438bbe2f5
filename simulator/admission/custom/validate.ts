/**
 * Validates custom resources by their schema: values first, then the rules in CEL when nothing basic is wrong.
 * Models kube-openapi/pkg/validation/validate and apiextensions-apiserver/pkg/apiserver/schema/cel (v1.35).
 */

import { fieldErrors } from '../../api/field-error.ts'
import type { FieldError } from '../../api/field-error.ts'
import { goJson, utf8Length } from '../../api/go-text.ts'
import type { StructuralSchema } from '../../api/structural-schema.ts'
import type { Json } from '../../kernel/json.ts'
import { isJsonObject } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'
import { celEnvironment, compileCel, runCel, toCelValue } from '../cel/compile.ts'
import { equalSemantic } from '../validation/equal.ts'

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

function checkText(value: string, schema: StructuralSchema, path: string): FieldError[] {
  const found: FieldError[] = []
  const { maxLength, minLength, pattern } = schema
  const length = [...value].length
  if (maxLength !== undefined && length > maxLength) found.push(fieldErrors.tooLong(path, maxLength))
  if (minLength !== undefined && length < minLength) found.push(fieldErrors.invalid(path, value, `${path} in body should be at least ${minLength} chars long`))
  if (pattern !== undefined && !goPattern(pattern).test(value)) found.push(fieldErrors.invalid(path, value, `${path} in body should match '${pattern}'`))
  if (schema.format === 'date-time' && utf8Length(value) > 0 && !/^\d{4}-\d\d-\d\dT/.test(value)) found.push(fieldErrors.invalid(path, value, `${path} in body must be of type date-time: "${value}"`))
  return found
}

function checkNumber(value: number, { minimum, maximum }: StructuralSchema, path: string): FieldError[] {
  const found: FieldError[] = []
  if (maximum !== undefined && value > maximum) found.push(fieldErrors.invalid(path, value, `${path} in body should be less than or equal to ${maximum}`))
  if (minimum !== undefined && value < minimum) found.push(fieldErrors.invalid(path, value, `${path} in body should be greater than or equal to ${minimum}`))
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

function checkList(list: readonly Json[], schema: StructuralSchema, path: string): FieldError[] {
  const { maxItems, minItems, items } = schema
  const found: FieldError[] = items === undefined ? [] : list.flatMap((item, index) => checkValue(item, items, `${path}[${index}]`))
  if (minItems !== undefined && list.length < minItems) found.push(fieldErrors.invalid(path, list.length, `${path} in body should have at least ${minItems} items`))
  if (maxItems !== undefined && list.length > maxItems) found.push(fieldErrors.tooMany(path, list.length, maxItems))
  return found
}

function checkMembers(value: { readonly [name: string]: Json | undefined }, schema: StructuralSchema, path: string): FieldError[] {
  const found: FieldError[] = []
  const names = Object.keys(value).sort(compareText)
  const { maxProperties, minProperties, additionalProperties, properties = {}, required = [] } = schema
  if (minProperties !== undefined && names.length < minProperties) found.push(fieldErrors.invalid(path, names.length, `${path} in body should have at least ${minProperties} properties`))
  if (maxProperties !== undefined && names.length > maxProperties) found.push(fieldErrors.tooMany(path, names.length, maxProperties))
  for (const name of names) {
    const member = properties[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
    if (member !== undefined && value[name] !== undefined) found.push(...checkValue(value[name], member, path === '' ? name : `${path}.${name}`))
  }
  for (const name of required) if (value[name] === undefined) found.push(fieldErrors.required(path === '' ? name : `${path}.${name}`))
  return found
}

function checkValue(value: Json, schema: StructuralSchema, path: string): FieldError[] {
  if (value === null && schema.nullable === true) return []
  if (!isOfType(value, schema)) return [typeError(path, value, schema)]
  const found: FieldError[] = []
  if (typeof value === 'string') found.push(...checkText(value, schema, path))
  if (typeof value === 'number') found.push(...checkNumber(value, schema, path))
  if (Array.isArray(value)) found.push(...checkList(value as readonly Json[], schema, path))
  if (isJsonObject(value)) found.push(...checkMembers(value, schema, path))
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

/** Objects and lists are not shown. */
function ruleError(reason: string | undefined, path: string, given: Json, detail: string): FieldError {
  const value = typeof given === 'object' && given !== null ? undefined : given
  if (reason === 'FieldValueForbidden') return fieldErrors.forbidden(path, detail)
  if (reason === 'FieldValueRequired') return fieldErrors.required(path, detail)
  if (reason === 'FieldValueDuplicate') return fieldErrors.duplicate(path, value)
  return fieldErrors.invalid(path, value, detail)
}

/** Rules that compare with `oldSelf` are asked only of changed objects. */
function checkRules(value: Json | undefined, old: Json | undefined, schema: StructuralSchema, path: string): FieldError[] {
  if (value === undefined || value === null) return []
  const found: FieldError[] = []
  for (const { rule, message, reason, fieldPath = '' } of schema['x-kubernetes-validations'] ?? []) {
    const usesOld = /\boldSelf\b/.test(rule)
    if (usesOld && old === undefined) continue
    const compiled = compileCel(celEnvironment(usesOld ? ['self', 'oldSelf'] : ['self']), rule)
    if ('error' in compiled) continue
    const result = runCel(compiled.program, { self: toCelValue(value), ...(usesOld ? { oldSelf: toCelValue(old) } : {}) })
    if ('value' in result && result.value === true) continue
    const at = `${path}${fieldPath}`.replace(/^\./, '')
    const detail = 'error' in result ? `${result.error} evaluating rule: ${message ?? rule}` : (message ?? `failed rule: ${rule}`)
    found.push(ruleError('error' in result ? undefined : reason, at === '' ? '<nil>' : at, 'error' in result ? (schema.type ?? null) : value, detail))
  }
  if (Array.isArray(value)) return [...found, ...(value as readonly Json[]).flatMap((item, index) => checkRules(item, undefined, schema.items ?? {}, `${path}[${index}]`))]
  if (!isJsonObject(value)) return found
  const oldMembers = isJsonObject(old) ? old : {}
  return [...found, ...Object.entries(schema.properties ?? {}).flatMap(([name, member]) => checkRules(value[name], oldMembers[name], member, path === '' ? name : `${path}.${name}`))]
}

const blocking: readonly FieldError['type'][] = ['FieldValueNotSupported', 'FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany', 'FieldValueTypeInvalid']
const uncheckedText = 'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'

function hasRules(schema: StructuralSchema): boolean {
  if (schema['x-kubernetes-validations'] !== undefined) return true
  return [...Object.values(schema.properties ?? {}), ...(schema.items === undefined ? [] : [schema.items])].some(hasRules)
}

/** What is wrong with an object by the schema of its kind. @param old the stored object at an update */
export function validateBySchema(object: Json, schema: StructuralSchema, old?: Json): FieldError[] {
  const found = [...checkValue(object, schema, ''), ...checkLists(object, schema, '')]
  if (!found.some(({ type }) => blocking.includes(type))) return [...found, ...checkRules(object, old, schema, '')]
  return hasRules(schema) ? [...found, fieldErrors.invalid('<nil>', null, uncheckedText)] : found
}

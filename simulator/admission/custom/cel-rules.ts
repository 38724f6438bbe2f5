/** Rules in CEL of custom resources. Models apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go (v1.35). Differs: static costs are not estimated. */

import { fieldErrors } from '../../api/field-error.ts'
import type { FieldError } from '../../api/field-error.ts'
import { goQuote, utf8Length } from '../../api/go-text.ts'
import type { StructuralSchema } from '../../api/structural-schema.ts'
import type { Json } from '../../kernel/json.ts'
import { isJsonObject } from '../../kernel/json.ts'
import { celEnvironment, compileCel, costLimits, runCel } from '../cel/compile.ts'
import { schemaType, schemaValue } from '../cel/schema-type.ts'
import type { CelType } from '../cel/types.ts'
import { boolType, dynType, optionalType, stringType } from '../cel/types.ts'
import type { CelValue } from '../cel/values.ts'
import { CelOptional } from '../cel/values.ts'
import { equalSemantic } from '../validation/equal.ts'

type Rule = NonNullable<StructuralSchema['x-kubernetes-validations']>[number]

/** What is left of the budget of an object; below 0, nothing more is run. */
interface Budget { left: number }

/** A value on the way down. `isSame` when the stored object has it already: such faults stay. */
interface Place { readonly value: Json; readonly old: Json | undefined; readonly isSame: boolean; readonly schema: StructuralSchema; readonly path: string; readonly isRoot: boolean }

const messageBytesMax = 5 * 1024

/** The variables of the rules of a schema. */
export function ruleVariables(schema: StructuralSchema, isRoot: boolean, isOptionalOld: boolean): ReadonlyMap<string, CelType> {
  const self = schemaType(schema, isRoot || schema['x-kubernetes-embedded-resource'] === true) ?? dynType
  return new Map([['self', self], ['oldSelf', isOptionalOld ? optionalType(self) : self]])
}

function shownPath(path: string): string {
  const trimmed = path.replace(/^\./, '')
  return trimmed === '' ? '<nil>' : trimmed
}

function ruleText({ rule, message = '' }: Rule): string {
  return (message === '' ? rule : message).trim()
}

/** Objects and lists are not shown. */
function ruleError({ reason, fieldPath = '' }: Rule, { path, value }: Place, detail: string): FieldError {
  const at = shownPath(`${path}${fieldPath}`)
  const given = typeof value === 'object' && value !== null ? undefined : value
  if (reason === 'FieldValueForbidden') return fieldErrors.forbidden(at, detail)
  if (reason === 'FieldValueRequired') return fieldErrors.required(at, detail)
  if (reason === 'FieldValueDuplicate') return fieldErrors.duplicate(at, given)
  return fieldErrors.invalid(at, given, detail)
}

function failureText(error: string, rule: Rule): string {
  if (error.startsWith('no such overload')) return `'${error}': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText(rule)}`
  if (error.startsWith('operation cancelled')) return `'${error}': no further validation rules will be run due to call cost exceeds limit for rule: ${ruleText(rule)}`
  return `${error} evaluating rule: ${ruleText(rule)}`
}

/** The text of a message expression; undefined when it gives none. */
function messageOf({ messageExpression = '' }: Rule, types: ReadonlyMap<string, CelType>, values: { readonly [name: string]: CelValue }, budget: Budget): string | { readonly error: string } | undefined {
  if (messageExpression === '') return undefined
  const compiled = compileCel(celEnvironment(types), messageExpression, {}, [stringType])
  if ('error' in compiled) return undefined
  const result = runCel(compiled.program, values)
  if (result.cost > budget.left) return { error: 'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run' }
  budget.left -= result.cost
  if ('error' in result) return result.error.startsWith('operation cancelled') ? { error: `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${goQuote(messageExpression)}` } : undefined
  const text = typeof result.value === 'string' ? result.value.trim() : ''
  return text === '' || utf8Length(text) > messageBytesMax || /[\n\r]/.test(text) ? undefined : text
}

function checkRule(rule: Rule, place: Place, budget: Budget): FieldError | undefined {
  const { value, old, schema, path, isRoot } = place
  const usesOld = /\boldSelf\b/.test(rule.rule)
  const isOptionalOld = rule.optionalOldSelf === true
  if (usesOld && old === undefined && !isOptionalOld) return undefined
  const fail = (detail: string): FieldError => fieldErrors.invalid(shownPath(path), schema.type ?? '', detail)
  const types = ruleVariables(schema, isRoot, isOptionalOld)
  const compiled = compileCel(celEnvironment(types), rule.rule, {}, [boolType])
  if ('error' in compiled) return fail(`rule compile error: ${compiled.error}`)
  const isObject = isRoot || schema['x-kubernetes-embedded-resource'] === true
  const oldValue = old === undefined ? undefined : schemaValue(old, schema, isObject)
  const values: { [name: string]: CelValue } = { self: schemaValue(value, schema, isObject) }
  if (isOptionalOld) values['oldSelf'] = new CelOptional(oldValue)
  else if (oldValue !== undefined) values['oldSelf'] = oldValue
  const result = runCel(compiled.program, values)
  if (result.cost > budget.left) {
    budget.left = -1
    return fail('validation failed due to running out of cost budget, no further validation rules will be run')
  }
  budget.left -= result.cost
  if ('error' in result) {
    if (result.error.startsWith('operation cancelled')) budget.left = -1
    return fail(failureText(result.error, rule))
  }
  if (result.value === true || (!usesOld && place.isSame)) return undefined
  const message = messageOf(rule, types, values, budget)
  if (typeof message !== 'object') return ruleError(rule, place, message ?? (rule.message?.trim() || `failed rule: ${rule.rule.trim()}`))
  budget.left = -1
  return fail(message.error)
}

/** The old item that an item of a list goes with: by its keys, where the list is a map. */
function oldItem(item: Json, old: Json | undefined, schema: StructuralSchema): Json | undefined {
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old) || !isJsonObject(item)) return undefined
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  return (old as readonly Json[]).find((each) => isJsonObject(each) && keys.every((key) => equalSemantic(each[key], item[key])))
}

function placesIn({ value, old, isSame, schema, path, isRoot }: Place): Place[] {
  const below = (member: Json, oldMember: Json | undefined, memberSchema: StructuralSchema, at: string): Place => ({
    value: member, old: oldMember, isSame: isSame || (oldMember !== undefined && equalSemantic(member, oldMember)), schema: memberSchema, path: at, isRoot: false,
  })
  if (Array.isArray(value)) return (value as readonly Json[]).map((item, index) => below(item, oldItem(item, old, schema), schema.items ?? {}, `${path}[${index}]`))
  if (!isJsonObject(value)) return []
  const oldMembers = isJsonObject(old) ? old : {}
  const additional = isJsonObject(schema.additionalProperties as Json | undefined) ? (schema.additionalProperties as StructuralSchema) : undefined
  const named = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => (value[name] === undefined || (isRoot && name === 'metadata') ? [] : [below(value[name], oldMembers[name], member, `${path}.${name}`)]))
  const others = additional === undefined ? [] : Object.entries(value).map(([name, member]) => below(member!, oldMembers[name], additional, `${path}[${name}]`))
  return [...named, ...others]
}

function checkPlace(place: Place, budget: Budget): FieldError[] {
  if (place.value === null || budget.left < 0) return []
  const found: FieldError[] = []
  for (const rule of place.schema['x-kubernetes-validations'] ?? []) {
    const error = checkRule(rule, place, budget)
    if (error !== undefined) found.push(error)
    if (budget.left < 0) return found
  }
  return [...found, ...placesIn(place).flatMap((below) => checkPlace(below, budget))]
}

/**
 * What the rules of a schema say of an object. Rules with `oldSelf` are asked only where there is an old value.
 * @param old the stored object at an update: where nothing changed, its faults are left alone
 */
export function checkRules(value: Json, old: Json | undefined, schema: StructuralSchema): FieldError[] {
  return checkPlace({ value, old, isSame: false, schema, path: '', isRoot: true }, { left: costLimits.perRequest })
}

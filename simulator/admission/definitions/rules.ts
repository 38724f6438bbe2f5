/** Rules in CEL of a schema. Models apiextensions validation.go and apiserver/schema/cel/compilation.go (v1.35). */

import type { FieldError } from '../../api/field-error.ts'
import { fieldErrors } from '../../api/field-error.ts'
import type { StructuralSchema } from '../../api/structural-schema.ts'
import { celEnvironment, compileCel } from '../cel/compile.ts'
import { declaredSize, requestBytesMax, sizeAt } from '../cel/declared-sizes.ts'
import type { DeclaredSize } from '../cel/declared-sizes.ts'
import { countMax, multiplyCounts } from '../cel/estimates.ts'
import { estimateCost } from '../cel/static-cost.ts'
import type { CelType } from '../cel/types.ts'
import { ruleVariables } from '../custom/cel-rules.ts'
import { conversionError } from './structural.ts'
import { findFieldPath } from './field-path.ts'
import { ruleAsGo } from './internal.ts'
import type { SchemaProps, ValidationRule } from './internal.ts'

/** What one rule, and what all rules of a schema may cost. */
const ruleCostMax = 10_000_000
const schemaCostMax = 100_000_000

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']

function hasLineBreak(text: string): boolean {
  return /[\n\r]/.test(text)
}

function textErrors({ rule = '', message = '', messageExpression = '', reason, fieldPath = '' }: ValidationRule, schema: SchemaProps, path: string): FieldError[] {
  const found: FieldError[] = []
  if (rule.trim() === '') found.push(fieldErrors.required(`${path}.rule`, 'rule is not specified'))
  else if (message !== '' && message.trim() === '') found.push(fieldErrors.invalid(`${path}.message`, message, 'must be non-empty if specified'))
  else if (hasLineBreak(message.trim())) found.push(fieldErrors.invalid(`${path}.message`, message, 'must not contain line breaks'))
  else if (hasLineBreak(rule.trim()) && message.trim() === '') found.push(fieldErrors.required(`${path}.message`, 'message must be specified if rule contains line breaks'))
  if (messageExpression !== '' && messageExpression.trim() === '') found.push(fieldErrors.required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'))
  if (reason !== undefined && !reasons.includes(reason)) found.push(fieldErrors.notSupported(`${path}.reason`, reason, reasons))
  if (fieldPath === '') return found
  if (fieldPath.trim() === '') found.push(fieldErrors.invalid(`${path}.fieldPath`, fieldPath, 'must be non-empty if specified'))
  if (hasLineBreak(fieldPath)) found.push(fieldErrors.invalid(`${path}.fieldPath`, fieldPath, 'must not contain line breaks'))
  if (conversionError(schema) === undefined && 'error' in findFieldPath(fieldPath, schema)) found.push(fieldErrors.invalid(`${path}.fieldPath`, fieldPath, 'must be a valid path'))
  return found
}

/** What is wrong with the texts around a schema's rules. */
export function ruleTextErrors(schema: SchemaProps, path: string): FieldError[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) => textErrors(rule, schema, `${path}.x-kubernetes-validations[${index}]`))
}

/** What a rule or a message may cost at most, or why it does not compile to a value of its type. */
function compileRule(expression: string, variables: ReadonlyMap<string, CelType>, wanted: 'bool' | 'string', size: DeclaredSize | undefined): { readonly error: string } | { readonly cost: number } {
  const compiled = compileCel(celEnvironment(variables), expression)
  const isMessage = wanted === 'string'
  if ('error' in compiled) return { error: isMessage ? `messageExpression ${compiled.error.replace(/^program /, '')}` : compiled.error }
  if (compiled.type !== wanted) return { error: isMessage ? 'messageExpression must evaluate to a string' : 'cel expression must evaluate to a bool' }
  const lookup = (path: readonly string[]): { min: number; max: number } | undefined => {
    const found = size === undefined ? undefined : sizeAt(size, path.slice(1))
    return found === undefined ? undefined : { min: 0, max: found.elementsMax }
  }
  return { cost: estimateCost(compiled.expr, lookup).max }
}

/** What the rules of a whole schema may cost. */
export class RuleCosts {
  #total = 0
  #expensive: { readonly path: string; readonly cost: number }[] = []

  observe(path: string, cost: number): void {
    this.#total = Math.min(this.#total + cost, countMax)
    if (cost < schemaCostMax / 100) return
    this.#expensive = [...this.#expensive, { path, cost }].sort((a, b) => b.cost - a.cost).slice(0, 4)
  }

  /** What is said when all of them together cost too much. */
  errors(path: string): FieldError[] {
    if (this.#total <= schemaCostMax) return []
    const parts = this.#expensive.map((each) => fieldErrors.forbidden(each.path, 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'))
    return [...parts, fieldErrors.forbidden(path, costText('x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema', this.#total, schemaCostMax))]
  }
}

function costText(what: string, cost: number, limit: number): string {
  const times = cost / limit
  const factor = times > 100 ? 'more than 100x' : times < 1.5 ? `${times.toFixed(6)}x` : `${times.toFixed(1)}x`
  return `${what} exceeds budget by factor of ${factor} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`
}

function messageErrors(compiled: ReturnType<typeof compileRule>, rule: ValidationRule, path: string, costs: RuleCosts): FieldError[] {
  if ('error' in compiled) return [fieldErrors.invalid(path, ruleAsGo(rule), compiled.error)]
  costs.observe(path, compiled.cost)
  return compiled.cost > ruleCostMax ? [fieldErrors.forbidden(path, costText('estimated messageExpression cost', compiled.cost, ruleCostMax))] : []
}

/**
 * What is wrong with the rules of a schema themselves.
 * @param isRoot true for the schema of whole objects, which have metadata whatever it says
 * @param cardinality how often values of the schema may stand in an object; undefined where that is not bounded
 * @param uncorrelated the path of the list or map below which old and new values cannot be told to belong together
 */
export function ruleErrors(schema: SchemaProps, path: string, isRoot: boolean, uncorrelated: string | undefined, cardinality: number | undefined, costs: RuleCosts): FieldError[] {
  const size = declaredSize(schema as StructuralSchema, isRoot || schema['x-kubernetes-embedded-resource'] === true)
  const times = cardinality ?? Math.floor(requestBytesMax / ((size?.bytesMin ?? 0) + 1))
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) => {
    const at = `${path}.x-kubernetes-validations[${index}]`
    const { rule: text = '', messageExpression = '', optionalOldSelf } = rule
    const usesOld = /\boldSelf\b/.test(text)
    const found: FieldError[] = []
    const variables = ruleVariables(schema as StructuralSchema, isRoot, optionalOldSelf === true)
    const compiled = compileRule(text, variables, 'bool', size)
    const error = 'error' in compiled ? compiled.error : undefined
    const cost = 'cost' in compiled ? multiplyCounts(compiled.cost, times) : 0
    if (cost > ruleCostMax) found.push(fieldErrors.forbidden(`${at}.rule`, costText('estimated rule cost', cost, ruleCostMax)))
    costs.observe(`${at}.rule`, cost)
    if (error !== undefined) found.push(fieldErrors.invalid(`${at}.rule`, ruleAsGo(rule), error))
    if (messageExpression !== '' && error === undefined) found.push(...messageErrors(compileRule(messageExpression, variables, 'string', size), rule, `${at}.messageExpression`, costs))
    if (usesOld && error === undefined && uncorrelated !== undefined) found.push(fieldErrors.invalid(`${at}.rule`, text, `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`))
    else if (!usesOld && optionalOldSelf !== undefined) found.push(fieldErrors.invalid(`${at}.optionalOldSelf`, optionalOldSelf, 'may not be set if oldSelf is not used in rule'))
    return found
  })
}

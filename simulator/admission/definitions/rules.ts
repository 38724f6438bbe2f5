/** Rules in CEL of a schema. Models apiextensions validation.go and apiserver/schema/cel/compilation.go (v1.35). Differs: costs are not estimated. */

import type { FieldError } from '../../api/field-error.ts'
import { fieldErrors } from '../../api/field-error.ts'
import type { StructuralSchema } from '../../api/structural-schema.ts'
import { celEnvironment, compileCel } from '../cel/compile.ts'
import type { CelType } from '../cel/types.ts'
import { ruleVariables } from '../custom/cel-rules.ts'
import { conversionError } from './structural.ts'
import { findFieldPath } from './field-path.ts'
import { ruleAsGo } from './internal.ts'
import type { SchemaProps, ValidationRule } from './internal.ts'

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

/** Why an expression does not compile to a value of a type; undefined when it does. */
function compileError(expression: string, variables: ReadonlyMap<string, CelType>, wanted: 'bool' | 'string'): string | undefined {
  const compiled = compileCel(celEnvironment(variables), expression)
  const isMessage = wanted === 'string'
  if ('error' in compiled) return isMessage ? `messageExpression ${compiled.error.replace(/^program /, '')}` : compiled.error
  if (compiled.type === wanted) return undefined
  return isMessage ? 'messageExpression must evaluate to a string' : 'cel expression must evaluate to a bool'
}

/**
 * What is wrong with the rules of a schema themselves.
 * @param isRoot true for the schema of whole objects, which have metadata whatever it says
 * @param uncorrelated the path of the list or map below which old and new values cannot be told to belong together
 */
export function ruleErrors(schema: SchemaProps, path: string, isRoot: boolean, uncorrelated: string | undefined): FieldError[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) => {
    const at = `${path}.x-kubernetes-validations[${index}]`
    const { rule: text = '', messageExpression = '', optionalOldSelf } = rule
    const usesOld = /\boldSelf\b/.test(text)
    const found: FieldError[] = []
    const variables = ruleVariables(schema as StructuralSchema, isRoot, optionalOldSelf === true)
    const error = compileError(text, variables, 'bool')
    if (error !== undefined) found.push(fieldErrors.invalid(`${at}.rule`, ruleAsGo(rule), error))
    const messageError = messageExpression === '' || error !== undefined ? undefined : compileError(messageExpression, variables, 'string')
    if (messageError !== undefined) found.push(fieldErrors.invalid(`${at}.messageExpression`, ruleAsGo(rule), messageError))
    if (usesOld && error === undefined && uncorrelated !== undefined) found.push(fieldErrors.invalid(`${at}.rule`, text, `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`))
    else if (!usesOld && optionalOldSelf !== undefined) found.push(fieldErrors.invalid(`${at}.optionalOldSelf`, optionalOldSelf, 'may not be set if oldSelf is not used in rule'))
    return found
  })
}

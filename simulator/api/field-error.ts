/** Field errors of validation and their texts. Models apimachinery/pkg/util/validation/field (v1.35). */

import { aggregateText, goJson, goQuote } from './go-text.ts'
import type { StatusCause } from './types.ts'

/** What is wrong with a field; the reason of a status cause. */
export type FieldErrorType = 'FieldValueNotFound' | 'FieldValueRequired' | 'FieldValueDuplicate' | 'FieldValueInvalid' | 'FieldValueNotSupported'
  | 'FieldValueForbidden' | 'FieldValueTooLong' | 'FieldValueTooMany' | 'InternalError' | 'FieldValueTypeInvalid'

/** One thing that is wrong with one field. `value` is undefined where the text shows none. */
export interface FieldError {
  readonly type: FieldErrorType
  readonly field: string
  readonly value?: unknown
  readonly detail: string
}

const typeTexts: { readonly [type in FieldErrorType]: string } = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  InternalError: 'Internal error',
  FieldValueTypeInvalid: 'Invalid value',
}

/** The kinds of field errors. `field` is the whole path; an undefined one prints as `<nil>`. */
export const fieldErrors = {
  notFound: (field: string, value: unknown): FieldError => ({ type: 'FieldValueNotFound', field, value, detail: '' }),
  required: (field: string, detail = ''): FieldError => ({ type: 'FieldValueRequired', field, detail }),
  duplicate: (field: string, value: unknown): FieldError => ({ type: 'FieldValueDuplicate', field, value, detail: '' }),
  invalid: (field: string, value: unknown, detail: string): FieldError => ({ type: 'FieldValueInvalid', field, value, detail }),
  typeInvalid: (field: string, value: unknown, detail: string): FieldError => ({ type: 'FieldValueTypeInvalid', field, value, detail }),
  notSupported: (field: string, value: unknown, supported: readonly string[]): FieldError =>
    ({ type: 'FieldValueNotSupported', field, value, detail: supported.length === 0 ? '' : `supported values: ${supported.map(goQuote).join(', ')}` }),
  forbidden: (field: string, detail: string): FieldError => ({ type: 'FieldValueForbidden', field, detail }),
  tooLong: (field: string, bytesMax: number): FieldError =>
    ({ type: 'FieldValueTooLong', field, detail: bytesMax < 0 ? 'value is too long' : `may not be more than ${bytesMax} ${bytesMax === 1 ? 'byte' : 'bytes'}` }),
  tooMany: (field: string, count: number, countMax: number): FieldError =>
    ({ type: 'FieldValueTooMany', field, value: count, detail: countMax < 0 ? 'has too many items' : `must have at most ${countMax} ${countMax === 1 ? 'item' : 'items'}` }),
  internal: (field: string, detail: string): FieldError => ({ type: 'InternalError', field, detail }),
} as const

/** A value as error texts print it: texts quoted, numbers and booleans plain, all else as JSON. */
function valueText(value: unknown): string {
  return typeof value === 'string' ? goQuote(value) : goJson(value)
}

/** The text without the field's path; it is also the message of a Status cause. */
export function fieldErrorBody(error: FieldError): string {
  const head = error.value === undefined ? typeTexts[error.type] : `${typeTexts[error.type]}: ${valueText(error.value)}`
  return error.detail === '' ? head : `${head}: ${error.detail}`
}

/** The whole text: path, kind, value, detail. */
export function fieldErrorText(error: FieldError): string {
  return `${error.field}: ${fieldErrorBody(error)}`
}

/** The texts of a list of errors as one. */
export function fieldErrorsText(errors: readonly FieldError[]): string {
  return aggregateText(errors.map(fieldErrorText))
}

/** An error as a cause of a Status. */
export function toStatusCause(error: FieldError): StatusCause {
  return { reason: error.type, message: fieldErrorBody(error), field: error.field }
}

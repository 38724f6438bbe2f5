/** Collects the field errors of one object, in the order in which validation finds them. */

import type { FieldError } from '../../api/field-error.ts'
import { fieldErrors } from '../../api/field-error.ts'

/** Errors of a validation in the order in which they are found. */
export class ErrorList {
  readonly list: FieldError[] = []

  get size(): number {
    return this.list.length
  }

  add(errors: readonly FieldError[]): void {
    this.list.push(...errors)
  }

  required(path: string, detail = ''): void {
    this.list.push(fieldErrors.required(path, detail))
  }

  invalid(path: string, value: unknown, detail: string): void {
    this.list.push(fieldErrors.invalid(path, value ?? null, detail))
  }

  /** One error per message: what a check of a name, a port or the like gave. */
  invalidEach(path: string, value: unknown, messages: readonly string[]): void {
    for (const message of messages) this.invalid(path, value, message)
  }

  notSupported(path: string, value: unknown, supported: readonly string[]): void {
    this.list.push(fieldErrors.notSupported(path, value, supported))
  }

  forbidden(path: string, detail: string): void {
    this.list.push(fieldErrors.forbidden(path, detail))
  }

  duplicate(path: string, value: unknown): void {
    this.list.push(fieldErrors.duplicate(path, value))
  }

  notFound(path: string, value: unknown): void {
    this.list.push(fieldErrors.notFound(path, value))
  }

  tooLong(path: string, bytesMax: number): void {
    this.list.push(fieldErrors.tooLong(path, bytesMax))
  }

  tooMany(path: string, count: number, countMax: number): void {
    this.list.push(fieldErrors.tooMany(path, count, countMax))
  }

  internal(path: string, detail: string): void {
    this.list.push(fieldErrors.internal(path, detail))
  }

  /** A value that is not one of a list; the empty one counts as missing. */
  oneOf(path: string, value: string | undefined, supported: readonly string[]): void {
    if (value === undefined || value === '') this.required(path)
    else if (!supported.includes(value)) this.notSupported(path, value, supported)
  }
}

/** Validation of file paths inside of pods. Models pkg/apis/core/validation (v1.35). */

import type { ErrorList } from '../validation/error-list.ts'

const backstepText = "must not contain '..'"

/** True for a path with a part '..'. */
export function hasBacksteps(path: string): boolean {
  return path.split('/').includes('..')
}

/** Refuses paths with '..'. */
export function validateNoBacksteps(value: string, path: string, errors: ErrorList): void {
  if (hasBacksteps(value)) errors.invalid(path, value, backstepText)
}

/** A relative path without `..`. */
export function validateDescendingPath(value: string, path: string, errors: ErrorList): void {
  if (value.startsWith('/')) errors.invalid(path, value, 'must be a relative path')
  validateNoBacksteps(value, path, errors)
}

/** A path below a volume whose first part does not look like the kubelet's own `..data`. */
export function validateLocalPath(value: string, path: string, errors: ErrorList): void {
  validateDescendingPath(value, path, errors)
  if (value.startsWith('..') && !value.startsWith('../')) errors.invalid(path, value, "must not start with '..'")
}

/** A file mode, if there is one. */
export function validateFileMode(mode: number | undefined, path: string, errors: ErrorList): void {
  if (mode !== undefined && (mode > 0o777 || mode < 0)) errors.invalid(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive')
}

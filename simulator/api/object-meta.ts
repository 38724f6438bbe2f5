/** Checks of labels, annotations and finalizers. Models apimachinery/pkg/api/validation objectmeta.go (v1.35). */

import { compareText } from '../kernel/text.ts'
import { fieldErrors } from './field-error.ts'
import type { FieldError } from './field-error.ts'
import { utf8Length } from './go-text.ts'
import { checkLabelValue, checkQualifiedName } from './names.ts'
import type { StringMap } from './types.ts'

/** The annotation in which kubectl's client-side apply keeps what it applied. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'

/** All annotations of an object together. */
export const annotationsBytesMax = 256 * 1024

/** What is wrong with a map of labels. Differs: upstream goes through the map in random order, here in the order of keys. */
export function checkLabels(labels: StringMap | undefined, path: string): FieldError[] {
  return Object.keys(labels ?? {}).sort(compareText).flatMap((key) => [
    ...checkQualifiedName(key).map((text) => fieldErrors.invalid(path, key, text)),
    ...checkLabelValue(labels![key]!).map((text) => fieldErrors.invalid(path, labels![key]!, text)),
  ])
}

/** What is wrong with a map of annotations. */
export function checkAnnotations(annotations: StringMap | undefined, path: string): FieldError[] {
  const keys = Object.keys(annotations ?? {}).sort(compareText)
  const errors = keys.flatMap((key) => checkQualifiedName(key.toLowerCase()).map((text) => fieldErrors.invalid(path, key, text)))
  let bytes = 0
  for (const key of keys) bytes += utf8Length(key) + utf8Length(annotations![key]!)
  return bytes > annotationsBytesMax ? [...errors, fieldErrors.tooLong(path, annotationsBytesMax)] : errors
}

/** What is wrong with the name of a finalizer. */
export function checkFinalizerName(name: string, path: string): FieldError[] {
  return checkQualifiedName(name).map((text) => fieldErrors.invalid(path, name, text))
}

/** ConfigMap. Models pkg/registry/core/configmap and pkg/apis/core/validation (v1.35). */

import { utf8Length } from '../../api/go-text.ts'
import { checkConfigMapKey } from '../../api/names.ts'
import type { ConfigMap } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { base64Length } from '../schema/literals.ts'
import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain, sortedKeys, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

/** The most that a ConfigMap or Secret may hold. */
export const dataBytesMax = 1024 * 1024

function configMapOf(object: AdmittedObject): ConfigMap {
  return object as unknown as ConfigMap
}

function validate(object: AdmittedObject, errors: ErrorList): void {
  const { data, binaryData } = configMapOf(object)
  validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
  let bytes = 0
  for (const key of sortedKeys(data)) {
    errors.invalidEach(`data[${key}]`, key, checkConfigMapKey(key))
    if (binaryData !== undefined && Object.hasOwn(binaryData, key)) errors.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')
    bytes += utf8Length(data![key]!)
  }
  for (const key of sortedKeys(binaryData)) {
    errors.invalidEach(`binaryData[${key}]`, key, checkConfigMapKey(key))
    bytes += base64Length(binaryData![key]!)
  }
  if (bytes > dataBytesMax) errors.tooLong('[]', dataBytesMax)
}

/** What an immutable ConfigMap or Secret does not allow. */
export function validateFrozen(object: { immutable?: boolean }, old: { immutable?: boolean }, fields: readonly string[], errors: ErrorList): void {
  if (old.immutable !== true) return
  const text = 'field is immutable when `immutable` is set'
  if (object.immutable !== true) errors.forbidden('immutable', text)
  const [now, before] = [object, old] as unknown as { readonly [field: string]: unknown }[]
  for (const field of fields) if (!equalSemantic(now![field], before![field])) errors.forbidden(field, text)
}

export const configmaps: KindRules = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  validateCreate: validate,
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validateFrozen(configMapOf(object), configMapOf(old), ['data', 'binaryData'], errors)
    validate(object, errors)
  },
  allowsUnconditionalUpdate: true,
}

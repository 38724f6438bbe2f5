/** ControllerRevision. Models pkg/registry/apps/controllerrevision and pkg/apis/apps/validation (v1.35). */

import { isJsonObject } from '../../kernel/json.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain, validateImmutable, validateNonNegative, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

function validate(object: AdmittedObject, errors: ErrorList): void {
  validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
  validateNonNegative(object['revision'] as number | undefined, 'revision', errors)
}

export const controllerrevisions: KindRules = {
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  validateCreate(object, errors) {
    validate(object, errors)
    const { data } = object
    if (data === undefined || data === null) errors.required('data', 'data is mandatory')
    else if (!isJsonObject(data)) errors.required('data', 'data must be a valid JSON object')
  },
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validate(object, errors)
    validateImmutable(object['data'], old['data'], 'data', errors)
  },
  allowsUnconditionalUpdate: true,
}

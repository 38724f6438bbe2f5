/** Event of the core group. Models pkg/registry/core/event and pkg/apis/core/validation/events.go (v1.35). */

import type { Event } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsPathSegment, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

function validate(object: AdmittedObject, errors: ErrorList): void {
  const event = object as unknown as Event
  const { namespace = '', kind = '' } = event.involvedObject ?? {}
  const expected = namespace === '' ? 'default' : namespace
  if ((object.metadata.namespace ?? '') !== expected && !(namespace === '' && object.metadata.namespace === 'kube-system')) errors.invalid('involvedObject.namespace', namespace, 'does not match event.namespace')
  if (kind === '' && event.eventTime) errors.required('involvedObject.kind')
  validateObjectMeta(object.metadata, true, nameIsPathSegment, errors, false)
}

export const events: KindRules = {
  apiVersion: 'v1',
  kind: 'Event',
  validateCreate: validate,
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors, false)
    validate(object, errors)
  },
  allowsUnconditionalUpdate: true,
  allowsCreateOnUpdate: true,
}

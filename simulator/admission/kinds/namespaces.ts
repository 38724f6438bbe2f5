/** Namespace. Models pkg/registry/core/namespace and pkg/apis/core/validation (v1.35). */

import { checkQualifiedName } from '../../api/names.ts'
import type { Namespace } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { statusOnly } from '../kind-rules.ts'
import { nameIsDnsLabel, validateKubeFinalizer, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

const nameLabel = 'kubernetes.io/metadata.name'

function namespaceOf(object: AdmittedObject): Namespace {
  return object as unknown as Namespace
}

export const namespaces: KindRules = {
  apiVersion: 'v1',
  kind: 'Namespace',
  applyDefaults(object) {
    const namespace = namespaceOf(object)
    if (namespace.metadata.name) namespace.metadata.labels = { ...namespace.metadata.labels, [nameLabel]: namespace.metadata.name }
    namespace.status ??= {}
    namespace.status.phase ||= 'Active'
  },
  prepareCreate(object) {
    const namespace = namespaceOf(object)
    namespace.status = { phase: 'Active' }
    const spec = (namespace.spec ??= {})
    if (!spec.finalizers?.includes('kubernetes')) spec.finalizers = [...(spec.finalizers ?? []), 'kubernetes']
    if (namespace.metadata.name) namespace.metadata.labels = { ...namespace.metadata.labels, [nameLabel]: namespace.metadata.name }
  },
  validateCreate(object, errors) {
    validateObjectMeta(object.metadata, false, nameIsDnsLabel, errors)
    for (const finalizer of namespaceOf(object).spec?.finalizers ?? []) {
      errors.invalidEach('spec.finalizers', finalizer, checkQualifiedName(finalizer))
      validateKubeFinalizer(finalizer, 'spec.finalizers', errors)
    }
  },
  prepareUpdate(object, old) {
    object['spec'] = old['spec']
    object['status'] = old['status']
  },
  validateUpdate: (object, old, errors) => validateObjectMetaUpdate(object.metadata, old.metadata, errors),
  allowsUnconditionalUpdate: true,
  subresources: {
    status: statusOnly((object, old, errors) => {
      validateObjectMetaUpdate(object.metadata, old.metadata, errors)
      const phase = namespaceOf(object).status?.phase ?? ''
      const isDeleted = object.metadata.deletionTimestamp !== undefined
      if (!isDeleted && phase !== 'Active') errors.invalid('status.Phase', phase, "may only be 'Active' if `deletionTimestamp` is empty")
      if (isDeleted && phase !== 'Terminating') errors.invalid('status.Phase', phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")
    }),
    finalize: {
      prepareUpdate(object, old) {
        object['status'] = old['status']
      },
      validateUpdate(object, old, errors) {
        validateObjectMetaUpdate(object.metadata, old.metadata, errors)
        namespaceOf(object).spec?.finalizers?.forEach((finalizer, index) => validateKubeFinalizer(finalizer, `spec.finalizers[${index}]`, errors))
      },
    },
  },
}

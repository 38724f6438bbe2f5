/** The scale subresource. Models kubernetes/pkg/registry/apps storage ScaleREST (v1.35). */

import { apiErrors } from '../api/errors.ts'
import { fieldErrors } from '../api/field-error.ts'
import { formatLabelSelector } from '../api/selector.ts'
import type { KubeObject, LabelSelector, Status } from '../api/types.ts'

interface Scalable {
  readonly spec?: { readonly replicas?: number; readonly selector?: LabelSelector }
  readonly status?: { readonly replicas?: number }
}

/** The Scale of a workload. */
export function scaleOf(object: KubeObject): KubeObject {
  const { spec, status } = object as KubeObject & Scalable
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: spec?.replicas === undefined || spec.replicas === 0 ? {} : { replicas: spec.replicas },
    status: { replicas: status?.replicas ?? 0, selector: formatLabelSelector(spec?.selector) },
  }
}

/** The workload with the replicas of a Scale, or why not. */
export function withScale(object: KubeObject, scale: KubeObject): KubeObject | Status {
  const replicas = (scale.spec as { replicas?: number } | undefined)?.replicas ?? 0
  if (replicas < 0) {
    const error = fieldErrors.invalid('spec.replicas', replicas, 'must be greater than or equal to 0')
    return apiErrors.invalid({ group: 'autoscaling', name: 'Scale' }, object.metadata.name ?? '', [error])
  }
  const { resourceVersion } = scale.metadata
  const metadata = resourceVersion === undefined ? object.metadata : { ...object.metadata, resourceVersion }
  return { ...object, metadata, spec: { ...(object.spec as object), replicas } }
}

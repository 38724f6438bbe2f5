/** The scale of an autoscaler's target. Models the scale subresource and kubernetes/pkg/controller/podautoscaler (v1.35). */

import type { ApiClient } from '../../api/client.ts'
import { apiErrors } from '../../api/errors.ts'
import { kinds, splitApiVersion } from '../../api/kinds.ts'
import { formatLabelSelector } from '../../api/selector.ts'
import type { HorizontalPodAutoscaler, KubeObject, LabelSelector } from '../../api/types.ts'
import { objectKey, resourceId } from '../../store/resource-id.ts'

/** Present size of a target, and which pods are its. */
export interface Scale {
  readonly resource: string
  readonly key: string
  readonly specReplicas: number
  readonly statusReplicas: number
  /** Label selector as text, '' when there is none. */
  readonly selector: string
}

/** Reads the scale of a target, or says why there is none. */
export type ReadScale = (hpa: HorizontalPodAutoscaler, api: ApiClient) => Scale | { readonly error: string }

interface ScalableObject extends KubeObject {
  readonly spec?: { readonly replicas?: number; readonly selector?: LabelSelector }
  readonly status?: { readonly replicas?: number }
}

/** Reads the target itself, as the scale subresource of the API shows it. */
export const readScale: ReadScale = (hpa, api) => {
  const { apiVersion = '', kind, name } = hpa.spec.scaleTargetRef
  if (apiVersion.split('/').length > 2) return { error: `unexpected GroupVersion string: ${apiVersion}` }
  const { group } = splitApiVersion(apiVersion)
  const info = kinds.find((candidate) => candidate.group === group && candidate.kind === kind)
  if (info === undefined) return { error: `no matches for kind "${kind}" in group "${group}"` }
  const resource = resourceId(info.group, info.resource)
  const key = objectKey(hpa.metadata.namespace, name)
  const object = info.subresources.some((subresource) => subresource.name === 'scale') ? api.find<ScalableObject>(resource, key) : undefined
  if (object === undefined) return { error: apiErrors.notFound({ group: info.group, name: info.resource }, name).message }
  const { selector, replicas } = object.spec ?? {}
  return { resource, key, specReplicas: replicas ?? 0, statusReplicas: object.status?.replicas ?? 0, selector: selector === undefined ? '' : formatLabelSelector(selector) }
}

/** The scale subresource. Models kubernetes/pkg/registry/apps storage ScaleREST (v1.35). */

import { apiErrors } from '../api/errors.ts'
import { fieldErrors } from '../api/field-error.ts'
import { formatLabelSelector } from '../api/selector.ts'
import type { KindInfo } from '../api/kinds.ts'
import type { ScalePaths } from '../api/structural-schema.ts'
import type { KubeObject, LabelSelector, Status, StringMap } from '../api/types.ts'
import { decodeObject } from '../admission/schema/decode.ts'
import { typeOf } from '../admission/schema/schema.ts'
import { isJsonObject } from '../kernel/json.ts'
import type { Json } from '../kernel/json.ts'

interface Scalable {
  readonly spec?: { readonly replicas?: number; readonly selector?: LabelSelector }
  readonly status?: { readonly replicas?: number }
}

/** The value at a path such as `.spec.replicas`. */
function valueAt(object: unknown, path: string): unknown {
  return path.replace(/^\./, '').split('.').reduce<unknown>((value, name) => (isJsonObject(value) ? value[name] : undefined), object)
}

function withValueAt(object: unknown, names: readonly string[], value: unknown): unknown {
  const [name = '', ...rest] = names
  const members = isJsonObject(object) ? object : {}
  return { ...members, [name]: rest.length === 0 ? value : withValueAt(members[name], rest, value) }
}

function customScale(object: KubeObject, { specReplicasPath, statusReplicasPath, labelSelectorPath }: ScalePaths): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const replicas = Number(valueAt(object, specReplicasPath) ?? 0)
  const selector = labelSelectorPath === undefined || labelSelectorPath === '' ? '' : String(valueAt(object, labelSelectorPath) ?? '')
  return {
    kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: Number(valueAt(object, statusReplicasPath) ?? 0), ...(selector === '' ? {} : { selector }) },
  }
}

/** Why an object has no Scale to read. Models apiextensions-apiserver/pkg/registry/customresource ScaleREST (v1.35). */
export function missingScale(object: KubeObject, kind: KindInfo): Status | undefined {
  const path = kind.custom?.scale?.specReplicasPath
  return path === undefined || valueAt(object, path) !== undefined ? undefined : apiErrors.internal(`the spec replicas field ${JSON.stringify(path)} does not exist`)
}

/** A ReplicationController selects by labels alone. */
function selectorOf({ kind, spec }: { readonly kind: string } & Scalable): LabelSelector | undefined {
  return kind === 'ReplicationController' ? { matchLabels: spec?.selector as StringMap | undefined } : spec?.selector
}

/** The Scale of a workload; a custom kind says where its figures stand. */
export function scaleOf(object: KubeObject, kind?: KindInfo): KubeObject {
  if (kind?.custom?.scale !== undefined) return customScale(object, kind.custom.scale)
  const { spec, status } = object as KubeObject & Scalable
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: spec?.replicas === undefined || spec.replicas === 0 ? {} : { replicas: spec.replicas },
    status: { replicas: status?.replicas ?? 0, selector: formatLabelSelector(selectorOf({ kind: object.kind, spec })) },
  }
}

/** The workload with the replicas of a Scale, or why not. */
export function withScale(object: KubeObject, scale: KubeObject, kind?: KindInfo): KubeObject | Status {
  const replicas = (scale.spec as { replicas?: number } | undefined)?.replicas ?? 0
  if (replicas < 0 && kind?.custom === undefined) {
    const error = fieldErrors.invalid('spec.replicas', replicas, 'must be greater than or equal to 0')
    return apiErrors.invalid({ group: 'autoscaling', name: 'Scale' }, object.metadata.name ?? '', [error])
  }
  const { resourceVersion } = (scale as Partial<KubeObject>).metadata ?? {}
  const metadata = resourceVersion === undefined ? object.metadata : { ...object.metadata, resourceVersion }
  const path = kind?.custom?.scale?.specReplicasPath
  if (path !== undefined) return withValueAt({ ...object, metadata }, path.replace(/^\./, '').split('.'), replicas) as KubeObject
  return { ...object, metadata, spec: { ...(object.spec as object), replicas } }
}

/** Why a value is no Scale. @param isPatched it came out of a patch, whose text a refusal quotes */
export function scaleError(scale: unknown, isPatched: boolean, text: string): Status | undefined {
  const decoded = decodeObject(scale as Json, typeOf('autoscaling/v1', 'Scale')!, { inOrder: true })
  if (decoded.error === undefined) return undefined
  if (!isPatched) return apiErrors.badRequest(`Scale in version "v1" cannot be handled as a Scale: ${decoded.error}`)
  return apiErrors.invalid({ group: '', name: '' }, '', [fieldErrors.invalid('patch', text, decoded.error)])
}

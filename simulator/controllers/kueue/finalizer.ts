/** The finalizer by which Kueue holds its objects while they are in use. */

import type { KubeObject } from '../../api/types.ts'
import type { ComponentContext, ReconcileResult } from '../../store/component.ts'
import { done } from '../../store/component.ts'
import { keyOf } from '../../store/resource-id.ts'
import { inUseFinalizer } from './types.ts'

/** Lets an object of Kueue go. */
export function removeFinalizer(object: KubeObject, { api }: ComponentContext): ReconcileResult {
  const finalizers = object.metadata.finalizers ?? []
  if (!finalizers.includes(inUseFinalizer)) return done
  const rest = finalizers.filter((name) => name !== inUseFinalizer)
  const resource = `${object.kind.toLowerCase()}s.kueue.x-k8s.io`
  const result = api.patch(resource, keyOf(object), { metadata: { finalizers: rest.length === 0 ? null : rest } })
  return { failed: !result.ok && result.status.code !== 404 }
}

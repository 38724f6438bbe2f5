/** The annotation in which apply keeps what it applied. Models k8s.io/kubectl/pkg/util/apply (v1.35). */

import { lastAppliedAnnotation } from '../api/object-meta.ts'
import type { KubeObject, ObjectMeta } from '../api/types.ts'
import { toCompactJson } from './printers/json.ts'

/** The configuration as it is kept: the object with an empty annotation map and without the annotation itself. */
export function lastAppliedText(object: KubeObject): string {
  const { [lastAppliedAnnotation]: _own, ...annotations } = object.metadata?.annotations ?? {}
  return `${toCompactJson({ ...object, metadata: { ...object.metadata, annotations } })}\n`
}

/** The object with the annotation that describes it. */
export function withLastApplied(object: KubeObject): KubeObject {
  const annotations = { ...object.metadata?.annotations, [lastAppliedAnnotation]: lastAppliedText(object) }
  return { ...object, metadata: { ...object.metadata, annotations } as ObjectMeta }
}

/** What apply kept on a live object. */
export function findLastApplied(object: KubeObject): string | undefined {
  return object.metadata.annotations?.[lastAppliedAnnotation]
}

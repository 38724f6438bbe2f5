/** Patches that kubectl computes. */

import type { KindInfo } from '../api/kinds.ts'
import type { ContentType } from '../api/request.ts'
import type { PatchError } from '../api/patch/common.ts'
import { isPatchError } from '../api/patch/common.ts'
import { createJsonMergePatch, createThreeWayJsonMergePatch } from '../api/patch/json-merge.ts'
import { patchTypeOf } from '../api/patch/meta.ts'
import { createThreeWayMergePatch, createTwoWayMergePatch } from '../api/patch/strategic-diff.ts'
import type { KubeObject } from '../api/types.ts'
import type { JsonObject } from '../kernel/json.ts'
import { fail } from './failures.ts'

/** A patch with the content type that says how to read it. */
export interface ComputedPatch { readonly patch: JsonObject; readonly contentType: ContentType }

function asJson(object: KubeObject): JsonObject {
  return object as unknown as JsonObject
}

/** True for a patch that changes nothing. */
export function isEmptyPatch({ patch }: ComputedPatch): boolean {
  return Object.keys(patch).length === 0
}

/** What turns one version of an object into another; strategic where the kind has a schema. */
export function twoWayPatch(before: KubeObject, after: KubeObject): ComputedPatch {
  const type = patchTypeOf(before.apiVersion, before.kind)
  if (type === undefined) return mergePatchOf(before, after)
  const made = createTwoWayMergePatch(asJson(before), asJson(after), type)
  if (isPatchError(made)) throw fail(made.error)
  return { patch: made.result, contentType: 'application/strategic-merge-patch+json' }
}

/** The same as a JSON merge patch. */
export function mergePatchOf(before: KubeObject, after: KubeObject): ComputedPatch {
  return { patch: createJsonMergePatch(asJson(before), asJson(after)), contentType: 'application/merge-patch+json' }
}

/** What apply sends: removes what the last applied configuration had and the new one has not, and sets what differs. */
export function threeWayPatch(original: JsonObject, modified: KubeObject, current: KubeObject, kind: KindInfo): ComputedPatch | PatchError {
  const type = patchTypeOf(current.apiVersion, kind.kind)
  const made = type === undefined ? createThreeWayJsonMergePatch(original, asJson(modified), asJson(current)) : createThreeWayMergePatch(original, asJson(modified), asJson(current), type)
  if (isPatchError(made)) return made
  return { patch: made.result, contentType: type === undefined ? 'application/merge-patch+json' : 'application/strategic-merge-patch+json' }
}

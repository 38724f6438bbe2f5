/** Patches of objects and subresources. Models apiserver/pkg/endpoints/handlers PatchResource (v1.35). */

import { apiErrors } from '../api/errors.ts'
import type { KindInfo } from '../api/kinds.ts'
import type { ApiRequest } from '../api/request.ts'
import type { KubeObject, Status } from '../api/types.ts'
import { isJsonObject } from '../kernel/json.ts'
import type { Json } from '../kernel/json.ts'
import { objectKey } from '../store/resource-id.ts'
import { writeOptions } from './answers.ts'
import type { Outcome } from './ports.ts'
import { refused } from './registry.ts'
import type { ApiServer } from './server.ts'

/** Applies a request's patch. @param base is patched instead of the object, and returned unstored (the scale subresource) */
export function patchObject(server: ApiServer, kind: KindInfo, request: ApiRequest, base?: KubeObject): Outcome<KubeObject> {
  const found = base ?? server.reader.find(kind, request.namespace, request.name ?? '')
  if (found.kind === 'Status') return refused(found as Status)
  const patched = applyPatch(kind, found as KubeObject, request)
  if (!patched.ok || base !== undefined) return patched
  const key = objectKey(kind.namespaced ? request.namespace : undefined, request.name ?? '')
  return server.parts.registry.update(kind, key, patched.object, writeOptions(request))
}

function applyPatch(_kind: KindInfo, object: KubeObject, request: ApiRequest): Outcome<KubeObject> {
  switch (request.contentType) {
    case 'application/merge-patch+json':
      return { ok: true, object: mergePatch(object, request.body as object), warnings: [] }
    default:
      return refused(apiErrors.unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml`))
  }
}

/** A JSON merge patch (RFC 7396) of an object. */
export function mergePatch(object: KubeObject, patch: object): KubeObject {
  return mergeValue(object as unknown as Json, patch as Json) as unknown as KubeObject
}

function mergeValue(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch
  const merged: { [key: string]: Json | undefined } = isJsonObject(target) ? { ...target } : {}
  for (const key of Object.keys(patch)) {
    const value = patch[key]
    if (value === null) delete merged[key]
    else if (value !== undefined) merged[key] = mergeValue(merged[key], value)
  }
  return merged
}

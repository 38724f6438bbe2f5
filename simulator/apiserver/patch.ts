/** Patches of objects and subresources. Models apiserver/pkg/endpoints/handlers PatchResource (v1.35). */

import { apiErrors } from '../api/errors.ts'
import { scanGoJson } from '../api/go-json.ts'
import { goMapText } from '../api/go-text.ts'
import { apiVersionOf } from '../api/kinds.ts'
import type { KindInfo } from '../api/kinds.ts'
import { applyJsonMergePatch } from '../api/patch/json-merge.ts'
import { applyJsonPatch } from '../api/patch/json-patch.ts'
import { patchTypeOf } from '../api/patch/meta.ts'
import { applyStrategicMergePatch } from '../api/patch/strategic-merge.ts'
import type { ApiRequest } from '../api/request.ts'
import type { KubeObject, Status } from '../api/types.ts'
import { isJsonObject } from '../kernel/json.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import { assert } from '../kernel/assert.ts'
import { objectKey } from '../store/resource-id.ts'
import { jsonDepthMax, writeOptions } from './answers.ts'
import { applyObject } from './field-manager/apply.ts'
import { recorded } from './field-manager/recording.ts'
import type { Outcome } from './ports.ts'
import { refused } from './registry.ts'
import type { ApiServer } from './server.ts'

/** Applies a request's patch. @param base is patched instead of the object, and returned unstored (the scale subresource) */
export function patchObject(server: ApiServer, kind: KindInfo, request: ApiRequest, base?: KubeObject): Outcome<KubeObject> {
  const found = base ?? server.reader.find(kind, request.namespace, request.name ?? '')
  const isApply = request.contentType === 'application/apply-patch+yaml' && base === undefined
  if (isApply && (found.kind !== 'Status' || request.subresource === undefined)) return applyObject(server.parts, kind, request, found.kind === 'Status' ? undefined : (found as KubeObject))
  if (found.kind === 'Status') return refused(found as Status)
  const patched = applyPatch(kind, server.parts.admission.toServed(kind, found as KubeObject), request)
  if (!patched.ok || base !== undefined) return patched
  const key = objectKey(kind.namespaced ? request.namespace : undefined, request.name ?? '')
  const isStrategic = request.contentType === 'application/strategic-merge-patch+json'
  const patchText = isStrategic ? goMapText(spentPatch(request.body as JsonObject)) : JSON.stringify(patched.object)
  return recorded(server.parts, kind, request, found as KubeObject, server.parts.registry.update(kind, key, patched.object, { ...writeOptions(request), patchText }))
}

/** A strategic patch without the directives that merging takes out of it. Models apimachinery/pkg/util/strategicpatch, which changes the patch. */
function spentPatch(patch: JsonObject): JsonObject {
  const { $patch: directive, $retainKeys: _keys, ...rest } = patch
  if (directive === 'delete') return rest
  const ordered = new Set(Object.keys(rest).filter((key) => key.startsWith(orderPrefix)).map((key) => key.slice(orderPrefix.length)))
  const left: { [key: string]: Json } = {}
  for (const [key, value] of Object.entries(rest)) {
    if (key.startsWith(orderPrefix) || key.startsWith(deletionPrefix) || ordered.has(key)) continue
    left[key] = directive === undefined && isJsonObject(value) ? spentPatch(value) : (value as Json)
  }
  return left
}

const orderPrefix = '$setElementOrder/'
const deletionPrefix = '$deleteFromPrimitiveList/'

/** Custom resources have no merge keys. */
const noStrategicPatch = 'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml'

function applyPatch(kind: KindInfo, object: KubeObject, request: ApiRequest): Outcome<KubeObject> {
  const original = object as unknown as JsonObject
  switch (request.contentType) {
    case 'application/merge-patch+json':
      return isJsonObject(request.body) ? patched(applyJsonMergePatch(original, request.body as JsonObject)) : refused(apiErrors.badRequest('Invalid JSON Patch'))
    case 'application/json-patch+json':
      if (!Array.isArray(request.body)) return refused(apiErrors.badRequest(`error decoding patch: json: cannot unmarshal ${goTypeName(request.body as Json)} into Go value of type []handlers.jsonPatchOp`))
      return misread(request.body as readonly Json[]) ?? patched(applyJsonPatch(original as Json, request.body as Json), 422)
    case 'application/strategic-merge-patch+json': {
      const type = patchTypeOf(apiVersionOf(kind), kind.kind)
      if (type === undefined) return refused(apiErrors.unsupportedMediaType(kind.custom === undefined ? '415: Unsupported Media Type' : noStrategicPatch))
      if (!isJsonObject(request.body)) return refused(apiErrors.badRequest(notAMap(request.body as Json)))
      const result = applyStrategicMergePatch(original, request.body as JsonObject, type)
      return 'error' in result && !malformedPatches.includes(result.error) ? refused(apiErrors.unknown(500, result.error)) : patched(result)
    }
    default:
      return refused({ ...apiErrors.unsupportedMediaType('415: Unsupported Media Type'), details: {} })
  }
}

/** Why the operations of a JSON patch cannot be read. Their values may be anything. */
function misread(operations: readonly Json[]): Outcome<KubeObject> | undefined {
  const told = (value: Json, target: string): Outcome<KubeObject> => refused(apiErrors.badRequest(`error decoding patch: json: cannot unmarshal ${goTypeName(value)} into Go ${target}`))
  for (const operation of operations) {
    if (operation === null) continue
    if (!isJsonObject(operation)) return told(operation, 'value of type handlers.jsonPatchOp')
    for (const [name, value] of Object.entries(operation)) {
      if (['op', 'from', 'path'].includes(name) && typeof value !== 'string' && value !== null) return told(value as Json, `struct field jsonPatchOp.${name} of type string`)
    }
  }
  return undefined
}

/** Errors of strategic patches that say the patch itself is wrong; all others are the server's. */
const malformedPatches = ['invalid JSON document', 'invalid patch format of primitive list', 'invalid patch format of retainKeys', 'invalid patch format of setElementOrder list', 'strategic merge patch format is not supported']

function goTypeName(value: Json): string {
  return Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
}

/** Why a body is no strategic patch: another JSON value, or a text that is no JSON. */
function notAMap(body: Json): string {
  if (typeof body === 'string') {
    const scanned = scanGoJson(body, 0, jsonDepthMax)
    if (scanned === undefined) return 'unexpected end of JSON input'
    if ('error' in scanned) return scanned.error === 'unexpected EOF' ? 'unexpected end of JSON input' : scanned.error
  }
  return `json: cannot unmarshal ${typeof body === 'string' ? 'array' : goTypeName(body)} into Go value of type map[string]interface {}`
}

function patched(result: { result: unknown } | { error: string }, code = 400): Outcome<KubeObject> {
  if ('result' in result) return { ok: true, object: result.result as KubeObject, warnings: [] }
  const failure = apiErrors.badRequest(result.error)
  return refused(code === 400 ? failure : { ...failure, code, reason: 'Invalid', message: `the server rejected our request due to an error in our request` })
}

/** A JSON merge patch of an object that is known to fit, as components make them. */
export function mergePatch(object: KubeObject, patch: object): KubeObject {
  const result = applyJsonMergePatch(object as unknown as JsonObject, patch as Json)
  assert('result' in result, 'a component made a merge patch that does not apply')
  return result.result as unknown as KubeObject
}

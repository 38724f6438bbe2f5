/** --overrides of run and expose. Models cmdutil Overrider (v1.35). */

import { isPatchError } from '../api/patch/common.ts'
import { applyJsonMergePatch } from '../api/patch/json-merge.ts'
import { applyJsonPatch } from '../api/patch/json-patch.ts'
import { patchTypeOf } from '../api/patch/meta.ts'
import { applyStrategicMergePatch } from '../api/patch/strategic-merge.ts'
import type { KubeObject } from '../api/types.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import { fail } from './failures.ts'
import type { Session } from './session.ts'

/** The generated object with the JSON of --overrides merged in. */
export function overridden(session: Session, object: KubeObject): KubeObject {
  const text = session.flags.text('overrides')
  if (text === '') return object
  const type = session.flags.text('override-type')
  let patch: Json
  try {
    patch = JSON.parse(text) as Json
  } catch {
    throw fail(`Invalid JSON Patch`)
  }
  const target = object as unknown as JsonObject
  const schema = patchTypeOf(object.apiVersion, object.kind)
  const patched = type === 'json' ? applyJsonPatch(target, patch) : type === 'strategic' && schema !== undefined ? applyStrategicMergePatch(target, patch as JsonObject, schema) : applyJsonMergePatch(target, patch)
  if (isPatchError(patched)) throw fail(patched.error)
  return patched.result as unknown as KubeObject
}

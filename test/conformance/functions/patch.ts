import { isPatchError } from '../../../simulator/api/patch/common.ts'
import { applyJsonMergePatch, createThreeWayJsonMergePatch } from '../../../simulator/api/patch/json-merge.ts'
import { applyJsonPatch } from '../../../simulator/api/patch/json-patch.ts'
import { patchTypeOf } from '../../../simulator/api/patch/meta.ts'
import type { PatchType } from '../../../simulator/api/patch/meta.ts'
import { createThreeWayMergePatch, createTwoWayMergePatch } from '../../../simulator/api/patch/strategic-diff.ts'
import { applyStrategicMergePatch } from '../../../simulator/api/patch/strategic-merge.ts'
import type { JsonObject } from '../../../simulator/kernel/json.ts'
import { jsonEqual, objectOf, textOf } from '../compare.ts'
import type { RowRunner } from '../runner.ts'

function typeOf(kind: string): PatchType {
  const [apiVersion = '', name = ''] = kind.split(' ')
  const type = patchTypeOf(apiVersion, name)
  if (type === undefined) throw new Error(`no type for ${kind}`)
  return type
}

function answer(input: ReturnType<typeof objectOf>): unknown {
  const type = (): PatchType => typeOf(textOf(input['kind']))
  const original = (input['original'] ?? {}) as JsonObject
  const modified = (input['modified'] ?? {}) as JsonObject
  const current = (input['current'] ?? {}) as JsonObject
  const patch = input['patch'] ?? null
  switch (textOf(input['op'])) {
    case 'strategic': return applyStrategicMergePatch(original, patch as JsonObject, type())
    case 'merge': return applyJsonMergePatch(original, patch)
    case 'json': return applyJsonPatch(original, patch)
    case 'twoway': return createTwoWayMergePatch(original, modified, type())
    case 'threeway': {
      const made = createThreeWayMergePatch(original, modified, current, type())
      return isPatchError(made) ? made : { patch: made.result, ...applyStrategicMergePatch(current, made.result as JsonObject, type()) }
    }
    default: {
      const made = createThreeWayJsonMergePatch(original, modified, current)
      return isPatchError(made) ? made : { patch: made.result, ...applyJsonMergePatch(current, made.result as JsonObject) }
    }
  }
}

/** Rows of functions/patch.jsonl. A null in a patch is not the same as an absent member. */
export const runPatch: RowRunner = (row) => {
  const name = String(row['name'])
  const actual = answer(objectOf(row['input']))
  return jsonEqual(row['expect'], actual) ? { name, ok: true } : { name, ok: false, expected: row['expect'], actual }
}

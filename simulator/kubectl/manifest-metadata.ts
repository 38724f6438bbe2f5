/** Checks that the metadata of a manifest has the types of ObjectMeta. Models cli-runtime/pkg/resource metadataValidatingDecoder (v1.35). */

import { compareText } from '../kernel/text.ts'
import { isJsonObject } from '../kernel/json.ts'
import type { Json, JsonObject } from '../kernel/json.ts'

type FieldType = 'string' | 'int64' | 'map[string]string' | '[]string' | 'any'

const fieldTypes: { readonly [field: string]: FieldType } = {
  annotations: 'map[string]string', finalizers: '[]string', deletionGracePeriodSeconds: 'int64', generateName: 'string', generation: 'int64',
  labels: 'map[string]string', name: 'string', namespace: 'string', resourceVersion: 'string', selfLink: 'string', uid: 'string',
}

/** What Go calls a JSON value that does not fit. */
function wordOf(value: Json): string {
  if (Array.isArray(value)) return 'array'
  if (isJsonObject(value)) return 'object'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

function misfit(value: Json, place: string, type: string): string {
  return `json: cannot unmarshal ${wordOf(value)} into Go struct field ${place} of type ${type}`
}

function stringProblem(values: readonly Json[], place: string): string | undefined {
  const wrong = values.find((value) => value !== null && typeof value !== 'string')
  return wrong === undefined ? undefined : misfit(wrong, place, 'string')
}

function fieldProblem(name: string, value: Json): string | undefined {
  const place = `ObjectMeta.metadata.${name}`
  const type = fieldTypes[name] ?? 'any'
  if (value === null || type === 'any') return undefined
  switch (type) {
    case 'string': return stringProblem([value], place)
    case 'int64': return typeof value === 'number' ? undefined : misfit(value, place, 'int64')
    case 'map[string]string': return isJsonObject(value) ? stringProblem(Object.keys(value).sort(compareText).map((key) => value[key] ?? null), place) : misfit(value, place, type)
    case '[]string': return Array.isArray(value) ? stringProblem(value as readonly Json[], place) : misfit(value, place, type)
  }
}

/** The first thing in the metadata that is no ObjectMeta; undefined when all fits. */
export function metadataProblem(object: JsonObject): string | undefined {
  const metadata = object['metadata']
  if (metadata === undefined || metadata === null) return undefined
  if (!isJsonObject(metadata)) return misfit(metadata, 'metadataOnlyObject.metadata', 'v1.ObjectMeta')
  for (const name of Object.keys(metadata).sort(compareText)) {
    const problem = fieldProblem(name, metadata[name] ?? null)
    if (problem !== undefined) return problem
  }
  return undefined
}

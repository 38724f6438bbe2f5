/** Resources inside of custom resources. Models apiextensions-apiserver/pkg/apiserver/schema/objectmeta (v1.35). */

import type { FieldError } from '../../api/field-error.ts'
import { fieldErrors } from '../../api/field-error.ts'
import type { StructuralSchema } from '../../api/structural-schema.ts'
import type { ObjectMeta } from '../../api/types.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import { isJsonObject } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'
import { ErrorList } from '../validation/error-list.ts'
import { nameIsPathSegment, validateObjectMeta } from '../validation/meta.ts'

function ownErrors(value: JsonObject, path: string): FieldError[] {
  const found: FieldError[] = []
  for (const field of ['apiVersion', 'kind']) {
    const given = value[field]
    if (given === undefined || given === '') found.push(fieldErrors.required(`${path}.${field}`))
    else if (typeof given !== 'string') found.push(fieldErrors.invalid(`${path}.${field}`, given, 'must be a string'))
  }
  if (!isJsonObject(value['metadata'])) return found
  const errors = new ErrorList()
  const metadata = value['metadata'] as ObjectMeta
  validateObjectMeta({ ...metadata, name: metadata.name ?? 'fakename', namespace: undefined }, false, nameIsPathSegment, errors, false)
  return [...found, ...errors.list.map((error) => ({ ...error, field: `${path}.${error.field}` }))]
}

/** What is wrong with the resources in a value: they have apiVersion and kind, and metadata as every resource. */
export function embeddedErrors(value: Json | undefined, schema: StructuralSchema | undefined, path: string): FieldError[] {
  if (value === undefined || schema === undefined) return []
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((item, index) => embeddedErrors(item, schema.items, `${path}[${index}]`))
  if (!isJsonObject(value)) return []
  const own = schema['x-kubernetes-embedded-resource'] === true ? ownErrors(value, path) : []
  const { properties = {}, additionalProperties } = schema
  return [...own, ...Object.keys(value).sort(compareText).flatMap((name) => embeddedErrors(value[name], properties[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined), path === '' ? name : `${path}.${name}`))]
}

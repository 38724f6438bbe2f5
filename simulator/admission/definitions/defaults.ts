/** Defaults in a schema: they fit it and have no field that it does not know. Models apiserver/schema/defaulting/validation.go (v1.35). */

import type { FieldError } from '../../api/field-error.ts'
import { fieldErrors } from '../../api/field-error.ts'
import { sortKeys } from '../../api/go-text.ts'
import type { StructuralSchema } from '../../api/structural-schema.ts'
import { unknownFields } from '../custom/decode.ts'
import { validateBySchema } from '../custom/validate.ts'
import { sortedKeys } from '../validation/meta.ts'
import { itemsOf } from './internal.ts'
import type { SchemaProps } from './internal.ts'

const metaFields = ['metadata', 'apiVersion', 'kind']

/** What is wrong with the defaults of a schema. Those below additionalProperties are not looked at. */
export function defaultErrors(path: string, schema: SchemaProps, isResource = true, isMeta = false): FieldError[] {
  const isEmbedded = isResource || schema['x-kubernetes-embedded-resource'] === true
  const inMeta = isMeta && schema['x-kubernetes-embedded-resource'] !== true
  const items = itemsOf(schema)
  return [
    ...(schema.default === undefined || schema.default === null || inMeta ? [] : ownErrors(`${path}.default`, schema)),
    ...(items === undefined ? [] : defaultErrors(`${path}.items`, items, false, inMeta)),
    ...sortedKeys(schema.properties).flatMap((name) => defaultErrors(`${path}.properties[${name}]`, schema.properties![name]!, false, inMeta || (isEmbedded && metaFields.includes(name)))),
  ]
}

function ownErrors(path: string, schema: SchemaProps): FieldError[] {
  const value = schema.default!
  const structural = schema as StructuralSchema
  const unknown = unknownFields(value, structural).length === 0 ? [] : [fieldErrors.invalid(path, sortKeys(value), 'must not have unknown fields')]
  const invalid = validateBySchema(value, structural).map((error) => ({ ...error, field: error.field === '' || error.field === '<nil>' ? path : `${path}.${error.field}` }))
  return [...unknown, ...invalid]
}

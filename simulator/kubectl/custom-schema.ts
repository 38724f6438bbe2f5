/** The fields of a custom kind for `kubectl explain`. Models k8s.io/kubectl/pkg/explain/v2 on the schemas of definitions (v1.35). */

import type { StructuralSchema } from '../api/structural-schema.ts'
import { compareText } from '../kernel/text.ts'
import type { ExplainField, SchemaPort } from './ports.ts'

const metadataType = 'meta/v1.ObjectMeta'
/** Types of fields are known by the way to them. */
const separator = '/'

function elementOf(schema: StructuralSchema): StructuralSchema {
  if (schema.items !== undefined) return elementOf(schema.items)
  return typeof schema.additionalProperties === 'object' ? elementOf(schema.additionalProperties) : schema
}

function typeNameOf(schema: StructuralSchema): string {
  if (schema.items !== undefined) return `[]${typeNameOf(schema.items)}`
  if (typeof schema.additionalProperties === 'object') return `map[string]${typeNameOf(schema.additionalProperties)}`
  return schema.type === undefined || schema.type === 'object' ? 'Object' : schema.type
}

function schemaAt(root: StructuralSchema, typeKey: string): StructuralSchema | undefined {
  let schema: StructuralSchema | undefined = root
  for (const name of typeKey.split(separator).slice(1)) schema = schema?.properties?.[name] === undefined ? undefined : elementOf(schema.properties[name])
  return schema
}

function fieldOf(typeKey: string, name: string, schema: StructuralSchema, required: readonly string[]): ExplainField {
  const hasFields = elementOf(schema).properties !== undefined
  return {
    name, typeName: typeNameOf(schema), isRequired: required.includes(name),
    ...(schema.description === undefined ? {} : { description: schema.description }),
    ...(schema.enum === undefined ? {} : { enumValues: schema.enum.map(String) }),
    ...(hasFields ? { typeKey: `${typeKey}${separator}${name}` } : {}),
  }
}

/** What every object has, in the words of the built-in kinds: the server adds it to the schemas of definitions. */
function objectFields(builtin: SchemaPort): readonly ExplainField[] {
  const typeKey = builtin.typeOfKind('v1', 'Pod')
  const names = ['apiVersion', 'kind', 'metadata']
  const fields = typeKey === undefined ? [] : builtin.fieldsOf(typeKey)
  return fields.filter(({ name }) => names.includes(name)).map((field) => (field.name === 'metadata' ? { ...field, typeKey: metadataType } : field))
}

/** The schema of one custom kind; types of the API itself, such as its metadata, come from `builtin`. */
export function customSchemaPort(root: StructuralSchema, builtin: SchemaPort): SchemaPort {
  const isOwn = (typeKey: string): boolean => typeKey === '' || typeKey.startsWith(separator)
  return {
    typeOfKind: () => '',
    fieldsOf: (typeKey) => {
      if (!isOwn(typeKey)) return builtin.fieldsOf(typeKey)
      const { properties = {}, required = [] } = schemaAt(root, typeKey) ?? {}
      const given = typeKey === '' ? objectFields(builtin) : []
      const own = Object.keys(properties).filter((name) => !given.some((field) => field.name === name))
      return [...given, ...own.map((name) => fieldOf(typeKey, name, properties[name]!, required))].sort((a, b) => compareText(a.name, b.name))
    },
    descriptionOf: (typeKey) => (isOwn(typeKey) ? schemaAt(root, typeKey)?.description : builtin.descriptionOf(typeKey)),
  }
}

/**
 * JSON Schema of the Kubernetes kinds for the editor, made from the field table of strict decoding, so that the editor
 * and the API server know the same fields.
 */
import { fieldsOf, schemaKinds, typeOf, type FieldType, type TypeSchema } from '../../../simulator/admission/schema/schema.ts'
import type { ApiDescriptions } from '../../../simulator/api/descriptions.ts'
import { fieldEnums, fieldNotes } from './schema-notes.ts'

export type JsonSchema = { readonly [key: string]: unknown }

/** Kinds that nobody writes into a file; they would only lengthen the completion of `kind`. */
const hidden = /Review$|^Status$|Scale$|Eviction$|TokenRequest$|Binding$(?<!RoleBinding)|^(?:Delete|List|Get|Patch|Update|Create)Options$/

/** Words of JSON Schema, computed: an object with a literal `then` could be taken for a promise. */
const [condition = '', consequence = ''] = 'if then'.split(' ')

/** A schema for a document of any kind: what `spec` may hold follows from apiVersion and kind. */
export function kubernetesSchema(descriptions: ApiDescriptions = {}): JsonSchema {
  const kinds = schemaKinds().map((entry) => entry.split(' ') as [string, string]).filter(([, kind]) => !hidden.test(kind))
  const definitions: Record<string, JsonSchema> = {}
  const rules = kinds.flatMap(([apiVersion, kind]) => {
    const type = typeOf(apiVersion, kind)
    if (type === undefined) return []
    const key = `${apiVersion} ${kind}`
    definitions[key] = define(type.key, { definitions, descriptions }, { apiVersion: { const: apiVersion }, kind: { const: kind } })
    return [{ [condition]: { required: ['apiVersion', 'kind'], properties: { apiVersion: { const: apiVersion }, kind: { const: kind } } }, [consequence]: { $ref: `#/definitions/${escapeKey(key)}` } }]
  })
  return {
    $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', required: ['apiVersion', 'kind'],
    properties: { apiVersion: { type: 'string', enum: [...new Set(kinds.map(([apiVersion]) => apiVersion))], description: fieldNotes['apiVersion'] }, kind: { type: 'string', enum: [...new Set(kinds.map(([, kind]) => kind))], description: fieldNotes['kind'] }, metadata: { type: 'object' } },
    allOf: rules, definitions,
  }
}

function escapeKey(key: string): string { return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')) }

/** What is being made, and what the fields mean where no note of ours says it. */
interface Making { readonly definitions: Record<string, JsonSchema>; readonly descriptions: ApiDescriptions }

function define(typeKey: TypeSchema['key'], making: Making, fixed: Record<string, JsonSchema> = {}): JsonSchema {
  const properties: Record<string, JsonSchema> = { ...fixed }
  for (const field of fieldsOf(typeKey)) {
    if (fixed[field.name] !== undefined) continue
    const short = typeKey.slice(typeKey.lastIndexOf('.') + 1)
    const note = fieldNotes[`${short}.${field.name}`] ?? fieldNotes[field.name] ?? making.descriptions[typeKey]?.fields[field.name]
    const values = fieldEnums[`${short}.${field.name}`]
    const schema = schemaOf(field.type, making)
    const description = [note, `Type: ${typeWords(field.type)}`].filter((text) => text !== undefined).join('\n\n')
    properties[field.name] = '$ref' in schema ? { allOf: [schema], description } : { ...schema, description, ...(values === undefined ? {} : { enum: values }) }
  }
  return { type: 'object', additionalProperties: false, properties }
}

function schemaOf(type: FieldType, making: Making): JsonSchema {
  const { definitions } = making
  switch (type.kind) {
    case 'scalar': return scalarSchema(type.scalar)
    case 'list': return { type: 'array', items: schemaOf(type.of, making) }
    case 'map': return { type: 'object', additionalProperties: schemaOf(type.of, making) }
    case 'struct':
      if (definitions[type.typeKey] === undefined) {
        definitions[type.typeKey] = {}
        definitions[type.typeKey] = define(type.typeKey, making)
      }
      return { $ref: `#/definitions/${escapeKey(type.typeKey)}` }
  }
}

function scalarSchema(scalar: string): JsonSchema {
  switch (scalar) {
    case 'bool': return { type: 'boolean' }
    case 'int32': case 'int64': return { type: 'integer' }
    case 'float64': return { type: 'number' }
    case 'Quantity': return { type: ['string', 'number'] }
    case 'IntOrString': return { type: ['string', 'integer'] }
    case 'Raw': return {}
    default: return { type: 'string' }
  }
}

function typeWords(type: FieldType): string {
  switch (type.kind) {
    case 'scalar': return { bytes: 'base64 text', Time: 'time', MicroTime: 'time', IntOrString: 'number or text', Raw: 'anything', bool: 'true or false', int32: 'whole number', int64: 'whole number', float64: 'number', string: 'text', Quantity: 'quantity, such as 500m or 64Mi', Duration: 'duration' }[type.scalar]
    case 'list': return `list of ${type.of.kind === 'struct' ? type.of.typeKey.slice(type.of.typeKey.lastIndexOf('.') + 1) : typeWords(type.of)}`
    case 'map': return `map of ${typeWords(type.of)}`
    case 'struct': return type.typeKey.slice(type.typeKey.lastIndexOf('.') + 1)
  }
}

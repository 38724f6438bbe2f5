/** Binds kubectl to the schema of the API, which `kubectl explain` shows. */

import { fieldsOf, typeOf } from './admission/schema/schema.ts'
import type { FieldType } from './admission/schema/schema.ts'
import facts from './admission/schema/field-facts.json' with { type: 'json' }
import { makeKubectl } from './kubectl/main.ts'
import type { SchemaPort } from './kubectl/ports.ts'
import { compareText } from './kernel/text.ts'

/** Marks and enumerations of OpenAPI by type, which the Go types alone do not have. */
interface TypeFacts { readonly required?: readonly string[]; readonly enums?: { readonly [field: string]: readonly string[] } }

const factsByType: { readonly [typeKey: string]: TypeFacts } = facts
const scalarNames: { readonly [scalar: string]: string } = {
  bool: 'boolean', int32: 'integer', int64: 'integer', float64: 'number', bytes: 'string', Time: 'string', MicroTime: 'string', Duration: 'string', Raw: 'RawExtension',
}

function typeNameOf(type: FieldType): string {
  switch (type.kind) {
    case 'list': return `[]${typeNameOf(type.of)}`
    case 'map': return `map[string]${typeNameOf(type.of)}`
    case 'struct': return type.typeKey.slice(type.typeKey.lastIndexOf('.') + 1)
    case 'scalar': return scalarNames[type.scalar] ?? type.scalar
  }
}

function typeKeyOf(type: FieldType): string | undefined {
  if (type.kind === 'list' || type.kind === 'map') return typeKeyOf(type.of)
  return type.kind === 'struct' ? type.typeKey : undefined
}

const schema: SchemaPort = {
  typeOfKind: (apiVersion, kind) => typeOf(apiVersion, kind)?.key,
  fieldsOf: (typeKey) => {
    const { required = [], enums = {} } = factsByType[typeKey] ?? {}
    const fields = [...fieldsOf(typeKey)].sort((a, b) => compareText(a.name, b.name))
    return fields.map(({ name, type }) => {
      const fieldType = typeKeyOf(type)
      return {
        name, typeName: name === 'fieldsV1' ? 'FieldsV1' : typeNameOf(type), isRequired: required.includes(name),
        ...(enums[name] === undefined ? {} : { enumValues: enums[name] }),
        ...(fieldType === undefined ? {} : { typeKey: fieldType }),
      }
    })
  },
  descriptionOf: () => undefined,
}

/** kubectl as the terminal runs it. */
export const kubectl = makeKubectl({ schema })

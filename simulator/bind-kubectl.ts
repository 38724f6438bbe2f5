/** Binds kubectl to the schema of the API, which `kubectl explain` shows. */

import { fieldsOf, typeOf } from './admission/schema/schema.ts'
import type { FieldType } from './admission/schema/schema.ts'
import facts from './admission/schema/field-facts.json' with { type: 'json' }
import { makeKubectl } from './kubectl/main.ts'
import type { ApiDescriptions } from './api/descriptions.ts'
import type { SchemaPort } from './kubectl/ports.ts'
import { compareText } from './kernel/text.ts'

/** Marks and enumerations of OpenAPI by type, which the Go types alone do not have. */
interface TypeFacts { readonly required?: readonly string[]; readonly enums?: { readonly [field: string]: readonly string[] } }

const factsByType = facts as { readonly [typeKey: string]: TypeFacts | undefined }
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

/** The schema with what its fields mean, as far as somebody has told. */
function schemaWith(descriptions: () => ApiDescriptions | undefined): SchemaPort {
  const about = (typeKey: string | undefined): string | undefined => (typeKey === undefined ? undefined : descriptions()?.[typeKey]?.about)
  return {
    typeOfKind: (apiVersion, kind) => typeOf(apiVersion, kind)?.key,
    fieldsOf: (typeKey) => {
      const { required = [], enums = {} } = factsByType[typeKey] ?? {}
      const told = descriptions()?.[typeKey]?.fields ?? {}
      const fields = [...fieldsOf(typeKey)].sort((a, b) => compareText(a.name, b.name))
      return fields.map(({ name, type }) => {
        const fieldType = typeKeyOf(type)
        const description = Object.hasOwn(told, name) ? told[name] : undefined
        return {
          name, typeName: name === 'fieldsV1' ? 'FieldsV1' : typeNameOf(type), isRequired: required.includes(name),
          ...(description === undefined ? {} : { description }),
          ...(enums[name] === undefined ? {} : { enumValues: enums[name] }),
          ...(fieldType === undefined ? {} : { typeKey: fieldType }),
        }
      })
    },
    descriptionOf: about,
  }
}

/** kubectl with descriptions for `explain`; they may come later, and until then there are none. */
export function bindKubectl(descriptions: () => ApiDescriptions | undefined): ReturnType<typeof makeKubectl> {
  return makeKubectl({ schema: schemaWith(descriptions) })
}

/** kubectl as the terminal runs it. */
export const kubectl = bindKubectl(() => undefined)

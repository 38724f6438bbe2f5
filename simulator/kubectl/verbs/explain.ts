/** `kubectl explain`: the fields of a kind, from the schema of the API. */

import { goQuote } from '../../api/go-text.ts'
import { apiVersionOf, splitApiVersion } from '../../api/kinds.ts'
import type { KindInfo } from '../../api/kinds.ts'
import { customSchemaPort } from '../custom-schema.ts'
import { fail, KubectlFailure } from '../failures.ts'
import type { ExplainField, SchemaPort } from '../ports.ts'
import { mappingFor } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

/** Enum values that a line of a field list shows. */
const shownEnumValues = 4
const wrapWidth = 76

interface Place {
  readonly field: ExplainField | undefined
  readonly typeKey: string | undefined
}

function enumText(value: string): string {
  return value === '' ? '""' : value
}

function wrapped(text: string, width: number, indent: string): string {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let line = ''
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line)
        line = word
      } else line = line === '' ? word : `${line} ${word}`
    }
    lines.push(line)
  }
  return lines.map((line) => `${indent}${line}`).join('\n')
}

/** Walks the path of fields; undefined when a field does not exist. */
function placeOf(schema: SchemaPort, typeKey: string, path: readonly string[]): Place | undefined {
  let place: Place = { field: undefined, typeKey }
  for (const name of path) {
    const field: ExplainField | undefined = place.typeKey === undefined ? undefined : schema.fieldsOf(place.typeKey).find((one) => one.name === name)
    if (field === undefined) return undefined
    place = { field, typeKey: field.typeKey }
  }
  return place
}

function headLine(field: ExplainField, level: number): string {
  const indent = '  '.repeat(level)
  const values = field.enumValues ?? []
  const shown = values.slice(0, shownEnumValues).map(enumText).join(', ')
  const list = values.length === 0 ? '' : `\n${indent}enum: ${shown}${values.length > shownEnumValues ? ', ....' : ''}`
  return `${indent}${field.name}\t<${field.typeName}>${field.isRequired ? ' -required-' : ''}${list}\n`
}

/** The field list; with `isRecursive` also the fields of fields, on one line each. */
function fieldList(schema: SchemaPort, typeKey: string, level: number, seen: readonly string[], isRecursive: boolean): string {
  if (seen.includes(typeKey)) return ''
  const indent = '  '.repeat(level)
  return schema.fieldsOf(typeKey).map((field) => {
    if (!isRecursive) return `${headLine(field, level)}${wrapped(field.description ?? (field.typeKey === undefined ? undefined : schema.descriptionOf(field.typeKey)) ?? '<no description>', 78 - indent.length, `${indent}  `)}\n\n`
    return headLine(field, level) + (field.typeKey === undefined ? '' : fieldList(schema, field.typeKey, level + 1, [...seen, typeKey], true))
  }).join('')
}

function describePlace(schema: SchemaPort, { field, typeKey }: Place, isRecursive: boolean): string {
  let text = ''
  if (field !== undefined) {
    text += `FIELD: ${field.name} <${field.typeName}>\n`
    if (field.enumValues !== undefined) text += `ENUM:${field.enumValues.map((value) => `\n    ${enumText(value)}`).join('')}`
    text += '\n\n'
  }
  const description = [field?.description, typeKey === undefined ? undefined : schema.descriptionOf(typeKey)].filter((part) => part !== undefined).join('\n')
  text += `DESCRIPTION:\n${wrapped(description === '' ? '<empty>' : `${description}\n`, wrapWidth, '    ')}\n`
  const fields = typeKey === undefined ? '' : fieldList(schema, typeKey, 1, [], isRecursive)
  return fields === '' ? text : `${text}FIELDS:\n${fields}`
}

/** Types as the older rendering names them: objects have no names, and all texts are strings. */
function oldTypeName(field: ExplainField): string {
  if (field.typeKey !== undefined) return field.typeName.replace(/[A-Z]\w*$/, 'Object')
  if (field.typeName === 'FieldsV1' || field.typeName === 'RawExtension') return 'map[string]'
  return field.typeName.replace(/(Quantity|IntOrString)$/, 'string')
}

function oldFieldList(schema: SchemaPort, typeKey: string, indent: string, seen: readonly string[], isRecursive: boolean): string {
  if (seen.includes(typeKey)) return ''
  return schema.fieldsOf(typeKey).map((field) => {
    const line = `${indent}${field.name}\t<${oldTypeName(field)}>${field.isRequired && !isRecursive ? ' -required-' : ''}\n`
    if (!isRecursive) return `${line}${wrapped(field.description ?? (field.typeKey === undefined ? undefined : schema.descriptionOf(field.typeKey)) ?? '<no description>', wrapWidth, `${indent}  `)}\n\n`
    return line + (field.typeKey === undefined ? '' : oldFieldList(schema, field.typeKey, `${indent}   `, [...seen, typeKey], true))
  }).join('')
}

/** The rendering of --output=plaintext-openapiv2. */
function describeOldStyle(schema: SchemaPort, kind: KindInfo, place: Place, isRecursive: boolean): string {
  let text = `KIND:     ${kind.kind}\nVERSION:  ${apiVersionOf(kind)}\n\n`
  if (place.field !== undefined) text += `${place.typeKey === undefined ? 'FIELD:    ' : 'RESOURCE: '}${place.field.name} <${oldTypeName(place.field)}>\n\n`
  text += `DESCRIPTION:\n     ${place.field?.description ?? '<empty>'}\n`
  return place.typeKey === undefined ? text : `${text}\nFIELDS:\n${oldFieldList(schema, place.typeKey, '   ', [], isRecursive)}`
}

function kindOf(session: Session, token: string): KindInfo {
  const found = session.kinds.byToken(token)
  if (found === undefined) throw new KubectlFailure({ kind: 'plain', text: `the server doesn't have a resource type ${goQuote(token)}` })
  const kind = mappingFor(session, token)
  const asked = session.flags.text('api-version')
  if (asked === '') return kind
  const other = session.kinds.byKind(asked, kind.kind)
  if (other !== undefined) return other
  const { group, version } = splitApiVersion(asked)
  throw fail(`couldn't find resource for "${group === '' ? '' : `${group}/`}${version}, Resource=${kind.resource}"`)
}

/** The schema that knows a kind. */
function schemaFor(session: Session, { custom }: KindInfo): SchemaPort | undefined {
  const { schema } = session.ports
  return custom === undefined || schema === undefined ? schema : customSchemaPort(custom.schema, schema)
}

/** The resource and the fields of a word: the resource may name its group, as in `runs.example.com.spec`. */
function splitWord(session: Session, word: string): { readonly token: string; readonly path: readonly string[] } {
  const parts = word.split('.')
  for (let count = parts.length; count > 1; count--) {
    const token = parts.slice(0, count).join('.')
    if (session.kinds.byToken(token)?.group === parts.slice(1, count).join('.')) return { token, path: parts.slice(count) }
  }
  return { token: parts[0]!, path: parts.slice(1) }
}

/**
 * kubectl explain RESOURCE[.FIELD...]: fails for an unknown resource, an unknown field and another --output than
 * plaintext and plaintext-openapiv2. Models k8s.io/kubectl/pkg/explain/v2 (v1.35).
 */
export function* explain(session: Session): Run<number> {
  const [word] = session.args
  if (word === undefined) throw fail('You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.\n')
  if (session.args.length > 1) throw fail('We accept only this format: explain RESOURCE\n')
  const { token, path } = splitWord(session, word.replace(/\.$/, ''))
  const kind = kindOf(session, token)
  const schema = schemaFor(session, kind)
  const typeKey = schema?.typeOfKind(apiVersionOf(kind), kind.kind)
  if (schema === undefined || typeKey === undefined) throw fail(`couldn't find resource for "${apiVersionOf(kind)}, Kind=${kind.kind}"`)
  const format = session.flags.text('output')
  if (format !== 'plaintext' && format !== 'plaintext-openapiv2') throw fail(`unrecognized format: ${format}`)
  const isOldStyle = format === 'plaintext-openapiv2'
  if (!isOldStyle) session.out(`${kind.group === '' ? '' : `GROUP:      ${kind.group}\n`}KIND:       ${kind.kind}\nVERSION:    ${kind.version}\n\n`)
  const place = placeOf(schema, typeKey, path)
  if (place === undefined) throw fail(`field "${path.at(-1) ?? ''}" does not exist`)
  const isRecursive = session.flags.bool('recursive')
  session.out(isOldStyle ? describeOldStyle(schema, kind, place, isRecursive) : `${describePlace(schema, place, isRecursive)}\n`)
  return 0
}

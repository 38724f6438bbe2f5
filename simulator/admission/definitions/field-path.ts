/** Paths of fields in a schema, as rules and selectable fields name them. Models apiserver/schema/cel ValidFieldPath (v1.35). */

import type { SchemaProps } from './internal.ts'
import { valuesOf } from './internal.ts'

/** A path with the schema that it leads to, or why it leads nowhere. */
export type FoundPath = { readonly path: string; readonly root: string; readonly schema: SchemaProps | undefined } | { readonly error: string }

/** Delimiters by themselves, quoted texts whole, all else up to the next delimiter. */
function tokensOf(path: string): string[] {
  return path.match(/'(?:\\'|[^'])*'|[.[\]]|[^.[\]]+/g) ?? []
}

const nowhere = 'does not refer to a valid field'

/** Follows a path such as `.spec.labels['a']` through a schema. */
export function findFieldPath(text: string, root: SchemaProps, allowsBrackets = true): FoundPath {
  const tokens = tokensOf(text)
  let schema: SchemaProps | undefined = root
  let path = ''
  let first = ''
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!
    if (token !== '.' && token !== '[') return { error: `expected [ or . but got: ${token}` }
    if (token === '[' && !allowsBrackets) return { error: 'array notation is not allowed' }
    const given = tokens[++at]
    if (given === undefined) return { error: 'unexpected end of JSON path' }
    const isQuoted = given.length >= 2 && given.startsWith("'") && given.endsWith("'")
    if (token === '[' && !isQuoted) return { error: `expected single quoted string but got ${given}` }
    const name = token === '[' ? given.slice(1, -1).replaceAll("\\'", "'") : given
    if (schema?.properties === undefined && schema?.additionalProperties === undefined) return { error: nowhere }
    const isNamed: boolean = schema.properties !== undefined
    schema = isNamed ? schema.properties![name] : valuesOf(schema)
    if (isNamed && schema === undefined) return { error: nowhere }
    path += isNamed ? `${path === '' ? '' : '.'}${name}` : `[${name}]`
    if (first === '') first = name
    if (token !== '[') continue
    const closing = tokens[++at]
    if (closing === undefined) return { error: 'unexpected end of JSON path' }
    if (closing !== ']') return { error: `expected ] but got ${closing}` }
  }
  return { path, root: first, schema }
}

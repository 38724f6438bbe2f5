/** jq's `@name` formats. */

import { decodeBase64, encodeBase64 } from './base64.ts'
import type { JqValue } from './jq-values.ts'
import { describe, isArray, isObject, JqError, writeJson } from './jq-values.ts'

/** A value as text: strings as they are, others as JSON. */
export function plainText(value: JqValue): string {
  return typeof value === 'string' ? value : writeJson(value)
}

const html: { readonly [c: string]: string } = { '<': '&lt;', '>': '&gt;', '&': '&amp;', "'": '&#39;', '"': '&quot;' }

function row(value: JqValue, name: string, separator: string, cell: (text: string) => string): string {
  if (!isArray(value)) throw new JqError(`${describe(value)} cannot be ${name}-formatted, only an array can be`)
  return value.map((item) => {
    if (item === null) return ''
    if (typeof item === 'string') return cell(item)
    if (isArray(item) || isObject(item)) throw new JqError(`${describe(item)} is not valid in a ${name} row`)
    return writeJson(item)
  }).join(separator)
}

/** Formats a value. @throws JqError */
export function formatValue(name: string, value: JqValue): string {
  switch (name) {
    case 'text': return plainText(value)
    case 'json': return writeJson(value)
    case 'csv': return row(value, 'csv', ',', (text) => `"${text.replaceAll('"', '""')}"`)
    case 'tsv': return row(value, 'tsv', '\t', (text) => text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r'))
    case 'html': return plainText(value).replace(/[<>&'"]/g, (c) => html[c])
    case 'uri': return encodeURIComponent(plainText(value)).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    case 'sh': return (isArray(value) ? value : [value]).map((item) => {
      if (isArray(item) || isObject(item)) throw new JqError(`${describe(item)} can not be escaped for shell`)
      return typeof item === 'string' ? `'${item.replaceAll("'", "'\\''")}'` : writeJson(item)
    }).join(' ')
    case 'base64': return encodeBase64(plainText(value))
    case 'base64d': return decodeBase64(plainText(value))
    default: throw new JqError(`${name} is not a valid format`)
  }
}

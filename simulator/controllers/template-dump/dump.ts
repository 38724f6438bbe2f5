/**
 * Writes an API value the way Go prints it for hashing: types, field names and nil pointers included.
 * Models apimachinery/pkg/util/dump ForHash (v1.35), that is spew's `%#v` with sorted keys. The field table is
 * generated from the Go types (see generate/main.go).
 */

import { isQuantityError, parseQuantity } from '../../api/quantity.ts'
import type { ParsedQuantity } from '../../api/quantity.ts'
import { isJsonObject } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'
import table from './go-structs.json' with { type: 'json' }

interface Field { readonly name: string; readonly json: string; readonly type: string }
type Fields = readonly Field[]

const kinds = new Map<string, string>(Object.entries(table.kinds))
const structs = new Map<string, Fields>(Object.entries(table.structs).map(([name, text]) => [name, parseFields(text)]))
const zeroTime = '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}'

function parseFields(text: string): Fields {
  if (text === '') return []
  return text.split(';').map((field) => {
    const [name = '', json = '', ...type] = field.split(' ')
    return { name, json, type: type.join(' ') }
  })
}

/** The text that Go's hash of an object is taken over. @param type Go's name of the type, such as 'v1.PodTemplateSpec' */
export function dumpForHash(value: unknown, type: string): string {
  return `(${type})${dumpValue(value, type)}`
}

/** A value without its type in front. */
function dumpValue(value: unknown, type: string): string {
  if (type.startsWith('*')) return value === undefined || value === null ? '<nil>' : dumpValue(value, type.slice(1))
  const special = dumpSpecial(value, type)
  if (special !== undefined) return special
  const fields = structs.get(type)
  if (fields !== undefined) return dumpStruct(isJsonObject(value) ? value : {}, fields)
  const kind = kinds.get(type) ?? type
  if (kind.startsWith('[]')) return dumpList(value, kind.slice(2))
  if (kind.startsWith('map[')) return dumpMap(value, kind.slice(kind.indexOf(']') + 1))
  if (kind === 'string') return typeof value === 'string' ? value : ''
  if (kind === 'bool') return value === true ? 'true' : 'false'
  return typeof value === 'number' ? `${value}` : '0'
}

function dumpSpecial(value: unknown, type: string): string | undefined {
  switch (type) {
    case 'v1.Time': return zeroTime
    case 'resource.Quantity': return dumpQuantity(value)
    case 'intstr.IntOrString': return typeof value === 'string'
      ? `{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)${value}}`
      : `{Type:(intstr.Type)0 IntVal:(int32)${typeof value === 'number' ? value : 0} StrVal:(string)}`
    default: return undefined
  }
}

function dumpStruct(value: { readonly [key: string]: unknown }, fields: Fields): string {
  let text = '{'
  for (const { name, json, type } of fields) {
    if (text.length > 1) text += ' '
    const member = json === '-' ? value : value[json]
    text += `${name}:(${type})${dumpValue(member, type)}`
  }
  return `${text}}`
}

function dumpList(value: unknown, type: string): string {
  if (!Array.isArray(value)) return '<nil>'
  // A pointer inside a list would show its stars; the types below a pod template have none.
  return `[${value.map((item) => dumpValue(item, type)).join(' ')}]`
}

function dumpMap(value: unknown, type: string): string {
  if (!isJsonObject(value)) return '<nil>'
  const keys = Object.keys(value).sort(compareText)
  return `map[${keys.map((key) => `${key}:${dumpValue(value[key], type)}`).join(' ')}]`
}

/** The 64-bit digits of a big.Int, least significant first. */
function words(value: bigint): string {
  const digits: bigint[] = []
  for (let rest = value; rest > 0n; rest >>= 64n) digits.push(rest & 0xffffffffffffffffn)
  return digits.length === 0 ? '<nil>' : `[${digits.join(' ')}]`
}

function dumpQuantity(value: unknown): string {
  const text = typeof value === 'number' ? `${value}` : value
  const parsed = typeof text === 'string' ? parseQuantity(text) : undefined
  const quantity: Partial<ParsedQuantity> = parsed === undefined || isQuantityError(parsed) ? {} : parsed
  const { isBig = false, value: amount = 0n, scale = 0, format = '', text: kept = '' } = quantity
  const small = isBig ? '{value:(int64)0 scale:(resource.Scale)0}' : `{value:(int64)${amount} scale:(resource.Scale)${scale}}`
  const sign = amount < 0n
  const big = isBig ? `(*inf.Dec){unscaled:(big.Int){neg:(bool)${sign} abs:(big.nat)${words(sign ? -amount : amount)}} scale:(inf.Scale)${-scale}}` : '(*inf.Dec)<nil>'
  return `{i:(resource.int64Amount)${small} d:(resource.infDecAmount){Dec:${big}} s:(string)${kept} Format:(resource.Format)${format}}`
}


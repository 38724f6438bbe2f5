/**
 * Pod templates and other parts of objects in the form of the API server's own types, which some refusals print: all fields, by their Go names.
 * Data of kubernetes/pkg/apis/{core,batch,resource}/types.go (v1.35), read by generate/main.go.
 */

import type { StringMap } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import type { Mutable } from '../schema/decode.ts'
import { normalizeObject } from '../schema/normalize.ts'
import { typeByKey } from '../schema/schema.ts'
import table from './internal-types.json' with { type: 'json' }

type Value = { readonly [field: string]: unknown }

/** Fields that the API has beside the security context and Go's type inside of it. */
const hostFields = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers']

const types: StringMap = table
const zeros: { readonly [type: string]: unknown } = { s: '', b: false, i: 0, J: '0' }

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

function sortedEntries(map: Value): [string, unknown][] {
  return Object.entries(map).sort(([a], [b]) => compareText(a, b))
}

function internalValue(type: string, value: unknown): unknown {
  if (type.startsWith('*')) return value === undefined || value === null ? null : internalValue(type.slice(1), value)
  if (type.startsWith('[]')) return Array.isArray(value) ? value.map((element) => internalValue(type.slice(2), element)) : null
  if (type.startsWith('{}')) return typeof value === 'object' && value !== null ? Object.fromEntries(sortedEntries(value as Value).map(([key, member]) => [key, internalValue(type.slice(2), member)])) : null
  if (type === 'J' && isSelector(value)) return normalizeObject(value as Mutable, typeByKey('meta/v1.LabelSelector')!)
  return type in zeros ? (value ?? zeros[type]) : internalStruct(type, (value ?? {}) as Value)
}

function isSelector(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('matchLabels' in value || 'matchExpressions' in value)
}

function sourceOf(owner: string, field: string, value: Value): unknown {
  if (owner !== 'PodSpec' || field !== 'securityContext') return value[field]
  const beside = hostFields.filter((name) => value[name] !== undefined)
  if (value[field] === undefined && beside.length === 0) return undefined
  return { ...(value[field] as object | undefined), ...Object.fromEntries(beside.map((name) => [name, value[name]])) }
}

function internalStruct(type: string, value: Value): Value {
  const result: { [field: string]: unknown } = {}
  for (const text of types[type]!.split(';')) {
    const [, name = '', tag, fieldType = ''] = /^([^=:]*)(?:=([^:]*))?:(.*)$/.exec(text)!
    if (name === '~') Object.assign(result, fieldType === 'J' ? normalizeObject((value['metadata'] ?? {}) as Mutable, typeByKey('meta/v1.ObjectMeta')!) : internalStruct(fieldType.replace('*', ''), value))
    else result[name] = internalValue(fieldType, sourceOf(type, tag ?? lowerFirst(name), value))
  }
  return result
}

/** A pod template as refusals print it. */
export function internalTemplate(template: object): unknown {
  return internalStruct('PodTemplateSpec', template as Value)
}

/** A part of an object as refusals print it. @param type its Go name, such as SuccessPolicy */
export function internalPart(type: string, value: unknown): unknown {
  return internalValue(`*${type}`, value)
}

/** A pod's spec as refusals print it. */
export function internalPodSpec(spec: object): unknown {
  return internalStruct('PodSpec', spec as Value)
}

/** An ephemeral container as refusals print it. */
export function internalContainer(container: object): unknown {
  return internalStruct('EphemeralContainer', container as Value)
}

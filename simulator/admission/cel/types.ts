/** Types of CEL as its checker sees them. Models cel-go/common/types and checker/types.go (v0.26). */

/** A type: `name` tells it apart, `params` are those of lists, maps, optionals and functions, `fields` those of declared objects. */
export interface CelType {
  readonly kind: 'simple' | 'dyn' | 'error' | 'param' | 'type' | 'list' | 'map' | 'opaque' | 'object'
  readonly name: string
  readonly params: readonly CelType[]
  /** Read late: the variables of a policy are added one by one. */
  readonly fields?: ReadonlyMap<string, CelType>
}

function simple(name: string): CelType {
  return { kind: 'simple', name, params: [] }
}

export const boolType = simple('bool')
export const intType = simple('int')
export const uintType = simple('uint')
export const doubleType = simple('double')
export const stringType = simple('string')
export const bytesType = simple('bytes')
export const nullType = simple('null_type')
export const timestampType = simple('google.protobuf.Timestamp')
export const durationType = simple('google.protobuf.Duration')
export const dynType: CelType = { kind: 'dyn', name: 'dyn', params: [] }
export const errorType: CelType = { kind: 'error', name: '!error!', params: [] }

/** list(element). */
export function listType(element: CelType): CelType {
  return { kind: 'list', name: 'list', params: [element] }
}

/** map(key, value). */
export function mapType(key: CelType, value: CelType): CelType {
  return { kind: 'map', name: 'map', params: [key, value] }
}

/** optional_type(value): what ?. and optional.of give. */
export function optionalType(value: CelType): CelType {
  return { kind: 'opaque', name: 'optional_type', params: [value] }
}

/** The type of a type, as type(x) has it; without an argument that of any type. */
export function typeType(of?: CelType): CelType {
  return { kind: 'type', name: 'type', params: of === undefined ? [] : [of] }
}

/** A type that a call's arguments decide, such as A in the signature of a list function. */
export function typeParam(name: string): CelType {
  return { kind: 'param', name, params: [] }
}

/** A type of a library, known by its name alone: its values are used by functions only. */
export function opaqueType(name: string, params: readonly CelType[] = []): CelType {
  return { kind: 'opaque', name, params }
}

/** An object whose fields are known: a select of another one does not compile. */
export function objectType(name: string, fields: ReadonlyMap<string, CelType>): CelType {
  return { kind: 'object', name, params: [], fields }
}

const simpleTypes: ReadonlyMap<string, CelType> = new Map([boolType, intType, uintType, doubleType, stringType, bytesType, dynType].map((type) => [type.name, type]))
const wellKnown: ReadonlyMap<string, CelType> = new Map([['timestamp', timestampType], ['duration', durationType], ['null', nullType], ['type', typeType()], ['Quantity', opaqueType('kubernetes.Quantity')], ['URL', opaqueType('kubernetes.URL')], ['IP', opaqueType('net.IP')], ['CIDR', opaqueType('net.CIDR')], ['Semver', opaqueType('kubernetes.Semver')], ['Format', opaqueType('kubernetes.NamedFormat')], ['Authorizer', opaqueType('kubernetes.authorization.Authorizer')], ['PathCheck', opaqueType('kubernetes.authorization.PathCheck')], ['GroupCheck', opaqueType('kubernetes.authorization.GroupCheck')], ['ResourceCheck', opaqueType('kubernetes.authorization.ResourceCheck')], ['Decision', opaqueType('kubernetes.authorization.Decision')]])

function splitParams(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '<') depth++
    else if (char === '>') depth--
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  if (text.trim() !== '') parts.push(text.slice(start))
  return parts.map((part) => part.trim())
}

/** Reads a type of a declaration: `list<A>`, `map<string, dyn>`, `optional<T>`, `Quantity`, one capital letter for a parameter. */
export function parseType(text: string): CelType {
  const open = text.indexOf('<')
  const name = open < 0 ? text : text.slice(0, open)
  const params = open < 0 ? [] : splitParams(text.slice(open + 1, -1)).map(parseType)
  if (name === 'list') return listType(params[0]!)
  if (name === 'map') return mapType(params[0]!, params[1]!)
  if (name === 'optional') return optionalType(params[0]!)
  if (name === 'type' && params.length > 0) return typeType(params[0])
  if (name.length === 1) return typeParam(name)
  return simpleTypes.get(name) ?? wellKnown.get(name) ?? opaqueType(name)
}

/** The types of the arguments of a declaration like `(string, list<int>)` without its brackets. */
export function parseTypes(text: string): CelType[] {
  return splitParams(text).map(parseType)
}

const shownNames: { readonly [name: string]: string } = { null_type: 'null', 'google.protobuf.Timestamp': 'timestamp', 'google.protobuf.Duration': 'duration' }

/** The type as errors of the checker show it. */
export function formatType(type: CelType): string {
  const name = type.kind === 'simple' ? (shownNames[type.name] ?? type.name) : type.name
  return type.params.length === 0 ? name : `${name}(${type.params.map(formatType).join(', ')})`
}

/** The type as Go prints it. */
export function typeText(type: CelType): string {
  return type.params.length === 0 ? type.name : `${type.name}(${type.params.map(typeText).join(', ')})`
}

/** True when name, kind and all parameters agree; dyn is the same as dyn only. */
export function sameType(a: CelType, b: CelType): boolean {
  return a.kind === b.kind && a.name === b.name && a.params.length === b.params.length && a.params.every((each, index) => sameType(each, b.params[index]!))
}

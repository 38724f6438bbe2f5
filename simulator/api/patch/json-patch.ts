/** JSON patches (lists of operations), with the error texts of the library that the API server uses. Models json-patch v4.13 (v1.35). */

import type { Json } from '../../kernel/json.ts'
import { goQuote } from '../go-text.ts'
import { attempt, cloneJson, deepEqual, goTypeName, hasMember, isObject, PatchFailure, setMember } from './common.ts'
import type { Mutable, MutableObject, PatchError } from './common.ts'

type Container = MutableObject | Mutable[]
interface Place { readonly container: Container; readonly key: string }

const missing = 'missing value'
const badIndex = (index: number): PatchFailure => new PatchFailure(`Unable to access invalid index: ${index}: invalid index referenced`)

function textMember(operation: MutableObject, name: string): string | undefined {
  const value = operation[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw new PatchFailure(`json: cannot unmarshal ${jsonTypeName(value)} into Go value of type string`)
  return value
}

function jsonTypeName(value: Mutable): string {
  if (Array.isArray(value)) return 'array'
  return isObject(value) ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value
}

function decodeKey(key: string): string {
  return key.replace(/~[01]/g, (escape) => (escape === '~1' ? '/' : '~'))
}

function parseIndex(key: string): number | undefined {
  return /^[+-]?[0-9]+$/.test(key) ? Number(key) : undefined
}

/** An index into a list; negative ones count from the end. */
function readIndex(key: string, length: number): number {
  const index = parseIndex(key)
  if (index === undefined) throw new PatchFailure(`strconv.Atoi: parsing ${goQuote(key)}: invalid syntax`)
  if (index >= length || index < -length) throw badIndex(index)
  return index < 0 ? index + length : index
}

function getAt({ container, key }: Place): Mutable | undefined {
  if (Array.isArray(container)) return container[readIndex(key, container.length)]
  return hasMember(container, key) ? container[key] : undefined
}

function addAt({ container, key }: Place, value: Mutable): void {
  if (!Array.isArray(container)) {
    setMember(container, key, value)
    return
  }
  if (key === '-') {
    container.push(value)
    return
  }
  const index = parseIndex(key)
  if (index === undefined) throw new PatchFailure(`value was not a proper array index: '${key}': strconv.Atoi: parsing ${goQuote(key)}: invalid syntax`)
  const size = container.length + 1
  if (index >= size || index < -size) throw badIndex(index)
  container.splice(index < 0 ? index + size : index, 0, value)
}

function removeAt({ container, key }: Place): void {
  if (Array.isArray(container)) container.splice(readIndex(key, container.length), 1)
  else if (hasMember(container, key)) delete container[key]
  else throw new PatchFailure(`Unable to remove nonexistent key: ${key}: ${missing}`)
}

function setAt({ container, key }: Place, value: Mutable): void {
  if (Array.isArray(container)) container[readIndex(key, container.length)] = value
  else setMember(container, key, value)
}

/** The container that holds the last part of a path. */
function find(document: Container, path: string): Place | undefined {
  const parts = path.split('/')
  if (parts.length < 2) return undefined
  let container = document
  for (const part of parts.slice(1, -1)) {
    let next: Mutable | undefined
    try {
      next = getAt({ container, key: decodeKey(part) })
    } catch (failure) {
      if (failure instanceof PatchFailure) return undefined
      throw failure
    }
    if (!isObject(next) && !Array.isArray(next)) return undefined
    container = next
  }
  return { container, key: decodeKey(parts[parts.length - 1]!) }
}

/** Runs a step and puts an operation's words before its error. */
function within<T>(prefix: string, step: () => T): T {
  try {
    return step()
  } catch (failure) {
    if (failure instanceof PatchFailure) throw new PatchFailure(`${prefix}: ${failure.message}`)
    throw failure
  }
}

type Step = (document: Container, operation: MutableObject) => Container

function pathOf(operation: MutableObject, what: string, cause: string): string {
  const path = textMember(operation, 'path')
  if (path === undefined) throw new PatchFailure(`${what} operation failed to decode path: ${cause}`)
  return path
}

const noPath = `operation missing path field: ${missing}`

const steps: { readonly [op: string]: Step } = {
  add(document, operation) {
    const path = pathOf(operation, 'add', missing)
    const place = find(document, path)
    if (place === undefined) throw new PatchFailure(`add operation does not apply: doc is missing path: "${path}": ${missing}`)
    within(`error in add for path: '${path}'`, () => addAt(place, operation['value'] ?? null))
    return document
  },
  remove(document, operation) {
    const path = pathOf(operation, 'remove', missing)
    const place = find(document, path)
    if (place === undefined) throw new PatchFailure(`remove operation does not apply: doc is missing path: "${path}": ${missing}`)
    within(`error in remove for path: '${path}'`, () => removeAt(place))
    return document
  },
  replace(document, operation) {
    const path = pathOf(operation, 'replace', noPath)
    if (path === '') {
      const value = operation['value']
      if (!isObject(value) && !Array.isArray(value)) throw new PatchFailure('replace operation value must be object or array: %!w(<nil>)')
      return value
    }
    const place = find(document, path)
    if (place === undefined) throw new PatchFailure(`replace operation does not apply: doc is missing path: ${path}: ${missing}`)
    try {
      getAt(place)
    } catch (failure) {
      if (failure instanceof PatchFailure) throw new PatchFailure(`replace operation does not apply: doc is missing key: ${path}: ${missing}`)
      throw failure
    }
    setAt(place, operation['value'] ?? null)
    return document
  },
  move(document, operation) {
    const from = textMember(operation, 'from')
    if (from === undefined) throw new PatchFailure(`move operation failed to decode from: operation, missing from field: ${missing}`)
    const source = find(document, from)
    if (source === undefined) throw new PatchFailure(`move operation does not apply: doc is missing from path: ${from}: ${missing}`)
    const value = within(`error in move for path: '${source.key}'`, () => {
      const found = getAt(source)
      removeAt(source)
      return found
    })
    const path = pathOf(operation, 'move', noPath)
    const target = find(document, path)
    if (target === undefined) throw new PatchFailure(`move operation does not apply: doc is missing destination path: ${path}: ${missing}`)
    within(`error in move for path: '${path}'`, () => addAt(target, value ?? null))
    return document
  },
  copy(document, operation) {
    const from = textMember(operation, 'from')
    if (from === undefined) throw new PatchFailure(`copy operation failed to decode from: operation, missing from field: ${missing}`)
    const source = find(document, from)
    if (source === undefined) throw new PatchFailure(`copy operation does not apply: doc is missing from path: ${from}: ${missing}`)
    const value = within(`error in copy for from: '${from}'`, () => getAt(source))
    const path = pathOf(operation, 'copy', missing)
    const target = find(document, path)
    if (target === undefined) throw new PatchFailure(`copy operation does not apply: doc is missing destination path: ${path}: ${missing}`)
    within('error while adding value during copy', () => addAt(target, cloneJson(value ?? null)))
    return document
  },
  test(document, operation) {
    const path = pathOf(operation, 'test', noPath)
    const failed = new PatchFailure(`testing value ${path} failed: test failed`)
    if (path === '') {
      if (!deepEqual(document, operation['value'])) throw failed
      return document
    }
    const place = find(document, path)
    if (place === undefined) throw new PatchFailure(`test operation does not apply: is missing path: ${path}: ${missing}`)
    const value = within(`error in test for path: '${path}'`, () => getAt(place))
    if (!deepEqual(value ?? null, operation['value'] ?? null)) throw failed
    return document
  },
}

function run(document: Container, operation: Mutable): Container {
  if (!isObject(operation)) throw new PatchFailure(`json: cannot unmarshal ${jsonTypeName(operation)} into Go value of type jsonpatch.Operation`)
  const op = typeof operation['op'] === 'string' ? operation['op'] : 'unknown'
  const step = Object.hasOwn(steps, op) ? steps[op] : undefined
  if (step === undefined) throw new PatchFailure(`Unexpected kind: ${op}`)
  return step(document, operation)
}

/** Applies a list of operations, all or none. @returns a new value; the input is not changed */
export function applyJsonPatch(original: Json, patch: Json): { result: Mutable } | PatchError {
  return attempt(() => {
    const operations = cloneJson(patch)
    if (!Array.isArray(operations)) throw new PatchFailure(`json: cannot unmarshal ${jsonTypeName(operations)} into Go value of type jsonpatch.Patch`)
    const document = cloneJson(original)
    if (!isObject(document) && !Array.isArray(document)) throw new PatchFailure(`json: cannot unmarshal ${goTypeName(document)} into Go value of type jsonpatch.partialDoc`)
    return { result: operations.reduce(run, document) }
  })
}

/** Walks to the fields of a spec and writes them. Models kustomize filters/fieldspec (0.20.1). */

import { hasMember, isObject, setMember } from '../../api/patch/common.ts'
import type { Mutable, MutableObject } from '../../api/patch/common.ts'
import type { FieldSpec } from './field-specs.ts'
import { idText, isSelectedByGvk, KustomizeFailure } from './ids.ts'
import { currentId, gvkOf } from './resource.ts'
import type { Resource } from './resource.ts'

/** Gives the new value of a field; undefined when the field was made for it. */
export type SetField = (value: Mutable | undefined) => Mutable

/** Cuts a path at a delimiter; a backslash keeps one. */
export function splitPath(path: string, delimiter: string): string[] {
  const parts = path.split(delimiter)
  if (parts.length > 1 && parts[0] === '') parts.shift()
  const found: string[] = []
  for (const part of parts) {
    const last = found.at(-1)
    if (last?.endsWith('\\')) found[found.length - 1] = `${last.slice(0, -1)}${delimiter}${part}`
    else found.push(part)
  }
  return found
}

interface Walk { readonly path: readonly string[]; readonly create: boolean; readonly set: SetField }

function visit(value: Mutable, index: number, walk: Walk): Mutable {
  if (index === walk.path.length) return walk.set(value)
  if (value === null) return value
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) value[at] = visit(item, index, walk)
    return value
  }
  if (!isObject(value)) throw new KustomizeFailure('expected sequence or mapping node')
  visitMember(value, index, walk)
  return value
}

function visitMember(object: MutableObject, index: number, walk: Walk): void {
  const part = walk.path[index]!
  const name = part.replace(/\[\]$/, '')
  const found = hasMember(object, name) ? object[name]! : undefined
  if (found !== undefined && found !== null) { setMember(object, name, visit(found, index + 1, walk)); return }
  if (!walk.create || part !== name) return
  setMember(object, name, index + 1 === walk.path.length ? walk.set(undefined) : visit({}, index + 1, walk))
}

/** Writes the fields of a spec in an object of its kind. */
export function writeField(resource: Resource, spec: FieldSpec, set: SetField): void {
  if (!isSelectedByGvk(gvkOf(resource), spec)) return
  try {
    visit(resource.object, 0, { path: splitPath(spec.path, '/'), create: spec.create, set })
  } catch (failure) {
    if (failure instanceof KustomizeFailure) throw new KustomizeFailure(`considering field '${spec.path}' of object ${idText(currentId(resource))}: ${failure.message}`)
    throw failure
  }
}

/** An object that a build works on, with what it was called before. Models kustomize api/resource (0.20.1). */

import { hasMember, isObject, setMember } from '../../api/patch/common.ts'
import type { Mutable, MutableObject } from '../../api/patch/common.ts'
import { effectiveNamespace, idText, KustomizeFailure, parseApiVersion, sameId } from './ids.ts'
import type { Gvk, ResId } from './ids.ts'

interface PreviousName { readonly namespace: string; readonly name: string; readonly kind: string }

/** What a generator does when the object is there already. */
export type Behavior = 'create' | 'replace' | 'merge'

/** One object. Its members are changed in place while a build runs. */
export interface Resource {
  object: MutableObject
  previous: PreviousName[]
  prefixes: string[]
  suffixes: string[]
  behavior: Behavior
  needsHash: boolean
  mayChangeName: boolean
  mayChangeKind: boolean
  /** Keys of labels and annotations that generator options wrote. */
  generatedKeys: string[]
}

export function makeResource(object: MutableObject): Resource {
  return { object, previous: [], prefixes: [], suffixes: [], behavior: 'create', needsHash: false, mayChangeName: false, mayChangeKind: false, generatedKeys: [] }
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A member that is an object; undefined when it is not there. */
export function objectAt(object: MutableObject, key: string): MutableObject | undefined {
  const value = hasMember(object, key) ? object[key] : undefined
  return isObject(value) ? value : undefined
}

export function metadataOf(resource: Resource): MutableObject {
  const found = objectAt(resource.object, 'metadata')
  if (found !== undefined) return found
  const made: MutableObject = {}
  resource.object['metadata'] = made
  return made
}

export function gvkOf({ object }: Resource): Gvk {
  return { ...parseApiVersion(text(object['apiVersion'])), kind: text(object['kind']) }
}

export function nameOf(resource: Resource): string {
  return text(objectAt(resource.object, 'metadata')?.['name'])
}

export function namespaceOf(resource: Resource): string {
  return text(objectAt(resource.object, 'metadata')?.['namespace'])
}

export function currentId(resource: Resource): ResId {
  return { ...gvkOf(resource), name: nameOf(resource), namespace: namespaceOf(resource) }
}

export function previousIds(resource: Resource): ResId[] {
  const { group, version } = gvkOf(resource)
  return resource.previous.map(({ namespace, name, kind }) => ({ group, version, kind, name, namespace }))
}

export function originalId(resource: Resource): ResId {
  return previousIds(resource)[0] ?? currentId(resource)
}

export function allIds(resource: Resource): ResId[] {
  return [...previousIds(resource), currentId(resource)]
}

/** Remembers what the object is called now. */
export function storePreviousId(resource: Resource): void {
  const id = currentId(resource)
  resource.previous.push({ namespace: effectiveNamespace(id), name: id.name, kind: id.kind })
}

/** Labels or annotations; values that are no texts are left out. */
export function textMap(resource: Resource, member: 'labels' | 'annotations'): { [key: string]: string } {
  const map: { [key: string]: string } = {}
  const found = objectAt(metadataOf(resource), member) ?? {}
  for (const key of Object.keys(found)) if (typeof found[key] === 'string') map[key] = found[key]
  return map
}

/** Writes labels or annotations; an empty map goes away. */
export function setTextMap(resource: Resource, member: 'labels' | 'annotations', map: { readonly [key: string]: string }): void {
  const metadata = metadataOf(resource)
  if (Object.keys(map).length === 0) delete metadata[member]
  else {
    const copy: MutableObject = {}
    for (const key of Object.keys(map)) setMember(copy, key, map[key]!)
    metadata[member] = copy
  }
}

export function isEmptyObject(value: Mutable | undefined): boolean {
  return value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0)
}

/** The objects of a build, in order. */
export class ResourceList {
  items: Resource[] = []

  /** Adds an object whose name is not taken. */
  append(resource: Resource): void {
    const id = currentId(resource)
    if (this.items.some((other) => sameId(currentId(other), id))) throw new KustomizeFailure(`may not add resource with an already registered id: ${idText(id)}`)
    this.items.push(resource)
  }

  appendAll(resources: readonly Resource[]): void {
    for (const resource of resources) this.append(resource)
  }

  withAnyId(isMatch: (id: ResId) => boolean): Resource[] {
    return this.items.filter((resource) => !isEmptyObject(resource.object) && allIds(resource).some(isMatch))
  }

  dropEmpty(): void {
    this.items = this.items.filter((resource) => !isEmptyObject(resource.object))
  }
}

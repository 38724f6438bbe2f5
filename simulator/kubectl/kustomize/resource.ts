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
  /** Why the object cannot be printed. */
  readonly flaw?: string
  /** Keys that a generator wrote: of labels, annotations and data. */
  generatedKeys: string[]
}

/** An object as it enters a build: it has had no other name, and a patch may not rename it or change its kind unless allowed later. */
export function makeResource(object: MutableObject): Resource {
  return { object, previous: [], prefixes: [], suffixes: [], behavior: 'create', needsHash: false, mayChangeName: false, mayChangeKind: false, generatedKeys: [] }
}

/** The value if it is a text, else "". Kustomize reads members of a wrong type as missing. */
/** A plain value as text; '' for what is none. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** A member that is an object; undefined when it is not there. */
export function objectAt(object: MutableObject, key: string): MutableObject | undefined {
  const value = hasMember(object, key) ? object[key] : undefined
  return isObject(value) ? value : undefined
}

/** The object's metadata, to be changed in place; made when it is missing or no object. */
export function metadataOf(resource: Resource): MutableObject {
  const found = objectAt(resource.object, 'metadata')
  if (found !== undefined) return found
  const made: MutableObject = {}
  resource.object['metadata'] = made
  return made
}

/** Group, version and kind as the object says now; empty where it says nothing. */
export function gvkOf({ object }: Resource): Gvk {
  return { ...parseApiVersion(text(object['apiVersion'])), kind: text(object['kind']) }
}

/** The object's present name; "" without one. */
export function nameOf(resource: Resource): string {
  return text(objectAt(resource.object, 'metadata')?.['name'])
}

/** The object's present namespace; "" without one. */
export function namespaceOf(resource: Resource): string {
  return text(objectAt(resource.object, 'metadata')?.['namespace'])
}

/** What the object is called now, after the transformers so far. */
export function currentId(resource: Resource): ResId {
  return { ...gvkOf(resource), name: nameOf(resource), namespace: namespaceOf(resource) }
}

/** What the object was called before each renaming, first one first; group and version are those of now. */
export function previousIds(resource: Resource): ResId[] {
  const { group, version } = gvkOf(resource)
  return resource.previous.map(({ namespace, name, kind }) => ({ group, version, kind, name, namespace }))
}

/** What the object was called when it was read: references in files mean this one. */
export function originalId(resource: Resource): ResId {
  return previousIds(resource)[0] ?? currentId(resource)
}

/** Every id that the object has had, the present one last. A reference may mean any of them. */
export function allIds(resource: Resource): ResId[] {
  return [...previousIds(resource), currentId(resource)]
}

/** Remembers what the object is called now. */
export function storePreviousId(resource: Resource): void {
  const id = currentId(resource)
  resource.previous.push({ namespace: effectiveNamespace(id), name: id.name, kind: id.kind })
}

/** Labels or annotations; numbers and truth values become texts. */
export function textMap(resource: Resource, member: 'labels' | 'annotations'): { [key: string]: string } {
  const map: { [key: string]: string } = {}
  const found = objectAt(metadataOf(resource), member) ?? {}
  for (const key of Object.keys(found)) if (typeof found[key] !== 'object') map[key] = text(found[key])
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

/** True for nothing, null and an object without members: what a $patch: delete leaves behind. */
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

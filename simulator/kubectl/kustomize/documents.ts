/** Objects from the text of a resource file. Models kustomize api/resource.Factory (0.20.1). */

import { cloneJson, goValueText, isObject } from '../../api/patch/common.ts'
import type { MutableObject } from '../../api/patch/common.ts'
import { splitYamlDocuments } from '../../api/yaml/documents.ts'
import { KustomizeFailure } from './ids.ts'
import { parsePlainYaml } from './plain-yaml.ts'
import { makeResource, objectAt, text } from './resource.ts'
import type { Resource } from './resource.ts'

/** What an object is, as Go prints its metadata. */
function metaText(object: MutableObject): string {
  const metadata = objectAt(object, 'metadata') ?? {}
  return `{{${text(object['apiVersion'])} ${text(object['kind'])}} {{${text(metadata['name'])} ${text(metadata['namespace'])}} ${goValueText(objectAt(metadata, 'labels') ?? {})} ${goValueText(objectAt(metadata, 'annotations') ?? {})}}}`
}

function validate(object: MutableObject): void {
  const kind = text(object['kind'])
  if (kind === '') throw new KustomizeFailure(`missing kind in object ${metaText(object)}`)
  if (!kind.endsWith('List') && text(objectAt(object, 'metadata')?.['name']) === '') throw new KustomizeFailure(`missing metadata.name in object ${metaText(object)}`)
}

/** The items of lists take the place of the list, behind what follows it. */
function withoutLists(objects: readonly MutableObject[]): MutableObject[] {
  const queue = [...objects]
  const found: MutableObject[] = []
  for (let object = queue.shift(); object !== undefined; object = queue.shift()) {
    const kind = text(object['kind'])
    const items = object['items']
    if (!kind.endsWith('List') || items === undefined) { found.push(object); continue }
    if (items === null) continue
    if (!Array.isArray(items)) throw new KustomizeFailure(`expected array in ${kind}/items, but found ${isObject(items) ? 'map[string]interface {}' : typeof items}`)
    for (const item of items) {
      if (!isObject(item)) throw new KustomizeFailure('missing Resource metadata')
      validate(item)
      queue.push(item)
    }
  }
  return found
}

/** All objects of a text; empty documents are left out. */
export function resourcesOf(content: string): Resource[] {
  const objects: MutableObject[] = []
  const flaws = new Map<MutableObject, string>()
  const { documents, error } = splitYamlDocuments(content)
  if (error !== undefined) throw new KustomizeFailure(`MalformedYAMLError: ${error}`)
  for (const document of documents) {
    const parsed = parsePlainYaml(document)
    if ('error' in parsed) throw new KustomizeFailure(`MalformedYAMLError: ${parsed.error}`)
    const value = cloneJson(parsed.value)
    if (value === null || (isObject(value) && Object.keys(value).length === 0)) continue
    if (!isObject(value)) throw new KustomizeFailure('missing Resource metadata')
    validate(value)
    if (parsed.flaw !== undefined) flaws.set(value, parsed.flaw)
    objects.push(value)
  }
  return withoutLists(objects).map((object) => { const flaw = flaws.get(object); return { ...makeResource(object), ...(flaw === undefined ? {} : { flaw }) } })
}

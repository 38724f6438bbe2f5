/** Copies of fields from one object into others. Models kustomize filters/replacement (0.20.1). */

import { RE2JS } from 're2js'

import { goQuote } from '../../api/go-text.ts'
import { cloneJson, hasMember, isObject, setMember } from '../../api/patch/common.ts'
import type { Mutable } from '../../api/patch/common.ts'
import { isYamlError, parseYaml } from '../../api/yaml/documents.ts'
import { toYaml } from '../../api/yaml/emit.ts'
import type { Json } from '../../kernel/json.ts'
import { splitPath } from './field-path.ts'
import { idText, isSelectedById, KustomizeFailure, within } from './ids.ts'
import type { ResId } from './ids.ts'
import type { FieldOptions, Replacement, Selector } from './kustomization.ts'
import type { Loader } from './loader.ts'
import { configured, fitsSelectorText } from './patches.ts'
import type { Transformer } from './patches.ts'
import { allIds } from './resource.ts'
import type { Resource, ResourceList } from './resource.ts'
import { decodeShape, replacementShape } from './shape.ts'

const defaultPath = 'metadata.name'
type Targets = NonNullable<Replacement['targets']>

/** Cuts a path at dots; brackets hold one part together and go away unless they match an element. */
function splitDots(path: string): string[] {
  const parts = splitPath(path, '.')
  const found: string[] = []
  for (let index = 0; index < parts.length; index++) {
    let part = parts[index]!
    if (part.startsWith('[') && !part.endsWith(']')) {
      while (!part.endsWith(']') && index < parts.length - 1) part += `.${parts[++index]!}`
      found.push(part.includes('=') ? part : part.replace(/^[[\]]+|[[\]]+$/g, ''))
    } else found.push(part)
  }
  return found.filter((part) => part.trim() !== '').map((part) => part.trim())
}

/** A field that can be read and written. */
interface Slot { readonly get: () => Mutable | undefined; readonly set: (value: Mutable) => void; readonly isMade: boolean }

const isNumber = (part: string): boolean => /^\d+$/.test(part)
const isMatcher = (part: string): boolean => part.startsWith('[') && part.endsWith(']')

function madeValue(next: string | undefined, leaf: Mutable): Mutable {
  if (next === undefined) return leaf
  return isNumber(next) || isMatcher(next) || next === '-' ? [] : {}
}

/** What a created leaf is before its value is written; null stands for a plain value. */
interface Search { readonly leaf: Mutable | undefined }

function wrongKind(expected: string, value: Mutable | undefined): KustomizeFailure {
  const kind = Array.isArray(value) ? 'SequenceNode' : isObject(value) ? 'MappingNode' : 'ScalarNode'
  return new KustomizeFailure(`wrong node kind: expected ${expected} but got ${kind}: node contents:\n${toYaml(value ?? null)}`)
}

function elements(slot: Slot): Mutable[] {
  const value = slot.get()
  if (!Array.isArray(value)) throw wrongKind('SequenceNode', value)
  return value
}

function itemSlot(list: Mutable[], index: number, isMade = false): Slot {
  return { get: () => list[index], set: (value) => { list[index] = value }, isMade }
}

function findIndexed(slot: Slot, path: readonly string[], search: Search): Slot[] {
  const list = elements(slot)
  const index = Number(path[0])
  const isMade = search.leaf !== undefined && index === list.length
  if (isMade) list.push(madeValue(path[1], search.leaf!))
  if (index >= list.length) throw new KustomizeFailure(`index ${index} specified but only ${list.length} elements found`)
  return find(itemSlot(list, index, isMade && path.length === 1), path.slice(1), search)
}

function scalarText(value: Mutable | undefined): string {
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value)
}

function findMatching(slot: Slot, path: readonly string[], search: Search): Slot[] {
  const list = elements(slot)
  const inner = path[0]!.slice(1, -1)
  const at = inner.indexOf('=')
  if (at < 0) throw new KustomizeFailure(`list path element must contain fieldName=fieldValue for element to match`)
  const [field, pattern] = [inner.slice(0, at), inner.slice(at + 1)]
  const compiled = RE2JS.compile(pattern)
  const slots = list.flatMap((item, index) => {
    const value = field === '' ? item : isObject(item) && hasMember(item, field) ? item[field] : undefined
    if (value === undefined || !compiled.matcher(scalarText(value)).find()) return []
    return field === '' ? [itemSlot(list, index)] : find(itemSlot(list, index), path.slice(1), search)
  })
  if (slots.length > 0 || search.leaf === undefined) return slots
  list.push(field === '' ? pattern : { [field]: pattern })
  return find(itemSlot(list, list.length - 1), path.slice(1), search)
}

function findField(slot: Slot, path: readonly string[], search: Search): Slot[] {
  const name = path[0]!
  const object = slot.get()
  if (!isObject(object)) throw wrongKind('MappingNode', object)
  const isMissing = !hasMember(object, name)
  if (isMissing && search.leaf === undefined) return []
  if (isMissing) setMember(object, name, madeValue(path[1], search.leaf!))
  return find({ get: () => object[name], set: (value) => setMember(object, name, value), isMade: isMissing && path.length === 1 }, path.slice(1), search)
}

/** The fields at a path. Models kyaml PathMatcher. */
function find(slot: Slot, path: readonly string[], search: Search): Slot[] {
  const [part] = path
  if (part === undefined) return [slot]
  if (isNumber(part)) return findIndexed(slot, path, search)
  if (isMatcher(part)) return findMatching(slot, path, search)
  if (part === '*') { const list = elements(slot); return list.flatMap((_, index) => find(itemSlot(list, index), path.slice(1), search)) }
  return findField(slot, path, search)
}

function rootSlot(resource: Resource): Slot {
  return { get: () => resource.object, set: () => undefined, isMade: false }
}

function selectorId({ group = '', version = '', kind = '', name = '', namespace = '' }: Selector): ResId {
  return { group, version, kind, name, namespace }
}

function optionsText({ delimiter = '', index = 0, create = false }: FieldOptions = {}): string {
  return delimiter === '' && !create ? '' : `${delimiter}(${index}), create=${create}`
}

function sourceText(source: NonNullable<Replacement['source']>): string {
  return [idText(selectorId(source)), source.fieldPath ?? '', optionsText(source.options)].filter((part) => part !== '').join(':')
}

function sourceValue(list: ResourceList, replacement: Replacement): Mutable {
  const { source } = replacement
  if (replacement.sourceValue !== undefined && source !== undefined) throw new KustomizeFailure('value and resource selectors are mutually exclusive')
  if (source === undefined) return replacement.sourceValue!
  const id = selectorId(source)
  const matches = list.items.filter((resource) => allIds(resource).some((other) => isSelectedById(other, id)))
  if (matches.length > 1) throw new KustomizeFailure(`multiple matches for selector ${sourceText(source)}`)
  if (matches.length === 0) throw new KustomizeFailure(`nothing selected by ${sourceText(source)}`)
  const fieldPath = source.fieldPath || defaultPath
  const [slot] = within('error looking up replacement source', () => find(rootSlot(matches[0]!), splitDots(fieldPath), { leaf: undefined }))
  const value = slot?.get()
  const isEmpty = value === undefined || value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0)
  if (isEmpty) throw new KustomizeFailure(`fieldPath \`${fieldPath}\` is missing for replacement source ${idText(id)}`)
  return refined(value, source.options)
}

function refined(value: Mutable, { delimiter = '', index = 0 }: FieldOptions = {}): Mutable {
  if (delimiter === '') return value
  if (typeof value === 'object') throw new KustomizeFailure('delimiter option can only be used with scalar nodes')
  const parts = String(value).split(delimiter)
  if (index < 0 || index >= parts.length) throw new KustomizeFailure(`options.index ${index} is out of bounds for value ${String(value)}`)
  return parts[index]!
}

/** A text in a field that is not known to hold text: read as YAML reads it. */
function plainValue(value: string): Mutable {
  const parsed = parseYaml(value)
  return isYamlError(parsed) || (typeof parsed.value === 'object' && parsed.value !== null) ? value : parsed.value as Mutable
}

/** A field that held a number or a truth value keeps its type; another text in it cannot be printed. */
function checkedValue(older: Mutable | undefined, text: string): Mutable {
  const value = plainValue(text)
  const type = typeof older === 'boolean' ? 'bool' : typeof older === 'number' ? Number.isInteger(older) ? 'int' : 'float' : undefined
  if (type !== undefined && typeof value !== typeof older) throw new KustomizeFailure(`map[string]interface {}(nil): yaml: cannot decode !!${value === null ? 'null' : typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? 'int' : 'str'} \`${text}\` as a !!${type}`)
  return value
}

function withPart(older: Mutable | undefined, value: Mutable, { delimiter = '', index = 0 }: FieldOptions): Mutable {
  if (delimiter === '') return value
  if (typeof older === 'object' && older !== null) throw new KustomizeFailure('delimiter option can only be used with scalar nodes')
  const parts = scalarText(older).split(delimiter)
  const part = scalarText(value)
  if (index < 0) parts.unshift(part)
  else if (index >= parts.length) parts.push(part)
  else parts[index] = part
  return parts.join(delimiter)
}

function writeSlot(slot: Slot, value: Mutable, options: FieldOptions): void {
  const older = slot.isMade ? undefined : slot.get()
  const written = withPart(older, cloneJson(value), options)
  const isContainer = typeof older === 'object' && older !== null
  if (isContainer || (typeof written === 'object' && written !== null)) slot.set(written)
  else slot.set(typeof older === 'string' ? scalarText(written) : checkedValue(older, scalarText(written)))
}

function isRejected(resource: Resource, reject: readonly Selector[]): boolean {
  return reject.some((selector) => {
    const byText = (selector.labelSelector ?? '') !== '' || (selector.annotationSelector ?? '') !== ''
    if (byText && fitsSelectorText(resource, 'labels', selector.labelSelector) && fitsSelectorText(resource, 'annotations', selector.annotationSelector)) return true
    const id = selectorId(selector)
    return Object.values(id).some((part) => part !== '') && allIds(resource).some((other) => isSelectedById(other, id))
  })
}

function writeTarget(resource: Resource, value: Mutable, target: Targets[number]): void {
  const { options = {} } = target
  const isCreate = options.create === true
  const leaf: Mutable = typeof value === 'object' && value !== null ? (Array.isArray(value) ? [] : {}) : null
  for (const path of target.fieldPaths?.length ? target.fieldPaths : [defaultPath]) {
    const problem = isCreate ? `unable to find or create field ${goQuote(path)} in replacement target` : `unable to find field ${goQuote(path)} in replacement target`
    let slots: Slot[]
    try {
      slots = find(rootSlot(resource), splitDots(path), { leaf: isCreate ? leaf : undefined })
    } catch (failure) {
      if (failure instanceof KustomizeFailure) throw new KustomizeFailure(`${problem}: ${failure.message}`)
      throw failure
    }
    if (slots.length === 0) throw new KustomizeFailure(problem)
    for (const slot of slots) writeSlot(slot, value, options)
  }
}

function apply(list: ResourceList, replacement: Replacement): void {
  if ((replacement.source === undefined && replacement.sourceValue === undefined) || replacement.targets === undefined) throw new KustomizeFailure('replacements must specify a source and at least one target')
  const value = sourceValue(list, replacement)
  for (const target of replacement.targets) {
    if (target.select === undefined) throw new KustomizeFailure('target must specify resources to select')
    const id = selectorId(target.select)
    for (const resource of list.items) {
      const isSelected = fitsSelectorText(resource, 'labels', target.select.labelSelector) && fitsSelectorText(resource, 'annotations', target.select.annotationSelector) && allIds(resource).some((other) => isSelectedById(other, id))
      if (isSelected && !isRejected(resource, target.reject ?? [])) writeTarget(resource, value, target)
    }
  }
}

function fromFile(loader: Loader, path: string): Replacement[] {
  const parsed = parseYaml(loader.load(path))
  if (isYamlError(parsed)) throw new KustomizeFailure(parsed.error)
  const entries: readonly Json[] = Array.isArray(parsed.value) ? parsed.value as readonly Json[] : [parsed.value]
  return entries.map((entry) => {
    const decoded = decodeShape(entry, replacementShape)
    if ('error' in decoded) throw new KustomizeFailure(`error unmarshaling JSON: while decoding JSON: ${decoded.error}`)
    return decoded.value as unknown as Replacement
  })
}

/** The replacements of a kustomization, inline or in files. */
export function replacementTransformer(loader: Loader, entries: readonly (Replacement & { readonly path?: string })[]): Transformer {
  const replacements = entries.flatMap((entry) => {
    const { path = '', ...inline } = entry
    if (path !== '' && Object.keys(inline).length > 0) throw new KustomizeFailure('cannot specify both path and inline replacement')
    return path === '' ? [inline] : configured('ReplacementTransformer', toYaml({ Replacements: entries }), () => fromFile(loader, path))
  })
  return { plugin: 'ReplacementTransformer', run: (list) => { for (const replacement of replacements) apply(list, replacement) } }
}

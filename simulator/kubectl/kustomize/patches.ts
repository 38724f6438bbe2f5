/** Patches of a kustomization: strategic merges and lists of operations, with targets. Models kustomize internal/builtins (0.20.1). */

import { RE2JS } from 're2js'

import { goQuote } from '../../api/go-text.ts'
import { cloneJson, hasMember, isObject, isPatchError } from '../../api/patch/common.ts'
import type { Mutable } from '../../api/patch/common.ts'
import { applyJsonPatch } from '../../api/patch/json-patch.ts'
import { isSelectorError, matchesSelector, parseSelector } from '../../api/selector.ts'
import { isYamlError, parseYaml } from '../../api/yaml/documents.ts'
import { toYaml } from '../../api/yaml/emit.ts'
import { resourcesOf } from './documents.ts'
import { effectiveNamespace, idText, KustomizeFailure, sameId } from './ids.ts'
import type { ResId } from './ids.ts'
import type { Kustomization, PatchEntry, Selector } from './kustomization.ts'
import type { Loader } from './loader.ts'
import { strategicMerge } from './merge.ts'
import { currentId, gvkOf, isEmptyObject, makeResource, metadataOf, nameOf, namespaceOf, objectAt, originalId, ResourceList, storePreviousId, text, textMap } from './resource.ts'
import type { Resource } from './resource.ts'

/** A step that changes the objects of a build. */
export interface Transformer { readonly plugin: string; readonly run: (list: ResourceList) => void }

function patternOf(pattern: string | undefined): ((value: string) => boolean) {
  if (pattern === undefined || pattern === '') return () => true
  try {
    const compiled = RE2JS.compile(`^(?:${pattern})$`)
    return (value) => compiled.matcher(value).find()
  } catch (failure) {
    throw new KustomizeFailure(`error parsing regexp: ${failure instanceof Error ? failure.message.replace(/^error parsing regexp: /, '') : ''}`)
  }
}

/** True when the labels or annotations of an object fit a selector's text. */
export function fitsSelectorText(resource: Resource, member: 'labels' | 'annotations', selectorText: string | undefined): boolean {
  if (selectorText === undefined || selectorText === '') return true
  const selector = parseSelector(selectorText)
  if (isSelectorError(selector)) throw new KustomizeFailure(selector.error)
  return matchesSelector(selector, textMap(resource, member))
}

/** The objects that a target selects by patterns. */
function select(list: ResourceList, selector: Selector): Resource[] {
  const [group, version, kind, name, namespace] = (['group', 'version', 'kind', 'name', 'namespace'] as const).map((part) => patternOf(selector[part]))
  return list.items.filter((resource) => {
    const [now, before] = [currentId(resource), originalId(resource)]
    const gvk = gvkOf(resource)
    return (namespace!(effectiveNamespace(before)) || namespace!(effectiveNamespace(now))) && (name!(before.name) || name!(now.name))
      && group!(gvk.group) && version!(gvk.version) && kind!(gvk.kind)
      && fitsSelectorText(resource, 'labels', selector.labelSelector) && fitsSelectorText(resource, 'annotations', selector.annotationSelector)
  })
}

/** The one object of an id, by what it is or was called. */
function uniqueTarget(list: ResourceList, id: ResId): Resource {
  const found = list.withAnyId((other) => sameId(other, id))
  if (found.length === 1) return found[0]!
  throw new KustomizeFailure(`${found.length > 1 ? 'multiple' : 'no'} matches for Id ${idText(id)}; failed to find unique target for patch ${idText(id)}`)
}

function applyStrategic(resource: Resource, patch: Resource): void {
  const [name, namespace, kind] = [nameOf(resource), namespaceOf(resource), text(resource.object['kind'])]
  if (patch.mayChangeName || patch.mayChangeKind) storePreviousId(resource)
  resource.object = strategicMerge(resource.object, patch.object) ?? {}
  if (isEmptyObject(resource.object)) return
  const metadata = metadataOf(resource)
  if (!patch.mayChangeKind) resource.object['kind'] = kind
  if (!patch.mayChangeName) metadata['name'] = name
  if (namespace === '') delete metadata['namespace']
  else metadata['namespace'] = namespace
}

function applyToSelected(list: ResourceList, selected: readonly Resource[], patch: Resource): void {
  for (const resource of selected) {
    const copy = { ...makeResource(cloneJson(patch.object) as Resource['object']), mayChangeName: patch.mayChangeName, mayChangeKind: patch.mayChangeKind }
    copy.object['apiVersion'] = resource.object['apiVersion'] ?? ''
    applyStrategic(resource, copy)
  }
  list.dropEmpty()
}

function applyOperations(resource: Resource, operations: Mutable): void {
  // What an object was called is kept in its annotations: they are there while a patch runs.
  const metadata = metadataOf(resource)
  if (resource.previous.length > 0) metadata['annotations'] ??= {}
  const patched = applyJsonPatch(resource.object, operations)
  if (isPatchError(patched)) throw new KustomizeFailure(patched.error)
  if (!isObject(patched.result)) throw new KustomizeFailure('wrong node kind: expected MappingNode but got SequenceNode')
  resource.object = patched.result
  const after = objectAt(resource.object, 'metadata')
  if (after !== undefined && isEmptyObject(after['annotations']) && hasMember(after, 'annotations')) delete after['annotations']
}

/** The operations of a JSON patch in JSON or YAML; undefined when the text is something else. */
function operationsOf(patchText: string): Mutable[] | undefined {
  const parsed = parseYaml(patchText)
  if (isYamlError(parsed) || !Array.isArray(parsed.value)) return undefined
  const operations = cloneJson(parsed.value) as Mutable[]
  return operations.every(isObject) ? operations : undefined
}

function tryResources(patchText: string): Resource[] | undefined {
  try {
    return resourcesOf(patchText)
  } catch (failure) {
    if (failure instanceof KustomizeFailure) return undefined
    throw failure
  }
}

/** What a patch is made of, as the message of a broken one repeats it. */
function configText(entry: PatchEntry): string {
  const { options, patch, path, target } = entry
  return toYaml({ ...(options === undefined ? {} : { options }), ...(patch === undefined ? {} : { patch }), ...(path === undefined ? {} : { path }), ...(target === undefined ? {} : { target }) })
}

/** Runs a transformer's configuration and says which one failed. */
export function configured<T>(plugin: string, config: string, step: () => T): T {
  try {
    return step()
  } catch (failure) {
    if (failure instanceof KustomizeFailure) throw new KustomizeFailure(`trouble configuring builtin ${plugin} with config: \`\n${config}\`: ${failure.message}`)
    throw failure
  }
}

function loadPatch(loader: Loader, entry: PatchEntry): { readonly patchText: string; readonly source: string } {
  const inline = (entry.patch ?? '').trim()
  const path = entry.path ?? ''
  if (inline === '' && path === '') throw new KustomizeFailure(`must specify one of patch and path in\n${configText(entry)}`)
  if (inline !== '' && path !== '') throw new KustomizeFailure(`patch and path can't be set at the same time\n${configText(entry)}`)
  if (inline !== '') return { patchText: inline, source: `[patch: ${goQuote(inline)}]` }
  try {
    return { patchText: loader.load(path), source: `[path: ${goQuote(path)}]` }
  } catch (failure) {
    if (failure instanceof KustomizeFailure) throw new KustomizeFailure(`failed to get the patch file from path(${path}): ${failure.message}`)
    throw failure
  }
}

function strategicTransformer(entry: PatchEntry, patches: readonly Resource[], source: string): Transformer['run'] {
  for (const patch of patches) {
    patch.mayChangeName = entry.options?.['allowNameChange'] === true
    patch.mayChangeKind = entry.options?.['allowKindChange'] === true
  }
  const { target } = entry
  return (list) => {
    if (target !== undefined) {
      if (patches.length > 1) throw new KustomizeFailure(`Multiple Strategic-Merge Patches in one \`patches\` entry is not allowed to set \`patches.target\` field: ${source}`)
      const [patch] = patches
      if (patch !== undefined) applyToSelected(list, select(list, target), patch)
      return
    }
    for (const patch of patches) {
      const id = originalId(patch)
      let found: Resource
      try {
        found = uniqueTarget(list, id)
      } catch (failure) {
        if (failure instanceof KustomizeFailure) throw new KustomizeFailure(`no resource matches strategic merge patch ${goQuote(idText(id))}: ${failure.message}`)
        throw failure
      }
      applyStrategic(found, patch)
    }
  }
}

function operationsTransformer(target: Selector | undefined, operations: Mutable | undefined, source: string): Transformer['run'] {
  return (list) => {
    if (target === undefined) throw new KustomizeFailure(`must specify a target for JSON patch ${source}`)
    for (const resource of select(list, target)) {
      if (operations === undefined) throw new KustomizeFailure('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
      storePreviousId(resource)
      applyOperations(resource, operations)
    }
  }
}

function patchTransformer(loader: Loader, entry: PatchEntry): Transformer {
  const plugin = 'PatchTransformer'
  return configured(plugin, configText(entry), () => {
    const { patchText, source } = loadPatch(loader, entry)
    const [patches, operations] = [tryResources(patchText), operationsOf(patchText)]
    if (patches !== undefined && patches.length > 0) return { plugin, run: strategicTransformer(entry, patches, source) }
    if (operations !== undefined) return { plugin, run: operationsTransformer(entry.target, operations, source) }
    if (patches === undefined) throw new KustomizeFailure(`unable to parse SM or JSON patch from ${source}`)
    return { plugin, run: operationsTransformer(entry.target, undefined, source) }
  })
}

/** The patches under the old name patchesJson6902. */
function oldOperations(loader: Loader, entry: PatchEntry): Transformer {
  const plugin = 'PatchJson6902Transformer'
  const { target, path = '', patch = '' } = entry
  const config = toYaml({ ...(patch === '' ? {} : { jsonOp: patch }), ...(path === '' ? {} : { path }), ...(target === undefined ? {} : { target }) })
  return configured(plugin, config, () => {
    if ((target?.name ?? '') === '') throw new KustomizeFailure('must specify the target name')
    if (path === '' && patch === '') throw new KustomizeFailure('empty file path and empty jsonOp')
    if (path !== '' && patch !== '') throw new KustomizeFailure('must specify a file path or jsonOp, not both')
    const content = path === '' ? patch : loader.load(path)
    if (content === '') throw new KustomizeFailure(`patch file '${path}' empty seems to be empty`)
    const operations = operationsOf(content)
    if (operations === undefined) throw new KustomizeFailure(`decoding ${content}: json: cannot unmarshal object into Go value of type jsonpatch.Patch`)
    if (operations.length === 0) throw new KustomizeFailure(`patch appears to be empty; file=${path}, JsonOp=${content}`)
    return { plugin, run: (list) => { for (const resource of select(list, target!)) applyOperations(resource, operations) } }
  })
}

/** The patches under the old name patchesStrategicMerge: paths or texts. */
function oldStrategic(loader: Loader, entries: readonly string[]): Transformer {
  const plugin = 'PatchStrategicMergeTransformer'
  return configured(plugin, toYaml({ paths: [...entries] }), () => {
    const patches = entries.flatMap((entry) => { const inline = tryResources(entry); return inline === undefined || inline.length === 0 ? resourcesOf(loader.load(entry)) : inline })
    return { plugin, run: (list) => { for (const patch of patches) applyToSelected(list, [uniqueTarget(list, originalId(patch))], patch) } }
  })
}

/** The patches that run before all else: those of patchesStrategicMerge and patches. */
export function firstPatches(loader: Loader, kustomization: Kustomization): Transformer[] {
  const { patchesStrategicMerge: old = [], patches = [] } = kustomization
  return [...(old.length === 0 ? [] : [oldStrategic(loader, old)]), ...patches.map((entry) => patchTransformer(loader, entry))]
}

/** The patches of patchesJson6902, which run behind labels and annotations. */
export function latePatches(loader: Loader, kustomization: Kustomization): Transformer[] {
  return (kustomization.patchesJson6902 ?? []).map((entry) => oldOperations(loader, entry))
}


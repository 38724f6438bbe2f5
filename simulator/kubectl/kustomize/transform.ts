/** What a kustomization does to its objects, in kustomize's order. Models kustomize internal/builtins (0.20.1). */

import { RE2JS } from 're2js'

import { goJsonSorted, goList } from '../../api/go-text.ts'
import { isObject, setMember } from '../../api/patch/common.ts'
import type { Mutable } from '../../api/patch/common.ts'
import { compareText } from '../../kernel/text.ts'
import { writeField } from './field-path.ts'
import { commonAnnotations, commonLabels, imageNames, namespaces, replicaCounts, templateLabels } from './field-specs.ts'
import type { FieldSpec } from './field-specs.ts'
import { gvkText, isClusterScoped, isSelectedByGvk, KustomizeFailure, sameId } from './ids.ts'
import type { FieldSpecEntry, ImageEntry, Kustomization } from './kustomization.ts'
import type { Loader } from './loader.ts'
import { firstPatches, latePatches } from './patches.ts'
import type { Transformer } from './patches.ts'
import { replacementTransformer } from './replacements.ts'
import { currentId, gvkOf, isEmptyObject, metadataOf, nameOf, originalId, storePreviousId, text } from './resource.ts'
import type { Resource, ResourceList } from './resource.ts'

function setSubjectNamespaces({ object }: Resource, namespace: string): void {
  const subjects = object['subjects']
  if (Array.isArray(subjects)) for (const subject of subjects) if (isObject(subject) && subject['name'] === 'default') subject['namespace'] = namespace
}

function setNamespace(resource: Resource, namespace: string): void {
  const gvk = gvkOf(resource)
  if (!isClusterScoped(gvk)) metadataOf(resource)['namespace'] = namespace
  if (gvk.kind === 'RoleBinding' || gvk.kind === 'ClusterRoleBinding') setSubjectNamespaces(resource, namespace)
  for (const spec of namespaces) if (spec.path !== 'metadata/name' || resource.object['apiVersion'] === 'v1') writeField(resource, spec, () => namespace)
}

/** An object as kustomize keeps it: what it was called is in annotations. */
function debugText({ object, previous }: Resource): string {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {}
  const joined = (member: 'kind' | 'name' | 'namespace'): string => previous.map((one) => one[member]).join(',')
  const internal = { 'internal.config.kubernetes.io/previousKinds': joined('kind'), 'internal.config.kubernetes.io/previousNames': joined('name'), 'internal.config.kubernetes.io/previousNamespaces': joined('namespace') }
  return goJsonSorted({ ...object, metadata: { ...metadata, annotations: { ...(isObject(metadata['annotations']) ? metadata['annotations'] : {}), ...(previous.length === 0 ? {} : internal) } } })
}

function namespaceTransformer(namespace: string): Transformer {
  return {
    plugin: 'NamespaceTransformer',
    run: (list) => {
      for (const resource of list.items) {
        if (isEmptyObject(resource.object)) continue
        storePreviousId(resource)
        setNamespace(resource, namespace)
        const id = currentId(resource)
        const matches = list.items.filter((other) => sameId(currentId(other), id))
        if (matches.length !== 1) throw new KustomizeFailure(`namespace transformation produces ID conflict: ${goList(matches.map(debugText))}`)
      }
    },
  }
}

const unnamedKinds = [
  { kind: 'CustomResourceDefinition', group: '', version: '' }, { kind: 'APIService', group: 'apiregistration.k8s.io', version: '' }, { kind: 'Namespace', group: '', version: '' },
] as const

function nameTransformer(plugin: string, member: 'prefixes' | 'suffixes', affix: string): Transformer {
  return {
    plugin,
    run: (list) => {
      for (const resource of list.items) {
        const id = originalId(resource)
        if (unnamedKinds.some((kind) => isSelectedByGvk(id, kind))) continue
        resource[member] = [...resource[member], affix]
        storePreviousId(resource)
        metadataOf(resource)['name'] = member === 'prefixes' ? affix + nameOf(resource) : nameOf(resource) + affix
      }
    },
  }
}

function entriesTransformer(plugin: string, pairs: { readonly [key: string]: string }, specs: readonly FieldSpec[]): Transformer {
  const keys = Object.keys(pairs).sort(compareText)
  const withPairs = (value: Mutable | undefined): Mutable => {
    const map = isObject(value) ? value : {}
    for (const key of keys) setMember(map, key, pairs[key]!)
    return map
  }
  return {
    plugin,
    run: (list) => {
      if (keys.length === 0) return
      for (const resource of list.items) {
        resource.generatedKeys = [...resource.generatedKeys, ...keys]
        for (const spec of specs) writeField(resource, spec, withPairs)
      }
    },
  }
}

function isCovered(known: readonly FieldSpec[], spec: FieldSpec): boolean {
  const found = known.find((other) => other.path === spec.path && isSelectedByGvk(other, spec))
  if (found !== undefined && found.create !== spec.create) throw new KustomizeFailure('failed to merge labels: conflicting fieldspecs')
  return found !== undefined
}

function mergedSpecs(...lists: (readonly FieldSpec[])[]): FieldSpec[] {
  const merged: FieldSpec[] = []
  for (const spec of lists.flat()) if (!isCovered(merged, spec)) merged.push(spec)
  return merged
}

function toSpec({ group = '', version = '', kind = '', path = '', create = false }: FieldSpecEntry): FieldSpec {
  return { group, version, kind, path, create }
}

function labelTransformers({ labels = [], commonLabels: common = {} }: Kustomization): Transformer[] {
  const plugin = 'LabelTransformer'
  if (labels.length === 0 && Object.keys(common).length === 0) return []
  const own: FieldSpec = { group: '', version: '', kind: '', path: 'metadata/labels', create: true }
  return [
    ...labels.map((label) => {
      const fields = (label.fields ?? []).map(toSpec)
      const specs = label.includeSelectors === true ? mergedSpecs(fields, commonLabels) : mergedSpecs(fields, label.includeTemplates === true ? templateLabels : [], [own])
      return entriesTransformer(plugin, label.pairs ?? {}, specs)
    }),
    entriesTransformer(plugin, common, commonLabels),
  ]
}

function replicaTransformer(name: string, count: number): Transformer {
  return {
    plugin: 'ReplicaCountTransformer',
    run: (list) => {
      let isFound = false
      for (const spec of replicaCounts) {
        for (const resource of list.withAnyId((id) => id.name === name && isSelectedByGvk(id, spec))) {
          isFound = true
          writeField(resource, spec, () => count)
        }
      }
      if (!isFound) throw new KustomizeFailure(`resource with name ${name} does not match a config with the following GVK ${goList(replicaCounts.map(gvkText))}`)
    },
  }
}

/** Name, tag and digest of an image; the registry's port is no tag. */
function splitImage(image: string): { readonly name: string; readonly tag: string; readonly digest: string } {
  const slash = Math.max(image.indexOf('/'), 0)
  const at = image.indexOf('@', slash)
  const colon = image.indexOf(':', slash)
  if (at >= 0 && (colon < 0 || at < colon)) return { name: image.slice(0, at), tag: '', digest: image.slice(at + 1) }
  if (colon < 0) return { name: image, tag: '', digest: '' }
  const end = at < 0 ? image.length : at
  return { name: image.slice(0, colon), tag: image.slice(colon + 1, end), digest: at < 0 ? '' : image.slice(at + 1) }
}

function changedImage(image: string, { newName = '', newTag = '', tagSuffix = '', digest: newDigest = '' }: ImageEntry): string {
  let { name, tag, digest } = splitImage(image)
  if (newName !== '') name = newName
  if (newTag !== '' || newDigest !== '') [tag, digest] = [newTag, newDigest]
  else if (tagSuffix !== '') [tag, digest] = [tag + tagSuffix, '']
  return `${name}${tag === '' ? '' : `:${tag}`}${digest === '' ? '' : `@${digest}`}`
}

/** Images in the containers of any kind, also of kinds that have no pod template where it is expected. */
function walkContainers(value: Mutable, change: (image: Mutable | undefined) => Mutable): void {
  if (Array.isArray(value)) { for (const item of value) walkContainers(item, change); return }
  if (!isObject(value)) return
  for (const key of Object.keys(value)) {
    const member = value[key]!
    walkContainers(member, change)
    if ((key === 'containers' || key === 'initContainers') && Array.isArray(member)) for (const container of member) if (isObject(container) && typeof container['image'] === 'string') container['image'] = change(container['image'])
  }
}

function imageTransformer(entry: ImageEntry): Transformer {
  let pattern: RE2JS | undefined
  try {
    pattern = RE2JS.compile(`^${entry.name ?? ''}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`)
  } catch { pattern = undefined }
  const change = (image: Mutable | undefined): Mutable => (typeof image === 'string' && pattern?.matcher(image).find() === true ? changedImage(image, entry) : image ?? null)
  return {
    plugin: 'ImageTagTransformer',
    run: (list: ResourceList) => {
      for (const resource of list.items) {
        if (text(resource.object['kind']) === 'CustomResourceDefinition') continue
        walkContainers(resource.object, change)
        for (const spec of imageNames) writeField(resource, spec, change)
      }
    },
  }
}

/** All transformers of a kustomization; reading their configuration may fail before one runs. */
export function transformersOf(loader: Loader, kustomization: Kustomization): Transformer[] {
  const { namespace = '', namePrefix = '', nameSuffix = '', replicas = [], images = [], replacements = [] } = kustomization
  return [
    ...firstPatches(loader, kustomization),
    ...(namespace === '' ? [] : [namespaceTransformer(namespace)]),
    ...(namePrefix === '' ? [] : [nameTransformer('PrefixTransformer', 'prefixes', namePrefix)]),
    ...(nameSuffix === '' ? [] : [nameTransformer('SuffixTransformer', 'suffixes', nameSuffix)]),
    ...labelTransformers(kustomization),
    ...(kustomization.commonAnnotations === undefined ? [] : [entriesTransformer('AnnotationsTransformer', kustomization.commonAnnotations, commonAnnotations)]),
    ...latePatches(loader, kustomization),
    ...replicas.map(({ name = '', count = 0 }) => replicaTransformer(name, count)),
    ...images.map(imageTransformer),
    ...(replacements.length === 0 ? [] : [replacementTransformer(loader, replacements)]),
  ]
}

/** The kustomization file and how Go's JSON decoder complains about it. Models kustomize api/types (0.20.1). */

import { goQuote } from '../../api/go-text.ts'
import type { Json } from '../../kernel/json.ts'
import { isJsonObject } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'

/** What a field takes: a plain type, a list, a map of plain values or a struct. */
type Shape = 'string' | 'bool' | 'int' | 'int64' | { readonly list: Shape } | { readonly map: Shape } | Struct
interface Struct { readonly type: string; readonly fields: { readonly [name: string]: Shape | readonly [embedded: string, shape: Shape] } }

const texts = { list: 'string' } as const
const textsByKey = { map: 'string' } as const
const inline = (embedded: string, fields: { readonly [name: string]: Shape }): { readonly [name: string]: readonly [string, Shape] } =>
  Object.fromEntries(Object.entries(fields).map(([name, shape]) => [name, [embedded, shape]] as const))

const resId = { ...inline('ResId.Gvk', { group: 'string', version: 'string', kind: 'string' }), ...inline('ResId', { name: 'string', namespace: 'string' }) }
const selector: Struct = { type: 'Selector', fields: { ...resId, annotationSelector: 'string', labelSelector: 'string' } }
const fieldOptions: Struct = { type: 'FieldOptions', fields: { delimiter: 'string', index: 'int', encoding: 'string', create: 'bool' } }
const generatorOptions: Struct = { type: 'GeneratorOptions', fields: { labels: textsByKey, annotations: textsByKey, disableNameSuffixHash: 'bool', immutable: 'bool' } }
const generatorArgs = {
  ...inline('GeneratorArgs', { namespace: 'string', name: 'string', behavior: 'string', options: generatorOptions }),
  ...inline('GeneratorArgs.KvPairSources', { literals: texts, files: texts, envs: texts, env: 'string' }),
}
const fieldSpec: Struct = { type: 'FieldSpec', fields: { ...inline('Gvk', { group: 'string', version: 'string', kind: 'string' }), path: 'string', create: 'bool' } }
const patch: Struct = { type: 'Patch', fields: { path: 'string', patch: 'string', target: selector, options: { map: 'bool' } } }
const image: Struct = { type: 'Image', fields: { name: 'string', newName: 'string', tagSuffix: 'string', newTag: 'string', digest: 'string' } }
const targetSelector: Struct = { type: 'TargetSelector', fields: { select: selector, reject: { list: selector }, fieldPaths: texts, options: fieldOptions } }
const sourceSelector: Struct = { type: 'SourceSelector', fields: { ...resId, fieldPath: 'string', options: fieldOptions } }
const objectMeta: Struct = { type: 'ObjectMeta', fields: { name: 'string', namespace: 'string', labels: textsByKey, annotations: textsByKey } }
const replacement = { source: sourceSelector, targets: { list: targetSelector }, sourceValue: 'string' } as const

/** A replacement in a file of its own. */
export const replacementShape: Struct = { type: 'Replacement', fields: replacement }

const kustomizationShape: Struct = {
  type: 'Kustomization',
  fields: {
    ...inline('TypeMeta', { apiVersion: 'string', kind: 'string' }), metadata: objectMeta, openapi: textsByKey,
    namePrefix: 'string', nameSuffix: 'string', namespace: 'string', commonLabels: textsByKey, commonAnnotations: textsByKey,
    labels: { list: { type: 'Label', fields: { pairs: textsByKey, includeSelectors: 'bool', includeTemplates: 'bool', fields: { list: fieldSpec } } } },
    patchesStrategicMerge: texts, patchesJson6902: { list: patch }, patches: { list: patch }, images: { list: image }, imageTags: { list: image },
    replacements: { list: { type: 'ReplacementField', fields: { ...inline('Replacement', replacement), path: 'string' } } },
    replicas: { list: { type: 'Replica', fields: { name: 'string', count: 'int64' } } },
    vars: { list: { type: 'Var', fields: { name: 'string', objref: { type: 'Target', fields: { apiVersion: 'string', ...inline('Gvk', { group: 'string', version: 'string', kind: 'string' }), name: 'string', namespace: 'string' } }, fieldref: { type: 'FieldSelector', fields: { fieldPath: 'string' } } } } },
    sortOptions: { type: 'SortOptions', fields: { order: 'string', legacySortOptions: { type: 'LegacySortOptions', fields: { orderFirst: texts, orderLast: texts } } } },
    resources: texts, components: texts, crds: texts, bases: texts,
    configMapGenerator: { list: { type: 'ConfigMapArgs', fields: generatorArgs } },
    secretGenerator: { list: { type: 'SecretArgs', fields: { ...generatorArgs, type: 'string' } } },
    helmGlobals: { type: 'HelmGlobals', fields: { chartHome: 'string', configHome: 'string' } },
    helmCharts: { list: { type: 'HelmChart', fields: { name: 'string', version: 'string', repo: 'string', releaseName: 'string', namespace: 'string', valuesFile: 'string', includeCRDs: 'bool' } } },
    generatorOptions, configurations: texts, generators: texts, transformers: texts, validators: texts, buildMetadata: texts,
  },
}

function goType(shape: Shape): string {
  if (typeof shape === 'string') return shape
  if ('list' in shape) return `[]${goType(shape.list)}`
  if ('map' in shape) return `map[string]${goType(shape.map)}`
  return `types.${shape.type}`
}

function jsonKind(value: Json): string {
  if (Array.isArray(value)) return 'array'
  if (isJsonObject(value)) return 'object'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** Where the decoder stands: the struct and the path of fields to it. */
interface Place { readonly struct: string; readonly path: readonly string[] }

function mismatch(value: Json, shape: Shape, { struct, path }: Place): string {
  const number = typeof value === 'number' && (shape === 'int' || shape === 'int64') ? ` ${value}` : ''
  return `json: cannot unmarshal ${jsonKind(value)}${number} into Go ${struct === '' ? 'value' : `struct field ${struct}.${path.join('.')}`} of type ${goType(shape)}`
}

function fits(value: Json, shape: 'string' | 'bool' | 'int' | 'int64'): boolean {
  if (shape === 'string') return typeof value === 'string'
  return shape === 'bool' ? typeof value === 'boolean' : typeof value === 'number' && Number.isInteger(value)
}

/** The first complaint of the decoder; fields in the order of the JSON, which is sorted. */
function complaintOf(value: Json, shape: Shape, place: Place): string | undefined {
  if (value === null) return undefined
  if (typeof shape === 'string') return fits(value, shape) ? undefined : mismatch(value, shape, place)
  if ('list' in shape) {
    if (!Array.isArray(value)) return mismatch(value, shape, place)
    for (const item of value as readonly Json[]) { const found = complaintOf(item, shape.list, place); if (found !== undefined) return found }
    return undefined
  }
  if (!isJsonObject(value)) return mismatch(value, shape, place)
  for (const key of Object.keys(value).sort(compareText)) {
    const found = 'map' in shape ? complaintOf(value[key] ?? null, shape.map, place) : fieldComplaint(value, key, shape, place)
    if (found !== undefined) return found
  }
  return undefined
}

function fieldName(shape: Struct, key: string): string | undefined {
  return Object.hasOwn(shape.fields, key) ? key : Object.keys(shape.fields).find((name) => name.toLowerCase() === key.toLowerCase())
}

function fieldComplaint(value: { readonly [key: string]: Json | undefined }, key: string, shape: Struct, place: Place): string | undefined {
  const name = fieldName(shape, key)
  if (name === undefined) return `json: unknown field ${goQuote(key)}`
  const field = shape.fields[name]!
  const [embedded, inner] = Array.isArray(field) ? field as readonly [string, Shape] : ['', field as Shape]
  return complaintOf(value[key] ?? null, inner, { struct: shape.type, path: [...place.path, ...(embedded === '' ? [] : embedded.split('.')), name] })
}

/** Fields by their real names; letters of the wrong case are forgiven. */
function renamed(value: Json, shape: Shape): Json {
  if (value === null || typeof shape === 'string') return value
  if ('list' in shape) return Array.isArray(value) ? value.map((item: Json) => renamed(item, shape.list)) : value
  if ('map' in shape || !isJsonObject(value)) return value
  const out: { [key: string]: Json } = {}
  for (const key of Object.keys(value)) {
    const name = fieldName(shape, key) ?? key
    const field = shape.fields[name]
    if (field !== undefined && value[key] !== undefined && value[key] !== null) out[name] = renamed(value[key], Array.isArray(field) ? field[1] as Shape : field as Shape)
  }
  return out
}

/** Checks a decoded file. @returns the file with its fields by their real names, or the complaint */
export function decodeShape(value: Json, shape: Struct = kustomizationShape): { readonly value: Json } | { readonly error: string } {
  const error = isJsonObject(value) || value === null ? complaintOf(value, shape, { struct: '', path: [] }) : mismatch(value, shape, { struct: '', path: [] })
  return error === undefined ? { value: renamed(value ?? {}, shape) } : { error }
}

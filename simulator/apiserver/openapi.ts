/**
 * OpenAPI v3 documents of what the API server serves: enough for `kubectl explain`, for client-side validation and for
 * the merge keys of `kubectl apply`. Made from the schema of the API's types.
 * Models apiserver/pkg/endpoints/openapi (v1.35). Differs: no descriptions, and parameters by name only.
 */

import factsData from '../admission/schema/field-facts.json' with { type: 'json' }
import { fieldsOf, typeOf } from '../admission/schema/schema.ts'
import type { FieldSchema, FieldType } from '../admission/schema/schema.ts'
import type { KindInfo, KindTable } from '../api/kinds.ts'
import { apiVersionOf } from '../api/kinds.ts'
import patchData from '../api/patch/types.json' with { type: 'json' }
import { fnv32a } from '../kernel/hash.ts'
import { compareText } from '../kernel/text.ts'
import { servedVersions } from './discovery-documents.ts'

type Schema = { readonly [key: string]: unknown }
/** What a type's schema says beside its fields: how lists merge ('atomic', 'set' or their keys), and maps. */
interface TypeFacts {
  readonly required?: readonly string[]
  readonly enums?: { readonly [field: string]: readonly string[] | undefined }
  readonly lists?: { readonly [field: string]: string | undefined }
  readonly maps?: { readonly [field: string]: string | undefined }
  readonly map?: string
}

const facts = factsData as { readonly [typeKey: string]: TypeFacts | undefined }
const patchTypes = patchData.types as { readonly [typeKey: string]: { readonly [field: string]: string | undefined } | undefined }
const metaPrefix = 'io.k8s.apimachinery.pkg.apis.meta.v1.'
const quantityName = 'io.k8s.apimachinery.pkg.api.resource.Quantity'
const intOrStringName = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'
const rawName = 'io.k8s.apimachinery.pkg.runtime.RawExtension'

const wellKnown: { readonly [name: string]: Schema } = {
  [quantityName]: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  [intOrStringName]: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  [rawName]: { type: 'object' },
  [`${metaPrefix}Time`]: { type: 'string', format: 'date-time' },
  [`${metaPrefix}MicroTime`]: { type: 'string', format: 'date-time' },
  [`${metaPrefix}Duration`]: { type: 'string' },
  [`${metaPrefix}FieldsV1`]: { type: 'object' },
}
const namedScalars: { readonly [scalar: string]: string } = {
  Quantity: quantityName, IntOrString: intOrStringName, Raw: rawName, Time: `${metaPrefix}Time`, MicroTime: `${metaPrefix}MicroTime`, Duration: `${metaPrefix}Duration`,
}
const plainScalars: { readonly [scalar: string]: Schema } = {
  string: { type: 'string' }, bool: { type: 'boolean' }, int32: { type: 'integer', format: 'int32' }, int64: { type: 'integer', format: 'int64' },
  float64: { type: 'number', format: 'double' }, bytes: { type: 'string', format: 'byte' },
}

/** Groups whose types live beside k8s.io/api. */
const otherPrefixes: { readonly [group: string]: string | undefined } = { apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.', apiregistration: 'io.k8s.kube-aggregator.pkg.apis.' }

/** `core/v1.Container` as OpenAPI names it. */
function schemaName(typeKey: string): string {
  if (typeKey.startsWith('meta/v1.')) return metaPrefix + typeKey.slice('meta/v1.'.length)
  const [group = ''] = typeKey.split('/')
  return `${otherPrefixes[group] ?? 'io.k8s.api.'}${typeKey.replace('/', '.')}`
}

/** Schemas of types, each with those that it names. */
class Schemas {
  readonly found = new Map<string, Schema>()

  reference(name: string, isPointer: boolean): Schema {
    const known = wellKnown[name]
    if (known !== undefined) this.found.set(name, known)
    const allOf = [{ $ref: `#/components/schemas/${name}` }]
    return isPointer || known !== undefined ? { allOf } : { default: {}, allOf }
  }

  ofType(type: FieldType, isElement = false): Schema {
    switch (type.kind) {
      case 'list': return { type: 'array', items: this.ofType(type.of, true) }
      case 'map': return { type: 'object', additionalProperties: this.ofType(type.of, true) }
      case 'struct':
        this.add(type.typeKey)
        return this.reference(schemaName(type.typeKey), type.isPointer)
      case 'scalar': {
        const named = namedScalars[type.scalar]
        if (named !== undefined) return this.reference(named, type.isPointer)
        const schema = plainScalars[type.scalar] ?? { type: 'object' }
        return isElement && type.scalar === 'string' ? { ...schema, default: '' } : schema
      }
    }
  }

  /** Adds the schema of a type and of all that it reaches. */
  add(typeKey: string, more?: Schema): void {
    const name = schemaName(typeKey)
    const known = this.found.get(name)
    if (known !== undefined) {
      if (more !== undefined) this.found.set(name, { ...known, ...more })
      return
    }
    this.found.set(name, {})
    const { required = [], map } = facts[typeKey] ?? {}
    const properties: { [field: string]: Schema } = {}
    for (const field of [...fieldsOf(typeKey)].sort((a, b) => compareText(a.name, b.name))) properties[field.name] = this.ofField(typeKey, field)
    this.found.set(name, { type: 'object', ...(required.length === 0 ? {} : { required }), properties, ...(map === undefined ? {} : { 'x-kubernetes-map-type': map }), ...more })
  }

  private ofField(typeKey: string, { name, type }: FieldSchema): Schema {
    const schema = typeKey === 'meta/v1.ManagedFieldsEntry' && name === 'fieldsV1' ? this.reference(`${metaPrefix}FieldsV1`, true) : this.ofType(type)
    const values = facts[typeKey]?.enums?.[name]
    return { ...schema, ...(values === undefined ? {} : { enum: values }), ...patchMarks(typeKey, name) }
  }
}

/** How a field merges, as the marks that kubectl apply reads. */
function patchMarks(typeKey: string, field: string): Schema {
  const [, strategies = '', mergeKey = ''] = (patchTypes[typeKey]?.[field] ?? '').split('|')
  const { lists = {}, maps = {} } = facts[typeKey] ?? {}
  const [list, map] = [lists[field], maps[field]]
  const isKeyed = list !== undefined && list !== 'atomic' && list !== 'set'
  return {
    ...(isKeyed ? { 'x-kubernetes-list-map-keys': list.split(',') } : {}), ...(list === undefined ? {} : { 'x-kubernetes-list-type': isKeyed ? 'map' : list }),
    ...(map === undefined ? {} : { 'x-kubernetes-map-type': map }),
    ...(mergeKey === '' ? {} : { 'x-kubernetes-patch-merge-key': mergeKey }), ...(strategies === '' ? {} : { 'x-kubernetes-patch-strategy': strategies }),
  }
}

function gvkOf(kind: KindInfo): Schema {
  return { group: kind.group, kind: kind.kind, version: kind.version }
}

const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation']
const listParameters = ['allowWatchBookmarks', 'continue', 'fieldSelector', 'labelSelector', 'limit', 'resourceVersion', 'resourceVersionMatch', 'sendInitialEvents', 'timeoutSeconds', 'watch']
const deleteParameters = ['dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy']

interface Operation { readonly verb: string; readonly method: string; readonly action: string; readonly parameters: readonly string[] }
const objectOperations: readonly Operation[] = [
  { verb: 'get', method: 'get', action: 'get', parameters: [] },
  { verb: 'update', method: 'put', action: 'put', parameters: writeParameters },
  { verb: 'patch', method: 'patch', action: 'patch', parameters: [...writeParameters, 'force'] },
  { verb: 'delete', method: 'delete', action: 'delete', parameters: deleteParameters },
]
const collectionOperations: readonly Operation[] = [
  { verb: 'list', method: 'get', action: 'list', parameters: listParameters },
  { verb: 'create', method: 'post', action: 'post', parameters: writeParameters },
  { verb: 'deletecollection', method: 'delete', action: 'deletecollection', parameters: [...listParameters, ...deleteParameters] },
]

function operationsOf(kind: KindInfo, operations: readonly Operation[], reference: Schema): { [method: string]: Schema } {
  const made: { [method: string]: Schema } = {}
  for (const { verb, method, action, parameters } of operations) {
    if (!kind.verbs.includes(verb)) continue
    made[method] = {
      parameters: parameters.map((name) => ({ name, in: 'query', schema: { type: 'string' } })),
      responses: { 200: { description: 'OK', content: { 'application/json': { schema: reference } } } },
      'x-kubernetes-action': action, 'x-kubernetes-group-version-kind': gvkOf(kind),
    }
  }
  return made
}

function rootOf(group: string, version: string): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`
}

function customName(kind: KindInfo): string {
  return `${kind.group.split('.').reverse().join('.')}.${kind.version}.${kind.kind}`
}

function addKind(schemas: Schemas, kind: KindInfo): Schema {
  const marks = { 'x-kubernetes-group-version-kind': [gvkOf(kind)] }
  const type = typeOf(apiVersionOf(kind), kind.kind)
  if (type !== undefined) {
    schemas.add(type.key, marks)
    return { $ref: `#/components/schemas/${schemaName(type.key)}` }
  }
  const name = customName(kind)
  const { properties = {}, ...rest } = (kind.custom?.schema ?? { type: 'object' }) as { readonly properties?: Schema }
  const metadata = schemas.ofType({ kind: 'struct', typeKey: 'meta/v1.ObjectMeta', goName: '', isPointer: true })
  schemas.found.set(name, { ...rest, type: 'object', properties: { ...properties, apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata }, ...marks })
  return { $ref: `#/components/schemas/${name}` }
}

/** The document of one group and version, such as `/openapi/v3/apis/apps/v1`; undefined for one that is not served. */
export function openApiDocument(table: KindTable, group: string, version: string): Schema | undefined {
  const kinds = table.all.filter((kind) => kind.group === group && kind.version === version)
  if (kinds.length === 0) return undefined
  const schemas = new Schemas()
  const paths: { [path: string]: Schema } = {}
  for (const kind of kinds) {
    const reference = addKind(schemas, kind)
    const root = rootOf(group, version)
    const base = kind.namespaced ? `${root}/namespaces/{namespace}/${kind.resource}` : `${root}/${kind.resource}`
    paths[base] = operationsOf(kind, collectionOperations, reference)
    if (kind.namespaced) paths[`${root}/${kind.resource}`] = operationsOf(kind, collectionOperations.slice(0, 1), reference)
    paths[`${base}/{name}`] = operationsOf(kind, objectOperations, reference)
  }
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1.35.4' }, paths, components: { schemas: Object.fromEntries([...schemas.found].sort(([a], [b]) => compareText(a, b))) } }
}

/** The list of documents: `/openapi/v3`. The hash changes with the kinds that are served. */
export function openApiIndex(table: KindTable): Schema {
  const paths: { [path: string]: Schema } = {}
  for (const { group, version } of servedVersions(table)) {
    const path = rootOf(group, version).slice(1)
    const custom = table.custom.filter((kind) => kind.group === group && kind.version === version)
    const hash = fnv32a(JSON.stringify([path, custom.map(({ kind, custom: schema }) => [kind, schema])]), 1).toString(16).padStart(8, '0')
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }
  }
  return { paths }
}

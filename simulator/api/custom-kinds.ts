/**
 * Kinds that a CustomResourceDefinition brings: a definition is data, and the rows of the kind table follow from it.
 * Models apiextensions-apiserver/pkg/apis/apiextensions/v1 (v1.35).
 */

import type { JsonObject } from '../kernel/json.ts'
import type { KindInfo, SubresourceInfo } from './kinds.ts'
import { compareText } from '../kernel/text.ts'
import type { CustomKind, PrinterColumn, ScalePaths, StructuralSchema } from './structural-schema.ts'
import type { KubeObject } from './types.ts'

/** One version of a definition. */
export interface DefinitionVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly schema?: { readonly openAPIV3Schema?: StructuralSchema }
  readonly subresources?: { readonly status?: JsonObject; readonly scale?: ScalePaths }
  readonly additionalPrinterColumns?: readonly PrinterColumn[]
  readonly selectableFields?: readonly { readonly jsonPath: string }[]
  readonly deprecated?: boolean
  readonly deprecationWarning?: string
}

/** A CustomResourceDefinition of apiextensions.k8s.io/v1. */
export interface CustomResourceDefinition extends KubeObject {
  readonly spec: {
    readonly group: string
    readonly scope: 'Namespaced' | 'Cluster'
    readonly names: DefinitionNames
    readonly versions: readonly DefinitionVersion[]
  }
  readonly status?: {
    readonly conditions?: readonly DefinitionCondition[]
    readonly acceptedNames?: DefinitionNames
    readonly storedVersions?: readonly string[]
  }
}

/** Names of a kind: asked for in the spec, accepted in the status. */
export interface DefinitionNames { readonly kind: string; readonly listKind?: string; readonly plural: string; readonly singular?: string; readonly shortNames?: readonly string[]; readonly categories?: readonly string[] }

/** A condition of a definition. */
export interface DefinitionCondition { readonly type: string; readonly status: string; readonly lastTransitionTime?: string; readonly reason?: string; readonly message?: string }

/** The resource under which definitions are stored. */
export const definitionsResource = 'customresourcedefinitions.apiextensions.k8s.io'

/** What holds a definition until its instances are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'

/** Conditions with one set; its time changes with its status only. */
export function withCondition(conditions: readonly DefinitionCondition[], next: DefinitionCondition, now: string): DefinitionCondition[] {
  const before = conditions.find(({ type }) => type === next.type)
  const lastTransitionTime = before?.status === next.status && before.lastTransitionTime !== undefined ? before.lastTransitionTime : now
  const condition: DefinitionCondition = { type: next.type, status: next.status, lastTransitionTime, reason: next.reason, message: next.message }
  return before === undefined ? [...conditions, condition] : conditions.map((other) => (other === before ? condition : other))
}

/** A definition that somebody deleted: its instances go before it. @param now the time of the request */
export function markTerminating(object: KubeObject, now: string): KubeObject {
  const definition = object as CustomResourceDefinition
  const { metadata, status } = definition
  const finalizers = [...(metadata.finalizers ?? []).filter((name) => name !== cleanupFinalizer), cleanupFinalizer]
  const condition = { type: 'Terminating', status: 'True', reason: 'InstanceDeletionPending', message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon' }
  const marked: CustomResourceDefinition = { ...definition, metadata: { ...metadata, deletionTimestamp: now, finalizers }, status: { ...status, conditions: withCondition(status?.conditions ?? [], condition, now) } }
  return marked
}

/** The verbs of custom resources, in the order of their discovery. */
const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']
const changeVerbs = ['get', 'patch', 'update']
const ageText = 'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata'
const ageColumn: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: ageText }

/** Verbs while the definition is being deleted. */
const lastVerbs = ['delete', 'deletecollection', 'get', 'list', 'watch']

function isTrue(definition: CustomResourceDefinition, wanted: string): boolean {
  return definition.status?.conditions?.some(({ type, status }) => type === wanted && status === 'True') === true
}

/** True when the API serves the kinds of a definition. */
export function isEstablished(definition: CustomResourceDefinition): boolean {
  return isTrue(definition, 'Established')
}

function subresourcesOf(version: DefinitionVersion): SubresourceInfo[] {
  const { status, scale } = version.subresources ?? {}
  const found: SubresourceInfo[] = []
  if (status !== undefined) found.push({ name: 'status', verbs: changeVerbs })
  if (scale !== undefined) found.push({ name: 'scale', verbs: changeVerbs, kind: 'Scale', group: 'autoscaling', version: 'v1' })
  return found
}

const versionForm = /^v(\d+)(?:(alpha|beta)(\d+))?$/

/** Versions as clients prefer them: v2, v1, v1beta2, v1beta1, v1alpha1, then others by name. Models apimachinery/pkg/version CompareKubeAwareVersionStrings (v1.35). */
function compareVersions(a: string, b: string): number {
  const [x, y] = [versionForm.exec(a), versionForm.exec(b)]
  if (x === null || y === null) return x === null && y === null ? compareText(a, b) : x === null ? 1 : -1
  const rank = (stage: string | undefined): number => (stage === undefined ? 0 : stage === 'beta' ? 1 : 2)
  return rank(x[2]) - rank(y[2]) || Number(y[1]) - Number(x[1]) || Number(y[3] ?? 0) - Number(x[3] ?? 0)
}

function deprecationOf({ spec: { group, names, versions } }: CustomResourceDefinition, { name }: DefinitionVersion): string {
  const text = `${group}/${name} ${names.kind} is deprecated`
  const [better] = versions.filter((other) => other.served && other.deprecated !== true && compareVersions(other.name, name) < 0).sort((a, b) => compareVersions(a.name, b.name))
  return better === undefined ? text : `${text}; use ${group}/${better.name} ${names.kind}`
}

function customOf(definition: CustomResourceDefinition, version: DefinitionVersion): CustomKind {
  const { spec, metadata } = definition
  const { scale } = version.subresources ?? {}
  const stored = spec.versions.find(({ storage }) => storage) ?? version
  return {
    schema: version.schema?.openAPIV3Schema ?? {},
    columns: version.additionalPrinterColumns ?? [ageColumn],
    ...(stored.name === version.name ? {} : { storedVersion: stored.name, storedSchema: stored.schema?.openAPIV3Schema ?? {} }),
    ...((metadata.generation ?? 1) > 1 || spec.versions.length > 1 ? { mayDiffer: true } : {}),
    ...(scale === undefined ? {} : { scale }),
    ...(version.selectableFields === undefined ? {} : { selectable: version.selectableFields.map(({ jsonPath }) => jsonPath) }),
    ...(version.deprecated === true ? { warning: version.deprecationWarning ?? deprecationOf(definition, version) } : {}),
    ...(isTrue(definition, 'Terminating') ? { isTerminating: true } : {}),
  }
}

/** The rows of the kind table for a definition, the preferred version first; none before it is established. */
export function kindsOfDefinition(definition: CustomResourceDefinition): readonly KindInfo[] {
  if (!isEstablished(definition)) return []
  const { group, scope, versions } = definition.spec
  const names = definition.status?.acceptedNames ?? definition.spec.names
  const verbs = isTrue(definition, 'Terminating') ? lastVerbs : customVerbs
  return versions.filter(({ served }) => served).sort((a, b) => compareVersions(a.name, b.name)).map((version) => ({
    group, version: version.name, kind: names.kind, resource: names.plural, singular: names.singular ?? names.kind.toLowerCase(),
    namespaced: scope === 'Namespaced', shortNames: names.shortNames ?? [], categories: names.categories ?? [], verbs, subresources: subresourcesOf(version),
    custom: customOf(definition, version),
  }))
}

/**
 * Kinds that a CustomResourceDefinition brings: a definition is data, and the rows of the kind table follow from it.
 * Models apiextensions-apiserver/pkg/apis/apiextensions/v1 (v1.35).
 */

import type { JsonObject } from '../kernel/json.ts'
import type { KindInfo, SubresourceInfo } from './kinds.ts'
import type { PrinterColumn, StructuralSchema } from './structural-schema.ts'
import type { KubeObject } from './types.ts'

/** One version of a definition. */
export interface DefinitionVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly schema?: { readonly openAPIV3Schema?: StructuralSchema }
  readonly subresources?: { readonly status?: JsonObject; readonly scale?: JsonObject }
  readonly additionalPrinterColumns?: readonly PrinterColumn[]
}

/** A CustomResourceDefinition of apiextensions.k8s.io/v1. */
export interface CustomResourceDefinition extends KubeObject {
  readonly spec: {
    readonly group: string
    readonly scope: 'Namespaced' | 'Cluster'
    readonly names: { readonly kind: string; readonly listKind?: string; readonly plural: string; readonly singular?: string; readonly shortNames?: readonly string[]; readonly categories?: readonly string[] }
    readonly versions: readonly DefinitionVersion[]
  }
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }[] }
}

/** The resource under which definitions are stored. */
export const definitionsResource = 'customresourcedefinitions.apiextensions.k8s.io'

/** The verbs of custom resources, in the order of their discovery. */
const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']
const changeVerbs = ['get', 'patch', 'update']
const ageColumn: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }

/** True when the API serves the kinds of a definition. */
export function isEstablished(definition: CustomResourceDefinition): boolean {
  return definition.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') === true
}

function subresourcesOf(version: DefinitionVersion): SubresourceInfo[] {
  const { status, scale } = version.subresources ?? {}
  const found: SubresourceInfo[] = []
  if (status !== undefined) found.push({ name: 'status', verbs: changeVerbs })
  if (scale !== undefined) found.push({ name: 'scale', verbs: changeVerbs, kind: 'Scale', group: 'autoscaling', version: 'v1' })
  return found
}

/** The rows of the kind table for a definition, the stored version first; none before it is established. */
export function kindsOfDefinition(definition: CustomResourceDefinition): readonly KindInfo[] {
  if (!isEstablished(definition)) return []
  const { group, scope, names, versions } = definition.spec
  const served = versions.filter((version) => version.served)
  return [...served.filter((version) => version.storage), ...served.filter((version) => !version.storage)].map((version) => ({
    group, version: version.name, kind: names.kind, resource: names.plural, singular: names.singular ?? names.kind.toLowerCase(),
    namespaced: scope === 'Namespaced', shortNames: names.shortNames ?? [], categories: names.categories ?? [], verbs: customVerbs, subresources: subresourcesOf(version),
    custom: { schema: version.schema?.openAPIV3Schema ?? {}, columns: version.additionalPrinterColumns ?? [ageColumn] },
  }))
}

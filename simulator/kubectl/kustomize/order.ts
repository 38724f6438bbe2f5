/** The order in which a build prints objects. Models kustomize SortOrderTransformer (0.20.1). */

import { compareText } from '../../kernel/text.ts'
import { gvkText, KustomizeFailure } from './ids.ts'
import type { Gvk, ResId } from './ids.ts'
import type { Kustomization } from './kustomization.ts'
import { currentId } from './resource.ts'
import type { ResourceList } from './resource.ts'

const orderFirst = [
  'Namespace', 'ResourceQuota', 'StorageClass', 'CustomResourceDefinition', 'ServiceAccount', 'PodSecurityPolicy', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding', 'ConfigMap', 'Secret',
  'Endpoints', 'Service', 'LimitRange', 'PriorityClass', 'PersistentVolume', 'PersistentVolumeClaim', 'Deployment', 'StatefulSet', 'CronJob', 'PodDisruptionBudget',
]
const orderLast = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']

function gvkSortText({ group, version, kind }: Gvk): string {
  return `${group || '~G'}_${version || '~V'}_${kind || '~K'}`
}

function idSortText(id: ResId): string {
  return `${gvkText(id)}|${id.namespace || '~X'}|${id.name || '~N'}`
}

function ranks(first: readonly string[], last: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...first.map((kind, index) => [kind, index - first.length] as const), ...last.map((kind, index) => [kind, index + 1] as const)])
}

function compareIds(a: ResId, b: ResId, rank: ReadonlyMap<string, number>): number {
  const byKind = (rank.get(a.kind) ?? 0) - (rank.get(b.kind) ?? 0)
  if (byKind !== 0) return byKind
  const byGvk = compareText(gvkSortText(a), gvkSortText(b))
  if (byGvk !== 0) return a.kind === 'Namespace' && b.kind === 'Namespace' && (a.group === '' || b.group === '') ? -byGvk : byGvk
  return compareText(idSortText(a), idSortText(b))
}

/** Sorts by kind, as kubectl does unless the kustomization asks for the order of reading. */
export function sortResources(list: ResourceList, options: Kustomization['sortOptions']): void {
  const order = options?.order ?? (options === undefined ? 'legacy' : '')
  if (order !== 'legacy' && order !== 'fifo') throw new KustomizeFailure("the field 'sortOptions.order' must be one of [fifo, legacy]")
  const legacy = options?.legacySortOptions
  if (order === 'fifo') {
    if (legacy !== undefined) throw new KustomizeFailure("the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'")
    return
  }
  const rank = legacy === undefined ? ranks(orderFirst, orderLast) : ranks(legacy.orderFirst ?? [], legacy.orderLast ?? [])
  const keyed = list.items.map((resource, index) => ({ resource, index, id: currentId(resource) }))
  list.items = keyed.sort((a, b) => compareIds(a.id, b.id, rank) || a.index - b.index).map(({ resource }) => resource)
}

/** The kinds whose objects controllers go through: stored ones, each once, Events aside. */

import type { ApiClient } from '../api/client.ts'
import { definitionsResource, kindsOfDefinition } from '../api/custom-kinds.ts'
import type { CustomResourceDefinition } from '../api/custom-kinds.ts'
import { kinds } from '../api/kinds.ts'
import type { KindInfo } from '../api/kinds.ts'
import { resourceId } from '../store/resource-id.ts'

/** A watch of this resource gets the changes of all custom resources. */
export const anyCustom = '*'

/** A resource with what a controller needs to know of it. */
export interface StoredResource { readonly id: string; readonly group: string; readonly resource: string; readonly namespaced: boolean }

function findStored(): StoredResource[] {
  const byId = new Map<string, StoredResource>()
  for (const { group, resource, namespaced, verbs, isVirtual } of kinds) {
    // Events have no owners, and the server drops those of a namespace with it.
    if (isVirtual === true || resource === 'events' || !verbs.includes('delete')) continue
    const id = resourceId(group, resource)
    if (!byId.has(id)) byId.set(id, { id, group, resource, namespaced })
  }
  return [...byId.values()]
}

/** In the order of discovery. */
export const storedResources: readonly StoredResource[] = findStored()

/** The kinds of the cluster's CustomResourceDefinitions. */
export function customKindsOf(api: ApiClient): readonly KindInfo[] {
  return api.list<CustomResourceDefinition>(definitionsResource).flatMap(kindsOfDefinition)
}

/** The custom resources, each once. */
export function customResourcesOf(api: ApiClient): StoredResource[] {
  const byId = new Map<string, StoredResource>()
  for (const { group, resource, namespaced } of customKindsOf(api)) byId.set(resourceId(group, resource), { id: resourceId(group, resource), group, resource, namespaced })
  return [...byId.values()]
}

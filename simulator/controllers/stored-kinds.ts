/** The kinds whose objects controllers go through: stored ones, each once, Events aside. */

import { kinds } from '../api/kinds.ts'
import { resourceId } from '../store/resource-id.ts'

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

/** Who owns what. Controlling owners come from the store's index; other owners are noted in a table. */

import type { ApiClient } from '../../api/client.ts'
import { apiVersionOf, kindByKind } from '../../api/kinds.ts'
import type { KindInfo } from '../../api/kinds.ts'
import type { KubeObject, OwnerReference } from '../../api/types.ts'
import type { Table } from '../../kernel/table.ts'
import { keyOf, objectKey, resourceId } from '../../store/resource-id.ts'
import { customKindsOf, customResourcesOf, storedResources } from '../stored-kinds.ts'

/** An object and the resource that it is of. */
export interface Item { readonly resource: string; readonly key: string }

/** Items by the uid of an owner that does not control them. */
export type OtherOwners = Table<readonly Item[]>

/** Where an owner would be; undefined for a kind that the API does not know. */
export function ownerItem(reference: OwnerReference, namespace: string | undefined, api: ApiClient): Item | undefined {
  const isNamed = (kind: KindInfo): boolean => kind.kind === reference.kind && apiVersionOf(kind) === reference.apiVersion
  const kind = kindByKind(reference.apiVersion, reference.kind) ?? customKindsOf(api).find(isNamed)
  if (kind === undefined) return undefined
  return { resource: resourceId(kind.group, kind.resource), key: objectKey(kind.namespaced ? namespace : undefined, reference.name) }
}

/** What became of an owner. An unknown kind counts as present: nobody can tell. */
export type OwnerState = 'present' | 'absent' | 'waiting'

/** `waiting`: the owner is being deleted in the foreground, and this dependent holds it up. */
export function ownerState(reference: OwnerReference, namespace: string | undefined, api: ApiClient): OwnerState {
  const item = ownerItem(reference, namespace, api)
  if (item === undefined) return 'present'
  const owner = api.find(item.resource, item.key)
  if (owner?.metadata.uid !== reference.uid) return 'absent'
  const isWaiting = owner.metadata.deletionTimestamp !== undefined && owner.metadata.finalizers?.includes('foregroundDeletion') === true
  return isWaiting && reference.blockOwnerDeletion === true ? 'waiting' : 'present'
}

/** All objects with a reference to an owner, in the order of resources and creation. */
export function dependentsOf(ownerUid: string, others: OtherOwners, api: ApiClient): { readonly item: Item; readonly object: KubeObject }[] {
  const found = new Map<string, { item: Item; object: KubeObject }>()
  const add = (item: Item, object: KubeObject): void => {
    found.set(`${item.resource}|${item.key}`, { item, object })
  }
  for (const { id } of [...storedResources, ...customResourcesOf(api)]) for (const object of api.listOwned(id, ownerUid)) add({ resource: id, key: keyOf(object) }, object)
  for (const item of others.get(ownerUid) ?? []) {
    const object = api.find(item.resource, item.key)
    if (object !== undefined && object.metadata.ownerReferences?.some(({ uid }) => uid === ownerUid) === true) add(item, object)
  }
  return [...found.values()]
}

/** Which objects a controller takes as its own. Models kubernetes/pkg/controller ControllerRefManager (v1.35). */

import type { ApiClient } from '../api/client.ts'
import { isSelectorError, matchesSelector, toSelector } from '../api/selector.ts'
import type { KubeObject, LabelSelector, Pod, Status } from '../api/types.ts'
import { equalJson } from '../kernel/equal.ts'
import type { StoreChange } from '../store/component.ts'
import { keyOf } from '../store/resource-id.ts'
import { adopt, controllerOf, ownerKey, release } from './owners.ts'
import { isPodReady } from './pods.ts'

/** Added to a key when the sync has to look at all objects of the namespace: some may have to be adopted. */
const claimMark = '|claim'

/** A controller's object that selects others by labels. */
export interface SelectingObject extends KubeObject { spec: { selector: LabelSelector } }

/** What one sync owns, or the refusal of an adoption or a release. */
export interface Claimed<T> { readonly objects: readonly T[]; readonly failure?: Status }

/** A key as a queue holds it, with whether it asks for orphans. */
export function readClaimKey(marked: string): { readonly key: string; readonly takesOrphans: boolean } {
  const takesOrphans = marked.endsWith(claimMark)
  return { key: takesOrphans ? marked.slice(0, -claimMark.length) : marked, takesOrphans }
}

/** Whether an object's labels are what an owner selects. An empty or unreadable selector takes nothing. */
export function selects({ spec }: SelectingObject, object: KubeObject): boolean {
  const selector = toSelector(spec.selector)
  return !isSelectorError(selector) && selector.requirements.length > 0 && matchesSelector(selector, object.metadata.labels)
}

/**
 * The objects of an owner in order of creation: its own without those that it lets go, and orphans that it adopts.
 * @param isMember whether an object belongs to the owner
 * @param takesOrphans looks at all objects of the namespace
 */
export function claimObjects<T extends KubeObject>(api: ApiClient, resource: string, owner: SelectingObject, isMember: (object: T) => boolean, takesOrphans: boolean): Claimed<T> {
  const { uid, namespace, deletionTimestamp } = owner.metadata
  const isLeaving = deletionTimestamp !== undefined
  if (!isLeaving) {
    for (const object of takesOrphans ? api.list<T>(resource, { namespace }) : []) {
      if (controllerOf(object) !== undefined || object.metadata.deletionTimestamp !== undefined || !isMember(object)) continue
      const failure = adopt(api, resource, object, owner)
      if (failure !== undefined) return { objects: [], failure }
    }
  }
  const objects: T[] = []
  for (const object of api.listOwned<T>(resource, uid!)) {
    if (isMember(object)) objects.push(object)
    else if (!isLeaving) {
      const failure = release(api, resource, object, owner)
      if (failure !== undefined) return { objects: [], failure }
    }
  }
  return { objects }
}

/** The key of a set whose object changed; a new one looks for orphans. */
export function keysOfOwner({ before, after, key }: StoreChange): readonly string[] {
  return [before === undefined && after !== undefined ? key + claimMark : key]
}

/** Nothing changed that controllers of sets look at. */
function isSameToOwner(before: Pod, after: Pod): boolean {
  return before.status?.phase === after.status?.phase && before.spec.nodeName === after.spec.nodeName && isPodReady(before) === isPodReady(after) &&
    before.metadata.deletionTimestamp === after.metadata.deletionTimestamp && equalJson(before.metadata.labels, after.metadata.labels)
}

/**
 * The keys of the owners that a change of a pod concerns.
 * @param kind of the owners
 * @param resource of the owners, with its group
 */
export function keysOfOwnedPod(kind: string, resource: string, { before, after }: StoreChange, api: ApiClient): readonly string[] {
  const keyBefore = ownerKey(before, kind)
  const keyAfter = ownerKey(after, kind)
  if (keyBefore !== undefined && keyBefore === keyAfter) return isSameToOwner(before as Pod, after as Pod) ? [] : [keyAfter]
  const keys = [keyBefore, keyAfter].filter((key) => key !== undefined)
  const isOrphan = after !== undefined && controllerOf(after) === undefined
  if (!isOrphan || (before !== undefined && controllerOf(before) === undefined && equalJson(before.metadata.labels, after.metadata.labels))) return keys
  const owners = api.list<SelectingObject>(resource, { namespace: after.metadata.namespace })
  return [...keys, ...owners.filter((owner) => selects(owner, after)).map((owner) => keyOf(owner) + claimMark)]
}

/**
 * Deletes what has lost its owners; holds owners back for foreground deletion; sets dependents free for orphan deletion.
 * Models kubernetes/pkg/controller/garbagecollector (v1.35).
 */

import type { ApiClient } from '../../api/client.ts'
import type { KubeObject, OwnerReference } from '../../api/types.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult, StoreChange } from '../../store/component.ts'
import { anyCustom, storedResources } from '../stored-kinds.ts'
import { dependentsOf, ownerItem, ownerState } from './dependents.ts'
import type { Item, OtherOwners } from './dependents.ts'

const foregroundFinalizer = 'foregroundDeletion'
const orphanFinalizer = 'orphan'

/**
 * Keys name the work: `item` checks an object's owners, `owner` works off the finalizers of an object that is being
 * deleted, `gone` looks for dependents of a uid.
 */
function keyFor(work: 'item' | 'owner', { resource, key }: Item): string {
  return `${work}|${resource}|${key}`
}

const noKeys: readonly string[] = []

function keysOf(change: StoreChange, api: ApiClient): readonly string[] {
  const { before, after, resource, key } = change
  if (after === undefined) return keysOfRemoval(before!, api)
  const references = after.metadata.ownerReferences
  const isOwnerNew = references !== undefined && references !== before?.metadata.ownerReferences && needsCheck(references, after.metadata.namespace, api)
  if (!isOwnerNew && after.metadata.deletionTimestamp === undefined) return noKeys
  const keys: string[] = []
  if (isOwnerNew) keys.push(keyFor('item', { resource, key }))
  if (hasDeletionWork(after) && !(before !== undefined && hasDeletionWork(before))) keys.push(keyFor('owner', { resource, key }))
  return keys
}

/** Owners that are all present and controlling need no look. */
function needsCheck(references: readonly OwnerReference[], namespace: string | undefined, api: ApiClient): boolean {
  return references.some((reference) => reference.controller !== true || ownerState(reference, namespace, api) !== 'present')
}

function hasDeletionWork({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes(foregroundFinalizer) === true || metadata.finalizers?.includes(orphanFinalizer) === true)
}

function keysOfRemoval(before: KubeObject, api: ApiClient): string[] {
  const keys = [`gone|${before.metadata.uid!}`]
  for (const reference of before.metadata.ownerReferences ?? []) {
    const item = ownerItem(reference, before.metadata.namespace, api)
    if (item === undefined) continue
    const owner = api.find(item.resource, item.key)
    if (owner?.metadata.uid === reference.uid && hasDeletionWork(owner)) keys.push(keyFor('owner', item))
  }
  return keys
}

function isAccepted(result: { readonly ok: boolean; readonly status?: { readonly code?: number } }): boolean {
  return result.ok || result.status?.code === 404
}

/** Deletes an object none of whose owners is left; otherwise takes the dead owners out of its references. */
function checkItem(item: Item, { api, table }: ComponentContext): ReconcileResult {
  const object = api.find(item.resource, item.key)
  const references = object?.metadata.ownerReferences ?? []
  if (object === undefined || references.length === 0) return done
  const others: OtherOwners = table('otherOwners')
  for (const { uid, controller } of references) if (controller !== true) noteOther(others, uid, item)
  const isDeletingInForeground = object.metadata.finalizers?.includes(foregroundFinalizer) === true
  if (object.metadata.deletionTimestamp !== undefined && !isDeletingInForeground) return done
  const states = references.map((reference) => ownerState(reference, object.metadata.namespace, api))
  if (states.includes('present')) {
    const kept = references.filter((_reference, index) => states[index] === 'present')
    if (kept.length === references.length) return done
    return { failed: !isAccepted(api.patch(item.resource, item.key, { metadata: { ownerReferences: kept } })) }
  }
  const hasDependents = states.includes('waiting') && dependentsOf(object.metadata.uid!, others, api).length > 0
  return { failed: !isAccepted(api.delete(item.resource, item.key, { uid: object.metadata.uid, propagationPolicy: policyFor(object, hasDependents) })) }
}

function noteOther(others: OtherOwners, ownerUid: string, item: Item): void {
  const items = others.get(ownerUid) ?? []
  if (!items.some(({ resource, key }) => resource === item.resource && key === item.key)) others.set(ownerUid, [...items, item])
}

/** An earlier request's finalizer keeps its word; a dependent that holds up its owner goes in the foreground too. */
function policyFor({ metadata }: KubeObject, hasDependents: boolean): 'Background' | 'Foreground' | 'Orphan' {
  if (hasDependents) return 'Foreground'
  if (metadata.finalizers?.includes(orphanFinalizer) === true) return 'Orphan'
  return metadata.finalizers?.includes(foregroundFinalizer) === true ? 'Foreground' : 'Background'
}

function withoutFinalizer(item: Item, object: KubeObject, finalizer: string, api: ApiClient): ReconcileResult {
  const rest = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer)
  return { failed: !isAccepted(api.patch(item.resource, item.key, { metadata: { finalizers: rest.length === 0 ? null : rest } })) }
}

/** Works off `orphan` or `foregroundDeletion` of an object that is being deleted. */
function workOffOwner(item: Item, context: ComponentContext): ReconcileResult {
  const { api } = context
  const owner = api.find(item.resource, item.key)
  if (owner === undefined || !hasDeletionWork(owner)) return done
  const dependents = dependentsOf(owner.metadata.uid!, context.table('otherOwners'), api)
  if (owner.metadata.finalizers?.includes(orphanFinalizer) === true) {
    for (const { item: dependent, object } of dependents) {
      const kept = object.metadata.ownerReferences!.filter(({ uid }) => uid !== owner.metadata.uid)
      if (!isAccepted(api.patch(dependent.resource, dependent.key, { metadata: { ownerReferences: kept.length === 0 ? null : kept } }))) return { failed: true }
    }
    return withoutFinalizer(item, owner, orphanFinalizer, api)
  }
  let isBlocked = false
  for (const { item: dependent, object } of dependents) {
    const isBlocking = object.metadata.ownerReferences!.some(({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true)
    isBlocked ||= isBlocking
    if (isBlocking && object.metadata.deletionTimestamp === undefined && checkItem(dependent, context).failed === true) return { failed: true }
  }
  const isFree = !isBlocked || dependents.every(({ item: { resource, key } }) => api.find(resource, key) === undefined)
  return isFree ? withoutFinalizer(item, owner, foregroundFinalizer, api) : done
}

/** An owner is gone: its dependents are checked. */
function checkDependents(uid: string, context: ComponentContext): ReconcileResult {
  const others: OtherOwners = context.table('otherOwners')
  let failed = false
  for (const { item } of dependentsOf(uid, others, context.api)) failed = checkItem(item, context).failed === true || failed
  if (!failed) others.delete(uid)
  return { failed }
}

/** The garbage collector. */
export const garbageCollector: Controller = {
  name: 'generic-garbage-collector',
  watches: [...storedResources.map(({ id }) => ({ resource: id, keysOf })), { resource: anyCustom, keysOf }],
  reconcile(text, context): ReconcileResult {
    const [work = '', resource = '', key = ''] = text.split('|')
    if (work === 'gone') return checkDependents(resource, context)
    return work === 'owner' ? workOffOwner({ resource, key }, context) : checkItem({ resource, key }, context)
  },
}

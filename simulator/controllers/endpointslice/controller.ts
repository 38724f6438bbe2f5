/** EndpointSlices of Services with a selector. Models k8s.io/endpointslice and kubernetes/pkg/controller/endpointslice (v1.35). */

import type { EndpointSlice, Pod, Service } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult } from '../../store/component.ts'
import { keyOf, objectKey } from '../../store/resource-id.ts'
import { controllerOf, isNamespaceTerminating } from '../owners.ts'
import { podsOf, selectsPods, serviceKeysOfPod, triggerTime, withTriggerTime } from '../service-pods.ts'
import { changesFor, endpointKey, familiesOf, groupEndpoints, managedByLabel, newSlice, portsKey, serviceNameLabel, sliceControllerName } from './slices.ts'
import type { Family, SliceChanges } from './slices.ts'

const resource = 'endpointslices.discovery.k8s.io'

function slicesOf(service: Service, context: ComponentContext): EndpointSlice[] {
  const selector = { matchLabels: { [serviceNameLabel]: service.metadata.name!, [managedByLabel]: sliceControllerName } }
  return context.api.list<EndpointSlice>(resource, { namespace: service.metadata.namespace, selector }).filter((slice) => slice.metadata.deletionTimestamp === undefined)
}

/** All writes for one address family. @returns undefined when some pod's node is unknown and the sync must come again */
function changesOfFamily(service: Service, pods: readonly Pod[], existing: readonly EndpointSlice[], family: Family, context: ComponentContext): { changes: SliceChanges; isNodeMissing: boolean } {
  const create: EndpointSlice[] = []
  const update: EndpointSlice[] = []
  const isOwned = (slice: EndpointSlice): boolean => controllerOf(slice)?.uid === service.metadata.uid
  const remove = existing.filter((slice) => !isOwned(slice))
  const { groups, isNodeMissing } = groupEndpoints(service, pods, family, context.api)
  for (const [key, group] of groups) {
    const changes = changesFor(service, family, existing.filter((slice) => isOwned(slice) && portsKey(slice.ports) === key), group)
    create.push(...changes.create)
    update.push(...changes.update)
    remove.push(...changes.remove)
  }
  remove.push(...existing.filter((slice) => isOwned(slice) && !groups.has(portsKey(slice.ports))))
  if (existing.length === remove.length && create.length === 0) keepPlaceholder(service, family, remove, create)
  return { changes: { create, update, remove }, isNodeMissing }
}

/** A Service without endpoints has one empty slice. */
function keepPlaceholder(service: Service, family: Family, remove: EndpointSlice[], create: EndpointSlice[]): void {
  const placeholder = newSlice(service, [], family)
  const present = remove.length === 1 ? remove[0]! : undefined
  if (present !== undefined && present.endpoints.length === 0 && (present.ports ?? []).length === 0 && equalJson(present.metadata.labels, placeholder.metadata.labels)) remove.length = 0
  else create.push(placeholder)
}

/** Rather than deleting one slice and creating another, the old one gets the new content. */
function reuseNames({ create, update, remove }: SliceChanges): SliceChanges {
  const left = [...create]
  const changed = [...update]
  const gone = remove.filter((old) => {
    const slice = left.at(-1)
    if (slice === undefined || slice.addressType !== old.addressType || controllerOf(slice)?.uid !== controllerOf(old)?.uid) return true
    left.pop()
    changed.push({ ...slice, metadata: { ...old.metadata, labels: slice.metadata.labels } })
    return false
  })
  return { create: left, update: changed, remove: gone }
}

/** Pods whose endpoints are new or differ from what the slices say. */
function changedPods(pods: readonly Pod[], existing: readonly EndpointSlice[], { create, update }: SliceChanges): Pod[] {
  const before = new Map(existing.flatMap((slice) => slice.endpoints).map((endpoint) => [endpointKey(endpoint), endpoint]))
  const names = new Set([...create, ...update].flatMap((slice) => slice.endpoints).filter((endpoint) => !equalJson(before.get(endpointKey(endpoint)), endpoint)).map((endpoint) => endpoint.targetRef?.name))
  return names.size === 0 ? [] : pods.filter((pod) => names.has(pod.metadata.name))
}

function write(service: Service, changes: SliceChanges, time: string | undefined, { api }: ComponentContext): ReconcileResult {
  const stamped = (slice: EndpointSlice): EndpointSlice => ({ ...slice, metadata: { ...slice.metadata, annotations: withTriggerTime(slice.metadata.annotations, time) } })
  if (service.metadata.deletionTimestamp === undefined) {
    for (const slice of changes.create) {
      const result = api.create(resource, stamped(slice))
      if (!result.ok) return { failed: !isNamespaceTerminating(result.status) }
    }
  }
  for (const slice of changes.update) if (!api.update(resource, stamped(slice)).ok) return { failed: true }
  for (const slice of changes.remove) {
    const result = api.delete(resource, keyOf(slice))
    if (!result.ok && result.status.code !== 404) return { failed: true }
  }
  return done
}

/** The EndpointSlice controller. */
export const endpointSliceController: Controller = {
  name: 'endpointslice-controller',
  watches: [
    { resource: 'services' },
    { resource: 'pods', keysOf: serviceKeysOfPod },
    { resource, keysOf: ({ before, after }) => {
      const { namespace, labels } = (after ?? before)!.metadata
      const name = labels?.[serviceNameLabel]
      return labels?.[managedByLabel] === sliceControllerName && name !== undefined ? [objectKey(namespace, name)] : []
    } },
  ],
  reconcile(key, context): ReconcileResult {
    const service = context.api.find<Service>('services', key)
    if (service === undefined || !selectsPods(service)) return done
    const pods = podsOf(service, context.api)
    const existing = slicesOf(service, context)
    const families = familiesOf(service)
    const stale = existing.filter((slice) => !families.some((family) => family === slice.addressType))
    let isNodeMissing = false
    for (const family of families) {
      const inFamily = existing.filter((slice) => slice.addressType === family)
      const found = changesOfFamily(service, pods, inFamily, family, context)
      isNodeMissing ||= found.isNodeMissing
      const changes = reuseNames(found.changes)
      const result = write(service, changes, triggerTime(changedPods(pods, inFamily, changes), service, inFamily.length === 0), context)
      if (result.failed === true) return result
    }
    for (const slice of stale) if (!context.api.delete(resource, keyOf(slice)).ok) return { failed: true }
    return { failed: isNodeMissing }
  },
}

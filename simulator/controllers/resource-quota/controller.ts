/** Keeps the status of ResourceQuotas. Models kubernetes/pkg/controller/resourcequota (v1.35). */

import { matchesQuota, matchingResources, quotaUsage } from '../../admission/quota/usage.ts'
import type { ApiClient } from '../../api/client.ts'
import { addResourceLists, equalResourceLists } from '../../api/resource-list.ts'
import type { KubeObject, Pod, ResourceList, ResourceQuota } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { done } from '../../store/component.ts'
import type { Controller, StoreChange } from '../../store/component.ts'
import { keyOf } from '../../store/resource-id.ts'
import { isPodFinished } from '../pods.ts'
import { storedResources } from '../stored-kinds.ts'

/** What all objects of the namespace use, by the names of the quota. */
function usedBy(quota: ResourceQuota, api: ApiClient): ResourceList {
  const hard = quota.spec?.hard ?? {}
  const names = Object.keys(hard)
  let used: ResourceList = Object.fromEntries(names.map((name) => [name, '0']))
  for (const { id, namespaced } of storedResources) {
    const matching = namespaced ? matchingResources(id, names) : []
    if (matching.length === 0) continue
    for (const object of api.list<KubeObject>(id, { namespace: quota.metadata.namespace })) {
      if (!matchesQuota(quota, id, object, hard)) continue
      const usage = quotaUsage(id, object)
      used = addResourceLists(used, Object.fromEntries(matching.filter((name) => usage[name] !== undefined).map((name) => [name, usage[name]!])))
    }
  }
  return used
}

const noKeys: readonly string[] = []

/** Quotas of a namespace are counted again when an object goes; what comes is counted at admission. */
function keysOfObject({ before, after, resource }: StoreChange, api: ApiClient): readonly string[] {
  const isFreed = after === undefined || (resource === 'pods' && before !== undefined && !isPodFinished(before as Pod) && isPodFinished(after as Pod)) || (resource === 'services' && before !== undefined && before.spec !== after.spec)
  if (!isFreed) return noKeys
  return api.list<ResourceQuota>('resourcequotas', { namespace: before!.metadata.namespace }).filter((quota) => matchingResources(resource, Object.keys(quota.status?.hard ?? {})).length > 0).map(keyOf)
}

/** The ResourceQuota controller. */
export const resourceQuotaController: Controller = {
  name: 'resourcequota-controller',
  watches: [
    { resource: 'resourcequotas', keysOf: ({ before, after, key }) => (after === undefined || (before !== undefined && equalJson(before.spec, after.spec)) ? [] : [key]) },
    ...storedResources.filter(({ id, namespaced }) => namespaced && id !== 'resourcequotas').map(({ id }) => ({ resource: id, keysOf: keysOfObject })),
  ],
  reconcile(key, { api }) {
    const quota = api.find<ResourceQuota>('resourcequotas', key)
    if (quota === undefined) return done
    const hard = quota.spec?.hard ?? {}
    const used = usedBy(quota, api)
    const { status } = quota
    if (status?.hard !== undefined && status.used !== undefined && equalResourceLists(hard, status.hard) && equalResourceLists(used, status.used)) return done
    return { failed: !api.updateStatus('resourcequotas', { ...quota, status: { hard, used } }).ok }
  },
}

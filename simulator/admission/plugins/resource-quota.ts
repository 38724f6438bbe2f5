/** Counts what a namespace uses and refuses what would be too much. Models apiserver/pkg/admission/plugin/resourcequota (v1.35). */

import type { Failure } from '../../api/errors.ts'
import { groupResourceText } from '../../api/kinds.ts'
import { compareQuantities, subQuantities } from '../../api/quantity.ts'
import type { KubeObject, Pod, ResourceList, ResourceQuota } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { addLists, formatResourceList, maskList, matchesQuota, matchingResources, missingRequirements, quotaUsage, withoutZeros } from '../quota/usage.ts'
import { sortedKeys } from '../validation/meta.ts'
import { forbid } from './helpers.ts'
import type { AdmissionPlugin, PluginRequest } from './plugin.ts'

function isCounted(request: PluginRequest, resource: string): boolean {
  if (request.namespace === '' || request.operation === 'DELETE' || resource === 'namespaces' || resource === 'events') return false
  if (resource === 'pods') return request.subresource === '' ? request.operation === 'CREATE' || hasNewDeadline(request) : request.subresource === 'resize'
  return request.subresource === ''
}

function hasNewDeadline(request: PluginRequest): boolean {
  const isTerminating = (object: unknown): boolean => ((object as { spec?: { activeDeadlineSeconds?: number } } | undefined)?.spec?.activeDeadlineSeconds ?? -1) >= 0
  return isTerminating(request.object) !== isTerminating(request.old)
}

/** What an update adds; what it gives back is the quota controller's to count. */
function addedUsage(usage: ResourceList, before: ResourceList): ResourceList {
  const added: ResourceList = {}
  for (const name of Object.keys(usage)) {
    const difference = before[name] === undefined ? usage[name]! : subQuantities(usage[name]!, before[name])
    added[name] = compareQuantities(difference, '0') < 0 ? '0' : difference
  }
  return added
}

function checkExceeded(request: PluginRequest, quota: ResourceQuota, requested: ResourceList, used: ResourceList): Failure | undefined {
  const hard = quota.status?.hard ?? {}
  const exceeded = sortedKeys(requested).filter((name) => hard[name] !== undefined && compareQuantities(used[name]!, hard[name]) > 0)
  if (exceeded.length === 0) return undefined
  const parts = [requested, quota.status?.used ?? {}, hard].map((list) => formatResourceList(maskList(list, exceeded)))
  return forbid(request, `exceeded quota: ${quota.metadata.name}, requested: ${parts[0]}, used: ${parts[1]}, limited: ${parts[2]}`)
}

/** Checks what must be known before usage is counted. */
function checkReady(request: PluginRequest, quota: ResourceQuota, resource: string): Failure | undefined {
  const names = matchingResources(resource, Object.keys(quota.status?.hard ?? {}))
  const missing = resource === 'pods' ? missingRequirements(request.object as unknown as Pod, names) : undefined
  if (missing !== undefined) return forbid(request, `failed quota: ${quota.metadata.name}: ${missing}`)
  const isKnown = names.every((name) => quota.status?.used?.[name] !== undefined)
  return isKnown ? undefined : forbid(request, `status unknown for quota: ${quota.metadata.name}, resources: ${[...names].sort(compareText).join(',')}`)
}

export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  validate(request) {
    const resource = groupResourceText(request.kind.group, request.kind.resource)
    if (!isCounted(request, resource)) return undefined
    const quotas = request.reader.list('resourcequotas', request.namespace) as readonly ResourceQuota[]
    if (quotas.length === 0) return undefined
    const object = request.object as unknown as KubeObject
    const matching = [...quotas].sort((a, b) => compareText(a.metadata.name ?? '', b.metadata.name ?? '')).filter((quota) => matchesQuota(quota, resource, object, quota.status?.hard ?? {}))
    for (const quota of matching) {
      const refusal = checkReady(request, quota, resource)
      if (refusal !== undefined) return refusal
    }
    const usage = quotaUsage(resource, object)
    const old = request.old as unknown as KubeObject | undefined
    for (const quota of matching) {
      const hard = quota.status?.hard ?? {}
      const hasCounted = old !== undefined && matchesQuota(quota, resource, old, hard)
      const delta = withoutZeros(hasCounted ? addedUsage(usage, quotaUsage(resource, old)) : usage)
      const requested = maskList(delta, Object.keys(hard))
      if (Object.keys(delta).length === 0) continue
      const used = addLists(quota.status?.used ?? {}, requested)
      const refusal = checkExceeded(request, quota, requested, used)
      if (refusal !== undefined) return refusal
      if (Object.keys(requested).length > 0) request.quotaCharges.push({ namespace: request.namespace, name: quota.metadata.name ?? '', used })
    }
    return undefined
  },
}

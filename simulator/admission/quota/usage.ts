/** How much of a quota an object uses. Models pkg/quota/v1/evaluator/core and apiserver/pkg/quota/v1/generic (v1.35). */

import { computePodQos } from '../../api/qos.ts'
import { addQuantities, compareQuantities } from '../../api/quantity.ts'
import { hasPodLevelResources, podLimits, podRequests } from '../../api/resources.ts'
import type { KubeObject, PersistentVolumeClaim, Pod, PodAffinityTerm, ResourceList, ResourceQuota, Service } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'

const computeResources: readonly string[] = ['cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory', 'limits.ephemeral-storage', 'pods', 'count/pods']
const requiredResources: readonly string[] = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']
const serviceResources: readonly string[] = ['services', 'services.nodeports', 'services.loadbalancers', 'count/services']
const claimResources: readonly string[] = ['persistentvolumeclaims', 'requests.storage', 'count/persistentvolumeclaims']
const countAliases: readonly string[] = ['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']
const classSuffix = '.storageclass.storage.k8s.io/'
const claims = 'resourceclaims.resource.k8s.io'
const devicesSuffix = '.deviceclass.resource.k8s.io/devices'
/** Devices of one claim at most: what a request for all may come to. */
const devicesMax = 32

/** The resource as quota names it: `pods`, `deployments.apps`. */
export type QuotaResource = string

function isExtendedQuotaName(name: string): boolean {
  return name.startsWith('requests.') && ((name.includes('/') && !name.includes('kubernetes.io/')) || name.startsWith('requests.deviceclass.resource.kubernetes.io/'))
}

/** The names of a quota that objects of a resource count for. */
export function matchingResources(resource: QuotaResource, names: readonly string[]): string[] {
  return names.filter((name) => {
    if (resource === 'pods') return computeResources.includes(name) || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-') || isExtendedQuotaName(name)
    if (resource === 'services') return serviceResources.includes(name)
    if (resource === 'persistentvolumeclaims') return claimResources.includes(name) || name.endsWith(`${classSuffix}requests.storage`) || name.endsWith(`${classSuffix}persistentvolumeclaims`)
    if (resource === claims && name.endsWith(devicesSuffix)) return true
    return name === `count/${resource}` || (countAliases.includes(resource) && name === resource)
  })
}

function computeUsage(requests: ResourceList, limits: ResourceList): ResourceList {
  const usage: ResourceList = { pods: '1' }
  for (const name of ['cpu', 'memory', 'ephemeral-storage']) {
    const request = requests[name]
    if (request !== undefined) {
      usage[name] = request
      usage[`requests.${name}`] = request
    }
    if (limits[name] !== undefined) usage[`limits.${name}`] = limits[name]
  }
  for (const name of Object.keys(requests)) {
    if (name.startsWith('hugepages-')) usage[name] = requests[name]!
    const isExtended = name.includes('/') && !name.includes('kubernetes.io/')
    if (name.startsWith('hugepages-') || isExtended) usage[`requests.${name}`] = requests[name]!
  }
  return usage
}

function podUsage(pod: Pod): ResourceList {
  if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') return { 'count/pods': '1' }
  return { 'count/pods': '1', ...computeUsage(podRequests(pod, { useStatus: true }), podLimits(pod)) }
}

function serviceUsage({ spec }: Service): ResourceList {
  const ports = spec.ports ?? []
  const isBalanced = spec.type === 'LoadBalancer'
  const allocated = isBalanced && spec.allocateLoadBalancerNodePorts === false ? ports.filter((port) => (port.nodePort ?? 0) !== 0).length : ports.length
  const nodePorts = spec.type === 'NodePort' || isBalanced ? allocated : 0
  return { 'count/services': '1', services: '1', 'services.loadbalancers': isBalanced ? '1' : '0', 'services.nodeports': String(nodePorts) }
}

function claimUsage(claim: PersistentVolumeClaim): ResourceList {
  const usage: ResourceList = { persistentvolumeclaims: '1', 'count/persistentvolumeclaims': '1' }
  const storage = claim.spec.resources?.requests?.['storage']
  const className = claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? claim.spec.storageClassName ?? ''
  if (className !== '') usage[`${className}${classSuffix}persistentvolumeclaims`] = '1'
  if (storage === undefined) return usage
  usage['requests.storage'] = storage
  if (className !== '') usage[`${className}${classSuffix}requests.storage`] = storage
  return usage
}

interface DeviceRequest { readonly deviceClassName?: string; readonly allocationMode?: string; readonly count?: number }
interface ClaimRequest { readonly exactly?: DeviceRequest; readonly firstAvailable?: readonly DeviceRequest[] }

function deviceCount({ allocationMode, count = 0 }: DeviceRequest): number {
  return allocationMode === 'ExactCount' ? count : allocationMode === 'All' ? devicesMax : 0
}

/** Devices by class. Of alternatives, each class counts with the most that it may give. */
function deviceUsage(claim: KubeObject): ResourceList {
  const { devices } = (claim.spec ?? {}) as { devices?: { requests?: readonly ClaimRequest[] } }
  const counts: { [name: string]: number } = {}
  for (const { exactly, firstAvailable = [] } of devices?.requests ?? []) {
    const most: { [name: string]: number } = {}
    for (const request of exactly === undefined ? firstAvailable : [exactly]) {
      const name = `${request.deviceClassName ?? ''}${devicesSuffix}`
      most[name] = Math.max(most[name] ?? 0, deviceCount(request))
    }
    for (const [name, count] of Object.entries(most)) counts[name] = (counts[name] ?? 0) + count
  }
  return { [`count/${claims}`]: '1', ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)])) }
}

/** What one object uses, by the names that quotas have for it. */
export function quotaUsage(resource: QuotaResource, object: KubeObject): ResourceList {
  if (resource === 'pods') return podUsage(object as Pod)
  if (resource === 'services') return serviceUsage(object as Service)
  if (resource === 'persistentvolumeclaims') return claimUsage(object as PersistentVolumeClaim)
  if (resource === claims) return deviceUsage(object)
  const usage: ResourceList = { [`count/${resource}`]: '1' }
  if (countAliases.includes(resource)) usage[resource] = '1'
  return usage
}

/** What a quota requires every container of a pod to state, as a text; undefined when all do. */
export function missingRequirements(pod: Pod, names: readonly string[]): string | undefined {
  if (hasPodLevelResources(pod)) return undefined
  const required = requiredResources.filter((name) => names.includes(name)).sort(compareText)
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
  const missing = required.flatMap((name) => {
    const without = containers.filter((container) => computeUsage(container.resources?.requests ?? {}, container.resources?.limits ?? {})[name] === undefined).map((container) => container.name)
    return without.length === 0 ? [] : [`${name} for: ${[...new Set(without)].sort(compareText).join(',')}`]
  })
  return missing.length === 0 ? undefined : `must specify ${missing.join('; ')}`
}

interface ScopeSelector { readonly scopeName: string; readonly operator: string; readonly values?: readonly string[] }

function scopesOf(quota: ResourceQuota): ScopeSelector[] {
  return [...(quota.spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' })), ...(quota.spec?.scopeSelector?.matchExpressions ?? [])]
}

function matchesClass(pod: Pod, { operator, values = [] }: ScopeSelector): boolean {
  const name = pod.spec.priorityClassName ?? ''
  if (operator === 'In') return name !== '' && values.includes(name)
  if (operator === 'NotIn') return name === '' || !values.includes(name)
  return (name !== '') === (operator === 'Exists')
}

function crossesNamespaces(pod: Pod): boolean {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {}
  const terms: (PodAffinityTerm | undefined)[] = [podAffinity, podAntiAffinity].flatMap((affinity) => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []), ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((weighted) => weighted.podAffinityTerm),
  ])
  return terms.some((term) => (term?.namespaces ?? []).length > 0 || term?.namespaceSelector !== undefined)
}

function matchesScope(pod: Pod, selector: ScopeSelector): boolean {
  const isTerminating = (pod.spec.activeDeadlineSeconds ?? -1) >= 0
  switch (selector.scopeName) {
    case 'Terminating': return isTerminating
    case 'NotTerminating': return !isTerminating
    case 'BestEffort': return computePodQos(pod) === 'BestEffort'
    case 'NotBestEffort': return computePodQos(pod) !== 'BestEffort'
    case 'PriorityClass': return matchesClass(pod, selector)
    case 'CrossNamespacePodAffinity': return crossesNamespaces(pod)
    default: return false
  }
}

/** Classes of volume attributes that a claim names, is on, or goes to. */
function attributesClasses(claim: PersistentVolumeClaim): string[] {
  const { volumeAttributesClassName } = claim.spec as { volumeAttributesClassName?: string }
  const { currentVolumeAttributesClassName, modifyVolumeStatus } = (claim.status ?? {}) as { currentVolumeAttributesClassName?: string; modifyVolumeStatus?: { targetVolumeAttributesClassName?: string } }
  return [volumeAttributesClassName, currentVolumeAttributesClassName, modifyVolumeStatus?.targetVolumeAttributesClassName].filter((name) => name !== undefined && name !== '') as string[]
}

function matchesClaimScope(claim: PersistentVolumeClaim, { scopeName, operator, values = [] }: ScopeSelector): boolean {
  if (scopeName !== 'VolumeAttributesClass') return false
  const names = attributesClasses(claim)
  if (operator === 'In') return names.some((name) => values.includes(name))
  if (operator === 'NotIn') return names.length === 0 || names.some((name) => !values.includes(name))
  return (names.length > 0) === (operator === 'Exists')
}

/** True when an object counts for a quota: it has a name for the resource, and all scopes match. */
export function matchesQuota(quota: ResourceQuota, resource: QuotaResource, object: KubeObject, hard: ResourceList): boolean {
  if (matchingResources(resource, Object.keys(hard)).length === 0) return false
  const scopes = scopesOf(quota)
  if (scopes.length === 0) return true
  if (resource === 'persistentvolumeclaims') return scopes.every((selector) => matchesClaimScope(object as PersistentVolumeClaim, selector))
  return resource === 'pods' && scopes.every((selector) => matchesScope(object as Pod, selector))
}

/** Only the named entries. */
export function maskList(list: ResourceList, names: readonly string[]): ResourceList {
  const masked: ResourceList = {}
  for (const name of names) if (list[name] !== undefined) masked[name] = list[name]
  return masked
}

/** Entries that are not zero. */
export function withoutZeros(list: ResourceList): ResourceList {
  return maskList(list, Object.keys(list).filter((name) => compareQuantities(list[name]!, '0') !== 0))
}

/** `a=1,b=2`, in order of names. */
export function formatResourceList(list: ResourceList): string {
  return Object.keys(list).sort(compareText).map((name) => `${name}=${list[name]}`).join(',')
}

/** The sum of two lists. */
export function addLists(a: ResourceList, b: ResourceList): ResourceList {
  const sum = { ...a }
  for (const name of Object.keys(b)) sum[name] = sum[name] === undefined ? b[name]! : addQuantities(sum[name], b[name]!)
  return sum
}

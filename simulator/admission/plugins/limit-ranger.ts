/** Defaults and bounds of resources per container, pod and claim. Models plugin/pkg/admission/limitranger (v1.35). */

import type { Failure } from '../../api/errors.ts'
import { aggregateText } from '../../api/go-text.ts'
import { compareQuantities, mustParseQuantity, scaledValue } from '../../api/quantity.ts'
import { podLimits, podRequests } from '../../api/resources.ts'
import type { LimitRange, Pod, ResourceList } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import type { FullContainer, FullPod } from '../pod/pod-types.ts'
import { sortedKeys } from '../validation/meta.ts'
import { forbid, podOf } from './helpers.ts'
import type { AdmissionPlugin, PluginRequest } from './plugin.ts'

const annotation = 'kubernetes.io/limit-ranger'
type Limit = LimitRange['spec']['limits'][number]

function rangesOf(request: PluginRequest): LimitRange[] {
  const ranges = request.reader.list('limitranges', request.namespace) as readonly LimitRange[]
  return [...ranges].sort((a, b) => compareText(a.metadata.name ?? '', b.metadata.name ?? ''))
}

/** Sets missing values; gives the names of what it set. */
function fill(list: ResourceList, defaults: ResourceList): string[] {
  return sortedKeys(defaults).filter((name) => {
    if (list[name] !== undefined) return false
    list[name] = defaults[name]!
    return true
  })
}

function fillContainer(container: FullContainer, requests: ResourceList, limits: ResourceList, what: string): string[] {
  const resources = (container.resources ??= {})
  const setLimits = fill((resources.limits = { ...resources.limits }), limits)
  const setRequests = fill((resources.requests = { ...resources.requests }), requests)
  const notes: string[] = []
  if (setRequests.length > 0) notes.push(`${setRequests.join(', ')} request for ${what} ${container.name}`)
  if (setLimits.length > 0) notes.push(`${setLimits.join(', ')} limit for ${what} ${container.name}`)
  return notes
}

function applyDefaults(range: LimitRange, pod: FullPod): void {
  let requests: ResourceList = {}
  let limits: ResourceList = {}
  for (const limit of range.spec.limits ?? []) {
    if (limit.type !== 'Container') continue
    requests = { ...requests, ...limit.defaultRequest }
    limits = { ...limits, ...limit.default }
  }
  const notes = [
    ...(pod.spec.containers ?? []).flatMap((container) => fillContainer(container, requests, limits, 'container')),
    ...(pod.spec.initContainers ?? []).flatMap((container) => fillContainer(container, requests, limits, 'init container')),
  ]
  if (notes.length > 0) pod.metadata.annotations = { ...pod.metadata.annotations, [annotation]: `LimitRanger plugin set: ${notes.join('; ')}` }
}

function minText(type: string, name: string, enforced: string, request: string | undefined, limit: string | undefined): string | undefined {
  const head = `minimum ${name} usage per ${type} is ${enforced}`
  if (request === undefined) return `${head}.  No request is specified`
  if (compareQuantities(request, enforced) < 0) return `${head}, but request is ${request}`
  return limit !== undefined && compareQuantities(limit, enforced) < 0 ? `${head}, but limit is ${limit}` : undefined
}

function maxText(type: string, name: string, enforced: string, request: string | undefined, limit: string | undefined): string | undefined {
  const head = `maximum ${name} usage per ${type} is ${enforced}`
  if (limit === undefined) return `${head}.  No limit is specified`
  if (compareQuantities(limit, enforced) > 0) return `${head}, but limit is ${limit}`
  return request !== undefined && compareQuantities(request, enforced) > 0 ? `${head}, but request is ${request}` : undefined
}

function ratioText(type: string, name: string, enforced: string, request: string | undefined, limit: string | undefined): string | undefined {
  const head = `${name} max limit to request ratio per ${type} is ${enforced}`
  const milli = (quantity: string): number => Number(scaledValue(mustParseQuantity(quantity), -3))
  if (request === undefined || milli(request) === 0) return `${head}, but no request is specified or request is 0`
  if (limit === undefined || milli(limit) === 0) return `${head}, but no limit is specified or limit is 0`
  const ratio = milli(limit) / milli(request)
  return ratio * 1000 > milli(enforced) ? `${head}, but provided ratio is ${ratio.toFixed(6)}` : undefined
}

function checkLimit(limit: Limit, requests: ResourceList = {}, limits: ResourceList = {}): string[] {
  const texts: (string | undefined)[] = []
  for (const name of sortedKeys(limit.min)) texts.push(minText(limit.type, name, limit.min![name]!, requests[name], limits[name]))
  for (const name of sortedKeys(limit.max)) texts.push(maxText(limit.type, name, limit.max![name]!, requests[name], limits[name]))
  for (const name of sortedKeys(limit.maxLimitRequestRatio)) texts.push(ratioText(limit.type, name, limit.maxLimitRequestRatio![name]!, requests[name], limits[name]))
  return texts.filter((text) => text !== undefined)
}

function checkPod(range: LimitRange, pod: FullPod): string[] {
  return (range.spec.limits ?? []).flatMap((limit) => {
    if (limit.type === 'Container') return [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])].flatMap((container) => checkLimit(limit, container.resources?.requests, container.resources?.limits))
    if (limit.type !== 'Pod') return []
    const whole = pod as unknown as Pod
    return checkLimit(limit, podRequests(whole, { excludeOverhead: true }), podLimits(whole, { excludeOverhead: true }))
  })
}

function checkClaim(range: LimitRange, requests: ResourceList = {}): string[] {
  return (range.spec.limits ?? []).flatMap((limit) => {
    if (limit.type !== 'PersistentVolumeClaim') return []
    const texts: (string | undefined)[] = sortedKeys(limit.min).map((name) => minText(limit.type, name, limit.min![name]!, requests[name], undefined))
    for (const name of sortedKeys(limit.max)) {
      const head = `maximum ${name} usage per ${limit.type} is ${limit.max![name]}`
      if (requests[name] === undefined) texts.push(`${head}.  No request is specified`)
      else if (compareQuantities(requests[name], limit.max![name]!) > 0) texts.push(`${head}, but request is ${requests[name]}`)
    }
    return texts.filter((text) => text !== undefined)
  })
}

function isLimited(request: PluginRequest): boolean {
  if (request.kind.group !== '' || request.operation === 'DELETE' || request.old?.metadata.deletionTimestamp !== undefined) return false
  if (request.kind.resource === 'pods') return request.operation === 'CREATE' ? request.subresource === '' : request.subresource === 'resize'
  return request.kind.resource === 'persistentvolumeclaims' && request.subresource === ''
}

function refusal(request: PluginRequest, texts: readonly string[]): Failure | undefined {
  return texts.length === 0 ? undefined : forbid(request, aggregateText(texts))
}

export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  admit(request) {
    if (!isLimited(request) || request.kind.resource !== 'pods') return undefined
    for (const range of rangesOf(request)) applyDefaults(range, podOf(request))
    return undefined
  },
  validate(request) {
    if (!isLimited(request)) return undefined
    for (const range of rangesOf(request)) {
      const claim = request.object as unknown as { spec?: { resources?: { requests?: ResourceList } } }
      const texts = request.kind.resource === 'pods' ? checkPod(range, podOf(request)) : checkClaim(range, claim.spec?.resources?.requests)
      const refused = refusal(request, texts)
      if (refused !== undefined) return refused
    }
    return undefined
  },
}

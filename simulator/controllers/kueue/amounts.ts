/** Amounts of resources as whole numbers: milli-CPU, bytes, pieces. Models sigs.k8s.io/kueue/pkg/resources (v0.10). */

import { formatQuantity, quantityMilli, quantityValue } from '../../api/quantity.ts'
import type { QuantityFormat } from '../../api/quantity.ts'
import { podRequests } from '../../api/resources.ts'
import type { Container, PodSpec } from '../../api/types.ts'
import type { Amount, Workload } from './types.ts'

/** Amounts by resource. */
export type Requests = { readonly [resource: string]: number }

/** A flavor and a resource as one key. */
export type FlavorResource = string

/** Amounts by flavor and resource. */
export type Usage = ReadonlyMap<FlavorResource, number>

/** The key under which amounts of one resource in one flavor are kept. */
export function flavorResource(flavor: string, resource: string): FlavorResource {
  return `${flavor}\n${resource}`
}

/** A quantity as a whole number of the resource's unit. */
export function amountOf(resource: string, amount: Amount): number {
  const text = String(amount)
  return resource === 'cpu' ? quantityMilli(text) : quantityValue(text)
}

/** The number back as a quantity. */
export function amountText(resource: string, value: number): string {
  const format: QuantityFormat = resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-') ? 'BinarySI' : 'DecimalSI'
  const scale = resource === 'cpu' ? -3 : 0
  return formatQuantity({ value: BigInt(value), scale, isBig: false, format })
}

/** What the pods of one set ask for together. `flavors` is set once they are assigned. */
export interface PodSetRequests {
  readonly name: string
  readonly count: number
  readonly requests: Requests
  readonly flavors: { readonly [resource: string]: string }
}

function scaled(requests: Requests, from: number, to: number): Requests {
  return from === to || from === 0 ? requests : Object.fromEntries(Object.entries(requests).map(([resource, value]) => [resource, Math.trunc(value / from) * to]))
}

/** Where only a limit is stated, it counts as the request. */
function withLimits(spec: PodSpec): PodSpec {
  const complete = (container: Container): Container => ({ ...container, resources: { ...container.resources, requests: { ...container.resources?.limits, ...container.resources?.requests } } })
  return { ...spec, containers: spec.containers.map(complete), ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(complete) }) }
}

function countsAfterReclaim({ spec, status }: Workload): ReadonlyMap<string, number> {
  return new Map(spec.podSets.map(({ name, count }) => [name, count - (status?.reclaimablePods?.find((pods) => pods.name === name)?.count ?? 0)]))
}

/** The requests of a workload: as assigned when it has quota, else as its pods ask. */
export function totalRequests(workload: Workload): readonly PodSetRequests[] {
  const counts = countsAfterReclaim(workload)
  const { admission } = workload.status ?? {}
  if (admission === undefined) {
    return workload.spec.podSets.map(({ name, template }) => {
      const count = counts.get(name) ?? 0
      const perPod = Object.entries(podRequests({ spec: withLimits(template.spec) }, { skipPodLevel: true }))
      return { name, count, requests: Object.fromEntries(perPod.map(([resource, amount]) => [resource, amountOf(resource, amount) * count])), flavors: {} }
    })
  }
  return admission.podSetAssignments.map(({ name, flavors = {}, resourceUsage = {}, count: assigned }) => {
    const full = assigned ?? workload.spec.podSets.find((podSet) => podSet.name === name)?.count ?? 0
    const left = Math.min(full, counts.get(name) ?? full)
    const requests = Object.fromEntries(Object.entries(resourceUsage).map(([resource, amount]) => [resource, amountOf(resource, amount)]))
    return { name, count: left, requests: scaled(requests, full, left), flavors }
  })
}

/** Requests as the API writes them. */
export function toResourceList(requests: Requests): { [resource: string]: string } {
  return Object.fromEntries(Object.entries(requests).map(([resource, value]) => [resource, amountText(resource, value)]))
}

/** Requests scaled down to fewer pods, for partial admission. */
export function scaledTo(podSet: PodSetRequests, count: number): PodSetRequests {
  return { ...podSet, count, requests: scaled(podSet.requests, podSet.count, count) }
}

/** What pod sets use of each flavor. */
export function usageOf(podSets: readonly PodSetRequests[]): Usage {
  const usage = new Map<FlavorResource, number>()
  for (const { requests, flavors } of podSets) {
    for (const [resource, value] of Object.entries(requests)) {
      const key = flavorResource(flavors[resource] ?? '', resource)
      usage.set(key, (usage.get(key) ?? 0) + value)
    }
  }
  return usage
}

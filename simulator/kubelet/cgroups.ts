/** What a pod's requests and limits become in its cgroup. Models kubernetes/pkg/kubelet/cm ResourceConfigForPod (v1.35). */

import { quantityMilli, quantityValue } from '../api/quantity.ts'
import { computePodQos } from '../api/qos.ts'
import { podLimits, podRequests } from '../api/resources.ts'
import type { Pod } from '../api/types.ts'

/** Figures of a cgroup; absent where nothing is set. */
export interface CgroupConfig {
  readonly cpuShares: number
  /** CPU time in microseconds that each period of `cpuPeriod` allows. */
  readonly cpuQuota?: number
  readonly cpuPeriod?: number
  readonly memoryLimit?: number
}

const sharesPerCpu = 1024
const sharesMin = 2
const sharesMax = 262_144
const quotaPeriodUs = 100_000
const quotaMinUs = 1000

/** CPU shares of thousandths of a CPU. */
export function cpuSharesOf(milli: number): number {
  return milli === 0 ? sharesMin : Math.min(sharesMax, Math.max(sharesMin, Math.floor((milli * sharesPerCpu) / 1000)))
}

/** CPU quota in microseconds of thousandths of a CPU; 0 for none. */
export function cpuQuotaOf(milli: number): number {
  return milli === 0 ? 0 : Math.max(quotaMinUs, Math.floor((milli * quotaPeriodUs) / 1000))
}

function isDeclared(pod: Pick<Pod, 'spec'>, resource: 'cpu' | 'memory'): boolean {
  const ofPod = pod.spec.resources?.limits?.[resource]
  if (ofPod !== undefined && quantityMilli(ofPod) > 0) return true
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].every(({ resources }) => {
    const limit = resources?.limits?.[resource]
    return limit !== undefined && quantityMilli(limit) > 0
  })
}

/** The cgroup of a pod. */
export function podCgroup(pod: Pick<Pod, 'spec'>): CgroupConfig {
  const qosClass = computePodQos(pod)
  if (qosClass === 'BestEffort') return { cpuShares: sharesMin }
  const requests = podRequests(pod)
  const limits = podLimits(pod)
  const cpuShares = cpuSharesOf(quantityMilli(requests['cpu'] ?? '0'))
  const quota = { cpuQuota: cpuQuotaOf(quantityMilli(limits['cpu'] ?? '0')), cpuPeriod: quotaPeriodUs }
  const memory = { memoryLimit: quantityValue(limits['memory'] ?? '0') }
  return { cpuShares, ...(isDeclared(pod, 'cpu') ? quota : {}), ...(isDeclared(pod, 'memory') ? memory : {}) }
}

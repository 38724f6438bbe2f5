/** GPUs: which device a container gets, and which are broken. Models kubernetes/pkg/kubelet/cm/devicemanager (v1.35). */

import { quantityValue } from '../api/quantity.ts'
import type { Pod } from '../api/types.ts'
import type { Rejection } from './admission.ts'
import type { Host } from './host.ts'
import { containerKey } from './records.ts'
import { kubeletTexts } from './texts.ts'

export const gpuResource = 'nvidia.com/gpu'

/** Device ids of a node: 'GPU-0' up, as many as its capacity. */
export function deviceIds(host: Host, nodeName: string): string[] {
  const count = quantityValue(host.findNode(nodeName)?.status?.capacity?.[gpuResource] ?? '0')
  return Array.from({ length: count }, (_, index) => `GPU-${index}`)
}

function wanted(pod: Pod): { readonly container: string; readonly count: number }[] {
  const all: { container: string; count: number }[] = []
  for (const { name, resources } of pod.spec.containers) {
    const limit = resources?.limits?.[gpuResource]
    if (limit !== undefined && limit !== '0') all.push({ container: name, count: quantityValue(limit) })
  }
  return all
}

/** Gives a pod's containers their devices, lowest id first. @returns why there are not enough, or undefined */
export function allocateDevices(host: Host, podKey: string, pod: Pod): Rejection | undefined {
  const wants = wanted(pod)
  if (wants.length === 0) return undefined
  const node = pod.spec.nodeName ?? ''
  const record = host.nodeRecord(node)
  const devices: { [id: string]: string } = { ...record.devices }
  const ids = deviceIds(host, node)
  if (ids.length === 0) return undefined
  for (const { container, count } of wants) {
    const free = ids.filter((id) => devices[id] === undefined && !record.brokenDevices.includes(id))
    if (free.length < count) {
      const healthy = ids.filter((id) => !record.brokenDevices.includes(id)).length
      return { reason: 'UnexpectedAdmissionError', message: kubeletTexts.devices(gpuResource, count, free.length, healthy) }
    }
    for (const id of free.slice(0, count)) devices[id] = containerKey(podKey, container)
  }
  host.changeNode(node, { devices })
  return undefined
}

/** Takes a pod's devices back. */
export function releaseDevices(host: Host, node: string, podKey: string): void {
  const { devices } = host.nodeRecord(node)
  const kept = Object.entries(devices).filter(([, key]) => !key.startsWith(`${podKey}|`))
  if (kept.length < Object.keys(devices).length) host.changeNode(node, { devices: Object.fromEntries(kept) })
}

/** Devices of a container, ascending. */
export function devicesOf(host: Host, node: string, podKey: string, container: string): string[] {
  const { devices } = host.nodeRecord(node)
  return deviceIds(host, node).filter((id) => devices[id] === containerKey(podKey, container))
}

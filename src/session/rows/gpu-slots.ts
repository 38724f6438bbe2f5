/** GPUs of a node as the map draws them: one slot per GPU or MIG device, with the Pod that holds it. */

import { quantityValue } from '../../../simulator/api/quantity.ts'
import type { Node } from '../../../simulator/api/types.ts'
import { gpuDevices, gpuResource, unhealthyGpus } from '../../../simulator/gpu/devices.ts'
import type { GpuDevice } from '../../../simulator/gpu/devices.ts'
import { gpuSpecOf } from '../../../simulator/gpu/spec.ts'
import type { GpuSlot, PodRow } from '../host-rows.ts'

/** GPUs of a node that names no model, in order of allocation; those that left allocatable are lost. */
function plainSlots({ status }: Node, pods: readonly PodRow[]): GpuSlot[] {
  const total = quantityValue(status?.capacity?.[gpuResource] ?? '0')
  const healthy = quantityValue(status?.allocatable?.[gpuResource] ?? '0')
  const slots: GpuSlot[] = []
  for (const pod of pods) for (let i = 0; i < pod.gpuRequest && slots.length < total; i++) slots.push({ podUid: pod.uid })
  while (slots.length < healthy) slots.push({})
  while (slots.length < total) slots.push({ lost: true })
  return slots
}

/** Uids of the Pods that hold a resource, once per unit. */
function holdersOf(resource: string, pods: readonly PodRow[]): string[] {
  return pods.flatMap((pod) => Array.from({ length: pod.gpuResources?.[resource] ?? 0 }, () => pod.uid))
}

/** Whole devices: healthy ones are given first. */
function wholeSlots(devices: readonly GpuDevice[], broken: ReadonlySet<number>, pods: readonly PodRow[]): GpuSlot[] {
  const left = new Map<string, string[]>()
  const take = (resource: string): string | undefined => {
    const holders = left.get(resource) ?? holdersOf(resource, pods)
    left.set(resource, holders)
    return holders.shift()
  }
  const inOrder = [...devices].sort((a, b) => Number(broken.has(a.gpu)) - Number(broken.has(b.gpu)))
  const holderOf = new Map(inOrder.map((device) => [device, take(device.resource)]))
  return devices.map((device) => {
    const podUid = holderOf.get(device)
    return { ...(podUid === undefined ? {} : { podUid }), ...(broken.has(device.gpu) ? { lost: true } : {}), ...(device.profile === undefined ? {} : { mig: device.profile.name }) }
  })
}

/** Shared devices: one slot for all replicas of one, with how many Pods are on it; units go to the emptiest. */
function sharedSlots(devices: readonly GpuDevice[], broken: ReadonlySet<number>, pods: readonly PodRow[]): GpuSlot[] {
  const slots = new Map<string, { device: GpuDevice; replicas: number; holders: string[] }>()
  for (const device of devices) {
    const slot = slots.get(device.uuid)
    if (slot === undefined) slots.set(device.uuid, { device, replicas: 1, holders: [] })
    else slot.replicas++
  }
  for (const resource of new Set(devices.map((device) => device.resource))) {
    const own = [...slots.values()].filter(({ device }) => device.resource === resource)
    for (const uid of holdersOf(resource, pods)) own.reduce((best, slot) => (slot.holders.length < best.holders.length ? slot : best)).holders.push(uid)
  }
  return [...slots.values()].map(({ device, replicas, holders }) => ({
    sharesFree: broken.has(device.gpu) ? 0 : Math.max(0, replicas - holders.length),
    ...(holders.length === 0 ? {} : { podUid: holders[0], shared: new Set(holders).size }),
    ...(broken.has(device.gpu) ? { lost: true } : {}), ...(device.profile === undefined ? {} : { mig: device.profile.name }),
  }))
}

/**
 * The slots of a node.
 * @param pods rows of its unfinished pods, in order of allocation
 */
export function gpuSlotsOf(node: Node, pods: readonly PodRow[]): GpuSlot[] {
  const spec = gpuSpecOf(node)
  if (spec === undefined) return plainSlots(node, pods)
  const devices = gpuDevices(node.metadata.name ?? '', spec)
  return (spec.sharing === undefined ? wholeSlots : sharedSlots)(devices, unhealthyGpus(node), pods)
}

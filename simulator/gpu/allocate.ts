/**
 * Which free devices a container is given.
 * Models NVIDIA/k8s-device-plugin internal/rm GetPreferredAllocation: whole GPUs near each other, shared ones spread.
 * Differs: nearness is one NVLink island or not (modelling assumption); upstream adds up the links of each pair.
 */

import type { GpuDevice } from './devices.ts'

interface Group { readonly key: number; readonly free: GpuDevice[] }

function groupBy(devices: readonly GpuDevice[], keyOf: (device: GpuDevice) => number): Group[] {
  const groups = new Map<number, GpuDevice[]>()
  for (const device of devices) groups.set(keyOf(device), [...(groups.get(keyOf(device)) ?? []), device])
  return [...groups.entries()].map(([key, free]) => ({ key, free })).sort((a, b) => a.key - b.key)
}

/** The fullest island that has enough; without one as few islands as possible, the emptiest first. */
function alignedDevices(free: readonly GpuDevice[], count: number): GpuDevice[] {
  const islands = groupBy(free, (device) => device.island)
  const fitting = islands.filter((island) => island.free.length >= count).sort((a, b) => a.free.length - b.free.length || a.key - b.key)
  if (fitting.length > 0) return fitting[0].free.slice(0, count)
  return islands.sort((a, b) => b.free.length - a.free.length || a.key - b.key).flatMap((island) => island.free).slice(0, count)
}

/** Replica by replica from the GPU that gave away the fewest. */
function distributedDevices(free: readonly GpuDevice[], all: readonly GpuDevice[], count: number): GpuDevice[] {
  const left = [...free]
  const taken = new Map<string, number>()
  for (const { uuid } of all) taken.set(uuid, (taken.get(uuid) ?? 0) + 1)
  for (const { uuid } of free) taken.set(uuid, (taken.get(uuid) ?? 0) - 1)
  const picked: GpuDevice[] = []
  while (picked.length < count) {
    let best = 0
    for (let i = 1; i < left.length; i++) if ((taken.get(left[i].uuid) ?? 0) < (taken.get(left[best].uuid) ?? 0)) best = i
    const [device] = left.splice(best, 1)
    taken.set(device.uuid, (taken.get(device.uuid) ?? 0) + 1)
    picked.push(device)
  }
  return picked
}

/**
 * Devices for one container.
 * @param free free healthy devices of the resource, in the node's order; at least `count`
 * @param all all devices of the resource
 */
export function preferredDevices(free: readonly GpuDevice[], all: readonly GpuDevice[], count: number): GpuDevice[] {
  return free.some((device) => device.isShared) ? distributedDevices(free, all, count) : alignedDevices(free, count)
}

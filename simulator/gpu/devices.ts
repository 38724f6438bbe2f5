/**
 * The devices of a node as its device plugin lists them: whole GPUs, MIG devices, and their replicas when shared.
 * Models NVIDIA/k8s-device-plugin internal/rm (device map, annotated ids).
 */

import { hexDigits } from '../kernel/hash.ts'
import { placeLayout } from './mig.ts'
import { getGpuModel } from './models.ts'
import type { MigProfile } from './models.ts'
import { gpuFaultsAnnotation, islandsOf } from './spec.ts'
import type { GpuSpec } from './spec.ts'
import type { Node } from '../api/types.ts'

export const gpuResource = 'nvidia.com/gpu'

/** Something that a container can be given. */
export interface GpuDevice {
  readonly resource: string
  /** Id that the plugin gives the kubelet; replicas of a shared device end in `::0` and so on. */
  readonly id: string
  /** What the container sees in NVIDIA_VISIBLE_DEVICES. Replicas of one device share it. */
  readonly uuid: string
  /** Index of the GPU on its node. */
  readonly gpu: number
  /** UUID of the whole GPU. */
  readonly gpuUuid: string
  /** Number of the GPU's NVLink island. */
  readonly island: number
  readonly profile?: MigProfile
  readonly isShared: boolean
}

/** A UUID that belongs to a text. */
function uuidOf(text: string): string {
  const hex = hexDigits(text, 32)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** The resource of a device before sharing: nvidia.com/gpu, or by profile under the mixed strategy. */
function resourceOf(spec: GpuSpec, profile: MigProfile | undefined): string {
  if (profile === undefined || spec.mig?.strategy === 'single') return gpuResource
  return `nvidia.com/mig-${profile.name.replace('+', '.')}`
}

type Whole = Omit<GpuDevice, 'id' | 'isShared'>

/** Devices of a node before they are shared, by GPU and place on it. */
function wholeDevices(nodeName: string, spec: GpuSpec): Whole[] {
  const geometry = getGpuModel(spec.model).mig
  const islands = islandsOf(spec)
  const found: Whole[] = []
  for (let gpu = 0; gpu < spec.count; gpu++) {
    const gpuUuid = `GPU-${uuidOf(`gpu|${nodeName}|${gpu}`)}`
    const island = islands.findIndex((members) => members.includes(gpu))
    const layout = spec.mig?.devices.find((candidate) => candidate.gpus === undefined || candidate.gpus.includes(gpu))
    if (layout === undefined || geometry === undefined) {
      found.push({ resource: gpuResource, uuid: gpuUuid, gpu, gpuUuid, island })
      continue
    }
    for (const { profile, start } of placeLayout(geometry, layout)) {
      found.push({ resource: resourceOf(spec, profile), uuid: `MIG-${uuidOf(`mig|${nodeName}|${gpu}|${profile.name}|${start}`)}`, gpu, gpuUuid, island, profile })
    }
  }
  return found
}

/** All devices of a node: by GPU, then by place on it, then by replica. */
export function gpuDevices(nodeName: string, spec: GpuSpec): GpuDevice[] {
  const { sharing } = spec
  const whole = wholeDevices(nodeName, spec)
  if (sharing === undefined) return whole.map((device) => ({ ...device, id: device.uuid, isShared: false }))
  return whole.flatMap((device) => Array.from({ length: sharing.replicas }, (_, replica): GpuDevice => (
    { ...device, resource: sharing.renameByDefault === true ? `${device.resource}.shared` : device.resource, id: `${device.uuid}::${replica}`, isShared: true }
  )))
}

/** Number of devices by resource name. */
export function countByResource(devices: readonly GpuDevice[]): { [resource: string]: number } {
  const counts: { [resource: string]: number } = {}
  for (const { resource } of devices) counts[resource] = (counts[resource] ?? 0) + 1
  return counts
}

/**
 * Xids that come from applications: the plugin leaves the GPU healthy.
 * Models NVIDIA/k8s-device-plugin internal/rm/health.go.
 */
const applicationXids: ReadonlySet<number> = new Set([13, 31, 43, 45, 68, 109])

/**
 * Faults of a node by GPU index: the last Xid that the driver reported.
 * Taking a fault away stands for a repair with a restart of the plugin: upstream a GPU stays unhealthy until then.
 */
export function gpuFaultsOf(node: Node | undefined): ReadonlyMap<number, number> {
  const faults = new Map<number, number>()
  for (const part of (node?.metadata.annotations?.[gpuFaultsAnnotation] ?? '').split(',')) {
    const match = /^\s*(\d{1,3})=(\d{1,4})\s*$/.exec(part)
    if (match !== null) faults.set(Number(match[1]), Number(match[2]))
  }
  return faults
}

/** Text of the annotation for some faults; undefined for none. */
export function gpuFaultsText(faults: ReadonlyMap<number, number>): string | undefined {
  const rows = [...faults.entries()].sort(([a], [b]) => a - b)
  return rows.length === 0 ? undefined : rows.map(([gpu, xid]) => `${gpu}=${xid}`).join(',')
}

/** Indexes of the GPUs whose fault makes all of their devices unhealthy (modelling assumption: MIG devices too). */
export function unhealthyGpus(node: Node | undefined): ReadonlySet<number> {
  return new Set([...gpuFaultsOf(node).entries()].filter(([, xid]) => !applicationXids.has(xid)).map(([gpu]) => gpu))
}

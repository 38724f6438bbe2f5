/**
 * GPUs: which device a container gets, and which are broken. Models kubernetes/pkg/kubelet/cm/devicemanager (v1.35)
 * with the node's device plugin (see simulator/gpu).
 * A node that names no model has plain devices 'GPU-0' up, as many as its capacity of nvidia.com/gpu.
 */

import { quantityValue } from '../api/quantity.ts'
import type { Container, Node, Pod, ResourceList } from '../api/types.ts'
import { preferredDevices } from '../gpu/allocate.ts'
import { countByResource, gpuDevices, gpuResource, unhealthyGpus } from '../gpu/devices.ts'
import type { GpuDevice } from '../gpu/devices.ts'
import { gpuErrors } from '../gpu/errors.ts'
import { gpuLabels, isGpuLabel } from '../gpu/labels.ts'
import { getGpuModel } from '../gpu/models.ts'
import { gpuAnnotation, gpuFaultsAnnotation, gpuSpecOf, parseGpuSpec } from '../gpu/spec.ts'
import type { GpuSpec } from '../gpu/spec.ts'
import type { Rejection } from './admission.ts'
import type { Host } from './host.ts'
import { containerKey } from './records.ts'
import { kubeletTexts } from './texts.ts'

const vendor = 'nvidia.com/'
/** Where CUDA MPS talks to its daemon. Source: NVIDIA/k8s-device-plugin cmd/mps-control-daemon. */
const mpsRoot = '/mps'

/** All devices of a node, in its order. */
function devicesOfNode(node: Node | undefined): GpuDevice[] {
  const spec = gpuSpecOf(node)
  if (spec !== undefined) return gpuDevices(node?.metadata.name ?? '', spec)
  const count = quantityValue(node?.status?.capacity?.[gpuResource] ?? '0')
  return Array.from({ length: count }, (_, gpu) => ({ resource: gpuResource, id: `GPU-${gpu}`, uuid: `GPU-${gpu}`, gpu, gpuUuid: `GPU-${gpu}`, island: 0, isShared: false }))
}

/** Says whether a device is healthy, as the node's annotation and its record tell. */
function healthOf(host: Host, node: Node | undefined): (device: GpuDevice) => boolean {
  const { brokenDevices } = host.nodeRecord(node?.metadata.name ?? '')
  const broken = unhealthyGpus(node)
  return (device) => !broken.has(device.gpu) && !brokenDevices.includes(device.id) && !brokenDevices.includes(device.uuid) && !brokenDevices.includes(device.gpuUuid)
}

/** GPU resources among a container's limits, with their counts. */
function limitsOf(container: Container): [resource: string, count: number][] {
  const found: [string, number][] = []
  for (const [resource, quantity] of Object.entries(container.resources?.limits ?? {})) {
    if (resource.startsWith(vendor) && quantity !== '0') found.push([resource, quantityValue(quantity)])
  }
  return found
}

/** How many GPUs, shares of GPUs or MIG devices a container has. */
export function deviceCount(container: Container): number {
  return container.resources?.limits === undefined ? 0 : limitsOf(container).reduce((sum, [, count]) => sum + count, 0)
}

interface Want { readonly container: string; readonly resource: string; readonly count: number }

/**
 * What each container must be given: app containers and sidecars theirs; an init container only what it wants beyond
 * all of them, since its devices are used again by the others.
 */
function wantsOf(pod: Pod): Want[] {
  const wants: Want[] = []
  const totals = new Map<string, number>()
  const add = (container: Container, resource: string, count: number): void => {
    if (count > 0) wants.push({ container: container.name, resource, count })
    totals.set(resource, (totals.get(resource) ?? 0) + count)
  }
  const { initContainers = [], containers } = pod.spec
  for (const container of [...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always'), ...containers]) for (const [resource, count] of limitsOf(container)) add(container, resource, count)
  for (const container of initContainers) if (container.restartPolicy !== 'Always') for (const [resource, count] of limitsOf(container)) add(container, resource, Math.max(0, count - (totals.get(resource) ?? 0)))
  return wants
}

/** Devices are asked for by limits, which most pods of a large cluster have not. */
function hasLimits({ spec }: Pod): boolean {
  return spec.containers.some(isLimited) || spec.initContainers?.some(isLimited) === true
}

function isLimited({ resources }: Container): boolean {
  return resources?.limits !== undefined
}

/** Why the plugin refuses a request. */
function refusalOf(spec: GpuSpec | undefined, { resource, count }: Want): Rejection | undefined {
  const { sharing } = spec ?? {}
  if (sharing === undefined || count <= 1 || (sharing.strategy === 'time-slicing' && sharing.failRequestsGreaterThanOne !== true)) return undefined
  return { reason: 'UnexpectedAdmissionError', message: kubeletTexts.allocateFailed(gpuErrors.tooLarge(resource, count)) }
}

/** Gives a pod's containers their devices, as the plugin prefers. @returns why there are not enough, or undefined */
export function allocateDevices(host: Host, podKey: string, pod: Pod): Rejection | undefined {
  const wants = hasLimits(pod) ? wantsOf(pod) : []
  if (wants.length === 0) return undefined
  const nodeName = pod.spec.nodeName ?? ''
  const node = host.findNode(nodeName)
  const all = devicesOfNode(node)
  const isHealthy = healthOf(host, node)
  const spec = gpuSpecOf(node)
  const devices: { [id: string]: string } = { ...host.nodeRecord(nodeName).devices }
  for (const want of wants) {
    const own = all.filter((device) => device.resource === want.resource)
    if (own.length === 0) continue
    const healthy = own.filter(isHealthy)
    const free = healthy.filter((device) => devices[device.id] === undefined)
    if (free.length < want.count) return { reason: 'UnexpectedAdmissionError', message: kubeletTexts.devices(want.resource, want.count, free.length, healthy.length) }
    const refusal = refusalOf(spec, want)
    if (refusal !== undefined) return refusal
    for (const { id } of preferredDevices(free, own, want.count)) devices[id] = containerKey(podKey, want.container)
  }
  host.changeNode(nodeName, { devices })
  return undefined
}

/** Takes a pod's devices back. */
export function releaseDevices(host: Host, node: string, podKey: string): void {
  const { devices } = host.nodeRecord(node)
  const kept = Object.entries(devices).filter(([, key]) => !key.startsWith(`${podKey}|`))
  if (kept.length < Object.keys(devices).length) host.changeNode(node, { devices: Object.fromEntries(kept) })
}

/** Devices of a container, in the node's order. An init container uses those of its pod. */
function devicesOf(host: Host, podKey: string, pod: Pod, container: Container): GpuDevice[] {
  const limits = limitsOf(container)
  if (limits.length === 0) return []
  const nodeName = pod.spec.nodeName ?? ''
  const { devices } = host.nodeRecord(nodeName)
  const all = devicesOfNode(host.findNode(nodeName))
  const isInit = pod.spec.initContainers?.some(({ name, restartPolicy }) => name === container.name && restartPolicy !== 'Always') === true
  if (!isInit) return all.filter(({ id }) => devices[id] === containerKey(podKey, container.name))
  const ofPod = all.filter(({ id }) => devices[id]?.startsWith(`${podKey}|`) === true)
  return limits.flatMap(([resource, count]) => ofPod.filter((device) => device.resource === resource).slice(0, count))
}

/**
 * How fast the GPUs of a container are together, in whole GPUs: a MIG device has its share of compute slices.
 * Modelling assumption: pods that share a GPU by time slicing or MPS do not slow each other down.
 * @returns undefined for a container without MIG devices
 */
export function deviceSpeed(host: Host, podKey: string, pod: Pod, container: Container): number | undefined {
  const own = container.resources?.limits === undefined ? [] : devicesOf(host, podKey, pod, container)
  if (own.every(({ profile }) => profile === undefined)) return undefined
  const slices = getGpuModel(gpuSpecOf(host.findNode(pod.spec.nodeName ?? ''))?.model ?? '').mig?.computeSlices ?? 1
  return own.reduce((sum, { profile }) => sum + (profile === undefined ? 1 : profile.slices / slices), 0)
}

const noFiles: { readonly [path: string]: string } = {}

/** Variables by which the plugin tells a container its devices; undefined for a container without any. */
export function deviceEnvironment(host: Host, podKey: string, pod: Pod, container: Container): { readonly [name: string]: string } | undefined {
  const own = devicesOf(host, podKey, pod, container)
  if (own.length === 0) return undefined
  const isMps = gpuSpecOf(host.findNode(pod.spec.nodeName ?? ''))?.sharing?.strategy === 'mps'
  return {
    NVIDIA_VISIBLE_DEVICES: [...new Set(own.map(({ uuid }) => uuid))].join(','),
    ...(isMps ? { CUDA_MPS_PIPE_DIRECTORY: `${mpsRoot}/${own[0].resource}/pipe` } : {}),
  }
}

/**
 * Files that the NVIDIA runtime puts into a container: one per visible GPU under /proc/driver/nvidia/gpus.
 * nvidia-smi reads them; the lines of MIG devices are ours.
 */
export function deviceFiles(host: Host, podKey: string, pod: Pod, container: Container): { readonly [path: string]: string } {
  const own = devicesOf(host, podKey, pod, container)
  const node = host.findNode(pod.spec.nodeName ?? '')
  const spec = gpuSpecOf(node)
  const product = spec?.model ?? node?.metadata.labels?.['nvidia.com/gpu.product']
  if (own.length === 0 || product === undefined) return noFiles
  const model = getGpuModel(product)
  const files: { [path: string]: string } = {}
  const gpus = [...new Set(own.map(({ gpu }) => gpu))].sort((a, b) => a - b)
  for (const gpu of gpus) {
    const parts = own.filter((device) => device.gpu === gpu)
    const migs = parts.filter(({ profile }) => profile !== undefined).map(({ profile, uuid }) => `MIG Device:\t ${profile?.name} ${uuid} ${profile?.memoryMiB}\n`)
    files[`/proc/driver/nvidia/gpus/0000:${(16 + gpu).toString(16)}:00.0/information`] =
      `Model: \t\t ${model.name}\nGPU UUID: \t ${parts[0].gpuUuid}\nBus Location: \t 0000:${(16 + gpu).toString(16)}:00.0\nDevice Minor: \t ${gpu}\nMemory: \t ${spec?.memoryMiB ?? model.memoryMiB} MiB\n${migs.join('')}`
  }
  return files
}

/** Capacity and allocatable of a node with what its device plugin reports. */
export function withDevices(host: Host, node: Node, capacity: ResourceList | undefined, allocatable: ResourceList | undefined): { readonly capacity: ResourceList | undefined; readonly allocatable: ResourceList | undefined } {
  const spec = gpuSpecOf(node)
  if (spec === undefined && capacity?.[gpuResource] === undefined) return { capacity, allocatable }
  const devices = devicesOfNode(node)
  const counts = countByResource(devices)
  const healthy = countByResource(devices.filter(healthOf(host, node)))
  const result = { capacity: { ...capacity }, allocatable: { ...allocatable } }
  // A resource that the plugin lists no more goes to 0, as with the real kubelet.
  if (spec !== undefined) for (const resource of Object.keys(result.capacity)) if (/^nvidia\.com\/(gpu|mig-)/.test(resource)) result.capacity[resource] = result.allocatable[resource] = '0'
  for (const [resource, count] of Object.entries(counts)) {
    result.capacity[resource] = String(count)
    result.allocatable[resource] = String(healthy[resource] ?? 0)
  }
  return result
}

/** Writes the labels of GPU feature discovery when they differ; tells of GPUs that cannot be. */
export function labelGpus(host: Host, name: string): void {
  const node = host.findNode(name)
  const text = node?.metadata.annotations?.[gpuAnnotation]
  if (node === undefined || text === undefined) return
  const parsed = parseGpuSpec(text)
  if ('error' in parsed) {
    host.context.recorder.record(node, 'Warning', 'InvalidGpuConfig', parsed.error)
    return
  }
  const labels = gpuLabels(name, parsed.spec)
  const changes: { [label: string]: string | null } = {}
  for (const [label, value] of Object.entries(labels)) if (node.metadata.labels?.[label] !== value) changes[label] = value
  for (const label of Object.keys(node.metadata.labels ?? {})) if (isGpuLabel(label) && labels[label] === undefined) changes[label] = null
  if (Object.keys(changes).length > 0) host.client(name).patch('nodes', name, { metadata: { labels: changes } })
}

/** True when a change of a node concerns its device plugin. */
export function hasChangedGpus(before: Node, after: Node): boolean {
  return [gpuAnnotation, gpuFaultsAnnotation].some((name) => before.metadata.annotations?.[name] !== after.metadata.annotations?.[name])
}

/**
 * Labels of a GPU node.
 * Models NVIDIA/k8s-device-plugin internal/lm (GPU feature discovery) without its timestamp; `gpu.present` is what the
 * NVIDIA GPU Operator adds.
 */

import { countByResource, gpuDevices, gpuResource } from './devices.ts'
import { getGpuModel } from './models.ts'
import type { MigProfile } from './models.ts'
import type { GpuSpec } from './spec.ts'

/** Driver and CUDA of every simulated GPU node (modelling assumption). */
const driver = ['570', '172', '08'] as const
const runtime = ['12', '8'] as const

interface Labels { [name: string]: string }

const ownPrefixes = [/^nvidia\.com\/gpu\./, /^nvidia\.com\/mig-/, /^nvidia\.com\/mig\.(capable|strategy)$/, /^nvidia\.com\/mps\.capable$/, /^nvidia\.com\/cuda\./]

/** True for a label that GPU feature discovery owns: it is removed when it is no longer true. */
export function isGpuLabel(name: string): boolean {
  return ownPrefixes.some((prefix) => prefix.test(name))
}

/** A name as a label value: only letters, digits, `-_.`; blanks become dashes. */
function sanitized(part: string): string {
  return part.replace(/[^A-Za-z0-9\-_. ]/g, '').split(/\s+/).filter((word) => word !== '').join('-')
}

interface Base { readonly prefix: string; readonly count: number; readonly parts: readonly string[]; readonly isDivided: boolean }

/** product, count, replicas and sharing-strategy of a resource. A divided GPU says nothing of sharing. */
function baseLabels(spec: GpuSpec, { prefix, count, parts, isDivided }: Base): Labels {
  const { sharing } = spec
  const isShared = sharing !== undefined && !isDivided
  const suffix = isShared && sharing.renameByDefault !== true ? ['SHARED'] : []
  return {
    [`${prefix}.product`]: [...parts.map(sanitized), ...suffix].join('-'),
    [`${prefix}.count`]: String(count),
    [`${prefix}.replicas`]: String(isDivided ? 0 : isShared ? sharing.replicas : 1),
    [`${prefix}.sharing-strategy`]: isShared ? sharing.strategy : 'none',
  }
}

function profileLabels(prefix: string, profile: MigProfile): Labels {
  const [copy, decoder, encoder, jpeg, ofa] = profile.engines
  return {
    [`${prefix}.memory`]: String(profile.memoryMiB),
    [`${prefix}.multiprocessors`]: String(profile.multiprocessors),
    [`${prefix}.slices.gi`]: String(profile.slices),
    [`${prefix}.slices.ci`]: String(profile.slices),
    [`${prefix}.engines.copy`]: String(copy),
    [`${prefix}.engines.decoder`]: String(decoder),
    [`${prefix}.engines.encoder`]: String(encoder),
    [`${prefix}.engines.jpeg`]: String(jpeg),
    [`${prefix}.engines.ofa`]: String(ofa),
  }
}

function migLabels(nodeName: string, spec: GpuSpec): Labels {
  if (spec.mig === undefined) return {}
  const labels: Labels = { 'nvidia.com/mig.strategy': spec.mig.strategy }
  const { sharing, ...unshared } = spec
  void sharing
  const devices = gpuDevices(nodeName, unshared).filter((device) => device.profile !== undefined)
  for (const resource of Object.keys(countByResource(devices))) {
    const own = devices.filter((device) => device.resource === resource)
    const profile = own[0]?.profile
    if (profile === undefined) continue
    Object.assign(labels, baseLabels(spec, { prefix: resource, count: own.length, parts: [spec.model, 'MIG', profile.name], isDivided: false }), profileLabels(resource, profile))
  }
  return labels
}

/** All labels of a node with these GPUs. */
export function gpuLabels(nodeName: string, spec: GpuSpec): Labels {
  const model = getGpuModel(spec.model)
  const [major, minor, revision] = driver
  const hasWhole = gpuDevices(nodeName, spec).some((device) => device.profile === undefined)
  return {
    'nvidia.com/cuda.driver.major': major,
    'nvidia.com/cuda.driver.minor': minor,
    'nvidia.com/cuda.driver.rev': revision,
    'nvidia.com/cuda.driver-version.full': driver.join('.'),
    'nvidia.com/cuda.driver-version.major': major,
    'nvidia.com/cuda.driver-version.minor': minor,
    'nvidia.com/cuda.driver-version.revision': revision,
    'nvidia.com/cuda.runtime.major': runtime[0],
    'nvidia.com/cuda.runtime.minor': runtime[1],
    'nvidia.com/cuda.runtime-version.full': runtime.join('.'),
    'nvidia.com/cuda.runtime-version.major': runtime[0],
    'nvidia.com/cuda.runtime-version.minor': runtime[1],
    'nvidia.com/gpu.compute.major': String(model.compute[0]),
    'nvidia.com/gpu.compute.minor': String(model.compute[1]),
    'nvidia.com/gpu.family': model.family,
    'nvidia.com/gpu.machine': sanitized(spec.machine ?? 'unknown'),
    'nvidia.com/gpu.memory': String(spec.memoryMiB ?? model.memoryMiB),
    'nvidia.com/gpu.mode': 'compute',
    'nvidia.com/gpu.present': 'true',
    'nvidia.com/mig.capable': String(model.mig !== undefined),
    'nvidia.com/mps.capable': String(spec.sharing?.strategy === 'mps'),
    ...baseLabels(spec, { prefix: gpuResource, count: spec.count, parts: [spec.model], isDivided: !hasWhole }),
    ...migLabels(nodeName, spec),
  }
}

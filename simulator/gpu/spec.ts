/**
 * What a node says of its GPUs: model, number, and how they are shared. It stands in an annotation of the Node, so that
 * it is changed by requests like all else; the node's device plugin follows it.
 * The parts are those of the configuration files of NVIDIA's k8s-device-plugin (sharing) and mig-parted (MIG devices).
 */

import type { Node } from '../api/types.ts'
import { gpuErrors } from './errors.ts'
import { findMigConflict } from './mig.ts'
import { findGpuModel, gpuModels } from './models.ts'

/** JSON of a GpuSpec. */
export const gpuAnnotation = 'podflight.dev/gpus'
/** Xids of broken GPUs: `0=79,3=48`. */
export const gpuFaultsAnnotation = 'podflight.dev/gpu-faults'

/** MIG devices on some GPUs of the node. */
export interface MigLayout {
  /** Indexes of GPUs; absent: all. */
  readonly gpus?: readonly number[]
  /** Count by profile, such as { '1g.10gb': 7 }. */
  readonly profiles: { readonly [profile: string]: number }
}

export interface GpuSharing {
  readonly strategy: 'time-slicing' | 'mps'
  /** Into how many parts each device is shared. */
  readonly replicas: number
  /** True: the resource is called nvidia.com/gpu.shared. */
  readonly renameByDefault?: boolean
  /** True: more than one replica per container is refused. MPS always refuses. */
  readonly failRequestsGreaterThanOne?: boolean
}

export interface GpuSpec {
  /** Product name, such as NVIDIA-A100-SXM4-80GB. */
  readonly model: string
  readonly count: number
  /** Memory of one GPU; absent: the model's. */
  readonly memoryMiB?: number
  /** Label nvidia.com/gpu.machine; absent: unknown, as GPU feature discovery writes. */
  readonly machine?: string
  readonly mig?: { readonly strategy: 'single' | 'mixed'; readonly devices: readonly MigLayout[] }
  readonly sharing?: GpuSharing
  /** GPUs that NVLink joins, by index. Absent: all for SXM models, none for others. */
  readonly islands?: readonly (readonly number[])[]
}

const countMax = 16
const replicasMax = 1000

/** What is wrong with a spec, in a sentence; undefined when nothing is. */
export function checkGpuSpec(spec: GpuSpec): string | undefined {
  const { model: product, count, mig, sharing, islands } = spec
  const model = findGpuModel(product)
  if (model === undefined) return gpuErrors.unknownModel(product, gpuModels.map((known) => known.product))
  if (!Number.isInteger(count) || count < 1 || count > countMax) return gpuErrors.badCount(count, countMax)
  if (spec.memoryMiB !== undefined && !(Number.isInteger(spec.memoryMiB) && spec.memoryMiB > 0)) return gpuErrors.badMemory(spec.memoryMiB)
  if (sharing !== undefined) {
    if (sharing.strategy !== 'time-slicing' && sharing.strategy !== 'mps') return gpuErrors.unknownSharing(String(sharing.strategy))
    if (!Number.isInteger(sharing.replicas) || sharing.replicas < 2 || sharing.replicas > replicasMax) return gpuErrors.badReplicas(sharing.replicas)
    if (sharing.strategy === 'mps' && mig !== undefined) return gpuErrors.mpsOnMig
  }
  return (mig === undefined ? undefined : findMigConflict(model, count, mig)) ?? (islands === undefined ? undefined : checkIslands(islands, count))
}

function checkIslands(islands: readonly (readonly number[])[], count: number): string | undefined {
  const seen = new Set<number>()
  for (const index of islands.flat()) {
    if (!Number.isInteger(index) || index < 0 || index >= count) return gpuErrors.noSuchGpu(index, count)
    if (seen.has(index)) return gpuErrors.twoIslands(index)
    seen.add(index)
  }
  return undefined
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'number')
}

/** True when a parsed JSON value has the shape of a spec; its values are not checked yet. */
function hasShape(value: unknown): value is GpuSpec {
  if (!isObject(value) || typeof value['model'] !== 'string' || typeof value['count'] !== 'number') return false
  const { mig, sharing, islands } = value
  if (islands !== undefined && !(Array.isArray(islands) && islands.every(isNumbers))) return false
  if (sharing !== undefined && !(isObject(sharing) && typeof sharing['strategy'] === 'string' && typeof sharing['replicas'] === 'number')) return false
  if (mig === undefined) return true
  if (!isObject(mig) || typeof mig['strategy'] !== 'string' || !Array.isArray(mig['devices'])) return false
  return mig['devices'].every((layout: unknown) => isObject(layout) && isObject(layout['profiles'])
    && Object.values(layout['profiles']).every((count) => typeof count === 'number') && (layout['gpus'] === undefined || isNumbers(layout['gpus'])))
}

/** A spec from JSON text, or what is wrong with it. */
export function parseGpuSpec(text: string): { readonly spec: GpuSpec } | { readonly error: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { error: gpuErrors.notJson(error instanceof Error ? error.message : String(error)) }
  }
  if (!hasShape(value)) return { error: gpuErrors.badShape }
  const error = checkGpuSpec(value)
  return error === undefined ? { spec: value } : { error }
}

/** The GPUs that a node says it has; undefined when it says nothing, or nothing that makes sense. */
export function gpuSpecOf(node: Node | undefined): GpuSpec | undefined {
  const text = node?.metadata.annotations?.[gpuAnnotation]
  if (text === undefined) return undefined
  const parsed = parseGpuSpec(text)
  return 'spec' in parsed ? parsed.spec : undefined
}

/** The islands of a node: every GPU is in exactly one. One that no list names stands alone. */
export function islandsOf(spec: GpuSpec): readonly (readonly number[])[] {
  const all = Array.from({ length: spec.count }, (_, index) => index)
  if (spec.islands === undefined) return findGpuModel(spec.model)?.isLinked === true ? [all] : all.map((index) => [index])
  const named = new Set(spec.islands.flat())
  return [...spec.islands.filter((island) => island.length > 0), ...all.filter((index) => !named.has(index)).map((index) => [index])]
}

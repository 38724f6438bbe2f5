/**
 * GPU models: what a node tells of them and how they may be divided.
 * Source: NVIDIA data sheets and the NVIDIA Multi-Instance GPU User Guide (profiles, placements, memory as nvidia-smi prints it).
 */

/** One MIG profile of a model. Slices as the MIG user guide counts them. */
export interface MigProfile {
  /** `1g.10gb`; with media engines `1g.10gb+me`. */
  readonly name: string
  /** Compute slices of the GPU instance. */
  readonly slices: number
  /** Memory slices that it covers, from each of these starts. */
  readonly memorySlices: number
  readonly starts: readonly number[]
  readonly memoryMiB: number
  readonly multiprocessors: number
  /** Engines: copy, decoder, encoder, jpeg, ofa. */
  readonly engines: readonly [number, number, number, number, number]
  /** How many of the kind a GPU may have; absent: as many as fit. Media engines exist once. */
  readonly countMax?: number
}

/** How a model may be divided. */
export interface MigGeometry {
  readonly computeSlices: number
  readonly memorySlices: number
  readonly profiles: readonly MigProfile[]
}

export interface GpuModel {
  /** As in the label nvidia.com/gpu.product. */
  readonly product: string
  /** As nvidia-smi prints it. */
  readonly name: string
  readonly memoryMiB: number
  readonly family: string
  /** CUDA compute capability. */
  readonly compute: readonly [number, number]
  /** True when all GPUs of a node are joined by NVLink (SXM boards). */
  readonly isLinked: boolean
  readonly mig?: MigGeometry
}

const seven = [0, 1, 2, 3, 4, 5, 6]

const a100Profiles80: MigGeometry = {
  computeSlices: 7, memorySlices: 8,
  profiles: [
    { name: '1g.10gb', slices: 1, memorySlices: 1, starts: seven, memoryMiB: 9728, multiprocessors: 14, engines: [1, 0, 0, 0, 0] },
    { name: '1g.10gb+me', slices: 1, memorySlices: 1, starts: seven, memoryMiB: 9728, multiprocessors: 14, engines: [1, 1, 0, 1, 1], countMax: 1 },
    { name: '1g.20gb', slices: 1, memorySlices: 2, starts: [0, 2, 4, 6], memoryMiB: 19_968, multiprocessors: 14, engines: [1, 1, 0, 0, 0] },
    { name: '2g.20gb', slices: 2, memorySlices: 2, starts: [0, 2, 4], memoryMiB: 19_968, multiprocessors: 28, engines: [2, 1, 0, 0, 0] },
    { name: '3g.40gb', slices: 3, memorySlices: 4, starts: [0, 4], memoryMiB: 40_192, multiprocessors: 42, engines: [3, 2, 0, 0, 0] },
    { name: '4g.40gb', slices: 4, memorySlices: 4, starts: [0], memoryMiB: 40_192, multiprocessors: 56, engines: [4, 2, 0, 0, 0] },
    { name: '7g.80gb', slices: 7, memorySlices: 8, starts: [0], memoryMiB: 80_640, multiprocessors: 98, engines: [7, 5, 0, 1, 1] },
  ],
}

const a100Profiles40: MigGeometry = {
  computeSlices: 7, memorySlices: 8,
  profiles: [
    { name: '1g.5gb', slices: 1, memorySlices: 1, starts: seven, memoryMiB: 4864, multiprocessors: 14, engines: [1, 0, 0, 0, 0] },
    { name: '1g.5gb+me', slices: 1, memorySlices: 1, starts: seven, memoryMiB: 4864, multiprocessors: 14, engines: [1, 1, 0, 1, 1], countMax: 1 },
    { name: '1g.10gb', slices: 1, memorySlices: 2, starts: [0, 2, 4, 6], memoryMiB: 9984, multiprocessors: 14, engines: [1, 1, 0, 0, 0] },
    { name: '2g.10gb', slices: 2, memorySlices: 2, starts: [0, 2, 4], memoryMiB: 9984, multiprocessors: 28, engines: [2, 1, 0, 0, 0] },
    { name: '3g.20gb', slices: 3, memorySlices: 4, starts: [0, 4], memoryMiB: 20_096, multiprocessors: 42, engines: [3, 2, 0, 0, 0] },
    { name: '4g.20gb', slices: 4, memorySlices: 4, starts: [0], memoryMiB: 20_096, multiprocessors: 56, engines: [4, 2, 0, 0, 0] },
    { name: '7g.40gb', slices: 7, memorySlices: 8, starts: [0], memoryMiB: 40_448, multiprocessors: 98, engines: [7, 5, 0, 1, 1] },
  ],
}

const h100Profiles80: MigGeometry = {
  computeSlices: 7, memorySlices: 8,
  profiles: [
    { name: '1g.10gb', slices: 1, memorySlices: 1, starts: seven, memoryMiB: 9984, multiprocessors: 16, engines: [1, 1, 0, 1, 0] },
    { name: '1g.10gb+me', slices: 1, memorySlices: 1, starts: seven, memoryMiB: 9984, multiprocessors: 16, engines: [1, 1, 0, 1, 1], countMax: 1 },
    { name: '1g.20gb', slices: 1, memorySlices: 2, starts: [0, 2, 4, 6], memoryMiB: 20_096, multiprocessors: 26, engines: [1, 1, 0, 1, 0] },
    { name: '2g.20gb', slices: 2, memorySlices: 2, starts: [0, 2, 4], memoryMiB: 20_096, multiprocessors: 32, engines: [2, 2, 0, 2, 0] },
    { name: '3g.40gb', slices: 3, memorySlices: 4, starts: [0, 4], memoryMiB: 40_448, multiprocessors: 60, engines: [3, 3, 0, 3, 0] },
    { name: '4g.40gb', slices: 4, memorySlices: 4, starts: [0], memoryMiB: 40_448, multiprocessors: 64, engines: [4, 4, 0, 4, 0] },
    { name: '7g.80gb', slices: 7, memorySlices: 8, starts: [0], memoryMiB: 81_152, multiprocessors: 132, engines: [8, 7, 0, 7, 1] },
  ],
}

const a30Profiles: MigGeometry = {
  computeSlices: 4, memorySlices: 4,
  profiles: [
    { name: '1g.6gb', slices: 1, memorySlices: 1, starts: [0, 1, 2, 3], memoryMiB: 5952, multiprocessors: 14, engines: [1, 0, 0, 0, 0] },
    { name: '1g.6gb+me', slices: 1, memorySlices: 1, starts: [0, 1, 2, 3], memoryMiB: 5952, multiprocessors: 14, engines: [1, 1, 0, 1, 1], countMax: 1 },
    { name: '2g.12gb', slices: 2, memorySlices: 2, starts: [0, 2], memoryMiB: 11_968, multiprocessors: 28, engines: [2, 2, 0, 0, 0] },
    { name: '4g.24gb', slices: 4, memorySlices: 4, starts: [0], memoryMiB: 24_000, multiprocessors: 56, engines: [4, 4, 0, 1, 1] },
  ],
}

/** Models by product name. Memory is what GPU feature discovery reads, in MiB. */
export const gpuModels: readonly GpuModel[] = [
  { product: 'NVIDIA-A100-SXM4-80GB', name: 'NVIDIA A100-SXM4-80GB', memoryMiB: 81_920, family: 'ampere', compute: [8, 0], isLinked: true, mig: a100Profiles80 },
  { product: 'NVIDIA-A100-80GB-PCIe', name: 'NVIDIA A100 80GB PCIe', memoryMiB: 81_920, family: 'ampere', compute: [8, 0], isLinked: false, mig: a100Profiles80 },
  { product: 'NVIDIA-A100-SXM4-40GB', name: 'NVIDIA A100-SXM4-40GB', memoryMiB: 40_960, family: 'ampere', compute: [8, 0], isLinked: true, mig: a100Profiles40 },
  { product: 'NVIDIA-H100-80GB-HBM3', name: 'NVIDIA H100 80GB HBM3', memoryMiB: 81_559, family: 'hopper', compute: [9, 0], isLinked: true, mig: h100Profiles80 },
  { product: 'NVIDIA-A30', name: 'NVIDIA A30', memoryMiB: 24_576, family: 'ampere', compute: [8, 0], isLinked: false, mig: a30Profiles },
  { product: 'NVIDIA-A10G', name: 'NVIDIA A10G', memoryMiB: 23_028, family: 'ampere', compute: [8, 6], isLinked: false },
  { product: 'NVIDIA-L4', name: 'NVIDIA L4', memoryMiB: 23_034, family: 'ada-lovelace', compute: [8, 9], isLinked: false },
  { product: 'NVIDIA-L40S', name: 'NVIDIA L40S', memoryMiB: 46_068, family: 'ada-lovelace', compute: [8, 9], isLinked: false },
  { product: 'Tesla-T4', name: 'Tesla T4', memoryMiB: 15_360, family: 'turing', compute: [7, 5], isLinked: false },
  { product: 'Tesla-V100-SXM2-32GB', name: 'Tesla V100-SXM2-32GB', memoryMiB: 32_768, family: 'volta', compute: [7, 0], isLinked: true },
]

/** A model by product name. */
export function findGpuModel(product: string): GpuModel | undefined {
  return gpuModels.find((model) => model.product === product)
}

/** A model that the spec has checked. */
export function getGpuModel(product: string): GpuModel {
  return findGpuModel(product) ?? { product, name: product, memoryMiB: 0, family: 'undefined', compute: [0, 0], isLinked: false }
}

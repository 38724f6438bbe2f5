/** Figures of an inference server: from the image's parameters, environment over them. Modelling assumptions of the curriculum. */

import type { ProgramSpec } from '../program.ts'

const mebibyte = 1024 * 1024

export interface ServerSettings {
  readonly port: number
  readonly version: string
  readonly loadMs: number
  /** Until so long after its start the server does not say that it is alive. */
  readonly liveAfterMs: number
  readonly baseBytes: number
  readonly loadedBytes: number
  readonly peakBytes: number
  /** Memory that a request takes per KB of its payload. */
  readonly bytesPerKilobyte: number
  readonly leakBytesPerRequest: number
  readonly cpuMsPerRequest: number
  readonly workers: number
  readonly threads: number
  /** CPU cores that the container may use. */
  readonly cores: number
  readonly bodyKilobytesMax: number | undefined
  readonly drainMs: number
  readonly isContractChecked: boolean
  readonly featureCount: number
  readonly score: number
  readonly needsGpu: boolean
  readonly gpuMsPerRequest: number
  readonly gpuMemoryBytes: number
  /** Port of the helper in the same pod that the server needs when it starts. */
  readonly proxyPort: number | undefined
  /** Where the server asks for features at each prediction. */
  readonly featureUrl: string | undefined
  readonly logLevel: string
  readonly threshold: string
}

/** Cores of a container without a CPU limit. */
const coresWithoutLimit = 4

/** Reads the settings of a container. */
export function settingsOf(spec: ProgramSpec): ServerSettings {
  const { parameters, env } = spec
  const figure = (name: string, fallback: number): number => {
    const value = parameters[name]
    return typeof value === 'number' ? value : fallback
  }
  const variable = (name: string, fallback: number): number => {
    const value = Number(env[name])
    return env[name] === undefined || Number.isNaN(value) ? fallback : value
  }
  const base = figure('mem_base_mib', 150)
  const loaded = figure('mem_loaded_mib', 700)
  return {
    port: variable('PORT', figure('port', 8000)),
    version: env['MODEL_VERSION'] ?? (typeof parameters['version'] === 'string' ? parameters['version'] : tagOf(spec.image)),
    loadMs: variable('LOAD_SECONDS', figure('load_s', 20)) * 1000,
    liveAfterMs: figure('live_after_s', 0) * 1000,
    baseBytes: base * mebibyte,
    loadedBytes: loaded * mebibyte,
    peakBytes: figure('mem_peak_mib', base + (loaded - base) * 1.4) * mebibyte,
    bytesPerKilobyte: figure('mem_per_request_kib', 200) * 1024,
    leakBytesPerRequest: (figure('leak_mib_per_1000_requests', 0) * mebibyte) / 1000,
    cpuMsPerRequest: figure('cpu_ms_per_request', 20),
    workers: Math.max(1, variable('WORKERS', figure('workers', 1))),
    threads: Math.max(1, variable('OMP_NUM_THREADS', 1)),
    cores: spec.cpuLimitMillis === undefined ? coresWithoutLimit : spec.cpuLimitMillis / 1000,
    bodyKilobytesMax: env['MAX_BODY_KB'] === undefined ? undefined : variable('MAX_BODY_KB', 0),
    drainMs: variable('DRAIN_SECONDS', figure('drain_s', 0)) * 1000,
    isContractChecked: env['CONTRACT_CHECK'] !== 'off',
    featureCount: variable('CONTRACT_FEATURES', figure('contract_features', 0)),
    score: figure('positive_share', 0.91),
    needsGpu: parameters['device'] === 'cuda',
    gpuMsPerRequest: figure('gpu_ms_per_request', 18) / (spec.gpuSpeed ?? 1),
    gpuMemoryBytes: figure('vram_gib', 0) * 1024 * mebibyte,
    proxyPort: typeof parameters['needs_proxy'] === 'number' ? parameters['needs_proxy'] : undefined,
    featureUrl: env['FEATURE_URL'] === undefined || env['FEATURE_URL'] === '' ? undefined : env['FEATURE_URL'],
    logLevel: env['LOG_LEVEL'] ?? 'info',
    threshold: env['THRESHOLD'] ?? '0.50',
  }
}

/** The tag of an image reference; `latest` without one. */
function tagOf(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1).split('@')[0]
  const colon = name.indexOf(':')
  return colon < 0 ? 'latest' : name.slice(colon + 1)
}

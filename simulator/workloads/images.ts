/** The registry as data: what each image holds. Sizes and figures are modelling assumptions of the curriculum. */

import { parseImageReference } from '../api/image-reference.ts'
import { hexDigits } from '../kernel/hash.ts'
import { nginxFiles } from './nginx/image-files.ts'
import type { ImageEntry } from './program.ts'

const megabyte = 1_000_000

type Parameters = ImageEntry['parameters']

function server(megabytes: number, parameters: Parameters, more: Partial<ImageEntry> = {}): ImageEntry {
  return { program: 'inference-server', bytes: megabytes * megabyte, parameters, argv: ['python', 'serve.py'], ...more }
}

function tool(program: string, megabytes: number, argv: readonly string[], more: Partial<ImageEntry> = {}): ImageEntry {
  return { program, bytes: megabytes * megabyte, parameters: {}, argv, ...more }
}

const v300 = { load_s: 25, mem_loaded_mib: 820, positive_share: 0.62 }
const fraud = { port: 8080, load_s: 8, mem_loaded_mib: 380, cpu_ms_per_request: 25 }
const mlmodel = { port: 5000, load_s: 5, mem_loaded_mib: 200, cpu_ms_per_request: 15 }
const vision = { vram_gib: 6, gpu_ms_per_request: 18 }
const textLarge = { load_s: 120, mem_loaded_mib: 2500, mem_peak_mib: 2900 }
const example = 'registry.example.com'

/** Images by reference, as people write them. */
export const images: { readonly [reference: string]: ImageEntry } = {
  [`${example}/sentiment-inference:v2.0.0`]: server(420, { load_s: 20, mem_loaded_mib: 700, mem_peak_mib: 900, cpu_ms_per_request: 20 }),
  [`${example}/sentiment-inference:v2.1.0`]: server(430, { load_s: 25, mem_loaded_mib: 800, mem_peak_mib: 1100, cpu_ms_per_request: 20, positive_share: 0.91 }),
  [`${example}/sentiment-inference:v2.2.0`]: server(700, { load_s: 45, mem_loaded_mib: 1400, mem_peak_mib: 2300, cpu_ms_per_request: 24 }),
  [`${example}/sentiment-inference:v2.3.0`]: server(430, { load_s: 25, mem_loaded_mib: 800, leak_mib_per_1000_requests: 20 }),
  [`${example}/sentiment-inference:v3.0.0`]: server(440, v300),
  [`${example}/sentiment-inference:v3.0.1`]: server(440, { ...v300, positive_share: 0.9 }),
  [`${example}/fraud-model:1.4.1`]: server(180, fraud),
  [`${example}/fraud-model:1.4.2`]: server(180, fraud),
  [`${example}/reco-api:1.4.2`]: server(6200, { port: 8080, load_s: 18, writes: '/tmp,/cache' }, { user: '10001' }),
  [`${example}/vision-gpu:3.2.0-gpu`]: server(5000, { ...vision, device: 'cuda' }),
  [`${example}/vision-gpu:3.2.0-cpu`]: server(900, { ...vision, device: 'cpu' }),
  [`${example}/text-gen:0.4.0-gpu`]: server(9000, { load_s: 180, vram_gib: 14, device: 'cuda' }),
  [`${example}/embedding-trainer:v1.8.0`]: { program: 'trainer', bytes: 4200 * megabyte, parameters: { steps: 2000, step_s: 1, mem_base_gib: 12, mem_per_batch_gib: 0.1875 }, argv: ['python', 'train.py'] },
  'ml-image:latest': { program: 'trainer', bytes: 800 * megabyte, parameters: { steps: 300, step_s: 1, mem_base_gib: 1, mem_per_batch_gib: 0.02, device: 'cpu' }, argv: ['python', 'train.py'] },
  'mlmodel:latest': server(250, mlmodel),
  'mlmodel:v1': server(250, mlmodel),
  'mlmodel:v2': server(250, mlmodel),
  [`${example}/batch-scorer:0.7.0`]: { program: 'batch-scorer', bytes: 300 * megabyte, parameters: { shard_s: 90 }, argv: ['python', 'score.py'] },
  [`${example}/embed-worker:0.9.0`]: { program: 'queue-worker', bytes: 600 * megabyte, parameters: { items_per_s: 2, start_s: 25 }, argv: ['python', 'worker.py'] },
  [`${example}/vector-cache:2.0.0`]: { program: 'vector-cache', bytes: 150 * megabyte, parameters: { port: 6333 }, argv: ['/vector-cache'] },
  [`${example}/model-fetcher:1.2.0`]: { program: 'model-fetcher', bytes: 40 * megabyte, parameters: { retries: 5, backoff_s: 2 }, argv: ['/fetch'] },
  [`${example}/drift-check:0.3.0`]: { program: 'drift-check', bytes: 120 * megabyte, parameters: { run_s: 40 }, argv: ['python', 'drift.py'] },
  [`${example}/text-large:1.0.0`]: server(1500, textLarge),
  [`${example}/text-large:1.1.0`]: server(1500, textLarge),
  [`${example}/pricing-model:1.2.0`]: server(350, { port: 8080, load_s: 20, mem_loaded_mib: 650, mem_peak_mib: 900 }),
  [`${example}/embed-api:2.0.0`]: server(400, { port: 8080, load_s: 10, mem_loaded_mib: 500 }),
  [`${example}/private/risk-model:1.0.3`]: server(200, { port: 8080, load_s: 8 }, { needsCredentials: true }),
  [`${example}/token-proxy:1.1.0`]: { program: 'token-proxy', bytes: 25 * megabyte, parameters: { port: 9090 }, argv: ['/token-proxy'] },
  [`${example}/loadgen:1.0.0`]: tool('load-generator', 30, ['/loadgen']),
  'busybox:1.36': tool('shell', 4, ['sh'], { entrypointLength: 0 }),
  'registry.k8s.io/pause:3.10': tool('pause', 1, ['/pause'], { user: '65535' }),
  'nginx:1.27-alpine': tool('nginx', 48, ['/docker-entrypoint.sh', 'nginx', '-g', 'daemon off;'], { ports: [80], files: nginxFiles }),
  'curlimages/curl:8.10.1': tool('curl', 22, ['/entrypoint.sh', 'curl'], { user: '100' }),
}

/** Names whose every tag exists, for the sandbox: the program of a common public image. */
const publicNames: { readonly [path: string]: ImageEntry } = {
  busybox: tool('shell', 4, ['sh'], { entrypointLength: 0 }),
  alpine: tool('shell', 8, ['/bin/sh'], { entrypointLength: 0 }),
  ubuntu: tool('shell', 78, ['/bin/bash'], { entrypointLength: 0, parameters: { bash: true } }),
  debian: tool('shell', 117, ['bash'], { entrypointLength: 0, parameters: { bash: true } }),
  bash: tool('shell', 14, ['bash'], { entrypointLength: 0, parameters: { bash: true } }),
  python: tool('sleeper', 120, ['python3'], { entrypointLength: 0, parameters: { interactive: true } }),
  nginx: tool('nginx', 72, ['/docker-entrypoint.sh', 'nginx', '-g', 'daemon off;'], { ports: [80], files: nginxFiles }),
  httpd: tool('sleeper', 58, ['httpd-foreground'], { ports: [80], parameters: { port: 80 } }),
  redis: tool('sleeper', 52, ['redis-server'], { ports: [6379], parameters: { port: 6379 } }),
  postgres: tool('sleeper', 160, ['postgres'], { ports: [5432], parameters: { port: 5432 } }),
  'curlimages/curl': tool('curl', 22, ['/entrypoint.sh', 'curl'], { user: '100' }),
  'registry.k8s.io/pause': tool('pause', 1, ['/pause'], { user: '65535' }),
  'registry.k8s.io/coredns/coredns': tool('sleeper', 24, ['/coredns'], { parameters: { ports: '53,8080,8181,9153' } }),
  'registry.k8s.io/metrics-server/metrics-server': tool('sleeper', 22, ['/metrics-server'], { parameters: { ports: '4443,10250', tls: true } }),
  'registry.k8s.io/kueue/kueue': tool('sleeper', 32, ['/manager'], { parameters: { ports: '8081,8443,9443' } }),
  'registry.k8s.io/kube-proxy': tool('pause', 26, ['/usr/local/bin/kube-proxy']),
}

/** Tags that people invent to see a pull fail. */
const inventedTag = /nosuch|does-?not-?exist|not-?found|missing|nope|typo|broken|alpin$|^(9999|99)\b|\b99\b/

/** The reference without its default domain and with its tag; undefined for a name that no registry can have. */
export function familiarReference(image: string): string | undefined {
  const parsed = parseImageReference(image)
  if ('error' in parsed) return undefined
  return parsed.tag === 'latest' && !parsed.familiar.includes(':latest') && parsed.digest === '' ? `${parsed.familiar}:latest` : parsed.familiar
}

/** `repository@sha256:digest` of an image, fully qualified. */
export function imageId(image: string, entry: ImageEntry): string {
  const parsed = parseImageReference(image)
  if ('error' in parsed) return image
  return `${parsed.repository}@sha256:${parsed.digest === '' ? digestOf(image, entry) : parsed.digest.slice(parsed.digest.indexOf(':') + 1)}`
}

/** The digest of an image in hexadecimal: stated, or derived from its reference. */
export function digestOf(image: string, entry: ImageEntry): string {
  return entry.digest ?? hexDigits(`image ${familiarReference(image) ?? image}`, 64)
}

function byDigest(table: { readonly [reference: string]: ImageEntry } | undefined, repository: string, digest: string): ImageEntry | undefined {
  for (const reference of Object.keys(table ?? {})) {
    if (reference.startsWith(`${repository}:`) && digestOf(reference, table![reference]) === digest) return table![reference]
  }
  return undefined
}

/**
 * Finds an image in the registry.
 * @param more images beside (or instead of) the built-in ones
 * @returns undefined for an image that does not exist
 */
export function findImage(more: { readonly [reference: string]: ImageEntry } | undefined, image: string): ImageEntry | undefined {
  const reference = familiarReference(image)
  if (reference === undefined) return undefined
  const found = more?.[image] ?? more?.[reference] ?? images[reference]
  if (found !== undefined) return found
  const at = reference.indexOf('@sha256:')
  if (at >= 0) {
    const repository = reference.slice(0, at).replace(/:[^/]*$/, '')
    const digest = reference.slice(at + '@sha256:'.length)
    return byDigest(more, repository, digest) ?? byDigest(images, repository, digest)
  }
  const colon = reference.lastIndexOf(':')
  return inventedTag.test(reference.slice(colon + 1)) ? undefined : publicNames[reference.slice(0, colon)]
}

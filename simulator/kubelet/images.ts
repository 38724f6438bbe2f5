/** Images on nodes: presence, pulls, back-off. Models kubernetes/pkg/kubelet/images (v1.35); texts of failures are containerd's. */

import { parseImageReference } from '../api/image-reference.ts'
import { goDuration } from '../api/time.ts'
import type { Container, Pod, Secret } from '../api/types.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import { familiarReference } from '../workloads/images.ts'
import type { ImageEntry } from '../workloads/program.ts'
import { decodeBase64 } from './base64.ts'
import { backOffNext, isBackingOff } from './back-off.ts'
import type { Host } from './host.ts'
import type { StartFailure } from './records.ts'
import { kubeletTexts } from './texts.ts'

/** What has to happen before a container can be created. */
export type ImageCheck = { readonly kind: 'present' } | { readonly kind: 'pull'; readonly untilMs: SimTimeMs } | { readonly kind: 'failed'; readonly failure: StartFailure }

/** True when a node has an image. */
export function isCached(host: Host, nodeName: string, image: string): boolean {
  const reference = host.image(image).reference ?? image
  const record = host.nodes.get(nodeName)
  if (record?.images[reference] !== undefined) return true
  if (host.config.cachedImages?.includes(reference) === true) return true
  return record === undefined && isListed(host, nodeName, reference)
}

/** Images that the Node object listed when its kubelet started. */
function isListed(host: Host, nodeName: string, reference: string): boolean {
  return host.findNode(nodeName)?.status?.images?.some(({ names }) => names?.some((name) => familiarReference(name) === reference) === true) === true
}

/** Puts an image on a node. */
export function addImage(host: Host, nodeName: string, image: string): void {
  const reference = host.image(image).reference ?? image
  const { images } = host.nodeRecord(nodeName)
  if (images[reference] !== undefined) return
  const bytes = host.image(image).entry?.bytes ?? host.timings.defaultImageBytes
  host.changeNode(nodeName, { images: { ...images, [reference]: bytes } })
}

/** The registry's entry of an image, as far as the pod may pull it. */
export function entryOf(host: Host, image: string): ImageEntry | undefined {
  return host.image(image).entry
}

function withTag(image: string): string {
  const parsed = parseImageReference(image)
  return 'error' in parsed || parsed.digest !== '' || image.endsWith(`:${parsed.tag}`) ? image : `${image}:${parsed.tag}`
}

function fail(reason: string, message: string): ImageCheck {
  return { kind: 'failed', failure: { reason, message } }
}

/** Makes sure that a container's image is on the node, or begins to pull it. Records the Events of it. */
export function ensureImage(host: Host, pod: Pod, container: Container): ImageCheck {
  const image = container.image ?? ''
  const { parsed } = host.image(image)
  if ('error' in parsed) {
    const message = kubeletTexts.invalidImage(image, parsed.error)
    host.event(pod, 'Warning', 'InspectFailed', message, container)
    return fail('InvalidImageName', message)
  }
  const policy = container.imagePullPolicy ?? (parsed.tag === 'latest' && parsed.digest === '' ? 'Always' : 'IfNotPresent')
  const node = pod.spec.nodeName ?? ''
  if (policy !== 'Always' && isCached(host, node, image)) {
    host.event(pod, 'Normal', 'Pulled', kubeletTexts.present(image), container)
    return { kind: 'present' }
  }
  if (policy === 'Never') {
    const message = kubeletTexts.neverPull(image)
    host.event(pod, 'Warning', 'ErrImageNeverPull', message, container)
    return fail('ErrImageNeverPull', message)
  }
  return pull(host, pod, container, image)
}

function backOffKey(pod: Pod, image: string): string {
  return `image|${pod.metadata.uid}_${image}`
}

function pull(host: Host, pod: Pod, container: Container, image: string): ImageCheck {
  const key = backOffKey(pod, image)
  if (isBackingOff(host, key)) {
    host.event(pod, 'Normal', 'BackOff', kubeletTexts.backOffPulling(image), container)
    const last = host.backOffs.get(key)?.message
    return fail('ImagePullBackOff', last === undefined ? kubeletTexts.backOffPulling(image) : `${kubeletTexts.backOffPulling(image)}: ${last}`)
  }
  host.event(pod, 'Normal', 'Pulling', kubeletTexts.pulling(image), container)
  const error = pullError(host, pod, image)
  const entry = entryOf(host, image)
  const { pullBaseMs, pullBytesPerSecond, defaultImageBytes } = host.timings
  // A refusal, and a check that nothing is newer, take only the question to the registry.
  const isQuick = error !== undefined || isCached(host, pod.spec.nodeName ?? '', image)
  const bytes = entry?.bytes ?? defaultImageBytes
  const lastsMs = isQuick ? Math.min(pullBaseMs, 200) : pullBaseMs + Math.ceil((bytes / pullBytesPerSecond) * 1000)
  return { kind: 'pull', untilMs: host.nowMs + lastsMs }
}

/** Ends a pull that began at `startMs`. @returns a failure, or undefined when the image is there */
export function finishPull(host: Host, pod: Pod, container: Container, startMs: SimTimeMs): StartFailure | undefined {
  const image = container.image ?? ''
  const error = pullError(host, pod, image)
  if (error !== undefined) {
    host.event(pod, 'Warning', 'Failed', kubeletTexts.pullFailed(image, error), container)
    const key = backOffKey(pod, image)
    backOffNext(host, key, host.nowMs, `ErrImagePull: ${error}`)
    return { reason: 'ErrImagePull', message: error }
  }
  const duration = goDuration(Math.max(1, host.nowMs - startMs))
  const bytes = entryOf(host, image)?.bytes ?? host.timings.defaultImageBytes
  host.event(pod, 'Normal', 'Pulled', kubeletTexts.pulled(image, duration, duration, bytes), container)
  addImage(host, pod.spec.nodeName ?? '', image)
  return undefined
}

/** Why the registry does not give an image, or undefined. */
function pullError(host: Host, pod: Pod, image: string): string | undefined {
  const parsed = parseImageReference(image)
  if ('error' in parsed) return parsed.error
  const full = `${parsed.repository}${parsed.digest === '' ? `:${parsed.tag}` : `@${parsed.digest}`}`
  const local = /^(127\.0\.0\.1|localhost):(\d+)$/.exec(parsed.domain)
  if (local !== null) return kubeletTexts.imageUnreachable(full, `https://${parsed.domain}/v2/${parsed.path}/manifests/${parsed.tag}`, `127.0.0.1:${local[2]}`)
  const entry = host.ports.isImageGone?.(withTag(image)) === true ? undefined : entryOf(host, image)
  if (entry !== undefined) return entry.needsCredentials === true && !hasCredentials(host, pod, parsed.domain) ? kubeletTexts.imageDenied(full) : undefined
  return /^(ghcr\.io|quay\.io)$/.test(parsed.domain) || /(^|\/)private(\/|-)/.test(parsed.path) ? kubeletTexts.imageDenied(full) : kubeletTexts.imageNotFound(full)
}

/** Names of the pull secrets that do not exist. */
export function missingPullSecrets(host: Host, pod: Pod): string[] {
  const client = host.client(pod.spec.nodeName ?? '')
  const names = (pod.spec.imagePullSecrets ?? []).map(({ name }) => name ?? '')
  return names.filter((name) => client.find<Secret>('secrets', `${pod.metadata.namespace}/${name}`) === undefined)
}

/** Whether one of the pod's pull secrets is for a registry. */
function hasCredentials(host: Host, pod: Pod, domain: string): boolean {
  const client = host.client(pod.spec.nodeName ?? '')
  return (pod.spec.imagePullSecrets ?? []).some(({ name }) => {
    const secret = client.find<Secret>('secrets', `${pod.metadata.namespace}/${name}`)
    return secret?.type === 'kubernetes.io/dockerconfigjson' && (secret.data?.['.dockerconfigjson'] === undefined || registriesOf(secret.data['.dockerconfigjson']).some((registry) => registry.includes(domain)))
  })
}

function registriesOf(encoded: string): string[] {
  return [...decodeBase64(encoded).matchAll(/"([^"]+)"\s*:\s*\{/g)].map(([, name]) => name)
}

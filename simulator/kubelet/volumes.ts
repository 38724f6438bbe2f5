/** What volumes hold when they are mounted, and why they cannot be. Models kubernetes/pkg/volume and pkg/kubelet/volumemanager (v1.35). */

import type { ConfigMap, KeyToPath, KubeObject, PersistentVolumeClaim, Pod, Secret, Volume } from '../api/types.ts'
import { hexDigits } from '../kernel/hash.ts'
import { decodeBase64 } from './base64.ts'
import { fieldValue, resourceValue } from './env.ts'
import { findContainer } from './host.ts'
import type { Host } from './host.ts'
import { kubeletTexts } from './texts.ts'

/** Files of a volume by path in it. */
export type VolumeFiles = { [path: string]: string }
/** Files, or what an Event says of the failure. `isClaim`: the claim is the matter. */
export type Mounted = { readonly files: VolumeFiles } | { readonly error: string; readonly isClaim?: boolean }

interface DownwardItem {
  readonly path: string
  readonly fieldRef?: { readonly fieldPath: string }
  readonly resourceFieldRef?: { readonly containerName?: string; readonly resource: string; readonly divisor?: string }
}
interface ProjectedSource {
  readonly configMap?: { readonly name?: string; readonly items?: KeyToPath[]; readonly optional?: boolean }
  readonly secret?: { readonly name?: string; readonly items?: KeyToPath[]; readonly optional?: boolean }
  readonly downwardAPI?: { readonly items?: readonly DownwardItem[] }
  readonly serviceAccountToken?: { readonly path: string; readonly audience?: string }
}

function pick(data: { readonly [key: string]: string }, items: readonly KeyToPath[] | undefined, missing: (key: string) => string): Mounted {
  if (items === undefined || items.length === 0) return { files: { ...data } }
  const files: VolumeFiles = {}
  for (const { key, path } of items) {
    if (!Object.hasOwn(data, key)) return { error: missing(key) }
    files[path] = data[key]
  }
  return { files }
}

function find<T extends KubeObject>(host: Host, pod: Pod, resource: string, name: string): T | undefined {
  return host.client(pod.spec.nodeName ?? '').find<T>(resource, `${pod.metadata.namespace}/${name}`)
}

function configMapFiles(host: Host, pod: Pod, source: { name?: string; items?: KeyToPath[]; optional?: boolean }): Mounted {
  const name = source.name ?? ''
  const map = find<ConfigMap>(host, pod, 'configmaps', name)
  if (map === undefined) return source.optional === true ? { files: {} } : { error: kubeletTexts.configMapMissing(name) }
  const data: VolumeFiles = { ...map.data }
  for (const [key, value] of Object.entries(map.binaryData ?? {})) data[key] = decodeBase64(value)
  const picked = pick(data, source.items, kubeletTexts.configMapItemMissing)
  return 'error' in picked && source.optional === true ? { files: {} } : picked
}

function secretFiles(host: Host, pod: Pod, source: { name?: string; items?: KeyToPath[]; optional?: boolean }): Mounted {
  const name = source.name ?? ''
  const secret = find<Secret>(host, pod, 'secrets', name)
  if (secret === undefined) return source.optional === true ? { files: {} } : { error: kubeletTexts.secretMissing(name) }
  const data: VolumeFiles = {}
  for (const [key, value] of Object.entries(secret.data ?? {})) data[key] = decodeBase64(value)
  const picked = pick(data, source.items, kubeletTexts.secretItemMissing)
  return 'error' in picked && source.optional === true ? { files: {} } : picked
}

function downwardFiles(host: Host, pod: Pod, items: readonly DownwardItem[]): VolumeFiles {
  const files: VolumeFiles = {}
  for (const { path, fieldRef, resourceFieldRef } of items) {
    if (fieldRef !== undefined) files[path] = fieldValue(host, pod, fieldRef.fieldPath, '') ?? ''
    else if (resourceFieldRef !== undefined) {
      const container = findContainer(pod, resourceFieldRef.containerName ?? '') ?? pod.spec.containers[0]
      files[path] = resourceValue(host, pod, container, resourceFieldRef.resource, resourceFieldRef.divisor)
    }
  }
  return files
}

function projectedFiles(host: Host, pod: Pod, sources: readonly ProjectedSource[]): Mounted {
  const files: VolumeFiles = {}
  for (const { configMap, secret, downwardAPI, serviceAccountToken } of sources) {
    const part = configMap !== undefined ? configMapFiles(host, pod, configMap) : secret !== undefined ? secretFiles(host, pod, secret) : { files: downwardFiles(host, pod, downwardAPI?.items ?? []) }
    if ('error' in part) return part
    Object.assign(files, part.files)
    if (serviceAccountToken !== undefined) files[serviceAccountToken.path] = `podflight.${hexDigits(`token ${pod.metadata.uid}`, 64)}`
  }
  return { files }
}

function claimFiles(host: Host, pod: Pod, claimName: string): Mounted {
  const claim = find<PersistentVolumeClaim>(host, pod, 'persistentvolumeclaims', claimName)
  const key = `${pod.metadata.namespace}/${claimName}`
  if (claim === undefined) return { error: kubeletTexts.claimMissing(key, claimName), isClaim: true }
  return claim.status?.phase === 'Bound' ? { files: {} } : { error: kubeletTexts.claimUnbound(key), isClaim: true }
}

const checkedHostPaths: { readonly [type: string]: string } = { Directory: 'directory', File: 'file', Socket: 'socket', CharDevice: 'character device', BlockDevice: 'block device' }
/** Folders that every node has (modelling assumption). */
const nodeFolders: readonly string[] = ['/', '/boot', '/dev', '/etc', '/home', '/lib', '/lib/modules', '/opt', '/proc', '/run', '/sys', '/tmp', '/usr', '/var', '/var/lib', '/var/lib/kubelet', '/var/log', '/var/log/pods', '/var/run']

function hostPathFiles(path: string, type: string | undefined): Mounted {
  const checked = checkedHostPaths[type ?? '']
  if (checked === undefined || (checked === 'directory' && nodeFolders.includes(path))) return { files: {} }
  return { error: kubeletTexts.hostPathCheck(path, checked) }
}

/** Reads the content of one volume of a pod. Volumes that containers write hold nothing at first. */
export function mountVolume(host: Host, pod: Pod, volume: Volume): Mounted {
  const { configMap, secret, projected, persistentVolumeClaim, hostPath, downwardAPI, ephemeral } = volume
  if (configMap !== undefined) return configMapFiles(host, pod, configMap)
  if (secret !== undefined) return secretFiles(host, pod, { name: secret.secretName, items: secret.items, optional: secret.optional })
  if (projected !== undefined) return projectedFiles(host, pod, (projected.sources ?? []) as readonly ProjectedSource[])
  if (downwardAPI !== undefined) return { files: downwardFiles(host, pod, (downwardAPI as { items?: readonly DownwardItem[] }).items ?? []) }
  if (persistentVolumeClaim !== undefined) return claimFiles(host, pod, persistentVolumeClaim.claimName)
  if (ephemeral !== undefined) return claimFiles(host, pod, `${pod.metadata.name}-${volume.name}`)
  if (hostPath !== undefined) return hostPathFiles(hostPath.path, hostPath.type)
  return { files: {} }
}

/** True for the volume with the ServiceAccount's token that admission adds: it is read when somebody looks. */
export function isTokenVolume(volume: Volume): boolean {
  return volume.projected !== undefined && volume.name.startsWith('kube-api-access-')
}

/** True when a volume needs nothing from the API and nobody else: it is always mounted. */
export function isPlainVolume(volume: Volume): boolean {
  return volume.emptyDir !== undefined || isTokenVolume(volume) || (volume.hostPath !== undefined && checkedHostPaths[volume.hostPath.type ?? ''] === undefined)
}

/** True when a volume follows changes of API objects. */
export function isRefreshed(volume: Volume): boolean {
  return !isTokenVolume(volume) && (volume.configMap !== undefined || volume.secret !== undefined || volume.projected !== undefined || volume.downwardAPI !== undefined)
}

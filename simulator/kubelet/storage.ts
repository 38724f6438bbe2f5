/** Eviction for local storage: emptyDirs over their sizeLimit, pods over their ephemeral-storage limits. Models kubernetes/pkg/kubelet/eviction (v1.35). */

import { utf8Length } from '../api/go-text.ts'
import { canonicalQuantity, quantityValue } from '../api/quantity.ts'
import { sumResourceLists } from '../api/resource-list.ts'
import type { Pod } from '../api/types.ts'
import type { Host, WrittenFiles } from './host.ts'
import { logKey } from './logs.ts'
import { kubeletTexts } from './texts.ts'

/** Period of the eviction manager. Source: kubelet monitoringInterval. */
const periodMs = 10_000

function sizeOf(files: WrittenFiles | undefined): number {
  let bytes = 0
  for (const path of Object.keys(files ?? {})) bytes += utf8Length(files![path] ?? '')
  return bytes
}

function emptyDirBytes(host: Host, podKey: string, volume: string): number {
  return sizeOf(host.files.get(`empty|${podKey}|${volume}`))
}

function isLimited(pod: Pod): boolean {
  return (pod.spec.volumes ?? []).some(({ emptyDir }) => emptyDir?.sizeLimit !== undefined) || pod.spec.containers.some(({ resources }) => resources?.limits?.['ephemeral-storage'] !== undefined)
}

/** A container wrote: a limited pod is looked at in the eviction manager's next round. */
export function noteWrite(host: Host, podKey: string): void {
  const pod = host.findPod(podKey)
  const record = host.pods.get(podKey)
  if (pod === undefined || record === undefined || !isLimited(pod) || record.storageMs !== undefined) return
  const atMs = (Math.floor(host.nowMs / periodMs) + 1) * periodMs + Math.floor(host.jitter(`${record.node}|eviction`) * periodMs)
  host.change(podKey, { storageMs: atMs })
  host.context.schedule(atMs, 'storage', podKey)
}

/** What containers write besides emptyDirs: their own layers and logs. */
function layerBytes(host: Host, podKey: string, pod: Pod): number {
  let bytes = 0
  for (const { name, id, attempt } of host.record(podKey).containers) {
    bytes += sizeOf(host.files.get(`layer|${podKey}|${name}|${id}`))
    for (const line of host.logs.get(logKey(podKey, name, attempt))?.lines ?? []) bytes += utf8Length(line.text)
  }
  for (const { name, emptyDir } of pod.spec.volumes ?? []) if (emptyDir !== undefined && emptyDir.medium !== 'Memory') bytes += emptyDirBytes(host, podKey, name)
  return bytes
}

/** Why a pod is evicted for what it has written, or undefined. */
export function storageExcess(host: Host, podKey: string, pod: Pod): string | undefined {
  for (const { name, emptyDir } of pod.spec.volumes ?? []) {
    const limit = emptyDir?.sizeLimit
    if (limit !== undefined && emptyDirBytes(host, podKey, name) > quantityValue(limit)) return kubeletTexts.emptyDirExcess(name, limit)
  }
  const limits = pod.spec.containers.map(({ resources }) => resources?.limits?.['ephemeral-storage'])
  if (limits.some((limit) => limit === undefined)) return undefined
  const total = sumResourceLists(limits.map((limit) => ({ storage: limit! })))['storage']
  return layerBytes(host, podKey, pod) > quantityValue(total) ? kubeletTexts.storageExcess(String(canonicalQuantity(total))) : undefined
}

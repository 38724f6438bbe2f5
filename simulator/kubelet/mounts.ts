/** Mounting a pod's volumes: failures are told and tried again after 0.5 s, 1 s, 2 s and so on. */

import type { Pod } from '../api/types.ts'
import { equalJson } from '../kernel/equal.ts'
import type { Host, MountRecord } from './host.ts'
import { kubeletTexts } from './texts.ts'
import { isPlainVolume, isRefreshed, isTokenVolume, mountVolume } from './volumes.ts'
import type { VolumeFiles } from './volumes.ts'

const firstDelayMs = 500
const lastDelayMs = 122_000
/** How long a sync waits for claims before it gives up and is tried again. */
const claimRetryMs = 10_000

/** Mounts what is not mounted. @returns true when the pod has all its volumes */
export function mountAll(host: Host, podKey: string, pod: Pod): boolean {
  if (pod.spec.volumes === undefined || pod.spec.volumes.every(isPlainVolume)) return true
  const volumes = pod.spec.volumes.filter((volume) => !isPlainVolume(volume))
  const record = host.mounts.get(podKey) ?? { volumes: {}, delayMs: firstDelayMs, sinceMs: host.nowMs }
  const mounted: { [volume: string]: VolumeFiles } = { ...record.volumes }
  const claimErrors: { readonly name: string; readonly error: string }[] = []
  let hasFailed = false
  for (const volume of volumes) {
    if (mounted[volume.name] !== undefined) continue
    const result = mountVolume(host, pod, volume)
    if ('files' in result) mounted[volume.name] = result.files
    else if (result.isClaim === true) claimErrors.push({ name: volume.name, error: result.error })
    else {
      hasFailed = true
      host.event(pod, 'Warning', 'FailedMount', kubeletTexts.mountFailed(volume.name, result.error))
    }
  }
  if (claimErrors.length > 0) tellClaims(host, pod, claimErrors, record.retryMs === undefined)
  if (!hasFailed && claimErrors.length === 0) {
    host.mounts.set(podKey, { ...record, volumes: mounted, retryMs: undefined })
    return true
  }
  wait(host, podKey, { ...record, volumes: mounted }, claimErrors.length > 0)
  return false
}

function tellClaims(host: Host, pod: Pod, errors: readonly { readonly name: string; readonly error: string }[], isFirst: boolean): void {
  const failed = errors.map(({ name }) => name)
  const token = pod.spec.volumes?.find(isTokenVolume)?.name
  const unmounted = isFirst && token !== undefined ? [...failed, token] : failed
  host.event(pod, 'Warning', 'FailedMount', kubeletTexts.notMounted(unmounted, failed, errors[0].error))
}

function wait(host: Host, podKey: string, record: MountRecord, isClaim: boolean): void {
  const delayMs = isClaim ? Math.ceil(claimRetryMs * (1 + 0.5 * host.jitter(`${podKey}|claim|${host.nowMs}`))) : record.delayMs
  const retryMs = host.nowMs + delayMs
  host.mounts.set(podKey, { ...record, retryMs, delayMs: isClaim ? record.delayMs : Math.min(record.delayMs * 2, lastDelayMs) })
  host.context.schedule(retryMs, 'mount', podKey)
}

/** Plans the refresh of a running pod's volumes after one of their objects changed. */
export function planRefresh(host: Host, podKey: string): void {
  const record = host.mounts.get(podKey)
  if (record === undefined || record.refreshMs !== undefined) return
  const refreshMs = host.nowMs + host.timings.volumeRefreshMs
  host.mounts.set(podKey, { ...record, refreshMs })
  host.context.schedule(refreshMs, 'refresh', podKey)
}

/** Reads the objects of a pod's volumes again. @returns true when files changed */
export function refreshMounts(host: Host, podKey: string, pod: Pod): boolean {
  const record = host.mounts.get(podKey)
  if (record === undefined || record.refreshMs !== host.nowMs) return false
  const volumes: { [volume: string]: VolumeFiles } = { ...record.volumes }
  for (const volume of pod.spec.volumes ?? []) {
    if (!isRefreshed(volume)) continue
    const result = mountVolume(host, pod, volume)
    // A volume whose object is gone keeps what it has.
    if ('files' in result) volumes[volume.name] = result.files
  }
  const isChanged = !equalJson(volumes, record.volumes)
  host.mounts.set(podKey, { ...record, volumes, original: record.original ?? record.volumes, refreshMs: undefined })
  return isChanged
}

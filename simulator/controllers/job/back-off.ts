/** How long a Job waits before it replaces failed pods. Models kubernetes/pkg/controller/job backoff_utils.go (v1.35). */

import type { ContainerStatus, Pod } from '../../api/types.ts'
import { podCondition } from '../pods.ts'
import type { ParseTime } from '../pods.ts'

const firstMs = 10_000
const maxMs = 600_000

/** Failures since the last success, and when the last one was. */
export interface BackOffRecord {
  readonly failures: number
  readonly lastFailureMs?: number
}

const noFailures: BackOffRecord = { failures: 0 }

/** Ms until pods may be created again: 10 s after the first failure, doubling to 10 minutes. */
export function remainingMs(record: BackOffRecord, nowMs: number): number {
  if (record.failures === 0 || record.lastFailureMs === undefined) return 0
  const delayMs = Math.min(maxMs, firstMs * 2 ** Math.min(record.failures - 1, 30))
  return Math.max(0, delayMs - (nowMs - record.lastFailureMs))
}

/** The latest end of the containers; undefined as soon as one has not ended. */
function lastEndMs(statuses: readonly ContainerStatus[], parse: ParseTime): number | undefined {
  let latest: number | undefined
  for (const { state } of statuses) {
    const end = state?.terminated?.finishedAt
    if (end === undefined) return undefined
    latest = Math.max(latest ?? Number.NEGATIVE_INFINITY, parse(end))
  }
  return latest
}

/** When a pod finished: by its containers, else by its readiness, its deletion, its creation. */
export function finishedMs(pod: Pod, parse: ParseTime): number {
  const sidecars = new Set((pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always').map((container) => container.name))
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? []).filter((status) => sidecars.has(status.name))]
  const endMs = lastEndMs(statuses, parse)
  if (endMs !== undefined) return endMs
  const ready = podCondition(pod, 'Ready')
  if (ready?.status === 'False' && ready.lastTransitionTime !== undefined) return parse(ready.lastTransitionTime)
  const { deletionTimestamp, deletionGracePeriodSeconds, creationTimestamp } = pod.metadata
  if (deletionTimestamp !== undefined) return parse(deletionTimestamp) - (deletionGracePeriodSeconds ?? 0) * 1000
  return creationTimestamp === undefined ? 0 : parse(creationTimestamp)
}

/** The record after pods that were not counted before succeeded or failed. */
export function nextRecord(record: BackOffRecord | undefined, succeeded: readonly Pod[], failed: readonly Pod[], parse: ParseTime): BackOffRecord {
  const failedMs = failed.map((pod) => finishedMs(pod, parse))
  if (succeeded.length === 0) {
    if (failed.length === 0) return record ?? noFailures
    return { failures: (record?.failures ?? 0) + failed.length, lastFailureMs: Math.max(...failedMs) }
  }
  const lastSuccessMs = Math.max(...succeeded.map((pod) => finishedMs(pod, parse)))
  const after = failedMs.filter((ms) => ms > lastSuccessMs)
  return after.length === 0 ? noFailures : { failures: after.length, lastFailureMs: Math.max(...after) }
}

/**
 * Removes pods that nobody will end: on nodes that are gone, deleted before they were scheduled, and finished ones beyond a number.
 * Models kubernetes/pkg/controller/podgc (v1.35): 20 s period, pods of a missing node wait 40 s.
 */

import type { ApiClient } from '../../api/client.ts'
import type { Pod } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult, StoreChange } from '../../store/component.ts'
import { keyOf } from '../../store/resource-id.ts'
import type { ControllerFlags } from '../flags.ts'
import { isPodFinished } from '../pods.ts'

const periodMs = 20_000
const quarantineMs = 40_000
const sweepKey = 'sweep'

function isWorth({ before, after, resource }: StoreChange, api: ApiClient): boolean {
  if (resource === 'nodes') return after === undefined
  const pod = after as Pod | undefined
  if (pod === undefined) return false
  if (pod.metadata.deletionTimestamp !== undefined && pod.spec.nodeName === undefined) return true
  if (isPodFinished(pod)) return before === undefined || !isPodFinished(before as Pod)
  const hasNewNode = pod.spec.nodeName !== undefined && (before as Pod | undefined)?.spec.nodeName === undefined
  return hasNewNode && api.find('nodes', pod.spec.nodeName!) === undefined
}

/** Marks a pod that has not finished as failed, then deletes it at once. */
function endPod(pod: Pod, reason: string, { api, clock }: ComponentContext): void {
  if (!isPodFinished(pod)) {
    const conditions = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget')
    const condition = { type: 'DisruptionTarget', status: 'True', lastTransitionTime: clock.timestamp(clock.nowMs), reason: 'DeletionByPodGC', message: reason } as const
    api.updateStatus('pods', { ...pod, status: { ...pod.status, phase: 'Failed', conditions: [...conditions, condition] } })
  }
  api.delete('pods', keyOf(pod), { gracePeriodSeconds: 0 })
}

/** @returns whether some pod has to wait for the end of its node's quarantine */
function endOrphans(pods: readonly Pod[], context: ComponentContext): boolean {
  const missingSince = context.table<number>('missingNodes')
  const missing = new Set<string>()
  let isWaiting = false
  for (const pod of pods) {
    const { nodeName } = pod.spec
    if (nodeName === undefined || context.api.find('nodes', nodeName) !== undefined) continue
    missing.add(nodeName)
    const sinceMs = missingSince.get(nodeName) ?? context.clock.nowMs
    missingSince.set(nodeName, sinceMs)
    if (context.clock.nowMs - sinceMs < quarantineMs) isWaiting = true
    else endPod(pod, 'PodGC: node no longer exists', context)
  }
  for (const nodeName of missingSince.keys()) if (!missing.has(nodeName)) missingSince.delete(nodeName)
  return isWaiting
}

function endSurplus(pods: readonly Pod[], threshold: number, { api }: ComponentContext): void {
  const finished = pods.filter((pod) => isPodFinished(pod))
  if (threshold <= 0 || finished.length <= threshold) return
  const byAge = [...finished].sort((a, b) => compareText(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') || compareText(keyOf(a), keyOf(b)))
  for (const pod of byAge.slice(0, finished.length - threshold)) api.delete('pods', keyOf(pod), { gracePeriodSeconds: 0 })
}

/** The pod garbage collector. It sleeps while there is nothing to collect. */
export function makePodGcController(flags: ControllerFlags): Controller {
  const keysOf = (change: StoreChange, api: ApiClient): readonly string[] => (isWorth(change, api) ? [sweepKey] : [])
  return {
    name: 'pod-garbage-collector',
    watches: [{ resource: 'nodes', keysOf }, { resource: 'pods', keysOf }],
    reconcile(key, context): ReconcileResult {
      const { api, clock } = context
      const sinceTickMs = ((clock.nowMs % periodMs) + periodMs) % periodMs
      if (key !== sweepKey) return done
      if (sinceTickMs !== 0) return { requeueAfterMs: periodMs - sinceTickMs }
      const pods = api.list<Pod>('pods')
      endSurplus(pods, flags.terminatedPodGcThreshold, context)
      for (const pod of pods) if (pod.metadata.deletionTimestamp !== undefined && pod.spec.nodeName === undefined) endPod(pod, 'PodGC: unscheduled terminating pod', context)
      return endOrphans(pods, context) ? { requeueAfterMs: periodMs } : done
    },
  }
}

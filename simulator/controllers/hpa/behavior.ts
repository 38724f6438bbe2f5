/** How fast an autoscaler may move. Models kubernetes/pkg/controller/podautoscaler/horizontal.go and its defaults (v1.35). */

import type { HorizontalPodAutoscalerSpec, HpaScalingRules } from '../../api/types.ts'

/** A recommendation of an earlier sync. */
export interface Recommendation { readonly replicas: number; readonly atMs: number }
/** A change of size of an earlier sync. */
export interface ScaleEvent { readonly change: number; readonly atMs: number; readonly isOutdated?: boolean }

/** Rules with nothing left open. */
export interface FullRules {
  readonly stabilizationWindowSeconds: number
  readonly selectPolicy: string
  readonly policies: readonly { readonly type: string; readonly value: number; readonly periodSeconds: number }[]
}

/** A number of replicas with what the conditions say about it. */
export interface Decision { readonly replicas: number; readonly reason: string; readonly message: string }

export interface Range { readonly min: number; readonly max: number; readonly current: number; readonly desired: number }

const limitTexts = {
  ScaleUpLimit: 'the desired replica count is increasing faster than the maximum scale rate',
  ScaleDownLimit: 'the desired replica count is decreasing faster than the maximum scale rate',
  TooManyReplicas: 'the desired replica count is more than the maximum replica count',
  TooFewReplicas: 'the desired replica count is less than the minimum replica count',
  DesiredWithinRange: 'the desired count is within the acceptable range',
} as const

function decide(replicas: number, reason: keyof typeof limitTexts): Decision {
  return { replicas, reason, message: limitTexts[reason] }
}

/** The rules for one direction, completed by the defaults of autoscaling/v2. */
export function fullRules(spec: HorizontalPodAutoscalerSpec, direction: 'up' | 'down', downscaleStabilizationSeconds: number): FullRules {
  const rules: HpaScalingRules = (direction === 'up' ? spec.behavior?.scaleUp : spec.behavior?.scaleDown) ?? {}
  const policies = direction === 'up'
    ? [{ type: 'Pods', value: 4, periodSeconds: 15 }, { type: 'Percent', value: 100, periodSeconds: 15 }]
    : [{ type: 'Percent', value: 100, periodSeconds: 15 }]
  return {
    stabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? (direction === 'up' ? 0 : downscaleStabilizationSeconds),
    selectPolicy: rules.selectPolicy ?? 'Max',
    policies: rules.policies ?? policies,
  }
}

/** Adds an entry in the place of the last one that is old, or at the end. */
function replaceOld<T>(entries: readonly T[], entry: T, isOld: (entry: T) => boolean): T[] {
  const index = entries.findLastIndex(isOld)
  return index < 0 ? [...entries, entry] : entries.map((old, at) => (at === index ? entry : old))
}

/** The highest recommendation of the window, and the memory with this one added. */
export function stabilize(memory: readonly Recommendation[], desired: number, windowMs: number, nowMs: number): { readonly replicas: number; readonly memory: Recommendation[] } {
  const cutoffMs = nowMs - windowMs
  const replicas = memory.reduce((most, { replicas: earlier, atMs }) => (atMs < cutoffMs ? most : Math.max(most, earlier)), desired)
  return { replicas, memory: replaceOld(memory, { replicas: desired, atMs: nowMs }, ({ atMs }) => atMs < cutoffMs) }
}

/** As `stabilize`, with a window for each direction. */
export function stabilizeByRules(memory: readonly Recommendation[], current: number, desired: number, up: FullRules, down: FullRules, nowMs: number): Decision & { readonly memory: Recommendation[] } {
  const upCutoffMs = nowMs - up.stabilizationWindowSeconds * 1000
  const downCutoffMs = nowMs - down.stabilizationWindowSeconds * 1000
  let lowest = desired
  let highest = desired
  for (const { replicas, atMs } of memory) {
    if (atMs > upCutoffMs) lowest = Math.min(lowest, replicas)
    if (atMs > downCutoffMs) highest = Math.max(highest, replicas)
  }
  const isUp = desired >= current
  return {
    replicas: Math.min(Math.max(current, lowest), highest),
    reason: isUp ? 'ScaleUpStabilized' : 'ScaleDownStabilized',
    message: `recent recommendations were ${isUp ? 'lower' : 'higher'} than current one, applying the ${isUp ? 'lowest' : 'highest'} recent recommendation`,
    memory: replaceOld(memory, { replicas: desired, atMs: nowMs }, ({ atMs }) => atMs < upCutoffMs && atMs < downCutoffMs),
  }
}

/** The limits of an autoscaler without behavior: its range, and doubling (or 4) per sync. */
export function limitByDefault({ min, max, current, desired }: Range): Decision {
  const upLimit = Math.max(2 * current, 4)
  const most = Math.min(max, upLimit)
  if (desired < min) return decide(min, 'TooFewReplicas')
  if (desired > most) return decide(most, max > upLimit ? 'ScaleUpLimit' : 'TooManyReplicas')
  return decide(desired, 'DesiredWithinRange')
}

function changeIn(events: readonly ScaleEvent[], periodSeconds: number, nowMs: number): number {
  const cutoffMs = nowMs - periodSeconds * 1000
  return events.reduce((sum, { change, atMs }) => (atMs > cutoffMs ? sum + change : sum), 0)
}

/** What the policies of a direction allow at most (up) or at least (down). */
function policyLimit(rules: FullRules, direction: 'up' | 'down', current: number, ups: readonly ScaleEvent[], downs: readonly ScaleEvent[], nowMs: number): number {
  if (rules.selectPolicy === 'Disabled') return current
  const proposals = rules.policies.map(({ type, value, periodSeconds }) => {
    const atStart = current - changeIn(ups, periodSeconds, nowMs) + changeIn(downs, periodSeconds, nowMs)
    if (type === 'Pods') return direction === 'up' ? atStart + value : atStart - value
    return direction === 'up' ? Math.ceil(atStart * (1 + value / 100)) : Math.trunc(atStart * (1 - value / 100))
  })
  // The greatest change upwards is the highest number, downwards the lowest.
  const wantsHigh = (direction === 'up') !== (rules.selectPolicy === 'Min')
  return wantsHigh ? Math.max(...proposals) : Math.min(...proposals)
}

/** The limits of an autoscaler with behavior. */
export function limitByRules({ min, max, current, desired }: Range, up: FullRules, down: FullRules, ups: readonly ScaleEvent[], downs: readonly ScaleEvent[], nowMs: number): Decision {
  if (desired > current) {
    const limit = Math.max(current, policyLimit(up, 'up', current, ups, downs, nowMs))
    if (desired > Math.min(max, limit)) return decide(Math.min(max, limit), max > limit ? 'ScaleUpLimit' : 'TooManyReplicas')
  } else if (desired < current) {
    const limit = Math.min(current, policyLimit(down, 'down', current, ups, downs, nowMs))
    if (desired < Math.max(min, limit)) return decide(Math.max(min, limit), min < limit ? 'ScaleDownLimit' : 'TooFewReplicas')
  }
  return decide(desired, 'DesiredWithinRange')
}

/** The events of a direction with this change added; what is older than every policy may be forgotten. */
export function withScaleEvent(events: readonly ScaleEvent[], rules: FullRules, change: number, nowMs: number): ScaleEvent[] {
  const longestSeconds = rules.policies.reduce((longest, { periodSeconds }) => Math.max(longest, periodSeconds), 0)
  const cutoffMs = nowMs - longestSeconds * 1000
  const marked = events.map((event) => (event.atMs < cutoffMs ? { ...event, isOutdated: true } : event))
  return replaceOld(marked, { change, atMs: nowMs }, ({ isOutdated }) => isOutdated === true)
}

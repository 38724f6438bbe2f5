/** Which pods a rolling update of a DaemonSet replaces. Models kubernetes/pkg/controller/daemon update (v1.35). */

import type { Node, Pod } from '../../api/types.ts'
import { scaledIntOrPercent } from '../int-or-percent.ts'
import { fitOf, isUpdated } from './placement.ts'
import type { DaemonSet, PodPlan, PodsOfNode } from './types.ts'

/** What a plan looks at. */
export interface Fleet {
  readonly set: DaemonSet
  readonly nodes: readonly Node[]
  readonly podsOfNode: PodsOfNode
  /** Of the set's template. */
  readonly hash: string
  readonly isAvailable: (pod: Pod) => boolean
}

/** A node's pod of the template and its pod of an earlier one; undefined when there are more of a kind. */
function newAndOld({ set, hash }: Fleet, pods: readonly Pod[]): { readonly fresh?: Pod; readonly old?: Pod } | undefined {
  const live = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const fresh = live.filter((pod) => isUpdated(set, pod, hash))
  const old = live.filter((pod) => !isUpdated(set, pod, hash))
  return fresh.length > 1 || old.length > 1 ? undefined : { ...(fresh.length === 0 ? {} : { fresh: fresh[0]! }), ...(old.length === 0 ? {} : { old: old[0]! }) }
}

/** How many pods a set may have besides, of so many. */
export function surgeCount({ spec }: DaemonSet, total: number): number {
  const { type, rollingUpdate } = spec.updateStrategy ?? {}
  if (type !== 'RollingUpdate' || rollingUpdate?.maxSurge === undefined) return 0
  const scaled = scaledIntOrPercent(rollingUpdate.maxSurge, total, true)
  return 'value' in scaled ? scaled.value : 0
}

function unavailableCount({ spec }: DaemonSet, total: number): number {
  const scaled = scaledIntOrPercent(spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 0, total, true)
  return 'value' in scaled ? scaled.value : 0
}

/** Without surge: old pods go until so many are unavailable; those that are unavailable anyway go at once. */
function replaceInPlace(fleet: Fleet, podsOfNode: PodsOfNode, maxUnavailable: number): PodPlan {
  let unavailable = 0
  const broken: Pod[] = []
  const candidates: Pod[] = []
  for (const pods of podsOfNode.values()) {
    const pair = newAndOld(fleet, pods)
    if (pair === undefined || (pair.fresh === undefined) === (pair.old === undefined)) unavailable++
    else if (pair.fresh !== undefined) unavailable += Number(!fleet.isAvailable(pair.fresh))
    else if (!fleet.isAvailable(pair.old!)) {
      broken.push(pair.old!)
      unavailable++
    } else if (unavailable < maxUnavailable) candidates.push(pair.old!)
  }
  return { nodes: [], doomed: [...broken, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))] }
}

/** With surge: new pods come beside old ones, which go when the new ones are available. */
function replaceBeside(fleet: Fleet, podsOfNode: PodsOfNode, maxSurge: number, desired: number): PodPlan {
  let surging = 0
  let available = 0
  const doomed: Pod[] = []
  const leaving: Pod[] = []
  const needed: string[] = []
  const candidates: string[] = []
  const nodes = new Map(fleet.nodes.map((node) => [node.metadata.name!, node]))
  for (const [name, pods] of podsOfNode) {
    const pair = newAndOld(fleet, pods)
    if (pair === undefined) {
      surging++
      continue
    }
    const { fresh, old } = pair
    const counted = old ?? fresh
    if (counted !== undefined && fleet.isAvailable(counted)) available++
    if (old === undefined) continue
    if (fresh !== undefined) {
      if (fleet.isAvailable(fresh)) doomed.push(old)
      else surging++
      continue
    }
    const node = nodes.get(name)
    const shouldRun = node !== undefined && fitOf(fleet.set, node).shouldRun
    if (!fleet.isAvailable(old)) {
      if (shouldRun) needed.push(name)
      else doomed.push(old)
    } else if (!shouldRun) leaving.push(old)
    else if (surging < maxSurge) candidates.push(name)
  }
  return { nodes: [...needed, ...candidates.slice(0, Math.max(0, maxSurge - surging))], doomed: [...doomed, ...leaving.slice(0, Math.max(0, available - desired))] }
}

/** What the update does next. */
export function planUpdate(fleet: Fleet): PodPlan {
  const { set, nodes } = fleet
  const podsOfNode = new Map(fleet.podsOfNode)
  let desired = 0
  for (const node of nodes) {
    if (!fitOf(set, node).shouldRun) continue
    desired++
    if (!podsOfNode.has(node.metadata.name!)) podsOfNode.set(node.metadata.name!, [])
  }
  const maxSurge = surgeCount(set, desired)
  const maxUnavailable = unavailableCount(set, desired)
  if (maxSurge > 0) return replaceBeside(fleet, podsOfNode, maxSurge, desired)
  return replaceInPlace(fleet, podsOfNode, maxUnavailable === 0 && desired > 0 ? 1 : maxUnavailable)
}

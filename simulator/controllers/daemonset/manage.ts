/** Which pods a DaemonSet lacks and which are too many. Models kubernetes/pkg/controller/daemon manage (v1.35). */

import type { Node, Pod } from '../../api/types.ts'
import type { ComponentContext } from '../../store/component.ts'
import { revisionLabel } from '../controller-revisions.ts'
import { isPodReady } from '../pods.ts'
import { fitOf, oldestFirst } from './placement.ts'
import { surgeCount } from './rolling-update.ts'
import type { Fleet } from './rolling-update.ts'
import type { PodPlan } from './types.ts'

const backOffFirstMs = 1_000
const backOffMaxMs = 900_000

interface BackOff { readonly ms: number; readonly sinceMs: number }

/** What a node needs, and when it has to be looked at again. */
interface NodePlan { readonly isLacking?: boolean; readonly doomed?: readonly Pod[]; readonly retryAfterMs?: number }

/** A plan for all nodes, and when failed pods that had to wait may go. */
export interface ManagePlan extends PodPlan { readonly retryAfterMs?: number }

/** Counts a failed pod of a node. @returns how long it has to stay; undefined when it may go now */
function backOff({ table, clock }: ComponentContext, { set }: Fleet, node: string): number | undefined {
  const backOffs = table<BackOff>('failed-pods')
  const key = `${set.metadata.uid!}/${set.status?.observedGeneration ?? 0}/${node}`
  const entry = backOffs.get(key)
  const isKnown = entry !== undefined && clock.nowMs - entry.sinceMs <= 2 * backOffMaxMs
  if (isKnown && clock.nowMs - entry.sinceMs < entry.ms) return entry.ms
  backOffs.set(key, { ms: isKnown ? Math.min(2 * entry.ms, backOffMaxMs) : backOffFirstMs, sinceMs: clock.nowMs })
  return undefined
}

/** Of running pods on a node with surge, one of the template and one before it stay until the new one is available. */
function surplusOfSurge({ hash, isAvailable }: Fleet, running: readonly Pod[]): Pod[] {
  const sorted = oldestFirst(running)
  const isNew = ({ metadata }: Pod): boolean => metadata.labels?.[revisionLabel] === hash
  const fresh = sorted.find(isNew)
  const old = sorted.find((pod) => !isNew(pod))
  const doomed = sorted.filter((pod) => pod !== fresh && pod !== old)
  if (fresh !== undefined && old !== undefined && (!isPodReady(old) || isAvailable(fresh))) doomed.push(old)
  return doomed
}

function planStay(context: ComponentContext, fleet: Fleet, node: string, pods: readonly Pod[], shouldRun: boolean): NodePlan {
  const { set } = fleet
  const doomed: Pod[] = []
  const running: Pod[] = []
  let retryAfterMs: number | undefined
  for (const pod of pods) {
    const { namespace, name, deletionTimestamp } = pod.metadata
    if (deletionTimestamp !== undefined) continue
    const phase = pod.status?.phase
    if (phase === 'Failed') {
      const waitMs = backOff(context, fleet, node)
      if (waitMs !== undefined) {
        retryAfterMs = waitMs
        continue
      }
      context.recorder.record(set, 'Warning', 'FailedDaemonPod', `Found failed daemon pod ${namespace!}/${name!} on node ${node}, will try to kill it`)
      doomed.push(pod)
    } else if (phase === 'Succeeded') {
      context.recorder.record(set, 'Normal', 'SucceededDaemonPod', `Found succeeded daemon pod ${namespace!}/${name!} on node ${node}, will try to delete it`)
      doomed.push(pod)
    } else running.push(pod)
  }
  const allowsSurge = surgeCount(set, 1) > 0
  if (running.length > 1) doomed.push(...(allowsSurge ? surplusOfSurge(fleet, running) : oldestFirst(running).slice(1)))
  return { isLacking: allowsSurge && running.length === 0 && shouldRun, doomed, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

function planNode(context: ComponentContext, fleet: Fleet, node: Node): NodePlan {
  const name = node.metadata.name!
  const { shouldRun, mayStay } = fitOf(fleet.set, node)
  const pods = fleet.podsOfNode.get(name)
  if (pods === undefined) return { isLacking: shouldRun }
  if (mayStay) return planStay(context, fleet, name, pods, shouldRun)
  return { doomed: pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined) }
}

/** Looks at all nodes; reports pods that have ended. */
export function planPods(context: ComponentContext, fleet: Fleet): ManagePlan {
  const nodes: string[] = []
  const doomed: Pod[] = []
  let retryAfterMs: number | undefined
  for (const node of fleet.nodes) {
    const plan = planNode(context, fleet, node)
    if (plan.isLacking === true) nodes.push(node.metadata.name!)
    doomed.push(...(plan.doomed ?? []))
    if (plan.retryAfterMs !== undefined) retryAfterMs = Math.min(retryAfterMs ?? Infinity, plan.retryAfterMs)
  }
  const known = new Set(fleet.nodes.map(({ metadata }) => metadata.name!))
  for (const [node, pods] of fleet.podsOfNode) if (!known.has(node)) doomed.push(...pods.filter(({ spec }) => spec.nodeName === undefined || spec.nodeName === ''))
  return { nodes, doomed, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

/** Deletes pods that do not tolerate a NoExecute taint, once their tolerations run out. Models kubernetes/pkg/controller/tainteviction (v1.35). */

import type { ApiClient } from '../../api/client.ts'
import { toleratesTaint } from '../../api/tolerations.ts'
import type { Node, Pod, Taint } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult, StoreChange } from '../../store/component.ts'
import { keyOf } from '../../store/resource-id.ts'

const nodeMark = 'node|'
const podMark = 'pod|'

function noExecuteTaints(node: Node | undefined): Taint[] {
  return (node?.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute')
}

const noKeys: readonly string[] = []

function keysOfNode({ before, after, key }: StoreChange): readonly string[] {
  return equalJson(noExecuteTaints(before as Node | undefined), noExecuteTaints(after as Node | undefined)) ? [] : [nodeMark + key]
}

function keysOfPod({ before, after, key }: StoreChange, api: ApiClient): readonly string[] {
  const pod = after as Pod | undefined
  if (pod?.spec.nodeName === undefined) return noKeys
  const old = before as Pod | undefined
  if (old?.spec.nodeName === pod.spec.nodeName && old.spec.tolerations === pod.spec.tolerations) return noKeys
  return noExecuteTaints(api.find<Node>('nodes', pod.spec.nodeName)).length > 0 ? [podMark + key] : []
}

/** Ms for which a pod tolerates all taints: 0 when it does not, undefined for ever. */
function toleratedMs(pod: Pod, taints: readonly Taint[]): number | undefined {
  const used = taints.map((taint) => pod.spec.tolerations?.find((toleration) => toleratesTaint(toleration, taint)))
  if (used.includes(undefined)) return 0
  const seconds = used.map((toleration) => toleration?.tolerationSeconds).filter((value) => value !== undefined)
  return seconds.length === 0 ? undefined : Math.max(0, Math.min(...seconds)) * 1000
}

/** Since when a pod is on its way out, by its key. */
function startOf(key: string, context: ComponentContext): { since(): number; forget(): boolean } {
  const table = context.table<number>('since')
  return {
    since: () => {
      const sinceMs = table.get(key) ?? context.clock.nowMs
      table.set(key, sinceMs)
      return sinceMs
    },
    forget: () => table.delete(key),
  }
}

function evict(pod: Pod, { api, clock, recorder }: ComponentContext): ReconcileResult {
  const conditions = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget')
  const condition = { type: 'DisruptionTarget', status: 'True', lastTransitionTime: clock.timestamp(clock.nowMs), reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' } as const
  recorder.record(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${keyOf(pod)}`)
  api.updateStatus<Pod>('pods', { ...pod, status: { ...pod.status, conditions: [...conditions, condition] } })
  const result = api.delete('pods', keyOf(pod))
  return { failed: !result.ok && result.status.code !== 404 }
}

function syncPod(key: string, context: ComponentContext): ReconcileResult {
  const pod = context.api.find<Pod>('pods', key)
  const start = startOf(key, context)
  const taints = pod?.spec.nodeName === undefined ? [] : noExecuteTaints(context.api.find<Node>('nodes', pod.spec.nodeName))
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) {
    start.forget()
    return done
  }
  const limitMs = taints.length === 0 ? undefined : toleratedMs(pod, taints)
  if (limitMs === undefined) {
    if (start.forget()) context.recorder.record(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`)
    return done
  }
  const leftMs = start.since() + limitMs - context.clock.nowMs
  if (leftMs > 0) return { requeueAfterMs: leftMs }
  start.forget()
  return evict(pod, context)
}

/** The taint eviction controller. */
export const taintEvictionController: Controller = {
  name: 'taint-eviction-controller',
  // kube-controller-manager starts it with the client of the node controller.
  serviceAccount: 'node-controller',
  watches: [{ resource: 'nodes', keysOf: keysOfNode }, { resource: 'pods', keysOf: keysOfPod }],
  reconcile(key, context): ReconcileResult {
    if (key.startsWith(podMark)) return syncPod(key.slice(podMark.length), context)
    // Each pod needs its own timer, so the node only starts them.
    return { enqueue: context.api.listPodsOnNode(key.slice(nodeMark.length)).map((pod) => podMark + keyOf(pod)) }
  },
}

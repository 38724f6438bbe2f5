/**
 * Taints nodes by their conditions, and declares nodes unknown whose leases are no longer renewed.
 * Models kubernetes/pkg/controller/nodelifecycle (v1.35). A node without a lease is trusted.
 */

import type { ApiClient } from '../../api/client.ts'
import type { Condition, KubeObject, Node, Pod, Taint } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult } from '../../store/component.ts'
import type { ControllerFlags } from '../flags.ts'
import { podCondition } from '../pods.ts'

const leaseNamespace = 'kube-node-lease'
const monitorMark = '|monitor'
const unknownMessage = 'Kubelet stopped posting node status.'
const neverMessage = 'Kubelet never posted node status.'
const watchedConditions: readonly string[] = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

interface Lease extends KubeObject { readonly spec?: { readonly renewTime?: string } }
interface TaintRule { readonly type: string; readonly status: string; readonly key: string }

const conditionTaints: readonly TaintRule[] = [
  { type: 'Ready', status: 'False', key: 'node.kubernetes.io/not-ready' },
  { type: 'Ready', status: 'Unknown', key: 'node.kubernetes.io/unreachable' },
  { type: 'MemoryPressure', status: 'True', key: 'node.kubernetes.io/memory-pressure' },
  { type: 'DiskPressure', status: 'True', key: 'node.kubernetes.io/disk-pressure' },
  { type: 'NetworkUnavailable', status: 'True', key: 'node.kubernetes.io/network-unavailable' },
  { type: 'PIDPressure', status: 'True', key: 'node.kubernetes.io/pid-pressure' },
]
const notReadyKey = 'node.kubernetes.io/not-ready'
const unreachableKey = 'node.kubernetes.io/unreachable'
const unschedulableKey = 'node.kubernetes.io/unschedulable'
const managedNoSchedule: ReadonlySet<string> = new Set([...conditionTaints.map(({ key }) => key), unschedulableKey])

function statusOf(node: Node, type: string): string | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type)?.status
}

function noScheduleKeys(node: Node): string[] {
  const keys = conditionTaints.filter(({ type, status }) => statusOf(node, type) === status).map(({ key }) => key)
  return node.spec?.unschedulable === true ? [...keys, unschedulableKey] : keys
}

/** The NoExecute taint of a node that is not ready; none while every node is out, since then the fault is elsewhere. */
function noExecuteKey(node: Node, api: ApiClient): string | undefined {
  const ready = statusOf(node, 'Ready')
  if (ready === 'True' || ready === undefined) return undefined
  const isAnyReady = api.list<Node>('nodes').some((other) => statusOf(other, 'Ready') === 'True')
  return isAnyReady ? (ready === 'False' ? notReadyKey : unreachableKey) : undefined
}

function wantedTaints(node: Node, now: string, api: ApiClient): Taint[] {
  const present = node.spec?.taints ?? []
  const isManaged = ({ key, effect }: Taint): boolean => (effect === 'NoSchedule' ? managedNoSchedule.has(key) : effect === 'NoExecute' && (key === notReadyKey || key === unreachableKey))
  const executeKey = noExecuteKey(node, api)
  const wanted: Taint[] = [
    ...noScheduleKeys(node).map((key) => ({ key, effect: 'NoSchedule', timeAdded: now })),
    ...(executeKey === undefined ? [] : [{ key: executeKey, effect: 'NoExecute', timeAdded: now }]),
  ]
  const kept = present.filter((taint) => !isManaged(taint) || wanted.some(({ key, effect }) => key === taint.key && effect === taint.effect))
  return [...kept, ...wanted.filter((taint) => !kept.some(({ key, effect }) => key === taint.key && effect === taint.effect))]
}

function syncTaints(node: Node, { api, clock }: ComponentContext): ReconcileResult {
  const present = node.spec?.taints ?? []
  const taints = wantedTaints(node, clock.timestamp(clock.nowMs), api)
  if (equalJson(present, taints)) return done
  const result = api.patch('nodes', node.metadata.name!, { spec: { taints: taints.length === 0 ? null : taints } })
  return { failed: !result.ok && result.status.code !== 404 }
}

/** Pods of a node that is not ready are not ready either. */
function markPodsNotReady(node: Node, { api, clock, recorder }: ComponentContext): void {
  for (const pod of api.listPodsOnNode(node.metadata.name!)) {
    const ready = podCondition(pod, 'Ready')
    if (ready?.status !== 'True') continue
    const lastTransitionTime = clock.timestamp(clock.nowMs)
    const conditions = pod.status!.conditions!.map((condition): Condition => (condition === ready ? { ...ready, status: 'False', lastTransitionTime } : condition))
    api.updateStatus<Pod>('pods', { ...pod, status: { ...pod.status, conditions } })
    recorder.record(pod, 'Warning', 'NodeNotReady', 'Node is not ready')
  }
}

function withUnknown(node: Node, now: string): Condition[] {
  const present = node.status?.conditions ?? []
  const known = present.map((condition): Condition => (!watchedConditions.includes(condition.type) || condition.status === 'Unknown' ? condition
    : { ...condition, status: 'Unknown', reason: 'NodeStatusUnknown', message: unknownMessage, lastTransitionTime: now }))
  const missing = watchedConditions.filter((type) => !present.some((condition) => condition.type === type))
  return [...known, ...missing.map((type): Condition => ({ type, status: 'Unknown', reason: 'NodeStatusNeverUpdated', message: neverMessage, lastTransitionTime: now }))]
}

/** Looks at a node's lease. A silent node's conditions become Unknown after the grace period. */
function monitor(name: string, flags: ControllerFlags, context: ComponentContext): ReconcileResult {
  const { api, clock, recorder } = context
  const node = api.find<Node>('nodes', name)
  const renewTime = api.find<Lease>('leases.coordination.k8s.io', `${leaseNamespace}/${name}`)?.spec?.renewTime
  if (node === undefined || renewTime === undefined) return done
  const leftMs = clock.parse(renewTime) + flags.nodeMonitorGracePeriodMs - clock.nowMs
  if (leftMs > 0) return { requeueAfterMs: leftMs + flags.nodeMonitorPeriodMs }
  const wasReady = statusOf(node, 'Ready') === 'True'
  const conditions = withUnknown(node, clock.timestamp(clock.nowMs))
  if (!equalJson(conditions, node.status?.conditions) && !api.updateStatus<Node>('nodes', { ...node, status: { ...node.status, conditions } }).ok) return { failed: true }
  if (wasReady) recorder.record(node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`)
  markPodsNotReady(node, context)
  return done
}

/** The node lifecycle controller. */
export function makeNodeLifecycleController(flags: ControllerFlags): Controller {
  return {
    name: 'node-controller',
    watches: [
      { resource: 'nodes', keysOf: ({ before, after, key }) => {
        if (after === undefined) return []
        const isSame = before !== undefined && equalJson(before.spec, after.spec) && conditionTaints.every(({ type }) => statusOf(before as Node, type) === statusOf(after as Node, type))
        return isSame ? [] : [key]
      } },
      { resource: 'leases.coordination.k8s.io', keysOf: ({ after }) => (after?.metadata.namespace === leaseNamespace ? [`${after.metadata.name!}${monitorMark}`] : []) },
    ],
    reconcile(key, context): ReconcileResult {
      if (key.endsWith(monitorMark)) return monitor(key.slice(0, -monitorMark.length), flags, context)
      const node = context.api.find<Node>('nodes', key)
      if (node === undefined) return done
      if (statusOf(node, 'Ready') === 'False') markPodsNotReady(node, context)
      return syncTaints(node, context)
    },
  }
}

/** Nodes as the map shows them. */

import { quantityMilli, quantityValue } from '../../../simulator/api/quantity.ts'
import type { Node, ResourceList } from '../../../simulator/api/types.ts'
import type { NodeRow, PodRow } from '../host-rows.ts'
import { gpuSlotsOf } from './gpu-slots.ts'
import type { TimeOf } from './pod-rows.ts'

/** The row of a node. @param pods rows of the pods that are bound to it */
export function nodeRow(node: Node, pods: readonly PodRow[], timeOf: TimeOf): NodeRow {
  const { metadata, spec, status } = node
  const labels = metadata.labels ?? {}
  const allocatable = status?.allocatable ?? {}
  const name = metadata.name ?? ''
  const ready = status?.conditions?.find((condition) => condition.type === 'Ready')
  const holding = pods.filter((pod) => pod.phase !== 'Succeeded' && pod.phase !== 'Failed')
  return {
    name,
    pool: poolOf(name, labels),
    zone: labels['topology.kubernetes.io/zone'] ?? '',
    ...(labels['topology.kubernetes.io/rack'] === undefined ? {} : { rack: labels['topology.kubernetes.io/rack'] }),
    isReady: ready?.status === 'True',
    isUnschedulable: spec?.unschedulable === true,
    taints: (spec?.taints ?? []).map((taint) => `${taint.key}${taint.value === undefined || taint.value === '' ? '' : `=${taint.value}`}:${taint.effect}`),
    pressure: (status?.conditions ?? []).filter((condition) => condition.type.endsWith('Pressure') && condition.status === 'True').map((condition) => condition.type),
    cpuMillis: milliOf(allocatable, 'cpu'),
    memoryBytes: valueOf(allocatable, 'memory'),
    podsMax: valueOf(allocatable, 'pods'),
    cpuRequestMillis: holding.reduce((sum, pod) => sum + pod.cpuRequestMillis, 0),
    memoryRequestBytes: holding.reduce((sum, pod) => sum + pod.memoryRequestBytes, 0),
    ...(labels['nvidia.com/gpu.product'] ?? labels['accelerator'] ? { gpuProduct: labels['nvidia.com/gpu.product'] ?? labels['accelerator'] } : {}),
    gpuSlots: gpuSlotsOf(node, holding),
    kubeletVersion: status?.nodeInfo?.['kubeletVersion'] ?? '',
    labels,
    createdAtMs: timeOf(metadata.creationTimestamp ?? ''),
    sinceMs: timeOf(ready?.lastTransitionTime ?? metadata.creationTimestamp ?? ''),
  }
}

function poolOf(name: string, labels: { readonly [label: string]: string }): string {
  if (labels['node-role.kubernetes.io/control-plane'] !== undefined) return 'control plane'
  return labels['node-pool'] ?? name.replace(/-?\d+$/, '')
}

function milliOf(resources: ResourceList, name: string): number {
  return resources[name] === undefined ? 0 : quantityMilli(resources[name])
}

function valueOf(resources: ResourceList, name: string): number {
  return resources[name] === undefined ? 0 : quantityValue(resources[name])
}


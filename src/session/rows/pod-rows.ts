/** Pods as the map and the lists show them. */

import { quantityMilli, quantityValue } from '../../../simulator/api/quantity.ts'
import { podRequests } from '../../../simulator/api/resources.ts'
import { podStatusText } from '../../../simulator/api/tables/pod.ts'
import type { Container, Pod } from '../../../simulator/api/types.ts'
import type { PodRow, PodShape, QosClass } from '../host-rows.ts'

/** Turns API times into ms on the app's clock. */
export type TimeOf = (timestamp: string) => number

const failingReasons: ReadonlySet<string> = new Set([
  'CrashLoopBackOff', 'ImagePullBackOff', 'ErrImagePull', 'ErrImageNeverPull', 'InvalidImageName', 'CreateContainerConfigError', 'CreateContainerError',
  'RunContainerError', 'OOMKilled', 'StartError', 'Error', 'ContainerCannotRun', 'PostStartHookError',
])

/** The row of a pod. */
export function podRow(pod: Pod, timeOf: TimeOf): PodRow {
  const { metadata, spec, status } = pod
  const text = podStatusText(pod)
  const statuses = status?.containerStatuses ?? []
  const shape = shapeOf(pod, text)
  const requests = podRequests(pod)
  const owner = metadata.ownerReferences?.find((reference) => reference.controller === true)
  const doing = doingOf(pod, text)
  return {
    uid: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    nodeName: spec.nodeName,
    shape,
    phase: status?.phase ?? 'Pending',
    status: text,
    readyCount: statuses.filter((container) => container.ready).length,
    containerCount: spec.containers.length,
    restartCount: statuses.reduce((sum, container) => sum + container.restartCount, 0),
    qos: (status?.qosClass ?? 'BestEffort') as QosClass,
    ...(owner === undefined ? {} : { owner: { kind: owner.kind, name: owner.name } }),
    labels: metadata.labels ?? {},
    createdAtMs: timeOf(metadata.creationTimestamp ?? ''),
    sinceMs: sinceOf(pod, timeOf),
    ...(metadata.deletionTimestamp === undefined ? {} : { killAtMs: timeOf(metadata.deletionTimestamp) }),
    ...(doing === undefined ? {} : { doing }),
    ...reasonOf(pod, text, shape),
    cpuRequestMillis: requests['cpu'] === undefined ? 0 : quantityMilli(requests['cpu']),
    memoryRequestBytes: requests['memory'] === undefined ? 0 : quantityValue(requests['memory']),
    ...gpuFields(spec.containers),
    ...(status?.podIP === undefined ? {} : { podIP: status.podIP }),
  }
}

function gpuFields(containers: readonly Container[]): Pick<PodRow, 'gpuRequest' | 'gpuResources'> {
  const gpuResources: Record<string, number> = {}
  let gpuRequest = 0
  for (const { resources } of containers) {
    for (const [name, quantity] of Object.entries(resources?.limits ?? {})) {
      if (!name.startsWith('nvidia.com/')) continue
      gpuResources[name] = (gpuResources[name] ?? 0) + quantityValue(quantity)
      gpuRequest += quantityValue(quantity)
    }
  }
  return gpuRequest === 0 ? { gpuRequest } : { gpuRequest, gpuResources }
}

function shapeOf(pod: Pod, text: string): PodShape {
  const { spec, status, metadata } = pod
  if (metadata.deletionTimestamp !== undefined) return 'terminating'
  if (status?.phase === 'Succeeded') return 'succeeded'
  if (status?.phase === 'Failed') return 'failed'
  if (status?.phase === 'Unknown' || text === 'Unknown') return 'unknown'
  if (spec.nodeName === undefined || spec.nodeName === '') return (spec.schedulingGates?.length ?? 0) > 0 ? 'gated' : 'pending'
  if (failingReasons.has(text.replace(/^Init:/, ''))) return 'failing'
  if (status?.phase !== 'Running') return 'starting'
  return isReady(pod) ? 'running' : 'not-ready'
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true
}

function sinceOf(pod: Pod, timeOf: TimeOf): number {
  const times = (pod.status?.conditions ?? []).map((condition) => condition.lastTransitionTime).filter((time) => time !== undefined && time !== null)
  const latest = times.reduce<string>((best, time) => (time !== undefined && time > best ? time : best), pod.metadata.creationTimestamp ?? '')
  return timeOf(latest)
}

function doingOf(pod: Pod, text: string): string | undefined {
  const reason = pod.status?.containerStatuses?.find((container) => container.state?.waiting !== undefined)?.state?.waiting?.reason
  if (pod.metadata.deletionTimestamp !== undefined) return 'stopping'
  if (text === 'ContainerCreating' || reason === 'ContainerCreating' || reason === 'PodInitializing') return 'starting'
  if (pod.status?.phase === 'Running' && !isReady(pod) && text === 'Running') return 'not ready'
  return undefined
}

function reasonOf(pod: Pod, text: string, shape: PodShape): { reason?: string } {
  if (shape === 'failing' || shape === 'failed') return { reason: text }
  if (shape !== 'pending') return {}
  const message = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled' && condition.status === 'False')?.message
  if (message === undefined) return {}
  return { reason: mostFrequentReason(message) }
}

/** The reason that most nodes give in a FitError text, the first of those with the same count. */
function mostFrequentReason(message: string): string {
  const listed = message.replace(/^0\/\d+ nodes are available: /, '').split('. ')[0]
  let best = { count: 0, reason: listed }
  for (const part of listed.split(/, (?=\d)/)) {
    const [, count, reason] = /^(\d+) (.*)$/.exec(part) ?? []
    if (count !== undefined && Number(count) > best.count) best = { count: Number(count), reason }
  }
  return best.reason.replace(/\.$/, '')
}

/** The API status of a pod from what the runtime knows. Models kubernetes/pkg/kubelet generateAPIPodStatus and pkg/kubelet/status (v1.35). */

import { computePodQos } from '../api/qos.ts'
import { isSidecar } from '../api/resources.ts'
import type { Condition, Container, ContainerState, ContainerStatus, Pod, PodStatus } from '../api/types.ts'
import { equalJson } from '../kernel/equal.ts'
import { compareText } from '../kernel/text.ts'
import type { Json } from '../kernel/json.ts'
import { conditionsOf, kubeletConditions } from './conditions.ts'
import type { Host } from './host.ts'
import { hostIpOf } from './addresses.ts'
import { isTerminalPhase, phaseOf } from './phase.ts'
import { containerKey, latestOf, noFailures } from './records.ts'
import type { PodRecord, RuntimeContainer } from './records.ts'
import { shouldStart } from './restart-policy.ts'
import { userOf } from './security.ts'
import { kubeletTexts } from './texts.ts'

const creating: ContainerState = { waiting: { reason: 'ContainerCreating' } }
const initializing: ContainerState = { waiting: { reason: 'PodInitializing' } }
const noState: ContainerState = {}

function stateOf(host: Host, container: RuntimeContainer): ContainerState {
  if (container.state === 'running') return host.shared.running(host.timestamp(container.startedMs))
  if (container.state === 'created') return { waiting: {} }
  const terminated: NonNullable<ContainerState['terminated']> = { exitCode: container.exitCode, reason: container.reason }
  if (container.message !== '') terminated.message = container.message
  terminated.startedAt = container.startedMs < 0 ? '1970-01-01T00:00:00Z' : host.timestamp(container.startedMs)
  terminated.finishedAt = host.timestamp(container.finishedMs)
  terminated.containerID = `containerd://${container.id}`
  return { terminated }
}

function volumeMounts(mounts: NonNullable<Container['volumeMounts']>): Json[] {
  return mounts.map(({ name, mountPath, readOnly }) =>
    readOnly === true ? { name, mountPath, readOnly, recursiveReadOnly: 'Disabled' } : { name, mountPath })
}

type Kind = 'main' | 'init' | 'ephemeral'

function containerStatus(host: Host, pod: Pod, record: PodRecord, container: Container, kind: Kind, old: ContainerStatus | undefined): ContainerStatus {
  const latest = latestOf(record.containers, container.name)
  const status = latest === undefined ? notCreated(pod, container, old) : created(host, pod, record, container, latest)
  const mounts = container.volumeMounts === undefined ? undefined : host.shared.mounts(container.volumeMounts, volumeMounts)
  if (mounts !== undefined) status.volumeMounts = mounts
  const isFinishedInit = kind === 'init' && latest?.state === 'exited' && latest.exitCode === 0
  const failure = record.failures[container.name]
  if (failure !== undefined && !isFinishedInit && shouldStart(container, pod, latest)) {
    if (status.state?.terminated !== undefined) status.lastState = status.state
    status.state = { waiting: failure.message === '' ? { reason: failure.reason } : { reason: failure.reason, message: failure.message } }
  }
  return status
}

function notCreated(pod: Pod, container: Container, old: ContainerStatus | undefined): ContainerStatus {
  const state = (pod.spec.initContainers?.length ?? 0) > 0 ? initializing : creating
  return { name: container.name, state, lastState: old?.lastState ?? noState, ready: false, restartCount: old?.restartCount ?? 0, image: container.image ?? '', imageID: '' }
}

function created(host: Host, pod: Pod, record: PodRecord, container: Container, latest: RuntimeContainer): ContainerStatus {
  const previous = record.containers.find((other) => other.name === container.name && other.id !== latest.id)
  const { name, resources } = container
  const state = stateOf(host, latest)
  const lastState = previous === undefined ? noState : stateOf(host, previous)
  const { attempt: restartCount, image, imageId: imageID } = latest
  const containerID = `containerd://${latest.id}`
  const user = latest.state === 'running' ? host.shared.user(container, pod.spec.securityContext, () => userOf(pod, container, image, host)) : undefined
  // What most containers have, as one literal.
  if (resources?.requests !== undefined && user !== undefined) return { name, state, lastState, ready: false, restartCount, image, imageID, containerID, allocatedResources: resources.requests, resources, user }
  const status: ContainerStatus = { name, state, lastState, ready: false, restartCount, image, imageID, containerID }
  if (resources?.requests !== undefined) status.allocatedResources = resources.requests
  if (resources !== undefined) status.resources = resources
  if (user !== undefined) status.user = user
  return status
}

function isStarted(host: Host, podKey: string, container: Container, status: ContainerStatus): boolean {
  if (status.state?.running === undefined) return false
  if (container.startupProbe === undefined) return true
  return probeResult(host, podKey, container, 'startup', status) === 'success'
}

function probeResult(host: Host, podKey: string, container: Container, type: 'startup' | 'readiness', status: ContainerStatus): string | undefined {
  const probe = host.probes.get(`${containerKey(podKey, container.name)}|${type}`)
  return probe !== undefined && `containerd://${probe.containerId}` === status.containerID ? probe.result : undefined
}

function setReadiness(host: Host, podKey: string, container: Container, kind: Kind, status: ContainerStatus): void {
  if (kind === 'ephemeral') return
  status.started = isStarted(host, podKey, container, status)
  if (kind === 'init' && !isSidecar(container)) {
    status.ready = status.state?.terminated?.exitCode === 0
    return
  }
  if (!status.started) return
  status.ready = container.readinessProbe === undefined || probeResult(host, podKey, container, 'readiness', status) === 'success'
}

function statusesOf(host: Host, podKey: string, pod: Pod, record: PodRecord, containers: readonly Container[], kind: Kind, old: readonly ContainerStatus[] | undefined): ContainerStatus[] {
  const statuses = containers.map((container) => {
    const status = containerStatus(host, pod, record, container, kind, old?.find(({ name }) => name === container.name))
    setReadiness(host, podKey, container, kind, status)
    return status
  })
  return kind === 'init' || statuses.length < 2 ? statuses : statuses.sort((a, b) => compareText(a.name, b.name))
}

function mainStatuses(host: Host, podKey: string, pod: Pod, record: PodRecord, old: readonly ContainerStatus[] | undefined): ContainerStatus[] {
  const { containers, initContainers } = pod.spec
  const make = (): ContainerStatus[] => statusesOf(host, podKey, pod, record, containers, 'main', old)
  const isFresh = record.containers.length === 0 && old === undefined && initContainers === undefined && record.failures === noFailures
  return isFresh ? host.shared.waitingStatuses(containers, make) : make()
}

/** Everything that a status may say, in the API's order. */
interface StatusParts {
  readonly phase: string
  readonly observedGeneration: number | undefined
  readonly conditions: Condition[]
  readonly message: string | undefined
  readonly reason: string | undefined
  readonly nominatedNodeName: string | undefined
  readonly hostIP: string | undefined
  readonly hostIPs: { ip: string }[] | undefined
  /** Empty without a sandbox. */
  readonly podIP: string
  readonly podIPs: { ip: string }[]
  readonly startTime: string
  readonly init: ContainerStatus[] | undefined
  readonly main: ContainerStatus[]
  readonly ephemeral: ContainerStatus[] | undefined
  readonly qosClass: string
}

/** The status of its parts. What most statuses have is written as one literal: fields added one by one cost several times as much. */
function statusOf(parts: StatusParts): PodStatus {
  const { phase, observedGeneration, conditions, message, reason, nominatedNodeName, hostIP, hostIPs, podIP, podIPs, startTime, init, main, ephemeral, qosClass } = parts
  if (observedGeneration !== undefined && hostIPs !== undefined && message === undefined && reason === undefined && nominatedNodeName === undefined && init === undefined && ephemeral === undefined) {
    return podIP === ''
      ? { phase, observedGeneration, conditions, hostIP, hostIPs, startTime, containerStatuses: main, qosClass }
      : { phase, observedGeneration, conditions, hostIP, hostIPs, podIP, podIPs, startTime, containerStatuses: main, qosClass }
  }
  return {
    phase,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    conditions,
    ...(message === undefined ? {} : { message }),
    ...(reason === undefined ? {} : { reason }),
    ...(nominatedNodeName === undefined ? {} : { nominatedNodeName }),
    ...(hostIP === undefined ? {} : { hostIP, hostIPs }),
    ...(podIP === '' ? {} : { podIP, podIPs }),
    startTime,
    ...(init === undefined ? {} : { initContainerStatuses: init }),
    containerStatuses: main,
    ...(ephemeral === undefined ? {} : { ephemeralContainerStatuses: ephemeral }),
    qosClass,
  }
}

/** Makes the status as the kubelet sees it now; it may run ahead of what is written to the API. */
export function makeStatus(host: Host, podKey: string, pod: Pod, isTerminal = false): PodStatus {
  const record = host.record(podKey)
  const old = record.status ?? pod.status ?? {}
  const { initContainers, ephemeralContainers } = pod.spec
  const main = mainStatuses(host, podKey, pod, record, old.containerStatuses)
  const init = initContainers === undefined || initContainers.length === 0 ? undefined : statusesOf(host, podKey, pod, record, initContainers, 'init', old.initContainerStatuses)
  const hasInitialized = init !== undefined && record.containers.some(({ name, state }) => state === 'running' && pod.spec.containers.some((container) => container.name === name))
  let phase = phaseOf(pod, main, init, isTerminal, hasInitialized)
  if (!isTerminalPhase(phase) && isTerminalPhase(old.phase)) phase = old.phase as string
  const { verdict } = record
  if (verdict?.isFinal === true) phase = 'Failed'
  const hostIP = hostIpOf(host, record.node)
  const isKept = phase === old.phase
  const decided = verdict?.isFinal === true ? verdict : undefined
  const reason = decided?.reason ?? (isKept ? (old.reason ?? pod.status?.reason) : undefined)
  const message = decided?.message ?? (isKept ? (old.message ?? pod.status?.message) : undefined)
  const isAlive = record.sandboxMs !== undefined
  const now = host.timestamp(host.nowMs)
  const status = statusOf({
    phase, observedGeneration: pod.metadata.generation,
    conditions: conditionsOf({ pod, phase, main, init, hasSandbox: isAlive, old: old.conditions ?? [], now, shared: host.shared }),
    message, reason, nominatedNodeName: pod.status?.nominatedNodeName,
    hostIP, hostIPs: hostIP === undefined ? undefined : old.hostIP === hostIP && old.hostIPs !== undefined ? old.hostIPs : host.shared.addressList(hostIP),
    podIP: record.ip, podIPs: old.podIP === record.ip && old.podIPs !== undefined ? old.podIPs : [{ ip: record.ip }],
    startTime: old.startTime ?? now, init, main,
    ephemeral: ephemeralContainers === undefined || ephemeralContainers.length === 0 ? undefined : statusesOf(host, podKey, pod, record, ephemeralContainers, 'ephemeral', old.ephemeralContainerStatuses),
    qosClass: pod.status?.qosClass ?? computePodQos(pod),
  })
  // An evicted pod fails only if its containers end with an error: until then the rest of its status is as it was.
  if (verdict !== undefined && !verdict.isFinal && !isTerminal) return { ...status, phase: 'Failed', reason: verdict.reason, message: verdict.message }
  return status
}

/**
 * Keeps a status and writes it to the API when it differs from what is there. A terminal phase is held back while
 * containers could still run.
 */
export function putStatus(host: Host, podKey: string, pod: Pod, status: PodStatus, couldRun: boolean): void {
  const record = host.change(podKey, { status })
  const written = pod.status ?? {}
  const merged = isTerminalPhase(status.phase) ? { ...status } : status
  if (couldRun && !isTerminalPhase(written.phase) && isTerminalPhase(status.phase)) {
    merged.phase = written.phase
    delete merged.reason
    delete merged.message
    if (written.reason !== undefined) merged.reason = written.reason
    if (written.message !== undefined) merged.message = written.message
    merged.conditions = status.conditions?.filter(({ type }) => kubeletConditions.has(type) || hasCondition(written.conditions, type))
  }
  if (isTerminalPhase(merged.phase)) merged.conditions = merged.conditions?.map((condition) => unready(host, condition, merged.phase as string))
  if (equalJson(written, merged)) return
  host.client(record.node).updateStatus<Pod>('pods', { ...pod, status: merged }, podKey)
}

function hasCondition(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditions?.some((condition) => condition.type === type) === true
}

function unready(host: Host, condition: Condition, phase: string): Condition {
  if ((condition.type !== 'Ready' && condition.type !== 'ContainersReady') || condition.status !== 'True') return condition
  return { ...condition, status: 'False', reason: phase === 'Failed' ? 'PodFailed' : 'PodCompleted', lastTransitionTime: host.timestamp(host.nowMs) }
}

/** The last status of a pod: containers without an end are lost, and the phase is terminal. */
export function finalStatus(status: PodStatus, pod: Pod): PodStatus {
  const lost: ContainerState = { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message: kubeletTexts.lostContainer, startedAt: undefined, finishedAt: undefined } }
  const hasInitialized = (pod.spec.initContainers?.length ?? 0) === 0
    || (pod.status?.containerStatuses ?? []).some((container) => container.lastState?.terminated !== undefined || container.state?.waiting === undefined)
  const final: PodStatus = { ...status }
  if (hasInitialized) final.containerStatuses = status.containerStatuses?.map((container) => (container.state?.terminated === undefined ? { ...container, state: lost, ready: false } : container))
  if (!isTerminalPhase(final.phase)) final.phase = 'Failed'
  return final
}

/** What a sync has to do to the runtime. Models kubernetes/pkg/kubelet/kuberuntime computePodActions (v1.35). */

import { isSidecar } from '../api/resources.ts'
import type { Container, Pod } from '../api/types.ts'
import type { Host } from './host.ts'
import { containerKey, latestOf } from './records.ts'
import type { Action, PodRecord, RuntimeContainer } from './records.ts'
import { restartsAfter, restartsAfterKill, shouldStart } from './restart-policy.ts'
import { kubeletTexts } from './texts.ts'

/** Which probe condemns a running container, if any. */
function failedProbe(host: Host, podKey: string, latest: RuntimeContainer, container: Container): 'liveness' | 'startup' | undefined {
  if (container.livenessProbe !== undefined && probeFails(host, podKey, latest, 'liveness')) return 'liveness'
  if (container.startupProbe !== undefined && probeFails(host, podKey, latest, 'startup')) return 'startup'
  return undefined
}

function probeFails(host: Host, podKey: string, latest: RuntimeContainer, type: 'liveness' | 'startup'): boolean {
  const probe = host.probes.get(`${containerKey(podKey, latest.name)}|${type}`)
  return probe !== undefined && probe.containerId === latest.id && probe.result === 'failure'
}

/** Grace period of a container that a probe kills. */
function probeGraceSeconds(pod: Pod, container: Container, type: 'liveness' | 'startup'): number {
  const probe = type === 'liveness' ? container.livenessProbe : container.startupProbe
  return probe?.terminationGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30
}

interface InitActions {
  readonly kills: Action[]
  readonly starts: string[]
  readonly hasInitialized: boolean
  /** The pod has failed: nothing more is started. */
  readonly isFailed: boolean
}

const noInit: InitActions = { kills: [], starts: [], hasInitialized: true, isFailed: false }
const noContainers: readonly Container[] = []

/** Looks at one running sidecar. @returns whether containers behind it may start */
function inspectSidecar(host: Host, podKey: string, pod: Pod, container: Container, latest: RuntimeContainer, kills: Action[], starts: string[]): boolean {
  const startup = container.startupProbe === undefined ? 'success' : host.probes.get(`${containerKey(podKey, container.name)}|startup`)?.result
  const type = failedProbe(host, podKey, latest, container)
  if (startup !== 'success' && type !== 'startup') return false
  const isChanged = latest.image !== container.image
  if (type !== undefined || isChanged) {
    const message = type === undefined ? kubeletTexts.definitionChanged(container.name, true) : kubeletTexts.probeKill(container.name, type, false, true)
    kills.push({ do: 'kill', container: container.name, message, graceSeconds: type === undefined ? (pod.spec.terminationGracePeriodSeconds ?? 30) : probeGraceSeconds(pod, container, type) })
    starts.push(container.name)
  }
  return startup === 'success'
}

function initActions(host: Host, podKey: string, pod: Pod, record: PodRecord): InitActions {
  const init = pod.spec.initContainers ?? []
  const kills: Action[] = []
  const starts: string[] = []
  const mainRuns = pod.spec.containers.some((container) => latestOf(record.containers, container.name)?.state === 'running')
  let hasInitialized = init.length === 0 || mainRuns
  let isPast = mainRuns
  for (let i = init.length - 1; i >= 0; i--) {
    const container = init[i]
    const latest = latestOf(record.containers, container.name)
    if (latest === undefined) {
      if (isPast && isSidecar(container)) starts.push(container.name)
      continue
    }
    if (isPast && !isSidecar(container)) continue
    const wasPast = isPast
    isPast = true
    if (latest.state === 'running' && isSidecar(container)) {
      if (!inspectSidecar(host, podKey, pod, container, latest, kills, starts)) continue
      if (i === init.length - 1) hasInitialized = true
      else if (!wasPast) starts.push(init[i + 1].name)
    } else if (latest.state !== 'running' && isSidecar(container)) {
      starts.push(container.name)
    } else if (latest.state === 'exited') {
      if (latest.exitCode !== 0) {
        if (!restartsAfter(container, pod.spec, latest.exitCode)) return { kills, starts: [], hasInitialized: false, isFailed: true }
        starts.push(container.name)
      } else if (i === init.length - 1) hasInitialized = true
      else starts.push(init[i + 1].name)
    }
  }
  if (!isPast && init.length > 0) starts.push(init[0].name)
  return { kills, starts: starts.reverse(), hasInitialized, isFailed: false }
}

function start(name: string): Action {
  return { do: 'start', container: name }
}

/** The plan of a sync: sandbox, kills, starts of ephemeral, init and main containers, in the order in which they happen. */
export function computeActions(host: Host, podKey: string, pod: Pod, record: PodRecord): Action[] {
  if (record.sandboxMs === undefined) {
    const first = pod.spec.initContainers?.[0]
    const names = first === undefined ? pod.spec.containers.map(({ name }) => name) : [first.name]
    return [{ do: 'sandbox' }, ...names.map(start)]
  }
  const init = pod.spec.initContainers === undefined ? noInit : initActions(host, podKey, pod, record)
  if (init.isFailed) return []
  const plan: Action[] = init.kills.slice()
  const later: Action[] = []
  for (const { name } of pod.spec.ephemeralContainers ?? noContainers) if (latestOf(record.containers, name) === undefined) later.push(start(name))
  for (const name of init.starts) later.push(start(name))
  const isKept = !init.hasInitialized || mainActions(host, podKey, pod, record, plan, later)
  if (!isKept && later.length === 0) return stopAll(pod, record)
  return later.length === 0 ? plan : plan.concat(later)
}

/** Nothing is left to run: the whole pod is stopped, its sandbox too. */
function stopAll(pod: Pod, record: PodRecord): Action[] {
  const graceSeconds = pod.spec.terminationGracePeriodSeconds ?? 30
  const running = record.containers.filter(({ state }) => state === 'running')
  return [...running.map(({ name }): Action => ({ do: 'kill', container: name, message: kubeletTexts.stopping(name), graceSeconds })), { do: 'stop' }]
}

/** @returns true when a container is kept running */
function mainActions(host: Host, podKey: string, pod: Pod, record: PodRecord, kills: Action[], starts: Action[]): boolean {
  let isKept = false
  for (const container of pod.spec.containers) {
    const latest = latestOf(record.containers, container.name)
    if (latest?.state !== 'running') {
      if (shouldStart(container, pod, latest)) starts.push({ do: 'start', container: container.name })
      continue
    }
    const isChanged = latest.image !== container.image
    const type = failedProbe(host, podKey, latest, container)
    if (!isChanged && type === undefined) {
      isKept = true
      continue
    }
    const isRestarted = isChanged || restartsAfterKill(container, pod.spec)
    const message = type === undefined || isChanged ? kubeletTexts.definitionChanged(container.name, false) : kubeletTexts.probeKill(container.name, type, isRestarted, false)
    const graceSeconds = type === undefined ? (pod.spec.terminationGracePeriodSeconds ?? 30) : probeGraceSeconds(pod, container, type)
    kills.push({ do: 'kill', container: container.name, message, graceSeconds })
    if (isRestarted) starts.push({ do: 'start', container: container.name })
  }
  return isKept
}

/** The end of a pod: its containers are stopped, its last status is written, its object is removed. Models kubernetes/pkg/kubelet SyncTerminatingPod and SyncTerminatedPod (v1.35). */

import type { Container, Pod } from '../api/types.ts'
import { NodeUsage } from './admission.ts'
import { releaseAddress } from './addresses.ts'
import { releaseDevices } from './devices.ts'
import { findContainer, podNames } from './host.ts'
import type { Host } from './host.ts'
import type { Killer } from './killer.ts'
import type { Probes } from './probes.ts'
import type { Processes } from './processes.ts'
import { containerKey } from './records.ts'
import type { PodRecord } from './records.ts'
import { finalStatus, putStatus } from './status.ts'
import { freshPod, generateStatus, writeStatus } from './status-writer.ts'
import { kubeletTexts } from './texts.ts'

/** Stopping a sandbox. Modelling assumption. */
const stopSandboxMs = 200

/** What stopping a pod needs. */
export interface TerminationParts {
  readonly host: Host
  readonly processes: Processes
  readonly killer: Killer
  readonly probes: Probes
  readonly usage: NodeUsage
}

/** Stops pods and forgets them. */
export class Termination {
  private readonly host: Host
  private readonly parts: TerminationParts

  constructor(parts: TerminationParts) {
    this.host = parts.host
    this.parts = parts
  }

  /** Begins to stop all containers of a pod. */
  begin(podKey: string, pod: Pod): void {
    const { host, parts } = this
    const current = freshPod(this.host, podKey, pod)
    const record = host.change(podKey, { stage: 'terminating', isBusy: true, plan: [], step: undefined, killStartMs: host.nowMs })
    writeStatus(this.host, parts.probes, podKey, current)
    parts.probes.remove(podKey, current, ['liveness', 'startup'])
    const graceSeconds = record.verdict?.graceSeconds ?? current.metadata.deletionGracePeriodSeconds ?? current.spec.terminationGracePeriodSeconds ?? 30
    const isOrdered = current.spec.initContainers?.some(({ restartPolicy }) => restartPolicy === 'Always') === true
    for (const { name, state } of record.containers) {
      const container = state === 'running' ? findContainer(current, name) : undefined
      if (container !== undefined) parts.killer.begin(podKey, current, container, { message: kubeletTexts.stopping(name), graceSeconds, isOrdered })
    }
    this.stopSandboxIfDone(podKey)
  }

  /** Stops the sandbox once no container runs. */
  stopSandboxIfDone(podKey: string): void {
    const record = this.host.record(podKey)
    if (record.stage !== 'terminating' || record.step?.kind === 'stop' || record.containers.some(({ state }) => state === 'running')) return
    const atMs = this.host.nowMs + (record.sandboxMs === undefined ? 0 : stopSandboxMs)
    this.host.change(podKey, { step: { kind: 'stop', container: '', atMs } })
    this.host.context.schedule(atMs, 'step', podKey)
  }

  /** All containers have ended and the sandbox is gone. */
  stopped(podKey: string, pod: Pod): void {
    const { host, parts } = this
    parts.probes.remove(podKey, pod)
    const record = host.change(podKey, { stage: 'terminated', sandboxMs: undefined, isBusy: false })
    this.parts.usage.forget(record.node)
    releaseDevices(host, record.node, podKey)
    const current = freshPod(this.host, podKey, pod)
    putStatus(host, podKey, current, generateStatus(this.host, podKey, current, true), false)
    host.change(podKey, { syncMs: host.nowMs + stopSandboxMs })
    host.context.schedule(host.nowMs + stopSandboxMs, 'sync', podKey)
  }

  /** Writes the last status of a pod that has ended. */
  finish(podKey: string, pod: Pod): void {
    const { host } = this
    const status = finalStatus(generateStatus(this.host, podKey, pod, true), pod)
    putStatus(host, podKey, pod, status, false)
    const record = host.change(podKey, { stage: 'finished' })
    this.release(podKey, record)
    this.removeFinished(podKey, freshPod(this.host, podKey, pod))
  }

  private release(podKey: string, record: PodRecord): void {
    this.parts.usage.forget(record.node)
    releaseDevices(this.host, record.node, podKey)
    releaseAddress(this.host, record.node, record.ip)
  }

  /** Removes the object of a pod that has ended and is to be deleted. */
  removeFinished(podKey: string, pod: Pod): void {
    if (pod.metadata.deletionTimestamp === undefined) return
    this.host.client(pod.spec.nodeName ?? '').delete('pods', podKey, { gracePeriodSeconds: 0, uid: pod.metadata.uid })
  }

  /** Forgets a pod whose object is gone: what still runs is killed. */
  forget(podKey: string): void {
    const { host } = this
    const record = host.pods.get(podKey)
    if (record === undefined) return
    for (const container of record.containers) {
      if (container.state === 'running') this.killOrphan(podKey, record, container.name)
      host.kills.delete(containerKey(podKey, container.name))
    }
    this.release(podKey, record)
    for (const key of host.logs.keys()) if (key.startsWith(`${podKey}|`)) host.logs.delete(key)
    for (const key of host.probes.keys()) if (key.startsWith(`${podKey}|`)) host.probes.delete(key)
    for (const key of host.backOffs.keys()) if (key.startsWith(`${podKey}|`) || key.startsWith(`image|${record.uid}`)) host.backOffs.delete(key)
    for (const key of host.files.keys()) if (key.startsWith(`layer|${podKey}|`) || key.startsWith(`empty|${podKey}|`)) host.files.delete(key)
    host.mounts.delete(podKey)
    host.pods.delete(podKey)
  }

  /** Kills a container of a pod that the API has forgotten. */
  private killOrphan(podKey: string, record: PodRecord, name: string): void {
    this.parts.processes.forget(podKey, name)
    const metadata = { ...podNames(podKey), uid: record.uid }
    const container: Container = { name }
    const gone: Pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [container], nodeName: record.node } }
    this.host.event(gone, 'Normal', 'Killing', kubeletTexts.stopping(name), container)
  }
}

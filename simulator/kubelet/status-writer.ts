/** Making and writing a pod's status, with the Events and probes that go with it. */

import type { Pod, PodStatus } from '../api/types.ts'
import type { Host } from './host.ts'
import type { Probes } from './probes.ts'
import { makeStatus, putStatus } from './status.ts'

/** Makes the status; a deadline that has passed is told each time. */
export function generateStatus(host: Host, podKey: string, pod: Pod, isTerminal: boolean): PodStatus {
  const { verdict } = host.record(podKey)
  if (verdict?.reason === 'DeadlineExceeded') host.event(pod, 'Normal', verdict.reason, verdict.message)
  return makeStatus(host, podKey, pod, isTerminal)
}

/** Makes and writes the status of a pod whose containers may run. @returns the phase as the kubelet sees it */
export function writeStatus(host: Host, probes: Probes, podKey: string, pod: Pod): string {
  const status = generateStatus(host, podKey, pod, false)
  putStatus(host, podKey, pod, status, true)
  probes.onStatus(podKey, pod, status)
  return status.phase ?? ''
}

/** The pod as the API has it now. */
export function freshPod(host: Host, podKey: string, pod: Pod): Pod {
  return host.findPod(podKey) ?? pod
}

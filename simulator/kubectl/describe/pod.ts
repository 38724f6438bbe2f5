/** kubectl describe pod. Models k8s.io/kubectl/pkg/describe describePod (v1.35). */

import { podQosOf } from '../../api/qos.ts'
import type { Container, Pod, ResourceRequirements } from '../../api/types.ts'
import type { Describer } from './describer.ts'
import { describeEvents, sinceText } from './events.ts'
import { writeContainers, writeResources } from './containers.ts'
import { controllerOf, longTime, writeAnnotations, writeLabels, writeTolerations } from './lines.ts'
import type { Lines } from './lines.ts'
import { writeSpreadConstraints } from './pod-template.ts'
import { writeVolumes } from './volumes.ts'
import type { Session } from '../session.ts'

function writeOptional(lines: Lines, name: string, value: string | undefined): void {
  if (value !== undefined && value !== '') lines.field(name, value)
}

function writeStatus(session: Session, lines: Lines, pod: Pod): void {
  const { metadata, status = {} } = pod
  if (metadata.deletionTimestamp !== undefined && status.phase !== 'Failed' && status.phase !== 'Succeeded') {
    lines.field('Status', `Terminating (lasts ${sinceText(session, metadata.deletionTimestamp)})`)
    lines.field('Termination Grace Period', `${metadata.deletionGracePeriodSeconds ?? 0}s`)
  } else lines.field('Status', status.phase ?? '')
  writeOptional(lines, 'Reason', status.reason)
  writeOptional(lines, 'Message', status.message)
}

function writeAddresses(lines: Lines, pod: Pod): void {
  const { status = {} } = pod
  lines.field('IP', status.podIP ?? '')
  const ips = status.podIPs ?? []
  lines.write(0, ips.length === 0 ? 'IPs:\t<none>\n' : 'IPs:\n')
  for (const { ip } of ips) lines.field('IP', ip, 1)
}

function writePlacement(lines: Lines, pod: Pod): void {
  const { spec, status } = pod
  if (spec.priority !== undefined) lines.field('Priority', spec.priority)
  writeOptional(lines, 'Priority Class Name', spec.priorityClassName)
  writeOptional(lines, 'Runtime Class Name', spec.runtimeClassName)
  writeOptional(lines, 'Service Account', spec.serviceAccountName)
  lines.field('Node', (spec.nodeName ?? '') === '' ? '<none>' : `${spec.nodeName}/${status?.hostIP ?? ''}`)
  if (status?.startTime !== undefined) lines.field('Start Time', longTime(status.startTime))
}

function writeGatesAndConditions(lines: Lines, pod: Pod): void {
  const conditions = pod.status?.conditions ?? []
  const gates = pod.spec.readinessGates ?? []
  if (gates.length > 0) lines.write(0, 'Readiness Gates:\n  Type\tStatus\n')
  for (const { conditionType } of gates) lines.write(1, `${conditionType} \t${conditions.find((one) => one.type === conditionType)?.status ?? '<none>'} \n`)
  if (conditions.length > 0) lines.write(0, 'Conditions:\n  Type\tStatus\n')
  for (const condition of conditions) lines.write(1, `${condition.type} \t${condition.status} \n`)
}

interface SecurityContext { readonly seccompProfile?: { readonly type: string; readonly localhostProfile?: string } }

function writeAllContainers(lines: Lines, pod: Pod): void {
  const { spec, status } = pod
  const part = (title: string, containers: readonly Container[] | undefined, statuses: NonNullable<Pod['status']>['containerStatuses'], isAlways: boolean): void => {
    if (!isAlways && (containers ?? []).length === 0) return
    writeContainers(lines, title, containers ?? [], { pod, ...(statuses === undefined ? {} : { statuses }) })
  }
  part('Init Containers', spec.initContainers, status?.initContainerStatuses, false)
  part('Containers', spec.containers, status?.containerStatuses, true)
  part('Ephemeral Containers', spec.ephemeralContainers, status?.ephemeralContainerStatuses, false)
}

export const describePod: Describer<Pod> = function* (pod, { session, lines }) {
  const { metadata, spec } = pod
  lines.field('Name', metadata.name ?? '')
  lines.field('Namespace', metadata.namespace ?? '')
  writePlacement(lines, pod)
  writeLabels(lines, 'Labels', metadata.labels)
  writeAnnotations(lines, 'Annotations', metadata.annotations)
  writeStatus(session, lines, pod)
  const seccomp = (spec.securityContext as SecurityContext | undefined)?.seccompProfile
  if (seccomp !== undefined) lines.field('SeccompProfile', seccomp.type)
  if (seccomp?.type === 'Localhost') lines.field('LocalhostProfile', seccomp.localhostProfile ?? '')
  writeAddresses(lines, pod)
  writeOptional(lines, 'Controlled By', controllerOf(metadata))
  writeOptional(lines, 'NominatedNodeName', pod.status?.nominatedNodeName)
  const resources: ResourceRequirements | undefined = spec.resources
  if (resources !== undefined) {
    lines.write(0, 'Resources:\n')
    writeResources(lines, resources, 1)
  }
  writeAllContainers(lines, pod)
  writeGatesAndConditions(lines, pod)
  writeVolumes(lines, spec.volumes, '')
  lines.field('QoS Class', podQosOf(pod))
  writeLabels(lines, 'Node-Selectors', spec.nodeSelector)
  writeTolerations(lines, 'Tolerations', spec.tolerations)
  writeSpreadConstraints(lines, spec.topologySpreadConstraints, '')
  yield* describeEvents(session, lines, pod, { withKind: false })
}

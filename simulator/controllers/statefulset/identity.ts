/** Names, ordinals and new pods of a StatefulSet. Models kubernetes/pkg/controller/statefulset utils (v1.35). */

import type { PersistentVolumeClaim, Pod, Volume } from '../../api/types.ts'
import { isPodReady } from '../pods.ts'
import { revisionLabel, templateOf } from '../controller-revisions.ts'
import type { ControllerRevision } from '../controller-revisions.ts'
import { podFromTemplate } from '../owners.ts'
import type { StatefulSet } from './types.ts'

const podNameLabel = 'statefulset.kubernetes.io/pod-name'
const podIndexLabel = 'apps.kubernetes.io/pod-index'
const int32Max = 2147483647

/** The set's name and the ordinal in a pod's name; an ordinal of -1 when there is none. */
function parentAndOrdinal(name: string): { readonly parent: string; readonly ordinal: number } {
  const match = /^(.*)-([0-9]+)$/s.exec(name)
  if (match === null) return { parent: '', ordinal: -1 }
  const ordinal = Number(match[2])
  return { parent: match[1]!, ordinal: ordinal > int32Max ? -1 : ordinal }
}

/** The ordinal in a pod's name; -1 when it has none. */
export function ordinalOf(pod: Pod): number {
  return parentAndOrdinal(pod.metadata.name!).ordinal
}

/** Whether a pod's name is one of the set's. */
export function isMemberOf(set: StatefulSet, pod: Pod): boolean {
  return parentAndOrdinal(pod.metadata.name!).parent === set.metadata.name
}

/** The lowest ordinal of a set's pods. */
export function startOrdinal({ spec }: StatefulSet): number {
  return spec.ordinals?.start ?? 0
}

/** Whether the set wants a pod of this ordinal. */
export function isInRange(set: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(pod)
  return ordinal >= startOrdinal(set) && ordinal < startOrdinal(set) + set.spec.replicas!
}

/** The name of a pod's claim. */
export function claimName(set: StatefulSet, template: PersistentVolumeClaim, ordinal: number): string {
  return `${template.metadata.name!}-${set.metadata.name!}-${ordinal}`
}

/** Whether the pod carries its own name as label. */
export function hasIdentity(pod: Pod): boolean {
  return pod.metadata.labels?.[podNameLabel] === pod.metadata.name
}

/** The labels of a pod that name it. */
export function identityLabels(pod: Pod): { readonly [label: string]: string } {
  return { [podNameLabel]: pod.metadata.name!, [podIndexLabel]: `${ordinalOf(pod)}` }
}

/** Whether the pod mounts the set's claims. */
export function hasStorage(set: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(pod)
  return (set.spec.volumeClaimTemplates ?? []).every((template) => {
    const volume = pod.spec.volumes?.find(({ name }) => name === template.metadata.name)
    return volume?.persistentVolumeClaim?.claimName === claimName(set, template, ordinal)
  })
}

/** A volume for each claim, then the template's other volumes. */
export function volumesWithClaims(set: StatefulSet, volumes: readonly Volume[] | undefined, ordinal: number): Volume[] {
  const templates = set.spec.volumeClaimTemplates ?? []
  const claimed = templates.map((template): Volume => ({ name: template.metadata.name!, persistentVolumeClaim: { claimName: claimName(set, template, ordinal) } }))
  const others = (volumes ?? []).filter(({ name }) => !templates.some((template) => template.metadata.name === name))
  return [...claimed, ...others]
}

/** The revision that a pod is of. */
export function podRevision(pod: Pod): string {
  return pod.metadata.labels?.[revisionLabel] ?? ''
}

function podOfRevision(set: StatefulSet, revision: ControllerRevision, ordinal: number): Pod {
  const pod = podFromTemplate(templateOf(revision), set)
  const name = `${set.metadata.name!}-${ordinal}`
  const volumes = volumesWithClaims(set, pod.spec.volumes, ordinal)
  const { serviceName } = set.spec
  return {
    ...pod,
    metadata: { ...pod.metadata, name, labels: { ...pod.metadata.labels, [podNameLabel]: name, [podIndexLabel]: `${ordinal}`, [revisionLabel]: revision.metadata.name! } },
    spec: { ...pod.spec, hostname: name, ...(serviceName === undefined || serviceName === '' ? {} : { subdomain: serviceName }), ...(volumes.length === 0 ? {} : { volumes }) },
  }
}

/** A pod that is not yet made: below the partition of the current revision, else of the new one. */
export function newPod(set: StatefulSet, current: ControllerRevision, update: ControllerRevision, ordinal: number): Pod {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {}
  const kept = rollingUpdate !== undefined ? rollingUpdate.partition ?? 0 : type === 'RollingUpdate' ? set.status?.currentReplicas ?? 0 : 0
  return podOfRevision(set, ordinal < startOrdinal(set) + kept ? current : update, ordinal)
}

/** A pod that exists has a phase. */
export function isCreated(pod: Pod): boolean {
  return pod.status?.phase !== undefined
}

/** Running with condition Ready. */
export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isPodReady(pod)
}

/** True from the deletion request on, while the pod still runs out its grace period. */
export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined
}

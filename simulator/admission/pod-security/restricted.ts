/** The checks that the restricted level adds. Models pod-security-admission/policy (v1.35). */

import { findProcMount, findSeccompProfile } from './baseline.ts'
import { badSetters, containersOf, containersText, joinQuoted, namesWhere, plural, sortedSet } from './check.ts'
import type { Check, CheckedContainer, CheckedPod, Finding } from './check.ts'

const allowedVolumes = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret']

function privilegeEscalation(pod: CheckedPod): Finding | undefined {
  const names = namesWhere(pod, (container) => container.securityContext?.allowPrivilegeEscalation !== false)
  return names.length === 0 ? undefined : { reason: 'allowPrivilegeEscalation != false', detail: `${containersText(names)} must set securityContext.allowPrivilegeEscalation=false` }
}

function capabilities(pod: CheckedPod): Finding | undefined {
  const added = (container: CheckedContainer): string[] => (container.securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE')
  const missing = namesWhere(pod, (container) => container.securityContext?.capabilities?.drop?.includes('ALL') !== true)
  const adding = namesWhere(pod, (container) => added(container).length > 0)
  const details = [
    missing.length === 0 ? '' : `${containersText(missing)} must set securityContext.capabilities.drop=["ALL"]`,
    adding.length === 0 ? '' : `${containersText(adding)} must not include ${joinQuoted(sortedSet(containersOf(pod).flatMap(added)))} in securityContext.capabilities.add`,
  ].filter((text) => text !== '')
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') }
}

function restrictedVolumes({ spec }: CheckedPod): Finding | undefined {
  const bad = (spec.volumes ?? []).filter((volume) => !allowedVolumes.some((type) => volume[type] !== undefined))
  if (bad.length === 0) return undefined
  const types = sortedSet(bad.map((volume) => Object.keys(volume).find((field) => field !== 'name' && volume[field] !== undefined) ?? 'unknown'))
  return { reason: 'restricted volume types', detail: `${plural('volume', 'volumes', bad.length)} ${joinQuoted(bad.map((volume) => String(volume['name'])))} ${plural('uses', 'use', bad.length)} ${plural('restricted volume type', 'restricted volume types', types.length)} ${joinQuoted(types)}` }
}

function runAsNonRoot(pod: CheckedPod): Finding | undefined {
  const ofPod = pod.spec.securityContext?.runAsNonRoot
  const explicit = namesWhere(pod, (container) => container.securityContext?.runAsNonRoot === false)
  const reason = 'runAsNonRoot != true'
  if (ofPod === false || explicit.length > 0) return { reason, detail: `${badSetters(ofPod === false, explicit)} must not set securityContext.runAsNonRoot=false` }
  const implicit = ofPod === true ? [] : namesWhere(pod, (container) => container.securityContext?.runAsNonRoot === undefined)
  return implicit.length === 0 ? undefined : { reason, detail: `pod or ${containersText(implicit)} must set securityContext.runAsNonRoot=true` }
}

function runAsUser(pod: CheckedPod): Finding | undefined {
  const isPodBad = pod.spec.securityContext?.runAsUser === 0
  const names = namesWhere(pod, (container) => container.securityContext?.runAsUser === 0)
  return isPodBad || names.length > 0 ? { reason: 'runAsUser=0', detail: `${badSetters(isPodBad, names)} must not set runAsUser=0` } : undefined
}

function seccompProfile(pod: CheckedPod): Finding | undefined {
  const bad = findSeccompProfile(pod)
  if (bad !== undefined) return bad
  const implicit = pod.spec.securityContext?.seccompProfile === undefined ? namesWhere(pod, (container) => container.securityContext?.seccompProfile === undefined) : []
  return implicit.length === 0 ? undefined : { reason: 'seccompProfile', detail: `pod or ${containersText(implicit)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"` }
}

function unlessWindows(find: Check['find']): Check['find'] {
  return (pod) => (pod.spec.os?.name === 'windows' ? undefined : find(pod))
}

function unlessOwnUsers(find: Check['find']): Check['find'] {
  return (pod) => (pod.spec.hostUsers === false ? undefined : find(pod))
}

/** In the order of their ids, older versions first. */
export const restrictedChecks: readonly Check[] = [
  { id: 'allowPrivilegeEscalation', sinceMinor: 8, find: privilegeEscalation },
  { id: 'allowPrivilegeEscalation', sinceMinor: 25, find: unlessWindows(privilegeEscalation) },
  { id: 'capabilities_restricted', sinceMinor: 22, replaces: 'capabilities_baseline', find: capabilities },
  { id: 'capabilities_restricted', sinceMinor: 25, replaces: 'capabilities_baseline', find: unlessWindows(capabilities) },
  { id: 'procMount_restricted', sinceMinor: 35, replaces: 'procMount', find: findProcMount },
  { id: 'restrictedVolumes', sinceMinor: 0, replaces: 'hostPathVolumes', find: restrictedVolumes },
  { id: 'runAsNonRoot', sinceMinor: 0, find: runAsNonRoot },
  { id: 'runAsNonRoot', sinceMinor: 35, find: unlessOwnUsers(runAsNonRoot) },
  { id: 'runAsUser', sinceMinor: 23, find: runAsUser },
  { id: 'runAsUser', sinceMinor: 35, find: unlessOwnUsers(runAsUser) },
  { id: 'seccompProfile_restricted', sinceMinor: 19, replaces: 'seccompProfile_baseline', find: seccompProfile },
  { id: 'seccompProfile_restricted', sinceMinor: 25, replaces: 'seccompProfile_baseline', find: unlessWindows(seccompProfile) },
]

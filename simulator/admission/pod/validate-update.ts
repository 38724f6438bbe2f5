/** What may change in a pod. Models pkg/apis/core/validation ValidatePodUpdate and its relatives (v1.35). */

import { checkDns1123Subdomain, checkQualifiedName, nameTexts } from '../../api/names.ts'
import type { ContainerStatus, NodeSelectorTerm, PodStatus } from '../../api/types.ts'
import { equalSemantic } from '../validation/equal.ts'
import { goDiff } from '../validation/go-diff.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { isDualStack, validateLegacyIp } from '../validation/ip.ts'
import { sortedKeys, validateImmutable, validateObjectMetaUpdate } from '../validation/meta.ts'
import type { FullContainer, FullPod, FullPodSpec } from './pod-types.ts'
import { validateTolerations } from './validate-affinity.ts'
import { validateImageSpaces } from './validate-containers.ts'
import { internalContainer, internalPodSpec } from './internal.ts'
import { validatePodMetadataAndSpec } from './validate-spec.ts'

const mirrorKey = 'kubernetes.io/config.mirror'
const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/'
const mutableFieldsText = 'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

function validateAnnotationUpdates(pod: FullPod, old: FullPod, errors: ErrorList): void {
  const now = pod.metadata.annotations ?? {}
  const before = old.metadata.annotations ?? {}
  for (const key of sortedKeys(before)) {
    if (now[key] === before[key]) continue
    if (key.startsWith(appArmorPrefix)) errors.forbidden(`metadata.annotations[${key}]`, 'may not remove or update AppArmor annotations')
    if (key === mirrorKey) errors.forbidden(`metadata.annotations[${key}]`, 'may not remove or update mirror pod annotation')
  }
  for (const key of sortedKeys(now)) {
    if (before[key] !== undefined) continue
    if (key.startsWith(appArmorPrefix)) errors.forbidden(`metadata.annotations[${key}]`, 'may not add AppArmor annotations')
    if (key === mirrorKey) errors.forbidden(`metadata.annotations[${key}]`, 'may not add mirror pod annotation')
  }
}

/** False when the number of containers changed, which ends validation. */
function validateContainerUpdates(containers: readonly FullContainer[] = [], old: readonly FullContainer[] = [], path: string, errors: ErrorList): boolean {
  if (containers.length !== old.length) {
    errors.forbidden(path, 'pod updates may not add or remove containers')
    return false
  }
  containers.forEach((container, index) => {
    if (!container.image) errors.required(`${path}[${index}].image`)
    validateImageSpaces(container, `${path}[${index}]`, errors)
  })
  return true
}

function validateDeadline(deadline: number | undefined, old: number | undefined, path: string, errors: ErrorList): void {
  if (deadline === undefined) {
    if (old !== undefined) errors.invalid(path, null, 'must not update from a positive integer to nil value')
    return
  }
  if (deadline < 0 || deadline > 2147483647) errors.invalid(path, deadline, nameTexts.between(0, 2147483647))
  else if (old !== undefined && old < deadline) errors.invalid(path, deadline, 'must be less than or equal to previous value')
}

function validateTolerationUpdates(spec: FullPodSpec, old: FullPodSpec, errors: ErrorList): void {
  const without = (toleration: object): object => ({ ...toleration, tolerationSeconds: undefined })
  for (const before of old.tolerations ?? []) {
    const isKept = spec.tolerations?.some((toleration) => equalSemantic(without(toleration), without(before))) ?? false
    if (!isKept) errors.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')
  }
  validateTolerations(spec.tolerations, 'spec.tolerations', errors)
}

function validateGateUpdates(spec: FullPodSpec, old: FullPodSpec, errors: ErrorList): void {
  const before = (old.schedulingGates ?? []).map((gate) => gate.name)
  spec.schedulingGates?.forEach((gate, index) => {
    if (!before.includes(gate.name)) errors.forbidden(`spec.schedulingGates[${index}].name`, `only deletion is allowed, but found new scheduling gate '${gate.name}'`)
  })
}

function startsWith<T>(list: readonly T[] = [], beginning: readonly T[] = []): boolean {
  return list.length >= beginning.length && equalSemantic(list.slice(0, beginning.length), beginning)
}

function hasOnlyAdditions(term: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const isEmpty = (old.matchExpressions ?? []).length === 0 && (old.matchFields ?? []).length === 0
  if (isEmpty && ((term.matchExpressions ?? []).length > 0 || (term.matchFields ?? []).length > 0)) return false
  return startsWith(term.matchExpressions, old.matchExpressions) && startsWith(term.matchFields, old.matchFields)
}

/** While a pod is held by gates, its node selector and affinity may become stricter. Gives the spec as if that were unchanged. */
function validateGatedUpdates(spec: FullPodSpec, old: FullPodSpec, errors: ErrorList): FullPodSpec {
  for (const key of sortedKeys(old.nodeSelector)) {
    if (spec.nodeSelector?.[key] !== old.nodeSelector![key]) errors.invalid('spec.nodeSelector', spec.nodeSelector ?? {}, 'only additions to spec.nodeSelector are allowed (no mutations or deletions)')
  }
  const path = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms'
  const oldTerms = old.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  if (oldTerms !== undefined && !equalSemantic(spec.affinity?.nodeAffinity, old.affinity?.nodeAffinity)) {
    if (oldTerms.length > 0 && oldTerms.length !== terms.length) errors.invalid(path, terms, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')
    else oldTerms.forEach((term, index) => { if (!hasOnlyAdditions(terms[index] ?? {}, term)) errors.invalid(`${path}[${index}]`, terms[index], 'only additions are allowed (no mutations or deletions)') })
  }
  return { ...spec, nodeSelector: old.nodeSelector, affinity: withOldNodeAffinity(spec.affinity, old.affinity) }
}

function withOldNodeAffinity(affinity: FullPodSpec['affinity'], old: FullPodSpec['affinity']): FullPodSpec['affinity'] {
  const before = old?.nodeAffinity
  if (equalSemantic(affinity?.nodeAffinity, before)) return affinity
  if (affinity === undefined) return { nodeAffinity: before }
  const hasOthers = affinity.podAffinity !== undefined || affinity.podAntiAffinity !== undefined
  return old === undefined && !hasOthers ? undefined : { ...affinity, nodeAffinity: before }
}

/** The spec with all that may change put back. */
function withoutMutable(spec: FullPodSpec, old: FullPodSpec): FullPodSpec {
  const withImages = (containers: FullContainer[] | undefined, before: readonly FullContainer[] | undefined): FullContainer[] | undefined => containers?.map((container, index) => ({ ...container, image: before?.[index]?.image ?? '' }))
  const grace = (old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1 ? old.terminationGracePeriodSeconds : spec.terminationGracePeriodSeconds
  return {
    ...spec, containers: withImages(spec.containers, old.containers), initContainers: withImages(spec.initContainers, old.initContainers), activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates, tolerations: old.tolerations, terminationGracePeriodSeconds: grace,
  }
}

/** Validates a changed pod: little may change. */
export function validatePodUpdate(pod: FullPod, old: FullPod, errors: ErrorList): void {
  validateObjectMetaUpdate(pod.metadata, old.metadata, errors)
  validatePodMetadataAndSpec(pod, errors)
  validateAnnotationUpdates(pod, old, errors)
  if (!validateContainerUpdates(pod.spec.containers, old.spec.containers, 'spec.containers', errors)) return
  if (!validateContainerUpdates(pod.spec.initContainers, old.spec.initContainers, 'spec.initContainers', errors)) return
  validateDeadline(pod.spec.activeDeadlineSeconds, old.spec.activeDeadlineSeconds, 'spec.activeDeadlineSeconds', errors)
  validateTolerationUpdates(pod.spec, old.spec, errors)
  validateGateUpdates(pod.spec, old.spec, errors)
  if (equalSemantic(pod.spec, old.spec)) return
  const munged = withoutMutable(pod.spec, old.spec)
  const compared = (old.spec.schedulingGates ?? []).length > 0 ? validateGatedUpdates(munged, old.spec, errors) : munged
  if (!equalSemantic(compared, old.spec)) errors.forbidden('spec', `${mutableFieldsText}\n${goDiff(internalPodSpec(old.spec), internalPodSpec(compared))}`)
}

type Statuses = readonly ContainerStatus[] | undefined

/** A container that ended stays so, unless its restart policy starts it again. */
function validateTransitions(now: Statuses, before: Statuses, spec: FullPodSpec, canRestart: boolean, path: string, errors: ErrorList): void {
  if (canRestart && spec.restartPolicy === 'Always') return
  before?.forEach((old, index) => {
    const ended = old.state?.terminated
    if (ended === undefined) return
    const container = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].find((each) => each.name === old.name)
    const policy = container?.restartPolicy ?? spec.restartPolicy
    if (canRestart && (policy === 'Always' || (policy === 'OnFailure' && ended.exitCode !== 0) || container?.restartPolicyRules !== undefined)) return
    const current = now?.find((status) => status.name === old.name)
    if (current !== undefined && current.state?.terminated === undefined) errors.forbidden(`${path}[${index}].state`, 'may not be transitioned to non-terminated state')
  })
}

function validatePodAddresses(status: PodStatus, errors: ErrorList): void {
  const ips = (status.podIPs ?? []).map((entry) => entry.ip)
  ips.forEach((ip, index) => validateLegacyIp(ip ?? '', `status.podIPs[${index}]`, errors))
  if (ips.length > 1 && (ips.length > 2 || !isDualStack(ips))) errors.invalid('status.podIPs', ips.map((IP) => ({ IP })), 'may specify no more than one IP for each IP family')
  const hosts = (status.hostIPs ?? []).map((entry) => entry.ip)
  if (hosts.length === 0) return
  if (status.hostIP !== hosts[0]) errors.invalid('status.hostIPs[0].ip', hosts[0], 'must be equal to `hostIP`')
  hosts.forEach((ip, index) => validateLegacyIp(ip ?? '', `status.hostIPs[${index}]`, errors))
  if (hosts.length > 1 && (hosts.length > 2 || !isDualStack(hosts))) errors.invalid('status.hostIPs', hosts.map((IP) => ({ IP })), 'may specify no more than one IP for each IP family')
}

/** Validates a changed status. */
export function validatePodStatusUpdate(pod: FullPod, old: FullPod, errors: ErrorList): void {
  validateObjectMetaUpdate(pod.metadata, old.metadata, errors)
  validateAnnotationUpdates(pod, old, errors)
  const status = (pod.status ?? {}) as PodStatus
  const before = (old.status ?? {}) as PodStatus
  status.conditions?.forEach((condition, index) => {
    if ((condition.observedGeneration ?? 0) < 0) errors.invalid(`status.conditions[${index}].observedGeneration`, condition.observedGeneration, 'must be a non-negative integer')
    if (!['PodScheduled', 'Ready', 'Initialized'].includes(condition.type)) errors.invalidEach(`status.conditions[${index}].Type`, condition.type ?? '', checkQualifiedName(condition.type ?? ''))
  })
  const nominated = status.nominatedNodeName
  if (nominated && nominated !== before.nominatedNodeName) {
    errors.invalidEach('status.nominatedNodeName', nominated, checkDns1123Subdomain(nominated))
    if (old.spec.nodeName) errors.forbidden('status.nominatedNodeName', 'may not be set on pods that are already bound to a node')
  }
  if ((status.observedGeneration ?? 0) < 0) errors.invalid('status.observedGeneration', status.observedGeneration, 'must be a non-negative integer')
  validateImmutable(status.qosClass ?? '', before.qosClass ?? '', 'status.qosClass', errors)
  validateTransitions(status.containerStatuses, before.containerStatuses, old.spec, true, 'status.containerStatuses', errors)
  validateTransitions(status.initContainerStatuses, before.initContainerStatuses, old.spec, true, 'status.initContainerStatuses', errors)
  validateTransitions(status.ephemeralContainerStatuses, before.ephemeralContainerStatuses, old.spec, false, 'status.ephemeralContainerStatuses', errors)
  validatePodAddresses(status, errors)
}

/** Validates added ephemeral containers. */
export function validatePodEphemeralUpdate(pod: FullPod, old: FullPod, errors: ErrorList): void {
  validateObjectMetaUpdate(pod.metadata, old.metadata, errors)
  validatePodMetadataAndSpec(pod, errors)
  validateAnnotationUpdates(pod, old, errors)
  if (old.metadata.annotations?.[mirrorKey] !== undefined) return errors.forbidden('', 'static pods do not support ephemeral containers')
  for (const before of old.spec.ephemeralContainers ?? []) {
    const now = pod.spec.ephemeralContainers?.find((container) => container.name === before.name)
    if (now === undefined) errors.forbidden('spec.ephemeralContainers', `existing ephemeral containers "${before.name}" may not be removed\n`)
    else if (!equalSemantic(now, before)) errors.forbidden('spec.ephemeralContainers', `existing ephemeral containers "${before.name}" may not be changed\n${goDiff(internalContainer(before), internalContainer(now))}`)
  }
}

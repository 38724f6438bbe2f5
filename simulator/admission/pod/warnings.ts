/** Warnings about pods and pod templates. Models pkg/api/pod/warnings.go (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import { checkLabelValue } from '../../api/names.ts'
import type { ContainerPort, ObjectMeta, PodAffinity, StringMap } from '../../api/types.ts'
import { warningsForIp } from '../validation/ip.ts'
import { sortedKeys } from '../validation/meta.ts'
import { isWholeQuantity } from '../validation/resources.ts'
import { equalSemantic } from '../validation/equal.ts'
import { appArmorPrefix, appArmorProfileOf } from './app-armor.ts'
import type { FullContainer, FullPodSpec, FullVolume } from './pod-types.ts'
import { visitContainers } from './pod-types.ts'
import { warningsForClaimSpec } from './validate-claim.ts'
import { containerSeccompPrefix, podSeccompKey } from './validate-security.ts'
import { overlappingPathWarnings } from './virtual-paths.ts'

const deprecatedLabels: { readonly [label: string]: string } = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
}
const deprecatedAnnotations: { readonly [annotation: string]: string } = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
}
const deprecatedVolumes: readonly (readonly [string, string, string])[] = [
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'], ['gitRepo', 'gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'], ['flocker', 'flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'], ['quobyte', 'quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'], ['ephemeral', '', ''],
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'], ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
]
const nullSelector = 'a null labelSelector results in matching no pod'

/** A warning about a label that has a new name, if the label has one. */
export function deprecatedLabelMessage(label: string): string | undefined {
  return Object.hasOwn(deprecatedLabels, label) ? deprecatedLabels[label] : undefined
}

function volumeWarnings(volume: FullVolume, path: string): string[] {
  return deprecatedVolumes.flatMap(([field, name, message]) => {
    if (volume[field] === undefined) return []
    if (field !== 'ephemeral') return [`${path}.${name}: ${message}`]
    const spec = volume.ephemeral?.volumeClaimTemplate?.spec
    return spec === undefined ? [] : warningsForClaimSpec(spec, `${path}.ephemeral.volumeClaimTemplate.spec`)
  })
}

function fractionWarning(list: { readonly [resource: string]: string } | undefined, resource: string, path: string): string[] {
  const value = list?.[resource]
  return value === undefined || isWholeQuantity(value) ? [] : [`${path}[${resource}]: fractional byte value ${goQuote(value)} is invalid, must be an integer`]
}

function envWarnings(container: FullContainer, path: string): string[] {
  const seen = new Set<string>()
  return (container.env ?? []).flatMap((env, index) => {
    const name = env.name ?? ''
    const isRepeated = seen.has(name)
    seen.add(name)
    const reference = `$(${name})`
    const isExtended = env.valueFrom === undefined && env.value !== reference && (env.value ?? '').includes(reference)
    return isRepeated && !isExtended ? [`${path}.env[${index}]: hides previous definition of ${goQuote(name)}, which may be dropped when using apply`] : []
  })
}

function seccompWarning(key: string, prefix: string): string {
  return `${prefix}metadata.annotations[${key}]: non-functional in v1.27+; use the "seccompProfile" field instead`
}

/** Profiles in annotations that have fields of their own now. Pods tell of AppArmor when its annotation is copied. */
function annotationWarnings(container: FullContainer, spec: FullPodSpec, annotations: StringMap, prefix: string): string[] {
  const warnings: string[] = []
  const seccompKey = `${containerSeccompPrefix}${container.name ?? ''}`
  if (annotations[seccompKey] !== undefined && container.securityContext?.seccompProfile === undefined) warnings.push(seccompWarning(seccompKey, prefix))
  const key = `${appArmorPrefix}${container.name ?? ''}`
  const annotation = annotations[key]
  if (prefix === '' || annotation === undefined || container.securityContext?.appArmorProfile !== undefined) return warnings
  const ofPod = spec.securityContext?.appArmorProfile
  if (ofPod === undefined || !equalSemantic(ofPod, appArmorProfileOf(annotation))) warnings.push(`${prefix}metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`)
  return warnings
}

/** A port as Go's %+v prints it. */
function goPort({ name = '', hostPort = 0, containerPort, protocol = '' as never, hostIP = '' }: ContainerPort): string {
  return `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort ?? 0} Protocol:${protocol} HostIP:${hostIP}}`
}

function containerWarnings(container: FullContainer, path: string): string[] {
  const warnings: string[] = []
  for (const resource of ['memory', 'ephemeral-storage']) {
    for (const side of ['limits', 'requests'] as const) warnings.push(...fractionWarning(container.resources?.[side], resource, `${path}.resources.${side}`))
  }
  return [...warnings, ...envWarnings(container, path)]
}

function overlapWarning(port: ContainerPort, other: { path: string; port: ContainerPort }, path: string): string[] {
  const [hostIP, otherIP] = [port.hostIP ?? '', other.port.hostIP ?? '']
  const [hostPort, otherPort] = [port.hostPort ?? 0, other.port.hostPort ?? 0]
  if (hostIP === otherIP && hostPort === otherPort) return [`${path}: duplicate port definition with ${other.path}`]
  if (hostPort === 0 || otherPort === 0) return [`${path}: overlapping port definition with ${other.path}`]
  return hostPort === otherPort && (hostIP === '') !== (otherIP === '') ? [`${path}: dangerously ambiguous port definition with ${other.path}`] : []
}

function portWarnings(spec: FullPodSpec, path: string): string[] {
  const warnings: string[] = []
  const byNumber = new Map<string, { path: string; port: ContainerPort }[]>()
  visitContainers(spec, path, (container, at) => container.ports?.forEach((port, index) => {
    const portPath = `${at}.ports[${index}]`
    if (port.hostIP && !port.hostPort) warnings.push(`${portPath}: hostIP set without hostPort: ${goPort(port)}`)
    const key = `${port.containerPort}/${port.protocol}`
    const others = byNumber.get(key) ?? []
    for (const other of others) warnings.push(...overlapWarning(port, other, portPath))
    byNumber.set(key, [...others, { path: portPath, port }])
  }))
  const byName = new Map<string, string>()
  visitContainers(spec, path, (container, at) => container.ports?.forEach((port, index) => {
    if (!port.name) return
    const other = byName.get(port.name)
    if (other === undefined) byName.set(port.name, `${at}.ports[${index}]`)
    else warnings.push(`${at}.ports[${index}]: duplicate port name ${goQuote(port.name)} with ${other}, services and probes that select ports by name will use ${other}`)
  }))
  return warnings
}

function podAffinityWarnings(affinity: PodAffinity | undefined, path: string): string[] {
  const required = (affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((term, index) =>
    term.labelSelector === undefined ? [`${path}.requiredDuringSchedulingIgnoredDuringExecution[${index}].labelSelector: ${nullSelector}`] : [])
  const preferred = (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((weighted, index) =>
    weighted.podAffinityTerm?.labelSelector === undefined ? [`${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}].podAffinityTerm.labelSelector: ${nullSelector}`] : [])
  return [...required, ...preferred]
}

type Term = { readonly matchExpressions?: readonly { key: string; values?: readonly string[] }[] } | undefined

function termWarnings(term: Term, checkValues: boolean, path: string): string[] {
  return (term?.matchExpressions ?? []).flatMap((expression, index) => {
    const message = deprecatedLabelMessage(expression.key)
    const keys = message === undefined ? [] : [`${path}.matchExpressions[${index}].key: ${expression.key} is ${message}`]
    const values = checkValues ? (expression.values ?? []).flatMap((value, valueIndex) => checkLabelValue(value).map((text) => `${path}.matchExpressions[${index}].values[${valueIndex}]: ${value} is invalid, ${text}`)) : []
    return [...keys, ...values]
  })
}

function nodeAffinityWarnings(spec: FullPodSpec, path: string): string[] {
  const node = spec.affinity?.nodeAffinity
  const required = node?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  return [
    ...required.flatMap((term, index) => termWarnings(term, false, `${path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`)),
    ...(node?.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((weighted, index) => termWarnings(weighted.preference, true, `${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference`)),
  ]
}

function listWarnings(spec: FullPodSpec, path: string): string[] {
  const warnings: string[] = []
  const ips = new Set<string>()
  spec.hostAliases?.forEach(({ ip = '' }, index) => {
    if (ips.has(ip)) warnings.push(`${path}.hostAliases[${index}].ip: duplicate ip ${goQuote(ip)}`)
    ips.add(ip)
  })
  const names = new Set<string>()
  spec.imagePullSecrets?.forEach(({ name = '' }, index) => {
    if (names.has(name)) warnings.push(`${path}.imagePullSecrets[${index}].name: duplicate name ${goQuote(name)}`)
    names.add(name)
  })
  spec.imagePullSecrets?.forEach(({ name = '' }, index) => { if (name === '') warnings.push(`${path}.imagePullSecrets[${index}].name: invalid empty name ""`) })
  return warnings
}

/**
 * Warnings about a pod's or a template's spec and metadata.
 * @param prefix '' for a pod, 'spec.template.' and the like for a template
 */
export function podWarnings(spec: FullPodSpec, meta: ObjectMeta | undefined, prefix: string): string[] {
  const path = `${prefix}spec`
  const warnings: string[] = []
  for (const label of sortedKeys(spec.nodeSelector)) {
    const message = deprecatedLabelMessage(label)
    if (message !== undefined) warnings.push(`${path}.nodeSelector[${label}]: ${message}`)
  }
  warnings.push(...nodeAffinityWarnings(spec, `${path}.affinity.nodeAffinity`))
  spec.topologySpreadConstraints?.forEach((constraint, index) => {
    const at = `${path}.topologySpreadConstraints[${index}]`
    const message = deprecatedLabelMessage(constraint.topologyKey)
    if (message !== undefined) warnings.push(`${at}.topologyKey: ${constraint.topologyKey} is ${message}`)
    if (constraint.labelSelector === undefined) warnings.push(`${at}.labelSelector: ${nullSelector}`)
  })
  for (const key of Object.keys(deprecatedAnnotations)) if (meta?.annotations?.[key] !== undefined) warnings.push(`${prefix}metadata.annotations[${key}]: ${deprecatedAnnotations[key]}`)
  spec.volumes?.forEach((volume, index) => warnings.push(...volumeWarnings(volume, `${path}.volumes[${index}]`)))
  warnings.push(...overlappingPathWarnings(spec.volumes), ...listWarnings(spec, path))
  for (const resource of ['memory', 'ephemeral-storage']) warnings.push(...fractionWarning(spec.overhead, resource, `${path}.overhead`))
  if (meta?.annotations?.[podSeccompKey] !== undefined && spec.securityContext?.seccompProfile === undefined) warnings.push(seccompWarning(podSeccompKey, prefix))
  visitContainers(spec, path, (container, at) => warnings.push(...annotationWarnings(container, spec, meta?.annotations ?? {}, prefix), ...containerWarnings(container, at)))
  warnings.push(...portWarnings(spec, path))
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) warnings.push(`${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`)
  warnings.push(...podAffinityWarnings(spec.affinity?.podAffinity, `${path}.affinity.podAffinity`), ...podAffinityWarnings(spec.affinity?.podAntiAffinity, `${path}.affinity.podAntiAffinity`))
  spec.dnsConfig?.nameservers?.forEach((address, index) => warnings.push(...warningsForIp(address, `${path}.dnsConfig.nameservers[${index}]`)))
  spec.hostAliases?.forEach((alias, index) => warnings.push(...warningsForIp(alias.ip ?? '', `${path}.hostAliases[${index}].ip`)))
  return warnings
}

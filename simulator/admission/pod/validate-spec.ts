/** Validation of pod specs, pods and pod templates. Models pkg/apis/core/validation (v1.35). */

import { utf8Length } from '../../api/go-text.ts'
import { checkDns1123Label, checkDns1123Subdomain, checkQualifiedName, nameTexts } from '../../api/names.ts'
import type { ObjectMeta, StringMap } from '../../api/types.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateLegacyIp } from '../validation/ip.ts'
import { nameIsDnsSubdomain, validateAnnotations, validateLabels, validateObjectMeta } from '../validation/meta.ts'
import type { FullPod, FullPodSpec, FullPodTemplate, PodResourceClaim } from './pod-types.ts'
import { visitContainers } from './pod-types.ts'
import { validateAffinity, validateTolerations, validateTopologySpread } from './validate-affinity.ts'
import type { ContainerContext } from './validate-containers.ts'
import { validateContainers, validateEphemeralContainers, validateImageSpaces, validateInitContainers } from './validate-containers.ts'
import { validateOverhead, validatePodResources } from './validate-resources.ts'
import { validatePodSecurity, validateSecurityAnnotations, validateSecurityMatch } from './validate-security.ts'
import { validateVolumes } from './validate-volumes.ts'

const mirrorKey = 'kubernetes.io/config.mirror'
const deletionCostKey = 'controller.kubernetes.io/pod-deletion-cost'
const restartPolicies = ['Always', 'OnFailure', 'Never']
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']
const preemptionPolicies = ['PreemptLowerPriority', 'Never']
const underscoreSubdomain = /^_?[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?(?:\._?[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?)*$/
const underscoreText = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')"

function validateClaim(claim: PodResourceClaim, names: Set<string>, path: string, errors: ErrorList): void {
  const { name = '', resourceClaimName, resourceClaimTemplateName } = claim
  if (name === '') errors.required(`${path}.name`)
  else if (names.has(name)) errors.duplicate(`${path}.name`, name)
  else errors.invalidEach(`${path}.name`, name, checkDns1123Label(name))
  names.add(name)
  const shown = { Name: name, ResourceClaimName: resourceClaimName ?? null, ResourceClaimTemplateName: resourceClaimTemplateName ?? null }
  if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) errors.invalid(path, shown, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified')
  if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) errors.invalid(path, shown, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`')
  if (resourceClaimName !== undefined) errors.invalidEach(`${path}.resourceClaimName`, resourceClaimName, checkDns1123Subdomain(resourceClaimName))
  if (resourceClaimTemplateName !== undefined) errors.invalidEach(`${path}.resourceClaimTemplateName`, resourceClaimTemplateName, checkDns1123Subdomain(resourceClaimTemplateName))
}

function validateHostNetwork(spec: FullPodSpec, isPod: boolean, path: string, errors: ErrorList): void {
  if (spec.hostNetwork !== true) return
  spec.containers?.forEach((container, index) => container.ports?.forEach((port, portIndex) => {
    const hostPort = port.hostPort ?? 0
    if ((isPod || hostPort !== 0) && hostPort !== (port.containerPort ?? 0)) {
      errors.invalid(`${path}.containers[${index}].ports[${portIndex}].hostPort`, hostPort, 'must match `containerPort` when `hostNetwork` is true')
    }
  }))
}

function validateDns(spec: FullPodSpec, path: string, errors: ErrorList): void {
  const config = spec.dnsConfig
  if (spec.dnsPolicy === 'None') {
    if (config === undefined) return errors.required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')
    if ((config.nameservers ?? []).length === 0) return errors.required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')
  }
  if (config === undefined) return
  const { nameservers = [], searches = [] } = config
  if (nameservers.length > 3) errors.invalid(`${path}.nameservers`, nameservers, 'must not have more than 3 nameservers')
  nameservers.forEach((address, index) => validateLegacyIp(address, `${path}.nameservers[${index}]`, errors))
  if (searches.length > 32) errors.invalid(`${path}.searches`, searches, 'must not have more than 32 search paths')
  if (utf8Length(searches.join(' ')) > 2048) errors.invalid(`${path}.searches`, searches, 'must not have more than 2048 characters (including spaces) in the search list')
  searches.forEach((search, index) => {
    if (search === '.') return
    const name = search.replace(/\.$/, '')
    if (utf8Length(name) > 253) errors.invalid(`${path}.searches[${index}]`, name, nameTexts.maxLength(253))
    if (!underscoreSubdomain.test(name)) errors.invalid(`${path}.searches[${index}]`, name, underscoreText)
  })
  config.options?.forEach((option, index) => { if (!option.name) errors.required(`${path}.options[${index}]`, 'must not be empty') })
}

function validateSchedulingGates(spec: FullPodSpec, path: string, errors: ErrorList): void {
  const seen = new Set<string>()
  spec.schedulingGates?.forEach(({ name = '' }, index) => {
    errors.invalidEach(`${path}[${index}]`, name, checkQualifiedName(name))
    if (seen.has(name)) errors.duplicate(`${path}[${index}]`, name)
    seen.add(name)
  })
}

function validateHostUsers(spec: FullPodSpec, path: string, errors: ErrorList): void {
  if (spec.hostUsers !== false) return
  const text = 'when `hostUsers` is false'
  if (spec.hostNetwork) errors.forbidden(`${path}.hostNetwork`, text)
  if (spec.hostPID) errors.forbidden(`${path}.HostPID`, text)
  if (spec.hostIPC) errors.forbidden(`${path}.HostIPC`, text)
  visitContainers(spec, path, (container, at) => { if ((container.volumeDevices ?? []).length > 0) errors.forbidden(`${at}.volumeDevices`, text) })
}

function validateHostnameOverride(spec: FullPodSpec, path: string, errors: ErrorList): void {
  const override = spec.hostnameOverride
  if (override === undefined) return
  if (spec.setHostnameAsFQDN === true) errors.forbidden(path, 'may not be specified when setHostnameAsFQDN is true')
  if (spec.hostNetwork === true) errors.forbidden(path, 'may not be specified when hostNetwork is true')
  if (utf8Length(override) > 64) errors.tooLong(path, 64)
  errors.invalidEach(path, override, checkDns1123Subdomain(override))
}

/** Names of other objects in the spec. */
function validateNames(spec: FullPodSpec, path: string, errors: ErrorList): void {
  const check = (field: 'serviceAccountName' | 'nodeName', value: string | undefined): void => { if (value) errors.invalidEach(`${path}.${field}`, value, checkDns1123Subdomain(value)) }
  check('serviceAccountName', spec.serviceAccountName)
  check('nodeName', spec.nodeName)
  const deadline = spec.activeDeadlineSeconds
  if (deadline !== undefined && (deadline < 1 || deadline > 2147483647)) errors.invalid(`${path}.activeDeadlineSeconds`, deadline, nameTexts.between(1, 2147483647))
  if (spec.hostname) errors.invalidEach(`${path}.hostname`, spec.hostname, checkDns1123Label(spec.hostname))
  if (spec.subdomain) errors.invalidEach(`${path}.subdomain`, spec.subdomain, checkDns1123Label(spec.subdomain))
}

function validateHostAliases(spec: FullPodSpec, path: string, errors: ErrorList): void {
  spec.hostAliases?.forEach((alias, index) => {
    validateLegacyIp(alias.ip ?? '', `${path}[${index}].ip`, errors)
    alias.hostnames?.forEach((name, nameIndex) => errors.invalidEach(`${path}[${index}].hostnames[${nameIndex}]`, name, checkDns1123Subdomain(name)))
  })
}

function validateOs(spec: FullPodSpec, path: string, errors: ErrorList): void {
  const { os } = spec
  if (os === undefined) return
  if (!os.name) return errors.required(`${path}.os.name`)
  if (os.name !== 'linux' && os.name !== 'windows') return errors.notSupported(`${path}.os`, os.name, ['linux', 'windows'])
  if (os.name === 'windows') return validateWindows(spec, path, errors)
  const text = 'windows options cannot be set for a linux pod'
  if (spec.securityContext?.windowsOptions !== undefined) errors.forbidden(`${path}.securityContext.windowsOptions`, text)
  visitContainers(spec, path, (container, at) => { if (container.securityContext?.windowsOptions !== undefined) errors.forbidden(`${at}.securityContext.windowsOptions`, text) })
}

function validateWindows(spec: FullPodSpec, path: string, errors: ErrorList): void {
  const text = 'cannot be set for a windows pod'
  const context = spec.securityContext ?? {}
  const forbid = (isSet: boolean, at: string): void => { if (isSet) errors.forbidden(at, text) }
  const own = (field: keyof typeof context): void => forbid(context[field] !== undefined, `${path}.securityContext.${field}`)
  own('appArmorProfile')
  own('seLinuxOptions')
  forbid(spec.hostUsers !== undefined, `${path}.hostUsers`)
  forbid(spec.hostPID === true, `${path}.hostPID`)
  forbid(spec.hostIPC === true, `${path}.hostIPC`)
  for (const field of ['seccompProfile', 'fsGroup', 'fsGroupChangePolicy'] as const) own(field)
  forbid((context.sysctls ?? []).length > 0, `${path}.securityContext.sysctls`)
  forbid(spec.shareProcessNamespace !== undefined, `${path}.shareProcessNamespace`)
  for (const field of ['runAsUser', 'runAsGroup', 'supplementalGroups', 'supplementalGroupsPolicy', 'seLinuxChangePolicy'] as const) own(field)
  visitContainers(spec, path, (container, at) => {
    const fields = ['appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'capabilities', 'readOnlyRootFilesystem', 'privileged', 'allowPrivilegeEscalation', 'procMount', 'runAsUser', 'runAsGroup'] as const
    for (const field of fields) forbid(container.securityContext?.[field] !== undefined, `${at}.securityContext.${field}`)
  })
}

function validateFileKeyVolumes(spec: FullPodSpec, path: string, errors: ErrorList): void {
  visitContainers(spec, path, (container, at) => container.env?.forEach((env, index) => {
    const ref = env.valueFrom?.fileKeyRef
    if (ref === undefined) return
    const volume = spec.volumes?.find((each) => each.name === ref.volumeName)
    const volumePath = `${at}.env[${index}].valueFrom.fileKeyRef.volumeName`
    if (volume === undefined) errors.notFound(volumePath, ref.volumeName ?? '')
    else if (volume.emptyDir === undefined) errors.invalid(volumePath, ref.volumeName, 'referenced volume must be of type emptyDir')
  }))
}

/**
 * Validates a pod spec.
 * @param podMeta metadata of a pod; undefined inside of a template
 */
export function validatePodSpec(spec: FullPodSpec, podMeta: ObjectMeta | undefined, isPod: boolean, path: string, errors: ErrorList): void {
  if (spec.terminationGracePeriodSeconds === undefined) errors.required(`${path}.terminationGracePeriodSeconds`)
  const volumes = validateVolumes(spec.volumes, podMeta, isPod, `${path}.volumes`, errors)
  const podClaims = (spec.resourceClaims ?? []).map((claim) => claim.name ?? '').filter((name) => name !== '')
  const claimNames = new Set<string>()
  spec.resourceClaims?.forEach((claim, index) => validateClaim(claim, claimNames, `${path}.resourceClaims[${index}]`, errors))
  const context: ContainerContext = { spec, volumes, podClaims, hostUsers: spec.hostUsers !== false }
  validateContainers(context, `${path}.containers`, errors)
  validateInitContainers(context, `${path}.initContainers`, errors)
  validateEphemeralContainers(context, `${path}.ephemeralContainers`, errors)
  validatePodResources(spec, podClaims, path, errors)
  validateHostNetwork(spec, isPod, path, errors)
  errors.oneOf(`${path}.restartPolicy`, spec.restartPolicy, restartPolicies)
  errors.oneOf(`${path}.dnsPolicy`, spec.dnsPolicy, dnsPolicies)
  validateLabels(spec.nodeSelector, `${path}.nodeSelector`, errors)
  validatePodSecurity(spec, `${path}.securityContext`, errors)
  validateAffinity(spec.affinity, `${path}.affinity`, errors)
  validateDns(spec, `${path}.dnsConfig`, errors)
  spec.readinessGates?.forEach((gate, index) => errors.invalidEach(`${path}.readinessGates[${index}].conditionType`, gate.conditionType ?? '', checkQualifiedName(gate.conditionType ?? '')))
  validateSchedulingGates(spec, `${path}.schedulingGates`, errors)
  validateTopologySpread(spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`, errors)
  validateHostUsers(spec, path, errors)
  validateHostnameOverride(spec, `${path}.hostnameOverride`, errors)
  validateNames(spec, path, errors)
  validateTolerations(spec.tolerations, `${path}.tolerations`, errors)
  validateHostAliases(spec, `${path}.hostAliases`, errors)
  if (spec.priorityClassName) errors.invalidEach(`${path}.priorityClassName`, spec.priorityClassName, checkDns1123Subdomain(spec.priorityClassName))
  if (spec.runtimeClassName !== undefined) errors.invalidEach(`${path}.runtimeClassName`, spec.runtimeClassName, checkDns1123Subdomain(spec.runtimeClassName))
  if (spec.preemptionPolicy !== undefined) errors.oneOf(`${path}.preemptionPolicy`, spec.preemptionPolicy, preemptionPolicies)
  if (spec.overhead !== undefined) validateOverhead(spec.overhead, `${path}.overhead`, errors)
  validateOs(spec, path, errors)
  validateFileKeyVolumes(spec, path, errors)
}

function validatePodAnnotations(annotations: StringMap | undefined, spec: FullPodSpec, path: string, errors: ErrorList): void {
  if (annotations === undefined) return
  if (annotations[mirrorKey] !== undefined && !spec.nodeName) errors.invalid(`${path}[${mirrorKey}]`, annotations[mirrorKey], 'must set spec.nodeName if mirror pod annotation is set')
  const cost = annotations[deletionCostKey]
  if (cost !== undefined && !(/^(?:0|-?[1-9][0-9]*)$/.test(cost) && Number(cost) >= -2147483648 && Number(cost) <= 2147483647)) {
    errors.invalid(`${path}[${deletionCostKey}]`, cost, 'must be a 32bit integer')
  }
  validateSecurityAnnotations(annotations, spec, path, errors)
}

/** What creating and updating pods check alike. */
export function validatePodMetadataAndSpec(pod: FullPod, errors: ErrorList): void {
  validateObjectMeta(pod.metadata, true, nameIsDnsSubdomain, errors)
  validatePodAnnotations(pod.metadata.annotations, pod.spec, 'metadata.annotations', errors)
  validatePodSpec(pod.spec, pod.metadata, true, 'spec', errors)
  if (!pod.spec.serviceAccountName) {
    pod.spec.volumes?.forEach((volume, index) => volume.projected?.sources?.forEach((source, sourceIndex) => {
      if (source.serviceAccountToken !== undefined) errors.forbidden(`spec.volumes[${index}].projected.sources[${sourceIndex}].serviceAccountToken`, 'must not be specified when serviceAccountName is not set')
    }))
  }
  pod.spec.containers?.forEach((container, index) => validateImageSpaces(container, `spec.containers[${index}]`, errors))
  pod.spec.initContainers?.forEach((container, index) => validateImageSpaces(container, `spec.initContainers[${index}]`, errors))
}

/** Validates a new pod. */
export function validatePodCreate(pod: FullPod, errors: ErrorList): void {
  validatePodMetadataAndSpec(pod, errors)
  if ((pod.spec.ephemeralContainers ?? []).length > 0) errors.forbidden('spec.ephemeralContainers', 'cannot be set on create')
  if (pod.spec.nodeName && (pod.spec.schedulingGates ?? []).length > 0) errors.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')
  validateSecurityMatch(pod, 'spec', errors)
}

/** Validates labels and annotations of a template. */
export function validateTemplateMetadata(template: FullPodTemplate, path: string, errors: ErrorList): void {
  validateLabels(template.metadata?.labels, `${path}.labels`, errors)
  validateAnnotations(template.metadata?.annotations, `${path}.annotations`, errors)
  validatePodAnnotations(template.metadata?.annotations, template.spec ?? {}, `${path}.annotations`, errors)
}

/** Validates the template of a workload. */
export function validatePodTemplate(template: FullPodTemplate, path: string, errors: ErrorList): void {
  const spec = template.spec ?? {}
  validateTemplateMetadata(template, path, errors)
  validatePodSpec(spec, undefined, false, `${path}.spec`, errors)
  validateSecurityMatch(template, `${path}.spec`, errors)
  if ((spec.ephemeralContainers ?? []).length > 0) errors.forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')
}

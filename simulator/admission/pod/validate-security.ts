/** Validation of security contexts of containers and pods. Models pkg/apis/core/validation (v1.35). */

import { nameTexts } from '../../api/names.ts'
import { utf8Length } from '../../api/go-text.ts'
import type { StringMap } from '../../api/types.ts'
import { internalPart } from './internal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { sortedKeys } from '../validation/meta.ts'
import type { FullPodSpec, FullPodTemplate, PodSecurityContext, SeccompProfile, SecurityContext } from './pod-types.ts'
import { visitContainers } from './pod-types.ts'
import { validateDescendingPath } from './validate-paths.ts'

const idMax = 2147483647
const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined']
const sysctlPattern = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/
const sysctlText = 'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$'
export const podSeccompKey = 'seccomp.security.alpha.kubernetes.io/pod'
export const containerSeccompPrefix = 'container.seccomp.security.alpha.kubernetes.io/'
const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/'

function validateId(id: number | undefined, path: string, errors: ErrorList): void {
  if (id !== undefined && (id < 0 || id > idMax)) errors.invalid(path, id, nameTexts.between(0, idMax))
}

function validateSeccomp(profile: SeccompProfile | undefined, path: string, errors: ErrorList): void {
  if (profile === undefined) return
  if (!profile.type) errors.required(`${path}.type`, 'type is required when seccompProfile is set')
  else if (!profileTypes.includes(profile.type)) errors.notSupported(`${path}.type`, profile.type, profileTypes)
  if (profile.type === 'Localhost') {
    if (profile.localhostProfile === undefined) errors.required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost')
    else validateDescendingPath(profile.localhostProfile, `${path}.localhostProfile`, errors)
  } else if (profile.localhostProfile !== undefined) {
    errors.invalid(`${path}.localhostProfile`, { Type: profile.type ?? '', LocalhostProfile: profile.localhostProfile }, 'can only be set when seccomp type is Localhost')
  }
}

function validateAppArmorLocalhost(profile: string | undefined, path: string, errors: ErrorList): void {
  const requiredText = 'must be set when AppArmor type is Localhost'
  if (profile === undefined) return errors.required(path, requiredText)
  if (profile.trim() !== profile) errors.invalid(path, profile, 'must not be padded with whitespace')
  else if (profile === '') errors.required(path, requiredText)
  if (utf8Length(profile) > 4095) errors.tooLong(path, 4095)
}

function validateAppArmor(profile: SeccompProfile | undefined, path: string, errors: ErrorList): void {
  if (profile === undefined) return
  if (profile.type === 'Localhost') validateAppArmorLocalhost(profile.localhostProfile, `${path}.localhostProfile`, errors)
  else if (!profile.type) errors.required(`${path}.type`, 'type is required when appArmorProfile is set')
  else if (!profileTypes.includes(profile.type)) errors.notSupported(`${path}.type`, profile.type, profileTypes)
  else if (profile.localhostProfile !== undefined) errors.invalid(`${path}.localhostProfile`, profile.localhostProfile, 'can only be set when AppArmor type is Localhost')
}

/** Validates the security context of a container. */
export function validateContainerSecurity(context: SecurityContext | undefined, path: string, hostUsers: boolean, errors: ErrorList): void {
  if (context === undefined) return
  validateId(context.runAsUser, `${path}.runAsUser`, errors)
  validateId(context.runAsGroup, `${path}.runAsGroup`, errors)
  if (context.procMount !== undefined) {
    if (!['Default', 'Unmasked'].includes(context.procMount)) errors.notSupported(`${path}.procMount`, context.procMount, ['Default', 'Unmasked'])
    if (hostUsers && context.procMount === 'Unmasked') errors.invalid(`${path}.procMount`, context.procMount, '`hostUsers` must be false to use `Unmasked`')
  }
  validateSeccomp(context.seccompProfile, `${path}.seccompProfile`, errors)
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged === true) errors.invalid(path, internalPart('SecurityContext', context), 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true')
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) errors.invalid(path, internalPart('SecurityContext', context), 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN')
  }
  validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, errors)
}

function sysctlNamespace(name: string): string {
  if (/^(kernel\.(sem|shm.*|msg.*)|fs\.mqueue\..*)$/.test(name)) return 'ipc'
  return name.startsWith('net.') ? 'net' : ''
}

function validateSysctls(spec: FullPodSpec, sysctls: NonNullable<PodSecurityContext['sysctls']>, path: string, errors: ErrorList): void {
  const names = new Set<string>()
  sysctls.forEach((sysctl, index) => {
    const name = sysctl.name ?? ''
    const at = `${path}[${index}].name`
    if (name === '') errors.required(at)
    else if (name.length > 253 || !sysctlPattern.test(name)) errors.invalid(at, name, sysctlText)
    else if (names.has(name)) errors.duplicate(at, name)
    const namespace = sysctlNamespace(name.replaceAll('/', '.'))
    if (spec.hostNetwork && namespace === 'net') errors.invalid(at, name, "may not be specified when 'hostNetwork' is true")
    else if (spec.hostIPC && namespace === 'ipc') errors.invalid(at, name, "may not be specified when 'hostIPC' is true")
    names.add(name)
  })
}

/** Validates the security context of a pod. */
export function validatePodSecurity(spec: FullPodSpec, path: string, errors: ErrorList): void {
  const context = spec.securityContext
  if (context === undefined) return
  validateId(context.fsGroup, `${path}.fsGroup`, errors)
  validateId(context.runAsUser, `${path}.runAsUser`, errors)
  validateId(context.runAsGroup, `${path}.runAsGroup`, errors)
  context.supplementalGroups?.forEach((id, index) => validateId(id, `${path}.supplementalGroups[${index}]`, errors))
  if (spec.shareProcessNamespace && spec.hostPID) errors.invalid(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled')
  validateSysctls(spec, context.sysctls ?? [], `${path}.sysctls`, errors)
  const choices: readonly (readonly [keyof PodSecurityContext, readonly string[]])[] = [['fsGroupChangePolicy', ['Always', 'OnRootMismatch']]]
  for (const [field, values] of choices) validateChoice(context[field] as string | undefined, values, `${path}.${field}`, errors)
  validateSeccomp(context.seccompProfile, `${path}.seccompProfile`, errors)
  validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, errors)
  validateChoice(context.supplementalGroupsPolicy, ['Merge', 'Strict'], `${path}.supplementalGroupsPolicy`, errors)
  validateChoice(context.seLinuxChangePolicy, ['Recursive'], `${path}.seLinuxChangePolicy`, errors)
}

function validateChoice(value: string | undefined, values: readonly string[], path: string, errors: ErrorList): void {
  if (value !== undefined && !values.includes(value)) errors.notSupported(path, value, values)
}

function validateSeccompText(profile: string, path: string, errors: ErrorList): void {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return
  if (profile.startsWith('localhost/')) validateDescendingPath(profile.slice('localhost/'.length), path, errors)
  else errors.invalid(path, profile, 'must be a valid seccomp profile')
}

/** The deprecated annotations of seccomp and AppArmor. */
export function validateSecurityAnnotations(annotations: StringMap | undefined, spec: FullPodSpec, path: string, errors: ErrorList): void {
  if (annotations === undefined) return
  if (annotations[podSeccompKey] !== undefined) validateSeccompText(annotations[podSeccompKey], `${path}.${podSeccompKey}`, errors)
  for (const key of sortedKeys(annotations)) if (key.startsWith(containerSeccompPrefix)) validateSeccompText(annotations[key]!, `${path}.${key}`, errors)
  for (const key of sortedKeys(annotations)) {
    if (!key.startsWith(appArmorPrefix)) continue
    const name = key.slice(appArmorPrefix.length)
    let isFound = false
    visitContainers(spec, '', (container) => { isFound ||= container.name === name })
    if (!isFound) errors.invalid(`${path}[${key}]`, name, 'container not found')
    const value = annotations[key]!
    if (value !== '' && value !== 'runtime/default' && value !== 'unconfined' && !value.startsWith('localhost/')) errors.invalid(`${path}[${key}]`, value, `invalid AppArmor profile name: "${value}"`)
  }
}

const annotationOfType: { readonly [type: string]: readonly string[] } = { Unconfined: ['unconfined'], RuntimeDefault: ['runtime/default', 'docker/default'] }

function validateMatch(annotation: string | undefined, profile: SeccompProfile | undefined, what: string, path: string, errors: ErrorList): void {
  if (annotation === undefined || profile?.type === undefined) return
  const allowed = annotationOfType[profile.type]
  const differs = allowed === undefined ? profile.type === 'Localhost' && !annotation.startsWith('localhost/') : !allowed.includes(annotation)
  if (differs) errors.forbidden(`${path}.type`, `${what} type in annotation and field must match`)
  else if (profile.type === 'Localhost' && annotation.slice('localhost/'.length) !== profile.localhostProfile) errors.forbidden(`${path}.localhostProfile`, `${what} profile in annotation and field must match`)
}

/** Annotations and fields that say the same must agree. */
export function validateSecurityMatch(pod: FullPodTemplate, path: string, errors: ErrorList): void {
  const annotations = pod.metadata?.annotations
  if (annotations === undefined || pod.spec === undefined) return
  const context = pod.spec.securityContext
  validateMatch(annotations[podSeccompKey], context?.seccompProfile, 'seccomp', `${path}.securityContext.seccompProfile`, errors)
  visitContainers(pod.spec, path, (container, at) => validateMatch(annotations[containerSeccompPrefix + (container.name ?? '')], container.securityContext?.seccompProfile, 'seccomp', `${at}.securityContext.seccompProfile`, errors))
  if (pod.spec.os?.name === 'windows') return
  visitContainers(pod.spec, path, (container, at) => {
    const profile = container.securityContext?.appArmorProfile ?? context?.appArmorProfile
    validateMatch(annotations[appArmorPrefix + (container.name ?? '')], profile, 'apparmor', `${at}.securityContext.appArmorProfile`, errors)
  })
}

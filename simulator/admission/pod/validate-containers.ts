/** Validation of containers. Models pkg/apis/core/validation (v1.35). */

import { checkDns1123Label, checkPortName, checkPortNumber } from '../../api/names.ts'
import type { ContainerPort } from '../../api/types.ts'
import type { ErrorList } from '../validation/error-list.ts'
import type { FullContainer, FullPodSpec, FullVolume, FullVolumeMount } from './pod-types.ts'
import { validateEnv, validateEnvFrom } from './validate-env.ts'
import { hasBacksteps, validateDescendingPath } from './validate-paths.ts'
import { validateLifecycle, validateProbes } from './validate-probes.ts'
import { validateContainerResources } from './validate-resources.ts'
import { validateContainerSecurity } from './validate-security.ts'
import { validatePullPolicy } from './validate-volumes.ts'

/** What the containers of one pod share. */
export interface ContainerContext {
  readonly spec: FullPodSpec
  readonly volumes: ReadonlyMap<string, FullVolume>
  readonly podClaims: readonly string[]
  readonly hostUsers: boolean
}

export const portProtocols = ['SCTP', 'TCP', 'UDP']
const terminationPolicies = ['File', 'FallbackToLogsOnError']
const mountPropagations = ['Bidirectional', 'HostToContainer', 'None']
const restartPolicies = ['Always', 'Never', 'OnFailure']
const initText = 'may not be set for init containers without restartPolicy=Always'

function validatePorts(ports: readonly ContainerPort[] | undefined, path: string, errors: ErrorList): void {
  const names = new Set<string>()
  ports?.forEach((port, index) => {
    const at = `${path}[${index}]`
    if (port.name) {
      const messages = checkPortName(port.name)
      errors.invalidEach(`${at}.name`, port.name, messages)
      if (messages.length === 0 && names.has(port.name)) errors.duplicate(`${at}.name`, port.name)
      if (messages.length === 0) names.add(port.name)
    }
    if (!port.containerPort) errors.required(`${at}.containerPort`)
    else errors.invalidEach(`${at}.containerPort`, port.containerPort, checkPortNumber(port.containerPort))
    if (port.hostPort) errors.invalidEach(`${at}.hostPort`, port.hostPort, checkPortNumber(port.hostPort))
    errors.oneOf(`${at}.protocol`, port.protocol, portProtocols)
  })
}

function validatePropagation(mount: FullVolumeMount, container: FullContainer, path: string, errors: ErrorList): void {
  const { mountPropagation } = mount
  if (mountPropagation === undefined) return
  if (!mountPropagations.includes(mountPropagation)) errors.notSupported(path, mountPropagation, mountPropagations)
  if (mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true) errors.forbidden(path, 'Bidirectional mount propagation is available only to privileged containers')
}

function validateRecursiveReadOnly(mount: FullVolumeMount, path: string, errors: ErrorList): void {
  const mode = mount.recursiveReadOnly
  if (mode === undefined || mode === 'Disabled') return
  if (mode !== 'Enabled' && mode !== 'IfPossible') return errors.notSupported(path, mode, ['Disabled', 'Enabled', 'IfPossible'])
  if (mount.readOnly !== true) errors.forbidden(path, 'may only be specified when readOnly is true')
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') errors.forbidden(path, 'may only be specified when mountPropagation is None or not specified')
}

function validateMounts(container: FullContainer, volumes: ContainerContext['volumes'], path: string, errors: ErrorList): void {
  const points = new Set<string>()
  const devices = container.volumeDevices ?? []
  container.volumeMounts?.forEach((mount, index) => {
    const at = `${path}[${index}]`
    const { name = '', mountPath = '' } = mount
    if (name === '') errors.required(`${at}.name`)
    if (!volumes.has(name)) errors.notFound(`${at}.name`, name)
    if (mountPath === '') errors.required(`${at}.mountPath`)
    if (points.has(mountPath)) errors.invalid(`${at}.mountPath`, mountPath, 'must be unique')
    points.add(mountPath)
    if (devices.some((device) => device.name === name)) errors.invalid(`${at}.name`, name, 'must not already exist in volumeDevices')
    if (devices.some((device) => device.devicePath === mountPath)) errors.invalid(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices')
    if (mount.subPath) validateDescendingPath(mount.subPath, `${path}.subPath`, errors)
    if (mount.subPathExpr) {
      if (mount.subPath) errors.invalid(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive')
      validateDescendingPath(mount.subPathExpr, `${path}.subPathExpr`, errors)
    }
    validatePropagation(mount, container, `${path}.mountPropagation`, errors)
    validateRecursiveReadOnly(mount, `${path}.recursiveReadOnly`, errors)
  })
}

function validateDevices(container: FullContainer, volumes: ContainerContext['volumes'], path: string, errors: ErrorList): void {
  const names = new Set<string>()
  const paths = new Set<string>()
  const mounts = container.volumeMounts ?? []
  container.volumeDevices?.forEach(({ name = '', devicePath = '' }, index) => {
    const at = `${path}[${index}]`
    const volume = volumes.get(name)
    if (name === '') errors.required(`${at}.name`)
    if (names.has(name)) errors.invalid(`${at}.name`, name, 'must be unique')
    if (volume !== undefined && volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) errors.invalid(`${at}.name`, name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode')
    if (volume === undefined) errors.notFound(`${at}.name`, name)
    if (devicePath === '') errors.required(`${at}.devicePath`)
    if (paths.has(devicePath)) errors.invalid(`${at}.devicePath`, devicePath, 'must be unique')
    if (hasBacksteps(devicePath)) errors.invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')")
    else paths.add(devicePath)
    if (mounts.some((mount) => mount.name === name)) errors.invalid(`${at}.name`, name, 'must not already exist in volumeMounts')
    if (mounts.some((mount) => mount.mountPath === devicePath)) errors.invalid(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts')
    if (name !== '') names.add(name)
  })
}

function validateResizePolicy(container: FullContainer, podRestartPolicy: string | undefined, path: string, errors: ErrorList): void {
  const seen = new Set<string>()
  container.resizePolicy?.forEach(({ resourceName = '', restartPolicy = '' }, index) => {
    if (seen.has(resourceName)) errors.duplicate(`${path}[${index}]`, resourceName)
    seen.add(resourceName)
    errors.oneOf(path, resourceName, ['cpu', 'memory'])
    errors.oneOf(path, restartPolicy, ['NotRequired', 'RestartContainer'])
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') errors.invalid(path, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'")
  })
}

function validateCommon(container: FullContainer, context: ContainerContext, path: string, errors: ErrorList): void {
  if (!container.name) errors.required(`${path}.name`)
  else errors.invalidEach(`${path}.name`, container.name, checkDns1123Label(container.name))
  if (!container.image) errors.required(`${path}.image`)
  errors.oneOf(`${path}.terminationMessagePolicy`, container.terminationMessagePolicy, terminationPolicies)
  validatePorts(container.ports, `${path}.ports`, errors)
  validateEnv(container.env, `${path}.env`, errors)
  validateEnvFrom(container.envFrom, `${path}.envFrom`, errors)
  validateMounts(container, context.volumes, `${path}.volumeMounts`, errors)
  validateDevices(container, context.volumes, `${path}.volumeDevices`, errors)
  validatePullPolicy(container.imagePullPolicy, `${path}.imagePullPolicy`, errors)
  validateContainerResources(container.resources, context.podClaims, `${path}.resources`, errors)
  validateResizePolicy(container, context.spec.restartPolicy, `${path}.resizePolicy`, errors)
  validateContainerSecurity(container.securityContext, `${path}.securityContext`, context.hostUsers, errors)
}

function validateRestartRules(container: FullContainer, path: string, errors: ErrorList): void {
  const rules = container.restartPolicyRules ?? []
  const policy = container.restartPolicy
  if (policy === undefined) {
    if (rules.length > 0) errors.required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used')
  } else if (!restartPolicies.includes(policy)) errors.notSupported(`${path}.restartPolicy`, policy, restartPolicies)
  if (rules.length > 20) errors.tooLong(`${path}.restartPolicyRules`, 20)
  rules.forEach((rule, index) => {
    const at = `${path}.restartPolicyRules[${index}]`
    if (rule.action !== 'Restart') errors.notSupported(`${at}.action`, rule.action ?? '', ['Restart'])
    if (rule.exitCodes === undefined) return errors.required(`${at}.exitCodes`, 'must be specified')
    const operator = rule.exitCodes.operator ?? ''
    if (operator !== 'In' && operator !== 'NotIn') errors.notSupported(`${at}.exitCodes.operator`, operator, ['In', 'NotIn'])
    if ((rule.exitCodes.values ?? []).length > 255) errors.tooLong(`${at}.exitCodes.values`, 255)
  })
}

function validateHostPorts(containers: readonly FullContainer[], path: string, errors: ErrorList): void {
  const seen = new Set<string>()
  containers.forEach((container, index) => container.ports?.forEach((port, portIndex) => {
    if (!port.hostPort) return
    const key = `${port.protocol}/${port.hostIP ?? ''}/${port.hostPort}`
    if (seen.has(key)) errors.duplicate(`${path}[${index}].ports[${portIndex}].hostPort`, key)
    seen.add(key)
  }))
}

/** Validates the containers of a pod. */
export function validateContainers(context: ContainerContext, path: string, errors: ErrorList): void {
  const containers = context.spec.containers ?? []
  if (containers.length === 0) return errors.required(path)
  const names = new Set<string>()
  const grace = context.spec.terminationGracePeriodSeconds
  containers.forEach((container, index) => {
    const at = `${path}[${index}]`
    validateCommon(container, context, at, errors)
    if (names.has(container.name ?? '')) errors.duplicate(`${at}.name`, container.name ?? '')
    names.add(container.name ?? '')
    validateLifecycle(container, grace, at, errors)
    validateProbes(container, grace, at, errors)
    validateRestartRules(container, at, errors)
  })
  validateHostPorts(containers, path, errors)
}

function validateInitRestart(container: FullContainer, path: string, errors: ErrorList): void {
  const rules = container.restartPolicyRules ?? []
  if (container.restartPolicy === undefined) {
    if (rules.length > 0) errors.required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used')
  } else if (container.restartPolicy !== 'Always') validateRestartRules(container, path, errors)
  else if (rules.length > 0) errors.forbidden(`${path}.restartPolicyRules`, 'restartPolicyRules are not allowed for init containers with restart policy Always')
}

/** Validates the init containers of a pod. */
export function validateInitContainers(context: ContainerContext, path: string, errors: ErrorList): void {
  const names = new Set((context.spec.containers ?? []).map((container) => container.name ?? ''))
  const grace = context.spec.terminationGracePeriodSeconds
  context.spec.initContainers?.forEach((container, index) => {
    const at = `${path}[${index}]`
    validateCommon(container, context, at, errors)
    validateInitRestart(container, at, errors)
    if (names.has(container.name ?? '')) errors.duplicate(`${at}.name`, container.name ?? '')
    else if (container.name) names.add(container.name)
    validateHostPorts([container], path, errors)
    if (container.restartPolicy === 'Always') {
      validateLifecycle(container, grace, at, errors)
      validateProbes(container, grace, at, errors)
    } else for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) if (container[field] !== undefined) errors.forbidden(`${at}.${field}`, initText)
  })
}

const notForEphemeral = ['ports', 'resources', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle', 'resizePolicy', 'restartPolicy', 'restartPolicyRules'] as const

/** Validates the ephemeral containers of a pod. */
export function validateEphemeralContainers(context: ContainerContext, path: string, errors: ErrorList): void {
  const others = [...(context.spec.containers ?? []), ...(context.spec.initContainers ?? [])].map((container) => container.name ?? '')
  const names = new Set(others)
  context.spec.ephemeralContainers?.forEach((container, index) => {
    const at = `${path}[${index}]`
    validateCommon(container, context, at, errors)
    validateImageSpaces(container, at, errors)
    if (names.has(container.name ?? '')) errors.duplicate(`${at}.name`, container.name ?? '')
    names.add(container.name ?? '')
    if (container.targetContainerName && !others.includes(container.targetContainerName)) errors.notFound(`${at}.targetContainerName`, container.targetContainerName)
    for (const field of notForEphemeral) if (container[field] !== undefined && Object.keys(container[field]).length > 0) errors.forbidden(`${at}.${field}`, 'cannot be set for an Ephemeral Container')
  })
}

/** Only pods are refused for spaces around an image; templates are not. */
export function validateImageSpaces(container: FullContainer, path: string, errors: ErrorList): void {
  const image = container.image ?? ''
  if (image.trim() !== image) errors.invalid(`${path}.image`, image, 'must not have leading or trailing whitespace')
}

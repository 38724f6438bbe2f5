/** Validation of environment variables and of the downward API. Models pkg/apis/core/validation (v1.35). */

import { checkConfigMapKey, checkDns1123Label, checkDns1123Subdomain, checkQualifiedName, checkRelaxedEnvVarName } from '../../api/names.ts'
import { compareQuantities } from '../../api/quantity.ts'
import type { EnvFromSource, KeySelector } from '../../api/types.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain } from '../validation/meta.ts'
import { validateNoBacksteps } from './validate-paths.ts'
import type { FieldRef, FullEnvVar, ResourceFieldRef } from './pod-types.ts'

const envFieldPaths = [
  'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs',
]
/** Field paths that files of the downward API may show. */
export const volumeFieldPaths = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']
const knownFieldPaths: readonly string[] = [
  'metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.restartPolicy', 'spec.serviceAccountName',
  'spec.schedulerName', 'status.phase', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs', 'spec.host',
]
const resourceFields = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory']
const byteDivisors: readonly string[] = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']
const sourceTexts = {
  none: 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
  withValue: 'may not be specified when `value` is not empty',
  several: 'may not have more than one field specified at a time',
  noneFrom: 'must specify one of: `configMapRef` or `secretRef`',
} as const

/** Splits `metadata.labels['x']`; undefined when the path has no subscript. */
function splitSubscript(path: string): { path: string; subscript: string } | undefined {
  if (!path.endsWith("']")) return undefined
  const body = path.slice(0, -2)
  const at = body.indexOf("['")
  return at <= 0 ? undefined : { path: body.slice(0, at), subscript: body.slice(at + 2) }
}

/** Validates a reference to a field of the pod. */
export function validateFieldRef(ref: FieldRef, supported: readonly string[], path: string, errors: ErrorList): void {
  const fieldPath = ref.fieldPath ?? ''
  if (!ref.apiVersion) return errors.required(`${path}.apiVersion`)
  if (fieldPath === '') return errors.required(`${path}.fieldPath`)
  if (ref.apiVersion !== 'v1') return errors.invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: unsupported pod version: ${ref.apiVersion}`)
  const parts = splitSubscript(fieldPath)
  if (parts !== undefined) return validateSubscript(parts, path, errors)
  if (!knownFieldPaths.includes(fieldPath)) return errors.invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: field label not supported: ${fieldPath}`)
  const internal = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath
  if (!supported.includes(internal)) errors.notSupported(`${path}.fieldPath`, internal, supported)
}

function validateSubscript({ path: base, subscript }: { path: string; subscript: string }, path: string, errors: ErrorList): void {
  if (base === 'metadata.annotations') errors.invalidEach(path, subscript.toLowerCase(), checkQualifiedName(subscript.toLowerCase()))
  else if (base === 'metadata.labels') errors.invalidEach(path, subscript, checkQualifiedName(subscript))
  else errors.invalid(`${path}.fieldPath`, `${base}['${subscript}']`, `error converting fieldPath: field label does not support subscript: ${base}['${subscript}']`)
}

/** Validates a reference to a request or limit. */
export function validateResourceFieldRef(ref: ResourceFieldRef, isVolume: boolean, path: string, errors: ErrorList): void {
  const resource = ref.resource ?? ''
  if (isVolume && !ref.containerName) errors.required(`${path}.containerName`)
  else if (resource === '') errors.required(`${path}.resource`)
  else if (!resourceFields.includes(resource) && !/^(?:limits|requests)\.hugepages-/.test(resource)) errors.notSupported(`${path}.resource`, resource, resourceFields)
  validateDivisor(resource, ref.divisor ?? '0', path, errors)
}

function validateDivisor(resource: string, divisor: string, path: string, errors: ErrorList): void {
  if (compareQuantities(divisor, '0') === 0) return
  const kind = resource.replace(/^(?:limits|requests)\./, '')
  if (kind === 'cpu' && divisor !== '1m' && divisor !== '1') errors.invalid(`${path}.divisor`, resource, "only divisor's values 1m and 1 are supported with the cpu resource")
  const name = kind === 'memory' ? 'memory' : kind === 'ephemeral-storage' ? 'local ephemeral storage' : kind.startsWith('hugepages-') ? 'hugepages' : ''
  if (name !== '' && !byteDivisors.includes(divisor)) errors.invalid(`${path}.divisor`, resource, `only divisor's values ${byteDivisors.join(', ')} are supported with the ${name} resource`)
}

function validateKeySelector(ref: KeySelector, path: string, errors: ErrorList): void {
  errors.invalidEach(`${path}.name`, ref.name ?? '', checkDns1123Subdomain(ref.name ?? ''))
  if (!ref.key) errors.required(`${path}.key`)
  else errors.invalidEach(`${path}.key`, ref.key, checkConfigMapKey(ref.key))
}

function validateFileKeySelector(ref: NonNullable<NonNullable<FullEnvVar['valueFrom']>['fileKeyRef']>, path: string, errors: ErrorList): void {
  if (!ref.key) errors.required(`${path}.key`)
  else errors.invalidEach(`${path}.key`, ref.key, checkRelaxedEnvVarName(ref.key))
  if (!ref.volumeName) errors.required(`${path}.volumeName`)
  else errors.invalidEach(`${path}.volumeName`, ref.volumeName, checkDns1123Label(ref.volumeName))
  if (!ref.path) errors.required(`${path}.path`)
  else validateNoBacksteps(ref.path, `${path}.path`, errors)
}

function validateValueFrom(env: FullEnvVar, path: string, errors: ErrorList): void {
  const from = env.valueFrom
  if (from === undefined) return
  if (from.fieldRef !== undefined) validateFieldRef(from.fieldRef, envFieldPaths, `${path}.fieldRef`, errors)
  if (from.resourceFieldRef !== undefined) validateResourceFieldRef(from.resourceFieldRef, false, `${path}.resourceFieldRef`, errors)
  if (from.configMapKeyRef !== undefined) validateKeySelector(from.configMapKeyRef, `${path}.configMapKeyRef`, errors)
  if (from.secretKeyRef !== undefined) validateKeySelector(from.secretKeyRef, `${path}.secretKeyRef`, errors)
  if (from.fileKeyRef !== undefined) validateFileKeySelector(from.fileKeyRef, `${path}.fileKeyRef`, errors)
  const count = Object.values(from).filter((source) => source !== undefined).length
  if (count === 0) errors.invalid(path, '', sourceTexts.none)
  else if (env.value) errors.invalid(path, '', sourceTexts.withValue)
  else if (count > 1) errors.invalid(path, '', sourceTexts.several)
}

/** Validates environment variables. */
export function validateEnv(vars: readonly FullEnvVar[] | undefined, path: string, errors: ErrorList): void {
  vars?.forEach((env, index) => {
    if (!env.name) errors.required(`${path}[${index}].name`)
    else errors.invalidEach(`${path}[${index}].name`, env.name, checkRelaxedEnvVarName(env.name))
    validateValueFrom(env, `${path}[${index}].valueFrom`, errors)
  })
}

function validateEnvSource(source: { name?: string }, path: string, errors: ErrorList): void {
  if (!source.name) errors.required(`${path}.name`)
  else errors.invalidEach(`${path}.name`, source.name, nameIsDnsSubdomain(source.name, true))
}

/** Validates sources of environment variables. */
export function validateEnvFrom(sources: readonly EnvFromSource[] | undefined, path: string, errors: ErrorList): void {
  sources?.forEach((source, index) => {
    if (source.prefix) errors.invalidEach(`${path}[${index}].prefix`, source.prefix, checkRelaxedEnvVarName(source.prefix))
    if (source.configMapRef !== undefined) validateEnvSource(source.configMapRef, `${path}[${index}].configMapRef`, errors)
    if (source.secretRef !== undefined) validateEnvSource(source.secretRef, `${path}[${index}].secretRef`, errors)
    if (source.configMapRef === undefined && source.secretRef === undefined) errors.invalid(path, '', sourceTexts.noneFrom)
    else if (source.configMapRef !== undefined && source.secretRef !== undefined) errors.invalid(path, '', sourceTexts.several)
  })
}

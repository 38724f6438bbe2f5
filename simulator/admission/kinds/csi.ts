/** CSIDriver, CSINode, CSIStorageCapacity, VolumeAttachment and VolumeAttributesClass. Models pkg/registry/storage and pkg/apis/storage/validation (v1.35). */

import { utf8Length } from '../../api/go-text.ts'
import { checkDns1123Subdomain, checkQualifiedName } from '../../api/names.ts'
import type { LabelSelector, StringMap } from '../../api/types.ts'
import type { AdmittedObject } from '../kind-rules.ts'
import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { immutableText, validateImmutable, validateLabelSelector, validateNonNegative } from '../validation/meta.ts'
import { validateNonNegativeQuantity } from '../validation/resources.ts'
import { smallKind, specAs } from './small-kind.ts'

const apiVersion = 'storage.k8s.io/v1'
const driverNameMax = 63
const nodeIdMax = 256
const parametersMax = 512
const parametersSizeMax = 256 * 1024
const metadataSizeMax = 256 * 1024
const messageMax = 1024
const periodSecondsMin = 10
const tokenSecondsMin = 600
const tokenSecondsMax = 2 ** 32

interface TokenRequest { audience?: string; expirationSeconds?: number }
interface DriverSpec {
  attachRequired?: boolean; podInfoOnMount?: boolean; storageCapacity?: boolean; fsGroupPolicy?: string; requiresRepublish?: boolean; seLinuxMount?: boolean
  volumeLifecycleModes?: string[]; tokenRequests?: TokenRequest[]; nodeAllocatableUpdatePeriodSeconds?: number; serviceAccountTokenInSecrets?: boolean
}

function validateTokenRequests(requests: readonly TokenRequest[], errors: ErrorList): void {
  const path = 'spec.tokenRequests'
  requests.forEach(({ audience = '', expirationSeconds: seconds }, i) => {
    if (requests.findIndex((other) => (other.audience ?? '') === audience) < i) errors.duplicate(`${path}[${i}].audience`, audience)
    else if (seconds !== undefined && seconds < tokenSecondsMin) errors.invalid(`${path}[${i}].expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes')
    else if (seconds !== undefined && seconds > tokenSecondsMax) errors.invalid(`${path}[${i}].expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds')
  })
}

const policies = ['File', 'None', 'ReadWriteOnceWithFSType']
const modes = ['Persistent', 'Ephemeral']

export const csidrivers = smallKind({
  apiVersion,
  kind: 'CSIDriver',
  counted: ['spec'],
  hasNoFirstGeneration: true,
  applyDefaults(object) {
    const spec = specAs<DriverSpec>(object)
    spec.attachRequired ??= true
    spec.podInfoOnMount ??= false
    spec.storageCapacity ??= false
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType'
    if ((spec.volumeLifecycleModes ?? []).length === 0) spec.volumeLifecycleModes = ['Persistent']
    spec.requiresRepublish ??= false
    spec.seLinuxMount ??= false
  },
  validate(object, errors) {
    const { fsGroupPolicy = '', tokenRequests = [], volumeLifecycleModes = [], nodeAllocatableUpdatePeriodSeconds: period, serviceAccountTokenInSecrets } = specAs<DriverSpec>(object)
    if (!policies.includes(fsGroupPolicy)) errors.notSupported('spec.fsGroupPolicy', fsGroupPolicy, policies)
    validateTokenRequests(tokenRequests, errors)
    for (const mode of volumeLifecycleModes) if (!modes.includes(mode)) errors.notSupported('spec.volumeLifecycleModes', mode, modes)
    if (period !== undefined && period < periodSecondsMin) errors.invalid('spec.nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds')
    if (serviceAccountTokenInSecrets !== undefined && tokenRequests.length === 0) {
      errors.invalid('spec.serviceAccountTokenInSecrets', serviceAccountTokenInSecrets, 'serviceAccountTokenInSecrets is set but no tokenRequests are specified')
    }
  },
  validateChange(object, old, errors) {
    const [now, before] = [specAs<DriverSpec>(object), old['spec'] as DriverSpec]
    validateImmutable(now.attachRequired, before.attachRequired, 'spec.attachedRequired', errors)
    validateImmutable(now.volumeLifecycleModes, before.volumeLifecycleModes, 'spec.volumeLifecycleModes', errors)
  },
})

interface NodeDriver { name?: string; nodeID?: string; topologyKeys?: string[] | null; allocatable?: { count?: number } }

function driversOf(object: AdmittedObject): NodeDriver[] {
  return specAs<{ drivers?: NodeDriver[] | null }>(object).drivers ?? []
}

/** Models pkg/apis/core/validation ValidateCSIDriverName. */
function validateDriverName(name: string, path: string, errors: ErrorList): void {
  if (name === '') {
    errors.required(path)
    return
  }
  if (name.length > driverNameMax) errors.tooLong(path, driverNameMax)
  errors.invalidEach(path, name, checkDns1123Subdomain(name.toLowerCase()))
}

/** A driver as Go prints it. */
function shownDriver({ name = '', nodeID = '', topologyKeys = null }: NodeDriver): object {
  return { Name: name, NodeID: nodeID, TopologyKeys: topologyKeys, Allocatable: null }
}

export const csinodes = smallKind({
  apiVersion,
  kind: 'CSINode',
  validate(object, errors) {
    const drivers = driversOf(object)
    drivers.forEach(({ name = '', nodeID = '', topologyKeys, allocatable }, i) => {
      const path = `spec.drivers[${i}]`
      validateDriverName(name, `${path}.name`, errors)
      if (nodeID === '') errors.required(`${path}.nodeID`)
      if (nodeID.length > nodeIdMax) errors.invalid(`${path}.nodeID`, nodeID, `must be ${nodeIdMax} characters or less`)
      validateNonNegative(allocatable?.count, `${path}.allocatable.count`, errors)
      if (drivers.findIndex((other) => other.name === name) < i) errors.duplicate(`${path}.name`, name)
      for (const [k, key] of (topologyKeys ?? []).entries()) {
        if (key === '') errors.required(path)
        if ((topologyKeys ?? []).indexOf(key) < k) errors.duplicate(path, key)
        errors.invalidEach(path, key, checkQualifiedName(key))
      }
    })
  },
  updateChecks: ['meta', 'rest', 'meta', 'rest', 'change'],
  validateChange(object, old, errors) {
    for (const { allocatable: _was, ...before } of driversOf(old)) {
      for (const { allocatable: _is, ...now } of driversOf(object)) if (now.name === before.name && !equalSemantic(now, before)) errors.invalid('spec.drivers', shownDriver(now), immutableText)
    }
  },
})

interface Capacity { nodeTopology?: LabelSelector; storageClassName?: string; capacity?: string }

export const csistoragecapacities = smallKind({
  apiVersion,
  kind: 'CSIStorageCapacity',
  isNamespaced: true,
  validate(object, errors) {
    const { nodeTopology, storageClassName = '', capacity } = object as unknown as Capacity
    validateLabelSelector(nodeTopology, 'nodeTopology', errors)
    errors.invalidEach('storageClassName', storageClassName, checkDns1123Subdomain(storageClassName))
    if (capacity !== undefined) validateNonNegativeQuantity(capacity, 'capacity', errors)
  },
  updateChecks: ['meta', 'rest', 'metaChange', 'change'],
  validateChange(object, old, errors) {
    for (const field of ['nodeTopology', 'storageClassName']) if (!equalSemantic(object[field], old[field])) errors.invalid(field, object[field], immutableText)
  },
})

interface AttachmentSpec { attacher?: string; nodeName?: string; source?: { inlineVolumeSpec?: unknown; persistentVolumeName?: string } }
interface VolumeError { message?: string; errorCode?: number }
interface AttachmentStatus { attachmentMetadata?: StringMap; attachError?: VolumeError; detachError?: VolumeError }

function sizeOf(map: StringMap | undefined): number {
  return Object.entries(map ?? {}).reduce((sum, [key, value]) => sum + utf8Length(key) + utf8Length(value), 0)
}

function validateAttachment(object: AdmittedObject, errors: ErrorList): void {
  const { attacher = '', nodeName = '', source = {} } = specAs<AttachmentSpec>(object)
  const hasVolume = source.persistentVolumeName !== undefined
  if (attacher === '') errors.required('spec.attacher')
  if (source.inlineVolumeSpec === undefined && !hasVolume) errors.required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')
  else if (source.inlineVolumeSpec !== undefined && hasVolume) errors.forbidden('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')
  else if (source.persistentVolumeName === '') errors.required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName')
  errors.invalidEach('spec.nodeName', nodeName, checkDns1123Subdomain(nodeName))
  const { attachmentMetadata, attachError, detachError } = (object['status'] ?? {}) as AttachmentStatus
  if (sizeOf(attachmentMetadata) > metadataSizeMax) errors.tooLong('status.attachmentMetadata', metadataSizeMax)
  for (const [name, error] of [['attachError', attachError], ['detachError', detachError]] as const) {
    if (utf8Length(error?.message ?? '') > messageMax) errors.tooLong(`status.${name}.message`, metadataSizeMax)
    if ((error?.errorCode ?? 0) < 0) errors.invalid(`status.${name}.errorCode`, error?.errorCode, 'must be between 0 and 2147483647, inclusive')
  }
}

/** A spec as Go prints it. */
function shownAttachment({ attacher = '', nodeName = '', source = {} }: AttachmentSpec): object {
  return { Attacher: attacher, Source: { PersistentVolumeName: source.persistentVolumeName ?? null, InlineVolumeSpec: source.inlineVolumeSpec ?? null }, NodeName: nodeName }
}

export const volumeattachments = smallKind({
  apiVersion,
  kind: 'VolumeAttachment',
  hasStatus: true,
  applyDefaults: (object) => void (object['status'] ??= { attached: false }),
  validate(object, errors) {
    validateAttachment(object, errors)
    const { attacher = '', source = {} } = specAs<AttachmentSpec>(object)
    validateDriverName(attacher, 'spec.attacher', errors)
    const { persistentVolumeName: volume } = source
    if (volume !== undefined) errors.invalidEach('spec.source.persistentVolumeName', volume, checkDns1123Subdomain(volume))
  },
  updateChecks: ['meta', 'change'],
  validateChange(object, old, errors) {
    validateAttachment(object, errors)
    if (!equalSemantic(object['spec'], old['spec'])) errors.invalid('spec', shownAttachment(specAs<AttachmentSpec>(object)), immutableText)
  },
  validateStatus: (object, _old, errors) => validateAttachment(object, errors),
})

interface AttributesClass { driverName?: string; parameters?: StringMap }

export const volumeattributesclasses = smallKind({
  apiVersion,
  kind: 'VolumeAttributesClass',
  validate(object, errors) {
    const { driverName = '', parameters = {} } = object as unknown as AttributesClass
    if (driverName === '') errors.required('driverName')
    else errors.invalidEach('driverName', driverName.toLowerCase(), checkQualifiedName(driverName.toLowerCase()))
    const keys = Object.keys(parameters)
    if (keys.length > parametersMax) errors.tooLong('parameters', parametersMax)
    else if (keys.length === 0) errors.required('parameters', 'must contain at least one key/value pair')
    else {
      if (keys.includes('')) errors.invalid('parameters', '', 'field can not be empty.')
      if (sizeOf(parameters) > parametersSizeMax) errors.tooLong('parameters', parametersSizeMax)
    }
  },
  updateChecks: ['metaChange', 'change', 'meta', 'rest'],
  validateChange(object, old, errors) {
    if (object['driverName'] !== old['driverName']) errors.forbidden('driverName', 'updates to driverName are forbidden.')
    if (!equalSemantic(object['parameters'], old['parameters'])) errors.forbidden('parameters', 'updates to parameters are forbidden.')
  },
  allowsUnconditionalUpdate: true,
})

/** PersistentVolume. Models pkg/registry/core/persistentvolume and pkg/apis/core/validation (v1.35). */

import { checkDns1123Label, checkDns1123Subdomain } from '../../api/names.ts'
import { compareQuantities } from '../../api/quantity.ts'
import type { NodeSelector, ResourceList } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { roundResourceList } from '../pod/defaults.ts'
import { internalPart } from '../pod/internal.ts'
import { validateNodeSelector } from '../pod/validate-affinity.ts'
import { validateNoBacksteps } from '../pod/validate-paths.ts'
import { validateVolumePlugin } from '../pod/validate-volume-plugins.ts'
import { validateCsiDriver, validateHostPath, validateNfs } from '../pod/validate-volumes.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { equalSemantic } from '../validation/equal.ts'
import { goDiff } from '../validation/go-diff.ts'
import { nameIsDnsSubdomain, sortedKeys, validateImmutable, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

interface Spec {
  capacity?: ResourceList
  accessModes?: string[]
  persistentVolumeReclaimPolicy?: string
  storageClassName?: string
  volumeMode?: string
  nodeAffinity?: { required?: NodeSelector }
  hostPath?: { path?: string; type?: string }
  nfs?: { server?: string; path?: string; readOnly?: boolean }
  local?: { path?: string; fsType?: string }
  csi?: { driver?: string; volumeHandle?: string } & { [secret in (typeof csiSecrets)[number]]?: { name?: string; namespace?: string } }
  volumeAttributesClassName?: string
  [source: string]: unknown
}

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
/** Sources by their field, in the order of Go's type, with Go's names. */
const sources: readonly (readonly [string, string])[] = [
  ['gcePersistentDisk', 'GCEPersistentDisk'], ['awsElasticBlockStore', 'AWSElasticBlockStore'], ['hostPath', 'HostPath'], ['glusterfs', 'Glusterfs'], ['nfs', 'NFS'], ['rbd', 'RBD'], ['quobyte', 'Quobyte'],
  ['iscsi', 'ISCSI'], ['flexVolume', 'FlexVolume'], ['cinder', 'Cinder'], ['cephfs', 'CephFS'], ['fc', 'FC'], ['flocker', 'Flocker'], ['azureFile', 'AzureFile'], ['vsphereVolume', 'VsphereVolume'],
  ['azureDisk', 'AzureDisk'], ['photonPersistentDisk', 'PhotonPersistentDisk'], ['portworxVolume', 'PortworxVolume'], ['scaleIO', 'ScaleIO'], ['local', 'Local'], ['storageos', 'StorageOS'], ['csi', 'CSI'],
]
const deprecations: { readonly [source: string]: string } = {
  cephfs: 'cephfs: deprecated in v1.28, non-functional in v1.31+', photonPersistentDisk: 'photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+', scaleIO: 'scaleIO: deprecated in v1.16, non-functional in v1.22+',
  storageos: 'storageOS: deprecated in v1.22, non-functional in v1.25+', glusterfs: 'glusterfs: deprecated in v1.25, non-functional in v1.26+', rbd: 'rbd: deprecated in v1.28, non-functional in v1.31+',
}

function specOf(object: AdmittedObject): Spec {
  return (object['spec'] ??= {}) as Spec
}

function validateAccess(modes: readonly string[], errors: ErrorList): void {
  const path = 'spec.accessModes'
  if (modes.length === 0) errors.required(path)
  for (const mode of modes) if (!accessModes.includes(mode)) errors.notSupported(path, mode, accessModes)
  const hasOthers = modes.some((mode) => mode !== 'ReadWriteOncePod' && accessModes.includes(mode))
  if (modes.includes('ReadWriteOncePod') && hasOthers) errors.forbidden(path, 'may not use ReadWriteOncePod with other access modes')
}

function validateCapacity(capacity: ResourceList | undefined, errors: ErrorList): void {
  const names = sortedKeys(capacity)
  if (names.length === 0) errors.required('spec.capacity')
  if (!names.includes('storage') || names.length > 1) errors.notSupported('spec.capacity', capacity as unknown as string ?? null, ['storage'])
  for (const name of names) if (compareQuantities(capacity![name]!, '0') <= 0) errors.invalid(`spec.capacity[${name}]`, capacity![name], 'must be greater than zero')
}

function validateLocal(local: NonNullable<Spec['local']>, errors: ErrorList): void {
  if (!local.path) errors.required('spec.local.path')
  else validateNoBacksteps(local.path, 'spec.local.path', errors)
}

/** The order in which sources are checked, and what the paths of some are called. */
const checked = [
  'hostPath', 'gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'flocker', 'nfs', 'rbd', 'quobyte', 'cephfs', 'iscsi', 'cinder', 'fc', 'flexVolume', 'azureFile', 'vsphereVolume', 'photonPersistentDisk',
  'portworxVolume', 'azureDisk', 'scaleIO', 'local', 'storageos', 'csi',
]
const checkedPaths: { readonly [source: string]: string } = { gcePersistentDisk: 'persistentDisk' }
const refusedPaths: { readonly [source: string]: string } = { cephfs: 'cephFS' }
const csiSecrets = ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'] as const

function validateCsiSecret({ name, namespace }: { name?: string; namespace?: string }, path: string, errors: ErrorList): void {
  if (!name) errors.required(`${path}.name`)
  else errors.invalidEach(`${path}.name`, name, checkDns1123Subdomain(name))
  if (!namespace) errors.required(`${path}.namespace`)
  else errors.invalidEach(`${path}.namespace`, namespace, checkDns1123Label(namespace))
}

function validateSource(source: string, spec: Spec, volumeName: string, errors: ErrorList): void {
  validateVolumePlugin(source, spec[source] as { [field: string]: unknown }, `spec.${checkedPaths[source] ?? source}`, errors, { volumeName })
  if (source === 'hostPath') validateHostPath(spec.hostPath!, 'spec.hostPath', errors)
  if (source === 'nfs') validateNfs(spec.nfs!, 'spec.nfs', errors)
  if (source === 'csi') {
    validateCsiDriver(spec.csi!.driver, 'spec.csi.driver', errors)
    if (!spec.csi!.volumeHandle) errors.required('spec.csi.volumeHandle')
    for (const field of csiSecrets) if (spec.csi![field] !== undefined) validateCsiSecret(spec.csi![field], `spec.csi.${field}`, errors)
  }
  if (source !== 'local') return
  validateLocal(spec.local!, errors)
  if (spec.nodeAffinity?.required === undefined) errors.required('spec.nodeAffinity', 'Local volume requires node affinity')
}

function validateSources(spec: Spec, volumeName: string, errors: ErrorList): void {
  const present = checked.filter((field) => spec[field] !== undefined)
  present.forEach((source, index) => {
    if (index === 0 || source === 'flexVolume') validateSource(source, spec, volumeName, errors)
    else errors.forbidden(`spec.${refusedPaths[source] ?? source}`, 'may not specify more than 1 volume type')
  })
  if (present.length === 0) errors.required('spec', 'must specify a volume type')
}

function validateSpec(spec: Spec, volumeName: string, errors: ErrorList): void {
  validateAccess(spec.accessModes ?? [], errors)
  validateCapacity(spec.capacity, errors)
  const policy = spec.persistentVolumeReclaimPolicy
  if (policy) errors.oneOf('spec.persistentVolumeReclaimPolicy', policy, ['Delete', 'Recycle', 'Retain'])
  const required = spec.nodeAffinity?.required
  if (required !== undefined) validateNodeSelector(required, 'spec.nodeAffinity.required', errors)
  else if (spec.nodeAffinity !== undefined) errors.required('spec.nodeAffinity.required', 'must specify required node constraints')
  validateSources(spec, volumeName, errors)
  if (spec.hostPath !== undefined && /^\/+$/.test(spec.hostPath.path ?? '') && policy === 'Recycle') errors.forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")
  if (spec.storageClassName) errors.invalidEach('spec.storageClassName', spec.storageClassName, nameIsDnsSubdomain(spec.storageClassName, false))
  if (!['Block', 'Filesystem'].includes(spec.volumeMode ?? '')) errors.notSupported('spec.volumeMode', spec.volumeMode ?? '', ['Block', 'Filesystem'])
  const { volumeAttributesClassName: className } = spec
  if (className === undefined) return
  if (className === '') errors.required('spec.volumeAttributesClassName', 'an empty string is disallowed')
  else errors.invalidEach('spec.volumeAttributesClassName', className, nameIsDnsSubdomain(className, false))
  if (spec.csi === undefined) errors.required('spec.csi', 'has to be specified when using volumeAttributesClassName')
}

function validate(object: AdmittedObject, errors: ErrorList): void {
  validateObjectMeta(object.metadata, false, nameIsDnsSubdomain, errors)
  validateSpec(specOf(object), object.metadata.name ?? '', errors)
}

function sourceFields(spec: Spec): { [field: string]: unknown } {
  return Object.fromEntries(sources.map(([field]) => [field, spec[field]]))
}

function warnings(object: AdmittedObject): string[] {
  const spec = specOf(object)
  const recycle = spec.persistentVolumeReclaimPolicy === 'Recycle' ? ['spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.'] : []
  return [...recycle, ...Object.keys(deprecations).filter((source) => spec[source] !== undefined).map((source) => `spec.${deprecations[source]}`)]
}

export const persistentvolumes: KindRules = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  applyDefaults(object) {
    const spec = specOf(object)
    const status = (object['status'] ??= {}) as { phase?: string }
    status.phase ||= 'Pending'
    spec.persistentVolumeReclaimPolicy ||= 'Retain'
    spec.volumeMode ??= 'Filesystem'
    if (spec.hostPath !== undefined) spec.hostPath.type ??= ''
    roundResourceList(spec.capacity)
  },
  prepareCreate(object, identity) {
    object['status'] = { phase: 'Pending', lastPhaseTransitionTime: identity.timestamp() }
  },
  validateCreate: validate,
  warnOnCreate: warnings,
  prepareUpdate(object, old) {
    object['status'] = old['status']
  },
  validateUpdate(object, old, errors) {
    // Both the strategy and the check of a change look at all of it.
    validate(object, errors)
    validate(object, errors)
    const [spec, before] = [specOf(object), specOf(old)]
    if (!equalSemantic(sourceFields(spec), sourceFields(before))) errors.forbidden('spec.persistentvolumesource', `spec.persistentvolumesource is immutable after creation\n${goDiff(internalPart('PersistentVolumeSource', before), internalPart('PersistentVolumeSource', spec))}`)
    validateImmutable(spec.volumeMode, before.volumeMode, 'volumeMode', errors)
    if (before.nodeAffinity !== undefined && !equalSemantic(spec.nodeAffinity, before.nodeAffinity)) {
      errors.invalid('nodeAffinity', internalPart('VolumeNodeAffinity', spec.nodeAffinity), 'field is immutable, except for updating from beta label to GA')
    }
  },
  warnOnUpdate: warnings,
  allowsUnconditionalUpdate: true,
  subresources: {
    status: {
      prepareUpdate(object, old) {
        object['spec'] = old['spec']
        const [status, before] = [(object['status'] ?? {}) as { phase?: string; lastPhaseTransitionTime?: string }, (old['status'] ?? {}) as { phase?: string; lastPhaseTransitionTime?: string }]
        if (status.phase === before.phase) status.lastPhaseTransitionTime ??= before.lastPhaseTransitionTime
      },
      validateUpdate: (object, old, errors) => validateObjectMetaUpdate(object.metadata, old.metadata, errors),
    },
  },
}

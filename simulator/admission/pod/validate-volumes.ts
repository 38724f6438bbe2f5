/** Validation of the volumes of a pod. Models pkg/apis/core/validation (v1.35). */

import { checkDns1123Label, checkDns1123Subdomain } from '../../api/names.ts'
import { compareQuantities } from '../../api/quantity.ts'
import type { KeyToPath, ObjectMeta } from '../../api/types.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateTemplateMeta } from '../validation/meta.ts'
import type { DownwardFile, FullVolume, ProjectionSource } from './pod-types.ts'
import { validateClaimSpec } from './validate-claim.ts'
import { validateFieldRef, validateResourceFieldRef, volumeFieldPaths } from './validate-env.ts'
import { validateVolumePlugin } from './validate-volume-plugins.ts'
import { validateDescendingPath, validateFileMode, validateLocalPath, validateNoBacksteps } from './validate-paths.ts'

/** The sources in the order in which they are checked. */
const sourceOrder = [
  'emptyDir', 'hostPath', 'gitRepo', 'gcePersistentDisk', 'awsElasticBlockStore', 'secret', 'nfs', 'iscsi', 'glusterfs', 'flocker', 'persistentVolumeClaim', 'rbd', 'cinder',
  'cephfs', 'quobyte', 'downwardAPI', 'fc', 'flexVolume', 'configMap', 'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume', 'azureDisk', 'storageos', 'projected', 'scaleIO', 'csi', 'ephemeral', 'image',
] as const
/** Error paths that differ from the field's name. */
const sourcePaths: { readonly [source: string]: string } = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' }
const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']

function validateKeyToPath(item: KeyToPath, path: string, errors: ErrorList): void {
  if (!item.key) errors.required(`${path}.key`)
  if (!item.path) errors.required(`${path}.path`)
  validateLocalPath(item.path ?? '', `${path}.path`, errors)
  validateFileMode(item.mode, `${path}.mode`, errors)
}

function validateKeyed(source: { items?: KeyToPath[]; defaultMode?: number }, name: string | undefined, nameField: string, path: string, errors: ErrorList): void {
  if (!name) errors.required(`${path}.${nameField}`)
  validateFileMode(source.defaultMode, `${path}.defaultMode`, errors)
  source.items?.forEach((item, index) => validateKeyToPath(item, `${path}.items[${index}]`, errors))
}

function validateDownwardFile(file: DownwardFile, path: string, errors: ErrorList): void {
  if (!file.path) errors.required(`${path}.path`)
  validateLocalPath(file.path ?? '', `${path}.path`, errors)
  if (file.fieldRef !== undefined) {
    validateFieldRef(file.fieldRef, volumeFieldPaths, `${path}.fieldRef`, errors)
    if (file.resourceFieldRef !== undefined) errors.invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously')
  } else if (file.resourceFieldRef !== undefined) validateResourceFieldRef(file.resourceFieldRef, true, `${path}.resourceFieldRef`, errors)
  else errors.required(path, 'one of fieldRef and resourceFieldRef is required')
  validateFileMode(file.mode, `${path}.mode`, errors)
}

function validateToken(token: NonNullable<ProjectionSource['serviceAccountToken']>, path: string, sourcePath: string, errors: ErrorList): void {
  const seconds = token.expirationSeconds ?? 0
  if (seconds < 600) errors.invalid(`${sourcePath}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes')
  if (seconds > 4294967296) errors.invalid(`${sourcePath}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds')
  if (!token.path) errors.required(`${path}.path`)
  else validateLocalPath(token.path, `${path}.path`, errors)
}

function validateProjected(projected: NonNullable<FullVolume['projected']>, path: string, errors: ErrorList): void {
  validateFileMode(projected.defaultMode, `${path}.defaultMode`, errors)
  const paths = new Set<string>()
  const claimPath = (filePath: string | undefined, shown: string): void => {
    if (!filePath) return
    if (paths.has(filePath)) errors.invalid(path, shown, 'conflicting duplicate paths')
    paths.add(filePath)
  }
  projected.sources?.forEach((source, index) => {
    const at = `${path}.sources[${index}]`
    for (const kind of ['secret', 'configMap'] as const) {
      const keyed = source[kind]
      if (keyed === undefined) continue
      if (!keyed.name) errors.required(`${at}.${kind}.name`)
      keyed.items?.forEach((item, itemIndex) => {
        validateKeyToPath(item, `${at}.${kind}.items[${itemIndex}]`, errors)
        claimPath(item.path, keyed.name ?? '')
      })
    }
    for (const file of source.downwardAPI?.items ?? []) {
      validateDownwardFile(file, `${at}.downwardAPI`, errors)
      claimPath(file.path, file.path ?? '')
    }
    if (source.serviceAccountToken !== undefined) validateToken(source.serviceAccountToken, path, `${at}.serviceAccountToken`, errors)
    if (Object.values(source).filter((each) => each !== undefined).length > 1) errors.forbidden(at, 'may not specify more than 1 volume type per source')
  })
}

function validateEphemeral(volume: FullVolume, podMeta: ObjectMeta | undefined, path: string, errors: ErrorList): void {
  const template = volume.ephemeral?.volumeClaimTemplate
  const at = `${path}.ephemeral.volumeClaimTemplate`
  if (template === undefined) errors.required(at)
  else {
    validateTemplateMeta(template.metadata, `${at}.metadata`, errors)
    validateClaimSpec(template.spec ?? {}, `${at}.spec`, errors)
  }
  if (!podMeta?.name || !volume.name) return
  const claimName = `${podMeta.name}-${volume.name}`
  for (const message of checkDns1123Subdomain(claimName)) errors.invalid(`${path}.name`, volume.name, `PVC name "${claimName}": ${message}`)
}

function validateSource(kind: string, volume: FullVolume, podMeta: ObjectMeta | undefined, isPod: boolean, path: string, errors: ErrorList): void {
  const at = `${path}.${kind === 'gcePersistentDisk' ? 'persistentDisk' : kind}`
  const source = volume[kind] as { [field: string]: unknown }
  switch (kind) {
    case 'emptyDir': {
      const limit = volume.emptyDir!.sizeLimit
      if (limit !== undefined && compareQuantities(limit, '0') < 0) errors.forbidden(`${at}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')
      break
    }
    case 'hostPath': validateHostPath(volume.hostPath!, at, errors); break
    case 'gitRepo':
      if (!volume.gitRepo!.repository) errors.required(`${at}.repository`)
      validateDescendingPath(volume.gitRepo!.directory ?? '', `${at}.directory`, errors)
      break
    case 'secret': validateKeyed(volume.secret!, volume.secret!.secretName, 'secretName', at, errors); break
    case 'configMap': validateKeyed(volume.configMap!, volume.configMap!.name, 'name', at, errors); break
    case 'nfs': validateNfs(volume.nfs!, at, errors); break
    case 'persistentVolumeClaim': if (!volume.persistentVolumeClaim!.claimName) errors.required(`${at}.claimName`); break
    case 'downwardAPI':
      validateFileMode(volume.downwardAPI!.defaultMode, `${at}.defaultMode`, errors)
      for (const file of volume.downwardAPI!.items ?? []) validateDownwardFile(file, at, errors)
      break
    case 'projected': validateProjected(volume.projected!, at, errors); break
    case 'csi': validateCsi(volume.csi!, at, errors); break
    case 'ephemeral': validateEphemeral(volume, podMeta, path, errors); break
    case 'image':
      if (isPod && !volume.image!.reference) errors.required(`${at}.reference`)
      validatePullPolicy(volume.image!.pullPolicy, `${at}.pullPolicy`, errors)
      break
    default: validateVolumePlugin(kind, source, at, errors)
  }
}

/** Always, IfNotPresent or Never. */
export function validatePullPolicy(policy: string | undefined, path: string, errors: ErrorList): void {
  errors.oneOf(path, policy, ['Always', 'IfNotPresent', 'Never'])
}

/** Validates a hostPath source. */
export function validateHostPath(source: NonNullable<FullVolume['hostPath']>, path: string, errors: ErrorList): void {
  if (!source.path) return errors.required(`${path}.path`)
  validateNoBacksteps(source.path, `${path}.path`, errors)
  if (source.type !== undefined && !hostPathTypes.includes(source.type)) errors.notSupported(`${path}.type`, source.type, hostPathTypes)
}

/** Validates an NFS source. */
export function validateNfs(source: NonNullable<FullVolume['nfs']>, path: string, errors: ErrorList): void {
  if (!source.server) errors.required(`${path}.server`)
  if (!source.path) errors.required(`${path}.path`)
  if (!source.path?.startsWith('/')) errors.invalid(`${path}.path`, source.path ?? '', 'must be an absolute path')
}

function validateCsi(source: NonNullable<FullVolume['csi']>, path: string, errors: ErrorList): void {
  validateCsiDriver(source.driver, `${path}.driver`, errors)
  if (source.nodePublishSecretRef === undefined) return
  if (!source.nodePublishSecretRef.name) errors.required(`${path}.nodePublishSecretRef.name`)
  else errors.invalidEach(`${path}.name`, source.nodePublishSecretRef.name, checkDns1123Subdomain(source.nodePublishSecretRef.name))
}

/** Validates the name of a CSI driver. */
export function validateCsiDriver(driver: string | undefined, path: string, errors: ErrorList): void {
  if (!driver) errors.required(path)
  if ((driver ?? '').length > 63) errors.tooLong(path, 63)
  errors.invalidEach(path, driver ?? '', checkDns1123Subdomain((driver ?? '').toLowerCase()))
}

function validateVolume(volume: FullVolume, podMeta: ObjectMeta | undefined, isPod: boolean, path: string, errors: ErrorList): void {
  const given = sourceOrder.filter((kind) => volume[kind] !== undefined)
  given.forEach((kind, index) => {
    if (index === 0) validateSource(kind, volume, podMeta, isPod, path, errors)
    else errors.forbidden(`${path}.${sourcePaths[kind] ?? kind}`, 'may not specify more than 1 volume type')
  })
  if (given.length === 0) errors.required(path, 'must specify a volume type')
}

/** Validates volumes; gives the good ones by name. */
export function validateVolumes(volumes: readonly FullVolume[] | undefined, podMeta: ObjectMeta | undefined, isPod: boolean, path: string, errors: ErrorList): ReadonlyMap<string, FullVolume> {
  const good = new Map<string, FullVolume>()
  const created = new Set(podMeta?.name ? (volumes ?? []).filter((volume) => volume.ephemeral !== undefined).map((volume) => `${podMeta.name}-${volume.name}`) : [])
  volumes?.forEach((volume, index) => {
    const at = `${path}[${index}]`
    const before = errors.size
    validateVolume(volume, podMeta, isPod, at, errors)
    if (!volume.name) errors.required(`${at}.name`)
    else errors.invalidEach(`${at}.name`, volume.name, checkDns1123Label(volume.name))
    if (good.has(volume.name ?? '')) errors.duplicate(`${at}.name`, volume.name)
    if (errors.size === before) good.set(volume.name!, volume)
    const claim = volume.persistentVolumeClaim?.claimName
    if (claim !== undefined && created.has(claim)) errors.invalid(`${at}.persistentVolumeClaim.claimName`, claim, 'must not reference a PVC that gets created for an ephemeral volume')
  })
  return good
}

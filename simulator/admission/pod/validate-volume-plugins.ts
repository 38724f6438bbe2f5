/** Volume sources of storage systems, in pods and in PersistentVolumes. Models pkg/apis/core/validation (v1.35). */

import { checkDns1123Label, nameTexts } from '../../api/names.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { sortedKeys } from '../validation/meta.ts'

type Source = { readonly [field: string]: unknown }
interface SecretRef { readonly name?: string; readonly namespace?: string }
type Check = (source: Source, path: string, errors: ErrorList, ofVolume?: OfVolume) => void

/** What a PersistentVolume checks in addition. */
export interface OfVolume { readonly volumeName: string }

function textIn(source: Source, field: string): string {
  return (source[field] as string | undefined) ?? ''
}

function required(...fields: readonly string[]): Check {
  return (source, path, errors) => {
    for (const field of fields) if (!source[field] || (Array.isArray(source[field]) && source[field].length === 0)) errors.required(`${path}.${field}`)
  }
}

function both(...checks: readonly Check[]): Check {
  return (source, path, errors, ofVolume) => {
    for (const check of checks) check(source, path, errors, ofVolume)
  }
}

/** A secret that is named must have a name, in a PersistentVolume a namespace too. */
const secretRef: Check = (source, path, errors, ofVolume) => {
  const ref = source['secretRef'] as SecretRef | undefined
  if (ref === undefined) return
  if (!ref.name) errors.required(`${path}.secretRef.name`)
  if (ofVolume !== undefined && !ref.namespace) errors.required(`${path}.secretRef.namespace`)
}

const partition: Check = (source, path, errors) => {
  const value = (source['partition'] as number | undefined) ?? 0
  if (value < 0 || value > 255) errors.invalid(`${path}.partition`, value, nameTexts.between(1, 255))
}

const iscsiNames: readonly (readonly [string, RegExp])[] = [
  ['iqn', /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/], ['eui', /^eui.[A-Za-z0-9]{16}$/], ['naa', /^naa.[A-Za-z0-9]{32}$/],
]

/** @param unknownText what a name says that begins with none of the three */
function validateIscsiName(name: string, path: string, unknownText: string, errors: ErrorList): void {
  const known = iscsiNames.find(([prefix]) => name.startsWith(prefix))
  if (known === undefined) errors.invalid(path, name, unknownText)
  else if (!known[1].test(name)) errors.invalid(path, name, 'must be valid format')
}

const iscsi: Check = (source, path, errors, ofVolume) => {
  const { targetPortal = '', iqn = '', lun = 0, initiatorName, chapAuthDiscovery, chapAuthSession, secretRef: ref } = source as {
    targetPortal?: string; iqn?: string; lun?: number; initiatorName?: string; chapAuthDiscovery?: boolean; chapAuthSession?: boolean; secretRef?: SecretRef
  }
  const unknownText = ofVolume === undefined ? 'must be valid format starting with iqn, eui, or naa' : 'must be valid format'
  if (targetPortal === '') errors.required(`${path}.targetPortal`)
  if (ofVolume !== undefined && initiatorName !== undefined && `${ofVolume.volumeName}:${targetPortal}`.length > 64) {
    errors.invalid(`${path}.targetportal`, targetPortal, 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.')
  }
  if (iqn === '') errors.required(`${path}.iqn`)
  else validateIscsiName(iqn, `${path}.iqn`, unknownText, errors)
  if (lun < 0 || lun > 255) errors.invalid(`${path}.lun`, lun, nameTexts.between(0, 255))
  if ((chapAuthDiscovery === true || chapAuthSession === true) && ref === undefined) errors.required(`${path}.secretRef`)
  if (ofVolume !== undefined && ref !== undefined && !ref.name) errors.required(`${path}.secretRef.name`)
  if (initiatorName !== undefined) validateIscsiName(initiatorName, `${path}.initiatorname`, unknownText, errors)
}

const fc: Check = (source, path, errors) => {
  const { targetWWNs = [], wwids = [], lun } = source as { targetWWNs?: string[]; wwids?: string[]; lun?: number }
  if (targetWWNs.length === 0 && wwids.length === 0) errors.required(`${path}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both')
  if (targetWWNs.length > 0 && wwids.length > 0) errors.invalid(`${path}.targetWWNs`, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously')
  if (targetWWNs.length === 0) return
  if (lun === undefined) errors.required(`${path}.lun`, 'lun is required if targetWWNs is specified')
  else if (lun < 0 || lun > 255) errors.invalid(`${path}.lun`, lun, nameTexts.between(0, 255))
}

const flocker: Check = (source, path, errors) => {
  const [name, uuid] = [textIn(source, 'datasetName'), textIn(source, 'datasetUUID')]
  if (name === '' && uuid === '') errors.required(path, 'one of datasetName and datasetUUID is required')
  if (name !== '' && uuid !== '') errors.invalid(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously')
  if (name.includes('/')) errors.invalid(`${path}.datasetName`, name, "must not contain '/'")
}

/** HOST:PORT as net.SplitHostPort takes it. */
function isHostPort(text: string): boolean {
  return /^(?:\[[^[\]]*\]|[^:[\]]*):[^:[\]]*$/.test(text)
}

const quobyte: Check = (source, path, errors) => {
  const hostPorts = 'must be a host:port pair or multiple pairs separated by commas'
  const registry = textIn(source, 'registry')
  if (registry === '') errors.required(`${path}.registry`, hostPorts)
  else if (textIn(source, 'tenant').length >= 65) errors.required(`${path}.tenant`, 'must be a UUID and may not exceed a length of 64 characters')
  else for (const pair of registry.split(',')) if (!isHostPort(pair)) errors.invalid(`${path}.registry`, registry, hostPorts)
  if (textIn(source, 'volume') === '') errors.required(`${path}.volume`)
}

const flexOptions: Check = (source, path, errors) => {
  for (const key of sortedKeys(source['options'] as Source | undefined)) {
    const namespace = `.${key.split('/')[0]!.toLowerCase()}`
    if (namespace.endsWith('.kubernetes.io') || namespace.endsWith('.k8s.io')) errors.invalid(`${path}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved')
  }
}

const cachingModes = ['None', 'ReadOnly', 'ReadWrite']
const diskKinds = ['Dedicated', 'Managed', 'Shared']
const managedDisk = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
const blobDisk = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'

const azureDisk: Check = (source, path, errors) => {
  const { diskURI = '', cachingMode, kind } = source as { diskURI?: string; cachingMode?: string; kind?: string }
  if (cachingMode !== undefined && !cachingModes.includes(cachingMode)) errors.notSupported(`${path}.cachingMode`, cachingMode, cachingModes)
  if (kind === undefined) return
  if (!diskKinds.includes(kind)) errors.notSupported(`${path}.kind`, kind, diskKinds)
  if (kind === 'Managed' && !diskURI.startsWith('/subscriptions/')) errors.notSupported(`${path}.diskURI`, diskURI, [managedDisk])
  if (kind !== 'Managed' && !diskURI.startsWith('https://')) errors.notSupported(`${path}.diskURI`, diskURI, [blobDisk])
}

const storageos: Check = (source, path, errors, ofVolume) => {
  const [name, namespace] = [textIn(source, 'volumeName'), textIn(source, 'volumeNamespace')]
  if (name === '') errors.required(`${path}.volumeName`)
  else errors.invalidEach(`${path}.volumeName`, name, checkDns1123Label(name))
  if (namespace !== '') errors.invalidEach(`${path}.volumeNamespace`, namespace, checkDns1123Label(namespace))
  secretRef(source, path, errors, ofVolume)
}

const glusterNamespace: Check = (source, path, errors, ofVolume) => {
  const namespace = source['endpointsNamespace'] as string | undefined
  if (ofVolume === undefined || namespace === undefined) return
  if (namespace === '') errors.invalid(`${path}.endpointsNamespace`, '', 'if the endpointnamespace is set, it must be a valid namespace name')
  else errors.invalidEach(`${path}.endpointsNamespace`, namespace, checkDns1123Label(namespace))
}

const azureNamespace: Check = (source, path, errors, ofVolume) => {
  if (ofVolume !== undefined && source['secretNamespace'] === '') errors.required(`${path}.secretNamespace`)
}

const plugins: { readonly [kind: string]: Check } = {
  gcePersistentDisk: both(required('pdName'), partition),
  awsElasticBlockStore: both(required('volumeID'), partition),
  iscsi,
  glusterfs: both(required('endpoints', 'path'), glusterNamespace),
  flocker,
  rbd: required('monitors', 'image'),
  cinder: both(required('volumeID'), secretRef),
  cephfs: required('monitors'),
  quobyte,
  fc,
  flexVolume: both(required('driver'), flexOptions),
  azureFile: both(required('secretName', 'shareName'), azureNamespace),
  vsphereVolume: required('volumePath'),
  photonPersistentDisk: required('pdID'),
  portworxVolume: required('volumeID'),
  azureDisk: both(required('diskName', 'diskURI'), azureDisk),
  storageos,
  scaleIO: required('gateway', 'system', 'volumeName'),
}

/** Validates a source of a storage system; other kinds of sources are not looked into. */
export function validateVolumePlugin(kind: string, source: Source, path: string, errors: ErrorList, ofVolume?: OfVolume): void {
  if (Object.hasOwn(plugins, kind)) plugins[kind]!(source, path, errors, ofVolume)
}

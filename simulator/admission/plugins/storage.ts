/** Claims without a class get the default one; claims and volumes in use are protected. Models plugin/pkg/admission/storage (v1.35). */

import { groupResourceText } from '../../api/kinds.ts'
import type { KubeObject, PersistentVolumeClaim } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { forbid, isMain } from './helpers.ts'
import type { AdmissionPlugin, PluginRequest } from './plugin.ts'
import { compareQuantities } from '../../api/quantity.ts'

const defaultClassKeys = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']
const betaClassKey = 'volume.beta.kubernetes.io/storage-class'
const resource = 'storageclasses.storage.k8s.io'

/** The default class; of several, the newest, then the first by name. */
function findDefaultClass(request: PluginRequest): KubeObject | undefined {
  const defaults = request.reader.list(resource, undefined).filter((object) => defaultClassKeys.some((key) => object.metadata.annotations?.[key] === 'true'))
  const newestFirst = (a: KubeObject, b: KubeObject): number => compareText(b.metadata.creationTimestamp ?? '', a.metadata.creationTimestamp ?? '') || compareText(a.metadata.name ?? '', b.metadata.name ?? '')
  return [...defaults].sort(newestFirst)[0]
}

export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  admit(request) {
    if (!isMain(request, 'persistentvolumeclaims') || request.operation !== 'CREATE') return undefined
    const claim = request.object as unknown as PersistentVolumeClaim
    claim.spec ??= {}
    if (claim.spec.storageClassName !== undefined || claim.metadata.annotations?.[betaClassKey] !== undefined) return undefined
    const found = findDefaultClass(request)
    if (found !== undefined) claim.spec.storageClassName = found.metadata.name
    return undefined
  },
}

const protections: { readonly [resource: string]: string } = { persistentvolumeclaims: 'kubernetes.io/pvc-protection', persistentvolumes: 'kubernetes.io/pv-protection', 'volumeattributesclasses.storage.k8s.io': 'kubernetes.io/vac-protection' }

export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  admit(request) {
    const finalizer = protections[groupResourceText(request.kind.group, request.kind.resource)]
    if (finalizer === undefined || request.subresource !== '' || request.operation !== 'CREATE') return undefined
    const meta = request.object.metadata
    if (!meta.finalizers?.includes(finalizer)) meta.finalizers = [...(meta.finalizers ?? []), finalizer]
    return undefined
  },
}

/** Claims may only grow, and only when their class says so. */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  validate(request) {
    if (!isMain(request, 'persistentvolumeclaims') || request.operation !== 'UPDATE') return undefined
    const claim = request.object as unknown as PersistentVolumeClaim
    const before = request.old as unknown as PersistentVolumeClaim
    const [size, oldSize] = [claim.spec?.resources?.requests?.['storage'] ?? '0', before.spec?.resources?.requests?.['storage'] ?? '0']
    if (compareQuantities(size, oldSize) <= 0) return undefined
    if (before.status?.phase !== 'Bound') return forbid(request, 'Only bound persistent volume claims can be expanded')
    const className = claim.spec.storageClassName ?? claim.metadata.annotations?.[betaClassKey]
    const storageClass = className ? (request.reader.get(resource, undefined, className) as (KubeObject & { allowVolumeExpansion?: boolean }) | undefined) : undefined
    if (storageClass?.allowVolumeExpansion === true) return undefined
    return forbid(request, 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize')
  },
}

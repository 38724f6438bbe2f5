/** PersistentVolumeClaim. Models pkg/registry/core/persistentvolumeclaim and pkg/apis/core/validation (v1.35). */

import { checkQualifiedName } from '../../api/names.ts'
import { compareQuantities } from '../../api/quantity.ts'
import type { PersistentVolumeClaim, StringMap } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { statusOnly } from '../kind-rules.ts'
import { defaultClaimSpec } from '../pod/claim-defaults.ts'
import { roundResourceList } from '../pod/defaults.ts'
import type { ClaimSpec } from '../pod/pod-types.ts'
import { validateClaimSpec, warningsForClaimSpec } from '../pod/validate-claim.ts'
import { goDiff } from '../validation/go-diff.ts'
import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain, sortedKeys, validateImmutable, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

const betaClassKey = 'volume.beta.kubernetes.io/storage-class'

function claimOf(object: AdmittedObject): PersistentVolumeClaim & { spec: ClaimSpec } {
  return object as unknown as PersistentVolumeClaim & { spec: ClaimSpec }
}

function warnings(object: AdmittedObject): string[] {
  const list = object.metadata.annotations?.[betaClassKey] === undefined ? [] : [`metadata.annotations[${betaClassKey}]: deprecated since v1.8; use "storageClassName" attribute instead`]
  return [...list, ...warningsForClaimSpec(claimOf(object).spec, 'spec')]
}

function isKnownSource(source: NonNullable<ClaimSpec['dataSource']>): boolean {
  const group = source.apiGroup ?? ''
  return (group === '' && source.kind === 'PersistentVolumeClaim') || (group === 'snapshot.storage.k8s.io' && source.kind === 'VolumeSnapshot')
}

/** A reference to a data source of this namespace stands in both fields; one of another kind counts only in the newer field. */
function syncDataSource(spec: ClaimSpec): void {
  if (spec.dataSource !== undefined && spec.dataSourceRef === undefined && !isKnownSource(spec.dataSource)) delete spec.dataSource
  if (spec.dataSource !== undefined && spec.dataSourceRef === undefined) spec.dataSourceRef = { ...spec.dataSource }
  else if (spec.dataSourceRef !== undefined && spec.dataSource === undefined && !spec.dataSourceRef.namespace) {
    const { apiGroup, kind, name } = spec.dataSourceRef
    spec.dataSource = { ...(apiGroup === undefined ? {} : { apiGroup }), kind, name }
  }
}

function validate(object: AdmittedObject, errors: ErrorList): void {
  validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
  validateClaimSpec(claimOf(object).spec, 'spec', errors)
}

/** The spec with what may change put back to what it was. */
function withoutMutable(spec: ClaimSpec, old: ClaimSpec, isBound: boolean): ClaimSpec {
  const kept: ClaimSpec = { ...spec }
  if (!old.volumeName) kept.volumeName = old.volumeName
  if (old.storageClassName === undefined) kept.storageClassName = undefined
  if (isBound) {
    const storage = old.resources?.requests?.['storage']
    if (storage !== undefined) kept.resources = { ...spec.resources, requests: { ...spec.resources?.requests, storage } }
    kept.volumeAttributesClassName = old.volumeAttributesClassName
  }
  return kept
}

/** A claim's spec with the fields of the API server's own type, as refusals show it. */
function internalSpec(spec: ReturnType<typeof claimOf>['spec']): unknown {
  const { dataSource, dataSourceRef, resources } = spec
  return {
    AccessModes: spec.accessModes ?? null, Selector: spec.selector ?? null, Resources: { Limits: resources?.limits ?? null, Requests: resources?.requests ?? null },
    VolumeName: spec.volumeName ?? '', StorageClassName: spec.storageClassName ?? null, VolumeMode: spec.volumeMode ?? null,
    DataSource: dataSource === undefined ? null : { APIGroup: dataSource.apiGroup ?? null, Kind: dataSource.kind, Name: dataSource.name },
    DataSourceRef: dataSourceRef === undefined ? null : { APIGroup: dataSourceRef.apiGroup ?? null, Kind: dataSourceRef.kind, Name: dataSourceRef.name, Namespace: dataSourceRef.namespace ?? null },
    VolumeAttributesClassName: spec.volumeAttributesClassName ?? null,
  }
}

function validateUpdate(object: AdmittedObject, old: AdmittedObject, errors: ErrorList): void {
  validateObjectMetaUpdate(object.metadata, old.metadata, errors)
  validate(object, errors)
  const [claim, before] = [claimOf(object), claimOf(old)]
  const annotation = (each: AdmittedObject): string => each.metadata.annotations?.[betaClassKey] ?? ''
  if (annotation(object) !== annotation(old)) errors.invalid(`metadata.annotations.${betaClassKey}`, annotation(object), 'field is immutable')
  const munged = withoutMutable(claim.spec, before.spec, before.status?.phase === 'Bound')
  if (!equalSemantic(munged, before.spec)) errors.forbidden('spec', `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${goDiff(internalSpec(before.spec), internalSpec(munged))}`)
  const [size, oldSize, capacity] = [claim.spec.resources?.requests?.['storage'] ?? '0', before.spec.resources?.requests?.['storage'] ?? '0', before.status?.capacity?.['storage'] ?? '0']
  if (compareQuantities(size, oldSize) < 0 && compareQuantities(size, capacity) <= 0) errors.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')
  validateImmutable(claim.spec.volumeMode, before.spec.volumeMode, 'volumeMode', errors)
}

interface Allocated { allocatedResourceStatuses?: StringMap; allocatedResources?: StringMap }

const resizeStatuses = ['ControllerResizeInProgress', 'ControllerResizeInfeasible', 'NodeResizeInProgress', 'NodeResizeInfeasible', 'NodeResizePending']

/** A resource of a claim: storage, or one of somebody else. @returns false when it is none */
function validateClaimResource(name: string, path: string, errors: ErrorList): boolean {
  const messages = checkQualifiedName(name)
  errors.invalidEach(path, name, messages)
  if (messages.length > 0) return false
  const isOther = name === 'storage' || (name.includes('/') && !name.includes('kubernetes.io/'))
  if (!isOther) errors.notSupported(path, name, ['storage'])
  return isOther
}

function validateAllocated({ allocatedResourceStatuses, allocatedResources }: Allocated = {}, errors: ErrorList): void {
  const path = 'status.allocatedResourceStatuses'
  for (const name of sortedKeys(allocatedResourceStatuses)) {
    validateClaimResource(name, path, errors)
    if (!resizeStatuses.includes(allocatedResourceStatuses![name]!)) errors.notSupported(path, name, [...resizeStatuses].sort(compareText))
  }
  for (const name of sortedKeys(allocatedResources)) {
    const quantity = allocatedResources![name]!
    if (!validateClaimResource(name, 'status.allocatedResources', errors)) continue
    if (compareQuantities(quantity, '0') < 0) errors.invalid(`status.allocatedResources[${name}]`, quantity, 'must be greater than or equal to 0')
  }
}

export const persistentvolumeclaims: KindRules = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  applyDefaults(object) {
    const claim = claimOf(object)
    claim.spec ??= {}
    claim.status ??= {}
    claim.status.phase ||= 'Pending'
    defaultClaimSpec(claim.spec)
    for (const list of [claim.spec.resources?.requests, claim.spec.resources?.limits, claim.status.capacity]) roundResourceList(list)
  },
  prepareCreate(object) {
    object['status'] = { phase: 'Pending' }
    syncDataSource(claimOf(object).spec)
  },
  validateCreate: validate,
  warnOnCreate: warnings,
  prepareUpdate(object, old) {
    object['status'] = old['status']
    syncDataSource(claimOf(object).spec)
  },
  validateUpdate,
  warnOnUpdate: warnings,
  allowsUnconditionalUpdate: true,
  subresources: {
    status: statusOnly((object, old, errors) => {
      validateObjectMetaUpdate(object.metadata, old.metadata, errors)
      const { capacity } = claimOf(object).status ?? {}
      for (const name of sortedKeys(capacity)) if (compareQuantities(capacity![name]!, '0') < 0) errors.invalid(`status.capacity[${name}]`, capacity![name], 'must be a valid resource quantity')
      validateAllocated(object['status'] as Allocated | undefined, errors)
    }),
  },
}

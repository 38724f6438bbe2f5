/** Validation of the spec of a PersistentVolumeClaim, wherever it stands. Models pkg/apis/core/validation (v1.35). */

import { checkDns1123Label, checkDns1123Subdomain } from '../../api/names.ts'
import { compareQuantities } from '../../api/quantity.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateLabelSelector } from '../validation/meta.ts'
import { isWholeQuantity } from '../validation/resources.ts'
import type { ClaimSpec } from './pod-types.ts'

export const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const volumeModes = ['Block', 'Filesystem']

/** Access modes of claims and volumes. */
export function validateAccessModes(modes: readonly string[], path: string, errors: ErrorList): void {
  for (const mode of modes) if (!accessModes.includes(mode)) errors.notSupported(path, mode, accessModes)
  if (modes.includes('ReadWriteOncePod') && modes.some((mode) => mode !== 'ReadWriteOncePod' && accessModes.includes(mode))) {
    errors.forbidden(path, 'may not use ReadWriteOncePod with other access modes')
  }
}

/** Block or Filesystem. */
export function validateVolumeMode(mode: string | undefined, path: string, errors: ErrorList): void {
  if (mode !== undefined && !volumeModes.includes(mode)) errors.notSupported(path, mode, volumeModes)
}

type DataSource = NonNullable<ClaimSpec['dataSourceRef']>

function validateDataSource(source: DataSource, path: string, errors: ErrorList): void {
  if (!source.name) errors.required(`${path}.name`)
  if (!source.kind) errors.required(`${path}.kind`)
  const group = source.apiGroup ?? ''
  if (group === '' && source.kind !== 'PersistentVolumeClaim') errors.invalid(path, source.kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup")
  if (group !== '') errors.invalidEach(`${path}.apiGroup`, group, checkDns1123Subdomain(group))
  if (source.namespace) errors.invalidEach(`${path}.namespace`, source.namespace, checkDns1123Label(source.namespace))
}

function validateDataSources(spec: ClaimSpec, path: string, errors: ErrorList): void {
  const { dataSource, dataSourceRef } = spec
  if (dataSource !== undefined) validateDataSource(dataSource, `${path}.dataSource`, errors)
  if (dataSourceRef !== undefined) validateDataSource(dataSourceRef, `${path}.dataSourceRef`, errors)
  if (dataSource === undefined || dataSourceRef === undefined) return
  if (dataSourceRef.namespace) errors.invalid(path, {}, 'may not be specified when dataSourceRef.namespace is specified')
  else if (dataSource.apiGroup !== dataSourceRef.apiGroup || dataSource.kind !== dataSourceRef.kind || dataSource.name !== dataSourceRef.name) errors.invalid(path, {}, 'must match dataSourceRef')
}

/** Validates the spec of a claim or of a claim template. */
export function validateClaimSpec(spec: ClaimSpec, path: string, errors: ErrorList): void {
  const modes = spec.accessModes ?? []
  if (modes.length === 0) errors.required(`${path}.accessModes`, 'at least 1 access mode is required')
  validateLabelSelector(spec.selector, `${path}.selector`, errors)
  validateAccessModes(modes, `${path}.accessModes`, errors)
  const storage = spec.resources?.requests?.['storage']
  if (storage === undefined) errors.required(`${path}.resources[storage]`)
  else if (compareQuantities(storage, '0') <= 0) errors.invalid(`${path}.resources[storage]`, storage, 'must be greater than zero')
  if (spec.storageClassName) errors.invalidEach(`${path}.storageClassName`, spec.storageClassName, checkDns1123Subdomain(spec.storageClassName))
  validateVolumeMode(spec.volumeMode, `${path}.volumeMode`, errors)
  validateDataSources(spec, path, errors)
  if (spec.volumeAttributesClassName) errors.invalidEach(`${path}.volumeAttributesClassName`, spec.volumeAttributesClassName, checkDns1123Subdomain(spec.volumeAttributesClassName))
}

/** Warnings about fractions of bytes. */
export function warningsForClaimSpec(spec: ClaimSpec, path: string): string[] {
  const warnings: string[] = []
  for (const side of ['requests', 'limits'] as const) {
    const storage = spec.resources?.[side]?.['storage']
    if (storage !== undefined && !isWholeQuantity(storage)) warnings.push(`${path}.resources.${side}[storage]: fractional byte value "${storage}" is invalid, must be an integer`)
  }
  return warnings
}

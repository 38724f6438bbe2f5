/** Validation of metadata, labels and selectors. Models apimachinery/pkg/api/validation and pkg/apis/meta/v1/validation (v1.35). */

import { goQuote, utf8Length } from '../../api/go-text.ts'
import { checkDns1123Label, checkDns1123Subdomain, checkLabelValue, checkQualifiedName } from '../../api/names.ts'
import type { LabelSelector, LabelSelectorRequirement, ObjectMeta, OwnerReference, StringMap } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import type { ErrorList } from './error-list.ts'
import { equalSemantic } from './equal.ts'

/** Checks a name; with `isPrefix` a trailing dash is fine, since something follows. */
export type NameCheck = (name: string, isPrefix: boolean) => readonly string[]

export const immutableText = 'field is immutable'
export const negativeText = 'must be greater than or equal to 0'
const annotationBytesMax = 256 * 1024
const standardFinalizers: readonly string[] = ['kubernetes', 'orphan', 'foregroundDeletion']

function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name
}

export const nameIsDnsSubdomain: NameCheck = (name, isPrefix) => checkDns1123Subdomain(isPrefix ? maskTrailingDash(name) : name)
export const nameIsDnsLabel: NameCheck = (name, isPrefix) => checkDns1123Label(isPrefix ? maskTrailingDash(name) : name)

/** Names of RBAC objects and others: anything that is one segment of a path. */
export const nameIsPathSegment: NameCheck = (name, isPrefix) => {
  const errors: string[] = []
  if (!isPrefix && (name === '.' || name === '..')) return [`may not be '${name}'`]
  for (const char of ['/', '%']) if (name.includes(char)) errors.push(`may not contain '${char}'`)
  return errors
}

/** The keys of a map in order; none for no map. */
export function sortedKeys(map: { readonly [key: string]: unknown } | undefined): string[] {
  return map === undefined ? [] : Object.keys(map).sort(compareText)
}

/** Validates the key of a label. */
export function validateLabelName(key: string, path: string, errors: ErrorList): void {
  errors.invalidEach(path, key, checkQualifiedName(key))
}

/** Validates keys and values of labels. */
export function validateLabels(labels: StringMap | undefined, path: string, errors: ErrorList): void {
  for (const key of sortedKeys(labels)) {
    validateLabelName(key, path, errors)
    errors.invalidEach(path, labels![key], checkLabelValue(labels![key]!))
  }
}

/** Validates keys of annotations and their total size. */
export function validateAnnotations(annotations: StringMap | undefined, path: string, errors: ErrorList): void {
  let bytes = 0
  for (const key of sortedKeys(annotations)) {
    errors.invalidEach(path, key, checkQualifiedName(key.toLowerCase()))
    bytes += utf8Length(key) + utf8Length(annotations![key]!)
  }
  if (bytes > annotationBytesMax) errors.tooLong(path, annotationBytesMax)
}

function validateRequirement(requirement: LabelSelectorRequirement, path: string, errors: ErrorList): void {
  const values = requirement.values ?? []
  if (requirement.operator === 'In' || requirement.operator === 'NotIn') {
    if (values.length === 0) errors.required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")
  } else if (requirement.operator === 'Exists' || requirement.operator === 'DoesNotExist') {
    if (values.length > 0) errors.forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
  } else errors.invalid(`${path}.operator`, requirement.operator ?? '', 'not a valid selector operator')
  validateLabelName(requirement.key ?? '', `${path}.key`, errors)
  values.forEach((value, index) => errors.invalidEach(`${path}.values[${index}]`, value, checkLabelValue(value)))
}

/** Validates a label selector. */
export function validateLabelSelector(selector: LabelSelector | undefined, path: string, errors: ErrorList): void {
  if (selector === undefined) return
  validateLabels(selector.matchLabels, `${path}.matchLabels`, errors)
  selector.matchExpressions?.forEach((expression, index) => validateRequirement(expression, `${path}.matchExpressions[${index}]`, errors))
}

/** Fields of metadata in Go's order, with the names that refusals give them. */
const unsettable: readonly (readonly [keyof ObjectMeta | 'selfLink' | 'managedFields', string])[] = [
  ['name', 'name'], ['generateName', 'generateName'], ['namespace', 'namespace'], ['selfLink', 'selfLink'], ['uid', 'uID'], ['resourceVersion', 'resourceVersion'], ['generation', 'generation'],
  ['creationTimestamp', 'creationTimestamp'], ['deletionTimestamp', 'deletionTimestamp'], ['deletionGracePeriodSeconds', 'deletionGracePeriodSeconds'], ['ownerReferences', 'ownerReferences'],
  ['finalizers', 'finalizers'], ['managedFields', 'managedFields'],
]

/** Validates metadata of a template that may have labels and annotations only. */
export function validateTemplateMeta(meta: ObjectMeta | undefined, path: string, errors: ErrorList): void {
  validateAnnotations(meta?.annotations, `${path}.annotations`, errors)
  validateLabels(meta?.labels, `${path}.labels`, errors)
  for (const [field, shown] of unsettable) {
    const value = (meta as { readonly [field: string]: unknown } | undefined)?.[field]
    if (value !== undefined && value !== '' && value !== 0) errors.forbidden(`${path}.${shown}`, 'cannot be set')
  }
}

/** An owner with its fields in Go's order. */
function shownOwner({ apiVersion = '', kind = '', name = '', uid = '', controller, blockOwnerDeletion }: OwnerReference): object {
  return { apiVersion, kind, name, uid, ...(controller === undefined ? {} : { controller }), ...(blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion }) }
}

function validateOwnerReferences(references: readonly OwnerReference[] | undefined, path: string, errors: ErrorList): void {
  let controller = ''
  for (const reference of references ?? []) {
    const slash = (reference.apiVersion ?? '').split('/')
    if (slash[slash.length - 1] === '' || slash.length > 2) errors.invalid(`${path}.apiVersion`, reference.apiVersion ?? '', 'version must not be empty')
    if ((reference.kind ?? '') === '') errors.invalid(`${path}.kind`, '', 'must not be empty')
    if ((reference.name ?? '') === '') errors.invalid(`${path}.name`, '', 'must not be empty')
    if ((reference.uid ?? '') === '') errors.invalid(`${path}.uid`, '', 'must not be empty')
    if (reference.apiVersion === 'v1' && reference.kind === 'Event') errors.invalid(path, reference, '/v1, Kind=Event is disallowed from being an owner')
    if (reference.controller !== true) continue
    const current = `${reference.kind}/${reference.name}`
    if (controller === '') controller = current
    else errors.invalid(path, references?.map(shownOwner), `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${current}`)
  }
}

function validateFinalizers(finalizers: readonly string[] | undefined, path: string, errors: ErrorList): void {
  for (const finalizer of finalizers ?? []) errors.invalidEach(path, finalizer, checkQualifiedName(finalizer))
  if (finalizers?.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')
  }
}

/** Only core kinds want finalizers to be standard or fully qualified. */
export function validateKubeFinalizers(meta: ObjectMeta, errors: ErrorList): void {
  meta.finalizers?.forEach((finalizer, index) => validateKubeFinalizer(finalizer, `metadata.finalizers[${index}]`, errors))
}

/** A finalizer that is standard or fully qualified. */
export function validateKubeFinalizer(finalizer: string, path: string, errors: ErrorList): void {
  if (!finalizer.includes('/') && !standardFinalizers.includes(finalizer)) {
    errors.invalid(path, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')
  }
}

function validateScope(meta: ObjectMeta, isNamespaced: boolean, errors: ErrorList): void {
  if (!isNamespaced) {
    if ((meta.namespace ?? '') !== '') errors.forbidden('metadata.namespace', 'not allowed on this type')
  } else if ((meta.namespace ?? '') === '') errors.required('metadata.namespace')
  else errors.invalidEach('metadata.namespace', meta.namespace, checkDns1123Label(meta.namespace!))
}

/**
 * Validates metadata of a new object, whose name was generated already.
 * @param checksPrefix false for the kinds that look at the name alone, not at what it was generated from
 * @param isCore kinds of the core group and apps, batch ...: their finalizers must be standard or fully qualified
 */
export function validateObjectMeta(meta: ObjectMeta, isNamespaced: boolean, nameCheck: NameCheck, errors: ErrorList, isCore = true, checksPrefix = true): void {
  if (checksPrefix && (meta.generateName ?? '') !== '') errors.invalidEach('metadata.generateName', meta.generateName, nameCheck(meta.generateName!, true))
  if ((meta.name ?? '') === '') errors.required('metadata.name', 'name or generateName is required')
  else errors.invalidEach('metadata.name', meta.name, nameCheck(meta.name!, false))
  validateScope(meta, isNamespaced, errors)
  if ((meta.generation ?? 0) < 0) errors.invalid('metadata.generation', meta.generation, negativeText)
  validateLabels(meta.labels, 'metadata.labels', errors)
  validateAnnotations(meta.annotations, 'metadata.annotations', errors)
  validateOwnerReferences(meta.ownerReferences, 'metadata.ownerReferences', errors)
  validateFinalizers(meta.finalizers, 'metadata.finalizers', errors)
  if (isCore) validateKubeFinalizers(meta, errors)
}

function validateNoNewFinalizers(meta: ObjectMeta, old: ObjectMeta, errors: ErrorList): void {
  const extra = [...new Set((meta.finalizers ?? []).filter((finalizer) => !(old.finalizers ?? []).includes(finalizer)))].sort(compareText)
  if (extra.length === 0) return
  errors.forbidden('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers []string{${extra.map(goQuote).join(', ')}}`)
}

const fixedMeta: readonly (keyof ObjectMeta)[] = ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds']

/** Validates metadata of a changed object. */
export function validateObjectMetaUpdate(meta: ObjectMeta, old: ObjectMeta, errors: ErrorList, isCore = true): void {
  if (old.deletionTimestamp !== undefined) validateNoNewFinalizers(meta, old, errors)
  if ((meta.resourceVersion ?? '') === '') errors.invalid('metadata.resourceVersion', meta.resourceVersion ?? '', 'must be specified for an update')
  if ((meta.generation ?? 0) < (old.generation ?? 0)) errors.invalid('metadata.generation', meta.generation ?? 0, 'must not be decremented')
  for (const field of fixedMeta) validateImmutable(meta[field] ?? (field === 'name' || field === 'namespace' || field === 'uid' ? '' : undefined), old[field] ?? (field === 'name' || field === 'namespace' || field === 'uid' ? '' : undefined), `metadata.${field}`, errors)
  validateLabels(meta.labels, 'metadata.labels', errors)
  validateAnnotations(meta.annotations, 'metadata.annotations', errors)
  validateOwnerReferences(meta.ownerReferences, 'metadata.ownerReferences', errors)
  if (isCore) validateKubeFinalizers(meta, errors)
}

/** A field that may not change. */
export function validateImmutable(value: unknown, old: unknown, path: string, errors: ErrorList): void {
  if (!equalSemantic(value, old)) errors.invalid(path, value, immutableText)
}

/** Zero or more, where there is a value. */
export function validateNonNegative(value: number | undefined, path: string, errors: ErrorList): void {
  if (value !== undefined && value < 0) errors.invalid(path, value, negativeText)
}

interface StatusCondition { readonly type?: string; readonly status?: string; readonly observedGeneration?: number; readonly lastTransitionTime?: string | null; readonly reason?: string; readonly message?: string }

const conditionStatuses = ['False', 'True', 'Unknown']
const reasonPattern = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/
const reasonText = "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')"
const reasonMax = 1024
const messageMax = 32 * 1024

/** Validates conditions of the common type. Models pkg/apis/meta/v1/validation ValidateConditions (v1.35). */
export function validateConditions(conditions: readonly StatusCondition[] | undefined, path: string, errors: ErrorList): void {
  conditions?.forEach(({ type = '', status = '', observedGeneration = 0, lastTransitionTime, reason = '', message = '' }, index) => {
    const at = `${path}[${index}]`
    if (conditions.findIndex((other) => (other.type ?? '') === type) < index) errors.duplicate(`${at}.type`, type)
    validateLabelName(type, `${at}.type`, errors)
    if (!conditionStatuses.includes(status)) errors.notSupported(`${at}.status`, status, conditionStatuses)
    if (observedGeneration < 0) errors.invalid(`${at}.observedGeneration`, observedGeneration, 'must be greater than or equal to zero')
    if (lastTransitionTime === undefined || lastTransitionTime === null) errors.required(`${at}.lastTransitionTime`)
    if (reason === '') errors.required(`${at}.reason`)
    else {
      if (!reasonPattern.test(reason)) errors.invalid(`${at}.reason`, reason, reasonText)
      if (reason.length > reasonMax) errors.tooLong(`${at}.reason`, reasonMax)
    }
    if (utf8Length(message) > messageMax) errors.tooLong(`${at}.message`, messageMax)
  })
}

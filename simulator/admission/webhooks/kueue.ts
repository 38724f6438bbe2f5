/** The webhooks of Kueue. Models sigs.k8s.io/kueue/pkg/webhooks and pkg/controller/jobs/job (v0.10). */

import { fieldErrors } from '../../api/field-error.ts'
import type { FieldError } from '../../api/field-error.ts'
import { checkDns1123Subdomain } from '../../api/names.ts'
import { compareQuantities } from '../../api/quantity.ts'
import type { LabelSelector } from '../../api/types.ts'
import type { AdmittedObject } from '../kind-rules.ts'
import { ErrorList } from '../validation/error-list.ts'
import { negativeText, validateLabels, validateLabelSelector } from '../validation/meta.ts'
import { validateResourceName } from '../validation/resources.ts'
import type { Webhook, WebhookReview } from './webhook.ts'

const group = 'kueue.x-k8s.io'
const mutating = 'kueue-mutating-webhook-configuration'
const validating = 'kueue-validating-webhook-configuration'
const queueLabel = `${group}/queue-name`
const priorityLabel = `${group}/priority-class`
const inUseFinalizer = `${group}/resource-in-use`

type Fields = { readonly [field: string]: unknown }

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : []
}

function labelOf({ metadata }: AdmittedObject, label: string): string {
  return metadata.labels?.[label] ?? ''
}

/** Objects that others use are held until nobody does. */
function addFinalizer({ object }: WebhookReview): void {
  const finalizers = object.metadata.finalizers ?? []
  if (!finalizers.includes(inUseFinalizer)) object.metadata.finalizers = [...finalizers, inUseFinalizer]
}

/** A Job with a queue waits for its admission. */
function suspendJob({ object }: WebhookReview): void {
  if (labelOf(object, queueLabel) !== '') object['spec'] = { ...fields(object['spec']), suspend: true }
}

function validateJob({ object, old }: WebhookReview): FieldError[] {
  const name = labelOf(object, queueLabel)
  const path = `metadata.labels[${queueLabel}]`
  const problems = name === '' ? [] : checkDns1123Subdomain(name)
  const found: FieldError[] = problems.length === 0 ? [] : [fieldErrors.invalid(path, name, problems.join(','))]
  if (old === undefined) return found
  const isRunning = fields(object['spec'])['suspend'] !== true
  if (isRunning && name !== labelOf(old, queueLabel)) found.push(fieldErrors.invalid(path, name, 'field is immutable'))
  const priority = labelOf(object, priorityLabel)
  if (priority !== labelOf(old, priorityLabel)) found.push(fieldErrors.invalid(`metadata.labels[${priorityLabel}]`, priority, 'field is immutable'))
  return found
}

function checkAmount(amount: unknown, path: string, errors: ErrorList): void {
  if (compareQuantities(String(amount), '0') < 0) errors.invalid(path, String(amount), negativeText)
}

function validateQuota(quota: Fields, hasCohort: boolean, path: string, errors: ErrorList): void {
  const { nominalQuota = 0, borrowingLimit, lendingLimit } = quota
  checkAmount(nominalQuota, `${path}.nominalQuota`, errors)
  for (const [field, limit] of [['borrowingLimit', borrowingLimit], ['lendingLimit', lendingLimit]] as const) {
    if (limit === undefined) continue
    if (!hasCohort) errors.invalid(`${path}.${field}`, String(limit), 'must be nil when cohort is empty')
    checkAmount(limit, `${path}.${field}`, errors)
  }
  if (lendingLimit !== undefined && compareQuantities(String(lendingLimit), String(nominalQuota)) > 0) errors.invalid(`${path}.lendingLimit`, String(lendingLimit), 'must be less than or equal to the nominalQuota')
}

/** The resources of a flavor must be named as, and in the order of, those that its group covers. */
function validateFlavor(flavor: Fields, covered: readonly string[], hasCohort: boolean, path: string, errors: ErrorList): void {
  for (const [index, quota] of list(flavor['resources']).slice(0, covered.length).entries()) {
    const at = `${path}.resources[${index}]`
    if (quota['name'] !== covered[index]) errors.invalid(`${at}.name`, quota['name'], 'must match the name in coveredResources')
    validateQuota(quota, hasCohort, at, errors)
  }
}

function validateClusterQueue({ object }: WebhookReview): readonly FieldError[] {
  const spec = fields(object['spec'])
  const errors = new ErrorList()
  const resources = new Set<string>()
  const flavors = new Set<unknown>()
  for (const [index, resourceGroup] of list(spec['resourceGroups']).entries()) {
    const path = `spec.resourceGroups[${index}]`
    const covered = (resourceGroup['coveredResources'] ?? []) as readonly string[]
    for (const [at, name] of covered.entries()) {
      validateResourceName(name, `${path}.coveredResources[${at}]`, errors)
      if (resources.has(name)) errors.duplicate(`${path}.coveredResources[${at}]`, name)
      resources.add(name)
    }
    for (const [at, flavor] of list(resourceGroup['flavors']).entries()) {
      validateFlavor(flavor, covered, (spec['cohort'] ?? '') !== '', `${path}.flavors[${at}]`, errors)
      if (flavors.has(flavor['name'])) errors.duplicate(`${path}.flavors[${at}].name`, flavor['name'])
      flavors.add(flavor['name'])
    }
  }
  if (spec['namespaceSelector'] !== undefined) validateLabelSelector(spec['namespaceSelector'] as LabelSelector, 'spec.namespaceSelector', errors)
  return errors.list
}

function validateResourceFlavor({ object }: WebhookReview): readonly FieldError[] {
  const errors = new ErrorList()
  const { nodeLabels } = fields(object['spec'])
  validateLabels(nodeLabels as { [key: string]: string } | undefined, 'spec.nodeLabels', errors)
  return errors.list
}

export const kueueWebhooks: readonly Webhook[] = [
  { name: 'mjob.kb.io', configuration: mutating, group: 'batch', resource: 'jobs', mutate: suspendJob },
  { name: 'mclusterqueue.kb.io', configuration: mutating, group, resource: 'clusterqueues', mutate: addFinalizer },
  { name: 'mresourceflavor.kb.io', configuration: mutating, group, resource: 'resourceflavors', mutate: addFinalizer },
  { name: 'vjob.kb.io', configuration: validating, group: 'batch', resource: 'jobs', validate: validateJob },
  { name: 'vclusterqueue.kb.io', configuration: validating, group, resource: 'clusterqueues', validate: validateClusterQueue },
  { name: 'vresourceflavor.kb.io', configuration: validating, group, resource: 'resourceflavors', validate: validateResourceFlavor },
]

/** The spec of Jobs, alone or inside of CronJobs. Models pkg/apis/batch/validation and pkg/apis/batch/v1 (v1.35). */

import { goQuote, utf8Length } from '../../api/go-text.ts'
import { checkDns1123Subdomain, checkHttpPath, checkQualifiedName } from '../../api/names.ts'
import type { JobSpec } from '../../api/types.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateNonNegative } from '../validation/meta.ts'
import type { FullPodTemplate } from './pod-types.ts'
import { defaultTemplate } from './template.ts'
import { validatePodTemplate } from './validate-spec.ts'

interface FailureRule {
  action?: string
  onExitCodes?: { containerName?: string; operator?: string; values?: number[] }
  onPodConditions?: { type?: string; status?: string }[]
}
interface SuccessRule { succeededIndexes?: string; succeededCount?: number }
export interface FullJobSpec extends Omit<JobSpec, 'template' | 'podFailurePolicy' | 'successPolicy'> {
  template: FullPodTemplate
  podFailurePolicy?: { rules?: FailureRule[] }
  successPolicy?: { rules?: SuccessRule[] }
}

const failureActions = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const conditionStatuses = ['False', 'True', 'Unknown']
const replacementPolicies = ['Failed', 'TerminatingOrFailed']
const parallelismMax = 100_000
const manyCompletions = 100_000
const manyCompletionsLimit = 10_000

/** Defaults; a Job gets more of them than a template of Jobs. */
export function defaultJobSpec(spec: FullJobSpec, isJob: boolean): void {
  defaultTemplate((spec.template ??= {}))
  for (const rule of spec.podFailurePolicy?.rules ?? []) for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True'
  if (!isJob) return
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1
  spec.parallelism ??= 1
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : 2147483647
  spec.completionMode ??= 'NonIndexed'
  spec.suspend ??= false
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed'
  spec.manualSelector ??= false
}

function goStrings(list: readonly string[]): string {
  return `[${list.map(goQuote).join(' ')}]`
}

/** The number of indexes that a text such as "1,3-5" names, or what is wrong with it. */
export function parseIndexes(text: string, completions: number): number | string {
  if (text === '') return 0
  let total = 0
  let last: number | undefined
  for (const interval of text.split(',')) {
    const parts = interval.split('-')
    if (parts.length > 2) return `the fragment ${goQuote(interval)} violates the requirement that an index interval can have at most two parts separated by '-'`
    for (const part of parts) {
      if (!/^[+-]?[0-9]+$/.test(part)) return `cannot convert string to integer for index: ${goQuote(part)}`
      if (Number(part) >= completions) return `too large index: ${goQuote(part)}`
    }
    const [first, end] = [Number(parts[0]), Number(parts[parts.length - 1])]
    if (parts.length === 2 && first >= end) return `non-increasing order, previous: ${first}, current: ${end}`
    if (last !== undefined && last >= first) return `non-increasing order, previous: ${last}, current: ${first}`
    total += end - first + 1
    last = end
  }
  return total
}

function validateExitCodes(rule: NonNullable<FailureRule['onExitCodes']>, containers: readonly string[], path: string, errors: ErrorList): void {
  const { operator = '', values = [] } = rule
  if (operator === '') errors.required(`${path}.operator`, `valid values: ${goStrings(['In', 'NotIn'])}`)
  else if (operator !== 'In' && operator !== 'NotIn') errors.notSupported(`${path}.operator`, operator, ['In', 'NotIn'])
  if (rule.containerName !== undefined && !containers.includes(rule.containerName)) errors.invalid(`${path}.containerName`, rule.containerName, 'must be one of the container or initContainer names in the pod template')
  if (values.length === 0) errors.invalid(`${path}.values`, rule.values ?? null, 'at least one value is required')
  else if (values.length > 255) errors.tooMany(`${path}.values`, values.length, 255)
  values.forEach((value, index) => {
    if (operator === 'In' && value === 0) errors.invalid(`${path}.values[${index}]`, value, 'must not be 0 for the In operator')
    if (values.indexOf(value) < index) errors.duplicate(`${path}.values[${index}]`, value)
  })
  if (values.some((value, index) => index > 0 && values[index - 1]! > value)) errors.invalid(`${path}.values`, values, 'must be ordered')
}

function validateFailureRule(spec: FullJobSpec, rule: FailureRule, containers: readonly string[], path: string, errors: ErrorList): void {
  const { action = '', onPodConditions = [] } = rule
  if (action === '') errors.required(`${path}.action`, `valid values: ${goStrings(failureActions)}`)
  else if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) errors.invalid(`${path}.action`, action, 'requires the backoffLimitPerIndex to be set')
  } else if (!failureActions.includes(action)) errors.notSupported(`${path}.action`, action, failureActions)
  if (rule.onExitCodes !== undefined) validateExitCodes(rule.onExitCodes, containers, `${path}.onExitCodes`, errors)
  if (onPodConditions.length > 20) errors.tooMany(`${path}.onPodConditions`, onPodConditions.length, 20)
  onPodConditions.forEach(({ type = '', status = '' }, index) => {
    const at = `${path}.onPodConditions[${index}]`
    errors.invalidEach(`${at}.type`, type, checkQualifiedName(type))
    if (status === '') errors.required(`${at}.status`, `valid values: ${goStrings(conditionStatuses)}`)
    else if (!conditionStatuses.includes(status)) errors.notSupported(`${at}.status`, status, conditionStatuses)
  })
  const hasConditions = onPodConditions.length > 0
  if (rule.onExitCodes !== undefined && hasConditions) errors.add([{ type: 'FieldValueInvalid', field: path, detail: 'specifying both OnExitCodes and OnPodConditions is not supported' }])
  if (rule.onExitCodes === undefined && !hasConditions) errors.add([{ type: 'FieldValueInvalid', field: path, detail: 'specifying one of OnExitCodes and OnPodConditions is required' }])
}

function validateFailurePolicy(spec: FullJobSpec, path: string, errors: ErrorList): void {
  const rules = spec.podFailurePolicy!.rules ?? []
  if (rules.length > 20) errors.tooMany(`${path}.rules`, rules.length, 20)
  const pod = spec.template.spec ?? {}
  const containers = [...(pod.containers ?? []), ...(pod.initContainers ?? [])].map((container) => container.name ?? '')
  rules.forEach((rule, index) => validateFailureRule(spec, rule, containers, `${path}.rules[${index}]`, errors))
}

function validateSuccessRule(rule: SuccessRule, completions: number, path: string, errors: ErrorList): void {
  const { succeededIndexes, succeededCount } = rule
  if (succeededIndexes === undefined && succeededCount === undefined) errors.required(path, 'at least one of succeededCount or succeededIndexes must be specified')
  const total = succeededIndexes === undefined ? 0 : parseIndexes(succeededIndexes, completions)
  if (succeededIndexes !== undefined) {
    if (utf8Length(succeededIndexes) > 65536) errors.tooLong(`${path}.succeededIndexes`, 65536)
    if (typeof total === 'string') errors.invalid(`${path}.succeededIndexes`, succeededIndexes, `error parsing succeededIndexes: ${total}`)
  }
  if (succeededCount === undefined) return
  validateNonNegative(succeededCount, `${path}.succeededCount`, errors)
  if (succeededCount > completions) errors.invalid(`${path}.succeededCount`, succeededCount, `must be less than or equal to ${completions} (the number of specified completions)`)
  const indexCount = typeof total === 'number' ? total : 0
  if (succeededIndexes !== undefined && succeededCount > indexCount) errors.invalid(`${path}.succeededCount`, succeededCount, `must be less than or equal to ${indexCount} (the number of indexes in the specified succeededIndexes field)`)
}

function validateSuccessPolicy(spec: FullJobSpec, path: string, errors: ErrorList): void {
  const rules = spec.successPolicy!.rules ?? []
  if (spec.completionMode !== 'Indexed') {
    const shown = { Rules: rules.map((rule) => ({ SucceededIndexes: rule.succeededIndexes ?? null, SucceededCount: rule.succeededCount ?? null })) }
    return errors.invalid(path, shown, 'requires indexed completion mode')
  }
  if (rules.length === 0) errors.required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified')
  if (rules.length > 20) errors.tooMany(`${path}.rules`, rules.length, 20)
  rules.forEach((rule, index) => validateSuccessRule(rule, spec.completions ?? 0, `${path}.rules[${index}]`, errors))
}

function validateManagedBy(managedBy: string, path: string, errors: ErrorList): void {
  const slash = managedBy.indexOf('/')
  if (managedBy === '') errors.required(path)
  else if (slash <= 0 || slash === managedBy.length - 1) errors.invalid(path, managedBy, 'must be a domain-prefixed path (such as "acme.io/foo")')
  else {
    errors.invalidEach(path, managedBy.slice(0, slash), checkDns1123Subdomain(managedBy.slice(0, slash)))
    errors.invalidEach(path, managedBy.slice(slash + 1), checkHttpPath(managedBy.slice(slash + 1)))
  }
  if (utf8Length(managedBy) > 63) errors.tooLong(path, 63)
}

function validateIndexed(spec: FullJobSpec, path: string, errors: ErrorList): void {
  const { completions, parallelism, maxFailedIndexes, backoffLimitPerIndex } = spec
  const atMost = (limit: number): string => `must be less than or equal to ${limit}`
  if (completions === undefined) errors.required(`${path}.completions`, 'when completion mode is Indexed')
  if (parallelism !== undefined && parallelism > parallelismMax) errors.invalid(`${path}.parallelism`, parallelism, `${atMost(parallelismMax)} when completion mode is Indexed`)
  if (completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions) errors.invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, 'must be less than or equal to completions')
  if (maxFailedIndexes !== undefined && maxFailedIndexes > parallelismMax) errors.invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, atMost(parallelismMax))
  if (completions === undefined || completions <= manyCompletions || backoffLimitPerIndex === undefined) return
  const when = `when completions are above ${manyCompletions} and used with backoff limit per index`
  if (maxFailedIndexes === undefined) errors.required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${manyCompletions}`)
  if (parallelism !== undefined && parallelism > manyCompletionsLimit) errors.invalid(`${path}.parallelism`, parallelism, `${atMost(manyCompletionsLimit)} ${when}`)
  if (maxFailedIndexes !== undefined && maxFailedIndexes > manyCompletionsLimit) errors.invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, `${atMost(manyCompletionsLimit)} ${when}`)
}

function validateMode(spec: FullJobSpec, path: string, errors: ErrorList): void {
  const mode = spec.completionMode
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') errors.notSupported(`${path}.completionMode`, mode, ['NonIndexed', 'Indexed'])
  if (mode === 'Indexed') validateIndexed(spec, path, errors)
  if (mode !== undefined && mode !== 'NonIndexed') return
  for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) if (spec[field] !== undefined) errors.invalid(`${path}.${field}`, spec[field], 'requires indexed completion mode')
}

function validateReplacement(spec: FullJobSpec, path: string, errors: ErrorList): void {
  const policy = spec.podReplacementPolicy
  if (policy === undefined) return
  if (spec.podFailurePolicy !== undefined) {
    if (policy !== 'Failed') errors.notSupported(path, policy, ['Failed'])
  } else if (!replacementPolicies.includes(policy)) errors.notSupported(path, policy, replacementPolicies)
}

/** A Job's pods restart in place or not at all. */
function validateRestartPolicy(spec: FullJobSpec, path: string, errors: ErrorList): void {
  const policy = spec.template.spec?.restartPolicy ?? ''
  if (policy === 'Always' || policy === '') errors.required(path, 'valid values: "OnFailure", "Never"')
  else if (policy !== 'OnFailure' && policy !== 'Never') errors.notSupported(path, policy, ['OnFailure', 'Never'])
  else if (spec.podFailurePolicy !== undefined && policy !== 'Never') errors.invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified')
}

/** Validates all but the selector. */
export function validateJobSpec(spec: FullJobSpec, path: string, errors: ErrorList): void {
  for (const field of ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished', 'backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
    validateNonNegative(spec[field], `${path}.${field}`, errors)
  }
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) errors.required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified')
  if (spec.managedBy !== undefined) validateManagedBy(spec.managedBy, `${path}.managedBy`, errors)
  validateMode(spec, path, errors)
  if (spec.podFailurePolicy !== undefined) validateFailurePolicy(spec, `${path}.podFailurePolicy`, errors)
  if (spec.successPolicy !== undefined) validateSuccessPolicy(spec, `${path}.successPolicy`, errors)
  validateReplacement(spec, `${path}.podReplacementPolicy`, errors)
  validatePodTemplate(spec.template, `${path}.template`, errors)
  validateRestartPolicy(spec, `${path}.template.spec.restartPolicy`, errors)
}

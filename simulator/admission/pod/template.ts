/** What kinds with a pod template share. Models pkg/apis/apps/validation and pkg/apis/core/v1 (v1.35). */

import { goList, sortKeys } from '../../api/go-text.ts'
import { checkDns1123Label, checkPercent } from '../../api/names.ts'
import { isSelectorError, matchesSelector, toSelector } from '../../api/selector.ts'
import type { IntOrString, LabelSelector, StringMap } from '../../api/types.ts'
import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { immutableText, validateLabelSelector, validateNonNegative } from '../validation/meta.ts'
import { defaultPodSpec } from './defaults.ts'
import { dropDisabledFields } from './disabled-fields.ts'
import type { FullPodTemplate } from './pod-types.ts'
import { validatePodTemplate } from './validate-spec.ts'
import { podWarnings } from './warnings.ts'

/** Fills a template as its pods would have it, except for what only pods get. */
export function defaultTemplate(template: FullPodTemplate): void {
  template.spec ??= {}
  defaultPodSpec(template.spec)
}

/** Drops such fields of a template. */
export function dropDisabledTemplateFields(template: FullPodTemplate | undefined): void {
  if (template?.spec !== undefined) dropDisabledFields(template.spec)
}

/** Warnings about a workload whose pods' names begin with its own, and about its template. */
export function workloadWarnings(name: string, template: FullPodTemplate, path = 'spec.template'): string[] {
  const messages = checkDns1123Label(name)
  const nameWarning = messages.length === 0 ? [] : [`metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: ${goList(messages)}`]
  return [...nameWarning, ...podWarnings(template.spec ?? {}, template.metadata, `${path}.`)]
}

/** A selector that must be there and select something. `kind` is the word in its text. */
export function validateWorkloadSelector(selector: LabelSelector | undefined, kind: string, path: string, errors: ErrorList): void {
  if (selector === undefined) return errors.required(path)
  validateLabelSelector(selector, path, errors)
  if (Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0) errors.invalid(path, shownSelector(selector), `empty selector is invalid for ${kind}`)
}

/** A selector as errors show it: empty lists left out. */
export function shownSelector(selector: LabelSelector): LabelSelector {
  const { matchLabels, matchExpressions = [] } = selector
  const expressions = matchExpressions.map(({ key = '', operator = '' as never, values = [] }) => ({ key, operator, ...(values.length > 0 ? { values } : {}) }))
  return { ...(Object.keys(matchLabels ?? {}).length === 0 ? {} : { matchLabels: sortKeys(matchLabels) as StringMap }), ...(expressions.length === 0 ? {} : { matchExpressions: expressions }) }
}

/** A selector that may not change. */
export function validateFixedSelector(selector: LabelSelector | undefined, old: LabelSelector | undefined, path: string, errors: ErrorList): void {
  if (!equalSemantic(selector, old)) errors.invalid(path, selector === undefined ? null : shownSelector(selector), immutableText)
}

/**
 * The labels of a template must match the selector of its workload.
 * @param invalidText what a selector that cannot be read is called; undefined when that is no error of its own
 * @returns false when the selector cannot be read
 */
export function validateSelected(selector: LabelSelector | undefined, template: FullPodTemplate, path: string, errors: ErrorList, invalidText?: string): boolean {
  const parsed = toSelector(selector)
  if (isSelectorError(parsed)) {
    if (invalidText !== undefined) errors.invalid(path.replace(/template$/, 'selector'), shownSelector(selector!), invalidText)
    return false
  }
  const labels = template.metadata?.labels
  const isEmpty = parsed.requirements.length === 0 && parsed.nothing !== true
  if (!isEmpty && !matchesSelector(parsed, labels)) errors.invalid(`${path}.metadata.labels`, sortKeys(labels ?? null), '`selector` does not match template `labels`')
  return true
}

/** A template whose pods run forever. `kind` is the word in its text. */
export function validateForeverTemplate(template: FullPodTemplate, kind: string, path: string, errors: ErrorList): void {
  validatePodTemplate(template, path, errors)
  validateForever(template, kind, path, errors)
}

/** Pods that run forever restart always and have no deadline. */
export function validateForever(template: FullPodTemplate, kind: string, path: string, errors: ErrorList): void {
  const policy = template.spec?.restartPolicy ?? ''
  if (policy !== 'Always') errors.notSupported(`${path}.spec.restartPolicy`, policy, ['Always'])
  if (template.spec?.activeDeadlineSeconds !== undefined) errors.forbidden(`${path}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`)
}

/** A count that is not negative, or a percentage. */
export function validateIntOrPercent(value: IntOrString, path: string, errors: ErrorList): void {
  if (typeof value === 'string') errors.invalidEach(path, value, checkPercent(value))
  else validateNonNegative(value, path, errors)
}

/** The number of a percentage or count; 0 for a text that is neither. */
export function intOrPercentValue(value: IntOrString): number {
  if (typeof value === 'number') return value
  return /^[0-9]+%?$/.test(value) ? Number.parseInt(value, 10) : 0
}

/** A percentage of at most 100. */
export function validateAtMost100Percent(value: IntOrString, path: string, errors: ErrorList): void {
  if (typeof value === 'string' && checkPercent(value).length === 0 && intOrPercentValue(value) > 100) errors.invalid(path, value, 'must not be greater than 100%')
}

/** A counter of a status that may only grow. */
export function validateCollisionCount(count: number | undefined, old: number | undefined, errors: ErrorList): void {
  if (old !== undefined && (count ?? -1) < old) errors.invalid('status.collisionCount', count ?? 0, 'cannot be decremented')
}

/** Counters of a status: none negative, none above another. */
export function validateCounters(status: { readonly [field: string]: unknown }, fields: readonly string[], bounds: readonly (readonly [string, string, string])[], errors: ErrorList): void {
  const value = (field: string): number => (status[field] as number | undefined) ?? 0
  for (const field of fields) validateNonNegative(value(field), `status.${field}`, errors)
  for (const [field, bound, text] of bounds) if (value(field) > value(bound)) errors.invalid(`status.${field}`, value(field), text)
}

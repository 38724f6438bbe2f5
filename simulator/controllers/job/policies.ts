/** Pod failure policy and success policy of a Job. Models kubernetes/pkg/controller/job (v1.35). */

import type { Condition, ContainerStatus, Job, Pod, PodStatus } from '../../api/types.ts'
import { countIndexes, parseIndexes } from './indexes.ts'
import type { Intervals } from './indexes.ts'

export interface ExitCodesRequirement { readonly containerName?: string; readonly operator: string; readonly values?: readonly number[] }
export interface PodConditionPattern { readonly type: string; readonly status?: string }
export interface FailureRule { readonly action: string; readonly onExitCodes?: ExitCodesRequirement; readonly onPodConditions?: readonly PodConditionPattern[] }
export interface PodFailurePolicy { readonly rules?: readonly FailureRule[] }
export interface SuccessRule { readonly succeededIndexes?: string; readonly succeededCount?: number }
export interface SuccessPolicy { readonly rules?: readonly SuccessRule[] }

/** What a failed pod means. Without a matching rule it counts towards the back-off limit. */
export interface FailureVerdict {
  /** Why the whole Job fails. */
  readonly jobFailureMessage?: string
  readonly counts: boolean
  readonly action?: string
}

/** spec.podFailurePolicy in its type; undefined without one. Validation has seen to its shape. */
export function failurePolicyOf(job: Job): PodFailurePolicy | undefined {
  return job.spec.podFailurePolicy as PodFailurePolicy | undefined
}

/** spec.successPolicy in its type; undefined without one. Validation has seen to its shape. */
export function successPolicyOf(job: Job): SuccessPolicy | undefined {
  return job.spec.successPolicy as SuccessPolicy | undefined
}

/** The verdict of the first rule that matches a failed pod. */
export function matchFailurePolicy(policy: PodFailurePolicy | undefined, pod: Pod): FailureVerdict {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const cause = causeOf(rule, pod, index)
    if (cause === undefined) continue
    switch (rule.action) {
      case 'Ignore': return { counts: false, action: 'Ignore' }
      case 'FailIndex': return { counts: true, action: 'FailIndex' }
      case 'Count': return { counts: true, action: 'Count' }
      case 'FailJob': return { jobFailureMessage: cause, counts: true, action: 'FailJob' }
      default: continue
    }
  }
  return { counts: true }
}

/** Why a rule matches, in the words of the Job's failure; undefined when it does not. */
function causeOf(rule: FailureRule, pod: Pod, index: number): string | undefined {
  const name = `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`
  if (rule.onExitCodes !== undefined) {
    const container = matchExitCodes(pod.status, rule.onExitCodes)
    if (container === undefined) return undefined
    return `Container ${container.name} for pod ${name} failed with exit code ${container.state!.terminated!.exitCode} matching ${rule.action} rule at index ${index}`
  }
  const condition = matchConditions(pod.status, rule.onPodConditions ?? [])
  return condition === undefined ? undefined : `Pod ${name} has condition ${condition.type} matching ${rule.action} rule at index ${index}`
}

function matchExitCodes(status: PodStatus | undefined, requirement: ExitCodesRequirement): ContainerStatus | undefined {
  const matches = (container: ContainerStatus): boolean => {
    const code = container.state?.terminated?.exitCode
    if (code === undefined || code === 0) return false
    if (requirement.containerName !== undefined && requirement.containerName !== container.name) return false
    const isListed = requirement.values?.includes(code) === true
    return requirement.operator === 'In' ? isListed : requirement.operator === 'NotIn' && !isListed
  }
  return status?.containerStatuses?.find(matches) ?? status?.initContainerStatuses?.find(matches)
}

function matchConditions(status: PodStatus | undefined, patterns: readonly PodConditionPattern[]): Condition | undefined {
  return status?.conditions?.find((condition) => patterns.some((pattern) => pattern.type === condition.type && (pattern.status ?? '') === condition.status))
}

function overlap(a: Intervals, b: Intervals): number {
  let count = 0
  for (const [first, last] of a) for (const [from, to] of b) count += Math.max(0, Math.min(last, to) - Math.max(first, from) + 1)
  return count
}

/** The message of the first success rule that is met; undefined when none is. */
export function matchSuccessPolicy(policy: SuccessPolicy | undefined, completions: number, succeeded: Intervals): string | undefined {
  if (succeeded.length === 0) return undefined
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    if (isMet(rule, completions, succeeded)) return `Matched rules at index ${index}`
  }
  return undefined
}

function isMet(rule: SuccessRule, completions: number, succeeded: Intervals): boolean {
  if (rule.succeededIndexes === undefined) return rule.succeededCount !== undefined && countIndexes(succeeded) >= rule.succeededCount
  const required = parseIndexes(rule.succeededIndexes, completions)
  if (required.length === 0) return false
  const done = overlap(required, succeeded)
  return done === countIndexes(required) || (rule.succeededCount !== undefined && done >= rule.succeededCount)
}

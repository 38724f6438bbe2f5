/** Validation of what steers scheduling: affinity, tolerations, spread constraints. Models pkg/apis/core/validation (v1.35). */

import { checkDns1123Label, checkDns1123Subdomain, checkLabelValue } from '../../api/names.ts'
import type { Affinity, LabelSelector, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodAffinity, PodAffinityTerm, Toleration, TopologySpreadConstraint } from '../../api/types.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateLabelName, validateLabelSelector } from '../validation/meta.ts'

const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
const operatorText = 'not a valid selector operator'

function validateRequirement(requirement: NodeSelectorRequirement, checkValues: boolean, path: string, errors: ErrorList): void {
  const values = requirement.values ?? []
  switch (requirement.operator) {
    case 'In': case 'NotIn':
      if (values.length === 0) errors.required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")
      break
    case 'Exists': case 'DoesNotExist':
      if (values.length > 0) errors.forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
      break
    case 'Gt': case 'Lt':
      if (values.length !== 1) errors.required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")
      break
    default: errors.invalid(`${path}.operator`, requirement.operator ?? '', operatorText)
  }
  validateLabelName(requirement.key ?? '', `${path}.key`, errors)
  if (checkValues) values.forEach((value, index) => errors.invalidEach(`${path}.values[${index}]`, value, checkLabelValue(value)))
}

function validateFieldRequirement(requirement: NodeSelectorRequirement, path: string, errors: ErrorList): void {
  const values = requirement.values ?? []
  if (requirement.operator !== 'In' && requirement.operator !== 'NotIn') errors.invalid(`${path}.operator`, requirement.operator ?? '', operatorText)
  else if (values.length !== 1) errors.required(`${path}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector")
  if (requirement.key !== 'metadata.name') errors.invalid(`${path}.key`, requirement.key ?? '', 'not a valid field selector key')
  else values.forEach((value, index) => errors.invalidEach(`${path}.values[${index}]`, value, checkDns1123Subdomain(value)))
}

function validateTerm(term: NodeSelectorTerm, checkValues: boolean, path: string, errors: ErrorList): void {
  term.matchExpressions?.forEach((requirement, index) => validateRequirement(requirement, checkValues, `${path}.matchExpressions[${index}]`, errors))
  term.matchFields?.forEach((requirement, index) => validateFieldRequirement(requirement, `${path}.matchFields[${index}]`, errors))
}

/** Validates the terms of a node selector. */
export function validateNodeSelector(selector: NodeSelector, path: string, errors: ErrorList): void {
  const terms = selector.nodeSelectorTerms ?? []
  if (terms.length === 0) errors.required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term')
  terms.forEach((term, index) => validateTerm(term, true, `${path}.nodeSelectorTerms[${index}]`, errors))
}

function validateWeight(weight: number | undefined, path: string, errors: ErrorList): void {
  if ((weight ?? 0) <= 0 || weight! > 100) errors.invalid(`${path}.weight`, weight ?? 0, 'must be in the range 1-100')
}

function validateLabelKeys(keys: readonly string[] | undefined, selector: LabelSelector | undefined, path: string, errors: ErrorList): void {
  if (keys === undefined || keys.length === 0) return
  if (selector === undefined) return errors.forbidden(path, 'must not be specified when labelSelector is not set')
  keys.forEach((key, index) => validateLabelName(key, `${path}[${index}]`, errors))
}

function validateMatchKeys(match: readonly string[] | undefined, mismatch: readonly string[] | undefined, selector: LabelSelector | undefined, path: string, errors: ErrorList): void {
  validateLabelKeys(match, selector, `${path}.matchLabelKeys`, errors)
  validateLabelKeys(mismatch, selector, `${path}.mismatchLabelKeys`, errors)
  if (selector !== undefined) {
    const keys = new Set(Object.keys(selector.matchLabels ?? {}))
    for (const { key } of selector.matchExpressions ?? []) {
      const index = match?.indexOf(key) ?? -1
      if (index >= 0 && keys.has(key)) errors.invalid(`${path}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector')
      keys.add(key)
    }
  }
  match?.forEach((key, index) => {
    if (mismatch?.includes(key)) errors.invalid(`${path}.matchLabelKeys[${index}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys')
  })
}

function validatePodTerm(term: PodAffinityTerm, path: string, errors: ErrorList): void {
  validateLabelSelector(term.labelSelector, `${path}.labelSelector`, errors)
  validateLabelSelector(term.namespaceSelector, `${path}.namespaceSelector`, errors)
  for (const namespace of term.namespaces ?? []) errors.invalidEach(`${path}.namespace`, namespace, checkDns1123Label(namespace))
  validateMatchKeys(term.matchLabelKeys, term.mismatchLabelKeys, term.labelSelector, path, errors)
  if (!term.topologyKey) errors.required(`${path}.topologyKey`, 'can not be empty')
  validateLabelName(term.topologyKey ?? '', `${path}.topologyKey`, errors)
}

function validatePodAffinity(affinity: PodAffinity | undefined, path: string, errors: ErrorList): void {
  affinity?.requiredDuringSchedulingIgnoredDuringExecution?.forEach((term, index) => validatePodTerm(term, `${path}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`, errors))
  affinity?.preferredDuringSchedulingIgnoredDuringExecution?.forEach((weighted, index) => {
    const at = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`
    validateWeight(weighted.weight, at, errors)
    validatePodTerm(weighted.podAffinityTerm ?? {}, `${at}.podAffinityTerm`, errors)
  })
}

/** Validates node and pod affinity. */
export function validateAffinity(affinity: Affinity | undefined, path: string, errors: ErrorList): void {
  const node = affinity?.nodeAffinity
  if (node?.requiredDuringSchedulingIgnoredDuringExecution !== undefined) {
    validateNodeSelector(node.requiredDuringSchedulingIgnoredDuringExecution, `${path}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution`, errors)
  }
  node?.preferredDuringSchedulingIgnoredDuringExecution?.forEach((term, index) => {
    const at = `${path}.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[${index}]`
    validateWeight(term.weight, at, errors)
    validateTerm(term.preference ?? {}, false, `${at}.preference`, errors)
  })
  validatePodAffinity(affinity?.podAffinity, `${path}.podAffinity`, errors)
  validatePodAffinity(affinity?.podAntiAffinity, `${path}.podAntiAffinity`, errors)
}

/** The effect of a taint; tolerations may leave it out. */
export function validateTaintEffect(effect: string | undefined, path: string, errors: ErrorList): void {
  if (!effect) errors.required(path)
  else if (!taintEffects.includes(effect)) errors.notSupported(path, effect, taintEffects)
}

function validateTolerationValue(toleration: Toleration, path: string, errors: ErrorList): void {
  const value = toleration.value ?? ''
  switch (toleration.operator ?? '') {
    case '': case 'Equal': {
      const messages = checkLabelValue(value)
      if (messages.length > 0) errors.invalid(`${path}.operator`, value, messages.join(';'))
      break
    }
    case 'Exists':
      if (value !== '') errors.invalid(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'")
      break
    case 'Lt': case 'Gt': errors.notSupported(`${path}.operator`, toleration.operator, ['Equal', 'Exists', 'Lt', 'Gt']); break
    default: errors.notSupported(`${path}.operator`, toleration.operator, ['Equal', 'Exists'])
  }
}

/** Validates tolerations. */
export function validateTolerations(tolerations: readonly Toleration[] | undefined, path: string, errors: ErrorList): void {
  tolerations?.forEach((toleration, index) => {
    const at = `${path}[${index}]`
    if (toleration.key) validateLabelName(toleration.key, `${at}.key`, errors)
    else if (toleration.operator !== 'Exists') errors.invalid(`${at}.operator`, toleration.operator ?? '', 'operator must be Exists when `key` is empty, which means "match all values and all keys"')
    if (toleration.tolerationSeconds !== undefined && toleration.effect !== 'NoExecute') errors.invalid(`${at}.effect`, toleration.effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set")
    validateTolerationValue(toleration, at, errors)
    if (toleration.effect) validateTaintEffect(toleration.effect, `${at}.effect`, errors)
  })
}

/** Validates topology spread constraints. */
export function validateTopologySpread(constraints: readonly TopologySpreadConstraint[] | undefined, path: string, errors: ErrorList): void {
  const actions = ['DoNotSchedule', 'ScheduleAnyway']
  constraints?.forEach((constraint, index) => {
    const at = `${path}[${index}]`
    if ((constraint.maxSkew ?? 0) <= 0) errors.invalid(`${at}.maxSkew`, constraint.maxSkew ?? 0, 'must be greater than zero')
    if (!constraint.topologyKey) errors.required(`${at}.topologyKey`, 'can not be empty')
    if (!actions.includes(constraint.whenUnsatisfiable)) errors.notSupported(`${at}.whenUnsatisfiable`, constraint.whenUnsatisfiable ?? '', actions)
    const isRepeated = constraints.slice(index + 1).some((other) => other.topologyKey === constraint.topologyKey && other.whenUnsatisfiable === constraint.whenUnsatisfiable)
    if (isRepeated) errors.duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${constraint.topologyKey ?? ''}, ${constraint.whenUnsatisfiable ?? ''}}`)
    validateSpreadDetails(constraint, at, errors)
  })
}

function validateSpreadDetails(constraint: TopologySpreadConstraint, at: string, errors: ErrorList): void {
  if (constraint.minDomains !== undefined) {
    if (constraint.minDomains <= 0) errors.invalid(`${at}.minDomains`, constraint.minDomains, 'must be greater than zero')
    if (constraint.whenUnsatisfiable !== 'DoNotSchedule') errors.invalid(`${at}.minDomains`, constraint.minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${constraint.whenUnsatisfiable ?? ''}`)
  }
  for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
    const policy = constraint[field]
    if (policy !== undefined && policy !== 'Honor' && policy !== 'Ignore') errors.notSupported(`${at}.${field}`, policy, ['Honor', 'Ignore'])
  }
  validateMatchKeys(constraint.matchLabelKeys, undefined, constraint.labelSelector, at, errors)
  validateLabelSelector(constraint.labelSelector, `${at}.labelSelector`, errors)
}

/** Node selectors of node affinity. Models component-helpers/scheduling/corev1/nodeaffinity (v1.35). */

import { fieldErrors, fieldErrorText } from './field-error.ts'
import { aggregateText } from './go-text.ts'
import { isSelectorError, makeRequirement, matchesRequirement, matchesSet } from './selector.ts'
import type { Requirement, SelectorError, SelectorOperator } from './selector.ts'
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, Node, PodSpec } from './types.ts'

/** A compiled term: all requirements on labels and on fields must hold. Broken terms match nothing. */
export interface CompiledTerm {
  readonly labels: readonly Requirement[]
  readonly fields: readonly { readonly field: string; readonly value: string; readonly isEqual: boolean }[]
  readonly errors: readonly string[]
}
type NodeFacts = Pick<Node, 'metadata'>

const operators: { readonly [operator: string]: SelectorOperator } = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!', Gt: 'gt', Lt: 'lt' }

function compileExpressions(expressions: readonly NodeSelectorRequirement[], path: string, errors: string[]): Requirement[] {
  const requirements: Requirement[] = []
  expressions.forEach((expression, index) => {
    const operator = Object.hasOwn(operators, expression.operator) ? operators[expression.operator] : undefined
    if (operator === undefined) {
      errors.push(fieldErrorText(fieldErrors.notSupported(`${path}[${index}].operator`, expression.operator, Object.keys(operators))))
      return
    }
    const requirement = makeRequirement(expression.key, operator, expression.values, `${path}[${index}]`)
    if (isSelectorError(requirement)) errors.push(requirement.error)
    else requirements.push(requirement)
  })
  return requirements
}

function compileFields(expressions: readonly NodeSelectorRequirement[], path: string, errors: string[]): CompiledTerm['fields'] {
  const fields: CompiledTerm['fields'][number][] = []
  expressions.forEach(({ key, operator, values }, index) => {
    if (operator !== 'In' && operator !== 'NotIn') errors.push(fieldErrorText(fieldErrors.notSupported(`${path}[${index}].operator`, operator, ['In', 'NotIn'])))
    else if (values?.length !== 1) errors.push(fieldErrorText(fieldErrors.invalid(`${path}[${index}].values`, values ?? null, 'must have one element')))
    else fields.push({ field: key, value: values[0]!, isEqual: operator === 'In' })
  })
  return fields
}

function isEmptyTerm(term: NodeSelectorTerm): boolean {
  return (term.matchExpressions ?? []).length === 0 && (term.matchFields ?? []).length === 0
}

function compileTerm(term: NodeSelectorTerm, path: string): CompiledTerm {
  const errors: string[] = []
  const child = (name: string): string => (path === '' ? name : `${path}.${name}`)
  const labels = compileExpressions(term.matchExpressions ?? [], child('matchExpressions'), errors)
  const fields = compileFields(term.matchFields ?? [], child('matchFields'), errors)
  return { labels, fields, errors }
}

/** Compiles the terms of a node selector once, for many nodes. Empty terms match nothing and are left out. */
export function compileNodeSelector(selector: NodeSelector, path = ''): CompiledTerm[] {
  const terms: CompiledTerm[] = []
  selector.nodeSelectorTerms.forEach((term, index) => {
    if (!isEmptyTerm(term)) terms.push(compileTerm(term, `${path === '' ? '' : `${path}.`}nodeSelectorTerms[${index}]`))
  })
  return terms
}

/** True when a node meets one compiled term. */
export function matchesTerm(term: CompiledTerm, node: NodeFacts): boolean {
  if (term.errors.length > 0) return false
  const { labels, name } = node.metadata
  for (const requirement of term.labels) if (!matchesRequirement(requirement, labels)) return false
  if (name === undefined || name === '') return true
  for (const { field, value, isEqual } of term.fields) if (((field === 'metadata.name' ? name : '') === value) !== isEqual) return false
  return true
}

/** True when a node meets any of the compiled terms. */
export function matchesAnyTerm(terms: readonly CompiledTerm[], node: NodeFacts): boolean {
  for (const term of terms) if (matchesTerm(term, node)) return true
  return false
}

/** True when a node meets any term of the selector. Errors are told only when no term matches, as upstream does. */
export function matchNodeSelectorTerms(selector: NodeSelector, node: NodeFacts): boolean | SelectorError {
  const terms = compileNodeSelector(selector)
  if (matchesAnyTerm(terms, node)) return true
  const errors = terms.flatMap((term) => term.errors)
  return errors.length > 0 ? { error: aggregateText(errors) } : false
}

/** All that is wrong with a node selector, as one text; undefined when nothing is. */
export function nodeSelectorError(selector: NodeSelector): string | undefined {
  const errors = compileNodeSelector(selector).flatMap((term) => term.errors)
  return errors.length > 0 ? aggregateText(errors) : undefined
}

/** True when a node meets a pod's spec.nodeSelector and its required node affinity. */
export function matchesRequiredNodeAffinity(spec: Pick<PodSpec, 'nodeSelector' | 'affinity'>, node: NodeFacts): boolean | SelectorError {
  if (!matchesSet(spec.nodeSelector, node.metadata.labels)) return false
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return required === undefined ? true : matchNodeSelectorTerms(required, node)
}

/** A preferred term, compiled. */
export interface CompiledPreference { readonly weight: number; readonly term: CompiledTerm }

/** Compiles preferred terms; those of weight 0 and empty ones count nothing. */
export function compilePreferences(preferences: readonly { weight: number; preference: NodeSelectorTerm }[]): CompiledPreference[] | SelectorError {
  const compiled: CompiledPreference[] = []
  const errors: string[] = []
  preferences.forEach(({ weight, preference }, index) => {
    if (weight === 0 || isEmptyTerm(preference)) return
    const term = compileTerm(preference, `[${index}]`)
    errors.push(...term.errors)
    compiled.push({ weight, term })
  })
  return errors.length > 0 ? { error: aggregateText(errors) } : compiled
}

/** All that is wrong with preferred terms, each as a text of its own. Errors name fields below `path`. */
export function preferenceErrors(preferences: readonly { weight: number; preference: NodeSelectorTerm }[], path: string): string[] {
  return preferences.flatMap(({ weight, preference }, index) => (weight === 0 || isEmptyTerm(preference) ? [] : compileTerm(preference, `${path}[${index}]`).errors))
}

/** The sum of the weights of the preferences that a node meets. */
export function scorePreferences(preferences: readonly CompiledPreference[], node: NodeFacts): number {
  let score = 0
  for (const { weight, term } of preferences) if (matchesTerm(term, node)) score += weight
  return score
}

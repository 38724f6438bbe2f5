/**
 * Selectors, compiled once per kind of pod.
 * Models apimachinery/pkg/labels and component-helpers/scheduling/corev1/nodeaffinity (v1.35).
 */

import type { LabelSelector, LabelSelectorRequirement, NodeSelectorRequirement, NodeSelectorTerm, Pod, StringMap } from '../api/types.ts'

type Labels = StringMap | undefined

/** A compiled label selector. `isEmpty` is true for one that selects everything. */
export interface Matcher {
  readonly isEmpty: boolean
  matches(labels: Labels): boolean
}

type Test = (labels: StringMap) => boolean

const noLabels: StringMap = {}
export const matchesNothing: Matcher = { isEmpty: false, matches: () => false }
const matchesEverything: Matcher = { isEmpty: true, matches: () => true }

const int64Text = /^[+-]?[0-9]+$/

/** A number of a label or of Gt and Lt: undefined where Go's ParseInt fails. */
function parseInteger(text: string | undefined): bigint | undefined {
  return text !== undefined && int64Text.test(text) ? BigInt(text.startsWith('+') ? text.slice(1) : text) : undefined
}

function comparison(key: string, limit: string | undefined, isGreater: boolean): Test {
  const bound = parseInteger(limit)
  return (labels) => {
    const value = parseInteger(labels[key])
    return value !== undefined && bound !== undefined && (isGreater ? value > bound : value < bound)
  }
}

function requirementTest({ key, operator, values = [] }: LabelSelectorRequirement | NodeSelectorRequirement): Test {
  switch (operator) {
    case 'In': return (labels) => labels[key] !== undefined && values.includes(labels[key])
    case 'NotIn': return (labels) => labels[key] === undefined || !values.includes(labels[key])
    case 'Exists': return (labels) => labels[key] !== undefined
    case 'DoesNotExist': return (labels) => labels[key] === undefined
    case 'Gt': return comparison(key, values[0], true)
    case 'Lt': return comparison(key, values[0], false)
    default: return () => false
  }
}

function matcherOf(tests: readonly Test[]): Matcher {
  if (tests.length === 0) return matchesEverything
  return { isEmpty: false, matches: (labels = noLabels) => tests.every((test) => test(labels)) }
}

function mapTests(map: StringMap): Test[] {
  return Object.keys(map).map((key) => (labels) => labels[key] === map[key])
}

/** A selector that demands each of these labels. */
export function compileLabelMap(map: StringMap): Matcher {
  return matcherOf(mapTests(map))
}

/** A label selector; none at all selects nothing, an empty one everything. */
export function compileSelector(selector: LabelSelector | undefined): Matcher {
  if (selector === undefined) return matchesNothing
  return matcherOf([...mapTests(selector.matchLabels ?? {}), ...(selector.matchExpressions ?? []).map(requirementTest)])
}

/** Both selectors at once. */
export function bothMatch(a: Matcher, b: Matcher): Matcher {
  if (a.isEmpty) return b
  return b.isEmpty ? a : { isEmpty: false, matches: (labels) => a.matches(labels) && b.matches(labels) }
}

/** What a node selector looks at. */
export interface SelectableNode { readonly metadata: { readonly name?: string; readonly labels?: StringMap } }
export type NodeTest = (node: SelectableNode) => boolean

function fieldTest({ key, operator, values = [] }: NodeSelectorRequirement): NodeTest {
  return (node) => {
    const value = key === 'metadata.name' ? (node.metadata.name ?? '') : ''
    return values.length === 1 && (operator === 'In' ? value === values[0] : operator === 'NotIn' && value !== values[0])
  }
}

/** One term of a node selector: all its requirements; an empty term selects no node. */
export function compileNodeSelectorTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): NodeTest {
  if (matchExpressions.length === 0 && matchFields.length === 0) return () => false
  const labelTests = matchExpressions.map(requirementTest)
  const fieldTests = matchFields.map(fieldTest)
  return (node) => labelTests.every((test) => test(node.metadata.labels ?? noLabels)) && fieldTests.every((test) => test(node))
}

/** nodeSelector and required node affinity of a pod; undefined when it has neither. */
export function compileRequiredNodeAffinity({ spec }: Pod): NodeTest | undefined {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const map = spec.nodeSelector
  if (required === undefined && map === undefined) return undefined
  const byMap = compileLabelMap(map ?? {})
  const terms = required?.nodeSelectorTerms.map(compileNodeSelectorTerm)
  return (node) => byMap.matches(node.metadata.labels) && (terms === undefined || terms.some((term) => term(node)))
}

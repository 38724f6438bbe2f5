/** Selectors of pods as predicates, made once per class of pods. The meaning is that of api/selector and api/node-selector. */

import { compileNodeSelector, matchesAnyTerm } from '../api/node-selector.ts'
import { matchesLabelSelector, matchesSet } from '../api/selector.ts'
import type { LabelSelector, Node, Pod, StringMap } from '../api/types.ts'

/** A label selector as a predicate. `isEmpty` is true for one that selects everything. */
export interface Matcher {
  readonly isEmpty: boolean
  /** Equal texts mean equal selectors. */
  readonly text: string
  matches(labels: StringMap | undefined): boolean
}
export type NodeTest = (node: Pick<Node, 'metadata'>) => boolean

export const matchesNothing: Matcher = { isEmpty: false, text: 'none', matches: () => false }

/** A selector that demands each of these labels. */
export function compileLabelMap(map: StringMap): Matcher {
  return {
    isEmpty: Object.keys(map).length === 0,
    get text() { return JSON.stringify(map) },
    matches: (labels) => matchesSet(map, labels),
  }
}

/** A label selector; none at all selects nothing, an empty one everything. */
export function compileSelector(selector: LabelSelector | undefined): Matcher {
  if (selector === undefined) return matchesNothing
  const isEmpty = Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0
  return {
    isEmpty,
    get text() { return `s${JSON.stringify(selector)}` },
    matches: (labels) => matchesLabelSelector(selector, labels),
  }
}

/** Both selectors at once. */
export function bothMatch(a: Matcher, b: Matcher): Matcher {
  if (a.isEmpty) return b
  return b.isEmpty ? a : { isEmpty: false, text: `${a.text} and ${b.text}`, matches: (labels) => a.matches(labels) && b.matches(labels) }
}

/** nodeSelector and required node affinity of a pod; undefined when it has neither. */
export function compileRequiredNodeAffinity({ spec }: Pod): NodeTest | undefined {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const map = spec.nodeSelector
  if (required === undefined && map === undefined) return undefined
  const terms = required === undefined ? undefined : compileNodeSelector(required)
  return (node) => matchesSet(map, node.metadata.labels) && (terms === undefined || matchesAnyTerm(terms, node))
}

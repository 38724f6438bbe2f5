import { formatFieldSelector, matchesFields, parseFieldSelector } from '../../../simulator/api/field-selector.ts'
import { compileNodeSelector, compilePreferences, matchesAnyTerm, matchesRequiredNodeAffinity, nodeSelectorError, scorePreferences } from '../../../simulator/api/node-selector.ts'
import { formatLabelSelector, formatSelector, isSelectorError, matchesLabelSelector, matchesSelector, parseSelector, toSelector } from '../../../simulator/api/selector.ts'
import { findUntoleratedTaint, formatTaint, hardEffects } from '../../../simulator/api/tolerations.ts'
import type { LabelSelector, Node, NodeSelector, NodeSelectorTerm, PodSpec, StringMap, Taint, Toleration } from '../../../simulator/api/types.ts'
import { objectOf, verdict } from '../compare.ts'
import type { RowRunner } from '../runner.ts'

interface Input {
  kind: string
  text?: string
  selector?: LabelSelector
  sets?: StringMap[]
  nodeSelector?: NodeSelector
  pod?: { spec: PodSpec }
  nodes?: Node[]
  preferred?: { weight: number; preference: NodeSelectorTerm }[]
  tolerations?: Toleration[]
  taints?: Taint[]
}

function labels(input: Input): unknown {
  const selector = input.kind === 'label' ? parseSelector(input.text ?? '') : toSelector(input.selector)
  if (isSelectorError(selector)) return selector
  const matches = (input.sets ?? []).map((set) => matchesSelector(selector, set))
  const empty = selector.nothing !== true && selector.requirements.length === 0
  if (input.kind === 'label') return { string: formatSelector(selector), empty, matches }
  const direct = (input.sets ?? []).map((set) => matchesLabelSelector(input.selector, set))
  return { string: formatSelector(selector), empty, matches: direct, format: formatLabelSelector(input.selector) }
}

function fields(input: Input): unknown {
  const selector = parseFieldSelector(input.text ?? '')
  if (isSelectorError(selector)) return selector
  return { string: formatFieldSelector(selector), empty: selector.terms.length === 0, matches: (input.sets ?? []).map((set) => matchesFields(selector, (field) => set[field] ?? '')) }
}

function node(input: Input): unknown {
  const selector = input.nodeSelector ?? { nodeSelectorTerms: [] }
  const error = nodeSelectorError(selector)
  if (error !== undefined) return { error }
  const terms = compileNodeSelector(selector)
  return { matches: (input.nodes ?? []).map((each) => matchesAnyTerm(terms, each)) }
}

function required(input: Input): unknown {
  return { matches: (input.nodes ?? []).map((each) => {
    const result = matchesRequiredNodeAffinity(input.pod!.spec, each)
    return typeof result === 'boolean' ? result : result.error
  }) }
}

function preferred(input: Input): unknown {
  const compiled = compilePreferences(input.preferred ?? [])
  if (isSelectorError(compiled)) return compiled
  return { scores: (input.nodes ?? []).map((each) => scorePreferences(compiled, each)) }
}

function toleration(input: Input): unknown {
  const taint = findUntoleratedTaint(input.taints, input.tolerations, hardEffects, true)
  return taint === undefined ? { schedulable: true } : { schedulable: false, taint: formatTaint(taint) }
}

const byKind: { [kind: string]: (input: Input) => unknown } = { label: labels, object: labels, field: fields, node, required, preferred, toleration }

/** Rows of functions/selector.jsonl. */
export const runSelector: RowRunner = (row) => {
  const input = objectOf(row['input']) as unknown as Input
  return verdict(row, byKind[input.kind]!(input))
}

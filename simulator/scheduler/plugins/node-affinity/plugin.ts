import { compilePreferences, matchesTerm } from '../../../api/node-selector.ts'
import type { CompiledPreference } from '../../../api/node-selector.ts'
import { isSelectorError } from '../../../api/selector.ts'
import type { NodeSelectorTerm, Pod } from '../../../api/types.ts'
import type { NodeEvent } from '../../cluster-events.ts'
import type { FilterPlugin, PreFilterPlugin, ScorePlugin } from '../../framework.ts'
import { nodeOf, normalizeByMax, skipPreFilter, skipPreScore } from '../../framework.ts'
import { compileRequiredNodeAffinity } from '../../matching.ts'
import { nodeMatcherOf, TermTest } from '../../node-matcher.ts'
import { schedulerReasons } from '../../messages.ts'
import { errorStatus, success, unresolvable } from '../../status.ts'

const elsewhere = unresolvable(schedulerReasons.nodeAffinity)

/** A preferred term and its test. */
interface TestedPreference extends CompiledPreference { readonly test?: TermTest }

/** The node names that a term allows through metadata.name; undefined when it does not look at the name. */
function namesOfTerm({ matchFields = [] }: NodeSelectorTerm): string[] | undefined {
  let names: string[] | undefined
  for (const { key, operator, values = [] } of matchFields) {
    if (key !== 'metadata.name' || operator !== 'In') continue
    names = names === undefined ? values : names.filter((name) => values.includes(name))
  }
  return names
}

/** The node names that all terms together allow; undefined when any term does not look at the name. */
function allowedNames({ spec }: Pod): Set<string> | undefined {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  if (terms.length === 0) return undefined
  const all = new Set<string>()
  for (const term of terms) {
    const names = namesOfTerm(term)
    if (names === undefined) return undefined
    for (const name of names) all.add(name)
  }
  return all
}

export type NodeAffinityPlugin = PreFilterPlugin<void> & FilterPlugin<void> & ScorePlugin<readonly TestedPreference[]>

/**
 * nodeSelector and node affinity, required and preferred.
 * Models kubernetes/pkg/scheduler/framework/plugins/nodeaffinity (v1.35).
 */
export const nodeAffinity: NodeAffinityPlugin = {
  name: 'NodeAffinity',
  isNodeLocal: true,
  retryOn: [{
    resource: 'Node', actions: ['add', 'updateNodeLabel'],
    hint(pod, objects) {
      const { old, new: node } = objects as NodeEvent
      const matches = compileRequiredNodeAffinity(pod) ?? (() => true)
      return node !== undefined && matches(node) && (old === undefined || !matches(old))
    },
  }],
  preFilter({ podClass }) {
    if (podClass.requiredNode === undefined) return skipPreFilter
    const names = allowedNames(podClass.pod)
    if (names === undefined) return { status: success }
    return names.size === 0 ? { status: unresolvable(schedulerReasons.affinityConflict) } : { status: success, nodeNames: names }
  },
  filter({ cache, podClass }, slot) {
    return podClass.requiredNode === undefined || nodeMatcherOf(cache, podClass).matches(slot) ? success : elsewhere
  },
  preScore({ cache, podClass }) {
    const preferred = podClass.pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution
    if (preferred === undefined) return skipPreScore
    const state = compilePreferences(preferred)
    return isSelectorError(state) ? { status: errorStatus(state.error) } : { status: success, state: state.map((preference) => ({ ...preference, test: new TermTest(preference.term, cache) })) }
  },
  score(_cycle, slot, state) {
    let score = 0
    for (const { weight, term, test } of state) if (test === undefined ? matchesTerm(term, nodeOf(slot)) : test.passes(slot)) score += weight
    return score
  },
  normalize(_cycle, scores, _feasible, count) {
    normalizeByMax(scores, count, false)
  },
}

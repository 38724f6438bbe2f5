/**
 * Node selectors tested on columns of labels: each value of a label is looked at once per class of pods, not once per
 * node. The meaning is that of api/node-selector.
 */

import { compileNodeSelector } from '../api/node-selector.ts'
import type { CompiledTerm } from '../api/node-selector.ts'
import { matchesRequirement } from '../api/selector.ts'
import type { Requirement } from '../api/selector.ts'
import type { ClusterCache, NodeSlot } from './cluster-cache.ts'
import type { TopologyColumn } from './columns.ts'
import { nodeOf } from './framework.ts'
import type { PodClass } from './pod-class.ts'

const yes = 1
const no = 2

/** One requirement on one label. */
class LabelTest {
  private readonly requirement: Requirement
  private readonly column: TopologyColumn
  /** Answers by value, the first one for nodes without the label; 0 where nobody has asked yet. */
  private answers: Uint8Array

  constructor(requirement: Requirement, column: TopologyColumn) {
    this.requirement = requirement
    this.column = column
    this.answers = new Uint8Array(column.names.length + 1)
  }

  passes(index: number): boolean {
    const at = this.column.valueIds[index] + 1
    const known = at < this.answers.length ? this.answers[at] : 0
    return (known === 0 ? this.ask(at) : known) === yes
  }

  private ask(at: number): number {
    const { column: { key, names }, requirement } = this
    if (at >= this.answers.length) {
      const answers = new Uint8Array(names.length + 1)
      answers.set(this.answers)
      this.answers = answers
    }
    const answer = matchesRequirement(requirement, at === 0 ? undefined : { [key]: names[at - 1] }) ? yes : no
    this.answers[at] = answer
    return answer
  }
}

/** One term: all of its requirements must hold. */
export class TermTest {
  private readonly labels: readonly LabelTest[]
  private readonly term: CompiledTerm

  constructor(term: CompiledTerm, cache: ClusterCache) {
    this.term = term
    this.labels = term.labels.map((requirement) => new LabelTest(requirement, cache.topology(requirement.key)))
  }

  passes(slot: NodeSlot): boolean {
    const { labels, term: { errors, fields } } = this
    if (errors.length > 0) return false
    for (let i = 0; i < labels.length; i++) if (!labels[i].passes(slot.index)) return false
    if (fields.length === 0) return true
    const { name } = nodeOf(slot).metadata
    if (name === undefined || name === '') return true
    for (const { field, value, isEqual } of fields) if (((field === 'metadata.name' ? name : '') === value) !== isEqual) return false
    return true
  }
}

/** nodeSelector and required node affinity of one class of pods. */
export class NodeMatcher {
  private readonly pairs: readonly LabelTest[]
  private readonly terms: readonly TermTest[] | undefined

  constructor({ pod: { spec } }: PodClass, cache: ClusterCache) {
    const { nodeSelector = {}, affinity } = spec
    const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
    this.pairs = Object.keys(nodeSelector).map((key) => new LabelTest({ key, operator: '=', values: [nodeSelector[key]] }, cache.topology(key)))
    this.terms = required === undefined ? undefined : compileNodeSelector(required).map((term) => new TermTest(term, cache))
  }

  matches(slot: NodeSlot): boolean {
    const { pairs, terms } = this
    for (let i = 0; i < pairs.length; i++) if (!pairs[i].passes(slot.index)) return false
    if (terms === undefined) return true
    for (let i = 0; i < terms.length; i++) if (terms[i].passes(slot)) return true
    return false
  }
}

/** The matcher of a class; to be asked only when the class has a `requiredNode`. */
export function nodeMatcherOf(cache: ClusterCache, podClass: PodClass): NodeMatcher {
  let matcher = podClass.memo.get('nodeMatcher') as NodeMatcher | undefined
  if (matcher === undefined) podClass.memo.set('nodeMatcher', (matcher = new NodeMatcher(podClass, cache)))
  return matcher
}

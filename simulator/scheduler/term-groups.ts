/**
 * The affinity terms of pods on nodes, those that say the same together: which of them mean a new pod is looked up by its
 * labels, not asked of each pod.
 */

import type { StringMap } from '../api/types.ts'
import type { AffinityTerm, KeyedTerm, PodClass, TermRole } from './pod-class.ts'

/** Terms of one role that say the same. */
export interface TermGroup {
  readonly key: string
  readonly role: TermRole
  readonly term: AffinityTerm
  /** Sum of the weights of the pods with the term, by slot. */
  readonly population: Map<number, number>
}

const groupsMax = 4096

/** A label that every pod must have that the term means, one of these; undefined when there is no such label. */
function pairsOf({ source: { labelSelector } }: AffinityTerm): string[] | undefined {
  for (const [key, value] of Object.entries(labelSelector?.matchLabels ?? {})) return [`${key}=${value}`]
  for (const { key, operator, values = [] } of labelSelector?.matchExpressions ?? []) if (operator === 'In') return [...new Set(values)].map((value) => `${key}=${value}`)
  return undefined
}

/**
 * An index of affinity terms by what they select, with the number of pods per node slot that have them. A caller that
 * keeps an answer compares `epoch`.
 */
export class TermGroups {
  private readonly groups = new Map<string, TermGroup>()
  /** Groups in use by a label that the pods have that they mean. */
  private readonly byPair = new Map<string, Set<TermGroup>>()
  /** Groups in use that may mean pods of any labels. */
  private readonly others = new Set<TermGroup>()
  private usedCount = 0
  /** Grows when a group comes into use or out of it. */
  epoch = 0

  /** A pod came to a node (1) or went (-1). */
  count({ terms }: PodClass, index: number, sign: number): void {
    for (const keyed of terms) this.countTerm(keyed, index, sign)
  }

  /** Groups in use that mean a pod. */
  meaning(labels: StringMap, means: (term: AffinityTerm) => boolean): TermGroup[] {
    const found: TermGroup[] = []
    if (this.byPair.size > 0) {
      for (const key of Object.keys(labels)) {
        const groups = this.byPair.get(`${key}=${labels[key]}`)
        if (groups !== undefined) for (const group of groups) if (means(group.term)) found.push(group)
      }
    }
    for (const group of this.others) if (means(group.term)) found.push(group)
    return found
  }

  private countTerm({ key, role, term }: KeyedTerm, index: number, sign: number): void {
    let group = this.groups.get(key)
    if (group === undefined) {
      if (this.groups.size >= groupsMax && this.groups.size > 2 * this.usedCount) this.dropUnused()
      group = { key, role, term, population: new Map() }
      this.groups.set(key, group)
    }
    const { population } = group
    const wasUsed = population.size > 0
    const sum = (population.get(index) ?? 0) + sign * term.weight
    if (sum === 0) population.delete(index)
    else population.set(index, sum)
    if (wasUsed !== population.size > 0) this.list(group, !wasUsed)
  }

  private list(group: TermGroup, isUsed: boolean): void {
    this.epoch++
    this.usedCount += isUsed ? 1 : -1
    const pairs = pairsOf(group.term)
    if (pairs === undefined) {
      if (isUsed) this.others.add(group)
      else this.others.delete(group)
      return
    }
    for (const pair of pairs) {
      const known = this.byPair.get(pair)
      if (isUsed && known === undefined) this.byPair.set(pair, new Set([group]))
      else if (isUsed) known?.add(group)
      else if (known?.delete(group) && known.size === 0) this.byPair.delete(pair)
    }
  }

  private dropUnused(): void {
    for (const [key, { population }] of this.groups) if (population.size === 0) this.groups.delete(key)
  }
}

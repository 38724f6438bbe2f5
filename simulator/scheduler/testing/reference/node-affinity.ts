import { matchesRequiredNodeAffinity, matchNodeSelectorTerms } from '../../../api/node-selector.ts'
import type { NodeSelectorTerm } from '../../../api/types.ts'
import { byHighest, never } from './types.ts'
import type { ReferencePlugin } from './types.ts'

/** Names that a term leaves over; undefined when it does not speak of names. */
function namesOf({ matchFields = [] }: NodeSelectorTerm): readonly string[] | undefined {
  const lists = matchFields.filter(({ key, operator }) => key === 'metadata.name' && operator === 'In').map(({ values = [] }) => values)
  return lists.length === 0 ? undefined : lists.reduce((left, list) => left.filter((name) => list.includes(name)))
}

function isEmpty({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): boolean {
  return matchExpressions.length === 0 && matchFields.length === 0
}

export const nodeAffinity: ReferencePlugin = {
  name: 'NodeAffinity',
  weight: 2,
  preFilter({ spec }) {
    const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
    if (required === undefined && spec.nodeSelector === undefined) return 'skip'
    const lists = (required?.nodeSelectorTerms ?? []).map(namesOf)
    if (lists.length === 0 || lists.includes(undefined)) return undefined
    const names = lists.flatMap((list) => list ?? [])
    return names.length === 0 ? never('pod affinity terms conflict') : { names }
  },
  filter({ spec }, node) {
    return matchesRequiredNodeAffinity(spec, node) === true ? undefined : never("node(s) didn't match Pod's node affinity/selector")
  },
  score({ spec }, nodes) {
    const preferred = spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution
    if (preferred === undefined) return 'skip'
    const raw = nodes.map((node) => preferred
      .filter(({ preference }) => !isEmpty(preference) && matchNodeSelectorTerms({ nodeSelectorTerms: [preference] }, node) === true)
      .reduce((sum, { weight }) => sum + weight, 0))
    return { raw, normalized: byHighest(raw) }
  },
}

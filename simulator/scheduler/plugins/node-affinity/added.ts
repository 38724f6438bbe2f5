/** NodeAffinity with an affinity that a profile adds to every pod. Models plugins/nodeaffinity/node_affinity.go (v1.35). */

import { compileNodeSelector, compilePreferences, matchesAnyTerm, scorePreferences } from '../../../api/node-selector.ts'
import { isSelectorError } from '../../../api/selector.ts'
import type { PluginArguments } from '../../configuration/types.ts'
import type { NodeEvent } from '../../cluster-events.ts'
import { nodeOf } from '../../framework.ts'
import { schedulerReasons } from '../../messages.ts'
import { success, unresolvable } from '../../status.ts'
import { nodeAffinity } from './plugin.ts'
import type { NodeAffinityPlugin } from './plugin.ts'

const notEnforced = unresolvable(schedulerReasons.enforcedNodeAffinity)

/** The plugin with arguments; the default one without an added affinity. */
export function makeNodeAffinity({ addedAffinity }: PluginArguments['NodeAffinity']): NodeAffinityPlugin {
  if (addedAffinity === undefined) return nodeAffinity
  const { requiredDuringSchedulingIgnoredDuringExecution: required, preferredDuringSchedulingIgnoredDuringExecution: preferred = [] } = addedAffinity
  const terms = required === undefined ? undefined : compileNodeSelector(required)
  const compiled = compilePreferences(preferred)
  const added = isSelectorError(compiled) ? [] : compiled
  const hints = (nodeAffinity.retryOn ?? []).map((rule) => ({
    ...rule,
    hint: ((pod, objects, lister) => {
      const { new: node } = objects as NodeEvent
      return (terms === undefined || node === undefined || matchesAnyTerm(terms, node)) && (rule.hint?.(pod, objects, lister) ?? true)
    }) satisfies typeof rule.hint,
  }))
  return {
    ...nodeAffinity,
    retryOn: hints,
    preFilter(cycle) {
      const result = nodeAffinity.preFilter(cycle)
      return result.status.code === 'skip' && terms !== undefined ? { status: success } : result
    },
    filter(cycle, slot, state) {
      if (terms !== undefined && !matchesAnyTerm(terms, nodeOf(slot))) return notEnforced
      return nodeAffinity.filter(cycle, slot, state)
    },
    preScore(cycle, feasible, count) {
      const own = nodeAffinity.preScore?.(cycle, feasible, count) ?? { status: success }
      if (own.status.code !== 'skip' || preferred.length === 0) return own.state === undefined ? own : { ...own, state: [...added, ...own.state] }
      return { status: success, state: added }
    },
    score: (_cycle, slot, state) => scorePreferences(state, nodeOf(slot)),
  }
}

/** Which events may help a pod that its spread constraints keep pending. Models podtopologyspread/plugin.go (v1.35). */

import type { Node, Pod } from '../../../api/types.ts'
import type { NodeEvent, PodEvent } from '../../cluster-events.ts'
import type { ObjectLister } from '../../framework.ts'
import { isEqual } from '../../is-equal.ts'
import { rulesOf } from './constraints.ts'
import type { SpreadOptions, SpreadRule } from './constraints.ts'

function isInvolved(changed: Pod, waiting: Pod): boolean {
  return changed.metadata.uid === waiting.metadata.uid || ((changed.spec.nodeName ?? '') !== '' && changed.metadata.namespace === waiting.metadata.namespace)
}

function updateHelps(pod: Pod, old: Pod, changed: Pod, rules: readonly SpreadRule[]): boolean {
  const isSelf = pod.metadata.uid === changed.metadata.uid
  if (isSelf && rules.some((rule) => rule.honorsTaints) && !isEqual(old.spec.tolerations ?? [], changed.spec.tolerations ?? [])) return true
  return rules.some(({ selector }) => selector.matches(old.metadata.labels) !== selector.matches(changed.metadata.labels))
}

/** A pod that counts came, went or changed its labels. */
export function podEventHelps(pod: Pod, { old, new: changed }: PodEvent, objects: ObjectLister, options: SpreadOptions): boolean {
  if ((changed !== undefined && !isInvolved(changed, pod)) || (old !== undefined && !isInvolved(old, pod))) return false
  const rules = rulesOf(pod, objects, 'DoNotSchedule', options)
  if (old !== undefined && changed !== undefined) return updateHelps(pod, old, changed, rules)
  return rules.some(({ selector }) => selector.matches((changed ?? old)?.metadata.labels))
}

function hasAllKeys(node: Node | undefined, rules: readonly SpreadRule[]): boolean {
  return node !== undefined && rules.every((rule) => node.metadata.labels?.[rule.topologyKey] !== undefined)
}

/** A node of the topology came, went or moved. */
export function nodeEventHelps(pod: Pod, { old, new: node }: NodeEvent, objects: ObjectLister, options: SpreadOptions): boolean {
  const rules = rulesOf(pod, objects, 'DoNotSchedule', options)
  const had = hasAllKeys(old, rules)
  const has = hasAllKeys(node, rules)
  if (old === undefined || node === undefined) return had || has
  if (had !== has) return true
  const moved = rules.some((rule) => old.metadata.labels?.[rule.topologyKey] !== node.metadata.labels?.[rule.topologyKey])
  return has && (moved || !isEqual(old.spec?.taints ?? [], node.spec?.taints ?? []))
}

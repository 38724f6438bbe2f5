import { findUntoleratedTaint, hardEffects, tolerationsTolerate } from '../../../api/tolerations.ts'
import type { Pod } from '../../../api/types.ts'
import type { NodeEvent } from '../../cluster-events.ts'
import { nodeTraits } from '../../columns.ts'
import type { FilterPlugin, ScorePlugin } from '../../framework.ts'
import { nodeOf, normalizeByMax } from '../../framework.ts'
import { schedulerReasons } from '../../messages.ts'
import { success, unresolvable } from '../../status.ts'

/**
 * Keeps pods off nodes with taints that they do not tolerate, and prefers nodes with few soft taints.
 * Models kubernetes/pkg/scheduler/framework/plugins/tainttoleration (v1.35).
 */
export const taintToleration: FilterPlugin<void> & ScorePlugin<void> = {
  name: 'TaintToleration',
  isNodeLocal: true,
  filterTraits: nodeTraits.hasHardTaint,
  scoreTraits: nodeTraits.hasSoftTaint,
  retryOn: [
    {
      resource: 'Node', actions: ['add', 'updateNodeTaint'],
      hint(pod, objects) {
        const { old, new: node } = objects as NodeEvent
        return (old === undefined || isRepelled(pod, old)) && node !== undefined && !isRepelled(pod, node)
      },
    },
    { resource: 'Pod', actions: ['updatePodToleration'], hint: (pod, { new: changed }) => changed?.metadata.uid === pod.metadata.uid },
  ],
  filter({ podClass }, slot) {
    const taint = findUntoleratedTaint(nodeOf(slot).spec?.taints, podClass.pod.spec.tolerations, hardEffects)
    // Unresolvable, not unschedulable: evicting other pods does not remove a taint, so preemption skips this node.
    return taint === undefined ? success : unresolvable(schedulerReasons.untoleratedTaint)
  },
  score({ podClass }, slot) {
    const taints = nodeOf(slot).spec?.taints
    if (taints === undefined) return 0
    const soft = podClass.pod.spec.tolerations?.filter(({ effect = '' }) => effect === '' || effect === 'PreferNoSchedule')
    return taints.reduce((count, taint) => (taint.effect === 'PreferNoSchedule' && !tolerationsTolerate(soft, taint) ? count + 1 : count), 0)
  },
  normalize(_cycle, scores, _feasible, count) {
    normalizeByMax(scores, count, true)
  },
}

function isRepelled(pod: Pod, node: NonNullable<NodeEvent['new']>): boolean {
  return findUntoleratedTaint(node.spec?.taints, pod.spec.tolerations, hardEffects) !== undefined
}

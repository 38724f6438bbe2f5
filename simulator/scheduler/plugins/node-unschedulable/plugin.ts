import { tolerationsTolerate } from '../../../api/tolerations.ts'
import type { Taint } from '../../../api/types.ts'
import type { NodeEvent, PodEvent } from '../../cluster-events.ts'
import { nodeTraits } from '../../columns.ts'
import type { FilterPlugin } from '../../framework.ts'
import { nodeOf } from '../../framework.ts'
import { schedulerReasons } from '../../messages.ts'
import { success, unresolvable } from '../../status.ts'

const cordonTaint: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/** Keeps pods off cordoned nodes. Models kubernetes/pkg/scheduler/framework/plugins/nodeunschedulable (v1.35). */
export const nodeUnschedulable: FilterPlugin<void> = {
  name: 'NodeUnschedulable',
  isNodeLocal: true,
  filterTraits: nodeTraits.isCordoned,
  retryOn: [
    {
      resource: 'Node', actions: ['add', 'updateNodeTaint'],
      hint(_pod, objects) {
        const { old, new: node } = objects as NodeEvent
        return node?.spec?.unschedulable !== true && (old === undefined || old.spec?.unschedulable === true)
      },
    },
    {
      resource: 'Pod', actions: ['updatePodToleration'],
      hint(pod, objects) {
        const changed = (objects as PodEvent).new
        return changed?.metadata.uid === pod.metadata.uid && tolerationsTolerate(changed?.spec.tolerations, cordonTaint)
      },
    },
  ],
  filter({ podClass }, slot) {
    if (nodeOf(slot).spec?.unschedulable !== true || tolerationsTolerate(podClass.pod.spec.tolerations, cordonTaint)) return success
    return unresolvable(schedulerReasons.unschedulableNode)
  },
}

import type { PreEnqueuePlugin } from '../../framework.ts'
import { success, unresolvable } from '../../status.ts'

/** Holds back pods that carry scheduling gates. Models kubernetes/pkg/scheduler/framework/plugins/schedulinggates (v1.35). */
export const schedulingGates: PreEnqueuePlugin = {
  name: 'SchedulingGates',
  retryOn: [{ resource: 'Pod', actions: ['updatePodSchedulingGatesEliminated'], hint: (pod, { new: changed }) => changed?.metadata.uid === pod.metadata.uid }],
  preEnqueue({ spec }) {
    const gates = spec.schedulingGates ?? []
    if (gates.length === 0) return success
    return unresolvable(`waiting for scheduling gates: [${gates.map((gate) => gate.name).join(' ')}]`)
  },
}

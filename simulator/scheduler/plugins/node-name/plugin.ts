import type { FilterPlugin, PreFilterPlugin } from '../../framework.ts'
import { skipPreFilter } from '../../framework.ts'
import { schedulerReasons } from '../../messages.ts'
import { success, unresolvable } from '../../status.ts'

/** A pod that names its node runs nowhere else. Models kubernetes/pkg/scheduler/framework/plugins/nodename (v1.35). */
export const nodeName: PreFilterPlugin<void> & FilterPlugin<void> = {
  name: 'NodeName',
  isNodeLocal: false,
  retryOn: [{ resource: 'Node', actions: ['add'] }],
  preFilter({ pod }) {
    return (pod.spec.nodeName ?? '') === '' ? skipPreFilter : { status: success }
  },
  isIdle({ pod }) {
    return (pod.spec.nodeName ?? '') === ''
  },
  filter({ pod }, slot) {
    const { nodeName: wanted = '' } = pod.spec
    return wanted === '' || wanted === slot.name ? success : unresolvable(schedulerReasons.nodeName)
  },
}

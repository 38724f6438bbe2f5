import type { PostFilterPlugin, PreFilterPlugin, ScorePlugin } from '../../framework.ts'
import { schedulerReasons } from '../../messages.ts'
import { errorStatus, skip, success, unschedulable } from '../../status.ts'

/**
 * Devices through resource claims.
 * Models kubernetes/pkg/scheduler/framework/plugins/dynamicresources (v1.35).
 */
export const dynamicResources: PreFilterPlugin<void> & ScorePlugin<void> & PostFilterPlugin = {
  name: 'DynamicResources',
  isNodeLocal: true,
  preFilter() {
    return { status: skip }
  },
  preScore() {
    return { status: success }
  },
  score() {
    return 0
  },
  postFilter({ preFilterOf }) {
    // The real plugin does not find its state when an earlier PreFilter plugin has ended the cycle.
    if (preFilterOf(dynamicResources) === undefined) return { status: errorStatus(schedulerReasons.notFound) }
    return { status: unschedulable(schedulerReasons.noClaims) }
  },
}

import type { PostFilterPlugin, ScorePlugin } from '../../framework.ts'
import { schedulerReasons } from '../../messages.ts'
import { success, unschedulable } from '../../status.ts'

/**
 * Devices through resource claims.
 * Models kubernetes/pkg/scheduler/framework/plugins/dynamicresources (v1.35).
 */
export const dynamicResources: ScorePlugin<void> & PostFilterPlugin = {
  name: 'DynamicResources',
  isNodeLocal: true,
  preScore() {
    return { status: success }
  },
  score() {
    return 0
  },
  postFilter() {
    return { status: unschedulable(schedulerReasons.noClaims) }
  },
}

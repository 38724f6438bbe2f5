import type { QueueSortPlugin } from '../../framework.ts'
import { priorityOf } from '../../pod-class.ts'

/** Higher priority first, then who waits longer. Models kubernetes/pkg/scheduler/framework/plugins/queuesort (v1.35). */
export const prioritySort: QueueSortPlugin = {
  name: 'PrioritySort',
  isBefore(a, b) {
    const difference = priorityOf(a.pod) - priorityOf(b.pod)
    return difference > 0 || (difference === 0 && a.sinceMs < b.sinceMs)
  },
}

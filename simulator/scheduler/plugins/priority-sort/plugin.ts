import type { QueueSortPlugin } from '../../framework.ts'

/** Higher priority first, then who waits longer. Models kubernetes/pkg/scheduler/framework/plugins/queuesort (v1.35). */
export const prioritySort: QueueSortPlugin = {
  name: 'PrioritySort',
  compare(a, b) {
    return b.priority - a.priority || a.sinceMs - b.sinceMs
  },
}

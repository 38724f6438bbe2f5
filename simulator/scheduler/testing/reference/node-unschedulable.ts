import { tolerationsTolerate } from '../../../api/tolerations.ts'
import { never } from './types.ts'
import type { ReferencePlugin } from './types.ts'

export const nodeUnschedulable: ReferencePlugin = {
  name: 'NodeUnschedulable',
  filter(pod, node) {
    if (node.spec?.unschedulable !== true) return undefined
    return tolerationsTolerate(pod.spec.tolerations, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }) ? undefined : never('node(s) were unschedulable')
  },
}

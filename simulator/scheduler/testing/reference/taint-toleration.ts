import { tolerationsTolerate } from '../../../api/tolerations.ts'
import { byHighest, never } from './types.ts'
import type { ReferencePlugin } from './types.ts'

export const taintToleration: ReferencePlugin = {
  name: 'TaintToleration',
  weight: 3,
  filter(pod, node) {
    const bad = (node.spec?.taints ?? []).filter((taint) => taint.effect !== 'PreferNoSchedule' && !tolerationsTolerate(pod.spec.tolerations, taint))
    return bad.length === 0 ? undefined : never('node(s) had untolerated taint(s)')
  },
  score(pod, nodes) {
    const soft = (pod.spec.tolerations ?? []).filter(({ effect = '' }) => effect === '' || effect === 'PreferNoSchedule')
    const raw = nodes.map((node) => (node.spec?.taints ?? []).filter((taint) => taint.effect === 'PreferNoSchedule' && !tolerationsTolerate(soft, taint)).length)
    return { raw, normalized: byHighest(raw, true) }
  },
}

/** A new node is not ready until the node controller says so. Models plugin/pkg/admission/nodetaint (v1.35). */

import type { Node, Taint } from '../../api/types.ts'
import { isMain } from './helpers.ts'
import type { AdmissionPlugin } from './plugin.ts'

const notReady: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }

export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  admit(request) {
    if (!isMain(request, 'nodes') || request.operation !== 'CREATE') return undefined
    const node = request.object as unknown as Node
    const spec = (node.spec ??= {})
    const hasTaint = spec.taints?.some((taint) => taint.key === notReady.key && taint.effect === notReady.effect) ?? false
    if (!hasTaint) spec.taints = [...(spec.taints ?? []), { ...notReady }]
    return undefined
  },
}

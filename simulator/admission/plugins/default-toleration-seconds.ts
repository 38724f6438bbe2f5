/** Pods stay five minutes on a node that is not ready or not reachable. Models plugin/pkg/admission/defaulttolerationseconds (v1.35). */

import type { Toleration } from '../../api/types.ts'
import { isMain, podOf } from './helpers.ts'
import type { AdmissionPlugin } from './plugin.ts'

const keys = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
const seconds = 300

function covers(toleration: Toleration, key: string): boolean {
  return (toleration.key === key || !toleration.key) && (toleration.effect === 'NoExecute' || !toleration.effect)
}

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  admit(request) {
    if (!isMain(request, 'pods') || request.operation === 'DELETE') return undefined
    const { spec } = podOf(request)
    const given = spec.tolerations ?? []
    const added = keys.filter((key) => !given.some((toleration) => covers(toleration, key)))
    if (added.length > 0) spec.tolerations = [...given, ...added.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: seconds }))]
    return undefined
  },
}

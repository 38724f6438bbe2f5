/** A pod's RuntimeClass must exist; it sets overhead and where the pod may run. Models plugin/pkg/admission/runtimeclass (v1.35). */

import { apiErrors } from '../../api/errors.ts'
import type { KubeObject, ResourceList, StringMap, Toleration } from '../../api/types.ts'
import { equalSemantic } from '../validation/equal.ts'
import { nameIsPathSegment } from '../validation/meta.ts'
import { forbid, isMain, podOf } from './helpers.ts'
import type { AdmissionPlugin } from './plugin.ts'

interface RuntimeClass extends KubeObject {
  overhead?: { podFixed?: ResourceList }
  scheduling?: { nodeSelector?: StringMap; tolerations?: Toleration[] }
}

export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  admit(request) {
    if (!isMain(request, 'pods') || request.operation !== 'CREATE') return undefined
    const { spec } = podOf(request)
    if (spec.runtimeClassName === undefined) return undefined
    const found = request.reader.get('runtimeclasses.node.k8s.io', undefined, spec.runtimeClassName) as RuntimeClass | undefined
    const unreadable = nameIsPathSegment(spec.runtimeClassName, false)
    if (unreadable.length > 0) return apiErrors.unknown(500, `invalid resource name "${spec.runtimeClassName}": [${unreadable.join(' ')}]`)
    if (found === undefined) return forbid(request, `pod rejected: RuntimeClass "${spec.runtimeClassName}" not found`)
    const overhead = found.overhead?.podFixed
    if (overhead !== undefined) {
      if (spec.overhead !== undefined && !equalSemantic(spec.overhead, overhead)) return forbid(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
      spec.overhead = { ...overhead }
    }
    for (const [key, value] of Object.entries(found.scheduling?.nodeSelector ?? {})) {
      const own = spec.nodeSelector?.[key]
      if (own !== undefined && own !== value) return forbid(request, `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`)
      spec.nodeSelector = { ...spec.nodeSelector, [key]: value }
    }
    const added = (found.scheduling?.tolerations ?? []).filter((toleration) => !spec.tolerations?.some((own) => equalSemantic(own, toleration)))
    if (added.length > 0) spec.tolerations = [...(spec.tolerations ?? []), ...added]
    return undefined
  },
  validate(request) {
    if (!isMain(request, 'pods') || request.operation !== 'CREATE') return undefined
    const { overhead = {}, runtimeClassName } = podOf(request).spec
    return runtimeClassName === undefined && Object.keys(overhead).length > 0 ? forbid(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead') : undefined
  },
}

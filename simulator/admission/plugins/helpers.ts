/** What several plugins need. */

import type { Failure } from '../../api/errors.ts'
import { apiErrors } from '../../api/errors.ts'
import type { FullPod } from '../pod/pod-types.ts'
import type { PluginRequest } from './plugin.ts'

/** The name that refusals show: before names are generated, the prefix. */
function shownName(request: PluginRequest): string {
  if (request.name !== '') return request.name
  return request.object.metadata.name || request.object.metadata.generateName || 'Unknown'
}

/** The refusal of a plugin. */
export function forbid(request: PluginRequest, why: string): Failure {
  return apiErrors.forbidden({ group: request.kind.group, name: request.kind.resource }, shownName(request), why)
}

/** True for writes of a kind itself (no subresource). */
export function isMain(request: PluginRequest, resource: string, group = ''): boolean {
  return request.kind.resource === resource && request.kind.group === group && request.subresource === ''
}

/** The object as a pod; only for requests of pods. */
export function podOf(request: PluginRequest): FullPod {
  return request.object as unknown as FullPod
}

/** True for pods that a kubelet reports of its static manifests. */
export function isMirrorPod(pod: FullPod): boolean {
  return pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined
}

/** Fields whose feature gate is off in a 1.35 cluster: the server drops them. Models pkg/api/pod/util.go dropDisabledFields (v1.35). */

import type { FullContainer, FullPodSpec } from './pod-types.ts'

function dropStopSignal(container: FullContainer): void {
  if (container.lifecycle?.stopSignal === undefined) return
  delete container.lifecycle.stopSignal
  if (Object.keys(container.lifecycle).length === 0) delete container.lifecycle
}

/** Drops fields behind feature gates that are off in a default 1.35 cluster. */
export function dropDisabledFields(spec: FullPodSpec): void {
  delete spec.workloadRef
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])]) dropStopSignal(container)
  for (const volume of spec.volumes ?? []) {
    for (const source of volume.projected?.sources ?? []) {
      delete source.clusterTrustBundle
      delete source.podCertificate
    }
  }
}

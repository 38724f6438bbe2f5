/** APIServices: which group and version the aggregator leads where. Models kube-aggregator and pkg/controlplane/apiserver/aggregator.go (v1.35). */

import type { KubeObject } from './types.ts'

export const aggregatorGroup = 'apiregistration.k8s.io'
/** Resource of APIServices. */
export const apiServices = `apiservices.${aggregatorGroup}`
/** Says how an APIService is kept: `onstart` for built-in ones, `true` for those of definitions. */
export const automanagedLabel = 'kube-aggregator.kubernetes.io/automanaged'

/** An APIService that the API server itself answers. `automanaged` is how it is kept. */
export function localApiService(group: string, version: string, priorities: readonly [group: number, version: number], automanaged: 'onstart' | 'true', timestamp: string): KubeObject {
  const [groupPriorityMinimum, versionPriority] = priorities
  return {
    apiVersion: `${aggregatorGroup}/v1`, kind: 'APIService', metadata: { name: `${version}.${group}`, labels: { [automanagedLabel]: automanaged } },
    spec: { ...(group === '' ? {} : { group }), version, groupPriorityMinimum, versionPriority },
    status: { conditions: [{ type: 'Available', status: 'True', lastTransitionTime: timestamp, reason: 'Local', message: 'Local APIServices are always available' }] },
  } as KubeObject
}

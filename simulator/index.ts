/** The public face of the simulator. */

export { adminUser, authorUser, Cluster, createCluster, restoreCluster } from './cluster.ts'
export type { ChangeListener, ClusterSnapshot } from './cluster.ts'
export type { ClusterConfig } from './cluster-config.ts'
export { nodeObject } from './bootstrap/objects.ts'
export type { NodeSpec } from './bootstrap/objects.ts'
export type { ApiAnswer, ApiRequest, ApiResponse, ApiStream, KubeList, StreamFrame, UserInfo } from './api/request.ts'
export { isStream, isSuccess } from './api/request.ts'
export type * from './api/types.ts'

/** resource.k8s.io/v1 as far as the plugin reads it. */

import type { KubeObject, NodeSelector, Toleration } from '../../../api/types.ts'

export interface DeviceSelector { cel?: { expression: string } }
export interface DeviceRequestSpec {
  deviceClassName?: string
  allocationMode?: string
  count?: number
  selectors?: DeviceSelector[]
  adminAccess?: boolean
  tolerations?: Toleration[]
}
export interface DeviceRequest { name: string; exactly?: DeviceRequestSpec; firstAvailable?: (DeviceRequestSpec & { name: string })[] }
export interface DeviceResult { request: string; driver: string; pool: string; device: string; adminAccess?: boolean }
export interface Allocation { devices?: { results?: DeviceResult[] }; nodeSelector?: NodeSelector }
export interface Consumer { resource: string; name: string; uid: string }
export interface ResourceClaim extends KubeObject {
  spec: { devices?: { requests?: DeviceRequest[]; constraints?: { requests?: string[]; matchAttribute?: string }[] } }
  status?: { allocation?: Allocation; reservedFor?: Consumer[] }
}
export interface DeviceClass extends KubeObject { spec: { selectors?: DeviceSelector[] } }
export interface DeviceAttribute { string?: string; int?: number; bool?: boolean; version?: string }
export interface Device {
  name: string
  attributes?: { [name: string]: DeviceAttribute }
  capacity?: { [name: string]: { value: string } }
  consumesCounters?: unknown[]
  bindingConditions?: string[]
}
export interface ResourceSlice extends KubeObject {
  spec: {
    driver: string
    pool: { name: string; generation: number; resourceSliceCount: number }
    nodeName?: string
    allNodes?: boolean
    nodeSelector?: NodeSelector
    perDeviceNodeSelection?: boolean
    devices?: Device[]
  }
}

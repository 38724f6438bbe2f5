/** What a plugin answers. Models kube-scheduler/framework Status and Code (v1.35). */

export type StatusCode = 'success' | 'unschedulable' | 'unschedulableAndUnresolvable' | 'error' | 'skip' | 'pending' | 'wait'

/** The answer of one plugin: a code, and why. `plugin` is filled in by the framework. Immutable. */
export interface PluginStatus {
  readonly code: StatusCode
  readonly reasons: readonly string[]
  readonly plugin?: string
}

export const success: PluginStatus = { code: 'success', reasons: [] }
/** The plugin has nothing to do for this pod; its later calls are left out in this cycle. */
export const skip: PluginStatus = { code: 'skip', reasons: [] }

/** The pod is held at Permit. */
export const wait: PluginStatus = { code: 'wait', reasons: [] }

/** The pod does not fit now, but evicting other pods may help. */
export function unschedulable(...reasons: string[]): PluginStatus {
  return { code: 'unschedulable', reasons }
}

/** The pod does not fit, and preemption cannot change that. */
export function unresolvable(...reasons: string[]): PluginStatus {
  return { code: 'unschedulableAndUnresolvable', reasons }
}

/** Something unexpected; the pod is retried after a back-off. */
export function errorStatus(message: string): PluginStatus {
  return { code: 'error', reasons: [message] }
}

/** True for both kinds of unschedulable and for pending. */
export function isRejected(status: PluginStatus): boolean {
  return status.code === 'unschedulable' || status.code === 'unschedulableAndUnresolvable' || status.code === 'pending'
}

/** The status with the name of the plugin that gave it. */
export function withPlugin(status: PluginStatus, plugin: string): PluginStatus {
  return status.plugin === plugin ? status : { code: status.code, reasons: status.reasons, plugin }
}

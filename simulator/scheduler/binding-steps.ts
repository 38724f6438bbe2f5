/** What happens to a pod once its node is chosen: Reserve, Permit, PreBind, Bind. Models bindingCycle of pkg/scheduler/schedule_one.go (v1.35). */

import { assert } from '../kernel/assert.ts'
import type { CompiledProfile } from './compiled-profile.ts'
import type { Binder, Cycle, ObjectWriter } from './framework.ts'
import { schedulerReasons } from './messages.ts'
import type { PluginStates } from './plugin-states.ts'
import { errorStatus, success, withPlugin } from './status.ts'
import type { PluginStatus } from './status.ts'
import type { PermitWait } from './waiting.ts'

/** The plugins at work. */
export interface Bound { readonly profile: CompiledProfile; readonly plugins: PluginStates }

/**
 * Runs Reserve and Permit.
 * @returns what went wrong, with everything taken back, or which plugins make the pod wait; undefined when it may be bound
 */
export function reserve({ profile, plugins }: Bound, cycle: Cycle, nodeName: string): PluginStatus | readonly PermitWait[] | undefined {
  if (profile.reserves.length === 0 && profile.permits.length === 0) return undefined
  const slot = cycle.cache.findSlot(nodeName)
  assert(slot !== undefined, `chosen node ${nodeName} is not in the cache`)
  for (const { plugin, stateAt } of profile.reserves) {
    if (plugins.skipped[stateAt]) continue
    const status = plugin.reserve?.(cycle, slot, plugins.states[stateAt]) ?? success
    if (status.code !== 'success') return undo({ profile, plugins }, cycle, nodeName, withPlugin(status, plugin.name))
  }
  const waits: PermitWait[] = []
  for (const plugin of profile.permits) {
    const { status, timeoutMs = 0 } = plugin.permit(cycle, slot)
    if (status.code === 'wait') waits.push({ plugin: plugin.name, timeoutMs })
    else if (status.code === 'error') return undo({ profile, plugins }, cycle, nodeName, errorStatus(schedulerReasons.permitError(plugin.name, status.reasons.join(', '))))
    else if (status.code !== 'success') return undo({ profile, plugins }, cycle, nodeName, withPlugin(status, plugin.name))
  }
  return waits.length === 0 ? undefined : waits
}

/** Runs PreBind and Bind. @returns what went wrong; undefined when the pod is bound */
export function bind({ profile, plugins }: Bound, cycle: Cycle, nodeName: string, binder: Binder & ObjectWriter): PluginStatus | undefined {
  for (const { plugin, stateAt } of profile.preBinds) {
    if (plugins.skipped[stateAt]) continue
    const state = plugins.states[stateAt]
    const status = state === undefined ? errorStatus(schedulerReasons.notFound) : plugin.preBind(cycle, nodeName, state, binder)
    if (status.code !== 'success') return undo({ profile, plugins }, cycle, nodeName, status)
  }
  for (const plugin of profile.binds) {
    const status = plugin.bind(cycle.pod, nodeName, binder)
    if (status.code !== 'skip') return status.code === 'success' ? undefined : undo({ profile, plugins }, cycle, nodeName, status)
  }
  return undo({ profile, plugins }, cycle, nodeName, errorStatus('no plugin has bound the pod'))
}

/** Takes back what Reserve plugins have claimed, last first. */
export function undo({ profile: { reserves }, plugins: { skipped, states } }: Bound, cycle: Cycle, nodeName: string, status: PluginStatus): PluginStatus {
  for (let i = reserves.length - 1; i >= 0; i--) {
    const { plugin, stateAt } = reserves[i]
    if (stateAt < 0 || !skipped[stateAt]) plugin.unreserve(cycle, nodeName, states[stateAt])
  }
  return status
}

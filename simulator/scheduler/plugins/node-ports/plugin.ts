import type { PodEvent } from '../../cluster-events.ts'
import type { FilterPlugin, PreFilterPlugin } from '../../framework.ts'
import { skipPreFilter } from '../../framework.ts'
import { schedulerReasons } from '../../messages.ts'
import { hostPortsOf } from '../../pod-class.ts'
import type { HostPort } from '../../pod-class.ts'
import { success, unschedulable } from '../../status.ts'

const anyAddress = '0.0.0.0'

function collide(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === anyAddress || b.ip === anyAddress)
}

function anyCollide(some: readonly HostPort[], others: readonly HostPort[]): boolean {
  return some.some((port) => others.some((other) => collide(port, other)))
}

/** No two pods of a node may use one host port. Models kubernetes/pkg/scheduler/framework/plugins/nodeports (v1.35). */
export const nodePorts: PreFilterPlugin<void> & FilterPlugin<void> = {
  name: 'NodePorts',
  isNodeLocal: true,
  retryOn: [
    {
      resource: 'Pod', actions: ['delete'],
      hint(pod, objects) {
        const { old } = objects as PodEvent
        if (old === undefined || ((old.spec.nodeName ?? '') === '' && (old.status?.nominatedNodeName ?? '') === '')) return false
        return anyCollide(hostPortsOf(pod), hostPortsOf(old))
      },
    },
    { resource: 'Node', actions: ['add'] },
  ],
  preFilter({ podClass }) {
    return podClass.hostPorts.length === 0 ? skipPreFilter : { status: success }
  },
  filter({ podClass: { hostPorts } }, slot) {
    if (hostPorts.length === 0) return success
    for (const { podClass: other } of slot.pods) if (other.hostPorts.length > 0 && anyCollide(hostPorts, other.hostPorts)) return unschedulable(schedulerReasons.hostPorts)
    return success
  },
}

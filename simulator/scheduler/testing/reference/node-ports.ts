import type { Pod } from '../../../api/types.ts'
import { no, podsOn } from './types.ts'
import type { ReferencePlugin } from './types.ts'

interface Port { readonly ip: string; readonly protocol: string; readonly port: number }

/** Host ports of containers and sidecars. */
export function hostPorts({ spec }: Pod): Port[] {
  const containers = [...spec.containers, ...(spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always')]
  return containers.flatMap((c) => c.ports ?? []).filter((p) => (p.hostPort ?? 0) > 0)
    .map((p) => ({ ip: (p.hostIP ?? '') === '' ? '0.0.0.0' : String(p.hostIP), protocol: p.protocol ?? 'TCP', port: p.hostPort ?? 0 }))
}

export function portsCollide(a: Port, b: Port): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0')
}

export const nodePorts: ReferencePlugin = {
  name: 'NodePorts',
  filter(pod, node, cluster) {
    const taken = podsOn(cluster, node.metadata.name ?? '').flatMap(hostPorts)
    const collides = hostPorts(pod).some((own) => taken.some((other) => portsCollide(own, other)))
    return collides ? no("node(s) didn't have free ports for the requested pod ports") : undefined
  },
}

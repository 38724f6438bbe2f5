/**
 * The order in which nodes are looked at: one of each zone in turn.
 * Models pkg/scheduler/backend/cache/node_tree.go (v1.35).
 */

import type { Node, StringMap } from '../api/types.ts'

/** Region and zone of a node as one text; empty without both. */
export function zoneKeyOf(node: Node): string {
  const labels: StringMap = node.metadata.labels ?? {}
  const zone = labels['failure-domain.beta.kubernetes.io/zone'] ?? labels['topology.kubernetes.io/zone'] ?? ''
  const region = labels['failure-domain.beta.kubernetes.io/region'] ?? labels['topology.kubernetes.io/region'] ?? ''
  return zone === '' && region === '' ? '' : `${region}:\u0000:${zone}`
}

/** Zones in the order in which their first node came, each with its nodes in order of arrival. */
export class NodeOrder {
  private zones = new Map<string, number[]>()
  private list: Int32Array | undefined

  add(zone: string, slotIndex: number): void {
    const members = this.zones.get(zone)
    if (members === undefined) this.zones.set(zone, [slotIndex])
    else members.push(slotIndex)
    this.list = undefined
  }

  remove(zone: string, slotIndex: number): void {
    const members = this.zones.get(zone)
    const at = members?.indexOf(slotIndex) ?? -1
    if (members === undefined || at < 0) return
    members.splice(at, 1)
    if (members.length === 0) this.zones.delete(zone)
    this.list = undefined
  }

  /** Slot indexes of all nodes: the first of each zone, then the second of each, and so on. */
  slots(): Int32Array {
    if (this.list !== undefined) return this.list
    const zones = [...this.zones.values()]
    const count = zones.reduce((sum, members) => sum + members.length, 0)
    const list = new Int32Array(count)
    for (let rank = 0, filled = 0; filled < count; rank++) {
      for (const members of zones) if (rank < members.length) list[filled++] = members[rank]
    }
    this.list = list
    return list
  }
}

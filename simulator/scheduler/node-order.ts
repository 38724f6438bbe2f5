/**
 * The order in which nodes are looked at: one of each zone in turn.
 * Models pkg/scheduler/backend/cache/node_tree.go (v1.35).
 * Differs: the order depends on the nodes that exist and the order of their creation alone, not on what happened to
 * them since, so that a forked cluster decides alike.
 */

import type { Node, StringMap } from '../api/types.ts'

/** Region and zone of a node as one text; empty without both. */
export function zoneKeyOf(node: Node): string {
  const labels: StringMap = node.metadata.labels ?? {}
  const zone = labels['failure-domain.beta.kubernetes.io/zone'] ?? labels['topology.kubernetes.io/zone'] ?? ''
  const region = labels['failure-domain.beta.kubernetes.io/region'] ?? labels['topology.kubernetes.io/region'] ?? ''
  return zone === '' && region === '' ? '' : `${region}:\u0000:${zone}`
}

/** What the order knows of a node. */
export interface OrderedNode { readonly index: number; readonly arrival: number; readonly node: Node | undefined }

/**
 * Slot indexes of all nodes: the first of each zone, then the second of each, and so on. Zones come in the order of
 * their first node.
 */
export function orderNodes(slots: readonly (OrderedNode | undefined)[]): Int32Array {
  const nodes = slots.filter((slot): slot is OrderedNode => slot?.node !== undefined).sort((a, b) => a.arrival - b.arrival)
  const zones = new Map<string, number[]>()
  for (const { index, node } of nodes) {
    const zone = zoneKeyOf(node as Node)
    const members = zones.get(zone)
    if (members === undefined) zones.set(zone, [index])
    else members.push(index)
  }
  const order = new Int32Array(nodes.length)
  const lists = [...zones.values()]
  for (let rank = 0, filled = 0; filled < order.length; rank++) {
    for (const members of lists) if (rank < members.length) order[filled++] = members[rank]
  }
  return order
}

/** True when two versions of a node differ in nothing that a plugin looks at; heartbeats and conditions do not matter. */
export function isSameForScheduling(a: Node, b: Node): boolean {
  return a.metadata.labels === b.metadata.labels && a.spec === b.spec && a.status?.allocatable === b.status?.allocatable && a.status?.images === b.status?.images
}

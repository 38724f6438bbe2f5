/**
 * Images that are on nodes: size and number of nodes.
 * Models the image states of pkg/scheduler/backend/cache (v1.35).
 * Differs: where nodes report different sizes, the oldest node's counts, not that of the node that reported first.
 */

import type { Node } from '../api/types.ts'

export class ImageTable {
  /** Image name to the sizes that nodes report, by the arrival of the node. */
  private readonly reports = new Map<string, Map<number, number>>()

  /** On how many nodes the image is, and how large; undefined when it is nowhere. */
  find(name: string): { readonly bytes: number; readonly nodeCount: number } | undefined {
    const sizes = this.reports.get(name)
    if (sizes === undefined) return undefined
    let oldest = Infinity
    for (const arrival of sizes.keys()) if (arrival < oldest) oldest = arrival
    return { bytes: sizes.get(oldest) ?? 0, nodeCount: sizes.size }
  }

  add(node: Node, arrival: number): void {
    for (const image of node.status?.images ?? []) {
      for (const name of image.names ?? []) {
        let sizes = this.reports.get(name)
        if (sizes === undefined) this.reports.set(name, (sizes = new Map()))
        // Of two reports of one name the first counts.
        if (!sizes.has(arrival)) sizes.set(arrival, image.sizeBytes ?? 0)
      }
    }
  }

  remove(node: Node, arrival: number): void {
    for (const image of node.status?.images ?? []) {
      for (const name of image.names ?? []) {
        const sizes = this.reports.get(name)
        sizes?.delete(arrival)
        if (sizes?.size === 0) this.reports.delete(name)
      }
    }
  }
}

/**
 * Images that are on nodes: size and number of nodes.
 * Models the image states of pkg/scheduler/backend/cache (v1.35).
 * Differs: where nodes report different sizes, the oldest node's counts, not that of the node that reported first.
 * Differs: how many nodes have an image is as of now; upstream's scorer knows it as of the last change of each node.
 */

import type { Node } from '../api/types.ts'

/** Who has an image. */
interface Reports {
  /** Size by the arrival of the node. */
  readonly sizes: Map<number, number>
  /** Arrival of the oldest of these nodes; 0 when it must be looked for. */
  oldest: number
}

/**
 * Images by name, as ImageLocality reads them; sizes are in bytes. `arrival` numbers nodes by age, from 1; `remove`
 * takes the node as it was added.
 */
export class ImageTable {
  private readonly reports = new Map<string, Reports>()

  /** On how many nodes the image is, and how large; undefined when it is nowhere. */
  find(name: string): { readonly bytes: number; readonly nodeCount: number } | undefined {
    const reports = this.reports.get(name)
    if (reports === undefined) return undefined
    if (reports.oldest === 0) reports.oldest = lowest(reports.sizes.keys())
    return { bytes: reports.sizes.get(reports.oldest) ?? 0, nodeCount: reports.sizes.size }
  }

  add(node: Node, arrival: number): void {
    for (const image of node.status?.images ?? []) {
      for (const name of image.names ?? []) {
        let reports = this.reports.get(name)
        if (reports === undefined) this.reports.set(name, (reports = { sizes: new Map(), oldest: 0 }))
        // Of two reports of one name the first counts.
        if (reports.sizes.has(arrival)) continue
        reports.sizes.set(arrival, image.sizeBytes ?? 0)
        if (arrival < reports.oldest) reports.oldest = arrival
      }
    }
  }

  remove(node: Node, arrival: number): void {
    for (const image of node.status?.images ?? []) {
      for (const name of image.names ?? []) {
        const reports = this.reports.get(name)
        if (reports?.sizes.delete(arrival) !== true) continue
        if (reports.sizes.size === 0) this.reports.delete(name)
        else if (reports.oldest === arrival) reports.oldest = 0
      }
    }
  }
}

function lowest(numbers: Iterable<number>): number {
  let min = Infinity
  for (const number of numbers) if (number < min) min = number
  return min
}

/** Images that are on nodes: size and number of nodes. Models the image states of pkg/scheduler/backend/cache (v1.35). */

import type { Node } from '../api/types.ts'

/** An image known to the cluster. `bytes` is what the first node that has it reported. */
export interface ImageState { readonly bytes: number; nodeCount: number }

export class ImageTable {
  private readonly states = new Map<string, ImageState>()

  find(name: string): ImageState | undefined { return this.states.get(name) }

  add(node: Node): void {
    for (const [name, bytes] of imageNamesOf(node)) {
      const state = this.states.get(name)
      if (state !== undefined) state.nodeCount++
      else this.states.set(name, { bytes, nodeCount: 1 })
    }
  }

  remove(node: Node): void {
    for (const name of imageNamesOf(node).keys()) {
      const state = this.states.get(name)
      if (state === undefined) continue
      state.nodeCount--
      if (state.nodeCount === 0) this.states.delete(name)
    }
  }
}

/** Name to size of the images on a node; the first of two reports of one name counts. */
function imageNamesOf(node: Node): Map<string, number> {
  const names = new Map<string, number>()
  for (const image of node.status?.images ?? []) {
    for (const name of image.names ?? []) if (!names.has(name)) names.set(name, image.sizeBytes ?? 0)
  }
  return names
}

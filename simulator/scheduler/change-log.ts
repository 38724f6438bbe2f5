/** What happened on the nodes, in order. Counters read on from where they stopped, so that a binding costs them one step. */

import type { PodClass } from './pod-class.ts'

/**
 * The last changes on nodes, each with a number that grows by one. When the log is full its older half goes; who has
 * not read it starts over (`startOf` is -1).
 */
export class ChangeLog {
  /** Number of the first change that is kept. */
  private base = 0
  /** The slot of each change that is kept. */
  slots: number[] = []
  /** The class of the pod that came or went; undefined when the node itself changed. */
  classes: (PodClass | undefined)[] = []
  /** 1 for a pod that came, -1 for one that went; twice that for a pod that is being deleted. */
  signs: number[] = []

  /** Number of the next change. */
  get count(): number { return this.base + this.slots.length }

  /** Where in the columns the changes since number `since` begin; -1 when so much has happened that all must be read again. */
  startOf(since: number): number {
    return since < this.base ? -1 : since - this.base
  }

  add(index: number, podClass: PodClass | undefined, sign: number, lengthMax: number): void {
    this.slots.push(index)
    this.classes.push(podClass)
    this.signs.push(sign)
    if (this.slots.length <= lengthMax) return
    const dropped = this.slots.length >> 1
    this.slots = this.slots.slice(dropped)
    this.classes = this.classes.slice(dropped)
    this.signs = this.signs.slice(dropped)
    this.base += dropped
  }
}

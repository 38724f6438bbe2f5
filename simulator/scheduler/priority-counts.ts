/** How many pods on nodes have which priority: preemption asks first whether there is anybody below. */

/** A multiset of priorities. What is counted with sign 1 is taken out again with sign -1. */
export class PriorityCounts {
  private readonly counts = new Map<number, number>()

  count(priority: number, sign: number): void {
    const count = (this.counts.get(priority) ?? 0) + sign
    if (count === 0) this.counts.delete(priority)
    else this.counts.set(priority, count)
  }

  /** The lowest that occurs; Infinity when there is none. */
  get lowest(): number {
    let lowest = Infinity
    for (const priority of this.counts.keys()) if (priority < lowest) lowest = priority
    return lowest
  }
}

/**
 * Finds the best of the next nodes that fit without looking at each of them: the nodes in scheduling order are summed up
 * in blocks, and a block is summed up anew only when one of its nodes has changed.
 */

const blockBits = 6
const blockSize = 1 << blockBits

/** What a search found. */
export interface BlockSearch { readonly found: number; readonly looked: number; readonly bestCount: number }

/**
 * A derived index over the answers of one class of pods; the owner marks slots that changed. It finds what a scan of
 * all nodes would find, in steps that grow with blocks, not nodes.
 */
export class BlockScan {
  private order: Int32Array = new Int32Array(0)
  /** Place in the order by slot. */
  private places = new Int32Array(0)
  private fits = new Int32Array(0)
  private bests = new Int32Array(0)
  private bestCounts = new Int32Array(0)
  private isStale = new Uint8Array(0)
  private start = 0
  private looked = 0
  private best = -1

  /** Takes over an order of nodes; does nothing when it is the same as before. */
  sync(order: Int32Array, slotCapacity: number): void {
    if (order === this.order) return
    this.order = order
    this.places = new Int32Array(slotCapacity).fill(-1)
    for (let i = 0; i < order.length; i++) this.places[order[i]] = i
    const blocks = (order.length >> blockBits) + 1
    this.fits = new Int32Array(blocks)
    this.bests = new Int32Array(blocks)
    this.bestCounts = new Int32Array(blocks)
    this.isStale = new Uint8Array(blocks).fill(1)
  }

  /** A node has changed. */
  mark(slot: number): void {
    const place = slot < this.places.length ? this.places[slot] : -1
    if (place >= 0) this.isStale[place >> blockBits] = 1
  }

  /** All nodes may have changed. */
  markAll(): void {
    this.isStale.fill(1)
  }

  /**
   * Looks for nodes that fit, from a place in the order on.
   * @param answerOf the score of a node, or less than 0 when it does not fit
   */
  search(start: number, wanted: number, answerOf: (slot: number) => number): BlockSearch {
    const { order, fits, bests, bestCounts } = this
    const count = order.length
    let found = 0
    let best = -1
    let bestCount = 0
    let looked = 0
    let at = start
    while (looked < count && found < wanted) {
      if (at === count) at = 0
      const block = at >> blockBits
      const isWhole = (at & (blockSize - 1)) === 0 && looked + blockSize <= count && at + blockSize <= count
      if (isWhole) {
        if (this.isStale[block] === 1) this.sum(block, answerOf)
        if (found + fits[block] < wanted) {
          found += fits[block]
          looked += blockSize
          at += blockSize
          if (bests[block] > best) {
            best = bests[block]
            bestCount = 0
          }
          if (bests[block] === best && best >= 0) bestCount += bestCounts[block]
          continue
        }
      }
      const answer = answerOf(order[at])
      at++
      looked++
      if (answer < 0) continue
      found++
      if (answer < best) continue
      if (answer > best) bestCount = 0
      best = answer
      bestCount++
    }
    this.start = start
    this.looked = looked
    this.best = best
    return { found, looked, bestCount }
  }

  /** The slot of the best node of the last search that comes after `rank` others. */
  nth(rank: number, answerOf: (slot: number) => number): number {
    const { order, bests, bestCounts, isStale, best } = this
    const count = order.length
    let left = rank
    let at = this.start
    for (let looked = 0; looked < this.looked;) {
      if (at === count) at = 0
      const block = at >> blockBits
      const isWhole = (at & (blockSize - 1)) === 0 && looked + blockSize <= this.looked && at + blockSize <= count && isStale[block] === 0
      const inBlock = isWhole ? (bests[block] === best ? bestCounts[block] : 0) : -1
      if (inBlock >= 0 && inBlock <= left) {
        left -= inBlock
        at += blockSize
        looked += blockSize
        continue
      }
      if (answerOf(order[at]) === best && left-- === 0) return order[at]
      at++
      looked++
    }
    return -1
  }

  private sum(block: number, answerOf: (slot: number) => number): void {
    const first = block << blockBits
    const last = Math.min(first + blockSize, this.order.length)
    let fits = 0
    let best = -1
    let bestCount = 0
    for (let at = first; at < last; at++) {
      const answer = answerOf(this.order[at])
      if (answer < 0) continue
      fits++
      if (answer < best) continue
      if (answer > best) bestCount = 0
      best = answer
      bestCount++
    }
    this.fits[block] = fits
    this.bests[block] = best
    this.bestCounts[block] = bestCount
    this.isStale[block] = 0
  }
}

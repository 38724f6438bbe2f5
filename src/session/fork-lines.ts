/** The lines of time that the learner has made: the main line and forks of it. One is current. */

import type { Cluster } from '../../simulator/index.ts'
import type { ForkRow } from './host-rows.ts'

export interface ForkLine {
  readonly id: string
  readonly label: string
  /** Simulated ms since T+00:00 at which it left its line. */
  readonly atMs: number
  cluster: Cluster
}

const mainId = 'main'

/**
 * Lines by id ("main", "fork-1", ...). The current line's cluster lives elsewhere and is put back when it is left;
 * times are simulated ms since T+00:00.
 */
export class ForkLines {
  private lines: ForkLine[] = []
  private currentId = mainId
  private madeCount = 0

  clear(): void {
    this.lines = []
    this.currentId = mainId
    this.madeCount = 0
  }

  /** Makes a line from a moment and goes to it. @param left the cluster of the line that is left */
  add(label: string, from: Cluster, left: Cluster): ForkLine {
    if (this.lines.length === 0) this.lines.push({ id: mainId, label: 'main line', atMs: 0, cluster: left })
    this.leave(left)
    this.madeCount += 1
    const line: ForkLine = { id: `fork-${this.madeCount}`, label, atMs: shownMs(from), cluster: from.fork() }
    this.lines.push(line)
    this.currentId = line.id
    return line
  }

  /** Goes to another line. @returns undefined when there is none of that id, or it is current */
  choose(id: string, left: Cluster): ForkLine | undefined {
    const line = this.lines.find((candidate) => candidate.id === id)
    if (line === undefined || id === this.currentId) return undefined
    this.leave(left)
    this.currentId = id
    return line
  }

  /** Forgets a line that is neither the main nor the current one. */
  drop(id: string): void {
    if (id !== mainId && id !== this.currentId) this.lines = this.lines.filter((line) => line.id !== id)
  }

  /** @returns nothing while there is only the main line */
  rows(): { forks?: readonly ForkRow[] } {
    return this.lines.length === 0 ? {} : { forks: this.lines.map((line) => this.row(line)) }
  }

  row({ id, label, atMs, cluster }: ForkLine): ForkRow {
    return { id, label, atMs, nowMs: shownMs(cluster), isCurrent: id === this.currentId }
  }

  private leave(cluster: Cluster): void {
    const current = this.lines.find((line) => line.id === this.currentId)
    if (current !== undefined) current.cluster = cluster
  }
}

/** Simulated ms since T+00:00. */
export function shownMs(cluster: Cluster): number {
  return cluster.nowMs - (cluster.config.historyMs ?? 0)
}

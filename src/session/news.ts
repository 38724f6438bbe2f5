/** What a session has to say beside its objects: files, tracker, what comes next, marks. Each is told when it changed. */

import type { Cluster } from '../../simulator/index.ts'
import type { Flight } from './flight.ts'
import type { FileRow, TimelineMark, TrackerRow } from './host-rows.ts'
import type { LabSession } from './lab-session.ts'
import type { UpcomingRow } from './upcoming.ts'
import { upcomingRows } from './upcoming.ts'

/** Wall ms between two looks at the tracker, and at what comes next. */
const trackerPeriodMs = 500
const upcomingPeriodMs = 250

const homeFolder = '/home/learner/'

/** An absolute path of the learner's home. */
export function absolutePath(path: string): string {
  return path.startsWith('/') ? path : `${homeFolder}${path}`
}

/** Files that the learner sees: those of the home directory that are not hidden. Times count from T+00:00. */
export function fileRows(flight: Flight, shiftMs: number): FileRow[] {
  return Object.entries(flight.terminal.files.save()).flatMap(([path, { text, changedAtMs }]) => {
    const isListed = text !== undefined && path.startsWith(homeFolder) && !path.slice(homeFolder.length).startsWith('.')
    return isListed ? [{ path, sizeBytes: text.length, changedAtMs: Math.max(0, changedAtMs - shiftMs) }] : []
  })
}

/** A value that is told only when it differs from the last one told. */
class Told<T> {
  private text: string | undefined
  private lookedAtWallMs = -Infinity

  isDue(nowWallMs: number, periodMs: number): boolean {
    if (nowWallMs - this.lookedAtWallMs < periodMs) return false
    this.lookedAtWallMs = nowWallMs
    return true
  }

  isNew(value: T): boolean {
    const text = JSON.stringify(value)
    const isNew = text !== this.text
    this.text = text
    return isNew
  }
}

/**
 * Says each part of a delta only when it differs from what was last said. The tracker is looked at each 500 ms of wall
 * time, what comes next each 250 ms.
 */
export class News {
  private filesVersion = -1
  private tracker = new Told<readonly TrackerRow[]>()
  private upcoming = new Told<readonly UpcomingRow[]>()
  private markedActions = 0

  /** All is told anew. */
  reset(): void {
    this.filesVersion = -1
    this.tracker = new Told()
    this.upcoming = new Told()
    this.markedActions = 0
  }

  files(flight: Flight, shiftMs: number): { files?: readonly FileRow[] } {
    const { version } = flight.terminal.files
    if (version === this.filesVersion) return {}
    this.filesVersion = version
    return { files: fileRows(flight, shiftMs) }
  }

  trackerOf(lab: LabSession | undefined, shown: Cluster, nowWallMs: number): { tracker?: readonly TrackerRow[] } {
    if (lab === undefined || !this.tracker.isDue(nowWallMs, trackerPeriodMs)) return {}
    const tracker = lab.tracker(shown)
    return this.tracker.isNew(tracker) ? { tracker } : {}
  }

  upcomingOf(shown: Cluster, nowWallMs: number): { upcoming?: readonly UpcomingRow[] } {
    if (!this.upcoming.isDue(nowWallMs, upcomingPeriodMs)) return {}
    const upcoming = upcomingRows(shown)
    return this.upcoming.isNew(upcoming) ? { upcoming } : {}
  }

  /** What the learner did since it was last told, as marks of the lane "You". */
  actionMarks(flight: Flight, shiftMs: number): TimelineMark[] {
    const { entries } = flight.log
    const fresh = entries.slice(this.markedActions)
    this.markedActions = entries.length
    return fresh.flatMap(({ atMs, action, hash }) => {
      const label = action.kind === 'line' ? action.text : action.kind === 'apply' ? `apply ${action.path}` : undefined
      return label === undefined ? [] : [{ id: `action-${hash.slice(0, 12)}`, lane: 'you' as const, kind: 'action' as const, atMs: Math.max(0, atMs - shiftMs), label }]
    })
  }
}

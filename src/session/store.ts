/** Where attempts are kept. The browser's database, or memory in tests. */

import type { SavedLog } from './action-log.ts'
import type { GradeReport, OpenRequest, SessionProgress } from './host.ts'

/** One attempt with all that is needed to go on. */
export interface AttemptRecord {
  readonly attemptId: string
  readonly request: OpenRequest
  readonly seed: number
  readonly log: SavedLog
  readonly progress: SessionProgress
  /** Simulated ms of each cluster when it was saved, by context. */
  readonly times: { readonly [context: string]: number }
  readonly savedAtWallMs: number
  /** What the sentence line said, for the home screen. */
  readonly sentence?: string
  readonly report?: GradeReport
  /** A later one took its place; it stays in the history. */
  readonly isClosed?: boolean
  /** Could not be read: kept aside for export. */
  readonly isBroken?: boolean
}

export interface SessionStore {
  list(): Promise<readonly AttemptRecord[]>
  get(attemptId: string): Promise<AttemptRecord | undefined>
  put(record: AttemptRecord): Promise<void>
}

/** A store that lasts as long as the page. */
export class MemoryStore implements SessionStore {
  private readonly records = new Map<string, AttemptRecord>()

  list(): Promise<readonly AttemptRecord[]> {
    return Promise.resolve([...this.records.values()])
  }

  get(attemptId: string): Promise<AttemptRecord | undefined> {
    return Promise.resolve(this.records.get(attemptId))
  }

  put(record: AttemptRecord): Promise<void> {
    this.records.set(record.attemptId, record)
    return Promise.resolve()
  }
}

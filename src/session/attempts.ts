/** Keeps attempts in a store. A store that fails is told to the person, and the session goes on without it. */

import type { HostDelta } from './host.ts'
import { messageOf } from './message-of.ts'
import type { AttemptRecord, SessionStore } from './store.ts'

/** The session's door to its store. None of its promises rejects: a failure is news for the person (`takeNews`). */
export class Attempts {
  private readonly store: SessionStore
  private problem: string | undefined
  private hasNews = false
  private lastSaved = { action: 0, wallMs: 0 }
  private saving: Promise<void> = Promise.resolve()

  constructor(store: SessionStore) {
    this.store = store
  }

  /** Earlier attempts; none when the store cannot be read. */
  async list(): Promise<readonly AttemptRecord[]> {
    try {
      return await this.store.list()
    } catch (error) {
      this.note(messageOf(error))
      return []
    }
  }

  /** Saves one record now. */
  async keep(record: AttemptRecord): Promise<void> {
    try {
      await this.store.put(record)
      this.note(undefined)
    } catch (error) {
      this.note(messageOf(error))
    }
  }

  /** Saves in order, one after the other; what failed is tried again with the next. */
  save(record: AttemptRecord): void {
    this.saving = this.saving.then(() => this.store.put(record)).then(
      () => {
        this.note(undefined)
        this.lastSaved = { action: record.log.entries.length, wallMs: record.savedAtWallMs }
      },
      (error: unknown) => {
        this.note(messageOf(error))
      },
    )
  }

  /** Resolves when all that was asked for is saved or has failed. */
  settled(): Promise<void> {
    return this.saving
  }

  /** Told when saving begins to fail and when it works again. */
  takeNews(): Pick<HostDelta, 'storage'> {
    if (!this.hasNews) return {}
    this.hasNews = false
    return { storage: { ...(this.problem === undefined ? {} : { problem: this.problem }), lastSavedAction: this.lastSaved.action, lastSavedWallMs: this.lastSaved.wallMs } }
  }

  private note(problem: string | undefined): void {
    this.hasNews ||= problem !== this.problem
    this.problem = problem
  }
}

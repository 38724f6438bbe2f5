/** Attempts in the browser's database; works in the page and in the Worker. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { AttemptRecord, SessionStore } from '../session/store.ts'

interface Schema extends DBSchema { attempts: { key: string; value: AttemptRecord } }

const databaseName = 'podflight'
const databaseVersion = 1

/**
 * Opens the database when it is first needed. A write that fails rejects, so the session can say that saving does not
 * work; a database that cannot be opened is tried again with the next call.
 */
export class IndexedDbStore implements SessionStore {
  private opening: Promise<IDBPDatabase<Schema>> | undefined

  private database(): Promise<IDBPDatabase<Schema>> {
    this.opening ??= openDB<Schema>(databaseName, databaseVersion, {
      upgrade(database) { database.createObjectStore('attempts', { keyPath: 'attemptId' }) },
      // Another tab brings a newer version: give way, its page will ask to reload.
      blocking(_current, _blocked, event) { (event.target as IDBDatabase | null)?.close() },
    }).catch((error: unknown) => { this.opening = undefined; throw error })
    return this.opening
  }

  async list(): Promise<readonly AttemptRecord[]> { return (await this.database()).getAll('attempts') }
  async get(attemptId: string): Promise<AttemptRecord | undefined> { return (await this.database()).get('attempts', attemptId) }
  async put(record: AttemptRecord): Promise<void> { await (await this.database()).put('attempts', record) }
}

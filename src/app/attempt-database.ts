/** Attempts in the browser's database. */

import { openDB } from 'idb'
import type { DBSchema, IDBPDatabase } from 'idb'
import type { AttemptRecord, SessionStore } from '../session/store.ts'

interface AttemptSchema extends DBSchema {
  attempts: { key: string; value: AttemptRecord }
}

const databaseName = 'podflight'
const version = 1

/** Opens the database when it is first needed. */
export function openAttempts(): SessionStore {
  let opening: Promise<IDBPDatabase<AttemptSchema>> | undefined
  const database = (): Promise<IDBPDatabase<AttemptSchema>> => {
    opening ??= openDB<AttemptSchema>(databaseName, version, { upgrade: (db) => void db.createObjectStore('attempts', { keyPath: 'attemptId' }) })
    return opening
  }
  return {
    list: async () => (await database()).getAll('attempts'),
    get: async (attemptId) => (await database()).get('attempts', attemptId),
    put: async (record) => {
      await (await database()).put('attempts', record)
    },
  }
}

/**
 * What a learner did, as a hash chain: each entry carries the SHA-256 over the one before and its own canonical text.
 * The log holds the outermost inputs only. A cluster is a function of scenario, seed and this log.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { canonicalJson } from './canonical-json.ts'

/** One input. `atMs` is simulated ms since the bootstrap; an action runs after all events with that time. */
export type Action =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'input'; readonly text: string }
  | { readonly kind: 'key'; readonly key: 'interrupt' | 'end-of-input' }
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  | { readonly kind: 'edited'; readonly path: string; readonly text: string | null }
  | { readonly kind: 'apply'; readonly path: string; readonly text: string }
  /** A KubeSchedulerConfiguration for the current cluster. */
  | { readonly kind: 'schedulerConfiguration'; readonly text: string }
  | { readonly kind: 'answer'; readonly item: string; readonly value: string }
  | { readonly kind: 'note'; readonly what: string; readonly value: string }

/** An action with its moment. */
export interface TimedAction {
  readonly atMs: number
  /** Which cluster of an exam: the task's id. Absent elsewhere. */
  readonly taskId?: string
  readonly action: Action
  /** Trace hash of the cluster before the action, on every hundredth. */
  readonly trace?: string
}

/** What the log belongs to. */
export interface LogHeader {
  readonly engine: string
  readonly content: string
  readonly kind: string
  readonly id: string
  readonly seed: number
}

/** A saved log: header, actions and their chained hashes. */
export interface SavedLog {
  readonly header: LogHeader
  readonly entries: readonly (TimedAction & { readonly hash: string })[]
}

/** Actions between two trace hashes. */
export const tracePeriod = 100

/** A log that can be saved, checked and replayed. Times are simulated ms since the bootstrap; equal headers and actions give equal hashes. */
export class ActionLog {
  readonly header: LogHeader
  private readonly list: (TimedAction & { readonly hash: string })[] = []
  private last: string

  constructor(header: LogHeader) {
    this.header = header
    this.last = digest('', header)
  }

  /** Number of actions. */
  get length(): number {
    return this.list.length
  }

  /** Hash of the newest entry: stands for the whole log. */
  get head(): string {
    return this.last
  }

  /** All entries, oldest first. */
  get entries(): readonly (TimedAction & { readonly hash: string })[] {
    return this.list
  }

  /** Adds an action. */
  append(timed: TimedAction): void {
    this.last = digest(this.last, timed)
    this.list.push({ ...timed, hash: this.last })
  }

  save(): SavedLog {
    return { header: this.header, entries: this.list }
  }
}

/** Reads a saved log. @returns the log, or the first entry whose hash does not fit */
export function readLog(saved: SavedLog): ActionLog | { readonly brokenAt: number } {
  const log = new ActionLog(saved.header)
  for (const [index, entry] of saved.entries.entries()) {
    const { hash, ...timed } = entry
    log.append(timed)
    if (log.head !== hash) return { brokenAt: index }
  }
  return log
}

function digest(before: string, value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(`${before}\n${canonicalJson(value)}`)))
}

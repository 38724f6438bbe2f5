/** What makes the queue look at a waiting pod again. */

import type { EventAction } from './cluster-events.ts'
import type { CompiledProfile } from './compiled-profile.ts'
import { backoffEndMs, flushMs, retryRulesOf } from './queue.ts'
import type { QueueName, QueueRow } from './queue.ts'
import type { WaitingRow } from './waiting.ts'

/** An event that a plugin waits for; its queueing hint may leave some of them out. */
export interface WakeEvent { readonly plugin: string; readonly resource: string; readonly action: EventAction }

/** Why a pod waits and for what. Plain JSON; times are simulated ms since the bootstrap. */
export interface WakeUp {
  /** The queue that holds it; '' when none does. */
  readonly queue: QueueName | ''
  /** Plugins that rejected it. */
  readonly rejectors: readonly string[]
  /** In profile order. */
  readonly events: readonly WakeEvent[]
  /** When its back-off ends; 0 without one. An event before that has to wait. */
  readonly backoffEndMs: number
  /** When it is looked at without any event; absent for a pod that is gated, or not in the unschedulable queue. */
  readonly flushMs?: number
  readonly attempts: number
  /** Set for a pod that has its node and is held at Permit; it gives the node up at `untilMs`. */
  readonly held?: { readonly plugins: readonly string[]; readonly nodeName: string; readonly untilMs: number }
}

function heldBy({ waits, nodeName, sinceMs }: WaitingRow): NonNullable<WakeUp['held']> {
  return { plugins: waits.map(({ plugin }) => plugin), nodeName, untilMs: sinceMs + Math.min(...waits.map(({ timeoutMs }) => timeoutMs)) }
}

/** What wakes a pod that these plugins rejected. @param row its place in the queue, if it has one */
export function wakeUpOf(profile: CompiledProfile, rejectors: readonly string[], row: QueueRow | undefined, waiting?: WaitingRow): WakeUp {
  const names = new Set(rejectors)
  const events: WakeEvent[] = []
  for (const { plugin } of profile.plugins) {
    if (!names.has(plugin.name)) continue
    for (const { resource, actions } of retryRulesOf(plugin)) {
      for (const action of actions) if (!events.some((event) => event.plugin === plugin.name && event.resource === resource && event.action === action)) events.push({ plugin: plugin.name, resource, action })
    }
  }
  const isFlushed = row?.queue === 'unschedulable' && row.gatedBy === ''
  return { queue: row?.queue ?? '', rejectors, events, backoffEndMs: row === undefined ? 0 : backoffEndMs(row, profile.backoff), ...(isFlushed ? { flushMs: flushMs(row) } : {}), attempts: (row ?? waiting?.row)?.attempts ?? 0, ...(waiting === undefined ? {} : { held: heldBy(waiting) }) }
}

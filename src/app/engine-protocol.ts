/** What crosses the border to the engine's Worker: calls by name, their answers, and deltas. */

import type { ClusterHost, HostDelta } from '../session/host.ts'

/** Methods of the host that answer with a promise. */
export type HostMethod = Exclude<keyof ClusterHost, 'subscribe'>

export type ToEngine = { readonly id: number; readonly method: HostMethod; readonly args: readonly unknown[] }
export type FromEngine =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string; readonly stack: string }
  | { readonly kind: 'delta'; readonly delta: HostDelta }
  | { readonly kind: 'broken'; readonly message: string }

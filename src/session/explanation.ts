/**
 * The explanation of a Pod as plain data: what `podflight explain -o json` prints and the app shows. Times are simulated
 * ms since T+00:00. Names of plugins and their reasons are the scheduler's, exact; sentences are ours.
 */

import type { ObjectRef } from './host-rows.ts'

/** One plugin's score of one node. `weighted` is the normalized score times the plugin's weight. */
export interface PluginScore { readonly plugin: string; readonly raw: number; readonly normalized: number; readonly weight: number; readonly weighted: number }

export type FilterVerdict = { readonly plugin: string; readonly verdict: 'yes' | 'no' | 'not-asked' }

export interface NodeVerdict {
  readonly node: string
  /** First plugin that said no; undefined when the node is feasible. */
  readonly rejectedBy?: string
  /** Exact reasons of that plugin. */
  readonly reasons?: readonly string[]
  /** Filter plugins in running order with their verdict; those after the first no are `not-asked`. */
  readonly filters: readonly FilterVerdict[]
  /** Why in our words, with figures: "GPU: 4 wanted, 3 free of 8". */
  readonly why?: string
  /** Of feasible nodes that were looked at; empty when there was but one. */
  readonly scores?: readonly PluginScore[]
  readonly total?: number
  readonly isChosen?: boolean
  /** It fits, but the attempt had found enough nodes before it. */
  readonly isUnseen?: boolean
}

export interface SuggestedFix {
  /** The same for the same change, however often it is asked for. */
  readonly id: string
  /** "Ask for GPU 2 instead of 4 in the Pod template of Job train". */
  readonly label: string
  /** "binds to ml-a100-x3kq". */
  readonly outcome: string
  readonly landsOnNode?: string
  readonly landsOnGpuSlots?: readonly number[]
  /** Whole YAML text of the object with the change, for the editor. Absent when the Pod stays as it is. */
  readonly yaml?: string
  /** The first line of it that is changed, from 1. */
  readonly changedLine?: number
  /** The file name for that text. */
  readonly fileName?: string
  /** Commands to be run before the YAML is applied, or in its place: delete what cannot change, uncordon, label. */
  readonly commands?: readonly string[]
  /** What to know: that a field cannot change in place, that a controller makes new Pods. */
  readonly note?: string
}

/** A node that evictions would free. */
export interface EvictionCandidate {
  readonly node: string
  /** "namespace/name" of the Pods that would go, most important first. */
  readonly victims: readonly string[]
  readonly budgetViolations: number
  readonly highestPriority: number
  readonly prioritySum: number
  /** RFC 3339; '' when no victim has started. */
  readonly earliestStart: string
  readonly isChosen: boolean
  /** Why it was chosen, or by what it lost, in our words. */
  readonly why: string
}

export interface PreemptionVerdict {
  /** When it was decided; absent for what would be decided at the moment explained. */
  readonly atMs?: number
  readonly candidates: readonly EvictionCandidate[]
  /** Nodes that were tried, but that evictions do not help. */
  readonly rejected: readonly { readonly node: string; readonly reasons: readonly string[] }[]
  /** Why nothing is evicted, exact; '' when there are candidates. */
  readonly whyNot: string
}

export interface WakeRow {
  /** Plugins that wait for it. */
  readonly plugins: readonly string[]
  /** "a node is added, or its allocatable grows". */
  readonly text: string
}

export interface WakeVerdict {
  /** Queue of the scheduler that holds it: active, backoff, errorBackoff, unschedulable, or '' for none. */
  readonly queue: string
  readonly events: readonly WakeRow[]
  /** End of its back-off: woken before, it lets other waiting Pods go first. */
  readonly backoffEndsAtMs?: number
  /** When it is looked at without any event. */
  readonly retriesAtMs?: number
}

/** Why a Pod is where it is, or why it is nowhere. */
export interface PodExplanation {
  readonly pod: ObjectRef
  /** `bypassed`: it named its node itself; `ignored`: no scheduler of its name runs. */
  readonly kind: 'placed' | 'pending' | 'gated' | 'bypassed' | 'ignored'
  /** `attempt`: the cluster as it was when the Pod was bound; `now`: as it is at the moment shown. */
  readonly basis: 'attempt' | 'now'
  /** The moment that is explained. */
  readonly atMs: number
  readonly attempt: number
  readonly attemptCount: number
  /** The last attempt. */
  readonly attemptAtMs: number
  /** The answer in one sentence, in our words. */
  readonly sentence: string
  /** Why it can never fit on this cluster as it is written; empty when it may. */
  readonly never: readonly string[]
  /** Text of the FailedScheduling or Scheduled event, exact. */
  readonly message: string
  readonly nodes: readonly NodeVerdict[]
  /** Why the winner won, and how a tie was broken, in our words. */
  readonly scoreNote?: string
  /** Nodes that share the highest score. */
  readonly best: readonly string[]
  /** Which nodes the attempt did not look at and why, in our words. */
  readonly samplingNote?: string
  readonly preemption?: PreemptionVerdict
  /** What makes the queue look again, in one sentence. */
  readonly wakes?: string
  readonly wakeUp?: WakeVerdict
  /** Changes that were tried and make it fit, smallest first. */
  readonly fixes: readonly SuggestedFix[]
}

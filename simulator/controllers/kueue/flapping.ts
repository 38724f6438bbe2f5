/**
 * Workloads that push each other out. Where one queue preempts within itself by borrowing and others take their quota back,
 * a ring of workloads may preempt each other without end, each before its pods hold anything.
 * Differs: the rules of sigs.k8s.io/kueue/pkg/scheduler/preemption (v0.10) allow such rings too, and only the time that Jobs
 * and pods take to stop slows them. Here a workload that lost its quota soon after it got it waits longer each time.
 */

/** How often in a row a workload lost its quota early, and until when it is not tried. */
export interface Flapping { readonly count: number; readonly untilMs: number }

/** Quota that was held for longer than this was put to use. */
const usefulMs = 60_000
const firstWaitMs = 1000
const waitMsMax = 600_000

/**
 * What is remembered of a workload that is told to go. The first early loss costs nothing, then the wait doubles.
 * @param heldMs how long it held its quota
 */
export function afterPreemption(before: Flapping | undefined, heldMs: number, nowMs: number): Flapping {
  if (heldMs >= usefulMs) return { count: 0, untilMs: 0 }
  const count = (before?.count ?? 0) + 1
  return { count, untilMs: count < 2 ? 0 : nowMs + Math.min(waitMsMax, firstWaitMs * 2 ** (count - 2)) }
}

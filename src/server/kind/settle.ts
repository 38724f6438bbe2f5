/** Waits until the checks hold, as long as the task allows, and no longer than anything still moves. */

import type { Check } from '../../grading/check.ts'
import { pause } from './shell/remote-run.ts'
import type { Judgement, RecordingView } from './view/recording-view.ts'

export interface SettleOptions {
  readonly checks: readonly Check[]
  readonly settleSeconds: number
  /** What each check came to in the simulator. */
  readonly simulated: ReadonlyMap<string, boolean>
  /** Looks at the cluster anew. */
  readonly look: () => Promise<{ readonly judged: readonly Judgement[]; readonly view: RecordingView }>
  readonly signal?: AbortSignal
}

/** Pauses between two looks. */
const pauseMs = { first: 300, most: 2000 } as const
/** Without any change for so long, and with the simulator's verdicts, nothing more is waited for. */
const quietMs = 4000

/** What would be different if something moved. Nodes report all the time and are left out. */
function pulseOf(view: RecordingView): string {
  return view.lists.flat().filter(({ kind }) => kind !== 'Node').map(({ metadata }) => `${metadata.uid ?? ''}:${metadata.resourceVersion ?? ''}`).toSorted().join(' ')
}

/**
 * Looks again and again. All checks hold: done at once. Some do not: the task's time is waited for, except when nothing
 * changes any more and what does not hold did not hold in the simulator at the end of its time either.
 */
export async function settle({ checks, settleSeconds, simulated, look, signal }: SettleOptions): Promise<readonly Judgement[]> {
  const deadlineMs = Date.now() + settleSeconds * 1000
  let pulse = ''
  let changedMs = Date.now()
  for (let waitMs: number = pauseMs.first; ; waitMs = Math.min(waitMs * 1.5, pauseMs.most)) {
    const { judged, view } = await look()
    const open = checks.filter((_check, i) => judged[i].notAvailable === undefined && !judged[i].verdict.passed)
    if (open.length === 0 || signal?.aborted === true || Date.now() >= deadlineMs) return judged
    const now = pulseOf(view)
    if (now !== pulse) changedMs = Date.now()
    pulse = now
    const isAsSimulated = open.every(({ id }) => simulated.get(id) === false)
    if (isAsSimulated && Date.now() - changedMs >= quietMs) return judged
    await pause(Math.min(waitMs, deadlineMs - Date.now()), signal)
  }
}

import { useEffect, useRef, useState } from 'react'
import type { PodExplanation } from '../../../session/explanation.ts'
import type { ObjectRef } from '../../../session/host-rows.ts'
import { useFlight } from '../../flight.tsx'
import { view } from '../../state/view.ts'
import { useView } from '../../use-view.ts'

/** A waiting Pod is explained anew after so much simulated time: nodes and other Pods change under it. */
const waitingPeriodMs = 5000

/** What an explanation depends on; undefined when the Pod is not there at the playhead. */
const dueView = view<string, string | undefined>(['pods', 'second'], (board, uid) => {
  const pod = board.pods.get(uid)
  if (pod === undefined) return undefined
  const { isPast, nowMs } = board.clock
  const moment = isPast ? `past ${nowMs}` : pod.nodeName === undefined ? `now ${Math.floor(nowMs / waitingPeriodMs)}` : 'now'
  return `${pod.shape}/${pod.nodeName ?? ''}/${moment}`
})

/** The explanation of a Pod at the time shown. `gone`: no such Pod then. `none`: no scheduler looked at it. undefined: not yet known. */
export function useExplanation(uid: string, ref: ObjectRef | undefined): PodExplanation | 'gone' | 'none' | undefined {
  const { host } = useFlight()
  const due = useView(dueView, uid)
  const [answer, setAnswer] = useState<{ readonly ref: ObjectRef; readonly explanation: PodExplanation | 'none' } | undefined>(undefined)
  const asked = useRef<{ isBusy: boolean; next: (() => void) | undefined }>({ isBusy: false, next: undefined })
  useEffect(() => {
    if (ref === undefined || due === undefined) return undefined
    let isGone = false
    const state = asked.current
    // One question at a time: on a large cluster at high speed the next one would be due before the answer.
    const ask = () => {
      state.isBusy = true
      state.next = undefined
      host.explain(ref)
        .then((explanation) => { if (!isGone) setAnswer({ ref, explanation: explanation ?? 'none' }) }, (error: unknown) => { console.error('explain failed', error); if (!isGone) setAnswer({ ref, explanation: 'none' }) })
        .finally(() => { state.isBusy = false; state.next?.() })
    }
    if (state.isBusy) state.next = ask
    else ask()
    return () => { isGone = true; if (state.next === ask) state.next = undefined }
  }, [host, ref, due])
  if (due === undefined) return 'gone'
  return answer?.ref === ref ? answer?.explanation : undefined
}

import { useEffect, useState } from 'react'
import type { ObjectDetails } from '../../../session/host.ts'
import { useFlight } from '../../flight.tsx'
import { useView } from '../../use-view.ts'
import { view } from '../../state/view.ts'
import { useWorkbench } from '../../workbench.tsx'

/** Changes when a chosen object may have changed: whenever rows do. */
const rowsView = view<undefined, string>(['pods', 'nodes', 'services', 'workloads', 'events'], (board) => `${board.rev.pods}.${board.rev.nodes}.${board.rev.services}.${board.rev.workloads}.${board.rev.events}`)

/** The chosen object at the playhead, read again when rows change; at most twice a second. */
export function useSelectedObject(): ObjectDetails | 'none' | 'gone' | 'loading' {
  const { host } = useFlight()
  const { selection } = useWorkbench()
  const revision = useView(rowsView)
  const [state, setState] = useState<ObjectDetails | 'none' | 'gone' | 'loading'>('none')
  const ref = selection?.ref
  useEffect(() => { setState(ref === undefined ? 'none' : 'loading') }, [ref])
  useEffect(() => {
    if (ref === undefined) return undefined
    let isGone = false
    const read = () => host.getObject(ref).then((details) => { if (!isGone) setState(details ?? 'gone') }, (error: unknown) => { if (!isGone) { console.error('getObject failed', error); setState('gone') } })
    const timer = setTimeout(() => { void read() }, state === 'loading' || state === 'none' ? 0 : 500)
    return () => { isGone = true; clearTimeout(timer) }
    // `state` only chooses the delay; reading again because of it would loop.
  }, [host, ref, revision])
  return state
}

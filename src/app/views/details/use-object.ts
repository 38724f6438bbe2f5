import { useEffect, useRef, useState } from 'react'
import type { ObjectRef } from '../../../session/host-rows.ts'
import type { ObjectDetails } from '../../../session/host.ts'
import { useFlight } from '../../flight.tsx'
import { useView } from '../../use-view.ts'
import { view } from '../../state/view.ts'
import { useWorkbench } from '../../workbench.tsx'

/** Changes when a chosen object may have changed: whenever rows do. */
const rowsView = view<undefined, string>(['pods', 'nodes', 'services', 'workloads', 'events'], (board) => `${board.rev.pods}.${board.rev.nodes}.${board.rev.services}.${board.rev.workloads}.${board.rev.events}`)

/** While rows change, a chosen object is read again this often. */
const rereadMs = 500

/** The chosen object at the playhead, read again when rows change. */
export function useSelectedObject(): ObjectDetails | 'none' | 'gone' | 'loading' {
  const { host } = useFlight()
  const { selection } = useWorkbench()
  const revision = useView(rowsView)
  const [read, setRead] = useState<{ ref: ObjectRef; details: ObjectDetails | 'gone' } | undefined>(undefined)
  const lastRead = useRef<ObjectRef | undefined>(undefined)
  const ref = selection?.ref
  useEffect(() => {
    if (ref === undefined) return undefined
    let isGone = false
    const load = () => {
      lastRead.current = ref
      host.getObject(ref).then((details) => { if (!isGone) setRead({ ref, details: details ?? 'gone' }) }, (error: unknown) => { console.error('getObject failed', error); if (!isGone) setRead({ ref, details: 'gone' }) })
    }
    const timer = setTimeout(load, lastRead.current === ref ? rereadMs : 0)
    return () => { isGone = true; clearTimeout(timer) }
  }, [host, ref, revision])
  if (ref === undefined) return 'none'
  return read?.ref === ref ? read.details : 'loading'
}

import { useState } from 'react'
import { Copy } from 'lucide-react'
import { clockText } from '../format.view.ts'
import { useFlight } from '../flight.tsx'
import { saveText } from '../FlightGate.tsx'
import { view } from '../state/view.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useView } from '../use-view.ts'
import type { EngineFailure, HostDelta } from '../../session/host.ts'

const noticesView = view<undefined, { failure: EngineFailure | undefined; storage: HostDelta['storage'] }>(['notices'], (board) => ({ failure: board.failure, storage: board.storage }))

/** The engine stopped, or work can no longer be saved: said in the page, above the panes. */
export function EngineNotices() {
  const { failure, storage } = useView(noticesView)
  const { host, answer } = useFlight()
  const [closed, setClosed] = useState<EngineFailure | undefined>(undefined)
  return (
    <>
      {failure !== undefined && failure !== closed && (
        <Notice tone="bad" title={`The simulation stopped at ${clockText(failure.atMs, true)}`} actions={<><Button look="primary" onClick={() => setClosed(failure)}>Go on from {clockText(failure.resumedAtMs, true)}</Button><Button icon={Copy} onClick={() => void navigator.clipboard.writeText(failure.report)}>Copy report</Button></>}>
          An error in the engine, not in your work. The cluster was rebuilt from your log up to the last action, and nothing is lost.<pre>{failure.message}</pre>
        </Notice>
      )}
      {storage?.problem !== undefined && (
        <Notice tone="wait" title="Your work can no longer be saved in this browser" actions={<Button onClick={() => void host.exportLog(answer.attemptId).then((text) => saveText(`podflight-${answer.attemptId}.json`, text))}>Download a copy</Button>}>
          You can go on working. Keep this tab open, or free some room. Last save: action {storage.lastSavedAction}. {storage.problem}
        </Notice>
      )}
    </>
  )
}

import { useState } from 'react'
import { Copy } from 'lucide-react'
import type { ClusterHost, EngineFailure, HostDelta } from '../../session/host.ts'
import { clockText } from '../format.view.ts'
import { useFlight } from '../flight.tsx'
import { saveText } from '../FlightGate.tsx'
import { view } from '../state/view.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useView } from '../use-view.ts'

const noticesView = view<undefined, { failure: EngineFailure | undefined; storage: HostDelta['storage'] }>(['notices'], (board) => ({ failure: board.failure, storage: board.storage }))

/** The engine stopped, or work can no longer be saved: said in the page, above the panes. */
export function EngineNotices() {
  const { failure, storage } = useView(noticesView)
  const { host, answer } = useFlight()
  const [closed, setClosed] = useState<EngineFailure | undefined>(undefined)
  return (
    <>
      {failure !== undefined && failure !== closed && <FailureNotice failure={failure} host={host} attemptId={answer.attemptId} seed={answer.seed} onClose={() => setClosed(failure)} />}
      {storage?.problem !== undefined && (
        <Notice tone="wait" title="Your work can no longer be saved in this browser" actions={<Button onClick={() => void host.exportLog(answer.attemptId).then((text) => saveText(`podflight-${answer.attemptId}.json`, text))}>Download a copy</Button>}>
          You can go on working. Keep this tab open, or free some room. Last save: action {storage.lastSavedAction}. {storage.problem}
        </Notice>
      )}
    </>
  )
}

interface FailureNoticeProps { failure: EngineFailure; host: ClusterHost; attemptId: string; seed: number; onClose: () => void }

/** The host has rebuilt the cluster by replay; where it could not, opening the attempt again does. */
function FailureNotice({ failure, host, attemptId, seed, onClose }: FailureNoticeProps) {
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    const log = await host.exportLog(attemptId).catch((error: unknown) => `the log could not be read: ${String(error)}`)
    await navigator.clipboard.writeText(`${failure.report}\nseed ${seed}\n${log}`)
    setCopied(true)
  }
  return (
    <Notice tone="bad" title={`The simulation stopped at ${clockText(failure.atMs, true)}`}
      actions={<>{failure.isStopped === true ? <Button look="primary" onClick={() => location.reload()}>Rebuild the cluster and go on</Button> : <Button look="primary" onClick={onClose}>Go on from {clockText(failure.resumedAtMs, true)}</Button>}<Button icon={Copy} onClick={() => void copy()}>{isCopied ? 'Copied' : 'Copy report'}</Button></>}>
      An error in the engine, not in your work. {failure.isStopped === true ? 'The cluster can be rebuilt from your log up to the last action, and nothing is lost.' : 'The cluster was rebuilt from your log up to the last action, and nothing is lost.'}<pre>{failure.message}{'\n'}seed {seed}</pre>
    </Notice>
  )
}

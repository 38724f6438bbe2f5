import { useEffect, useState, type ReactNode } from 'react'
import type { BrokenSave, ClusterHost, OpenRequest } from '../session/host.ts'
import { FlightContext, type Flight } from './flight.tsx'
import { useServices } from './services.tsx'
import { createBoardStore } from './state/board-store.ts'
import { Button } from './ui/Button.tsx'
import { Notice } from './ui/Notice.tsx'
import { messageOf } from '../session/message-of.ts'
import css from './FlightGate.module.css'

type GateState = { readonly request: OpenRequest } & ({ readonly flight: Flight } | { readonly error: string })

/** Opens a session for its children and closes it with them. `request` must keep its identity; a new one opens anew. */
export function FlightGate({ request, children, onRefused }: { request: OpenRequest; children: ReactNode; onRefused?: (messages: readonly string[]) => void }) {
  const { host } = useServices()
  const [opened, setOpened] = useState<GateState | undefined>(undefined)
  const state = opened?.request === request ? opened : undefined
  useEffect(() => {
    let isGone = false
    const store = createBoardStore(host)
    host.open(request).then(
      (answer) => {
        if (isGone) return
        if (answer.refused !== undefined && onRefused !== undefined) onRefused(answer.refused.answers.map((row) => row.message))
        else setOpened({ request, flight: { host, store, request, answer } })
      },
      (error: unknown) => { if (!isGone) setOpened({ request, error: messageOf(error) }) },
    )
    return () => { isGone = true; store.dispose(); host.close().catch(reportLate) }
  }, [host, request, onRefused])
  if (state === undefined) return <Skeleton />
  if ('error' in state) return <Notice tone="bad" title="The session could not be opened" actions={<Button onClick={() => location.reload()}>Load the page again</Button>}>{state.error} Your saved work is untouched.</Notice>
  return (
    <FlightContext value={state.flight}>
      {state.flight.answer.brokenSave !== undefined && <BrokenNotice host={host} save={state.flight.answer.brokenSave} />}
      {state.flight.answer.isReadOnly && <Notice tone="wait" title="Another tab works on this attempt">You can look, not change. Close the other tab and load this page again to go on here.</Notice>}
      {children}
    </FlightContext>
  )
}

/** Nobody waits for the end of a closed session; the console keeps the reason. */
function reportLate(error: unknown): void { console.error('closing the session failed', error) }

/** Nothing for 300 ms, then still bars. */
function Skeleton() {
  return <div className={css.skeleton} role="status" aria-label="Loading the cluster"><i /><i /><i /><i /></div>
}

function BrokenNotice({ host, save }: { host: ClusterHost; save: BrokenSave }) {
  const [isOpen, setOpen] = useState(true)
  if (!isOpen) return null
  const download = async () => saveText(`podflight-${save.attemptId}.json`, await host.exportLog(save.attemptId))
  return (
    <Notice tone="bad" title="The saved attempt cannot be read" actions={<><Button onClick={() => void download()}>Export as it is</Button><Button onClick={() => setOpen(false)}>Go on with a fresh cluster</Button></>}>
      It breaks off at action {save.brokenAtAction} of {save.actionCount}. It was set aside untouched; a new save does not overwrite it. {save.message}
    </Notice>
  )
}

/** Hands the person a text file. */
export function saveText(name: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

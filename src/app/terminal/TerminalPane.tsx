import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react'
import { GitFork } from 'lucide-react'
import { useFlight } from '../flight.tsx'
import { clockText } from '../format.view.ts'
import { loadTerminal } from '../load-order.ts'
import { view } from '../state/view.ts'
import { Button } from '../ui/Button.tsx'
import { useView } from '../use-view.ts'
import type { TerminalWidget } from './terminal-widget.ts'
import css from './TerminalPane.module.css'

export interface TerminalHandle { insert(text: string): void; focus(): void }

const statusView = view<undefined, { context: string; namespace: string; waitsForTime: boolean; isPast: boolean }>(['terminal', 'second'], (board) => ({ context: board.terminal.context, namespace: board.terminal.namespace, waitsForTime: board.terminal.waitsForTime, isPast: board.clock.isPast }))

/** The terminal; xterm comes after the first paint. */
export function TerminalPane({ handle, isExam = false }: { handle?: Ref<TerminalHandle>; isExam?: boolean }) {
  const { host, store } = useFlight()
  const box = useRef<HTMLDivElement>(null)
  const widget = useRef<TerminalWidget | undefined>(undefined)
  const waiting = useRef('')
  const [isAsking, setAsking] = useState(false)
  const status = useView(statusView)
  useImperativeHandle(handle, () => ({
    insert(text) { if (widget.current === undefined) waiting.current += text; else widget.current.insert(text) },
    focus() { widget.current?.focus() },
  }), [])
  useEffect(() => {
    let isGone = false
    void loadTerminal().then(({ createTerminal }) => {
      if (isGone || box.current === null) return
      widget.current = createTerminal(box.current, { host, store, onPast: () => setAsking(true) })
      if (waiting.current !== '') widget.current.insert(waiting.current)
      waiting.current = ''
    })
    return () => { isGone = true; widget.current?.dispose(); widget.current = undefined }
  }, [host, store])
  useEffect(() => {
    // Ctrl+W cannot be kept from the browser: a question stands while a command runs.
    const ask = (event: BeforeUnloadEvent) => { if (store.board.terminal.isRunning) event.preventDefault() }
    window.addEventListener('beforeunload', ask)
    return () => { window.removeEventListener('beforeunload', ask) }
  }, [store])
  return (
    <>
      <div ref={box} className={css.terminal} data-place="terminal" />
      {status.waitsForTime && <div className={css.bar} role="status">Time is paused, so this command waits. <Button size="small" onClick={() => void host.play()}>Play</Button></div>}
      {status.isPast && !isExam && (
        <div className={css.bar} role={isAsking ? 'alert' : 'status'}>
          Read only: this is the past. <Button size="small" icon={GitFork} onClick={() => { setAsking(false); void host.fork(`from ${clockText(store.board.clock.nowMs)}`) }}>Fork here and type</Button>
          <Button size="small" onClick={() => { setAsking(false); void host.backToNow() }}>Back to now</Button>
        </div>
      )}
    </>
  )
}

/** Context and namespace for the panel head. */
export function TerminalNote() {
  const status = useView(statusView)
  if (status.context === '') return null
  return <span className={css.note}>context <code>{status.context}</code> · namespace <code>{status.namespace}</code></span>
}

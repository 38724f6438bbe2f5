import { useEffect, useRef } from 'react'
import { Button, Kbd } from '../ui/Button.tsx'
import css from './KeysDialog.module.css'

const everywhere = [['F1 or Ctrl+;', 'commands; in the editor F1 also holds its own'], ['F4 / Shift+F4', 'play or pause / step one event'], ['F6 / Shift+F6', 'next / previous pane, also out of editor and terminal'], ['F9 / Shift+F9', 'editor: apply; map or list: why; / check this step']] as const
const outside = [['?', 'keys'], ['/', 'filter'], ['N', 'next problem'], ['W', 'why'], ['+ − 0', 'zoom, fit'], ['] [', 'next and previous step'], ['F', 'flag'], ['. ,', 'step one event, step back'], ['> <', 'next change, mark before'], ['End', 'back to now']] as const

/** The keyboard map. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => { const before = document.activeElement; ref.current?.showModal(); return () => { if (before instanceof HTMLElement) before.focus() } }, [])
  return (
    <dialog ref={ref} className={css.keys} aria-label="Keys" onCancel={(event) => { event.preventDefault(); onClose() }}>
      <h2>Everywhere</h2>
      <KeyList rows={everywhere} />
      <h2>Outside editor, terminal and fields</h2>
      <KeyList rows={outside} />
      <p>Single characters can be switched off in settings. Ctrl+letter in the terminal belongs to the shell; Ctrl+Alt+W deletes a word there.</p>
      <div className={css.actions}><Button onClick={onClose}>Close</Button></div>
    </dialog>
  )
}

function KeyList({ rows }: { rows: readonly (readonly [string, string])[] }) {
  return <dl className={css.list}>{rows.map(([key, text]) => <div key={key}><dt><Kbd>{key}</Kbd></dt><dd>{text}</dd></div>)}</dl>
}

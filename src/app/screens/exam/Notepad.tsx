import { useEffect, useRef, useState } from 'react'
import { useFlight } from '../../flight.tsx'
import { PaneHead } from '../../ui/Pane.tsx'
import css from './Notepad.module.css'

const saveDelayMs = 400

/** Notes over all tasks, saved as they are typed. */
export function Notepad() {
  const { host, store } = useFlight()
  const [text, setText] = useState(() => store.board.progress?.exam?.notes ?? '')
  const [state, setState] = useState<'saved' | 'saving'>('saved')
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => {
    // The saved notes may come after the first paint, also between the paint and this effect.
    let isSet = false
    const adopt = () => {
      const notes = store.board.progress?.exam?.notes
      if (isSet || notes === undefined) return
      isSet = true
      setText((before) => (before === '' ? notes : before))
    }
    adopt()
    return store.subscribe(adopt)
  }, [store])
  const onChange = (value: string) => {
    setText(value)
    setState('saving')
    clearTimeout(timer.current)
    timer.current = setTimeout(() => { host.setNotes(value).then(() => setState('saved'), (error: unknown) => { console.error('saving the notes failed', error) }) }, saveDelayMs)
  }
  return (
    <>
      <PaneHead title="Notepad" note={undefined}><span className={css.state}>{state} · all tasks</span></PaneHead>
      <textarea className={css.notes} aria-label="Notepad" value={text} onChange={(event) => onChange(event.target.value)} spellCheck={false} />
    </>
  )
}

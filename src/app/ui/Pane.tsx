import type { CSSProperties, ReactNode } from 'react'
import css from './Pane.module.css'

interface PaneProps {
  /** Accessible name of the region; F6 goes from one to the next in document order. */
  name: string
  children: ReactNode
  style?: CSSProperties
  isHidden?: boolean
}

/** A named region that holds content. A pane is parted from the next by one line, never boxed twice. */
export function Pane({ name, children, style, isHidden = false }: PaneProps) {
  return <section className={css.pane} data-pane={name} aria-label={name} style={style} hidden={isHidden} tabIndex={-1}>{children}</section>
}

/** Head of a pane without tabs: a title, a note and at most three controls. */
export function PaneHead({ title, note, children }: { title: string; note?: ReactNode; children?: ReactNode }) {
  return (
    <div className={css.head}>
      <h2>{title}</h2>
      {note !== undefined && <span className={css.note}>{note}</span>}
      <span className={css.space} />
      {children}
    </div>
  )
}

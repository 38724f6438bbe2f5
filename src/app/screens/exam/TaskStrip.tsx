import { useRef, type KeyboardEvent } from 'react'
import { Flag } from 'lucide-react'
import { Mark, type MarkState } from '../../ui/Glyphs.tsx'
import { Hidden } from '../../ui/LiveRegion.tsx'
import type { TaskChip } from './exam.view.ts'
import css from './TaskStrip.module.css'

const marks: Readonly<Record<TaskChip['state'], MarkState>> = { new: 'open', seen: 'half', done: 'done', current: 'now' }

/** Tasks with weight, flag and done. Arrows move, Enter opens. */
export function TaskStrip({ chips, onChoose }: { chips: readonly TaskChip[]; onChoose: (id: string) => void }) {
  const nav = useRef<HTMLElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [...(nav.current?.querySelectorAll('button') ?? [])]
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    const next = event.key === 'ArrowRight' ? at + 1 : event.key === 'ArrowLeft' ? at - 1 : event.key === 'Home' ? 0 : event.key === 'End' ? buttons.length - 1 : undefined
    if (next === undefined) return
    event.preventDefault()
    buttons[(next + buttons.length) % buttons.length]?.focus()
  }
  return (
    <nav ref={nav} className={css.strip} aria-label="Tasks" onKeyDown={onKeyDown}>
      {chips.map((chip) => (
        <button key={chip.id} type="button" aria-current={chip.state === 'current' ? 'true' : undefined} className={chip.state === 'current' ? `${css.task} ${css.current}` : css.task} onClick={() => onChoose(chip.id)}>
          <span className={chip.state === 'seen' ? css.quiet : undefined}><Mark state={marks[chip.state]} /></span>
          <Hidden>{chip.label}</Hidden><span className={css.title} aria-hidden="true"><b>{chip.number}</b> {chip.title}</span>
          {chip.isFlagged && <Flag size={12} aria-hidden className={css.flag} />}
          <span className={css.percent} aria-hidden="true">{chip.percent}%</span>
        </button>
      ))}
    </nav>
  )
}

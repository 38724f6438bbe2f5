import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { readSetting, writeSetting } from '../settings.ts'
import { clampSize, sizeAfterKey, type SplitLimits } from './split-size.ts'
import css from './Splitter.module.css'

export interface Split { readonly sizePx: number; readonly isFolded: boolean; setSize(px: number): void; fold(): void }

/** The size of one pane, kept per `key` in this browser. */
export function useSplit(key: string, limits: SplitLimits): Split {
  const [sizePx, setSizePx] = useState(() => clampSize(Number(readSetting(`split.${key}`) ?? limits.initial), limits))
  const [isFolded, setFolded] = useState(false)
  return {
    sizePx: isFolded ? 0 : sizePx,
    isFolded,
    setSize(px) { const next = clampSize(px, limits); setFolded(false); setSizePx(next); writeSetting(`split.${key}`, String(next)) },
    fold() { setFolded((was) => !was) },
  }
}

interface SplitterProps {
  /** Names the pane that is sized: "Size of lesson". */
  label: string
  /** `vertical` is a standing line between left and right. */
  orientation: 'vertical' | 'horizontal'
  split: Split
  limits: SplitLimits
  /** True when the sized pane lies after the line (right or below). */
  isAfter?: boolean
}

/** The 1 px line between panes: dragged, or moved by arrows, Home and End; Enter folds. */
export function Splitter({ label, orientation, split, limits, isAfter = false }: SplitterProps) {
  const start = useRef<{ at: number; sizePx: number } | undefined>(undefined)
  const direction = isAfter ? -1 : 1
  const position = (event: PointerEvent) => (orientation === 'vertical' ? event.clientX : event.clientY)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') { event.preventDefault(); split.fold(); return }
    const next = sizeAfterKey(event.key, split.sizePx, limits, direction)
    if (next === undefined) return
    event.preventDefault()
    split.setSize(next)
  }
  return (
    <div className={`${css.splitter} ${css[orientation]}`} role="separator" aria-label={label} aria-orientation={orientation}
      aria-valuenow={split.sizePx} aria-valuemin={0} aria-valuemax={limits.max} tabIndex={0} onKeyDown={onKeyDown}
      onPointerDown={(event) => { start.current = { at: position(event), sizePx: split.sizePx }; event.currentTarget.setPointerCapture(event.pointerId) }}
      onPointerMove={(event) => { if (start.current !== undefined) split.setSize(start.current.sizePx + (position(event) - start.current.at) * direction) }}
      onPointerUp={() => { start.current = undefined }} onDoubleClick={() => split.setSize(limits.initial)} />
  )
}

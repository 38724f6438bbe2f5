import { useRef, type KeyboardEvent, type ReactNode } from 'react'
import css from './Segmented.module.css'

interface SegmentedProps<T extends string> {
  label: string
  value: T
  options: readonly { readonly value: T; readonly text: ReactNode; readonly label?: string }[]
  onChange: (value: T) => void
  disabled?: boolean
}

/** A choice of few, one line high. Arrows move and choose. */
export function Segmented<T extends string>({ label, value, options, onChange, disabled = false }: SegmentedProps<T>) {
  const root = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1 : event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    const at = options.findIndex((option) => option.value === value)
    const next = options[(at + step + options.length) % options.length]
    if (next === undefined) return
    onChange(next.value)
    root.current?.querySelectorAll('button')[options.indexOf(next)]?.focus()
  }
  return (
    <div className={css.segmented} role="radiogroup" aria-label={label} ref={root} onKeyDown={onKeyDown}>
      {options.map((option) => (
        <button key={option.value} type="button" role="radio" aria-checked={option.value === value} aria-label={option.label}
          tabIndex={option.value === value ? 0 : -1} disabled={disabled} onClick={() => onChange(option.value)}>
          {option.text}
        </button>
      ))}
    </div>
  )
}

import { useId, useRef, type KeyboardEvent, type ReactNode } from 'react'
import type { LucideIcon } from 'lucide-react'
import css from './Tabs.module.css'

export interface TabItem { readonly id: string; readonly title: string; readonly icon?: LucideIcon; readonly count?: number; /** Shows the unsaved dot. */ readonly isUnsaved?: boolean }

interface TabsProps {
  label: string
  items: readonly TabItem[]
  current: string
  onChange: (id: string) => void
  /** Controls at the right of the panel head. */
  controls?: ReactNode
  /** The panel of the current tab. */
  children: ReactNode
  /** Panels keep their own scroll unless the content does it itself (editor, terminal). */
  noScroll?: boolean
}

/** Views of one pane: the panel head with tabs, and the panel. */
export function Tabs({ label, items, current, onChange, controls, children, noScroll = false }: TabsProps) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const at = items.findIndex((item) => item.id === current)
    const next = nextIndex(event.key, at, items.length)
    const item = next === undefined ? undefined : items[next]
    if (item === undefined) return
    event.preventDefault()
    onChange(item.id)
    list.current?.querySelectorAll('button')[next ?? 0]?.focus()
  }
  return (
    <>
      <div className={css.head}>
        <div className={css.tabs} role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
          {items.map((item) => (
            <button key={item.id} type="button" role="tab" id={`${id}-${item.id}`} aria-selected={item.id === current} aria-controls={`${id}-panel`}
              tabIndex={item.id === current ? 0 : -1} onClick={() => onChange(item.id)}>
              {item.icon !== undefined && <item.icon size={14} aria-hidden />}
              {item.title}
              {item.count !== undefined && item.count > 0 && <b>{item.count}</b>}
              {item.isUnsaved === true && <span className={css.dot} role="img" aria-label="not saved" />}
            </button>
          ))}
        </div>
        <span className={css.space} />
        {controls}
      </div>
      <div className={noScroll ? css.panel : `${css.panel} ${css.scroll}`} role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${current}`} tabIndex={noScroll ? undefined : 0}>{children}</div>
    </>
  )
}

function nextIndex(key: string, at: number, count: number): number | undefined {
  if (key === 'ArrowRight') return (at + 1) % count
  if (key === 'ArrowLeft') return (at - 1 + count) % count
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  return undefined
}

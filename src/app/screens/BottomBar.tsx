import type { LucideIcon } from 'lucide-react'
import css from './shell.module.css'

export interface BottomItem { readonly id: string; readonly title: string; readonly icon: LucideIcon }

/** The bar of a phone: one pane at a time. */
export function BottomBar({ items, current, onChange }: { items: readonly BottomItem[]; current: string; onChange: (id: string) => void }) {
  return (
    <nav className={css.bottom} aria-label="Panes">
      {items.map((item) => <button key={item.id} type="button" aria-current={item.id === current ? 'page' : undefined} onClick={() => onChange(item.id)}><item.icon size={18} aria-hidden />{item.title}</button>)}
    </nav>
  )
}

import type { ReactNode, Ref } from 'react'
import { SquareTerminal, Activity } from 'lucide-react'
import { TerminalNote, TerminalPane, type TerminalHandle } from '../terminal/TerminalPane.tsx'
import { Pane } from '../ui/Pane.tsx'
import { Tabs, type TabItem } from '../ui/Tabs.tsx'
import { useView } from '../use-view.ts'
import { EventFeed } from '../views/events/EventFeed.tsx'
import { warningCountView } from '../views/events/events.view.ts'
import css from './shell.module.css'

interface TerminalTabsProps {
  handle: Ref<TerminalHandle>
  tab: string
  onTab: (id: string) => void
  isHidden?: boolean
  isExam?: boolean
  /** More views beside the terminal, where the right column has no room. */
  extra?: readonly (TabItem & { readonly node: ReactNode })[]
}

/** The terminal and the event feed; the terminal stays mounted behind the other tabs. */
export function TerminalTabs({ handle, tab, onTab, isHidden = false, isExam = false, extra = [] }: TerminalTabsProps) {
  const warnings = useView(warningCountView)
  const items: TabItem[] = [{ id: 'terminal', title: 'Terminal', icon: SquareTerminal }, { id: 'events', title: 'Events', icon: Activity, count: warnings }, ...extra]
  const current = items.some((item) => item.id === tab) ? tab : 'terminal'
  return (
    <Pane name="Terminal" isHidden={isHidden} style={{ flex: 1 }}>
      <Tabs label="Terminal and events" items={items} current={current} onChange={onTab} noScroll controls={current === 'terminal' && extra.length === 0 ? <TerminalNote /> : undefined}>
        <div className={css.keep} hidden={current !== 'terminal'}><TerminalPane handle={handle} isExam={isExam} /></div>
        {current === 'events' && <div className={css.scroll} tabIndex={0} role="region" aria-label="Event feed"><EventFeed /></div>}
        {extra.map((item) => (item.id === current ? <div key={item.id} className={css.keep}>{item.node}</div> : null))}
      </Tabs>
    </Pane>
  )
}

import type { CSSProperties, ReactNode } from 'react'
import { Pane } from '../ui/Pane.tsx'
import { Tabs, type TabItem } from '../ui/Tabs.tsx'
import { view } from '../state/view.ts'
import { useView } from '../use-view.ts'
import { useWorkbench } from '../workbench.tsx'
import { warningCountView } from '../views/events/events.view.ts'
import { views } from '../views/registry.ts'

interface SidePaneProps {
  name: string
  /** Ids of the registry, or of `extra`. */
  ids: readonly string[]
  current: string
  onChange: (id: string) => void
  /** Views that belong to one screen only. */
  extra?: readonly { readonly item: TabItem; readonly node: ReactNode }[]
  controls?: ReactNode
  style?: CSSProperties
  isHidden?: boolean
}

/** A pane of views from the registry, as tabs. In an exam what explains is left out. */
export function SidePane({ name, ids, current, onChange, extra = [], controls, style, isHidden = false }: SidePaneProps) {
  const { isExam, selection } = useWorkbench()
  const warnings = useView(warningCountView)
  const why = useView(whyTitleView, selection?.kind === 'Pod' ? selection.uid : '')
  const entries = views.filter((view) => ids.includes(view.id) && (!isExam || view.isInExam))
  const items: TabItem[] = [...extra.map((row) => row.item), ...entries.map((entry) => ({ id: entry.id, title: entry.id === 'why' ? why : entry.title, icon: entry.icon, ...(entry.id === 'events' ? { count: warnings } : {}) }))]
  const shown = items.some((item) => item.id === current) ? current : items[0]?.id ?? ''
  const Body = entries.find((entry) => entry.id === shown)?.component
  return (
    <Pane name={name} {...(style === undefined ? {} : { style })} isHidden={isHidden}>
      <Tabs label={name} items={items} current={shown} onChange={onChange} controls={controls}>
        {Body !== undefined ? <Body /> : extra.find((row) => row.item.id === shown)?.node}
      </Tabs>
    </Pane>
  )
}

/** The question that the explanation answers for the chosen Pod. */
const whyTitleView = view<string, string>(['pods'], (board, uid) => {
  const pod = board.pods.get(uid)
  if (pod === undefined) return 'Why'
  return pod.nodeName === undefined ? 'Why Pending' : 'Why here'
})

import type { CSSProperties, ReactNode, RefObject } from 'react'
import { Activity, CircleHelp, FileCode, SquareTerminal } from 'lucide-react'
import { EditorPane, type EditorHandle } from '../../editor/EditorPane.tsx'
import { TerminalNote, TerminalPane, type TerminalHandle } from '../../terminal/TerminalPane.tsx'
import { Pane } from '../../ui/Pane.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { EventFeed } from '../../views/events/EventFeed.tsx'
import css from '../shell.module.css'

interface SandboxToolsProps { tool: string; onTool: (id: string) => void; editor: RefObject<EditorHandle | null>; terminal: RefObject<TerminalHandle | null>; style: CSSProperties; isHidden: boolean; side: ReactNode }

const noFiles: readonly string[] = []

/** Terminal, editor and events under the map; terminal and editor stay mounted. */
export function SandboxTools({ tool, onTool, editor, terminal, style, isHidden, side }: SandboxToolsProps) {
  const items = [{ id: 'terminal', title: 'Terminal', icon: SquareTerminal }, { id: 'editor', title: 'Editor', icon: FileCode }, { id: 'events', title: 'Events', icon: Activity }, ...(side === undefined ? [] : [{ id: 'side', title: 'Explanation', icon: CircleHelp }])]
  const current = items.some((item) => item.id === tool) ? tool : 'terminal'
  return (
    <Pane name="Tools" style={style} isHidden={isHidden}>
      <Tabs label="Terminal, editor and events" items={items} current={current} onChange={onTool} noScroll controls={current === 'terminal' ? <TerminalNote /> : undefined}>
        <div className={css.keep} hidden={current !== 'terminal'}><TerminalPane handle={terminal} /></div>
        <div className={css.keep} hidden={current !== 'editor'}><EditorPane initialFiles={noFiles} handle={editor} /></div>
        {current === 'events' && <div className={css.scroll} tabIndex={0} role="region" aria-label="Event feed"><EventFeed /></div>}
        {current === 'side' && <div className={css.keep}>{side}</div>}
      </Tabs>
    </Pane>
  )
}

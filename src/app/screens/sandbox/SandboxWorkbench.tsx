import { useMemo, useRef, useState, type CSSProperties } from 'react'
import { Boxes, CircleHelp, FileCode, History, SquareTerminal } from 'lucide-react'
import type { EditorHandle } from '../../editor/EditorPane.tsx'
import type { TerminalHandle } from '../../terminal/TerminalPane.tsx'
import { Hidden } from '../../ui/LiveRegion.tsx'
import { Pane } from '../../ui/Pane.tsx'
import { Splitter, useSplit } from '../../ui/Splitter.tsx'
import { useLayout } from '../../ui/use-layout.ts'
import { ClusterMap } from '../../views/cluster-map/ClusterMap.tsx'
import { Timeline } from '../../views/timeline/Timeline.tsx'
import { BottomBar } from '../BottomBar.tsx'
import { SidePane } from '../SidePane.tsx'
import { WorkbenchProvider } from '../Workbench.tsx'
import { SandboxTools } from './SandboxTools.tsx'
import css from '../shell.module.css'

const limits = { side: { min: 480, max: 760, initial: 604 }, tools: { min: 90, max: 560, initial: 190 } }
const phoneItems = [{ id: 'cluster', title: 'Cluster', icon: Boxes }, { id: 'side', title: 'Why', icon: CircleHelp }, { id: 'editor', title: 'Editor', icon: FileCode }, { id: 'terminal', title: 'Terminal', icon: SquareTerminal }, { id: 'time', title: 'Time', icon: History }]
const sideIds = ['why', 'what-if', 'details', 'problems', 'events', 'yaml']

/** Map over terminal and editor, the explanation beside. */
export function SandboxWorkbench() {
  const layout = useLayout()
  const editor = useRef<EditorHandle>(null)
  const terminal = useRef<TerminalHandle>(null)
  const parts = useMemo(() => ({ editor, terminal }), [])
  const [pane, setPane] = useState('cluster')
  const [tool, setTool] = useState('terminal')
  const [side, setSide] = useState('problems')
  const splits = { side: useSplit('sandbox.side', limits.side), tools: useSplit('sandbox.tools', limits.tools) }
  const isPhone = layout === 'phone'
  const isBeside = layout === 'wide' || layout === 'medium'
  const showView = (id: string) => {
    if (id === 'editor' || id === 'terminal') { setTool(id); setPane(id); if (id === 'editor' && splits.tools.sizePx < 300) splits.tools.setSize(360) } else { setSide(id); setPane('side'); if (!isBeside && !isPhone) setTool('side') }
  }
  const isShown = (id: string) => !isPhone || pane === id
  const sidePane = (style: CSSProperties) => <SidePane name="Explanation" ids={sideIds} current={side} onChange={setSide} style={style} />
  return (
    <WorkbenchProvider parts={parts} showView={showView}>
      <main className={css.panes}>
        <Hidden isBlock><h1>Sandbox</h1></Hidden>
        <div className={`${css.column} ${css.grow} ${isPhone && (pane === 'side' || pane === 'time') ? css.hidden : ''}`}>
          <Pane name="Cluster" style={{ flex: 1 }} isHidden={!isShown('cluster')}><ClusterMap /></Pane>
          {!isPhone && <Splitter label="Size of terminal" orientation="horizontal" split={splits.tools} limits={limits.tools} isAfter />}
          <SandboxTools tool={isPhone ? pane : tool} onTool={setTool} editor={editor} terminal={terminal} isHidden={isPhone && pane !== 'editor' && pane !== 'terminal'} style={isPhone ? { flex: 1 } : { height: splits.tools.sizePx, flex: 'none' }} side={isBeside || isPhone ? undefined : sidePane({ flex: 1 })} />
        </div>
        {isBeside && <Splitter label="Size of explanation" orientation="vertical" split={splits.side} limits={limits.side} isAfter />}
        {isBeside && sidePane({ width: layout === 'wide' ? splits.side.sizePx : 480, flex: 'none' })}
        {isPhone && pane === 'side' && sidePane({ flex: 1 })}
        {isPhone && pane === 'time' && <div className={`${css.column} ${css.grow}`}><Timeline isNarrow /></div>}
      </main>
      {!isPhone && <Timeline isNarrow={layout === 'narrow'} />}
      {isPhone && <BottomBar items={phoneItems} current={pane} onChange={setPane} />}
    </WorkbenchProvider>
  )
}


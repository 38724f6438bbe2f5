import { useMemo, useRef, useState } from 'react'
import { BookOpen, Boxes, FileCode, History, SquareTerminal } from 'lucide-react'
import type { Lab } from '../../content-types.ts'
import { EditorPane, type EditorHandle } from '../../editor/EditorPane.tsx'
import type { TerminalHandle } from '../../terminal/TerminalPane.tsx'
import { Pane } from '../../ui/Pane.tsx'
import { Splitter, useSplit } from '../../ui/Splitter.tsx'
import { useLayout } from '../../ui/use-layout.ts'
import { ClusterMap } from '../../views/cluster-map/ClusterMap.tsx'
import { Timeline } from '../../views/timeline/Timeline.tsx'
import { BottomBar } from '../BottomBar.tsx'
import { SidePane } from '../SidePane.tsx'
import { TerminalTabs } from '../TerminalTabs.tsx'
import { WorkbenchProvider } from '../Workbench.tsx'
import { LessonPane } from './LessonPane.tsx'
import css from '../shell.module.css'

const limits = { lesson: { min: 320, max: 560, initial: 396 }, editor: { min: 120, max: 620, initial: 405 }, right: { min: 360, max: 720, initial: 476 }, side: { min: 80, max: 520, initial: 190 } }
const phoneItems = [{ id: 'lesson', title: 'Lesson', icon: BookOpen }, { id: 'editor', title: 'Editor', icon: FileCode }, { id: 'terminal', title: 'Terminal', icon: SquareTerminal }, { id: 'cluster', title: 'Cluster', icon: Boxes }, { id: 'time', title: 'Time', icon: History }]
const sideIds = ['tracker', 'why', 'what-if', 'details', 'yaml']

/** Lesson, editor over terminal, map over tracker, timeline. */
export function LabWorkbench({ lab }: { lab: Lab }) {
  const layout = useLayout()
  const editor = useRef<EditorHandle>(null)
  const terminal = useRef<TerminalHandle>(null)
  const parts = useMemo(() => ({ editor, terminal }), [])
  const [pane, setPane] = useState('lesson')
  const [tab, setTab] = useState('terminal')
  const [side, setSide] = useState('tracker')
  const [isMapMax, setMapMax] = useState(false)
  const splits = { lesson: useSplit('lab.lesson', limits.lesson), editor: useSplit('lab.editor', limits.editor), right: useSplit('lab.right', limits.right), side: useSplit('lab.side', limits.side) }
  const isPhone = layout === 'phone'
  const isWide = layout === 'wide'
  const showView = (id: string) => {
    if (id === 'editor' || id === 'terminal') { setPane(id); setMapMax(false); if (id === 'terminal') setTab('terminal') }
    else { setSide(id); if (id !== 'tracker' && splits.side.sizePx < 300) splits.side.setSize(330); if (!isWide) { setPane('cluster'); if (!isPhone) setTab('side') } }
  }
  const isShown = (id: string) => !isPhone || pane === id
  const map = <ClusterMap title="Cluster" hasServices {...(isWide ? { onMaximize: () => setMapMax(!isMapMax) } : {})} />
  return (
    <WorkbenchProvider {...(lab.actions === undefined ? {} : { actions: lab.actions })} parts={parts} showView={showView}>
      <main className={css.panes}>
        <LessonPane lab={lab} isHidden={!isShown('lesson') || isMapMax} {...(isPhone ? { style: { flex: 1 } } : { style: { width: splits.lesson.sizePx, flex: 'none' } })} />
        {!isPhone && !isMapMax && <Splitter label="Size of lesson" orientation="vertical" split={splits.lesson} limits={limits.lesson} />}
        <div className={`${css.column} ${css.grow} ${(isPhone && pane !== 'editor' && pane !== 'terminal') || isMapMax ? css.hidden : ''}`}>
          <Pane name="Editor" isHidden={!isShown('editor')} style={isPhone ? { flex: 1 } : { height: splits.editor.sizePx, flexShrink: 1 }}><EditorPane initialFiles={lab.openFiles} handle={editor} /></Pane>
          {!isPhone && <Splitter label="Size of editor" orientation="horizontal" split={splits.editor} limits={limits.editor} />}
          <TerminalTabs handle={terminal} tab={tab} onTab={setTab} isHidden={!isShown('terminal')} extra={isWide || isPhone ? [] : [{ id: 'cluster', title: 'Cluster', icon: Boxes, node: map }, { id: 'side', title: 'Status', icon: BookOpen, node: <SidePane name="Status" ids={sideIds} current={side} onChange={setSide} style={{ height: '100%' }} /> }]} />
        </div>
        {isWide && !isMapMax && <Splitter label="Size of cluster" orientation="vertical" split={splits.right} limits={limits.right} isAfter />}
        {(isWide || (isPhone && pane === 'cluster')) && (
          <div className={css.column} style={isPhone || isMapMax ? { flex: 1 } : { width: splits.right.sizePx, flex: 'none' }}>
            <Pane name="Cluster" style={{ flex: 1 }}>{map}</Pane>
            <Splitter label="Size of status" orientation="horizontal" split={splits.side} limits={limits.side} isAfter />
            <SidePane name="Status" ids={sideIds} current={side} onChange={(id) => { if (id === 'what-if') showView(id); else setSide(id) }} style={{ height: isPhone ? 240 : splits.side.sizePx, flex: 'none' }} />
          </div>
        )}
        {isPhone && pane === 'time' && <div className={`${css.column} ${css.grow}`}><Timeline isNarrow /></div>}
      </main>
      {!isPhone && <Timeline isNarrow={layout === 'narrow'} />}
      {isPhone && <BottomBar items={phoneItems} current={pane} onChange={setPane} />}
    </WorkbenchProvider>
  )
}

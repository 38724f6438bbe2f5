import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { BookOpen, Boxes, FileCode, NotebookPen, SquareTerminal } from 'lucide-react'
import { useActions } from '../../actions/action-hub.tsx'
import type { ExamForm } from '../../content-types.ts'
import { EditorPane, type EditorHandle } from '../../editor/EditorPane.tsx'
import { useFlight } from '../../flight.tsx'
import { KindPane } from '../../kind/KindPane.tsx'
import type { TerminalHandle } from '../../terminal/TerminalPane.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Button } from '../../ui/Button.tsx'
import { Pane } from '../../ui/Pane.tsx'
import { Splitter, useSplit } from '../../ui/Splitter.tsx'
import { useLayout } from '../../ui/use-layout.ts'
import { useView } from '../../use-view.ts'
import { ClusterMap } from '../../views/cluster-map/ClusterMap.tsx'
import { Timeline } from '../../views/timeline/Timeline.tsx'
import { BottomBar } from '../BottomBar.tsx'
import { SidePane } from '../SidePane.tsx'
import { TerminalTabs } from '../TerminalTabs.tsx'
import { WorkbenchProvider } from '../Workbench.tsx'
import { DocsPanel } from './DocsPanel.tsx'
import { EndDialog } from './EndDialog.tsx'
import { examView } from './exam.view.ts'
import { ExamBar } from './ExamBar.tsx'
import { ExamFoot } from './ExamFoot.tsx'
import { Notepad } from './Notepad.tsx'
import { TaskPane } from './TaskPane.tsx'
import { TaskStrip } from './TaskStrip.tsx'
import { messageOf } from '../../../session/message-of.ts'
import css from '../shell.module.css'

const limits = { task: { min: 320, max: 520, initial: 384 }, editor: { min: 100, max: 600, initial: 372 }, right: { min: 320, max: 640, initial: 392 }, docs: { min: 80, max: 500, initial: 304 }, notes: { min: 60, max: 400, initial: 180 } }
const phoneItems = [{ id: 'task', title: 'Task', icon: BookOpen }, { id: 'editor', title: 'Editor', icon: FileCode }, { id: 'terminal', title: 'Terminal', icon: SquareTerminal }, { id: 'cluster', title: 'Cluster', icon: Boxes }, { id: 'notes', title: 'Notes', icon: NotebookPen }]
const noFiles: readonly string[] = []

/** Grades once and goes to the result; a failure can be tried again. */
function useGrading(isOver: boolean): { grade: () => void; error: string | undefined } {
  const { host, answer } = useFlight()
  const navigate = useNavigate()
  const [error, setError] = useState<string | undefined>(undefined)
  const isGrading = useRef(false)
  const grade = useCallback(() => {
    if (isGrading.current) return
    isGrading.current = true
    setError(undefined)
    host.grade().then((report) => { void navigate(`/result/${report.attemptId}`, { replace: true }) }, (reason: unknown) => { isGrading.current = false; setError(messageOf(reason)) })
  }, [host, navigate])
  useEffect(() => { if (isOver) void navigate(`/result/${answer.attemptId}`, { replace: true }) }, [isOver, answer, navigate])
  return { grade, error }
}

/** Task, editor over terminal, map over docs over notepad. Nothing here tells whether a check holds. */
export function ExamWorkbench({ form }: { form: ExamForm }) {
  const { host, answer, store } = useFlight()
  const layout = useLayout()
  const view = useView(examView, form)
  const mode = view.progress?.mode ?? answer.progress.exam?.mode ?? 'exam'
  const isExam = mode !== 'training'
  const editor = useRef<EditorHandle>(null)
  const terminal = useRef<TerminalHandle>(null)
  const parts = useMemo(() => ({ editor, terminal }), [])
  const [pane, setPane] = useState('task')
  const [tab, setTab] = useState('terminal')
  const [side, setSide] = useState('docs')
  const [query, setQuery] = useState('')
  const [isEnding, setEnding] = useState(false)
  const { grade, error: gradeError } = useGrading(view.progress?.endedAtWallMs !== undefined)
  useActions({ 'end-exam': () => setEnding(true), flag: () => { if (view.task !== undefined) void host.markTask(view.task.id, { isFlagged: !view.isFlagged }) } })
  const isPhone = layout === 'phone'
  const isWide = layout === 'wide'
  const showView = (id: string) => {
    if (id === 'editor' || id === 'terminal') { setPane(id); if (id === 'terminal') setTab('terminal') } else { setSide(id); if (isPhone) setPane('cluster'); else if (!isWide) setTab('side') }
  }
  const openCard = (text: string) => { setQuery(text); setSide('docs'); if (isPhone) setPane('cluster'); else if (!isWide) setTab('side') }
  const docs = { item: { id: 'docs', title: 'Docs', icon: BookOpen }, node: <DocsPanel query={query} onQuery={setQuery} /> }
  // A verdict, so never in an exam.
  const kind = isExam || view.task === undefined || view.task.realCluster === 'no' ? [] : [{ item: { id: 'kind', title: 'Grade on kind', icon: Boxes }, node: <KindPane attemptId={answer.attemptId} taskId={view.task.id} usedMs={() => store.board.clock.headMs} exportLog={(id) => host.exportLog(id)} /> }]
  const isShown = (id: string) => !isPhone || pane === id
  const splits = { task: useSplit('exam.task', limits.task), editor: useSplit('exam.editor', limits.editor), right: useSplit('exam.right', limits.right), docs: useSplit('exam.docs', limits.docs), notes: useSplit('exam.notes', limits.notes) }
  const sideIds = isExam ? ['details', 'yaml'] : ['why', 'details', 'yaml']
  const narrowTabs = [{ id: 'cluster', title: 'Cluster', icon: Boxes, node: <ClusterMap /> }, { id: 'side', title: 'Docs', icon: BookOpen, node: <SidePane name="Docs" ids={sideIds} extra={[docs, ...kind]} current={side} onChange={setSide} style={{ flex: 1 }} /> }, { id: 'notes', title: 'Notepad', icon: NotebookPen, node: <Notepad /> }]
  return (
    <WorkbenchProvider isExam={isExam} parts={parts} showView={showView}>
      <ExamBar form={form} view={view} onEnd={() => setEnding(true)} onOver={grade} />
      <TaskStrip chips={view.chips} onChoose={(id) => void host.switchTask(id)} />
      {gradeError !== undefined && <Notice tone="bad" title="The exam could not be graded" actions={<Button onClick={grade}>Grade again</Button>}>Your work is saved. {gradeError}</Notice>}
      <main className={css.panes}>
        <TaskPane form={form} view={view} isHidden={!isShown('task')} onCard={openCard} style={isPhone ? { flex: 1 } : { width: splits.task.sizePx, flex: 'none' }} />
        {!isPhone && <Splitter label="Size of task" orientation="vertical" split={splits.task} limits={limits.task} />}
        <div className={`${css.column} ${css.grow} ${isPhone && pane !== 'editor' && pane !== 'terminal' ? css.hidden : ''}`}>
          <Pane name="Editor" isHidden={!isShown('editor')} style={isPhone ? { flex: 1 } : { height: splits.editor.sizePx, flexShrink: 1 }}><EditorPane initialFiles={noFiles} handle={editor} /></Pane>
          {!isPhone && <Splitter label="Size of editor" orientation="horizontal" split={splits.editor} limits={limits.editor} />}
          <TerminalTabs handle={terminal} tab={tab} onTab={setTab} isExam={isExam} isHidden={!isShown('terminal')} extra={isWide || isPhone ? [] : narrowTabs} />
        </div>
        {isWide && <Splitter label="Size of cluster" orientation="vertical" split={splits.right} limits={limits.right} isAfter />}
        {(isWide || (isPhone && pane === 'cluster')) && (
          <div className={css.column} style={isPhone ? { flex: 1 } : { width: splits.right.sizePx, flex: 'none' }}>
            <Pane name="Cluster" style={{ flex: 1 }}><ClusterMap /></Pane>
            <Splitter label="Size of docs" orientation="horizontal" split={splits.docs} limits={limits.docs} isAfter />
            <SidePane name="Docs" ids={sideIds} extra={[docs, ...kind]} current={side} onChange={setSide} style={{ height: splits.docs.sizePx, flex: 'none' }} />
            {isWide && <Splitter label="Size of notepad" orientation="horizontal" split={splits.notes} limits={limits.notes} isAfter />}
            {isWide && <Pane name="Notepad" style={{ height: splits.notes.sizePx, flex: 'none' }}><Notepad /></Pane>}
          </div>
        )}
        {isPhone && pane === 'notes' && <Pane name="Notepad" style={{ flex: 1 }}><Notepad /></Pane>}
      </main>
      {isExam ? <ExamFoot form={form} /> : !isPhone && <Timeline isNarrow={layout === 'narrow'} />}
      {isPhone && <BottomBar items={phoneItems} current={pane} onChange={setPane} />}
      {isEnding && <EndDialog form={form} view={view} onClose={() => setEnding(false)} onEnd={() => { setEnding(false); grade() }} />}
    </WorkbenchProvider>
  )
}

import { useEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react'
import type { SuggestedFix } from '../../session/explanation.ts'
import { useActionHub, useActions } from '../actions/action-hub.tsx'
import type { LabAction } from '../content-types.ts'
import type { EditorHandle } from '../editor/EditorPane.tsx'
import { useFlight } from '../flight.tsx'
import type { TerminalHandle } from '../terminal/TerminalPane.tsx'
import { EngineNotices } from './EngineNotices.tsx'
import { selectionOfNode, selectionOfPod, WorkbenchContext, type Selection, type Workbench } from '../workbench.tsx'

export interface WorkbenchParts { readonly editor: RefObject<EditorHandle | null>; readonly terminal: RefObject<TerminalHandle | null> }

const noActions: readonly LabAction[] = []

interface WorkbenchProviderProps {
  isExam?: boolean
  actions?: readonly LabAction[]
  parts: WorkbenchParts
  showView: (id: string) => void
  children: ReactNode
}

/** Selection, ring, what-if and the ways between panes, for everything below. */
export function WorkbenchProvider({ isExam = false, actions = noActions, parts, showView, children }: WorkbenchProviderProps) {
  const [selection, setSelection] = useState<Selection | undefined>(undefined)
  const [ringed, ring] = useState<readonly string[]>([])
  const [whatIf, setWhatIf] = useState<SuggestedFix | undefined>(undefined)
  const show = useRef(showView)
  useEffect(() => { show.current = showView })
  const workbench = useMemo<Workbench>(() => ({
    isExam, actions, selection, ringed, whatIf, setWhatIf, ring,
    select(next) { setSelection(next); setWhatIf(undefined) },
    showView: (id) => show.current(id),
    openFile: (path) => { show.current('editor'); parts.editor.current?.openFile(path) },
    openText: (path, text, line) => { show.current('editor'); parts.editor.current?.openText(path, text, line) },
    putIntoTerminal: (text) => { show.current('terminal'); parts.terminal.current?.insert(text) },
  }), [isExam, actions, selection, ringed, whatIf, parts])
  useActions(isExam ? {} : { why: () => { if (selection?.kind === 'Pod') show.current('why') } })
  useObjectCommands(workbench)
  return <WorkbenchContext value={workbench}><EngineNotices />{children}</WorkbenchContext>
}

/** Pods and nodes as commands of the palette. */
function useObjectCommands(workbench: Workbench): void {
  const hub = useActionHub()
  const { store, host } = useFlight()
  useEffect(() => hub.addCommands(() => {
    const pods = [...store.board.pods.values()].slice(0, 2000)
    const nodes = [...store.board.nodes.values()].slice(0, 500)
    const time = workbench.isExam ? [] : [{ id: 'time', group: 'Time', title: 'Rewind to the last of your actions', run: () => { const last = [...store.board.marks.values()].filter((mark) => mark.lane === 'you' && mark.atMs < store.board.clock.nowMs).at(-1); if (last !== undefined) void host.rewindTo(last.atMs) } }]
    const travel = workbench.isExam ? [] : [{ id: 'travel', group: 'Time', title: 'Show the cluster at', run: () => {}, runAt: (ms: number) => { void host.rewindTo(ms) } }]
    return [
      ...time, ...travel,
      ...pods.flatMap((pod) => [
        ...(workbench.isExam ? [] : [{ id: `why ${pod.uid}`, group: 'Pods', isObject: true, title: `Why is ${pod.name} ${pod.nodeName === undefined ? 'Pending' : 'here'}`, note: pod.namespace, run: () => { workbench.select(selectionOfPod(pod)); workbench.showView('why') } }]),
        { id: `describe ${pod.uid}`, group: 'Pods', isObject: true, title: `kubectl describe pod ${pod.name}`, note: `${pod.namespace}, into the terminal`, run: () => workbench.putIntoTerminal(`kubectl describe pod ${pod.name} -n ${pod.namespace}`) },
      ]),
      ...nodes.map((node) => ({ id: `node ${node.name}`, group: 'Nodes', isObject: true, title: node.name, note: node.pool, run: () => { workbench.select(selectionOfNode(node.name)); workbench.showView('details') } })),
    ]
  }), [hub, store, host, workbench])
}


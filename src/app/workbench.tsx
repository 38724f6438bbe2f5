import { createContext, useContext } from 'react'
import type { ObjectRef } from '../session/host-rows.ts'
import type { LabAction } from './content-types.ts'
import type { SuggestedFix } from '../session/explanation.ts'

/** What is chosen; plum in every pane. */
export type Selection = { readonly kind: 'Pod'; readonly uid: string; readonly ref: ObjectRef } | { readonly kind: 'Node'; readonly name: string; readonly ref: ObjectRef } | { readonly kind: 'other'; readonly ref: ObjectRef }

/** What the panes of a workbench share. */
export interface Workbench {
  readonly isExam: boolean
  /** Actions of the lab, for the status tracker. */
  readonly actions: readonly LabAction[]
  readonly selection: Selection | undefined
  select(selection: Selection | undefined): void
  /** Rings these nodes without dimming the rest. */
  readonly ringed: readonly string[]
  ring(nodeNames: readonly string[]): void
  readonly whatIf: SuggestedFix | undefined
  setWhatIf(fix: SuggestedFix | undefined): void
  /** Opens a view of the side pane: `why`, `details`, `yaml`, `events`, `tracker`. */
  showView(id: string): void
  openFile(path: string): void
  /** Opens text that is not a file yet, named by `path`, at a line of it. */
  openText(path: string, text: string, line?: number): void
  putIntoTerminal(text: string): void
}

export const WorkbenchContext = createContext<Workbench | undefined>(undefined)

export function useWorkbench(): Workbench {
  const workbench = useContext(WorkbenchContext)
  if (workbench === undefined) throw new Error('useWorkbench is called outside a workbench')
  return workbench
}

export function selectionOfPod(pod: { uid: string; namespace: string; name: string }): Selection {
  return { kind: 'Pod', uid: pod.uid, ref: { kind: 'Pod', namespace: pod.namespace, name: pod.name } }
}

export function selectionOfNode(name: string): Selection {
  return { kind: 'Node', name, ref: { kind: 'Node', name } }
}

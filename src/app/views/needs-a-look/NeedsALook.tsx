import { useState, type KeyboardEvent } from 'react'
import { PodGlyph } from '../../ui/Glyphs.tsx'
import { useView } from '../../use-view.ts'
import { useFlight } from '../../flight.tsx'
import { selectionOfNode, selectionOfPod, useWorkbench } from '../../workbench.tsx'
import { problemsView, type Problem } from './needs-a-look.view.ts'
import css from './NeedsALook.module.css'

/** Problems grouped by cause, never by Pod. Arrows and Enter. */
export function NeedsALook() {
  const problems = useView(problemsView)
  const workbench = useWorkbench()
  const { store } = useFlight()
  const [chosen, setChosen] = useState<string | undefined>(undefined)
  const pick = (problem: Problem | undefined) => {
    if (problem === undefined) return
    setChosen(problem.id)
    workbench.ring(problem.nodeNames)
    const pod = store.board.pods.get(problem.podUids[0] ?? '')
    workbench.select(pod === undefined ? selectionOfNode(problem.nodeNames[0] ?? '') : selectionOfPod(pod))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const at = problems.findIndex((problem) => problem.id === chosen)
    if (event.key === 'ArrowDown') { event.preventDefault(); pick(problems[Math.min(problems.length - 1, at + 1)]) }
    if (event.key === 'ArrowUp') { event.preventDefault(); pick(problems[Math.max(0, at - 1)]) }
    if (event.key === 'Enter') pick(problems[Math.max(0, at)])
  }
  if (problems.length === 0) return <p className={css.empty}>Nothing needs a look.</p>
  return (
    <ul className={css.list} role="listbox" aria-label="Needs a look" tabIndex={0} onKeyDown={onKeyDown} aria-activedescendant={chosen === undefined ? undefined : `problem-${chosen}`}>
      {problems.map((problem) => (
        <li key={problem.id} id={`problem-${problem.id}`} role="option" aria-selected={problem.id === chosen} onClick={() => pick(problem)}>
          <PodGlyph shape={problem.shape} size={9} />
          <span className={css.title}>{problem.title}</span>
          <span className={css.amount}>{problem.amount}</span>
          <span className={css.where}>{problem.where}</span>
        </li>
      ))}
    </ul>
  )
}

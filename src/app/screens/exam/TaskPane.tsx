import type { CSSProperties } from 'react'
import { Copy, Flag } from 'lucide-react'
import type { ExamForm } from '../../content-types.ts'
import { useFlight } from '../../flight.tsx'
import { Button } from '../../ui/Button.tsx'
import { Pane } from '../../ui/Pane.tsx'
import { InlineText, Prose } from '../../ui/Prose.tsx'
import { useWorkbench } from '../../workbench.tsx'
import type { ExamView } from './exam.view.ts'
import css from './TaskPane.module.css'

interface TaskPaneProps { form: ExamForm; view: ExamView; isHidden: boolean; onCard: (query: string) => void; style: CSSProperties }

/** One task: where to work, what to reach, what may be read. */
export function TaskPane({ form, view, isHidden, onCard, style }: TaskPaneProps) {
  const { host } = useFlight()
  const workbench = useWorkbench()
  const { task } = view
  if (task === undefined) return null
  const command = `kubectl config use-context ${task.context}`
  const beside = (step: 1 | -1) => form.tasks[view.taskNumber - 1 + step]
  const next = beside(1)
  const previous = beside(-1)
  const hintsShown = workbench.isExam ? 0 : view.chips.length === 0 ? 0 : task.hints.length
  return (
    <Pane name="Task" isHidden={isHidden} style={style}>
      <header className={css.head}>
        <div className={css.meta}><span>Task {view.taskNumber} of {form.tasks.length} · {view.taskPercent}% · about {task.minutes} min</span><span>{task.checkCount} {task.checkCount === 1 ? 'check' : 'checks'}</span></div>
        <h1>{task.title}</h1>
      </header>
      <div className={css.context}>
        <div className={css.note}>Start on the right cluster</div>
        <div className={css.command}><code>{command}</code><Button size="small" icon={Copy} iconOnly aria-label="Put the command into the terminal" onClick={() => workbench.putIntoTerminal(command)} /></div>
      </div>
      <div className={css.body} tabIndex={0} role="region" aria-label="Task text">
        <Prose blocks={task.prompt} />
        {hintsShown > 0 && <details className={css.hints}><summary>Hints</summary><ol>{task.hints.map((hint, index) => <li key={index}><InlineText text={hint} /></li>)}</ol></details>}
        {task.docs.length > 0 && (
          <div className={css.docs}>
            <div className={css.note}>Quick reference</div>
            {task.docs.map((doc) => (doc.href.startsWith('card:') ? <button key={doc.title} type="button" onClick={() => onCard(doc.title)}>{doc.title}</button> : <a key={doc.title} href={doc.href} target="_blank" rel="noreferrer">{doc.title}</a>))}
          </div>
        )}
      </div>
      <div className={css.foot}>
        <Button icon={Flag} aria-pressed={view.isFlagged} onClick={() => void host.markTask(task.id, { isFlagged: !view.isFlagged })}>{view.isFlagged ? 'Unflag' : 'Flag'}</Button>
        <Button aria-pressed={view.isDone} onClick={() => void host.markTask(task.id, { isDone: !view.isDone })}>{view.isDone ? 'Not done yet' : 'Mark as done'}</Button>
        <span className={css.space} />
        <Button disabled={previous === undefined} onClick={() => { if (previous !== undefined) void host.switchTask(previous.id) }}>Previous</Button>
        <Button look="primary" disabled={next === undefined} onClick={() => { if (next !== undefined) void host.switchTask(next.id) }}>Next task</Button>
      </div>
    </Pane>
  )
}

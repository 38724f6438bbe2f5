import { Mark } from '../../ui/Glyphs.tsx'
import { InlineText } from '../../ui/Prose.tsx'
import { useView } from '../../use-view.ts'
import { useWorkbench } from '../../workbench.tsx'
import { actionStatesView, trackerView } from './tracker.view.ts'
import css from './Tracker.module.css'

/** The status tracker of a lab: variables by step, the column of now in plum. */
export function Tracker() {
  return <><Variables /><Actions /></>
}

/** What each action of the lesson's source makes which component do, with where its step stands. */
function Actions() {
  const { actions } = useWorkbench()
  const states = useView(actionStatesView, actions)
  if (actions.length === 0) return null
  return (
    <table className={css.actions} aria-label="Actions">
      <thead><tr><th scope="col">Step</th><th scope="col">Action</th><th scope="col">Component</th><th scope="col">Result</th></tr></thead>
      <tbody>
        {actions.map((row, index) => {
          const state = states[index] ?? 'open'
          return (
            <tr key={index} className={state === 'now' ? css.nowRow : undefined} aria-current={state === 'now' ? 'step' : undefined}>
              <td className={css.state}>{row.stepIndex + 1} <Mark state={state} size={12} /> {state === 'open' ? 'to do' : state}</td>
              <td><InlineText text={row.action} /></td><td><InlineText text={row.component} /></td><td><InlineText text={row.result} /></td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function Variables() {
  const table = useView(trackerView)
  if (table.rows.length === 0) return <p className={css.empty}>This session tracks no variables.</p>
  return (
    <table className={css.tracker} aria-label="Status tracker">
      <thead><tr><th scope="col">Status</th>{table.heads.map((head) => <th key={head.text} scope="col" className={head.isNow ? css.nowHead : undefined}>{head.text}</th>)}</tr></thead>
      <tbody>
        {table.rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">{row.label}</th>
            {row.cells.map((cell, index) => <td key={index} title={cell.text.length > 14 ? cell.text : undefined} className={cell.isNow ? css.now : cell.isSame ? css.same : undefined}>{cell.text}</td>)}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

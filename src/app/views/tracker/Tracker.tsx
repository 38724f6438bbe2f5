import { useView } from '../../use-view.ts'
import { trackerView } from './tracker.view.ts'
import css from './Tracker.module.css'

/** The status tracker of a lab: variables by step, the column of now in plum. */
export function Tracker() {
  const table = useView(trackerView)
  if (table.rows.length === 0) return <p className={css.empty}>This session tracks no variables.</p>
  return (
    <table className={css.tracker} aria-label="Status tracker">
      <thead><tr><th scope="col">Status</th>{table.heads.map((head) => <th key={head.text} scope="col" className={head.isNow ? css.nowHead : undefined}>{head.text}</th>)}</tr></thead>
      <tbody>
        {table.rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">{row.label}</th>
            {row.cells.map((cell, index) => <td key={index} className={cell.isNow ? css.now : cell.isSame ? css.same : undefined}>{cell.text}</td>)}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

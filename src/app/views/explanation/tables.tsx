import { Check, X } from 'lucide-react'
import type { PreemptionVerdict } from '../../../session/explanation.ts'
import { clockText } from '../../format.view.ts'
import { Hidden } from '../../ui/LiveRegion.tsx'
import { Name } from '../../ui/Names.tsx'
import type { FilterTable, ScoreTable } from './explanation.view.ts'
import css from './Explanation.module.css'

/** Each node with the first plugin that said no. */
export function Filters({ table }: { table: FilterTable }) {
  return (
    <section>
      <h3>Each node, first plugin that said no <span>in the order of the real scheduler</span></h3>
      <div className={css.scroll} tabIndex={0} role="region" aria-label="Verdicts by node">
        <table>
          <thead><tr><th scope="col"><Hidden>Node</Hidden></th>{table.heads.map((head) => <th key={head} scope="col" className={css.mid}>{head}</th>)}<th scope="col">Why</th></tr></thead>
          <tbody>
            {table.rows.map((row) => (
              <tr key={row.node}>
                <th scope="row"><Name>{row.node}</Name></th>
                {row.cells.map((cell, index) => <td key={index} className={cell === 'no' ? `${css.mid} ${css.no}` : css.mid}><Verdict verdict={cell} /></td>)}
                <td className={css.why}>{row.why}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {table.moreCount > 0 && <p className={css.note}>{table.moreCount} more nodes are in the JSON.</p>}
    </section>
  )
}

function Verdict({ verdict }: { verdict: 'yes' | 'no' | 'not-asked' }) {
  if (verdict === 'yes') return <><Check size={12} aria-hidden className={css.yes} /><Hidden>yes</Hidden></>
  if (verdict === 'no') return <><X size={12} aria-hidden /><Hidden>no</Hidden></>
  return <><span aria-hidden="true">·</span><Hidden>not asked</Hidden></>
}

/** Every plugin's score of the nodes that fit, the chosen one first. */
export function Scores({ table, notes }: { table: ScoreTable; notes: readonly (string | undefined)[] }) {
  return (
    <section>
      <h3>How the nodes scored <span>weight times normalized score</span></h3>
      <div className={css.scroll} tabIndex={0} role="region" aria-label="Scores by node">
        <table>
          <thead><tr><th scope="col"><Hidden>Node</Hidden></th>{table.heads.map((head) => <th key={head} scope="col" className={css.num}>{head}</th>)}<th scope="col" className={css.num}>Total</th></tr></thead>
          <tbody>
            {table.rows.map((row) => (
              <tr key={row.node}>
                <th scope="row"><span className={css.nodeCell}><Name>{row.node}</Name>{row.isChosen && <em className={css.chosen}>chosen</em>}</span></th>
                {row.cells.map((cell, index) => <td key={index} className={cell.isBest ? `${css.num} ${css.best}` : css.num} title={cell.detail}>{cell.raw !== '' && <span className={css.raw} aria-hidden="true">{cell.raw}</span>}{cell.text}<Hidden> ({cell.detail})</Hidden></td>)}
                <td className={`${css.num} ${css.best}`}>{row.total}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {table.moreCount > 0 && <p className={css.note}>{table.moreCount} more nodes are in the JSON.</p>}
      {notes.map((note) => note !== undefined && <p key={note} className={css.note}>{note}</p>)}
    </section>
  )
}

const candidatesMax = 40

/** What evictions would free, and why one node is better than the others. */
export function Preemption({ verdict: { atMs, candidates, rejected, whyNot } }: { verdict: PreemptionVerdict }) {
  const reasons = new Map<string, number>()
  for (const reason of rejected.flatMap((node) => node.reasons)) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  return (
    <section>
      <h3>Preemption <span>{atMs === undefined ? 'what evictions would free' : `as it was decided at ${clockText(atMs)}`}</span></h3>
      {candidates.length > 0 && (
        <div className={css.scroll} tabIndex={0} role="region" aria-label="Preemption candidates">
          <table>
            <thead><tr><th scope="col">Node</th><th scope="col" className={css.num}>Budgets broken</th><th scope="col" className={css.num}>Highest priority</th><th scope="col" className={css.num}>Sum</th><th scope="col" className={css.num}>Pods</th><th scope="col">Victims</th><th scope="col">Why</th></tr></thead>
            <tbody>
              {candidates.slice(0, candidatesMax).map((row) => (
                <tr key={row.node}>
                  <th scope="row"><span className={css.nodeCell}><Name>{row.node}</Name>{row.isChosen && <em className={css.chosen}>chosen</em>}</span></th>
                  <td className={css.num}>{row.budgetViolations}</td><td className={css.num}>{row.highestPriority}</td><td className={css.num}>{row.prioritySum}</td><td className={css.num}>{row.victims.length}</td>
                  <td className={css.why}>{row.victims.join(', ')}</td><td className={css.why}>{row.why}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {whyNot !== '' && <p className={css.note}>{whyNot}</p>}
      {reasons.size > 0 && <p className={css.note}>{[...reasons].map(([reason, count]) => `${count} ${count === 1 ? 'node' : 'nodes'}: ${reason}`).join('. ')}</p>}
    </section>
  )
}

import type { WhatIfReport } from '../../../session/what-if/what-if.ts'
import { Hidden } from '../../ui/LiveRegion.tsx'
import { Name } from '../../ui/Names.tsx'
import { figureRows, placeRows, sentenceOf, settledText } from './what-if.view.ts'
import css from './WhatIf.module.css'

interface ReportProps { report: WhatIfReport; prices: Readonly<Record<string, number>>; onPrice: (type: string, price: number) => void }

const rowsMax = 300

/** What would be different: the answer in a sentence, figures, each Pod, what the nodes cost. */
export function WhatIfReportView({ report, prices, onPrice }: ReportProps) {
  return (
    <div className={css.report}>
      <div className={css.answer}><h2>{sentenceOf(report)}</h2><p>{settledText(report)}</p></div>
      <Figures report={report} prices={prices} />
      {report.placements.length > 0 && <Places report={report} />}
      <Costs report={report} prices={prices} onPrice={onPrice} />
    </div>
  )
}

function Figures({ report, prices }: Pick<ReportProps, 'report' | 'prices'>) {
  const rows = figureRows(report, prices)
  return (
    <section>
      <h3>The cluster <span>without and with the changes, at the same time</span></h3>
      <table>
        <thead><tr><th scope="col"><Hidden>Figure</Hidden></th><th scope="col" className={css.num}>Without</th><th scope="col" className={css.num}>With</th></tr></thead>
        <tbody>
          {rows.map((row) => <tr key={row.label}><th scope="row">{row.label}{row.note !== undefined && <em>{row.note}</em>}</th><td className={css.num}>{row.before}</td><td className={`${css.num} ${row.isChanged ? css.changed : ''}`}>{row.after}</td></tr>)}
        </tbody>
      </table>
    </section>
  )
}

function Places({ report }: Pick<ReportProps, 'report'>) {
  const rows = placeRows(report.placements)
  return (
    <section>
      <h3>Pods that change their place</h3>
      <div className={css.scroll} tabIndex={0} role="region" aria-label="Pods that change their place">
        <table>
          <thead><tr><th scope="col">Pod</th><th scope="col">From</th><th scope="col">To</th><th scope="col">What happens</th></tr></thead>
          <tbody>
            {rows.slice(0, rowsMax).map((row) => (
              <tr key={row.key}>
                <th scope="row"><Name>{row.pod}</Name><Hidden> in {row.namespace}</Hidden></th>
                <td><Name>{row.from}</Name></td>
                <td><Name>{row.to}</Name></td>
                <td className={row.isWaiting ? css.waits : undefined}>{row.what}{row.why !== undefined && <em className={css.why}>{row.why}</em>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > rowsMax && <p className={css.note}>{rows.length - rowsMax} more are left out here.</p>}
    </section>
  )
}

function Costs({ report, prices, onPrice }: Pick<ReportProps, 'report' | 'prices' | 'onPrice'>) {
  if (report.cost.rows.length === 0) return null
  return (
    <section>
      <h3>What the nodes cost <span>round prices to compare with; set your own</span></h3>
      <div className={css.scroll} tabIndex={0} role="region" aria-label="What the nodes cost">
        <table>
          <thead><tr><th scope="col">Node</th><th scope="col" className={css.num}>Without</th><th scope="col" className={css.num}>With</th><th scope="col" className={css.num}>$ per hour of one</th></tr></thead>
          <tbody>
            {report.cost.rows.map((row) => (
              <tr key={row.type}>
                <th scope="row">{row.type}</th><td className={css.num}>{row.before}</td><td className={`${css.num} ${row.before === row.after ? '' : css.changed}`}>{row.after}</td>
                <td className={css.num}><input type="number" min={0} step={0.01} className={css.price} aria-label={`Dollars per hour of ${row.type}`} value={prices[row.type] ?? row.price} onChange={(event) => onPrice(row.type, Math.max(0, event.target.valueAsNumber || 0))} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

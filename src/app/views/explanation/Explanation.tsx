import { useEffect, useState } from 'react'
import { Check, Copy, FileCode, GitFork, X } from 'lucide-react'
import type { PodExplanation, SuggestedFix } from '../../../session/explanation.ts'
import { clockText } from '../../format.view.ts'
import { useFlight } from '../../flight.tsx'
import { Button } from '../../ui/Button.tsx'
import { PodGlyph } from '../../ui/Glyphs.tsx'
import { Hidden } from '../../ui/LiveRegion.tsx'
import { Name } from '../../ui/Names.tsx'
import { view } from '../../state/view.ts'
import { useView } from '../../use-view.ts'
import { useWorkbench } from '../../workbench.tsx'
import { attemptText, filterTable, scoreTable } from './explanation.view.ts'
import css from './Explanation.module.css'

/** What an explanation depends on; undefined when the Pod is not there at the playhead. */
const podView = view<string, string | undefined>(['pods'], (board, uid) => {
  const pod = board.pods.get(uid)
  return pod === undefined ? undefined : `${pod.shape}/${pod.nodeName ?? ''}`
})

/** Why the chosen Pod is here, or why it is Pending: the answer, the exact text, each node, what would make it fit, the scores. */
export function Explanation() {
  const { host } = useFlight()
  const workbench = useWorkbench()
  const uid = workbench.selection?.kind === 'Pod' ? workbench.selection.uid : ''
  const state = useView(podView, uid)
  const [explanation, setExplanation] = useState<PodExplanation | 'none' | undefined>(undefined)
  const ref = workbench.selection?.kind === 'Pod' ? workbench.selection.ref : undefined
  useEffect(() => {
    if (ref === undefined) return undefined
    let isGone = false
    host.explain(ref).then((answer) => { if (!isGone) setExplanation(answer ?? 'none') }, (error: unknown) => { console.error('explain failed', error); if (!isGone) setExplanation('none') })
    return () => { isGone = true }
  }, [host, ref, state])
  if (ref === undefined) return <p className={css.none}>Pick a Pod on the map to see why it is where it is.</p>
  if (explanation === undefined) return null
  if (state === undefined) return <p className={css.none}>This Pod does not exist at the time shown.</p>
  if (explanation === 'none') return <p className={css.none}>The scheduler has not looked at this Pod.</p>
  return <ExplanationView explanation={explanation} />
}

export function ExplanationView({ explanation }: { explanation: PodExplanation }) {
  const filters = filterTable(explanation)
  const scores = scoreTable(explanation)
  return (
    <div className={css.explanation}>
      <div className={css.answer}>
        <div className={css.pod}><PodGlyph shape={explanation.kind === 'placed' ? 'running' : explanation.kind === 'gated' ? 'gated' : 'pending'} /><b>{explanation.pod.namespace}/{explanation.pod.name}</b><span className={css.space} /><span className={css.attempt}>{clockText(explanation.attemptAtMs)} · attempt {attemptText(explanation)}</span></div>
        <h2>{explanation.sentence}</h2>
        <p className={css.message}>{explanation.message}</p>
      </div>
      {filters.rows.length > 0 && <Filters table={filters} />}
      {explanation.fixes.length > 0 && <Fixes fixes={explanation.fixes} explanation={explanation} />}
      {scores.rows.length > 0 && <Scores table={scores} note={explanation.scoreNote} />}
      {explanation.wakes !== undefined && <div className={css.wakes}><b>What wakes it up</b><span>{explanation.wakes}</span></div>}
    </div>
  )
}

function Filters({ table }: { table: ReturnType<typeof filterTable> }) {
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
                <td>{row.why}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Verdict({ verdict }: { verdict: 'yes' | 'no' | 'not-asked' }) {
  if (verdict === 'yes') return <><Check size={12} aria-hidden className={css.yes} /><Hidden>yes</Hidden></>
  if (verdict === 'no') return <><X size={12} aria-hidden /><Hidden>no</Hidden></>
  return <><span aria-hidden="true">·</span><Hidden>not asked</Hidden></>
}

function Fixes({ fixes, explanation }: { fixes: readonly SuggestedFix[]; explanation: PodExplanation }) {
  const workbench = useWorkbench()
  const { host } = useFlight()
  const chosen = workbench.whatIf
  const setWhatIf = workbench.setWhatIf
  useEffect(() => () => setWhatIf(undefined), [setWhatIf])
  const move = (step: number) => { const at = fixes.findIndex((fix) => fix.id === chosen?.id); setWhatIf(fixes[(at + step + fixes.length) % fixes.length]) }
  const showChange = () => { if (chosen?.yaml !== undefined) workbench.openText(`${explanation.pod.name}.yaml`, chosen.yaml) }
  return (
    <section>
      <h3>Smallest changes that make it fit <span>each was tried on a fork</span></h3>
      <div role="radiogroup" aria-label="Changes that make it fit" className={css.fixes} onKeyDown={(event) => { if (event.key === 'ArrowDown') { event.preventDefault(); move(1) } if (event.key === 'ArrowUp') { event.preventDefault(); move(-1) } if (event.key === 'Enter') showChange() }}>
        {fixes.map((fix, index) => (
          <button key={fix.id} type="button" role="radio" aria-checked={fix.id === chosen?.id} tabIndex={fix.id === chosen?.id || (chosen === undefined && index === 0) ? 0 : -1} onClick={() => setWhatIf(fix)}>
            <i aria-hidden="true" /><span>{fix.label}</span><em>{fix.outcome}</em>
          </button>
        ))}
      </div>
      <div className={css.actions}>
        <Button look="quiet" icon={Copy} onClick={() => void navigator.clipboard.writeText(JSON.stringify(explanation, null, 2))}>Copy as JSON</Button>
        <span className={css.space} />
        <Button icon={GitFork} disabled={chosen === undefined} onClick={() => void host.fork(chosen?.label ?? 'what if').then(showChange)}>Try on a fork</Button>
        <Button look="primary" icon={FileCode} disabled={chosen?.yaml === undefined} onClick={showChange}>Show the change in the editor</Button>
      </div>
    </section>
  )
}

function Scores({ table, note }: { table: ReturnType<typeof scoreTable>; note: string | undefined }) {
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
                {row.cells.map((cell, index) => <td key={index} className={cell.isBest ? `${css.num} ${css.best}` : css.num} title={cell.detail}>{cell.text}<Hidden> ({cell.detail})</Hidden></td>)}
                <td className={`${css.num} ${css.best}`}>{row.total}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {note !== undefined && <p className={css.note}>{note}</p>}
    </section>
  )
}

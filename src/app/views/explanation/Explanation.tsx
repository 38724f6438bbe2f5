import { Ban } from 'lucide-react'
import type { PodExplanation } from '../../../session/explanation.ts'
import { clockText } from '../../format.view.ts'
import { PodGlyph } from '../../ui/Glyphs.tsx'
import { useWorkbench } from '../../workbench.tsx'
import { attemptText, filterTable, momentText, scoreTable } from './explanation.view.ts'
import { Fixes } from './Fixes.tsx'
import { Filters, Preemption, Scores } from './tables.tsx'
import { useExplanation } from './use-explanation.ts'
import css from './Explanation.module.css'

/** Why the chosen Pod is here, or why it is Pending: the answer, the exact text, each node, what would make it fit, the scores. */
export function Explanation() {
  const { selection } = useWorkbench()
  const ref = selection?.kind === 'Pod' ? selection.ref : undefined
  const explanation = useExplanation(selection?.kind === 'Pod' ? selection.uid : '', ref)
  if (ref === undefined) return <p className={css.none}>Pick a Pod on the map to see why it is where it is.</p>
  if (explanation === 'gone') return <p className={css.none}>This Pod does not exist at the time shown.</p>
  if (explanation === 'none') return <p className={css.none}>The scheduler has not looked at this Pod.</p>
  return explanation === undefined ? null : <ExplanationView explanation={explanation} />
}

export function ExplanationView({ explanation }: { explanation: PodExplanation }) {
  const filters = filterTable(explanation)
  const scores = scoreTable(explanation)
  const { kind, never, preemption, wakeUp, wakes } = explanation
  return (
    <div className={css.explanation}>
      <div className={css.answer}>
        <div className={css.pod}><PodGlyph shape={kind === 'placed' || kind === 'bypassed' ? 'running' : kind === 'gated' ? 'gated' : 'pending'} /><b>{explanation.pod.namespace}/{explanation.pod.name}</b><span className={css.space} /><span className={css.attempt}>{momentText(explanation)} · {attemptText(explanation)}</span></div>
        <h2>{explanation.sentence}</h2>
        {never.length > 0 && <p className={css.never}><Ban size={13} aria-hidden /> Waiting does not help: only another Pod or another node does.</p>}
        <p className={css.message}>{explanation.message}</p>
      </div>
      {scores.rows.length > 0 && kind === 'placed' && <Scores table={scores} notes={[explanation.scoreNote, explanation.samplingNote]} />}
      {filters.rows.length > 0 && <Filters table={filters} />}
      {explanation.fixes.length > 0 && <Fixes explanation={explanation} />}
      {scores.rows.length > 0 && kind !== 'placed' && <Scores table={scores} notes={[explanation.scoreNote, explanation.samplingNote]} />}
      {preemption !== undefined && <Preemption verdict={preemption} />}
      {wakeUp !== undefined && wakeUp.events.length > 0
        ? <WakeUp wakeUp={wakeUp} />
        : wakes !== undefined && <div className={css.wakes}><b>What wakes it up</b><span>{wakes}</span></div>}
    </div>
  )
}

/** The events that its plugins wait for, and the times of the queue. */
function WakeUp({ wakeUp: { events, backoffEndsAtMs, retriesAtMs } }: { wakeUp: NonNullable<PodExplanation['wakeUp']> }) {
  return (
    <div className={css.wakes}>
      <b>What wakes it up</b>
      <span>
        <ul>{events.map((row) => <li key={row.text} title={row.plugins.join(', ')}>{row.text.slice(0, 1).toUpperCase()}{row.text.slice(1)}</li>)}</ul>
        {backoffEndsAtMs !== undefined && <>Its back-off lasts until {clockText(backoffEndsAtMs)}: until then other waiting Pods go first. </>}
        {retriesAtMs !== undefined && <>Without any of that the queue looks again at {clockText(retriesAtMs)}.</>}
      </span>
    </div>
  )
}

import { Activity, Check, SkipForward } from 'lucide-react'
import type { ExamForm } from '../../content-types.ts'
import { useActions } from '../../actions/action-hub.tsx'
import { useFlight } from '../../flight.tsx'
import { clockText } from '../../format.view.ts'
import { view } from '../../state/view.ts'
import { Button } from '../../ui/Button.tsx'
import { useView } from '../../use-view.ts'
import css from './ExamFoot.module.css'

const footView = view<undefined, { now: string; hasStorage: boolean; saved: number | undefined }>(['second', 'progress', 'notices'], (board) => ({ now: clockText(board.clock.nowMs), hasStorage: board.storage?.problem === undefined, saved: board.progress?.exam?.savedAtWallMs }))

/** Cluster time goes on with the exam clock; only the skip forward is left. */
export function ExamFoot({ form }: { form: ExamForm }) {
  const { host } = useFlight()
  const foot = useView(footView)
  useActions({ 'next-change': () => { void host.nextChange() } })
  const alerts = form.alertsMinutesLeft.filter((minutes) => minutes < form.durationMinutes).join(', ').replace(/, (\d+)$/, ' and $1')
  return (
    <footer className={css.foot}>
      <span><Activity size={12} aria-hidden />Cluster time {foot.now}, runs at 1x with your clock</span>
      <Button size="small" icon={SkipForward} onClick={() => void host.nextChange()}>Next change</Button>
      <span className={css.long}>No rewind, hints or explanations in Exam mode</span>
      <span className={css.space} />
      <span className={css.long}>Alerts at {alerts} min</span>
      {foot.hasStorage && <span><Check size={12} aria-hidden />Saved</span>}
      <span className={css.long}>Works offline</span>
    </footer>
  )
}

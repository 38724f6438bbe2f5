import { useState } from 'react'
import { Diff, X } from 'lucide-react'
import type { WhatIfChange } from '../../../session/what-if/changes.ts'
import { messageOf } from '../../../session/message-of.ts'
import { useFlight } from '../../flight.tsx'
import { view } from '../../state/view.ts'
import { Button } from '../../ui/Button.tsx'
import { useView } from '../../use-view.ts'
import { ChangeForm } from './ChangeForm.tsx'
import { useDraft } from './draft.ts'
import { WhatIfReportView } from './WhatIfReportView.tsx'
import { changeText } from './what-if.view.ts'
import css from './WhatIf.module.css'

const isPastView = view<undefined, boolean>(['clock'], (board) => board.clock.isPast)

/** Changes tried on a copy of the cluster: what would be different, and then to do them or not. */
export function WhatIf() {
  const { host } = useFlight()
  const isPast = useView(isPastView)
  const [draft, change] = useDraft()
  const [state, setState] = useState<'idle' | 'trying' | 'applying'>('idle')
  const [said, setSaid] = useState('')
  const { changes, answer, prices } = draft
  const withChanges = (next: readonly WhatIfChange[]) => { setSaid(''); change(({ prices: kept }) => ({ changes: next, prices: kept })) }

  const attempt = async () => {
    setState('trying')
    try {
      const found = await host.whatIf(changes)
      if (found !== undefined) change((before) => (before.changes === changes ? { ...before, answer: found } : before))
      setSaid('')
    } catch (error) {
      setSaid(`The what-if stopped: ${messageOf(error)}. Your cluster is as it was.`)
    }
    setState('idle')
  }
  const apply = async (commands: readonly string[]) => {
    setState('applying')
    for (const command of commands) await host.terminalRun(command)
    withChanges([])
    setSaid('Applied. The answers stand in the terminal, the commands in its history.')
    setState('idle')
  }
  const report = answer?.kind === 'report' ? answer : undefined
  return (
    <div className={css.whatIf}>
      <p className={css.lead}>Changes are tried on a copy of the cluster. Nothing happens here until you apply them.</p>
      <ChangeForm onAdd={(added) => withChanges([...changes, added])} />
      {changes.length > 0 && (
        <ol className={css.changes} aria-label="Changes">
          {changes.map((one, index) => (
            <li key={index} className={answer?.kind === 'refused' && answer.change === index ? css.refused : undefined}>
              <span>{changeText(one)}</span>
              <Button look="quiet" size="small" icon={X} iconOnly aria-label={`Take out: ${changeText(one)}`} onClick={() => withChanges(changes.filter((_, at) => at !== index))} />
            </li>
          ))}
        </ol>
      )}
      {answer?.kind === 'refused' && <div role="alert" className={css.refusal}><b>Change {answer.change + 1} was refused.</b><pre>{answer.message}</pre></div>}
      <div className={css.actions}>
        {changes.length > 0 && <Button look="quiet" onClick={() => withChanges([])} disabled={state !== 'idle'}>Discard</Button>}
        <span className={css.space} />
        <Button look={report === undefined ? 'primary' : 'plain'} icon={Diff} disabled={changes.length === 0 || state !== 'idle'} onClick={() => void attempt()}>{report === undefined ? 'Try on a copy' : 'Try again'}</Button>
        {report !== undefined && <Button look="primary" disabled={state !== 'idle' || isPast} onClick={() => void apply(report.commands)}>{changes.length === 1 ? 'Apply the change' : `Apply ${changes.length} changes`}</Button>}
      </div>
      <p role="status" className={css.said}>{state === 'trying' ? 'Trying on a copy.' : state === 'applying' ? 'Applying.' : isPast && report !== undefined ? 'You look at the past: "Back to now" lets you apply.' : said}</p>
      {report !== undefined && <WhatIfReportView report={report} prices={prices} onPrice={(type, price) => change((before) => ({ ...before, prices: { ...before.prices, [type]: price } }))} />}
    </div>
  )
}

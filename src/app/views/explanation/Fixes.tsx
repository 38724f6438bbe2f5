import { useEffect } from 'react'
import { Copy, FileCode, GitFork, SquareTerminal } from 'lucide-react'
import type { PodExplanation, SuggestedFix } from '../../../session/explanation.ts'
import { useFlight } from '../../flight.tsx'
import { Button } from '../../ui/Button.tsx'
import { useWorkbench } from '../../workbench.tsx'
import css from './Explanation.module.css'

/** Changes that make the Pod fit, and how to make them: the manifest in the editor, commands in the terminal. */
export function Fixes({ explanation }: { explanation: PodExplanation }) {
  const { fixes } = explanation
  const workbench = useWorkbench()
  const { host } = useFlight()
  const chosen = fixes.find((fix) => fix.id === workbench.whatIf?.id)
  const setWhatIf = workbench.setWhatIf
  useEffect(() => () => setWhatIf(undefined), [setWhatIf])
  const move = (step: number) => { const at = fixes.findIndex((fix) => fix.id === chosen?.id); setWhatIf(fixes[(at + step + fixes.length) % fixes.length]) }
  const showChange = (fix = chosen) => { if (fix?.yaml !== undefined) workbench.openText(fix.fileName ?? `${explanation.pod.name}.yaml`, fix.yaml, fix.changedLine) }
  const putCommands = (fix = chosen) => { if (fix?.commands !== undefined) workbench.putIntoTerminal(fix.commands.join(' && ')) }
  return (
    <section>
      <h3>Smallest changes that make it fit <span>each was tried on a fork</span></h3>
      <div role="radiogroup" aria-label="Changes that make it fit" className={css.fixes} onKeyDown={(event) => { if (event.key === 'ArrowDown') { event.preventDefault(); move(1) } if (event.key === 'ArrowUp') { event.preventDefault(); move(-1) } if (event.key === 'Enter' && chosen !== undefined) { event.preventDefault(); if (chosen.yaml === undefined) putCommands(); else showChange() } }}>
        {fixes.map((fix, index) => (
          <button key={fix.id} type="button" role="radio" aria-checked={fix.id === chosen?.id} tabIndex={fix.id === chosen?.id || (chosen === undefined && index === 0) ? 0 : -1} onClick={() => setWhatIf(fix)}>
            <i aria-hidden="true" /><span>{fix.label}</span><em>{fix.outcome}</em>
          </button>
        ))}
      </div>
      <FixHelp fix={chosen} />
      <div className={css.actions}>
        <Button look="quiet" icon={Copy} onClick={() => void navigator.clipboard.writeText(JSON.stringify(explanation, null, 2))}>Copy as JSON</Button>
        <span className={css.space} />
        <Button icon={GitFork} disabled={chosen === undefined} onClick={() => void host.fork(chosen?.label ?? 'what if').then(() => showChange())}>Try on a fork</Button>
        {chosen?.commands !== undefined && <Button icon={SquareTerminal} onClick={() => putCommands()}>Put into the terminal</Button>}
        <Button look="primary" icon={FileCode} disabled={chosen?.yaml === undefined} onClick={() => showChange()}>Apply in editor</Button>
      </div>
    </section>
  )
}

/** What the chosen change needs beside the manifest. */
function FixHelp({ fix }: { fix: SuggestedFix | undefined }) {
  if (fix === undefined) return <p className={css.note}>Choose a change to see where the Pod would land; the editor then shows its manifest with the change made.</p>
  if (fix.note === undefined && fix.commands === undefined) return <p className={css.note}>Press Apply in the editor to make the change.</p>
  return (
    <div className={css.help}>
      {fix.note !== undefined && <p>{fix.note}</p>}
      {fix.commands?.map((command) => <code key={command}>{command}</code>)}
    </div>
  )
}

import { useEffect, useRef, useState, type CSSProperties } from 'react'
import { useNavigate } from 'react-router'
import { CircleHelp, RotateCcw } from 'lucide-react'
import { useActions } from '../../actions/action-hub.tsx'
import type { Lab } from '../../content-types.ts'
import { useFlight } from '../../flight.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Mark } from '../../ui/Glyphs.tsx'
import { codeSpans } from '../../ui/code-spans.ts'
import { Hidden, useAnnounce } from '../../ui/LiveRegion.tsx'
import { Pane } from '../../ui/Pane.tsx'
import { InlineText, Prose } from '../../ui/Prose.tsx'
import { useView } from '../../use-view.ts'
import { useWorkbench } from '../../workbench.tsx'
import { stepView, type CheckView, type StepView } from './lab.view.ts'
import { Quiz } from './Quiz.tsx'
import css from './LessonPane.module.css'

/** Prose, steps, prediction, checks, evidence. */
export function LessonPane({ lab, style, isHidden }: { lab: Lab; style?: CSSProperties; isHidden: boolean }) {
  const { host } = useFlight()
  const view = useView(stepView, lab)
  const announce = useAnnounce()
  const navigate = useNavigate()
  const [isChecking, setChecking] = useState(false)
  const [isAskingReset, setAskingReset] = useState(false)
  const body = useRef<HTMLDivElement>(null)
  useEffect(() => { body.current?.scrollTo(0, 0) }, [view.index])
  const go = (step: 1 | -1) => { const next = view.index + step; if (next >= 0 && next < view.marks.length) void host.goToStep(next) }
  const check = async () => {
    if (view.step === undefined || isChecking) return
    setChecking(true)
    try {
      const report = await host.checkStep(view.step.id)
      announce(report.passed ? 'Passed. All checks of this step hold.' : `${report.checks.filter((row) => row.passed).length} of ${report.checks.length} checks hold.`)
    } finally { setChecking(false) }
  }
  const hint = () => { if (view.step !== undefined) void host.showHint(view.step.id) }
  useActions({ 'check-step': () => { void check() }, 'next-step': () => go(1), 'previous-step': () => go(-1), hint, 'reset-step': () => setAskingReset(true) })
  return (
    <Pane name="Lesson" {...(style === undefined ? {} : { style })} isHidden={isHidden}>
      <Head lab={lab} view={view} onGo={(index) => void host.goToStep(index)} />
      <div ref={body} className={css.body} tabIndex={0} role="region" aria-label="Step text">
        <StepBody lab={lab} view={view} />
      </div>
      <div className={css.foot}>
        {view.hintText !== '' && <Button look="quiet" icon={CircleHelp} onClick={hint} disabled={view.hintText === 'All hints shown'}>{view.hintText}</Button>}
        <Button look="quiet" icon={RotateCcw} onClick={() => setAskingReset(true)}>Reset</Button>
        <span className={css.space} />
        <Button onClick={() => go(-1)} disabled={view.index === 0}>Back</Button>
        <Forward view={view} isChecking={isChecking} onCheck={() => void check()} onNext={() => go(1)} onDone={() => { void navigate('/labs') }} />
      </div>
      {isAskingReset && (
        <Dialog title="Reset the cluster?" onClose={() => setAskingReset(false)} actions={<><Button onClick={() => setAskingReset(false)}>Keep working</Button><Button look="warn" onClick={() => { setAskingReset(false); void host.reset('step') }}>Reset this step</Button><Button look="warn" onClick={() => { setAskingReset(false); void host.reset('start') }}>Reset the lab</Button></>}>
          What you did since then leaves the cluster. Your answers and the steps you passed stay.
        </Dialog>
      )}
    </Pane>
  )
}

function Head({ lab, view, onGo }: { lab: Lab; view: StepView; onGo: (index: number) => void }) {
  return (
    <header className={css.head}>
      <div className={css.meta}><span>Lab {lab.number} · {lab.moduleTitle}</span><span>{view.stepNote}</span></div>
      <h1>{lab.title}</h1>
      <ol className={css.steps} aria-label="Steps">
        {view.marks.map((mark, index) => (
          <li key={index}><button type="button" className={css[mark.state]} aria-current={mark.state === 'now' ? 'step' : undefined} title={mark.title} onClick={() => onGo(index)}><Hidden>{index + 1}. {mark.title}{mark.state === 'done' ? ', done' : ''}</Hidden></button></li>
        ))}
      </ol>
    </header>
  )
}

function StepBody({ lab, view }: { lab: Lab; view: StepView }) {
  const workbench = useWorkbench()
  const { step } = view
  if (step === undefined) return <article className={css.article}><h2>Quiz</h2>{lab.quiz.map((item) => <Quiz key={item.id} item={item} />)}</article>
  return (
    <article className={css.article}>
      <h2>{step.title}</h2>
      {view.index === 0 && lab.goal.length > 0 && <p className={css.goal}><InlineText text={lab.goal} /></p>}
      <Prose blocks={step.body.filter((block) => block.type !== 'fold')} onRun={workbench.putIntoTerminal} />
      {step.prediction !== undefined && <Quiz item={step.prediction} />}
      {step.quiz.map((item) => <Quiz key={item.id} item={item} />)}
      {step.hints.slice(0, view.hintsShown).map((hint, index) => <p key={index} className={css.hint}><b>Hint {index + 1}</b> <InlineText text={hint} /></p>)}
      {view.checks.length > 0 && <Checks view={view} />}
      {view.evidence.length > 0 && <Evidence view={view} />}
      <Prose blocks={[...step.body.filter((block) => block.type === 'fold'), ...(step.solution !== undefined && (view.isPassed || view.hintsShown >= step.hints.length) ? [{ type: 'fold' as const, title: 'Solution', body: step.solution }] : [])]} onRun={workbench.putIntoTerminal} />
    </article>
  )
}

function Checks({ view }: { view: StepView }) {
  return (
    <section className={css.checks} aria-label="Checks of this step">
      <h3>Checks of this step <span>{view.checksNote}</span></h3>
      <ul>{view.checks.map((check) => <CheckRow key={check.id} check={check} />)}</ul>
    </section>
  )
}

const checkWords = { unknown: 'not checked', holds: 'holds', fails: 'does not hold' } as const

function CheckRow({ check }: { check: CheckView }) {
  return (
    <li>
      <Mark state={check.state === 'holds' ? 'holds' : check.state === 'fails' ? 'now' : 'open'} />
      <span className={css.checkTitle}><InlineText text={codeSpans(check.title)} /><Hidden>, {checkWords[check.state]}</Hidden></span>
      {check.state === 'fails' && <span className={css.checkNote}><InlineText text={codeSpans(check.note)} /></span>}
      {check.state === 'fails' && check.result !== undefined && <details className={css.why}><summary>Why</summary><p>Expected: <InlineText text={codeSpans(check.result.expected)} /></p><p><InlineText text={codeSpans(check.result.why)} /></p></details>}
    </li>
  )
}

function Evidence({ view }: { view: StepView }) {
  return (
    <section aria-label="Evidence" className={css.evidence}>
      <h3>Evidence</h3>
      <table>
        <thead><tr><th scope="col"><Hidden>What</Hidden></th><th scope="col">{view.evidenceHeads[0]}</th><th scope="col" className={css.after}>{view.evidenceHeads[1]}</th></tr></thead>
        <tbody>{view.evidence.map((row) => <tr key={row.label}><th scope="row">{row.label}</th><td className={row.beforeIsBad === true ? css.bad : undefined}>{row.before ?? '–'}</td><td className={row.afterIsBad === true ? `${css.after} ${css.bad}` : css.after}>{row.after ?? '–'}</td></tr>)}</tbody>
      </table>
    </section>
  )
}

function Forward({ view, isChecking, onCheck, onNext, onDone }: { view: StepView; isChecking: boolean; onCheck: () => void; onNext: () => void; onDone: () => void }) {
  if (!view.isPassed) return <Button look="primary" kbd="⇧F9" onClick={onCheck} disabled={isChecking}>{isChecking ? 'Checking' : 'Check step'}</Button>
  return (
    <>
      {view.step !== undefined && view.checks.length > 0 && <Button onClick={onCheck} disabled={isChecking}>Check again</Button>}
      {view.isLast ? <Button look="primary" onClick={onDone}>Finish lab</Button> : <Button look="primary" kbd="]" onClick={onNext}>Next step</Button>}
    </>
  )
}

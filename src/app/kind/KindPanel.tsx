import { useEffect, useId, useRef, useSyncExternalStore, type RefObject } from 'react'
import { Play, RotateCcw, Square } from 'lucide-react'
import { Button } from '../ui/Button.tsx'
import { Mark } from '../ui/Glyphs.tsx'
import { Hidden, useAnnounce } from '../ui/LiveRegion.tsx'
import { Notice } from '../ui/Notice.tsx'
import type { KindRun, KindStage, KindState } from './kind-run.ts'
import { failureView, offlineText, phaseNews, sentence, selectGrade, selectPhases, selectPlan } from './kind.view.ts'
import { ParityTable } from './ParityTable.tsx'
import css from './KindPanel.module.css'

/** Grades an attempt at a task on a kind cluster: what will be created, the question, the progress, both verdicts side by side. */
export function KindPanel({ run }: { run: KindRun }) {
  const state = useSyncExternalStore(run.subscribe, run.snapshot)
  useEffect(() => { if (run.state.stage === 'new' || run.state.stage === 'offline') void run.look() }, [run])
  useNews(state)
  const panel = useKeptFocus(state.stage)
  return (
    <div className={css.panel} ref={panel} tabIndex={-1}>
      {state.stage === 'offline' ? <Offline state={state} onLook={() => void run.look()} /> : (
        <>
          <Contexts state={state} onChoose={(context) => void run.choose(context)} onLook={() => void run.look()} />
          <Leftovers state={state} run={run} />
          <Stage state={state} run={run} />
        </>
      )}
    </div>
  )
}

/** Reads out phases, the end and failures, once each. */
function useNews(state: KindState): void {
  const announce = useAnnounce()
  const before = useRef(state)
  useEffect(() => {
    const news = state.stage !== before.current.stage && state.stage === 'graded' && state.grade !== undefined ? selectGrade(state.grade).sentence : phaseNews(before.current.steps, state.steps)
    before.current = state
    if (news !== undefined) announce(news)
  }, [state, announce])
}

/** Scrolls what holds the panel, and nothing around it: frames that hide their overflow would move too. */
function showTop(panel: HTMLElement | null): void {
  let holder = panel?.parentElement ?? null
  while (holder !== null && !/auto|scroll/.test(getComputedStyle(holder).overflowY)) holder = holder.parentElement
  if (panel !== null && holder !== null) holder.scrollTop += Math.min(0, panel.getBoundingClientRect().top - holder.getBoundingClientRect().top)
}

/** A button that goes with its stage takes the focus with it: then the panel gets it, is seen from its top, and Tab goes on from there. */
function useKeptFocus(stage: KindStage): RefObject<HTMLDivElement | null> {
  const panel = useRef<HTMLDivElement>(null)
  const wasInside = useRef(false)
  useEffect(() => {
    const note = () => { wasInside.current = panel.current?.contains(document.activeElement) === true }
    document.addEventListener('focusin', note)
    return () => document.removeEventListener('focusin', note)
  }, [])
  useEffect(() => {
    if (!wasInside.current) return
    if (document.activeElement === document.body) panel.current?.focus({ preventScroll: true })
    if (stage === 'running' || stage === 'graded' || stage === 'failed') showTop(panel.current)
  }, [stage])
  return panel
}

function Stage({ state, run }: { state: KindState; run: KindRun }) {
  switch (state.stage) {
    case 'ask': return state.plan === undefined ? null : <Plan state={state} run={run} />
    case 'running':
    case 'stopping': return <Running state={state} run={run} />
    case 'graded': return <Graded state={state} run={run} />
    case 'failed': return <Failed state={state} run={run} />
    case 'looking':
    case 'planning': return <p className={css.wait} role="status">{state.stage === 'looking' ? 'Looking for clusters of kind' : `Looking at ${state.context ?? ''}`}</p>
    default: return null
  }
}

function Offline({ state, onLook }: { state: KindState; onLook: () => void }) {
  const { title, text } = offlineText(state.why ?? 'none')
  return (
    <section className={css.part} aria-label={title}>
      <h3 className={css.title}>{title}</h3>
      <p className={css.lead}>{text}</p>
      <pre className={css.command} tabIndex={0} aria-label="Command">npm run podflight -- serve --kind</pre>
      <p className={css.small}>docs/guides/kind.md says what it needs and what it may do. <button type="button" className={css.link} onClick={onLook}>Look again</button></p>
    </section>
  )
}

function Contexts({ state, onChoose, onLook }: { state: KindState; onChoose: (context: string) => void; onLook: () => void }) {
  const id = useId()
  const { contexts, stage } = state
  const usable = contexts.filter((context) => context.refused === undefined)
  const refused = contexts.filter((context) => context.refused !== undefined)
  const isFree = stage === 'choose' || stage === 'ask' || stage === 'failed' || stage === 'graded'
  if (stage === 'looking' || stage === 'new') return null
  if (usable.length === 0) {
    return (
      <section className={css.part} aria-label="No cluster of kind">
        <h3 className={css.title}>No cluster of kind to grade on</h3>
        <p className={css.lead}>{contexts.length === 0 ? `${sentence(state.problem ?? 'Your kubeconfig has no context named kind-…')} This makes one:` : 'None of the contexts may be used.'}</p>
        {contexts.length === 0 && <pre className={css.command} tabIndex={0} aria-label="Command">npm run podflight -- kind up</pre>}
        <Refused rows={refused} />
        <div className={css.actions}><Button icon={RotateCcw} onClick={onLook}>Look again</Button></div>
      </section>
    )
  }
  return (
    <section className={css.contexts} aria-label="Cluster">
      {usable.length === 1 ? <p className={css.one}>On <b>{usable[0].name}</b></p> : (
        <fieldset disabled={!isFree}>
          <legend>Grade on</legend>
          {usable.map(({ name }) => <label key={name}><input type="radio" name={id} checked={state.context === name} onChange={() => onChoose(name)} /><span>{name}</span></label>)}
        </fieldset>
      )}
      <Refused rows={refused} />
    </section>
  )
}

function Refused({ rows }: { rows: KindState['contexts'] }) {
  if (rows.length === 0) return null
  return (
    <details className={css.refused}>
      <summary>{rows.length === 1 ? '1 context is not used' : `${rows.length} contexts are not used`}</summary>
      <ul>{rows.map(({ name, refused }) => <li key={name}><code>{name}</code>{refused}</li>)}</ul>
    </details>
  )
}

function Leftovers({ state, run }: { state: KindState; run: KindRun }) {
  const { leftovers, removal = [], removing, stage } = state
  const isBusy = stage === 'running' || stage === 'stopping'
  if (isBusy || (leftovers.length === 0 && removal.length === 0)) return null
  return (
    <Notice tone="wait" title={leftovers.length === 0 ? 'Not everything could be removed' : leftovers.length === 1 ? 'An earlier grading did not clean up' : `${leftovers.length} earlier gradings did not clean up`}>
      {leftovers.map(({ session, task, items }) => (
        <div key={session} className={css.leftover}>
          <ul>{items.map((item) => <li key={item}><code>{item}</code></li>)}</ul>
          <Button disabled={removing !== undefined} onClick={() => void run.remove(session)}>{removing === session ? 'Removing' : 'Remove it'}<Hidden>{` what ${task ?? 'session'} ${session} left`}</Hidden></Button>
        </div>
      ))}
      {removal.map((text) => <p key={text}>{text}</p>)}
    </Notice>
  )
}

function Plan({ state, run }: { state: KindState; run: KindRun }) {
  const { plan, context = '' } = state
  if (plan === undefined) return null
  const view = selectPlan(plan, context)
  return (
    <section className={css.part} aria-label="What will be created">
      <p className={css.lead}>{view.sentence}</p>
      <dl className={css.plan}>
        {view.rows.map(({ title, note, items }) => (
          <div key={title}>
            <dt>{title}{note !== undefined && <span>{note}</span>}</dt>
            <dd>{items.map((item) => <code key={item}>{item}</code>)}</dd>
          </div>
        ))}
      </dl>
      {view.images.length > 0 && (
        <table className={css.images}>
          <thead><tr><th scope="col">Image of the course</th><th scope="col">What runs in its place</th></tr></thead>
          <tbody>{view.images.map(({ course, real }) => <tr key={course}><th scope="row"><code>{course}</code></th><td><code>{real}</code></td></tr>)}</tbody>
        </table>
      )}
      <div className={css.actions}><Button look="primary" icon={Play} onClick={() => void run.start()}>Create and grade</Button></div>
    </section>
  )
}

function Running({ state, run }: { state: KindState; run: KindRun }) {
  const isStopping = state.stage === 'stopping'
  return (
    <section className={css.part} aria-label="Progress">
      <p className={css.lead}>{isStopping ? 'Stopping. What was created is being removed.' : 'Grading. It goes on when you look elsewhere in Podflight; closing the tab stops it and cleans up.'}</p>
      <ol className={css.phases}>
        {selectPhases(state.steps).map(({ title, state: mark, text }) => (
          <li key={title} aria-current={mark === 'now' ? 'step' : undefined}>
            <Mark state={mark} size={14} />
            <span className={mark === 'open' ? css.later : undefined}>{title}<Hidden>{mark === 'done' ? ', done' : mark === 'now' ? ', now' : ''}</Hidden></span>
            {text !== '' && <code>{text}</code>}
          </li>
        ))}
      </ol>
      <div className={css.actions}><Button icon={Square} disabled={isStopping} onClick={() => void run.stop()}>{isStopping ? 'Stopping' : 'Stop and clean up'}</Button></div>
    </section>
  )
}

function Graded({ state, run }: { state: KindState; run: KindRun }) {
  const { grade } = state
  if (grade === undefined) return null
  const view = selectGrade(grade)
  return (
    <section aria-label="Both verdicts">
      <div className={css.part}>
        <h3 className={css.title}>{view.sentence}</h3>
        <p className={css.lead}>{view.note}</p>
      </div>
      {grade.leftovers.length > 0 && <Notice tone="wait" title="Clean-up left something behind"><ul>{grade.leftovers.map((item) => <li key={item}><code>{item}</code></li>)}</ul></Notice>}
      <ParityTable grade={grade} />
      {grade.transcript !== '' && <details className={css.transcript}><summary>Terminal on {grade.context}</summary><pre tabIndex={0} aria-label="Terminal output">{grade.transcript}</pre></details>}
      <div className={css.last}><Button icon={RotateCcw} onClick={() => void run.look()}>Grade again</Button></div>
    </section>
  )
}

function Failed({ state, run }: { state: KindState; run: KindRun }) {
  const { tone, title, text } = failureView(state)
  const last = state.steps.at(-1)
  return (
    <Notice tone={tone} title={title} actions={<Button icon={RotateCcw} onClick={() => void run.look()}>Look again</Button>}>
      <p className={css.failure}>{text}</p>
      {tone === 'bad' && last !== undefined && <pre>{last.phase}: {last.text}</pre>}
    </Notice>
  )
}

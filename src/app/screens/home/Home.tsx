import { useEffect, useRef, useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import { ArrowRight, ChevronRight } from 'lucide-react'
import { prefetchWorkbench } from '../../load-order.ts'
import { useServices } from '../../services.tsx'
import { Mark } from '../../ui/Glyphs.tsx'
import { Hidden } from '../../ui/LiveRegion.tsx'
import { TopBar } from '../../ui/TopBar.tsx'
import { whenText } from '../when.ts'
import { selectHome, type HomeView, type LabRow, type ModuleView } from './home.view.ts'
import { messageOf } from '../../../session/message-of.ts'
import css from './Home.module.css'

/** Where you were, labs, exams, domains, sandbox. */
export function Home({ section }: { section?: 'labs' | 'exams' }) {
  const { host, content } = useServices()
  const [view, setView] = useState<HomeView | undefined>(undefined)
  const [error, setError] = useState<string | undefined>(undefined)
  const target = useRef<HTMLElement>(null)
  useEffect(() => { document.title = 'Podflight' }, [])
  useEffect(() => {
    Promise.all([content.catalog(), host.overview()]).then(([catalog, overview]) => setView(selectHome(catalog, overview, whenText)), (reason: unknown) => { setError(messageOf(reason)) })
  }, [content, host])
  const likelyLab = view === undefined ? undefined : firstLab(view)?.id
  useEffect(() => {
    if (likelyLab === undefined) return
    // Only ahead of time: a lab that was not prepared opens as well, a little later.
    prefetchWorkbench().then(() => host.prepare({ kind: 'lab', id: likelyLab })).catch((reason: unknown) => { console.warn('preparing a lab failed', reason) })
  }, [host, likelyLab])
  useEffect(() => { if (section !== undefined && view !== undefined) { target.current?.scrollIntoView(); target.current?.focus() } }, [section, view])
  return (
    <div className={css.page}>
      <TopBar />
      <main className={css.main}>
        <Hidden isBlock><h1>Podflight</h1></Hidden>
        {error !== undefined && <p role="alert">Your earlier work could not be read. {error}</p>}
        {view !== undefined && (
          <>
            {view.last === undefined ? <Welcome first={firstLab(view)} /> : <Last last={view.last} />}
            <div className={css.columns}>
              <section ref={section === 'labs' ? target : undefined} tabIndex={-1} className={css.labs} aria-label="Labs">
                <h2 className={css.big}>Labs <span>{view.labsNote}</span></h2>
                <div className={css.modules}>{view.modules.map((module) => <Module key={module.id} module={module} />)}</div>
                {view.later.length > 0 && <Later rows={view.later} />}
              </section>
              <div className={css.right}>
                <section ref={section === 'exams' ? target : undefined} tabIndex={-1} aria-label="Exams"><Exams view={view} /></section>
                <section aria-label="By domain"><Domains view={view} /></section>
                <section aria-label="Sandbox"><Sandboxes view={view} /></section>
                <p className={css.foot}>Kubernetes 1.35 · works offline · nothing leaves this browser · <Link to="/simulated">What is simulated</Link></p>
              </div>
            </div>
          </>
        )}
      </main>
    </div>
  )
}

function firstLab(view: HomeView): LabRow | undefined {
  return view.modules.flatMap((module) => module.labs).find((lab) => lab.state !== 'locked')
}

function Last({ last }: { last: NonNullable<HomeView['last']> }) {
  return (
    <section className={css.last} aria-label="Where you were">
      <div>
        <div className={css.note}>Where you were, {last.when}</div>
        <h2 className={css.title}>{last.title}</h2>
        <p>{last.text}</p>
      </div>
      <Link className={css.go} to={last.to}>{last.button}<ArrowRight size={14} aria-hidden /></Link>
    </section>
  )
}

function Welcome({ first }: { first: LabRow | undefined }) {
  return (
    <section className={css.last} aria-label="Start">
      <div>
        <h2 className={css.title}>A flight simulator for machine learning on Kubernetes</h2>
        <p>A simulated Kubernetes 1.35 cluster in this browser, with labs and timed practice exams. Nothing to install, nothing to break.</p>
      </div>
      {first !== undefined && <Link className={css.go} to={`/lab/${first.id}`}>Start lab {first.number}<ArrowRight size={14} aria-hidden /></Link>}
    </section>
  )
}

const stateWords = { done: 'done', now: 'where you were', open: 'not done', locked: 'not yet written' } as const

function Module({ module }: { module: ModuleView }) {
  return (
    <section className={css.module} aria-label={module.title}>
      <h3><span className={css.number}>{module.number}</span><b>{module.title}</b><span className={css.note}>{module.note}</span></h3>
      <ul>
        {module.labs.map((lab) => (
          <li key={lab.id}>
            <LabLink lab={lab}>
              <Mark state={lab.state} /><span className={css.number}>{lab.number}</span><span className={`${css.name} ${css[lab.state]}`}>{lab.title}<Hidden>, {stateWords[lab.state]}</Hidden></span>
              <span className={lab.state === 'now' ? css.nowNote : css.note}>{lab.note}</span>
            </LabLink>
          </li>
        ))}
      </ul>
    </section>
  )
}

function LabLink({ lab, children }: { lab: LabRow; children: ReactNode }) {
  if (lab.state === 'locked') return <span className={css.lab}>{children}</span>
  return <Link className={css.lab} to={`/lab/${lab.id}`}>{children}</Link>
}

function Later({ rows }: { rows: HomeView['later'] }) {
  return (
    <section className={css.later} aria-label="Later modules">
      <h3>Later modules</h3>
      <ul>{rows.map((row) => <li key={row.id}><ChevronRight size={12} aria-hidden /><span className={css.number}>{row.number}</span><span className={css.name}>{row.title}</span><span className={css.note}>{row.note}</span></li>)}</ul>
    </section>
  )
}

function Exams({ view }: { view: HomeView }) {
  return (
    <>
      <h2>Exams <span>pass mark {view.passPercent}%</span></h2>
      {view.exams.map((exam) => (
        <div key={exam.id} className={css.card}>
          <div><b>{exam.title}</b><p>{exam.note}</p>{exam.attempts.length > 0 && <p>{exam.attempts.slice(0, 3).map((attempt) => <Link key={attempt.attemptId} to={`/result/${attempt.attemptId}`}>{attempt.text}</Link>)}</p>}</div>
          <Link className={css.button} to={`/exam/${exam.id}`} aria-label={`Start ${exam.title}`}>Start</Link>
        </div>
      ))}
      {view.exams.length === 0 && <p className={css.note}>No exam in this version.</p>}
    </>
  )
}

function Domains({ view }: { view: HomeView }) {
  return (
    <>
      <h2>By domain <span>last 30 days, mark at {view.passPercent}%</span></h2>
      <ul className={css.domains}>
        {view.domains.map((domain) => (
          <li key={domain.title}>
            <span>{domain.title}</span>
            <span className={css.meter} aria-hidden="true"><i style={{ width: `${domain.percent ?? 0}%` }} /><u style={{ left: `${view.passPercent}%` }} /></span>
            <span className={css.percent}>{domain.percent === undefined ? '–' : `${domain.percent}%`}</span>
            <span className={css.note}>{domain.text}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

function Sandboxes({ view }: { view: HomeView }) {
  return (
    <>
      <h2>Sandbox</h2>
      {view.sandboxes.map((sandbox) => <div key={sandbox.id} className={css.card}><div><b>{sandbox.title}</b><p>{sandbox.note}</p></div><Link className={css.button} to={`/sandbox/${encodeURIComponent(sandbox.id)}`} aria-label={`Open ${sandbox.title}`}>Open</Link></div>)}
      <div className={css.card}><div><b>New cluster</b><p>A preset, or your own YAML of Nodes and objects</p></div><Link className={css.button} to="/sandbox" aria-label="Choose a new cluster">Choose</Link></div>
    </>
  )
}

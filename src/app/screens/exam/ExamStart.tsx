import { useEffect, useState, type ReactNode } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { BookOpen, Clock, Flag, ListChecks, Megaphone, Server, type LucideIcon } from 'lucide-react'
import type { AttemptSummary, ExamMode, Overview } from '../../../session/host.ts'
import type { ExamForm } from '../../content-types.ts'
import { prefetchWorkbench } from '../../load-order.ts'
import { useServices } from '../../services.tsx'
import { Button } from '../../ui/Button.tsx'
import { Mark } from '../../ui/Glyphs.tsx'
import { InlineText } from '../../ui/Prose.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import { TopBar } from '../../ui/TopBar.tsx'
import { NotFound } from '../NotFound.tsx'
import { whenText } from '../when.ts'
import { domainShares, modeChoices } from './exam.view.ts'
import css from './ExamStart.module.css'

/** Rules and mode before an exam. */
export function ExamStart() {
  const { id = '' } = useParams()
  const { host, content } = useServices()
  const [data, setData] = useState<{ form: ExamForm; titles: Record<string, string>; overview: Overview } | 'none' | undefined>(undefined)
  useEffect(() => {
    Promise.all([content.form(id), content.catalog(), host.overview()]).then(
      ([form, catalog, overview]) => setData(form === undefined ? 'none' : { form, overview, titles: Object.fromEntries(catalog.domains.map((domain) => [domain.id, domain.title])) }),
      (error: unknown) => { console.error('loading the exam failed', error); setData('none') },
    )
  }, [content, host, id])
  useEffect(() => { if (typeof data === 'object') document.title = `${data.form.title} · Podflight` }, [data])
  const isFound = typeof data === 'object'
  useEffect(() => {
    if (isFound) prefetchWorkbench().then(() => host.prepare({ kind: 'exam', id })).catch((reason: unknown) => { console.warn('preparing the exam failed', reason) })
  }, [host, id, isFound])
  if (data === 'none') return <NotFound />
  return (
    <div className={css.page}>
      <TopBar crumbs={[{ title: 'Exams', to: '/exams' }, { title: data?.form.title ?? '' }]} />
      {data !== undefined && <StartPage {...data} />}
    </div>
  )
}

function StartPage({ form, titles, overview }: { form: ExamForm; titles: Record<string, string>; overview: Overview }) {
  const shares = domainShares(form, titles)
  return (
    <main className={css.main}>
      <div>
        <div className={css.note}>Practice exam, self-assessed</div>
        <h1>{form.title}</h1>
        <p className={css.about}><InlineText text={form.about} /></p>
        <h2>Rules</h2>
        <ul className={css.rules}>
          <Rule icon={Clock}><b>{form.durationMinutes} minutes, and the clock does not stop.</b> It runs on while the tab is closed, the laptop sleeps or the network is gone. Your work is kept.</Rule>
          <Rule icon={ListChecks}><b>Partial credit.</b> Each task has several checks with points of their own. A wrong step in one place does not take points in another.</Rule>
          <Rule icon={Server}><b>Each task names its cluster.</b> Start with the command at the top of the task. Work in the wrong context is not seen.</Rule>
          <Rule icon={BookOpen}><b>Reference cards are open to you</b>, in the app and offline. Hints, explanations and rewind are not.</Rule>
          <Rule icon={Megaphone}><b>You are told</b> at {form.alertsMinutesLeft.filter((minutes) => minutes < form.durationMinutes).join(', ').replace(/, (\d+)$/, ' and $1')} minutes. At 0:00 the exam ends and is graded at once.</Rule>
          <Rule icon={Flag}><b>Order is free.</b> Flag a task and come back. Nothing is final before the end.</Rule>
        </ul>
        <h2>Tasks by domain</h2>
        <div className={css.shares}>
          {shares.map((share, index) => <div key={share.title} style={{ flexGrow: share.percent }}><i className={css[`fill${Math.min(3, index)}`]} /><span>{share.title} {share.percent}%</span></div>)}
        </div>
      </div>
      <StartForm form={form} overview={overview} />
    </main>
  )
}

function Rule({ icon: Icon, children }: { icon: LucideIcon; children: ReactNode }) { return <li><Icon size={16} aria-hidden /><span>{children}</span></li> }

function StartForm({ form, overview }: { form: ExamForm; overview: Overview }) {
  const navigate = useNavigate()
  const [mode, setMode] = useState<ExamMode>('exam')
  const [factor, setFactor] = useState('1')
  const choices = modeChoices(form, Number(factor))
  const running = overview.last?.kind === 'exam' && overview.last.id === form.id && overview.last.examEndsAtWallMs !== undefined
  const time = choices.find((choice) => choice.mode === mode)?.time ?? ''
  const start = (isFresh: boolean) => { void navigate(`/exam/${form.id}/run?${new URLSearchParams({ mode, factor, ...(isFresh ? { start: 'fresh' } : {}) }).toString()}`) }
  return (
    <div className={css.form}>
      <h2>Mode</h2>
      <div className={css.modes} role="radiogroup" aria-label="Mode">
        {choices.map((choice) => (
          <label key={choice.mode} className={choice.mode === mode ? css.chosen : undefined}>
            <input type="radio" name="mode" checked={choice.mode === mode} onChange={() => setMode(choice.mode)} />
            <span><b>{choice.title}</b><span className={css.modeNote}>{choice.note}</span></span><code>{choice.time}</code>
          </label>
        ))}
      </div>
      <h2>Extra time</h2>
      <Segmented label="Extra time" value={factor} options={[{ value: '1', text: 'None' }, ...form.extraTimeFactors.map((value) => ({ value: String(value), text: `${value}x` }))]} onChange={setFactor} />
      <p className={css.note}>Noted in the result.</p>
      <h2>Before you start</h2>
      <Ready />
      <div className={css.start}>
        {running && <Button look="primary" size="large" onClick={() => { void navigate(`/exam/${form.id}/run`) }}>Go on with the exam</Button>}
        <Button look={running ? 'plain' : 'primary'} size="large" onClick={() => start(true)}>{running ? 'Start anew, ' : 'Start, '}{time}</Button>
      </div>
      <Attempts attempts={overview.attempts.filter((attempt) => attempt.formId === form.id)} />
    </div>
  )
}

/** What was tried in this browser: saving and room. */
function Ready() {
  const [room, setRoom] = useState<string | undefined>(undefined)
  const canSave = 'indexedDB' in window
  useEffect(() => {
    navigator.storage?.estimate?.().then((estimate) => { const free = (estimate.quota ?? 0) - (estimate.usage ?? 0); setRoom(free > 1e9 ? `${(free / 1e9).toFixed(1)} GB free` : `${Math.round(free / 1e6)} MB free`) }, () => {})
  }, [])
  return (
    <ul className={css.ready}>
      <li><Mark state={canSave ? 'holds' : 'half'} />{canSave ? `Work can be saved${room === undefined ? '' : `, ${room}`}` : 'Work cannot be saved in this browser'}</li>
      <li><Mark state="holds" />Copy Ctrl+Shift+C and paste Ctrl+Shift+V in the terminal</li>
    </ul>
  )
}

function Attempts({ attempts }: { attempts: readonly AttemptSummary[] }) {
  if (attempts.length === 0) return <p className={css.note}>You have not tried this form. Names and numbers are new each time.</p>
  return <p className={css.note}>Your attempts: {attempts.slice(0, 5).map((attempt, index) => <span key={attempt.attemptId}>{index > 0 && ', '}<Link to={`/result/${attempt.attemptId}`}>{attempt.scorePercent}%, {whenText(attempt.endedAtWallMs)}</Link></span>)}. Names and numbers are new each time.</p>
}

import { useEffect, useState } from 'react'
import { Link, useParams } from 'react-router'
import { Boxes, Check, Download, ListChecks, RotateCcw, X } from 'lucide-react'
import type { AttemptSummary, GradeReport, TaskGrade } from '../../../session/host.ts'
import type { ExamForm, ExamTask } from '../../content-types.ts'
import { saveText } from '../../FlightGate.tsx'
import { axisText, clockText, countdownText } from '../../format.view.ts'
import { KindPane } from '../../kind/KindPane.tsx'
import { useServices } from '../../services.tsx'
import { Button } from '../../ui/Button.tsx'
import { Mark } from '../../ui/Glyphs.tsx'
import { codeSpans } from '../../ui/code-spans.ts'
import { Hidden } from '../../ui/LiveRegion.tsx'
import { Pane, PaneHead } from '../../ui/Pane.tsx'
import { InlineText, Prose } from '../../ui/Prose.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { TopBar } from '../../ui/TopBar.tsx'
import { NotFound } from '../NotFound.tsx'
import { whenText } from '../when.ts'
import { selectResult, taskSentence, type ResultView } from './result.view.ts'
import css from './ResultScreen.module.css'

interface Data { readonly report: GradeReport; readonly form: ExamForm; readonly titles: Readonly<Record<string, string>>; readonly attempts: readonly AttemptSummary[] }

/** Score, domains, every check with expected, actual and why, the reference solution, attempts. */
export function ResultScreen() {
  const { attemptId = '' } = useParams()
  const { host, content } = useServices()
  const [data, setData] = useState<Data | 'none' | undefined>(undefined)
  useEffect(() => {
    const load = async (): Promise<Data | 'none'> => {
      const [report, catalog, overview] = await Promise.all([host.result(attemptId), content.catalog(), host.overview()])
      const form = report === undefined ? undefined : await content.form(report.formId)
      if (report === undefined || form === undefined) return 'none'
      return { report, form, titles: Object.fromEntries(catalog.domains.map((domain) => [domain.id, domain.title])), attempts: overview.attempts.filter((attempt) => attempt.formId === form.id) }
    }
    load().then(setData, (error: unknown) => { console.error('loading the result failed', error); setData('none') })
  }, [host, content, attemptId])
  if (data === 'none') return <NotFound />
  return (
    <div className={css.app}>
      <TopBar crumbs={data === undefined ? [{ title: 'Exams', to: '/exams' }] : [{ title: 'Exams', to: '/exams' }, { title: data.form.title, to: `/exam/${data.form.id}` }, { title: `Result, ${whenText(data.report.endedAtWallMs)}` }]} />
      {data !== undefined && <Result data={data} />}
    </div>
  )
}

function Result({ data }: { data: Data }) {
  const { report, form } = data
  const { host } = useServices()
  const view = selectResult(report, form, data.titles, data.attempts)
  const worst = view.tasks.find((task) => task.state !== 'holds') ?? view.tasks[0]
  const [taskId, setTaskId] = useState(worst?.id ?? '')
  const task = form.tasks.find((row) => row.id === taskId)
  const grade = report.tasks.find((row) => row.taskId === taskId)
  useEffect(() => { document.title = `${view.score} of 100, ${form.title} · Podflight` }, [view.score, form.title])
  return (
    <main className={css.result}>
      <ScoreHead view={view} formId={form.id} onReport={() => void host.exportLog(report.attemptId).then((log) => saveText(`podflight-result-${report.attemptId}.json`, JSON.stringify({ report, log: JSON.parse(log) as unknown }, null, 2)))} />
      <div className={css.columns}>
        <Pane name="Domains and tasks">
          <PaneHead title="By domain" note={undefined}><span>mark at {view.passPercent}%</span></PaneHead>
          <DomainBars view={view} />
          <PaneHead title="Tasks"><span>points</span></PaneHead>
          <TaskList view={view} current={taskId} onChoose={setTaskId} />
          <Attempts attempts={data.attempts} current={report.attemptId} />
          <p className={css.graded}>{view.graded}</p>
        </Pane>
        <Pane name="Checks">{task !== undefined && grade !== undefined && <TaskChecks key={task.id} report={report} task={task} grade={grade} number={form.tasks.indexOf(task) + 1} domain={data.titles[task.domainId] ?? task.domainId} />}</Pane>
        <Pane name="Reference solution">{task !== undefined && grade !== undefined && <Solution task={task} grade={grade} />}</Pane>
      </div>
    </main>
  )
}

function ScoreHead({ view, formId, onReport }: { view: ResultView; formId: string; onReport: () => void }) {
  return (
    <header className={css.score}>
      <h1><span className={css.big}>{view.score}</span><span className={css.of}> / 100</span></h1>
      <span className={view.isPassed ? css.passed : css.failed}>{view.isPassed ? <Check size={14} aria-hidden /> : <X size={14} aria-hidden />}{view.verdict}</span>
      <div className={css.mark}>
        <div className={css.meter} aria-hidden="true"><i style={{ width: `${view.score}%` }} /><u style={{ left: `${view.passPercent}%` }} /></div>
        <p>{view.sentence}</p>
      </div>
      <div className={css.actions}>
        <Button icon={Download} onClick={onReport}>Report</Button>
        <Link className={css.again} to={`/exam/${formId}`}><RotateCcw size={14} aria-hidden />Again, new seed</Link>
      </div>
    </header>
  )
}

function DomainBars({ view }: { view: ResultView }) {
  return (
    <ul className={css.domains}>
      {view.domains.map((domain) => <li key={domain.title}><span>{domain.title}</span><span className={css.bar} aria-hidden="true"><i style={{ width: `${domain.percent}%` }} /><u style={{ left: `${view.passPercent}%` }} /></span><b>{domain.percent}%</b><span className={css.points}>{domain.points}</span></li>)}
    </ul>
  )
}

const stateWords = { holds: 'all points', half: 'some points', fails: 'no points' } as const

function TaskList({ view, current, onChoose }: { view: ResultView; current: string; onChoose: (id: string) => void }) {
  return (
    <ul className={css.tasks}>
      {view.tasks.map((task) => (
        <li key={task.id}><button type="button" aria-current={task.id === current ? 'true' : undefined} onClick={() => onChoose(task.id)}><Mark state={task.state} /><span><b>{task.number}</b> {task.title}<Hidden>, {stateWords[task.state]}</Hidden></span><span className={css.points}>{task.points}</span></button></li>
      ))}
    </ul>
  )
}

interface TaskChecksProps { report: GradeReport; task: ExamTask; grade: TaskGrade; number: number; domain: string }

const checkTabs = [{ id: 'simulator', title: 'Checks', icon: ListChecks }, { id: 'kind', title: 'Grade on kind', icon: Boxes }]

/** The simulator's verdicts and, for tasks that a real cluster can grade, those of kind beside them. */
function TaskChecks(props: TaskChecksProps) {
  const { report, task, grade } = props
  const { host } = useServices()
  const [tab, setTab] = useState('simulator')
  const body = <CheckList {...props} />
  if (task.realCluster === 'no') return body
  return (
    <Tabs label="Verdicts" items={checkTabs} current={tab} onChange={setTab} noScroll>
      {tab === 'simulator' ? body : (
        <div className={css.checks} tabIndex={0} role="region" aria-label={`Task ${props.number} on kind`}>
          <TaskHead {...props} />
          <KindPane attemptId={report.attemptId} taskId={grade.taskId} usedMs={() => report.usedMs} exportLog={(id) => host.exportLog(id)} />
        </div>
      )}
    </Tabs>
  )
}

function TaskHead({ task, grade, number, domain }: TaskChecksProps) {
  return (
    <div className={css.taskHead}>
      <div className={css.note}><span>Task {number} · {domain}</span><span>{countdownText(grade.spentMs)} spent</span></div>
      <h2>{task.title}<span><b>{grade.earned}</b> / {grade.points}</span></h2>
      <p>{taskSentence(grade)}</p>
    </div>
  )
}

function CheckList(props: TaskChecksProps) {
  const { grade, number } = props
  return (
    <div className={css.checks} tabIndex={0} role="region" aria-label={`Checks of task ${number}`}>
      <TaskHead {...props} />
      <ul>
        {grade.checks.map((check) => (
          <li key={check.id} className={css.check}>
            <Mark state={check.passed ? 'holds' : 'fails'} />
            <div>
              <div className={check.passed ? css.checkTitle : `${css.checkTitle} ${css.lost}`}><InlineText text={codeSpans(check.title)} /><Hidden>{check.passed ? ', passed' : ', not passed'}</Hidden></div>
              {!check.passed && (
                <div className={css.why}>
                  <div><div className={css.note}>Expected</div><p className={css.figure}><InlineText text={codeSpans(check.expected)} /></p></div>
                  <div><div className={css.note}>Actual</div><p className={`${css.figure} ${css.actual}`}><InlineText text={codeSpans(check.actual)} /></p></div>
                  <div className={css.matters}><div className={css.note}>Why it matters</div><p><InlineText text={codeSpans(check.why)} />{check.atMs !== undefined && <> Seen at {clockText(check.atMs)}.</>}</p></div>
                </div>
              )}
            </div>
            <span className={css.points}><b>{check.earned}</b> / {check.points}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Solution({ task, grade }: { task: ExamTask; grade: TaskGrade }) {
  return (
    <>
      <PaneHead title="Reference solution" />
      <div className={css.solution} tabIndex={0} role="region" aria-label="Solution text">
        <Prose blocks={task.solution} />
        {task.solutionNote.length > 0 && <p><InlineText text={task.solutionNote} /></p>}
      </div>
      <PaneHead title="Your commands in this task"><span>{grade.commands.length}</span></PaneHead>
      <ol className={css.commands} tabIndex={0} aria-label="Your commands">{grade.commands.map((command, index) => <li key={index}><time>{axisText(command.atMs)}</time><code>{command.line}</code></li>)}</ol>
    </>
  )
}

function Attempts({ attempts, current }: { attempts: readonly AttemptSummary[]; current: string }) {
  if (attempts.length === 0) return null
  return (
    <>
      <PaneHead title="Attempts" />
      <ul className={css.attempts}>{attempts.map((attempt) => <li key={attempt.attemptId}>{attempt.attemptId === current ? <b aria-current="page">This one</b> : <Link to={`/result/${attempt.attemptId}`}>{whenText(attempt.endedAtWallMs)}</Link>}<span>{attempt.passed ? 'passed' : 'not passed'}</span><b>{attempt.scorePercent}%</b></li>)}</ul>
    </>
  )
}

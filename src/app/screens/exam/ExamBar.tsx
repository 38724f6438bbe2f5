import { useEffect, useRef, useState } from 'react'
import { Clock } from 'lucide-react'
import type { ExamForm } from '../../content-types.ts'
import { Button } from '../../ui/Button.tsx'
import { useAnnounce } from '../../ui/LiveRegion.tsx'
import { TopBar } from '../../ui/TopBar.tsx'
import { alertBetween, alertText, selectClock, type ExamView } from './exam.view.ts'
import { useWall } from './use-wall.ts'
import css from './ExamBar.module.css'

interface ExamBarProps { form: ExamForm; view: ExamView; onEnd: () => void; onOver: () => void }

/** Time an alert stays over the task strip. */
const alertMs = 8000

/** The clock, the timer line and the alerts. Only the alerts are read out. */
export function ExamBar({ form, view, onEnd, onOver }: ExamBarProps) {
  const wallMs = useWall()
  const announce = useAnnounce()
  const before = useRef(wallMs)
  const [alert, setAlert] = useState<{ text: string; minutes: number; atMs: number } | undefined>(undefined)
  const { progress } = view
  const clock = progress === undefined ? undefined : selectClock(progress, wallMs)
  useEffect(() => {
    if (progress === undefined) return
    const minutes = alertBetween(progress, before.current, wallMs, form.alertsMinutesLeft)
    before.current = wallMs
    if (minutes === undefined) return
    const text = alertText(minutes, progress.durationMs, view.summary)
    setAlert({ text, minutes, atMs: wallMs })
    announce(`${minutes} minutes left. ${text}`, 'assertive')
  }, [wallMs, progress, form, view.summary, announce])
  const isOver = clock?.isOver === true
  useEffect(() => { if (isOver) onOver() }, [isOver, onOver])
  return (
    <>
      <TopBar isExam crumbs={[{ title: form.title }]}>
        <span className={css.summary}>{view.summary}</span>
        {clock !== undefined && <span className={`${css.clock} ${css[clock.tone]}`} role="timer" aria-live="off" aria-label={`${clock.leftText} ${clock.ofText}`}><Clock size={14} aria-hidden /><b>{clock.leftText}</b><span>{clock.ofText}</span></span>}
        <Button onClick={onEnd}>End exam</Button>
      </TopBar>
      <div className={css.line} aria-hidden="true"><i style={{ width: `${(clock?.usedShare ?? 0) * 100}%` }} className={clock === undefined ? undefined : css[`line-${clock.tone}`]} /></div>
      {alert !== undefined && wallMs - alert.atMs < alertMs && <div className={css.alert}><b>{alert.minutes}:00</b><span>{alert.text}</span><Button size="small" onClick={() => setAlert(undefined)}>Close</Button></div>}
    </>
  )
}

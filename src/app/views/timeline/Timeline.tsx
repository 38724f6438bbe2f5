import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { ChevronDown, ChevronUp, GitFork, Pause, Play, Rewind, SkipForward, StepBack, StepForward } from 'lucide-react'
import { useActions } from '../../actions/action-hub.tsx'
import type { Speed } from '../../../session/host.ts'
import { clockText } from '../../format.view.ts'
import { useFlight } from '../../flight.tsx'
import { Button } from '../../ui/Button.tsx'
import { PodGlyph } from '../../ui/Glyphs.tsx'
import { Hidden } from '../../ui/LiveRegion.tsx'
import { Pane } from '../../ui/Pane.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import { useView } from '../../use-view.ts'
import { markBeside, marksInWordsView, msAt, nextView, timelineView, transportView, type TimelineArgs } from './timeline.view.ts'
import { Track } from './Track.tsx'
import css from './Timeline.module.css'

interface TimelineProps { isExam?: boolean; /** Under 900 px, and when folded. */ isNarrow?: boolean; isHidden?: boolean }

/** Time is a place: transport, lanes, what comes next. */
export function Timeline({ isExam = false, isNarrow = false, isHidden = false }: TimelineProps) {
  const [isFolded, setFolded] = useState(false)
  useTimeActions(isExam)
  const isLine = isNarrow || isFolded
  return (
    <Pane name="Timeline" isHidden={isHidden}>
      <div className={isLine ? `${css.time} ${css.line}` : css.time}>
        <Transport isExam={isExam} isLine={isLine} />
        <TrackBox isExam={isExam} heightPx={isLine ? 36 : 88} />
        <MarksInWords isExam={isExam} />
        <div className={css.next}>
          <Next isExam={isExam} isLine={isLine} />
          {!isNarrow && <span className={css.fold}><Button look="quiet" size="small" iconOnly icon={isFolded ? ChevronUp : ChevronDown} aria-label={isFolded ? 'Unfold the timeline' : 'Fold the timeline'} onClick={() => setFolded(!isFolded)} /></span>}
        </div>
      </div>
    </Pane>
  )
}

function useTimeActions(isExam: boolean): void {
  const { host, store } = useFlight()
  const clock = () => store.board.clock
  useActions({
    'play-pause': () => { void (clock().isPlaying ? host.pause() : host.play()) },
    'step-event': () => { void host.stepEvent() },
    'next-change': () => { void host.nextChange() },
    ...(isExam ? {} : {
      'rewind-start': () => { void host.rewindTo(0) },
      'step-back': () => { const ms = markBeside(store.board, -1); if (ms !== undefined) void host.rewindTo(ms) },
      'back-to-now': () => { if (clock().isPast) void host.backToNow() },
      fork: () => { void host.fork(`from ${clockText(clock().nowMs)}`) },
    }),
  })
}

const speeds: readonly { value: string; text: string; label?: string }[] = [{ value: '1', text: '1x' }, { value: '10', text: '10x' }, { value: '60', text: '60x' }, { value: 'max', text: 'Max', label: 'Max, stops at the next change' }]

function Transport({ isExam, isLine }: { isExam: boolean; isLine: boolean }) {
  const { host, store } = useFlight()
  const view = useView(transportView)
  const stepBack = () => { const ms = markBeside(store.board, -1); if (ms !== undefined) void host.rewindTo(ms) }
  const setSpeed = (value: string) => { void host.setSpeed(value === 'max' ? 'max' : (Number(value) as Speed)) }
  return (
    <div className={css.transport}>
      <div className={css.row}>
        <span className={css.clock} aria-label={`Cluster time ${view.clock}`} role="img">{view.clock}</span>
        <span className={css.space} />
        {!isExam && !isLine && <Segmented label="Speed" value={view.speed} options={speeds} onChange={setSpeed} />}
      </div>
      <div className={css.row}>
        {!isExam && !isLine && <Button look="quiet" size="small" icon={Rewind} iconOnly aria-label="Rewind to start" onClick={() => void host.rewindTo(0)} />}
        {!isExam && !isLine && <Button look="quiet" size="small" icon={StepBack} iconOnly aria-label="Step back" onClick={stepBack} />}
        <Button look="primary" size="small" icon={view.isPlaying ? Pause : Play} aria-label={view.isPlaying ? 'Pause, F4' : 'Play, F4'} onClick={() => void (view.isPlaying ? host.pause() : host.play())} />
        <Button look="quiet" size="small" icon={StepForward} iconOnly aria-label="Step one event, Shift F4" onClick={() => void host.stepEvent()} />
        <Button look="quiet" size="small" icon={SkipForward} iconOnly={isLine} aria-label={isLine ? 'Next change' : undefined} onClick={() => void host.nextChange()}>{isLine ? null : 'Next change'}</Button>
      </div>
    </div>
  )
}

function TrackBox({ isExam, heightPx }: { isExam: boolean; heightPx: number }) {
  const { host, store } = useFlight()
  const box = useRef<HTMLDivElement>(null)
  const [widthPx, setWidth] = useState(600)
  const labelPx = heightPx > 40 ? 62 : 8
  useEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const args = useMemo<TimelineArgs>(() => ({ widthPx: Math.max(80, widthPx - labelPx - 50), isExam }), [widthPx, isExam, labelPx])
  const view = useView(timelineView, args)
  const goTo = (ms: number) => { if (!isExam) void (ms >= store.board.clock.headMs ? host.backToNow() : host.rewindTo(ms)) }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Home' && !isExam) { event.preventDefault(); goTo(0) }
    if (event.key === 'End' && !isExam) { event.preventDefault(); void host.backToNow() }
    if ((event.key === 'ArrowLeft' || event.key === 'ArrowRight') && !isExam) { event.preventDefault(); goTo(markBeside(store.board, event.key === 'ArrowLeft' ? -1 : 1) ?? (event.key === 'ArrowLeft' ? 0 : view.headMs)) }
    if (event.key === ' ') { event.preventDefault(); void (store.board.clock.isPlaying ? host.pause() : host.play()) }
  }
  return (
    <div ref={box} className={css.track} role="slider" tabIndex={0} aria-label="Time shown" aria-valuemin={0} aria-valuemax={Math.max(1, view.headMs)} aria-valuenow={view.nowMs}
      aria-valuetext={view.nowMs < view.headMs ? `${clockText(view.nowMs)}, the past; now is ${clockText(view.headMs)}` : clockText(view.nowMs)} aria-readonly={isExam} onKeyDown={onKeyDown}
      onClick={(event) => { const rect = event.currentTarget.getBoundingClientRect(); goTo(msAt(view.stretches, event.clientX - rect.left - labelPx)) }}>
      <Track view={view} widthPx={widthPx} heightPx={heightPx} labelPx={labelPx} />
    </div>
  )
}

/** What the lanes show, as a list for readers. */
function MarksInWords({ isExam }: { isExam: boolean }) {
  const marks = useView(marksInWordsView, isExam)
  return <Hidden isBlock><ol aria-label="Marks of the timeline">{marks.map((mark) => <li key={mark.id}>{mark.text}</li>)}</ol></Hidden>
}

function Next({ isExam, isLine }: { isExam: boolean; isLine: boolean }) {
  const { host, store } = useFlight()
  const view = useView(nextView)
  if (view.isPast && !isExam) {
    return (
      <div className={css.past}>
        <b>You look at the past</b>
        <span className={css.row}><Button size="small" onClick={() => void host.backToNow()}>Back to now</Button>
          {!isLine && <Button look="quiet" size="small" icon={GitFork} onClick={() => void host.fork(`from ${clockText(store.board.clock.nowMs)}`)}>Fork here</Button>}</span>
      </div>
    )
  }
  if (isLine) return <span className={css.item}>{view.upcoming[0]?.text ?? ''}</span>
  return (
    <>
      {view.upcoming.map((item) => <div key={item.text} className={css.item}>{item.shape !== undefined && <PodGlyph shape={item.shape} size={9} />}<span>{item.text}</span></div>)}
      {view.upcoming.length === 0 && <div className={css.item}>Nothing is on its way</div>}
      {isExam ? <div className={css.quiet}>Exam: no rewind, no forks</div> : <Forks forks={view.forks} />}
    </>
  )
}

function Forks({ forks }: { forks: readonly { id: string; label: string; isCurrent: boolean }[] }) {
  const { host } = useFlight()
  if (forks.length === 0) return <div className={css.quiet}><GitFork size={12} aria-hidden />No forks</div>
  const current = forks.find((fork) => fork.isCurrent)
  const next = forks[(forks.findIndex((fork) => fork.isCurrent) + 1) % forks.length]
  return (
    <div className={css.quiet}>
      <GitFork size={12} aria-hidden /><span className={css.forkName}>{current?.label ?? `${forks.length} forks`}</span>
      {next !== undefined && next.id !== current?.id && <Button look="quiet" size="small" aria-label={`Go to ${next.label}`} onClick={() => void host.chooseFork(next.id)}>Next line</Button>}
    </div>
  )
}

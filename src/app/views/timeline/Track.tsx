import { lanes, type PlacedMark, type Stretch, type TimelineView } from './timeline.view.ts'
import css from './Track.module.css'

interface TrackProps { view: TimelineView; widthPx: number; heightPx: number; labelPx: number }

/** The lanes as SVG. Decorative for readers: the slider around it says the time, the marks are in the event list. */
export function Track({ view, widthPx, heightPx, labelPx }: TrackProps) {
  const isLine = heightPx < 60
  const laneY = (lane: string) => (isLine ? heightPx / 2 : 20 + lanes.findIndex((row) => row.id === lane) * 16)
  const right = widthPx - 10
  const shown = isLine ? view.marks.filter((mark) => mark.mark.lane !== 'nodes' || mark.mark.kind !== 'lasts') : view.marks
  return (
    <svg width={widthPx} height={heightPx} aria-hidden="true" className={css.track}>
      {(isLine ? lanes.slice(0, 1) : lanes).map((lane) => (
        <g key={lane.id}>
          <line x1={labelPx} x2={right} y1={laneY(lane.id)} y2={laneY(lane.id)} className={css.lane} />
          {!isLine && <text x="8" y={laneY(lane.id) + 3.5} className={css.label}>{lane.title}</text>}
        </g>
      ))}
      <g transform={`translate(${labelPx} 0)`}>
        {view.headX > view.playheadX && <rect x={view.playheadX} width={view.headX - view.playheadX} y="0" height={heightPx} className={css.later} />}
        {view.stretches.filter((stretch) => stretch.isQuiet).map((stretch) => <Quiet key={stretch.fromMs} stretch={stretch} heightPx={heightPx} isLine={isLine} />)}
        {!isLine && view.axis.map((label) => <g key={label.label}><line x1={label.x} x2={label.x} y1="9" y2="73" className={css.tick} /><text x={label.x} y="84" className={css.axis} textAnchor={label.x < 12 ? 'start' : 'middle'}>{label.label}</text></g>)}
        {shown.map((mark) => <g key={mark.mark.id} className={mark.isLater ? css.faded : undefined}><title>{mark.mark.label}</title><MarkShape mark={mark} y={laneY(mark.mark.lane)} /></g>)}
        <line x1={view.playheadX} x2={view.playheadX} y1="0" y2={heightPx} className={css.playhead} />
        {!isLine && <path d={`M${view.playheadX - 6} 0h12v5l-6 6-6-6z`} className={css.handle} />}
      </g>
    </svg>
  )
}

function Quiet({ stretch, heightPx, isLine }: { stretch: Stretch; heightPx: number; isLine: boolean }) {
  const top = isLine ? 8 : 11
  const bottom = isLine ? heightPx - 8 : 77
  const teeth = (x: number, out: number) => { let path = `M${x} ${top}`; for (let y = top; y < bottom; y += 8) path += `l${out} 4l${-out} 4`; return path }
  return (
    <g>
      <rect x={stretch.x} width={stretch.w} y={top} height={bottom - top} className={css.quiet} />
      <path d={teeth(stretch.x, 3)} className={css.teeth} /><path d={teeth(stretch.x + stretch.w, -3)} className={css.teeth} />
      {!isLine && <text x={stretch.x + stretch.w / 2} y="48" textAnchor="middle" className={css.label}>{stretch.label}</text>}
    </g>
  )
}

function MarkShape({ mark, y }: { mark: PlacedMark; y: number }) {
  const { x, w, count } = mark
  if (count > 1) return <rect x={x} y={y - 4} width={w} height="8" className={css.event} />
  switch (mark.mark.kind) {
    case 'action': return <path d={`M${x} ${y - 5}l5 5-5 5-5-5z`} className={css.action} />
    case 'event': return <rect x={x - 1} y={y - 4} width="2" height="8" className={css.event} />
    case 'lasts': return <rect x={x} y={y - 3} width={w} height="6" className={css.lasts} />
    case 'waits': return <circle cx={x} cy={y} r="3.6" className={css.waits} />
    case 'wrong': return <path d={`M${x} ${y - 5}l5.5 9.5h-11z`} className={css.wrong} />
    case 'holds': return <g><circle cx={x} cy={y} r="5" className={css.holds} /><path d={`M${x - 2.2} ${y}l1.6 1.7 2.8-3.2`} className={css.check} /></g>
  }
}

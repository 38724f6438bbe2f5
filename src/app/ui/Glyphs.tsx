import type { PodShape } from '../../session/host-rows.ts'
import css from './Glyphs.module.css'

/** Words of each Pod shape for readers and legends. */
export const podShapeWords: Readonly<Record<PodShape, string>> = {
  running: 'Ready', starting: 'Starting', 'not-ready': 'Not ready', pending: 'Pending', gated: 'Gated',
  failing: 'Failing', failed: 'Failed', terminating: 'Stopping', succeeded: 'Done', unknown: 'Unknown',
}

interface PodGlyphProps { shape: PodShape; size?: 7 | 9 | 12; progress?: number | undefined; isWhatIf?: boolean }

/** A Pod as a shape; decorative, because a word always stands beside it. Strokes and fills survive forced colors. */
export function PodGlyph({ shape, size = 12, progress = 0.5, isWhatIf = false }: PodGlyphProps) {
  return (
    <svg className={`${css.pod} ${css[shape]} ${isWhatIf ? css.whatIf : ''}`} width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      {shapeOf(shape, progress)}
    </svg>
  )
}

function shapeOf(shape: PodShape, progress: number) {
  const frame = <rect x="0.75" y="0.75" width="10.5" height="10.5" rx="1.5" className={css.frame} />
  switch (shape) {
    case 'running': return <rect width="12" height="12" rx="2" className={css.solid} />
    case 'starting': return <>{frame}<rect x="0.75" width="10.5" y={11.25 - 10.5 * clamp(progress)} height={10.5 * clamp(progress)} className={css.solid} /></>
    case 'not-ready': return <>{frame}<rect x="0.75" y="0.75" width="5.25" height="10.5" className={css.solid} /></>
    case 'pending': return <rect x="0.75" y="0.75" width="10.5" height="10.5" rx="1.5" className={css.dashed} />
    case 'gated': return <><rect x="0.75" y="0.75" width="10.5" height="10.5" rx="1.5" className={css.dashed} /><path d="M2.5 6h7" className={css.stroke} /></>
    case 'failing': return <><rect width="12" height="12" rx="2" className={css.solid} /><path d="M3.4 3.4l5.2 5.2M8.6 3.4L3.4 8.6" className={css.cut} /></>
    case 'failed': return <>{frame}<path d="M3.4 3.4l5.2 5.2M8.6 3.4L3.4 8.6" className={css.stroke} /></>
    case 'terminating': return <><rect x="0.5" y="0.5" width="11" height="11" rx="1.5" className={css.thin} /><path d="M1 8l3 3M1 4l7 7M1.5 1l9.5 9.5M5 1l6 6M9 1l2 2" className={css.hatch} /></>
    case 'succeeded': return <>{frame}<circle cx="6" cy="6" r="2.5" className={css.solid} /></>
    case 'unknown': return <rect x="0.75" y="0.75" width="10.5" height="10.5" rx="1.5" className={css.dotted} />
  }
}

function clamp(value: number): number { return Math.min(1, Math.max(0.1, value)) }

export type MarkState = 'open' | 'done' | 'now' | 'holds' | 'fails' | 'half' | 'locked'

/** The round marks of steps, tasks and checks. Decorative: words stand beside it. */
export function Mark({ state, size = 16 }: { state: MarkState; size?: number }) {
  return (
    <svg className={`${css.mark} ${css[`mark-${state}`]}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {state === 'fails' ? <rect width="16" height="16" rx="3" className={css.solid} /> : <circle cx="8" cy="8" r={state === 'now' ? 6 : 7.25} className={css.ring} />}
      {state === 'fails' && <path d="M5 5l6 6M11 5l-6 6" className={css.cut} />}
      {(state === 'done' || state === 'holds') && <path d="M4.6 8.3l2.3 2.3 4.5-4.8" className={css.tick} />}
      {state === 'half' && <path d="M8 0.75a7.25 7.25 0 0 0 0 14.5z" className={css.solid} />}
    </svg>
  )
}

/** The product's sign. */
export function Logo() {
  return (
    <svg width="18" height="18" viewBox="0 0 18 18" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="square" aria-hidden="true">
      <rect x="1.3" y="1.3" width="15.4" height="15.4" rx="2.5" />
      <path d="M4 12.4h3.1M10.9 12.4H14" />
      <path d="M5.6 8.2 9 5l3.4 3.2" className={css.course} />
    </svg>
  )
}

import { codeSpans } from '../ui/code-spans.ts'
import { Mark } from '../ui/Glyphs.tsx'
import { Hidden } from '../ui/LiveRegion.tsx'
import { InlineText } from '../ui/Prose.tsx'
import type { KindGrade, ParityRow } from '../../session/kind-wire.ts'
import { parityWords } from './kind.view.ts'
import css from './ParityTable.module.css'

/** One row per check: both verdicts and whether they agree; where they differ, what each cluster showed. */
export function ParityTable({ grade }: { grade: KindGrade }) {
  return (
    <div className={css.box}>
      <div className={css.head} aria-hidden="true"><span>Check</span><span>Simulator</span><span>kind</span></div>
      <ul>{grade.rows.map((row) => <Row key={row.check} row={row} />)}</ul>
    </div>
  )
}

function Row({ row }: { row: ParityRow }) {
  const { simulator, kind, parity, reason } = row
  return (
    <li className={css.row}>
      <div className={css.verdicts}>
        <div className={parity === 'differ' ? `${css.check} ${css.differs}` : css.check}>
          <InlineText text={codeSpans(simulator.title)} />
          <span className={css.parity}><Hidden>, </Hidden>{parityWords[parity]}</span>
        </div>
        <Verdict name="Simulator" passed={simulator.passed} earned={simulator.earned} points={simulator.points} />
        {kind === undefined || parity === 'not gradable' ? <span className={css.verdict}><Mark state="locked" /><Hidden>kind: not graded</Hidden><span aria-hidden="true">–</span></span> : <Verdict name="kind" passed={kind.passed} earned={kind.earned} points={kind.points} />}
      </div>
      {parity === 'not gradable' ? <p className={css.reason}>{reason ?? kind?.notAvailable ?? ''}</p> : <Evidence row={row} isOpen={parity === 'differ' || !simulator.passed} />}
    </li>
  )
}

function Verdict({ name, passed, earned, points }: { name: string; passed: boolean; earned: number; points: number }) {
  return <span className={css.verdict}><Mark state={passed ? 'holds' : 'fails'} /><Hidden>{`${name}: ${passed ? 'holds' : 'does not hold'}, `}</Hidden><span>{earned} / {points}</span></span>
}

function Evidence({ row, isOpen }: { row: ParityRow; isOpen: boolean }) {
  const { simulator, kind, parity, reason } = row
  return (
    <details className={parity === 'differ' ? `${css.evidence} ${css.differing}` : css.evidence} open={isOpen}>
      <summary>Evidence<Hidden> of {simulator.title}</Hidden></summary>
      <dl>
        <div className={css.whole}><dt>Expected</dt><dd><InlineText text={codeSpans(simulator.expected)} /></dd></div>
        <div><dt>On the simulator</dt><dd><InlineText text={codeSpans(simulator.actual)} /></dd></div>
        <div><dt>On kind</dt><dd>{kind === undefined ? '–' : <InlineText text={codeSpans(kind.actual)} />}</dd></div>
        {reason !== undefined && <div className={css.whole}><dt>Why they differ</dt><dd className={css.prose}>{reason}</dd></div>}
      </dl>
    </details>
  )
}

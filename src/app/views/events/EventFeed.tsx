import { useView } from '../../use-view.ts'
import { useFlight } from '../../flight.tsx'
import { Name } from '../../ui/Names.tsx'
import { useWorkbench } from '../../workbench.tsx'
import { eventsView, type EventLine } from './events.view.ts'
import css from './EventFeed.module.css'

/** All Events of the cluster, newest first. */
export function EventFeed() {
  const lines = useView(eventsView)
  if (lines.length === 0) return <p className={css.empty}>No Events yet.</p>
  return <EventTable lines={lines} label="Events" />
}

export function EventTable({ lines, label, hasObject = true }: { lines: readonly EventLine[]; label: string; hasObject?: boolean }) {
  const { store } = useFlight()
  const workbench = useWorkbench()
  const pick = (line: EventLine) => {
    const { object } = line.row
    const pod = object.kind === 'Pod' ? [...store.board.pods.values()].find((row) => row.name === object.name && row.namespace === object.namespace) : undefined
    workbench.select(pod === undefined ? { kind: 'other', ref: object } : { kind: 'Pod', uid: pod.uid, ref: object })
    workbench.showView('details')
  }
  return (
    <table className={css.events} aria-label={label}>
      <thead><tr><th scope="col">Last</th><th scope="col">Reason</th>{hasObject && <th scope="col">Object</th>}<th scope="col">Message</th></tr></thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.id}>
            <td>{line.at}</td>
            <td className={line.isWarning ? css.warning : undefined}>{line.isWarning && <span aria-label="Warning" role="img">△ </span>}{line.reason} {line.count}</td>
            {hasObject && <td><button type="button" onClick={() => pick(line)}><Name>{line.object}</Name></button></td>}
            <td className={css.message}>{line.message}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

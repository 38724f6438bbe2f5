import { useState, type ReactNode } from 'react'
import { Copy, FileCode } from 'lucide-react'
import { clockText } from '../../format.view.ts'
import { useFlight } from '../../flight.tsx'
import { Button } from '../../ui/Button.tsx'
import { PodGlyph } from '../../ui/Glyphs.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import { useWorkbench } from '../../workbench.tsx'
import { EventTable } from '../events/EventFeed.tsx'
import { toEventLines } from '../events/events.view.ts'
import { useSelectedObject } from './use-object.ts'
import type { ObjectDetails } from '../../../session/host.ts'
import css from './Details.module.css'

/** The chosen object: conditions and events, or the text of kubectl describe. */
export function Details() {
  const details = useSelectedObject()
  const [shape, setShape] = useState<'summary' | 'describe'>('summary')
  if (typeof details === 'string') return <Missing state={details} />
  return (
    <div className={css.details}>
      <Title details={details}><Segmented label="Form" value={shape} options={[{ value: 'summary', text: 'Conditions' }, { value: 'describe', text: 'Describe' }]} onChange={setShape} /></Title>
      {shape === 'describe' ? <pre className={css.text} tabIndex={0} aria-label="kubectl describe">{details.describe}</pre> : <Summary details={details} />}
    </div>
  )
}

/** The YAML of the chosen object. */
export function ObjectYaml() {
  const details = useSelectedObject()
  const workbench = useWorkbench()
  if (typeof details === 'string') return <Missing state={details} />
  return (
    <div className={css.details}>
      <Title details={details}>
        <Button size="small" icon={Copy} onClick={() => void navigator.clipboard.writeText(details.yaml)}>Copy</Button>
        <Button size="small" icon={FileCode} onClick={() => workbench.openText(`${details.ref.kind.toLowerCase()}-${details.ref.name}.yaml`, details.yaml)}>Open in the editor</Button>
      </Title>
      <pre className={css.text} tabIndex={0} aria-label="YAML">{details.yaml}</pre>
    </div>
  )
}

function Title({ details, children }: { details: ObjectDetails; children: ReactNode }) {
  const { store } = useFlight()
  const { ref } = details
  const { selection } = useWorkbench()
  const pod = selection?.kind === 'Pod' ? store.board.pods.get(selection.uid) : undefined
  return (
    <div className={css.title}>
      {pod !== undefined && <PodGlyph shape={pod.shape} progress={pod.progress} />}
      <b>{ref.kind === 'Pod' ? '' : `${ref.kind} `}{ref.namespace === undefined ? '' : `${ref.namespace}/`}{ref.name}</b>
      {pod !== undefined && <span>{pod.status}, {pod.readyCount} of {pod.containerCount} ready{pod.nodeName === undefined ? '' : `, on ${pod.nodeName}`}</span>}
      <span className={css.space} />
      {children}
    </div>
  )
}

function Summary({ details }: { details: ObjectDetails }) {
  return (
    <>
      {details.conditions.length > 0 && (
        <table className={css.conditions} aria-label="Conditions">
          <thead><tr><th scope="col">Condition</th><th scope="col">Status</th><th scope="col">Since</th><th scope="col">Reason</th></tr></thead>
          <tbody>{details.conditions.map((row) => <tr key={row.type}><th scope="row">{row.type}</th><td>{row.status}</td><td>{clockText(row.sinceMs)}</td><td>{row.reason}{row.message !== '' && <span className={css.message}>{row.message}</span>}</td></tr>)}</tbody>
        </table>
      )}
      {details.events.length === 0 ? <p className={css.none}>No Events of this object.</p> : <EventTable lines={toEventLines(details.events)} label="Events of this object" hasObject={false} />}
    </>
  )
}

function Missing({ state }: { state: 'none' | 'gone' | 'loading' }) {
  if (state === 'loading') return null
  return <p className={css.none}>{state === 'gone' ? 'This object does not exist at the time shown.' : 'Pick a Pod, node or Service on the map.'}</p>
}

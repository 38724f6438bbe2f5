import { useEffect, useMemo, useState } from 'react'
import { useParams } from 'react-router'
import type { OpenRequest } from '../../../session/host.ts'
import type { Lab } from '../../content-types.ts'
import { FlightGate } from '../../FlightGate.tsx'
import { useServices } from '../../services.tsx'
import { TopBar } from '../../ui/TopBar.tsx'
import { NotFound } from '../NotFound.tsx'
import { LabWorkbench } from './LabWorkbench.tsx'
import css from '../shell.module.css'

/** A lab: loads its text, opens its cluster. */
export function LabScreen() {
  const { id = '' } = useParams()
  const { content } = useServices()
  const [loaded, setLoaded] = useState<{ id: string; lab: Lab | 'none' } | undefined>(undefined)
  const lab = loaded?.id === id ? loaded.lab : undefined
  useEffect(() => {
    let isGone = false
    content.lab(id).then((found) => { if (!isGone) setLoaded({ id, lab: found ?? 'none' }) }, (error: unknown) => { console.error('loading the lab failed', error); if (!isGone) setLoaded({ id, lab: 'none' }) })
    return () => { isGone = true }
  }, [content, id])
  const request = useMemo<OpenRequest>(() => ({ kind: 'lab', id, start: 'resume' }), [id])
  useEffect(() => { document.title = typeof lab === 'object' ? `${lab.title} · Podflight` : 'Podflight' }, [lab])
  if (lab === 'none') return <NotFound />
  return (
    <div className={css.app}>
      <TopBar crumbs={lab === undefined ? [{ title: 'Labs', to: '/labs' }] : [{ title: 'Labs', to: '/labs' }, { title: lab.moduleTitle }, { title: `${lab.number} ${lab.title}` }]} />
      {lab !== undefined && <FlightGate request={request}><LabWorkbench lab={lab} /></FlightGate>}
    </div>
  )
}

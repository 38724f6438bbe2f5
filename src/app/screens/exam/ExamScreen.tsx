import { useEffect, useMemo, useState } from 'react'
import { useParams, useSearchParams } from 'react-router'
import type { ExamMode, OpenRequest } from '../../../session/host.ts'
import type { ExamForm } from '../../content-types.ts'
import { FlightGate } from '../../FlightGate.tsx'
import { useServices } from '../../services.tsx'
import { NotFound } from '../NotFound.tsx'
import { ExamWorkbench } from './ExamWorkbench.tsx'
import css from '../shell.module.css'

const modes: readonly ExamMode[] = ['exam', 'mastery', 'training']

/** An exam under way; a reload resumes it, and the clock has gone on meanwhile. */
export function ExamScreen() {
  const { id = '' } = useParams()
  const [query, setQuery] = useSearchParams()
  const { content } = useServices()
  const [form, setForm] = useState<ExamForm | 'none' | undefined>(undefined)
  // Read once: the address loses the order to start anew right away, so that a reload resumes.
  const [request] = useState<OpenRequest>(() => ({
    kind: 'exam', id, start: query.get('start') === 'fresh' ? 'fresh' : 'resume',
    examMode: modes.find((mode) => mode === query.get('mode')) ?? 'exam', extraTimeFactor: Number(query.get('factor') ?? 1),
  }))
  useEffect(() => { if (query.get('start') !== null) setQuery((before) => { before.delete('start'); return before }, { replace: true }) }, [query, setQuery])
  useEffect(() => { content.form(id).then((found) => setForm(found ?? 'none'), () => setForm('none')) }, [content, id])
  useEffect(() => { if (typeof form === 'object') document.title = `${form.title} · Podflight` }, [form])
  const shown = useMemo(() => (typeof form === 'object' ? form : undefined), [form])
  if (form === 'none') return <NotFound />
  return <div className={css.app}>{shown !== undefined && <FlightGate request={request}><ExamWorkbench form={shown} /></FlightGate>}</div>
}

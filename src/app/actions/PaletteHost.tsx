import { lazy, Suspense, useEffect, useState } from 'react'
import { useNavigate } from 'react-router'
import type { Catalog } from '../content-types.ts'
import { useServices } from '../services.tsx'
import { useActionHub, useActions } from './action-hub.tsx'
import { uiActions } from './ui-actions.ts'
import type { Command } from './palette.view.ts'

const Palette = lazy(async () => ({ default: (await import('./Palette.tsx')).Palette }))
const KeysDialog = lazy(async () => ({ default: (await import('./KeysDialog.tsx')).KeysDialog }))

/** Opens the palette and the list of keys, wherever the focus is. */
export function PaletteHost() {
  const hub = useActionHub()
  const navigate = useNavigate()
  const { content } = useServices()
  const [open, setOpen] = useState<'palette' | 'keys' | undefined>(undefined)
  const [catalog, setCatalog] = useState<Catalog | undefined>(undefined)
  useActions({ palette: () => setOpen('palette'), keys: () => setOpen('keys') })
  useEffect(() => { if (open === 'palette' && catalog === undefined) content.catalog().then(setCatalog, () => {}) }, [open, catalog, content])
  if (open === undefined) return null
  if (open === 'keys') return <Suspense fallback={null}><KeysDialog onClose={() => setOpen(undefined)} /></Suspense>
  const actions: Command[] = uiActions.filter((action) => action.id !== 'palette' && (hub.has(action.id) || action.group === 'Go to'))
    .map((action) => ({ id: action.id, group: action.group, title: action.title, ...('key' in action ? { key: action.key } : {}), run: () => { hub.dispatch(action.id) } }))
  const places = placeCommands(catalog, (to) => { void navigate(to) })
  return <Suspense fallback={null}><Palette commands={[...hub.commands(), ...actions, ...places]} onClose={() => setOpen(undefined)} /></Suspense>
}

function placeCommands(catalog: Catalog | undefined, go: (to: string) => void): readonly Command[] {
  const fixed = [['Home', '/'], ['Sandbox', '/sandbox'], ['Settings', '/settings'], ['What is simulated', '/simulated']] as const
  const labs = catalog?.modules.flatMap((module) => module.labs.filter((lab) => lab.isPlanned !== true)) ?? []
  return [
    ...fixed.map(([title, to]) => ({ id: `go ${to}`, group: 'Go to', title, run: () => go(to) })),
    ...labs.map((lab) => ({ id: `lab ${lab.id}`, group: 'Labs and exams', title: `Lab ${lab.number}, ${lab.title}`, note: `${lab.minutes} min`, run: () => go(`/lab/${lab.id}`) })),
    ...(catalog?.forms ?? []).map((form) => ({ id: `exam ${form.id}`, group: 'Labs and exams', title: form.title, note: `${form.taskCount} tasks, ${form.durationMinutes} min`, run: () => go(`/exam/${form.id}`) })),
  ]
}

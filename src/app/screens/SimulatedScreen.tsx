import { useEffect, useState } from 'react'
import type { Block } from '../content-types.ts'
import { useServices } from '../services.tsx'
import { Prose } from '../ui/Prose.tsx'
import { TopBar } from '../ui/TopBar.tsx'
import css from './pages.module.css'

/** What is simulated, how well it is checked, and what is not. */
export function SimulatedScreen() {
  const { content } = useServices()
  const [blocks, setBlocks] = useState<readonly Block[]>([])
  useEffect(() => { document.title = 'What is simulated · Podflight'; content.simulated().then(setBlocks, (error: unknown) => { console.error('loading the page failed', error) }) }, [content])
  return (
    <div className={css.page}>
      <TopBar />
      <main className={css.body}><h1>What is simulated</h1><Prose blocks={blocks} /></main>
    </div>
  )
}

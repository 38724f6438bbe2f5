import { useEffect, useState } from 'react'
import { Search } from 'lucide-react'
import type { DocsCard } from '../../content-types.ts'
import { useServices } from '../../services.tsx'
import { Prose } from '../../ui/Prose.tsx'
import { findCards } from './docs.view.ts'
import css from './DocsPanel.module.css'

/** Reference cards, offline. */
export function DocsPanel({ query, onQuery }: { query: string; onQuery: (query: string) => void }) {
  const { content } = useServices()
  const [cards, setCards] = useState<readonly DocsCard[]>([])
  useEffect(() => { content.docs().then(setCards, (error: unknown) => { console.error('loading the cards failed', error) }) }, [content])
  const found = findCards(cards, query)
  return (
    <div className={css.docs} role="search">
      <label className={css.field}><Search size={14} aria-hidden /><input type="search" aria-label="Search the reference cards" placeholder="Search reference cards" value={query} onChange={(event) => onQuery(event.target.value)} /><span role="status">{found.length === 1 ? '1 card' : `${found.length} cards`}</span></label>
      {found.length === 0 && <p className={css.none}>No card matches. kubectl explain works in the terminal too.</p>}
      {found.map((card, index) => (
        <details key={card.id} open={index === 0 && query !== ''}>
          <summary>{card.title}</summary>
          <Prose blocks={card.body} />
          <a className={css.source} href={card.source} target="_blank" rel="noreferrer">{card.source.replace(/^https:\/\//, '')}</a>
        </details>
      ))}
    </div>
  )
}

import type { DocsCard } from '../../content-types.ts'
import { compareText } from '../../format.view.ts'

/** Cards that hold every word of the query in title or keywords; title hits first. */
export function findCards(cards: readonly DocsCard[], query: string): readonly DocsCard[] {
  const words = query.toLowerCase().split(/\s+/).filter((word) => word !== '')
  const scored = cards.map((card) => ({ card, score: words.reduce((total, word) => (total < 0 ? total : hit(card, word)), 0) + words.filter((word) => card.title.toLowerCase().includes(word)).length }))
  return scored.filter((row) => row.score >= 0).sort((a, b) => b.score - a.score || compareText(a.card.title, b.card.title)).map((row) => row.card)
}

function hit(card: DocsCard, word: string): number {
  return card.title.toLowerCase().includes(word) || card.keywords.some((keyword) => keyword.toLowerCase().includes(word) || word.includes(keyword.toLowerCase())) ? 0 : -100
}

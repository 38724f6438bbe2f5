import { useSyncExternalStore } from 'react'

/** wide 1200 and more, medium 900, narrow 700, phone below. */
export type Layout = 'wide' | 'medium' | 'narrow' | 'phone'

const queries = [['wide', '(min-width: 1200px)'], ['medium', '(min-width: 900px)'], ['narrow', '(min-width: 700px)']] as const

export function useLayout(): Layout {
  return useSyncExternalStore(subscribe, () => queries.find(([, query]) => matchMedia(query).matches)?.[0] ?? 'phone')
}

function subscribe(listener: () => void): () => void {
  const lists = queries.map(([, query]) => matchMedia(query))
  for (const list of lists) list.addEventListener('change', listener)
  return () => { for (const list of lists) list.removeEventListener('change', listener) }
}

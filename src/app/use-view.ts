import { useMemo, useSyncExternalStore } from 'react'
import { useFlight } from './flight.tsx'
import type { Board } from './state/board.ts'
import { viewKey, type View } from './state/view.ts'

/** The value of a view, computed once per revision of the slices it reads. `arg` is compared by identity. */
export function useView<V>(view: View<undefined, V>): V
export function useView<A, V>(view: View<A, V>, arg: A): V
export function useView<A, V>(view: View<A, V>, arg?: A): V {
  const { store } = useFlight()
  const getSnapshot = useMemo(() => cached(store.board, view, arg as A), [store, view, arg])
  return useSyncExternalStore(store.subscribe, getSnapshot)
}

function cached<A, V>(board: Board, view: View<A, V>, arg: A): () => V {
  let key: string | undefined
  let value: V
  return () => {
    const next = viewKey(board, view.reads)
    if (next !== key) { key = next; value = view.select(board, arg) }
    return value
  }
}

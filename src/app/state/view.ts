import type { Board, Slice } from './board.ts'

/** A pure function from the board to what is shown, with the slices that it reads. */
export interface View<A, V> { readonly reads: readonly Slice[]; readonly select: (board: Board, arg: A) => V }

/** Names the slices of a selector; the value is computed again only when one of them or the argument changed. */
export function view<A, V>(reads: readonly Slice[], select: (board: Board, arg: A) => V): View<A, V> {
  return { reads, select }
}

/** Changes exactly when the view may change. */
export function viewKey(board: Board, reads: readonly Slice[]): string {
  let key = ''
  for (const slice of reads) key += `${board.rev[slice]},`
  return key
}

import type { ClusterHost, HostDelta } from '../../session/host.ts'
import { applyDelta, createBoard, type Board } from './board.ts'

/** How much terminal output is kept for a terminal that is mounted late or again. */
const terminalBufferCharsMax = 200_000

/** One board fed by one host, with listeners for React and for the terminal. */
export interface BoardStore {
  readonly board: Board
  subscribe(listener: () => void): () => void
  /** Calls back with all kept output first, then with what comes. `clear` wipes the screen before the text. */
  onTerminal(listener: (text: string, clear: boolean) => void): () => void
  /** Keeps text that the terminal wrote itself (prompt and typed line) for a terminal mounted later. */
  recordTerminal(text: string): void
  /** A command wants a file edited. */
  onEditor(listener: (request: NonNullable<HostDelta['editor']>) => void): () => void
  dispose(): void
}

export function createBoardStore(host: Pick<ClusterHost, 'subscribe'>): BoardStore {
  const board = createBoard()
  const listeners = new Set<() => void>()
  const terminals = new Set<(text: string, clear: boolean) => void>()
  const editors = new Set<(request: NonNullable<HostDelta['editor']>) => void>()
  let kept = ''
  const unsubscribe = host.subscribe((delta) => {
    applyDelta(board, delta)
    if (delta.terminal !== undefined) {
      const { output, clear } = delta.terminal
      kept = (clear === true ? output : kept + output).slice(-terminalBufferCharsMax)
      for (const listener of terminals) listener(output, clear === true)
    }
    if (delta.editor !== undefined) for (const listener of editors) listener(delta.editor)
    for (const listener of listeners) listener()
  })
  return {
    board,
    subscribe: (listener) => add(listeners, listener),
    onTerminal(listener) { listener(kept, true); return add(terminals, listener) },
    recordTerminal(text) { kept = (kept + text).slice(-terminalBufferCharsMax) },
    onEditor: (listener) => add(editors, listener),
    dispose: unsubscribe,
  }
}

function add<T>(set: Set<T>, item: T): () => void {
  set.add(item)
  return () => { set.delete(item) }
}

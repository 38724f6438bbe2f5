import { createContext, useContext, useState } from 'react'

/** True once a map has stood for a moment: Pods that come later have moved, those that came with it have not. */
export const SettledContext = createContext<() => boolean>(() => false)

/** Whether this Pod came to its place while the map was watched; it gets a blue outline for 1.2 s. */
export function useArrival(): boolean {
  const isSettled = useContext(SettledContext)
  const [hasArrived] = useState(isSettled)
  return hasArrived
}

/** How long a map takes to settle, in ms of wall time. */
const settleMs = 1500

/** A clock that begins with the first call. */
export function useSettled(): () => boolean {
  const [startMs] = useState(() => performance.now())
  const [isSettled] = useState(() => () => performance.now() - startMs > settleMs)
  return isSettled
}

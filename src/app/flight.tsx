import { createContext, useContext } from 'react'
import type { ClusterHost, OpenAnswer, OpenRequest } from '../session/host.ts'
import type { BoardStore } from './state/board-store.ts'

/** The open session of the screen: one host, its board, what was opened. */
export interface Flight {
  readonly host: ClusterHost
  readonly store: BoardStore
  readonly request: OpenRequest
  readonly answer: OpenAnswer
}

export const FlightContext = createContext<Flight | undefined>(undefined)

export function useFlight(): Flight {
  const flight = useContext(FlightContext)
  if (flight === undefined) throw new Error('useFlight is called outside an open session')
  return flight
}

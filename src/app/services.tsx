import { createContext, useContext } from 'react'
import type { ClusterHost } from '../session/host.ts'
import type { ContentSource } from './content-types.ts'
import type { KindRuns } from './kind/kind-run.ts'

/** What main.tsx hands to the app. */
export interface Services { readonly host: ClusterHost; readonly content: ContentSource; readonly kind: KindRuns }

export const ServicesContext = createContext<Services | undefined>(undefined)

export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (services === undefined) throw new Error('useServices is called outside the app')
  return services
}

/** Sessions that a killed run left on a cluster. The labels on the cluster are the truth. */

import { compareText } from '../../../simulator/kernel/text.ts'
import type { KubeObject } from '../../../simulator/index.ts'
import { clusterKinds, listLabelled, removeSession, usualLimits } from './clean-up.ts'
import type { KindConnection, Report } from './contract.ts'
import { sandboxNames } from './guard/names.ts'
import { processAnnotation } from './sandbox.ts'

/** What bears the label of one session. */
export interface Leftover {
  readonly session: string
  /** As far as a namespace tells. */
  readonly task: string | undefined
  /** Kind and name of each, such as `namespaces serving`; nodes are those with a loan. */
  readonly things: readonly string[]
  /** True when the process that made it still runs on this machine: it is no leftover yet. */
  readonly isRunning: boolean
}

/** No grading lasts so long: its token is over before. A process with the same number is then another one. */
const gradingMsMax = 2 * 3_600_000

function isRecent(created: string | undefined): boolean {
  return Date.now() - Date.parse(created ?? '') < gradingMsMax
}

function runs(processId: string | undefined): boolean {
  const id = Number(processId ?? '')
  if (!Number.isInteger(id) || id <= 0 || id === process.pid) return false
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** All sessions that left something on the cluster, in the order of their names. Nothing is changed. @throws BridgeError when the cluster cannot be read */
export async function findLeftovers(connection: KindConnection): Promise<readonly Leftover[]> {
  const kinds = [...['namespaces', 'nodes'].map((resource) => ({ group: '', version: 'v1', resource })), ...clusterKinds]
  const found = (await Promise.all(kinds.map(async (kind) => (await listLabelled(connection, kind)).map((object) => ({ resource: kind.resource, object }))))).flat()
  const sessionOf = ({ object }: { readonly object: KubeObject }): string => object.metadata.labels?.[sandboxNames.sessionLabel] ?? ''
  const sessions = [...new Set(found.map(sessionOf))].toSorted(compareText)
  const first = (objects: readonly { readonly object: KubeObject }[], read: (object: KubeObject) => string | undefined): string | undefined => objects.map(({ object }) => read(object)).find((text) => text !== undefined)
  return sessions.map((session) => {
    const objects = found.filter((each) => sessionOf(each) === session)
    return {
      session, task: first(objects, ({ metadata }) => metadata.labels?.[sandboxNames.taskLabel]),
      things: objects.map(({ resource, object }) => `${resource} ${object.metadata.name}`),
      isRunning: runs(first(objects, ({ metadata }) => (isRecent(metadata.creationTimestamp) ? metadata.annotations?.[processAnnotation] : undefined))),
    }
  })
}

/** Removes what a session left. @returns what is left after that, in words */
export function removeLeftover(connection: KindConnection, { session }: Pick<Leftover, 'session'>, report: Report, limits = usualLimits): Promise<readonly string[]> {
  return removeSession(connection, session, report, limits)
}

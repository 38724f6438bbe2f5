/** The cluster of a command that names none: it is made without the library of labs and tasks, which takes longer to read. */

import type { Cluster } from '../../simulator/cluster.ts'
import { bootCluster, usualAgeMs } from '../session/booted-cluster.ts'
import type { BootOptions } from '../session/booted-cluster.ts'
import { readClusterDefinitions } from './cluster-definitions.ts'

/** The definition of an empty practice cluster: nodes and add-ons, no objects. */
export const practiceClusterId = 'cpu3'

/** An empty practice cluster at T+00:00. */
export function makePracticeCluster(options: Omit<BootOptions, 'ageMs'>): Cluster {
  const definition = readClusterDefinitions().find(({ id }) => id === practiceClusterId)
  if (definition === undefined) throw new Error(`scenarios/clusters.yaml has no cluster ${practiceClusterId}`)
  const cluster = bootCluster(definition, { ...options, ageMs: usualAgeMs })
  cluster.advanceTo(usualAgeMs)
  return cluster
}

/** The cluster of a command that names none: it is made without the library of labs and tasks, which takes longer to read. */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { Cluster } from '../../simulator/cluster.ts'
import type { ClusterDefinition } from '../content/types.ts'
import { bootCluster, usualAgeMs } from '../session/booted-cluster.ts'
import type { BootOptions } from '../session/booted-cluster.ts'

const clustersPath = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'scenarios', 'clusters.yaml')
/** The definition of an empty practice cluster: nodes and add-ons, no objects. */
export const practiceClusterId = 'cpu3'

/** An empty practice cluster at T+00:00. The file is part of this installation; the content test checks it. */
export function makePracticeCluster(options: Omit<BootOptions, 'ageMs'>): Cluster {
  const definitions = parse(readFileSync(clustersPath, 'utf8')) as readonly ClusterDefinition[]
  const definition = definitions.find(({ id }) => id === practiceClusterId)
  if (definition === undefined) throw new Error(`${clustersPath} has no cluster ${practiceClusterId}`)
  const cluster = bootCluster(definition, { ...options, ageMs: usualAgeMs })
  cluster.advanceTo(usualAgeMs)
  return cluster
}

/** The cluster of `podflight api` where a scenario or a cluster file is named. */

import type { Cluster } from '../../simulator/index.ts'
import { BaseClusters } from '../session/base-clusters.ts'
import { startScenario } from '../session/scenario.ts'
import { readClusterFile } from './cluster-file.ts'
import { readLibrary } from './files.ts'
import { findScenario } from './shell-command.ts'

/** Where a cluster comes from. */
export interface ClusterPlan {
  readonly scenario?: string
  readonly clusterText?: string
  readonly seed: number
  /** Unix ms of T+00:00. */
  readonly epochMs?: number
}

/** A cluster at T+00:00 of a plan that names a scenario or has the text of a cluster file. @throws UsageError for what cannot be read */
export function makePlannedCluster({ scenario, clusterText = '', seed, epochMs }: ClusterPlan, rootCertificate: string): Cluster {
  const bases = new BaseClusters({ epochMs, rootCertificate })
  if (scenario === undefined) {
    const file = readClusterFile(clusterText)
    return startScenario(file.scenario, { clusters: [file.definition] }, seed, bases)
  }
  const library = readLibrary()
  return startScenario(findScenario(library, scenario), library, seed, bases)
}

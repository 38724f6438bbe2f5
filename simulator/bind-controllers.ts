/** Chooses the controllers of a cluster and gives the autoscaler its metrics. */

import type { ClusterConfig } from './cluster-config.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { Controller } from './store/component.ts'

/** The controllers that a configuration asks for, in running order. */
export function bindControllers(_config: ClusterConfig, _metrics: Metrics): readonly Controller[] {
  return []
}

/** A cluster of a definition as it is once its nodes and add-ons are up. Reads nothing of scenarios, so that a start without one is quick. */

import { createCluster } from '../../simulator/cluster.ts'
import type { Cluster } from '../../simulator/cluster.ts'
import type { ClusterDefinition } from '../content/types.ts'

const minuteMs = 60_000
/** Simulated ms after which nodes and add-ons are up. */
export const settlingMs = 60_000
/** Age of a cluster at T+00:00, unless the scenario's history is longer. */
export const usualAgeMs = 60 * minuteMs

export interface BootOptions {
  readonly seed: number
  /** Simulated ms from the boot to T+00:00. */
  readonly ageMs: number
  /** Unix ms of T+00:00, where it is not the usual one. */
  readonly epochMs?: number
  /** The certificate authority that pods and Secrets are shown, in PEM; a stand-in where nobody can check it. */
  readonly rootCertificate?: string
}

/** Boots a cluster and lets it settle. The objects of the definition are its caller's to apply. */
export function bootCluster(definition: ClusterDefinition, { seed, ageMs, epochMs, rootCertificate }: BootOptions): Cluster {
  const { id: _id, title: _title, objects: _objects, schedulerConfiguration: _scheduler, ...made } = definition
  const cluster = createCluster({ seed, epochMs, historyMs: ageMs, ...made, ...(rootCertificate === undefined ? {} : { controllerFlags: { rootCertificate } }), cachedImages: ['registry.k8s.io/pause:3.10'] })
  cluster.advanceTo(settlingMs)
  return cluster
}

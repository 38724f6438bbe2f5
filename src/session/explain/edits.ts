/** Single changes of which suggestions are made: of the Pod's spec, or of the cluster. */

import type { Cluster, Node, Pod, PodSpec } from '../../../simulator/index.ts'
import type { Scheduler } from '../../../simulator/scheduler/scheduler.ts'
import type { PluginStatus } from '../../../simulator/scheduler/status.ts'

/** A change of a Pod's spec. It works for a live spec and for a template that lacks what admission adds. */
export interface PodEdit {
  readonly kind: 'pod'
  /** "tolerate nvidia.com/gpu=true:NoSchedule". */
  readonly text: string
  /** How much is changed: 1 for a value. */
  readonly size: number
  /** Edits of one family are more and more of the same: when one helps, the next are not tried. */
  readonly family?: string
  /** True for what a Pod may change while it waits. */
  readonly isInPlace: boolean
  /** @returns the changed spec; the one given stays as it is */
  apply(spec: PodSpec): PodSpec
}

/** A change of the cluster. */
export interface ClusterEdit {
  readonly kind: 'cluster'
  readonly text: string
  readonly size: number
  /** How the learner does it; absent for what only the owner of the machines can do. */
  readonly command?: string
  readonly note?: string
  /** Makes the change in the view of a scheduler. @returns how to take it back */
  make(scheduler: Scheduler): () => void
}

export type Edit = PodEdit | ClusterEdit

/** One rejection that edits are wanted for. */
export interface Obstacle {
  readonly cluster: Cluster
  readonly scheduler: Scheduler
  readonly node: Node
  /** The Pod with the edits so far. */
  readonly pod: Pod
  readonly status: PluginStatus
}

/** Edits that may remove what one plugin says no to, cheapest first. */
export type Editor = (obstacle: Obstacle) => readonly Edit[]

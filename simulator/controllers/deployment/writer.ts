/** The writes of one sync of a Deployment. It holds the Deployment as last stored. */

import type { ApiClient } from '../../api/client.ts'
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import type { Clock, ComponentContext, EventRecorder } from '../../store/component.ts'
import { revisionAnnotation, withReplicasAnnotations } from './annotations.ts'
import { withCondition } from './status.ts'
import type { ConditionText } from './status.ts'

/**
 * Stores what a sync decides, through the API as the deployment controller, and keeps `deployment` at the stored
 * version. A refused write (a conflict) is told by the answer, not thrown: the sync ends and a later one tries again.
 */
export class DeploymentWriter {
  deployment: Deployment
  readonly api: ApiClient
  readonly clock: Clock
  private readonly recorder: EventRecorder

  constructor(deployment: Deployment, context: ComponentContext) {
    this.deployment = deployment
    this.api = context.api
    this.clock = context.clock
    this.recorder = context.recorder
  }

  /** The present time as the API writes it. */
  get now(): string {
    return this.clock.timestamp(this.clock.nowMs)
  }

  event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.recorder.record(this.deployment, type, reason, message)
  }

  /** @returns whether the status is stored */
  updateStatus(status: DeploymentStatus): boolean {
    const result = this.api.updateStatus('deployments.apps', { ...this.deployment, status })
    if (result.ok) this.deployment = result.object
    return result.ok
  }

  setCondition(text: ConditionText): void {
    const before = this.deployment.status?.conditions ?? []
    const conditions = withCondition(before, text, this.now)
    if (!equalJson(before, conditions)) this.updateStatus({ ...this.deployment.status, conditions })
  }

  /** Notes the revision of the new set on the Deployment. */
  setRevision(revision: string): void {
    if (this.deployment.metadata.annotations?.[revisionAnnotation] === revision) return
    const { metadata } = this.deployment
    // By way of the status: a change of annotations alone would count as a new generation.
    const result = this.api.updateStatus<Deployment>('deployments.apps', { ...this.deployment, metadata: { ...metadata, annotations: { ...metadata.annotations, [revisionAnnotation]: revision } } })
    if (result.ok) this.deployment = result.object
  }

  /** @returns the stored set; undefined when the write was refused */
  updateSet(set: ReplicaSet): ReplicaSet | undefined {
    const result = this.api.update('replicasets.apps', set)
    return result.ok ? result.object : undefined
  }

  /**
   * Sets a ReplicaSet's size and the annotations about sizes, and reports a change of size.
   * @returns the stored set; undefined when the write was refused
   */
  scale(set: ReplicaSet, replicas: number): ReplicaSet | undefined {
    const { annotations, changed } = withReplicasAnnotations(set.metadata.annotations ?? {}, this.deployment)
    const before = set.spec.replicas ?? 0
    if (before === replicas && !changed) return set
    const updated = this.updateSet({ ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec, replicas } })
    if (updated === undefined || before === replicas) return updated
    this.event('Normal', 'ScalingReplicaSet', `Scaled ${before < replicas ? 'up' : 'down'} replica set ${set.metadata.name!} from ${before} to ${replicas}`)
    return updated
  }
}

/** Finding, marking and creating the ReplicaSet of a Deployment's template. Models kubernetes/pkg/controller/deployment sync.go (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import type { Deployment, LabelSelector, ReplicaSet, Status } from '../../api/types.ts'
import { objectKey } from '../../store/resource-id.ts'
import { controllerOf, controllerReference, isNamespaceTerminating } from '../owners.ts'
import { computeHash } from '../pod-template-hash.ts'
import { maxRevision, newSetAnnotations, revisionAnnotation } from './annotations.ts'
import { equalIgnoringHash, sortOutSets, templateHashLabel } from './replica-sets.ts'
import { newSetSize, sumReplicas } from './sizes.ts'
import { deploymentReasons, findCondition, hasProgressDeadline } from './status.ts'
import type { DeploymentWriter } from './writer.ts'

const nameLengthMax = 253

/** What a step found, or that it failed and the sync must be tried again. */
export type StepResult<T> = { readonly failed: true } | ({ readonly failed?: false } & T)

export interface RevisionSets { readonly newSet: ReplicaSet | undefined; readonly oldSets: readonly ReplicaSet[] }

/**
 * Sorts out the sets and brings revision, annotations and the Progressing condition up to date.
 * @param isCreating creates the new set when there is none
 */
export function syncRevision(writer: DeploymentWriter, sets: readonly ReplicaSet[], isCreating: boolean): StepResult<RevisionSets> {
  const { newSet, oldSets } = sortOutSets(writer.deployment, sets)
  const newRevision = `${maxRevision(oldSets) + 1}`
  if (newSet !== undefined) return markExisting(writer, newSet, oldSets, newRevision)
  if (!isCreating) return { newSet: undefined, oldSets }
  return createNewSet(writer, oldSets, newRevision)
}

function markExisting(writer: DeploymentWriter, newSet: ReplicaSet, oldSets: readonly ReplicaSet[], newRevision: string): StepResult<RevisionSets> {
  const { deployment } = writer
  const { annotations, changed } = newSetAnnotations(deployment, newSet, newRevision, true)
  if (changed || (newSet.spec.minReadySeconds ?? 0) !== (deployment.spec.minReadySeconds ?? 0)) {
    const spec = { ...newSet.spec, minReadySeconds: deployment.spec.minReadySeconds }
    const updated = writer.updateSet({ ...newSet, metadata: { ...newSet.metadata, annotations }, spec })
    return updated === undefined ? { failed: true } : { newSet: updated, oldSets }
  }
  writer.setRevision(newSet.metadata.annotations?.[revisionAnnotation] ?? '')
  if (hasProgressDeadline(deployment) && findCondition(deployment.status, 'Progressing') === undefined) {
    writer.setCondition({ type: 'Progressing', status: 'True', reason: deploymentReasons.found, message: `Found new replica set ${goQuote(newSet.metadata.name!)}` })
  }
  return { newSet, oldSets }
}

function withHashLabel(selector: LabelSelector, hash: string): LabelSelector {
  return { ...selector, matchLabels: { ...selector.matchLabels, [templateHashLabel]: hash } }
}

/** NAME-HASH, cut where it would be too long. */
function setName(deploymentName: string, hash: string): string {
  return `${deploymentName.slice(0, nameLengthMax - 1 - hash.length)}-${hash}`
}

function makeNewSet(deployment: Deployment): ReplicaSet {
  const { template, selector, minReadySeconds } = deployment.spec
  const hash = computeHash(template, deployment.status?.collisionCount)
  const labels = { ...template.metadata?.labels, [templateHashLabel]: hash }
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: setName(deployment.metadata.name!, hash), namespace: deployment.metadata.namespace, labels, ownerReferences: [controllerReference(deployment)] },
    spec: { replicas: 0, ...(minReadySeconds === undefined ? {} : { minReadySeconds }), selector: withHashLabel(selector, hash), template: { ...template, metadata: { ...template.metadata, labels } } },
  }
}

function createNewSet(writer: DeploymentWriter, oldSets: readonly ReplicaSet[], newRevision: string): StepResult<RevisionSets> {
  const { deployment } = writer
  const bare = makeNewSet(deployment)
  const size = newSetSize(deployment, sumReplicas(oldSets), 0)
  if (size.error !== undefined) return { failed: true }
  const { annotations } = newSetAnnotations(deployment, bare, newRevision, false)
  const set: ReplicaSet = { ...bare, metadata: { ...bare.metadata, annotations }, spec: { ...bare.spec, replicas: size.replicas } }
  const result = writer.api.create('replicasets.apps', set)
  if (!result.ok) return createRefused(writer, set, oldSets, newRevision, result.status)
  if (size.replicas > 0) writer.event('Normal', 'ScalingReplicaSet', `Scaled up replica set ${set.metadata.name!} from 0 to ${size.replicas}`)
  writer.setRevision(newRevision)
  if (hasProgressDeadline(deployment)) {
    writer.setCondition({ type: 'Progressing', status: 'True', reason: deploymentReasons.created, message: `Created new replica set ${goQuote(set.metadata.name!)}` })
  }
  return { newSet: result.object, oldSets }
}

/** The set was refused: it may be there already, its name may be taken, or something forbids it. */
function createRefused(writer: DeploymentWriter, set: ReplicaSet, oldSets: readonly ReplicaSet[], newRevision: string, status: Status): StepResult<RevisionSets> {
  const { deployment } = writer
  if (status.reason === 'AlreadyExists') {
    const existing = writer.api.find<ReplicaSet>('replicasets.apps', objectKey(set.metadata.namespace, set.metadata.name!))
    if (existing === undefined) return { failed: true }
    if (controllerOf(existing)?.uid === deployment.metadata.uid && equalIgnoringHash(deployment.spec.template, existing.spec.template)) {
      writer.setRevision(newRevision)
      return { newSet: existing, oldSets }
    }
    writer.updateStatus({ ...deployment.status, collisionCount: (deployment.status?.collisionCount ?? 0) + 1 })
    return { failed: true }
  }
  if (isNamespaceTerminating(status)) return { failed: true }
  const message = `Failed to create new replica set ${goQuote(set.metadata.name!)}: ${status.message ?? ''}`
  if (hasProgressDeadline(deployment)) writer.setCondition({ type: 'Progressing', status: 'False', reason: deploymentReasons.createFailed, message })
  writer.event('Warning', deploymentReasons.createFailed, message)
  return { failed: true }
}

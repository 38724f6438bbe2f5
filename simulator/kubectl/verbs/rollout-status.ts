/** kubectl rollout status. Models k8s.io/kubectl/pkg/cmd/rollout and polymorphichelpers rollout_status (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import type { Deployment, KubeObject } from '../../api/types.ts'
import { fail } from '../failures.ts'
import { hasFiles } from '../manifests.ts'
import { visit } from '../resource-builder.ts'
import type { Info, Selection } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { watchObject } from '../waiting.ts'

const revisionAnnotation = 'deployment.kubernetes.io/revision'

/** What one look at an object tells: the line to print, and whether the rollout is over. */
export interface Progress { readonly text: string; readonly isDone: boolean }

const waiting = (text: string): Progress => ({ text: `${text}\n`, isDone: false })
const done = (text: string): Progress => ({ text: `${text}\n`, isDone: true })

/** The revision of a Deployment or ReplicaSet; 0 without one. */
export function revisionOf(object: KubeObject): number {
  const text = object.metadata.annotations?.[revisionAnnotation]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : 0
}

function isUnobserved(object: KubeObject): boolean {
  const observed = (object.status as { observedGeneration?: number } | undefined)?.observedGeneration ?? 0
  return (object.metadata.generation ?? 0) > observed
}

/** One look at a Deployment. @param revision wanted revision, 0 for the present one */
export function deploymentProgress(object: KubeObject, revision: number): Progress {
  const deployment = object as Deployment
  const { status = {}, spec } = deployment
  const name = goQuote(deployment.metadata.name ?? '')
  if (revision > 0 && revision !== revisionOf(deployment)) throw fail(`desired revision (${revision}) is different from the running revision (${revisionOf(deployment)})`)
  if (isUnobserved(deployment)) return waiting('Waiting for deployment spec update to be observed...')
  const progressing = status.conditions?.find((condition) => condition.type === 'Progressing')
  if (progressing?.reason === 'ProgressDeadlineExceeded') throw fail(`deployment ${name} exceeded its progress deadline`)
  const [updated, total, available] = [status.updatedReplicas ?? 0, status.replicas ?? 0, status.availableReplicas ?? 0]
  if (spec.replicas !== undefined && updated < spec.replicas) return waiting(`Waiting for deployment ${name} rollout to finish: ${updated} out of ${spec.replicas} new replicas have been updated...`)
  if (total > updated) return waiting(`Waiting for deployment ${name} rollout to finish: ${total - updated} old replicas are pending termination...`)
  if (available < updated) return waiting(`Waiting for deployment ${name} rollout to finish: ${available} of ${updated} updated replicas are available...`)
  return done(`deployment ${name} successfully rolled out`)
}

interface DaemonSet extends KubeObject { spec: { updateStrategy?: { type?: string } }; status?: { updatedNumberScheduled?: number; desiredNumberScheduled?: number; numberAvailable?: number } }

/** One look at a DaemonSet. */
export function daemonSetProgress(object: KubeObject): Progress {
  const { spec, status = {}, metadata } = object as DaemonSet
  if (spec.updateStrategy?.type !== 'RollingUpdate') throw fail('rollout status is only available for RollingUpdate strategy type')
  if (isUnobserved(object)) return waiting('Waiting for daemon set spec update to be observed...')
  const [updated, desired, available] = [status.updatedNumberScheduled ?? 0, status.desiredNumberScheduled ?? 0, status.numberAvailable ?? 0]
  const head = `Waiting for daemon set ${goQuote(metadata.name ?? '')} rollout to finish:`
  if (updated < desired) return waiting(`${head} ${updated} out of ${desired} new pods have been updated...`)
  if (available < desired) return waiting(`${head} ${available} of ${desired} updated pods are available...`)
  return done(`daemon set ${goQuote(metadata.name ?? '')} successfully rolled out`)
}

interface StatefulSet extends KubeObject {
  spec: { replicas?: number; updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } } }
  status?: { observedGeneration?: number; readyReplicas?: number; updatedReplicas?: number; currentReplicas?: number; currentRevision?: string; updateRevision?: string }
}

/** One look at a StatefulSet. */
export function statefulSetProgress(object: KubeObject): Progress {
  const { spec, status = {} } = object as StatefulSet
  if (spec.updateStrategy?.type !== 'RollingUpdate') throw fail('rollout status is only available for RollingUpdate strategy type')
  if ((status.observedGeneration ?? 0) === 0 || isUnobserved(object)) return waiting('Waiting for statefulset spec update to be observed...')
  const ready = status.readyReplicas ?? 0
  const updated = status.updatedReplicas ?? 0
  if (spec.replicas !== undefined && ready < spec.replicas) return waiting(`Waiting for ${spec.replicas - ready} pods to be ready...`)
  const partition = spec.updateStrategy.rollingUpdate?.partition
  if (spec.updateStrategy.rollingUpdate !== undefined) {
    const wanted = (spec.replicas ?? 0) - (partition ?? 0)
    if (partition !== undefined && spec.replicas !== undefined && updated < wanted) return waiting(`Waiting for partitioned roll out to finish: ${updated} out of ${wanted} new pods have been updated...`)
    return done(`partitioned roll out complete: ${updated} new pods have been updated...`)
  }
  if (status.updateRevision !== status.currentRevision) return waiting(`waiting for statefulset rolling update to complete ${updated} pods at revision ${status.updateRevision ?? ''}...`)
  return done(`statefulset rolling update complete ${status.currentReplicas ?? 0} pods at revision ${status.currentRevision ?? ''}...`)
}

function progressOf(info: Info, object: KubeObject, revision: number): Progress {
  switch (info.kind.kind) {
    case 'Deployment': return deploymentProgress(object, revision)
    case 'DaemonSet': return daemonSetProgress(object)
    case 'StatefulSet': return statefulSetProgress(object)
  }
  throw fail(`no status viewer has been implemented for ${info.kind.kind}`)
}

/** The objects that rollout commands work on. */
export function rolloutSelection(session: Session): Selection {
  const { flags } = session
  if (session.args.length === 0 && !hasFiles(session)) throw fail('required resource not specified')
  return { args: session.args, useFiles: true, isLatest: true, selector: flags.text('selector'), kindAloneIsAll: true, continuesOnError: true }
}

function* watchRollout(session: Session, info: Info): Run<void> {
  const revision = session.flags.int('revision')
  const first = info.object as KubeObject
  const look = (object: KubeObject): boolean => {
    const progress = progressOf(info, object, revision)
    session.out(progress.text)
    return progress.isDone || !session.flags.bool('watch')
  }
  if (look(first)) return
  const timeoutMs = session.flags.duration('timeout')
  const isOver = yield* watchObject(session, info, {
    fromVersion: first.metadata.resourceVersion ?? '', endMs: timeoutMs === 0 ? undefined : session.nowMs + timeoutMs,
    isDone: (observation) => {
      if (observation.isGone) throw fail('object has been deleted')
      return look(observation.object)
    },
  })
  if (!isOver) throw fail('timed out waiting for the condition')
}

/**
 * kubectl rollout status: one line per change until the rollout is complete (exit code 0), has exceeded its progress
 * deadline or --timeout is over (1). --watch=false looks once.
 */
export function* rolloutStatus(session: Session): Run<number> {
  const selection = rolloutSelection(session)
  if (session.flags.int('revision') < 0) throw fail(`revision must be a positive integer: ${session.flags.int('revision')}`)
  let isFound = false
  yield* visit(session, { ...selection, continuesOnError: false }, function* (info) {
    isFound = true
    yield* watchRollout(session, info)
  })
  if (!isFound) session.err(`No resources found in ${session.namespace().name} namespace.\n`)
  return 0
}

/** Rows of functions/rollout.jsonl: the decisions of the workload controllers, one function a row. */

import { goDuration } from '../../../simulator/api/time.ts'
import { timestampMs } from '../../../simulator/api/time.ts'
import { kindByKind } from '../../../simulator/api/kinds.ts'
import type { Deployment, DeploymentStatus, KubeObject, Pod, PodTemplateSpec, ReplicaSet, StringMap } from '../../../simulator/api/types.ts'
import { decodeBody } from '../../../simulator/admission/body.ts'
import { findKindRules } from '../../../simulator/admission/kinds/registry.ts'
import { normalizeObject } from '../../../simulator/admission/schema/normalize.ts'
import { typeOf } from '../../../simulator/admission/schema/schema.ts'
import { countAnnotation, desiredReplicasAnnotation, lastRevision, maxReplicasAnnotation, maxRevision, newSetAnnotations } from '../../../simulator/controllers/deployment/annotations.ts'
import { activeOrLatest, sortOutSets } from '../../../simulator/controllers/deployment/replica-sets.ts'
import { isSaturated, maxSurge, maxUnavailable, minAvailable, newSetSize, resolveFenceposts, setProportion, sumReplicas } from '../../../simulator/controllers/deployment/sizes.ts'
import { hasProgressDeadline, isComplete, isProgressing, isTimedOut } from '../../../simulator/controllers/deployment/status.ts'
import { remainingMs } from '../../../simulator/controllers/job/back-off.ts'
import { formatIndexes, parseIndexes, withIndexes } from '../../../simulator/controllers/job/indexes.ts'
import { matchFailurePolicy, matchSuccessPolicy } from '../../../simulator/controllers/job/policies.ts'
import type { PodFailurePolicy, SuccessPolicy } from '../../../simulator/controllers/job/policies.ts'
import { computeHash, revisionData, revisionHash } from '../../../simulator/controllers/pod-template-hash.ts'
import { isPodActive, isPodAvailable, isPodFinished, isPodReady } from '../../../simulator/controllers/pods.ts'
import { byDeletionRank, podsToDelete } from '../../../simulator/controllers/replicaset/ranking.ts'
import { backOffNext, delayOf, isBackingOff } from '../../../simulator/kubelet/back-off.ts'
import type { Host } from '../../../simulator/kubelet/host.ts'
import type { BackOff } from '../../../simulator/kubelet/records.ts'
import { Table } from '../../../simulator/kernel/table.ts'
import { asFailure, failureText } from '../../../simulator/kubectl/failures.ts'
import { controllerHistoryText, findControllerRevision, hasControllerRevisions, matchesRevision } from '../../../simulator/kubectl/verbs/controller-revisions.ts'
import type { ControllerRevision } from '../../../simulator/kubectl/verbs/controller-revisions.ts'
import { findRevision, historyText, restoredAnnotations, withoutHash } from '../../../simulator/kubectl/verbs/rollout-history.ts'
import { daemonSetProgress, deploymentProgress, revisionOf, statefulSetProgress } from '../../../simulator/kubectl/verbs/rollout-status.ts'
import { verdict } from '../compare.ts'
import type { RowRunner } from '../runner.ts'

interface Input {
  fn: string; now?: string; deployment?: Deployment; replicaSets?: ReplicaSet[]; newReplicaSet?: ReplicaSet; newStatus?: DeploymentStatus; statefulSet?: KubeObject
  maxSurge?: number | string; maxUnavailable?: number | string; replicas?: number; toAdd?: number; added?: number; template?: PodTemplateSpec; collisionCount?: number
  pods?: Pod[]; relatedPods?: Pod[]; diff?: number; pod?: Pod; minReadySeconds?: number; revision?: number
  indexes?: string; add?: number[]; completions?: number; podFailurePolicy?: PodFailurePolicy; successPolicy?: SuccessPolicy; failures?: number; lastFailure?: string
  object?: KubeObject; objects?: KubeObject[]; times?: number[]; base?: number; max?: number; resetAfter?: number
}

const parse = (text: string): number => timestampMs(text)

function nowOf(input: Input): number {
  return parse(input.now ?? '2026-01-10T12:00:00Z')
}

function nameOf(object: KubeObject): string {
  return object.metadata.name ?? ''
}

/** An object as a controller reads it: decoded, defaulted, quantities in canonical form. */
function asStored<T extends KubeObject>(object: T): T {
  const { apiVersion, kind } = object
  const decoded = decodeBody({ kind: kindByKind(apiVersion, kind)!, body: object }, [])
  if ('refusal' in decoded) throw new Error(decoded.refusal.message)
  findKindRules(apiVersion, kind)?.applyDefaults?.(decoded.object)
  return normalizeObject(decoded.object as Parameters<typeof normalizeObject>[0], typeOf(apiVersion, kind)!) as unknown as T
}

function findSets({ deployment, replicaSets = [] }: Input): unknown {
  const { newSet, oldSets } = sortOutSets(deployment!, replicaSets)
  const latest = activeOrLatest(newSet, oldSets)
  return {
    new: newSet === undefined ? null : nameOf(newSet), old: oldSets.map(nameOf), oldWithPods: oldSets.filter((set) => set.spec.replicas !== 0).map(nameOf),
    maxRevision: maxRevision(replicaSets), lastRevision: lastRevision(replicaSets), ...(latest === undefined ? {} : { activeOrLatest: nameOf(latest) }),
  }
}

function rankedOrder(input: Input): unknown {
  const { pods = [], relatedPods = [] } = input
  const ranked = pods.map((pod) => ({ pod, rank: relatedPods.filter((related) => isPodActive(related) && (related.spec.nodeName ?? '') === (pod.spec.nodeName ?? '')).length }))
  return { order: byDeletionRank(ranked, nowOf(input), parse).map(nameOf) }
}

function deploymentHash({ deployment }: Input): unknown {
  const stored = asStored(deployment!)
  const shown = deployment!.metadata.annotations?.['show'] !== undefined
  return { hash: computeHash(stored.spec.template, stored.status?.collisionCount), ...(shown ? { template: stored.spec.template } : {}) }
}

function statefulSetRevision({ statefulSet, collisionCount }: Input): unknown {
  const { template } = asStored(statefulSet!).spec as { template: PodTemplateSpec }
  const hash = revisionHash(template, collisionCount)
  return { name: `${nameOf(statefulSet!)}-${hash}`, hashLabel: hash, data: revisionData(template) }
}

function setAnnotations({ deployment, newReplicaSet, revision }: Input): unknown {
  const { annotations, changed } = newSetAnnotations(deployment!, newReplicaSet!, `${revision ?? 0}`, true)
  return { annotations: annotations as StringMap, changed }
}

/** What kubectl says, or its error. */
function orError(answer: () => unknown): unknown {
  try {
    return answer()
  } catch (error) {
    return { error: failureText(asFailure(error)).replace(/^error: /, '') }
  }
}

function rolloutStatus({ object, revision = 0 }: Input): unknown {
  return orError(() => {
    const looks: { readonly [kind: string]: () => { text: string; isDone: boolean } } = { Deployment: () => deploymentProgress(object!, revision), DaemonSet: () => daemonSetProgress(object!), StatefulSet: () => statefulSetProgress(object!) }
    const look = looks[object!.kind]
    if (look === undefined) return { error: `no status viewer has been implemented for ${object!.kind}.apps` }
    const { text, isDone } = look()
    return { text, done: isDone }
  })
}

function setsByRevision(objects: readonly KubeObject[]): ReplicaSet[] {
  return (objects.filter(({ kind }) => kind === 'ReplicaSet') as ReplicaSet[]).sort((a, b) => revisionOf(a) - revisionOf(b))
}

function controllerRevisions(objects: readonly KubeObject[]): ControllerRevision[] {
  return objects.filter(({ kind }) => kind === 'ControllerRevision') as ControllerRevision[]
}

function isControllerHistory([first]: readonly KubeObject[]): boolean {
  return first !== undefined && hasControllerRevisions({ group: 'apps', kind: first.kind })
}

function rolloutHistory({ objects = [], revision = 0 }: Input): unknown {
  return orError(() => ({ text: isControllerHistory(objects) ? controllerHistoryText(controllerRevisions(objects), revision) : historyText(setsByRevision(objects), revision) }))
}

function rolloutUndo({ objects = [], revision = 0 }: Input): unknown {
  return orError(() => {
    if (isControllerHistory(objects)) {
      const found = findControllerRevision(controllerRevisions(objects), revision)
      return matchesRevision(objects[0] as Deployment, found) ? { text: `skipped rollback (current template already matches revision ${revision})` } : { text: 'rolled back', patch: found.data }
    }
    const deployment = objects[0] as Deployment
    const set = findRevision(deployment, setsByRevision(objects), revision)
    if (deployment.spec.paused === true) return { error: "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again" }
    return { text: 'rolled back', patch: [{ op: 'replace', path: '/spec/template', value: withoutHash(set.spec.template) }, { op: 'replace', path: '/metadata/annotations', value: restoredAnnotations(deployment, set) }] }
  })
}

/** The kubelet's back-off at each of the times, in seconds. */
function backOffSteps({ times = [], base = 0, max = 0, resetAfter = 0 }: Input): unknown {
  const host = { nowMs: 0, backOffs: new Table<BackOff>(), timings: { backOffMs: base * 1000, backOffMaxMs: max * 1000, backOffResetMs: resetAfter * 1000 } }
  const steps = times.map((at) => {
    host.nowMs = at * 1000
    const kubelet = host as unknown as Host
    const inBackOffBefore = isBackingOff(kubelet, 'x')
    backOffNext(kubelet, 'x', host.nowMs)
    return { at, inBackOffBefore, delaySeconds: delayOf(kubelet, 'x') / 1000 }
  })
  return { steps }
}

type Answer = (input: Input) => unknown

const answers: { readonly [fn: string]: Answer } = {
  Backoff: backOffSteps,
  RolloutStatus: rolloutStatus,
  RolloutHistory: rolloutHistory,
  RolloutUndo: rolloutUndo,
  ResolveFenceposts: (input) => resolveFenceposts(input.maxSurge, input.maxUnavailable, input.replicas ?? 0),
  MaxSurgeUnavailable: ({ deployment }) => ({ maxSurge: maxSurge(deployment!), maxUnavailable: maxUnavailable(deployment!), minAvailable: minAvailable(deployment!) }),
  NewRSNewReplicas: ({ deployment, replicaSets = [], newReplicaSet }) => newSetSize(deployment!, sumReplicas(replicaSets), newReplicaSet!.spec.replicas ?? 0),
  GetReplicaSetProportion: ({ deployment, newReplicaSet, toAdd = 0, added = 0 }) => ({ replicas: setProportion(deployment!, newReplicaSet!, countAnnotation(newReplicaSet!, maxReplicasAnnotation), toAdd, added) }),
  status: (input) => ({
    complete: isComplete(input.deployment!, input.newStatus!), progressing: isProgressing(input.deployment!, input.newStatus!),
    timedOut: isTimedOut(input.deployment!, input.newStatus!, nowOf(input), parse), hasProgressDeadline: hasProgressDeadline(input.deployment!),
  }),
  IsSaturated: ({ deployment, newReplicaSet }) => ({ saturated: isSaturated(deployment!, newReplicaSet, countAnnotation(newReplicaSet!, desiredReplicasAnnotation)) }),
  FindReplicaSets: findSets,
  SetNewReplicaSetAnnotations: setAnnotations,
  ComputeHash: ({ template, collisionCount }) => ({ hash: computeHash(template!, collisionCount) }),
  DeploymentHash: deploymentHash,
  StatefulSetRevision: statefulSetRevision,
  PodsToDelete: (input) => ({ deleted: podsToDelete(input.pods ?? [], input.relatedPods ?? [], input.diff ?? 0, nowOf(input), parse).map(nameOf).sort((a, b) => (a < b ? -1 : 1)) }),
  ActivePodsWithRanks: rankedOrder,
  IsPodAvailable: (input) => ({
    ready: isPodReady(input.pod!), available: isPodAvailable(input.pod!, input.minReadySeconds ?? 0, nowOf(input), parse), active: isPodActive(input.pod!), terminal: isPodFinished(input.pod!),
  }),
  ParseIndexes: ({ indexes = '', completions = 0 }) => describeIndexes(parseIndexes(indexes, completions)),
  AddIndexes: ({ indexes = '', completions = 0, add = [] }) => describeIndexes(withIndexes(parseIndexes(indexes, completions), add)),
  PodFailurePolicy: ({ podFailurePolicy, pod }) => {
    const { counts, ...rest } = matchFailurePolicy(podFailurePolicy, pod!)
    return { ...rest, countsTowardsBackoffLimit: counts }
  },
  SuccessPolicy: ({ successPolicy, completions = 0, indexes = '' }) => {
    const message = matchSuccessPolicy(successPolicy, completions, parseIndexes(indexes, completions))
    return { met: message !== undefined, message: message ?? '' }
  },
  JobBackoff: (input) => ({ remaining: goDuration(remainingMs({ failures: input.failures ?? 0, ...(input.lastFailure === undefined ? {} : { lastFailureMs: parse(input.lastFailure) }) }, nowOf(input))) }),
}

function describeIndexes(intervals: ReturnType<typeof parseIndexes>): unknown {
  return { intervals, string: formatIndexes(intervals) }
}

/** Rows of functions/rollout.jsonl. */
export const runRollout: RowRunner = (row) => {
  const input = row['input'] as unknown as Input
  const answer = answers[input.fn]
  if (answer === undefined) return { name: String(row['name']), ok: false, expected: row['expect'], note: `no function ${input.fn}` }
  return verdict(row, answer(input))
}

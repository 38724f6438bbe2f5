/**
 * Annotations by which a Deployment and its ReplicaSets remember revisions and sizes.
 * Models kubernetes/pkg/controller/deployment/util (v1.35).
 */

import { lastAppliedAnnotation } from '../../api/object-meta.ts'
import type { Deployment, ReplicaSet, StringMap } from '../../api/types.ts'
import { maxSurge } from './sizes.ts'

export const revisionAnnotation = 'deployment.kubernetes.io/revision'
const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history'
export const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas'
export const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas'
const historyCharsMax = 2000

const notCopied: ReadonlySet<string> = new Set([
  lastAppliedAnnotation, revisionAnnotation, revisionHistoryAnnotation, desiredReplicasAnnotation, maxReplicasAnnotation,
  'deprecated.deployment.rollback.to',
])

/** Annotations after a step, and whether the step changed any. */
export interface AnnotationsChange { readonly annotations: StringMap; readonly changed: boolean }

/** A whole number as strconv.ParseInt reads it; undefined when it is none. */
export function parseWhole(text: string): number | undefined {
  return /^[+-]?[0-9]+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined
}

/** The revision of a ReplicaSet: 0 without annotation, undefined when it is no number. */
export function revisionOf(set: ReplicaSet): number | undefined {
  const text = set.metadata.annotations?.[revisionAnnotation]
  return text === undefined ? 0 : parseWhole(text)
}

/** The highest revision among sets; those without a number do not count. */
export function maxRevision(sets: readonly ReplicaSet[]): number {
  return sets.reduce((highest, set) => Math.max(highest, revisionOf(set) ?? 0), 0)
}

/** The second highest revision among sets. */
export function lastRevision(sets: readonly ReplicaSet[]): number {
  let highest = 0
  let second = 0
  for (const set of sets) {
    const revision = revisionOf(set)
    if (revision === undefined) continue
    if (revision >= highest) {
      second = highest
      highest = revision
    } else if (revision > second) second = revision
  }
  return second
}

/** Annotations that tell a set how many pods its Deployment wants and may have. */
export function withReplicasAnnotations(annotations: StringMap, deployment: Deployment): AnnotationsChange {
  const desired = `${deployment.spec.replicas}`
  const most = `${deployment.spec.replicas! + maxSurge(deployment)}`
  const changed = annotations[desiredReplicasAnnotation] !== desired || annotations[maxReplicasAnnotation] !== most
  return { annotations: changed ? { ...annotations, [desiredReplicasAnnotation]: desired, [maxReplicasAnnotation]: most } : annotations, changed }
}

function withHistory(annotations: StringMap, oldRevision: string): StringMap {
  const history = annotations[revisionHistoryAnnotation] ?? ''
  if (history === '' || history.startsWith(',')) return { ...annotations, [revisionHistoryAnnotation]: oldRevision }
  const revisions = history.split(',')
  let length = history.length + oldRevision.length + 1
  let start = 0
  while (length > historyCharsMax && start < revisions.length) length -= revisions[start++]!.length + 1
  if (length > historyCharsMax) return annotations
  return { ...annotations, [revisionHistoryAnnotation]: [...revisions.slice(start), oldRevision].join(',') }
}

/**
 * The annotations of the set that runs the Deployment's template: the Deployment's own, the revision, the history.
 * @param exists false for a set that is about to be created, which gets the sizes too
 */
export function newSetAnnotations(deployment: Deployment, set: ReplicaSet, newRevision: string, exists: boolean): AnnotationsChange {
  let annotations: StringMap = { ...set.metadata.annotations }
  let changed = false
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (notCopied.has(key) || annotations[key] === value) continue
    annotations[key] = value
    changed = true
  }
  const oldRevision = annotations[revisionAnnotation]
  const oldNumber = oldRevision === undefined || oldRevision === '' ? 0 : parseWhole(oldRevision)
  const newNumber = parseWhole(newRevision)
  if (oldNumber === undefined || newNumber === undefined) return { annotations, changed: false }
  if (oldNumber < newNumber) {
    annotations = { ...annotations, [revisionAnnotation]: newRevision }
    changed = true
    if (oldRevision !== undefined) annotations = withHistory(annotations, oldRevision)
  }
  if (exists) return { annotations, changed }
  const sized = withReplicasAnnotations(annotations, deployment)
  return { annotations: sized.annotations, changed: changed || sized.changed }
}

/** A count that an annotation holds, when it is one. */
export function countAnnotation(set: ReplicaSet, annotation: string): number | undefined {
  const text = set.metadata.annotations?.[annotation]
  if (text === undefined || !/^[0-9]+$/.test(text)) return undefined
  const count = Number(text)
  return count > 2147483647 ? undefined : count
}

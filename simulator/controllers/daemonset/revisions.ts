/** The revisions of a DaemonSet. Models kubernetes/pkg/controller/daemon history (v1.35). */

import type { Pod } from '../../api/types.ts'
import type { ComponentContext } from '../../store/component.ts'
import { keyOf } from '../../store/resource-id.ts'
import { keepsTemplate, revisionLabel, sortRevisions } from '../controller-revisions.ts'
import type { ControllerRevision } from '../controller-revisions.ts'
import { controllerReference } from '../owners.ts'
import { computeHash, revisionData } from '../pod-template-hash.ts'
import type { DaemonSet } from './types.ts'

const resource = 'controllerrevisions.apps'

/** The revision of the set's template by its hash, and the others. */
export interface History { readonly hash: string; readonly old: readonly ControllerRevision[] }

function hashOf({ metadata }: ControllerRevision): string {
  return metadata.labels?.[revisionLabel] ?? metadata.name!
}

/** @returns undefined when it has to be tried again */
function makeRevision({ api }: ComponentContext, set: DaemonSet, revision: number): ControllerRevision | undefined {
  const hash = computeHash(set.spec.template, set.status?.collisionCount)
  const { name, namespace, annotations } = set.metadata
  const wanted: ControllerRevision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name!}-${hash}`,
      namespace,
      labels: { ...set.spec.template.metadata?.labels, [revisionLabel]: hash },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controllerReference(set)],
    },
    data: revisionData(set.spec.template) as ControllerRevision['data'],
    revision,
  }
  const result = api.create<ControllerRevision>(resource, wanted)
  if (result.ok) return result.object
  if (result.status.reason !== 'AlreadyExists') return undefined
  const existing = api.find<ControllerRevision>(resource, keyOf(wanted))
  if (existing !== undefined && keepsTemplate(existing, set.spec.template)) return existing
  // Another template has this hash: the next try counts the collision in.
  api.updateStatus('daemonsets.apps', { ...set, status: { ...set.status, collisionCount: (set.status?.collisionCount ?? 0) + 1 } })
  return undefined
}

/** Keeps the newest of equal revisions; pods of the others become its own. */
function keepOne({ api }: ComponentContext, equal: readonly ControllerRevision[], pods: readonly Pod[]): ControllerRevision | undefined {
  const kept = equal.at(-1)
  if (kept === undefined || equal.length === 1) return kept
  for (const pod of pods) {
    if (pod.metadata.labels?.[revisionLabel] === hashOf(kept)) continue
    if (!api.patch('pods', keyOf(pod), { metadata: { labels: { [revisionLabel]: hashOf(kept) } } }).ok) return undefined
  }
  for (const other of equal) if (other !== kept && !api.delete(resource, keyOf(other)).ok) return undefined
  return kept
}

/**
 * Finds or makes the revision of the set's template; it is numbered after all others.
 * @returns undefined when it has to be tried again
 */
export function historyOf(context: ComponentContext, set: DaemonSet, revisions: readonly ControllerRevision[], pods: readonly Pod[]): History | undefined {
  const sorted = sortRevisions(revisions)
  const equal = sorted.filter((revision) => keepsTemplate(revision, set.spec.template))
  const old = sorted.filter((revision) => !equal.includes(revision))
  const next = (old.at(-1)?.revision ?? 0) + 1
  const current = equal.length === 0 ? makeRevision(context, set, next) : keepOne(context, equal, pods)
  if (current === undefined) return undefined
  if (current.revision < next && !context.api.update(resource, { ...current, revision: next }).ok) return undefined
  return { hash: hashOf(current), old }
}

/** Removes the oldest revisions beyond the limit that no pod is of. @returns false when one was refused */
export function truncateHistory({ api }: ComponentContext, set: DaemonSet, { old }: History, pods: readonly Pod[]): boolean {
  const surplus = old.length - (set.spec.revisionHistoryLimit ?? 10)
  if (surplus <= 0) return true
  const live = new Set(pods.map((pod) => pod.metadata.labels?.[revisionLabel]))
  const doomed = old.filter((revision) => !live.has(hashOf(revision))).slice(0, surplus)
  return doomed.every((revision) => api.delete(resource, keyOf(revision)).ok)
}

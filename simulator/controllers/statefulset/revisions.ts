/** The current and the new revision of a StatefulSet. Models kubernetes/pkg/controller/statefulset control (v1.35). */

import type { ApiClient } from '../../api/client.ts'
import type { Pod } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { keyOf, objectKey } from '../../store/resource-id.ts'
import { keepsTemplate } from '../controller-revisions.ts'
import type { ControllerRevision } from '../controller-revisions.ts'
import { controllerReference } from '../owners.ts'
import { revisionData, revisionHash } from '../pod-template-hash.ts'
import { podRevision } from './identity.ts'
import type { StatefulSet, SyncError } from './types.ts'

const resource = 'controllerrevisions.apps'
const hashLabel = 'controller.kubernetes.io/hash'
const prefixLengthMax = 223

/** What a sync goes by. */
export interface Revisions { readonly current: ControllerRevision; readonly update: ControllerRevision; readonly collisionCount: number }

/** A revision of the set's template; the hash in its label is that of the first name tried. */
function makeRevision(set: StatefulSet, revision: number, hash: string, labelHash: string): ControllerRevision {
  const { name, namespace, annotations } = set.metadata
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name!.slice(0, prefixLengthMax)}-${hash}`,
      namespace,
      labels: { ...set.spec.template.metadata?.labels, [hashLabel]: labelHash },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controllerReference(set)],
    },
    data: revisionData(set.spec.template) as ControllerRevision['data'],
    revision,
  }
}

function createRevision(api: ApiClient, set: StatefulSet, revision: number): { readonly made: ControllerRevision; readonly collisionCount: number } | SyncError {
  const first = set.status?.collisionCount ?? 0
  const labelHash = revisionHash(set.spec.template, first)
  for (let collisionCount = first; ; collisionCount++) {
    const wanted = makeRevision(set, revision, revisionHash(set.spec.template, collisionCount), labelHash)
    const result = api.create<ControllerRevision>(resource, wanted)
    if (result.ok) return { made: result.object, collisionCount }
    if (result.status.reason !== 'AlreadyExists') return { error: result.status.message ?? '' }
    const existing = api.find<ControllerRevision>(resource, keyOf(wanted))
    if (existing !== undefined && equalJson(existing.data, wanted.data)) return { made: existing, collisionCount }
  }
}

/**
 * Finds or makes the revision of the set's template; an older equal one becomes the newest again.
 * @param revisions sorted
 */
export function revisionsOf(api: ApiClient, set: StatefulSet, revisions: readonly ControllerRevision[]): Revisions | SyncError {
  const last = revisions.at(-1)
  const next = (last?.revision ?? 0) + 1
  const equal = revisions.findLast((revision) => keepsTemplate(revision, set.spec.template))
  let update = equal
  let collisionCount = set.status?.collisionCount ?? 0
  if (equal === undefined) {
    const created = createRevision(api, set, next)
    if ('error' in created) return created
    update = created.made
    collisionCount = created.collisionCount
  } else if (!equalJson(equal.data, last!.data)) {
    const result = api.update<ControllerRevision>(resource, { ...equal, revision: next })
    if (!result.ok) return { error: result.status.message ?? '' }
    update = result.object
  } else update = last!
  const current = revisions.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update
  return { current: current!, update: update!, collisionCount }
}

/** Removes the oldest revisions beyond the limit that neither the set nor a pod is of. @returns the first refusal */
export function truncateHistory(api: ApiClient, set: StatefulSet, pods: readonly Pod[], revisions: readonly ControllerRevision[], { current, update }: Revisions): SyncError | undefined {
  const live = new Set([current.metadata.name!, update.metadata.name!, ...pods.map(podRevision)])
  const historic = revisions.filter(({ metadata }) => !live.has(metadata.name!))
  const limit = set.spec.revisionHistoryLimit ?? 10
  if (limit < 0 || historic.length <= limit) return undefined
  for (const { metadata } of historic.slice(0, historic.length - limit)) {
    const result = api.delete(resource, objectKey(metadata.namespace, metadata.name!))
    if (!result.ok && result.status.code !== 404) return { error: result.status.message ?? '' }
  }
  return undefined
}

/** Requests and the managed fields of what they read and write. */

import type { KindInfo } from '../../api/kinds.ts'
import type { ApiRequest } from '../../api/request.ts'
import type { KubeObject } from '../../api/types.ts'
import type { Outcome } from '../ports.ts'
import type { ServerParts } from '../server-parts.ts'

/** The object as a request wants to see it. */
export function shown(parts: Pick<ServerParts, 'managers'>, kind: KindInfo, request: ApiRequest, object: KubeObject): KubeObject {
  return request.query?.managedFields === true ? parts.managers.shown(kind, object) : object
}

/** Takes in what a write stored. @param before undefined for a create */
export function recorded(parts: Pick<ServerParts, 'managers'>, kind: KindInfo, request: ApiRequest, before: KubeObject | undefined, outcome: Outcome<KubeObject>): Outcome<KubeObject> {
  if (!outcome.ok) return outcome
  if (outcome.object === before) return { ...outcome, object: shown(parts, kind, request, outcome.object) }
  if (request.query?.dryRun !== 'All') parts.managers.note(kind, before, outcome.object, outcome.asked ?? outcome.object, parts.managers.writerOf(kind, request))
  return { ...outcome, object: shown(parts, kind, request, outcome.object) }
}

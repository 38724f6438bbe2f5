/** kubectl replace. Models k8s.io/kubectl/pkg/cmd/replace (v1.35). */

import type { KubeObject } from '../../api/types.ts'
import { addSource, asFailure, attempt, fail, hasReason, KubectlFailure } from '../failures.ts'
import { fieldValidation, writeQuery } from '../generators/common.ts'
import { findLastApplied, withLastApplied } from '../last-applied.ts'
import { operationPrinter } from '../printers/output.ts'
import { collectAll, visit } from '../resource-builder.ts'
import type { Info, Selection } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { waitUntilGone } from '../waiting.ts'
import { createObject, requireFiles } from './create.ts'
import { cascadeOf, deleteObject } from './delete.ts'

/** Replaces an object, whatever version it has now. */
function* replaceObject(session: Session, info: Info): Run<KubeObject> {
  let object = info.object as KubeObject
  if (session.flags.bool('save-config') || findLastApplied(object) !== undefined) object = withLastApplied(object)
  try {
    if (object.metadata.resourceVersion === undefined && info.name !== '') {
      const live = yield* attempt(session.call({ verb: 'get', kind: info.kind, namespace: info.namespace, name: info.name }))
      const resourceVersion = live.ok ? live.value.metadata.resourceVersion : undefined
      if (resourceVersion !== undefined) object = { ...object, metadata: { ...object.metadata, resourceVersion } }
    }
    return yield* session.call({ verb: 'update', kind: info.kind, namespace: info.namespace, name: info.name, body: object, contentType: 'application/json', query: writeQuery(session, { isValidated: true }) })
  } catch (error) {
    throw new KubectlFailure(addSource(asFailure(error), 'replacing', info.source))
  }
}

/** --force: deletes what is there, waits and creates anew. */
function* forceReplace(session: Session, selection: Selection): Run<number> {
  const { flags } = session
  const grace = flags.int('grace-period')
  const plan = { graceSeconds: grace === 0 ? 0 : grace, propagation: cascadeOf(session), dryRun: 'none' as const, ignoresNotFound: true }
  const infos = yield* collectAll(session, selection)
  const timeoutMs = flags.duration('timeout')
  const endMs = timeoutMs === 0 ? undefined : session.nowMs + timeoutMs
  const deleted: Info[] = []
  for (const info of infos) {
    const result = yield* attempt(deleteObject(session, info, plan))
    if (result.ok) deleted.push(info)
    else if (!hasReason(result.failure, 'NotFound')) throw new KubectlFailure(result.failure)
  }
  for (const info of deleted) if (!(yield* waitUntilGone(session, info, { uid: undefined, endMs }))) throw fail(`timed out waiting for ${info.kind.resource}/${info.name} to be deleted`)
  for (const info of infos) session.out(operationPrinter(session, 'replaced')(yield* createObject(session, info, { verb: 'creating' })))
  return 0
}

/**
 * kubectl replace -f: updates each object, with the live resourceVersion when the file has none; the first refusal ends
 * the command. --force deletes and creates anew.
 */
export function* replace(session: Session): Run<number> {
  requireFiles(session)
  const { flags } = session
  if (flags.int('grace-period') >= 0 && !flags.bool('force')) throw fail('--grace-period must have --force specified')
  if (flags.duration('timeout') !== 0 && !flags.bool('force')) throw fail('--timeout must have --force specified')
  const selection: Selection = { useFiles: true, isValidated: fieldValidation(session) !== 'Ignore' }
  if (flags.bool('force')) return yield* forceReplace(session, selection)
  const dryRun = session.dryRun()
  yield* visit(session, selection, function* (info) {
    session.out(operationPrinter(session, 'replaced', { dryRun })(dryRun === 'client' ? (info.object as KubeObject) : yield* replaceObject(session, info)))
  })
  return 0
}

/** kubectl scale. Models k8s.io/kubectl/pkg/cmd/scale and pkg/scale (v1.35). */

import { findSubresource } from '../../api/kinds.ts'
import type { KubeObject } from '../../api/types.ts'
import { aggregateFailure, fail, statusFailure } from '../failures.ts'
import { operationPrinter } from '../printers/output.ts'
import { collect, objectName } from '../resource-builder.ts'
import type { Info } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

interface Scale extends KubeObject { readonly spec?: { readonly replicas?: number } }

/** Checks that an object still is as expected, by its scale. */
function* checkPreconditions(session: Session, info: Info): Run<void> {
  const wanted = session.flags.int('current-replicas')
  const version = session.flags.text('resource-version')
  if (wanted < 0 && version === '') return
  const scale = yield* session.call<Scale>({ verb: 'get', kind: info.kind, namespace: info.namespace, name: info.name, subresource: 'scale' })
  const replicas = scale.spec?.replicas ?? 0
  if (wanted >= 0 && replicas !== wanted) throw fail(`Expected replicas to be ${wanted}, was ${replicas}`)
  if (version !== '' && scale.metadata.resourceVersion !== version) throw fail(`Expected resource version to be ${version}, was ${scale.metadata.resourceVersion}`)
}

function* scaleOne(session: Session, info: Info): Run<void> {
  if (findSubresource(info.kind, 'scale') === undefined) throw statusFailure({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'NotFound', message: 'the server could not find the requested resource', code: 404 })
  yield* checkPreconditions(session, info)
  const dryRun = session.dryRun()
  const body = { spec: { replicas: session.flags.int('replicas') } }
  yield* session.call({ verb: 'patch', kind: info.kind, namespace: info.namespace, name: info.name, subresource: 'scale', body, contentType: 'application/merge-patch+json', query: dryRun === 'server' ? { dryRun: 'All' } : {} })
}

/** Waits until as many replicas exist as were asked for. */
function* waitForReplicas(session: Session, info: Info, timeoutMs: number): Run<void> {
  const endMs = session.nowMs + timeoutMs
  for (;;) {
    const scale = yield* session.call<Scale & { readonly status?: { readonly replicas?: number } }>({ verb: 'get', kind: info.kind, namespace: info.namespace, name: info.name, subresource: 'scale' })
    if (scale.spec?.replicas !== session.flags.int('replicas') || scale.status?.replicas === scale.spec.replicas) return
    if (session.nowMs >= endMs) throw fail(`timed out waiting for ${JSON.stringify(objectName(info))} to be synced`)
    yield* session.sleepUntil(Math.min(endMs, session.nowMs + 1000))
  }
}

/**
 * kubectl scale --replicas=N (0 or more): writes subresource scale of each object, if --current-replicas and
 * --resource-version hold; with --timeout it waits until the size is reached.
 */
export function* scale(session: Session): Run<number> {
  const { flags } = session
  if (flags.int('replicas') < 0) throw fail('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0')
  if (flags.int('current-replicas') < -1) throw fail('The --current-replicas must specify an integer of -1 or greater')
  const { infos, failures } = yield* collect(session, { args: session.args, useFiles: true, isLatest: true, kindAloneIsAll: flags.bool('all'), selector: flags.text('selector'), continuesOnError: true })
  if (failures.length > 0) throw aggregateFailure(failures)
  if (flags.text('resource-version') !== '' && infos.length > 1) throw fail('cannot use --resource-version with multiple resources')
  const dryRun = session.dryRun()
  for (const info of infos) {
    if (dryRun !== 'client') {
      yield* scaleOne(session, info)
      const timeoutMs = flags.duration('timeout')
      if (timeoutMs > 0 && dryRun === 'none') yield* waitForReplicas(session, info, timeoutMs)
    }
    session.out(operationPrinter(session, 'scaled', { dryRun })(info.object as KubeObject))
  }
  if (infos.length === 0) throw fail('no objects passed to scale')
  return 0
}

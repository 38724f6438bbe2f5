/** kubectl apply --prune: deletes what was applied once and is in no file any more. Models k8s.io/kubectl/pkg/cmd/apply/prune.go (v1.35). */

import { apiVersionOf, gvkText } from '../../api/kinds.ts'
import type { KindInfo } from '../../api/kinds.ts'
import type { KubeObject } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { asFailure, fail, failureText } from '../failures.ts'
import { findLastApplied } from '../last-applied.ts'
import { operationPrinter } from '../printers/output.ts'
import { listObjects } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { cascadeOf } from './delete.ts'

/** What this run of apply has seen. */
export interface Visited { readonly uids: Set<string>; readonly namespaces: Set<string> }

const defaultKinds = [
  'v1 ConfigMap', 'v1 Endpoints', 'v1 PersistentVolumeClaim', 'v1 Pod', 'v1 ReplicationController', 'v1 Secret', 'v1 Service', 'batch/v1 Job', 'batch/v1 CronJob', 'networking.k8s.io/v1 Ingress',
  'apps/v1 DaemonSet', 'apps/v1 Deployment', 'apps/v1 ReplicaSet', 'apps/v1 StatefulSet', 'v1 Namespace', 'v1 PersistentVolume',
]
const namespaceWarning = 'Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.'

/** The kinds of --prune-allowlist, written core/v1/ConfigMap. */
function allowedKinds(session: Session): KindInfo[] {
  return session.flags.list('prune-allowlist').map((text) => {
    const parts = text.split('/')
    if (parts.length !== 3) throw fail(`invalid GroupVersionKind format: ${text}, please follow <group/version/kind>`)
    const [group = '', version = '', kind = ''] = parts
    const realGroup = group === 'core' ? '' : group
    const found = session.kinds.byKind(apiVersionOf({ group: realGroup, version }), kind)
    if (found === undefined) throw fail(`no matches for kind "${kind}" in version "${apiVersionOf({ group: realGroup, version })}"`)
    return found
  })
}

/** Refuses combinations of flags before anything is applied. */
export function checkPruneFlags(session: Session): void {
  const { flags } = session
  const selector = flags.text('selector')
  if (flags.bool('prune')) allowedKinds(session)
  if (flags.bool('all') && selector !== '') throw fail('cannot set --all and --selector at the same time')
  if (!flags.bool('prune')) return
  if (flags.bool('force')) throw fail('--force cannot be used with --prune')
  if (!flags.bool('all') && selector === '') throw fail('all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector')
  if (flags.bool('server-side')) throw fail("--prune is in alpha and doesn't currently work on objects created by server-side apply")
}

function* pruneKind(session: Session, kind: KindInfo, namespace: string | undefined, visited: Visited): Run<void> {
  const dryRun = session.dryRun()
  const { items } = yield* listObjects(session, kind, { namespace, selector: session.flags.text('selector') })
  for (const item of items) {
    const object: KubeObject = { ...item, apiVersion: apiVersionOf(kind), kind: kind.kind }
    if (findLastApplied(object) === undefined || visited.uids.has(object.metadata.uid ?? '')) continue
    if (dryRun !== 'client') {
      const grace = session.flags.int('grace-period')
      const body = { kind: 'DeleteOptions', apiVersion: 'v1', ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}), propagationPolicy: cascadeOf(session), ...(dryRun === 'server' ? { dryRun: ['All'] } : {}) }
      yield* session.call({ verb: 'delete', kind, namespace, name: object.metadata.name, body })
    }
    session.out(operationPrinter(session, 'pruned', { dryRun })(object))
  }
}

function* named(words: string, kind: KindInfo, part: Run<void>): Run<void> {
  try {
    yield* part
  } catch (error) {
    throw fail(`error pruning ${words} object ${gvkText(apiVersionOf(kind), kind.kind)}: ${failureText(asFailure(error))}`)
  }
}

/** Deletes the objects of the kinds that pruning knows, in the namespaces that were visited, unless they were visited themselves. */
export function* prune(session: Session, visited: Visited): Run<void> {
  const allowed = allowedKinds(session)
  if (allowed.length === 0) session.log('W', 'prune.go:71', namespaceWarning)
  const kinds = allowed.length > 0 ? allowed : defaultKinds.flatMap((key) => { const [apiVersion = '', kind = ''] = key.split(' '); const found = session.kinds.byKind(apiVersion, kind); return found === undefined ? [] : [found] })
  for (const namespace of [...visited.namespaces].sort(compareText)) for (const kind of kinds) if (kind.namespaced) yield* named('namespaced', kind, pruneKind(session, kind, namespace, visited))
  for (const kind of kinds) if (!kind.namespaced) yield* named('nonNamespaced', kind, pruneKind(session, kind, undefined, visited))
}

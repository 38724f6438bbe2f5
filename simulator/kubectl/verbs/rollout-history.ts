/** kubectl rollout history and undo. Models k8s.io/kubectl/pkg/polymorphichelpers history and rollback (v1.35). */

import { lastAppliedAnnotation } from '../../api/object-meta.ts'
import { goQuote } from '../../api/go-text.ts'
import { kindByResource } from '../../api/kinds.ts'
import type { KindInfo } from '../../api/kinds.ts'
import { deepEqual } from '../../api/patch/common.ts'
import { formatLabelSelector } from '../../api/selector.ts'
import type { Deployment, KubeObject, PodTemplateSpec, ReplicaSet, StringMap } from '../../api/types.ts'
import { assert } from '../../kernel/assert.ts'
import { aggregateFailure, asFailure, fail, failureText } from '../failures.ts'
import { dryRunSuffix, operationPrinter } from '../printers/output.ts'
import { listObjects, objectName, visit } from '../resource-builder.ts'
import type { Info } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { hasControllerRevisions, rollBackToRevision, showControllerRevisions } from './controller-revisions.ts'
import { revisionOf, rolloutSelection } from './rollout-status.ts'
import { causeAnnotation, revisionTable, templateText } from './rollout-text.ts'

const hashLabel = 'pod-template-hash'
const annotationsToKeep = [lastAppliedAnnotation, 'deployment.kubernetes.io/revision', 'deployment.kubernetes.io/revision-history', 'deployment.kubernetes.io/desired-replicas', 'deployment.kubernetes.io/max-replicas', 'deprecated.deployment.rollback.to']

function replicaSetKind(): KindInfo {
  const kind = kindByResource('apps', 'replicasets')
  assert(kind !== undefined, 'replicasets are a resource')
  return kind
}

/** The ReplicaSets of a Deployment, in order of revision. Adopted ones may have none yet: undo counts them, history does not. */
function* revisionsOf(session: Session, deployment: Deployment, lowest: 0 | 1 = 1): Run<ReplicaSet[]> {
  const { items } = yield* listObjects(session, replicaSetKind(), { namespace: deployment.metadata.namespace, selector: formatLabelSelector(deployment.spec.selector) })
  const owned = (items as ReplicaSet[]).filter((set) => set.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === deployment.metadata.uid))
  return owned.filter((set) => revisionOf(set) >= lowest).sort((a, b) => revisionOf(a) - revisionOf(b))
}

function* readDeployment(session: Session, info: Info): Run<Deployment> {
  return yield* session.call<Deployment>({ verb: 'get', kind: info.kind, namespace: info.namespace, name: info.name })
}

/** What history shows of a Deployment's sets. @param revision 0 for all */
export function historyText(sets: readonly ReplicaSet[], revision: number): string {
  if (sets.length === 0) return revisionTable([])
  if (revision > 0) {
    const set = sets.find((one) => revisionOf(one) === revision)
    if (set === undefined) throw fail('unable to find the specified revision')
    const cause = set.metadata.annotations?.[causeAnnotation]
    const metadata = { ...set.spec.template.metadata, ...(cause === undefined ? {} : { annotations: { ...set.spec.template.metadata?.annotations, [causeAnnotation]: cause } }) }
    return templateText({ ...set.spec.template, metadata })
  }
  return revisionTable(sets.map((set) => [revisionOf(set), set]))
}

function* showHistory(session: Session, info: Info): Run<void> {
  if (hasControllerRevisions(info.kind)) return yield* showControllerRevisions(session, info)
  if (info.kind.kind !== 'Deployment') throw fail(`no history viewer has been implemented for ${goQuote(info.kind.kind)}`)
  const sets = yield* revisionsOf(session, yield* readDeployment(session, info))
  const revision = session.flags.int('revision')
  if (session.flags.text('output') === '') {
    session.out(`${objectName(info)} ${revision > 0 ? `with revision #${revision}` : ''}\n${historyText(sets, revision)}\n`)
    return
  }
  const printer = operationPrinter(session, '')
  const wanted = revision > 0 ? sets.filter((set) => revisionOf(set) === revision) : sets
  if (revision > 0 && wanted.length === 0) throw fail('unable to find the specified revision')
  for (const set of wanted) session.out(printer({ ...set, kind: 'ReplicaSet', apiVersion: 'apps/v1' }))
}

/**
 * kubectl rollout history: revisions with their change causes, or the pod template of --revision. Fails for another
 * kind than Deployment and for a revision that is gone.
 */
export function* rolloutHistory(session: Session): Run<number> {
  const selection = rolloutSelection(session)
  if (session.flags.int('revision') < 0) throw fail(`revision must be a positive integer: ${session.flags.int('revision')}`)
  const failures = yield* visit(session, selection, (info) => showHistory(session, info))
  if (failures.length > 0) throw aggregateFailure(failures)
  return 0
}

/** A template as a Deployment has it. */
export function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [hashLabel]: _hash, ...labels } = template.metadata?.labels ?? {}
  const { labels: _labels, ...metadata } = template.metadata ?? {}
  return { ...template, metadata: Object.keys(labels).length === 0 ? metadata : { ...metadata, labels } }
}

/** The ReplicaSet to go back to: the one asked for, or the one before the newest. */
export function findRevision(deployment: Deployment, sets: readonly ReplicaSet[], revision: number): ReplicaSet {
  if (revision > 0) {
    const set = sets.find((one) => revisionOf(one) === revision)
    if (set === undefined) throw fail(`unable to find specified revision ${revision} in history`)
    return set
  }
  const previous = sets[sets.length - 2]
  if (previous === undefined) throw fail(`no rollout history found for deployment ${goQuote(deployment.metadata.name ?? '')}`)
  return previous
}

/** The annotations of a Deployment that goes back to a set. */
export function restoredAnnotations(deployment: Deployment, set: ReplicaSet): StringMap {
  const own = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => annotationsToKeep.includes(key))
  const restored = Object.entries(set.metadata.annotations ?? {}).filter(([key]) => !annotationsToKeep.includes(key))
  return Object.fromEntries([...own, ...restored])
}

function* rollBack(session: Session, info: Info): Run<string> {
  if (hasControllerRevisions(info.kind)) return yield* rollBackToRevision(session, info)
  if (info.kind.kind !== 'Deployment') throw fail(`no rollbacker has been implemented for ${goQuote(info.kind.kind)}`)
  const revision = session.flags.int('to-revision')
  if (revision < 0) throw fail(`unable to find specified revision ${revision} in history`)
  const deployment = yield* readDeployment(session, info)
  const set = findRevision(deployment, yield* revisionsOf(session, deployment, 0), revision)
  const dryRun = session.dryRun()
  if (dryRun === 'client') return templateText(set.spec.template)
  if (deployment.spec.paused === true) throw fail("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again")
  const template = withoutHash(set.spec.template)
  if (deepEqual(template, withoutHash(deployment.spec.template))) return `skipped rollback (current template already matches revision ${revision})`
  const body = [{ op: 'replace', path: '/spec/template', value: template }, { op: 'replace', path: '/metadata/annotations', value: restoredAnnotations(deployment, set) }]
  try {
    yield* session.call({ verb: 'patch', kind: info.kind, namespace: info.namespace, name: info.name, body: body as unknown as KubeObject, contentType: 'application/json-patch+json', query: dryRun === 'server' ? { dryRun: 'All' } : {} })
  } catch (error) {
    throw fail(`failed restoring revision ${revision}: ${failureText(asFailure(error))}`)
  }
  return 'rolled back'
}

/** kubectl rollout undo: back to the revision before, or --to-revision. A paused Deployment is refused; an equal template is "skipped rollback". */
export function* rolloutUndo(session: Session): Run<number> {
  const selection = rolloutSelection(session)
  const failures = yield* visit(session, selection, function* (info) {
    const result = yield* rollBack(session, info)
    session.out(session.flags.text('output') === '' ? `${objectName(info)} ${result}${dryRunSuffix(session.dryRun())}\n` : operationPrinter(session, result)(info.object as KubeObject))
  })
  if (failures.length > 0) throw aggregateFailure(failures)
  return 0
}

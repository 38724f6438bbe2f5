/** History of StatefulSets and DaemonSets, kept in ControllerRevisions. Models k8s.io/kubectl/pkg/polymorphichelpers history and rollback (v1.35). */

import { kindByResource } from '../../api/kinds.ts'
import type { KindInfo } from '../../api/kinds.ts'
import { deepEqual } from '../../api/patch/common.ts'
import { formatLabelSelector } from '../../api/selector.ts'
import type { Container, Deployment, KubeObject, PodTemplateSpec } from '../../api/types.ts'
import { assert } from '../../kernel/assert.ts'
import { asFailure, fail, failureText } from '../failures.ts'
import { objectName, listObjects } from '../resource-builder.ts'
import { operationPrinter } from '../printers/output.ts'
import type { Info } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { revisionTable, templateText } from './rollout-text.ts'

/** A revision: a patch that makes the set what it was. */
export interface ControllerRevision extends KubeObject {
  readonly revision: number
  readonly data?: { readonly spec?: { readonly template?: PodTemplateSpec & { readonly $patch?: string } } }
}

type TemplatedSet = Pick<Deployment, 'metadata' | 'spec' | 'apiVersion' | 'kind'>

/** True for the kinds whose history ControllerRevisions keep. */
export function hasControllerRevisions({ kind, group }: Pick<KindInfo, 'kind' | 'group'>): boolean {
  return group === 'apps' && (kind === 'StatefulSet' || kind === 'DaemonSet')
}

function* readHistory(session: Session, info: Info): Run<{ readonly set: TemplatedSet; readonly history: readonly ControllerRevision[] }> {
  const set = yield* session.call<Deployment>({ verb: 'get', kind: info.kind, namespace: info.namespace, name: info.name })
  const kind = kindByResource('apps', 'controllerrevisions')
  assert(kind !== undefined, 'controllerrevisions are a resource')
  const { items } = yield* listObjects(session, kind, { namespace: info.namespace, selector: formatLabelSelector(set.spec.selector) })
  const history = (items as ControllerRevision[]).filter((one) => one.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === set.metadata.uid))
  return { set, history: inOrder(history) }
}

function inOrder(history: readonly ControllerRevision[]): ControllerRevision[] {
  return [...history].sort((a, b) => a.revision - b.revision)
}

function templateOf({ data }: ControllerRevision): PodTemplateSpec {
  const { $patch: _directive, ...template } = data?.spec?.template ?? { spec: { containers: [] } }
  return template
}

/** What history shows of revisions. @param revision 0 for all */
export function controllerHistoryText(history: readonly ControllerRevision[], revision: number): string {
  if (history.length === 0 || revision === 0) return revisionTable(inOrder(history).map((one) => [one.revision, one]))
  const found = history.find((one) => one.revision === revision)
  if (found === undefined) throw fail('unable to find the specified revision')
  return templateText(templateOf(found))
}

/** The revision to go back to: the one asked for, or the one before the newest. */
export function findControllerRevision(history: readonly ControllerRevision[], revision: number): ControllerRevision {
  if (revision === 0 && history.length <= 1) throw fail('no last revision to roll back to')
  const found = revision === 0 ? inOrder(history).at(-2) : history.find((one) => one.revision === revision)
  if (found === undefined) throw fail(`unable to find specified revision ${revision} in history`)
  return found
}

/** A template as a controller writes it into a revision: containers always say their resources. */
function asWritten(template: PodTemplateSpec): PodTemplateSpec {
  const filled = (containers: readonly Container[]): Container[] => containers.map((container) => ({ ...container, resources: container.resources ?? {} }))
  const { containers, initContainers } = template.spec
  return { ...template, spec: { ...template.spec, containers: filled(containers), ...(initContainers === undefined ? {} : { initContainers: filled(initContainers) }) } }
}

/** True when going back would change nothing. */
export function matchesRevision(set: Pick<TemplatedSet, 'spec'>, revision: ControllerRevision): boolean {
  return deepEqual(templateOf(revision), asWritten(set.spec.template))
}

/** kubectl rollout history of one set. */
export function* showControllerRevisions(session: Session, info: Info): Run<void> {
  const { set, history } = yield* readHistory(session, info)
  const revision = session.flags.int('revision')
  if (session.flags.text('output') === '') {
    session.out(`${objectName(info)} ${revision > 0 ? `with revision #${revision}` : ''}\n${controllerHistoryText(history, revision)}\n`)
    return
  }
  const wanted = revision > 0 ? history.filter((one) => one.revision === revision) : history
  if (revision > 0 && wanted.length === 0) throw fail('unable to find the specified revision')
  const printer = operationPrinter(session, '')
  for (const one of wanted) session.out(printer({ ...set, spec: { ...set.spec, template: templateOf(one) } } as KubeObject))
}

/** kubectl rollout undo of one set. @returns what happened */
export function* rollBackToRevision(session: Session, info: Info): Run<string> {
  const revision = session.flags.int('to-revision')
  if (revision < 0) throw fail(`unable to find specified revision ${revision} in history`)
  const { set, history } = yield* readHistory(session, info)
  const found = findControllerRevision(history, revision)
  const dryRun = session.dryRun()
  if (dryRun === 'client') return templateText(templateOf(found))
  if (matchesRevision(set, found)) return `skipped rollback (current template already matches revision ${revision})`
  try {
    yield* session.call({ verb: 'patch', kind: info.kind, namespace: info.namespace, name: info.name, body: found.data as unknown as KubeObject, contentType: 'application/strategic-merge-patch+json', query: dryRun === 'server' ? { dryRun: 'All' } : {} })
  } catch (error) {
    throw fail(`failed restoring revision ${revision}: ${failureText(asFailure(error))}`)
  }
  return 'rolled back'
}

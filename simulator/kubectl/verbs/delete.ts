/** kubectl delete. Models k8s.io/kubectl/pkg/cmd/delete (v1.35). */

import type { KubeObject, Status } from '../../api/types.ts'
import { addSource, aggregateFailure, asFailure, attempt, fail, hasReason, KubectlFailure } from '../failures.ts'
import type { Failure } from '../failures.ts'
import { hasFiles } from '../manifests.ts'
import { dryRunSuffix } from '../printers/output.ts'
import { groupResource, visit } from '../resource-builder.ts'
import type { Info, Selection } from '../resource-builder.ts'
import type { DryRun, Run, Session } from '../session.ts'
import { waitUntilGone } from '../waiting.ts'

const weekMs = 7 * 24 * 3_600_000

/** How objects are deleted, from the flags. */
export interface DeletePlan {
  readonly graceSeconds: number
  readonly propagation: 'Background' | 'Foreground' | 'Orphan'
  readonly dryRun: DryRun
  readonly ignoresNotFound: boolean
}

/**
 * The propagation policy that --cascade means.
 * @throws KubectlFailure for another value than background, orphan and foreground
 */
export function cascadeOf(session: Session): DeletePlan['propagation'] {
  switch (session.flags.text('cascade')) {
    case 'background': return 'Background'
    case 'orphan': return 'Orphan'
    case 'foreground': return 'Foreground'
  }
  throw fail(`invalid cascade value (${session.flags.text('cascade')}). Must be "background", "foreground", or "orphan"`)
}

function graceOf(session: Session): number {
  const { flags } = session
  const isForced = flags.bool('force')
  let seconds = flags.int('grace-period')
  if (flags.bool('now')) {
    if (seconds !== -1) throw fail('--now and --grace-period cannot be specified together')
    seconds = 1
  }
  if (seconds === 0 && !isForced) return 1
  return isForced && seconds < 0 ? 0 : seconds
}

function planOf(session: Session): DeletePlan {
  const { flags } = session
  const selects = flags.bool('all') || flags.text('selector') !== '' || flags.text('field-selector') !== ''
  return { graceSeconds: graceOf(session), propagation: cascadeOf(session), dryRun: session.dryRun(), ignoresNotFound: flags.isSet('ignore-not-found') ? flags.bool('ignore-not-found') : selects }
}

function checkFlags(session: Session, plan: DeletePlan): void {
  const { flags } = session
  const output = flags.text('output')
  if (output !== '' && output !== 'name') throw fail(`unexpected -o output mode: ${output}. We only support '-o name'`)
  if (flags.bool('all') && flags.text('selector') !== '') throw fail('cannot set --all and --selector at the same time')
  if (flags.bool('all') && flags.text('field-selector') !== '') throw fail('cannot set --all and --field-selector at the same time')
  if (!flags.bool('force')) return
  if (plan.graceSeconds > 0) throw fail('--force and --grace-period greater than 0 cannot be specified together')
  session.err('Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n')
}

function deletedText(session: Session, info: Info, plan: DeletePlan): string {
  const kind = `${info.kind.kind.toLowerCase()}${info.kind.group === '' ? '' : `.${info.kind.group}`}`
  if (session.flags.has('output') && session.flags.text('output') === 'name') return `${kind}/${info.name}\n`
  const operation = plan.graceSeconds === 0 ? 'force deleted' : 'deleted'
  return `${kind} "${info.name}" ${operation}${info.kind.namespaced ? ` from ${info.namespace ?? ''} namespace` : ''}${dryRunSuffix(plan.dryRun)}\n`
}

/** Deletes one object and says so; returns the uid that was deleted, when the server told it. */
export function* deleteObject(session: Session, info: Info, plan: DeletePlan): Run<string | undefined> {
  if (plan.dryRun === 'client') {
    session.out(deletedText(session, info, plan))
    return undefined
  }
  const body = { ...(plan.graceSeconds < 0 ? {} : { gracePeriodSeconds: plan.graceSeconds }), propagationPolicy: plan.propagation, ...(plan.dryRun === 'server' ? { dryRun: ['All'] } : {}) }
  try {
    const query = plan.dryRun === 'server' ? { dryRun: 'All' as const } : {}
    const answer = yield* session.call<KubeObject | Status>({ verb: 'delete', kind: info.kind, namespace: info.namespace, name: info.name, body, query })
    session.out(deletedText(session, info, plan))
    return answer.kind === 'Status' ? (answer as Status).details?.uid : (answer as KubeObject).metadata.uid
  } catch (error) {
    throw new KubectlFailure(addSource(asFailure(error), 'deleting', info.source))
  }
}

/** Asks before deleting, as --interactive does. */
function* confirm(session: Session, selection: Selection): Run<boolean> {
  const lines: string[] = []
  yield* visit(session, selection, function* (info) { lines.push(`${info.kind.kind.toLowerCase()}${info.kind.group === '' ? '' : `.${info.kind.group}`}/${info.name}\n`) })
  session.out(`You are about to delete the following ${lines.length} resource(s):\n${lines.join('')}Do you want to continue? (y/N): `)
  const answer = yield* session.input(false)
  if (/^y(es)?$/i.test((answer ?? '').trim())) return true
  session.out('deletion is cancelled\n')
  return false
}

/**
 * kubectl delete: by file, name, selector or --all, and waits until the objects are gone unless --wait=false. Failures
 * are told at the end; --ignore-not-found leaves missing ones out.
 */
export function* deleteVerb(session: Session): Run<number> {
  const plan = planOf(session)
  const { flags } = session
  const selection: Selection = {
    args: session.args, useFiles: true, selector: flags.text('selector'), fieldSelector: flags.text('field-selector'), all: flags.bool('all'),
    allNamespaces: flags.bool('all-namespaces'), isRead: false, continuesOnError: true,
  }
  const deleted: { readonly info: Info; readonly uid: string | undefined }[] = []
  let isChecked = false
  if (flags.bool('interactive')) {
    checkFlags(session, plan)
    isChecked = true
    if (!(yield* confirm(session, selection))) return 0
  }
  let found = 0
  if (!isChecked && (session.args.length > 0 || hasFiles(session))) checkFlags(session, plan)
  const failures: Failure[] = yield* visit(session, selection, function* (info) {
    found++
    deleted.push({ info, uid: yield* deleteObject(session, info, plan) })
  })
  const told = plan.ignoresNotFound ? failures.filter((failure) => !hasReason(failure, 'NotFound')) : failures
  if (told.length > 0) throw aggregateFailure(told)
  if (found === 0) session.out('No resources found\n')
  if (!flags.bool('wait') || plan.dryRun !== 'none') return 0
  yield* waitForAll(session, deleted)
  return 0
}

/** Waits until deleted objects are gone; being forbidden to look is no failure. */
function* waitForAll(session: Session, deleted: readonly { readonly info: Info; readonly uid: string | undefined }[]): Run<void> {
  const timeoutMs = session.flags.duration('timeout')
  const endMs = session.nowMs + (timeoutMs === 0 ? weekMs : timeoutMs)
  for (const { info, uid } of deleted) {
    const gone = yield* attempt(waitUntilGone(session, info, { uid, endMs }))
    if (!gone.ok && !hasReason(gone.failure, 'Forbidden') && !hasReason(gone.failure, 'MethodNotAllowed')) throw aggregateFailure([gone.failure])
    if (gone.ok && !gone.value) throw fail(`timed out waiting for the condition on ${groupResource(info.kind)}/${info.name}`)
  }
}

/** kubectl cordon, uncordon and drain. Models k8s.io/kubectl/pkg/cmd/drain and pkg/drain (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import { kindByResource } from '../../api/kinds.ts'
import type { KindInfo } from '../../api/kinds.ts'
import { isSelectorError, parseSelector } from '../../api/selector.ts'
import type { Node, Pod } from '../../api/types.ts'
import { assert } from '../../kernel/assert.ts'
import type { SimTimeMs } from '../../kernel/event-queue.ts'
import { aggregateFailure, asFailure, attempt, fail, failureText, hasReason } from '../failures.ts'
import type { Failure } from '../failures.ts'
import { twoWayPatch } from '../patches.ts'
import { dryRunSuffix } from '../printers/output.ts'
import { collectAll, listObjects } from '../resource-builder.ts'
import type { Info } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

const retryMs = 5000
const pollMs = 1000

function podsKind(): KindInfo {
  const kind = kindByResource('', 'pods')
  assert(kind !== undefined, 'pods are a resource')
  return kind
}

function* findNodes(session: Session): Run<readonly Info[]> {
  const selector = session.flags.text('selector')
  if (session.args.length === 0 && !session.flags.isSet('selector')) throw session.usage(`USAGE: ${session.row.usage.replace('kubectl ', '').replace(' [flags]', '')} [flags]`)
  if (session.args.length > 0 && selector !== '') throw session.usage('error: cannot specify both a node name and a --selector option')
  const args = selector === '' ? session.args.map((arg) => (arg.includes('/') ? arg : `nodes/${arg}`)) : ['nodes']
  const infos = yield* collectAll(session, { args, selector })
  for (const info of infos) if (info.kind.kind !== 'Node') throw fail(`error: expected resource of type node, got ${goQuote(info.kind.resource)}`)
  return infos
}

/** Sets or clears spec.unschedulable of nodes. */
function* setUnschedulable(session: Session, infos: readonly Info[], wanted: boolean): Run<void> {
  const dryRun = session.dryRun()
  for (const info of infos) {
    const node = info.object as Node
    if ((node.spec?.unschedulable === true) === wanted) {
      session.out(`node/${info.name} already ${wanted ? 'cordoned' : 'uncordoned'}${dryRunSuffix(dryRun)}\n`)
      continue
    }
    const { unschedulable: _old, ...spec } = node.spec ?? {}
    if (dryRun !== 'client') {
      const { patch, contentType } = twoWayPatch(node, { ...node, spec: wanted ? { ...spec, unschedulable: true } : spec } as Node)
      const sent = yield* attempt(session.call({ verb: 'patch', kind: info.kind, name: info.name, body: patch, contentType, query: dryRun === 'server' ? { dryRun: 'All' } : {} }))
      if (!sent.ok) {
        session.err(`error: unable to ${wanted ? 'cordon' : 'uncordon'} node ${goQuote(info.name)}: ${failureText(sent.failure)}\n`)
        continue
      }
    }
    session.out(`node/${info.name} ${wanted ? 'cordoned' : 'uncordoned'}${dryRunSuffix(dryRun)}\n`)
  }
}

/**
 * kubectl cordon: marks nodes as unschedulable. One that is already is told of; a refusal is told on standard error,
 * and the exit code stays 0, as upstream has it.
 */
export function* cordon(session: Session): Run<number> {
  yield* setUnschedulable(session, yield* findNodes(session), true)
  return 0
}

/** kubectl uncordon: makes nodes schedulable again; else as cordon. */
export function* uncordon(session: Session): Run<number> {
  yield* setUnschedulable(session, yield* findNodes(session), false)
  return 0
}

interface Verdict { readonly isDeleted: boolean; readonly warning?: string; readonly refusal?: string }

function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

/** Looks at the DaemonSet that owns a pod. */
function* judgeDaemonSet(session: Session, pod: Pod): Run<Verdict | undefined> {
  const owner = pod.metadata.ownerReferences?.find((one) => one.controller === true)
  if (owner?.kind !== 'DaemonSet' || isFinished(pod)) return undefined
  const kind = kindByResource('apps', 'daemonsets')
  const found = kind === undefined ? undefined : yield* attempt(session.call({ verb: 'get', kind, namespace: pod.metadata.namespace, name: owner.name }))
  if (found !== undefined && !found.ok) {
    if (hasReason(found.failure, 'NotFound') && session.flags.bool('force')) return { isDeleted: true, warning: failureText(found.failure) }
    return { isDeleted: false, refusal: failureText(found.failure) }
  }
  return session.flags.bool('ignore-daemonsets') ? { isDeleted: false, warning: 'ignoring DaemonSet-managed Pods' } : { isDeleted: false, refusal: 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)' }
}

/** Whether a pod may be moved away; later filters change the word of earlier ones. */
function* judge(session: Session, pod: Pod): Run<Verdict> {
  if (pod.metadata.deletionTimestamp !== undefined && session.flags.int('skip-wait-for-delete-timeout') > 0) {
    const ageMs = session.nowMs - session.process.clock.parse(pod.metadata.deletionTimestamp)
    if (ageMs > session.flags.int('skip-wait-for-delete-timeout') * 1000) return { isDeleted: false }
  }
  const byDaemonSet = yield* judgeDaemonSet(session, pod)
  if (byDaemonSet !== undefined && !byDaemonSet.isDeleted) return byDaemonSet
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return { isDeleted: false }
  let verdict: Verdict = byDaemonSet ?? { isDeleted: true }
  if (!isFinished(pod) && (pod.spec.volumes ?? []).some((volume) => volume.emptyDir !== undefined)) {
    if (!session.flags.bool('delete-emptydir-data')) return { isDeleted: false, refusal: 'Pods with local storage (use --delete-emptydir-data to override)' }
    verdict = { isDeleted: true, warning: 'deleting Pods with local storage' }
  }
  if (!isFinished(pod) && !(pod.metadata.ownerReferences ?? []).some((owner) => owner.controller === true)) {
    if (!session.flags.bool('force')) return { isDeleted: false, refusal: 'cannot delete Pods that declare no controller (use --force to override)' }
    verdict = { isDeleted: true, warning: 'deleting Pods that declare no controller' }
  }
  return verdict
}

/** `message: namespace/a, namespace/b` for each message. */
function grouped(pods: readonly { readonly pod: Pod; readonly text: string | undefined }[]): string[] {
  const messages = [...new Set(pods.flatMap(({ text }) => (text === undefined ? [] : [text])))]
  return messages.map((message) => `${message}: ${pods.filter(({ text }) => text === message).map(({ pod }) => `${pod.metadata.namespace}/${pod.metadata.name}`).join(', ')}`)
}

/** The pods of a node that have to go. */
function* podsToDelete(session: Session, nodeName: string): Run<{ readonly pods: readonly Pod[]; readonly warnings: string }> {
  const selector = session.flags.text('pod-selector')
  if (selector !== '' && isSelectorError(parseSelector(selector))) throw fail('--pod-selector=<pod_selector> must be a valid label selector')
  const list = yield* listObjects(session, podsKind(), { namespace: undefined, selector, fieldSelector: `spec.nodeName=${nodeName}`, limit: session.flags.int('chunk-size') })
  const judged: { readonly pod: Pod; readonly verdict: Verdict }[] = []
  for (const item of list.items) judged.push({ pod: item as Pod, verdict: yield* judge(session, item as Pod) })
  const refusals = grouped(judged.map(({ pod, verdict }) => ({ pod, text: verdict.refusal })))
  if (refusals.length > 0) throw aggregateFailure(refusals.map((text) => ({ kind: 'text', text: `cannot delete ${text}` })))
  return { pods: judged.filter(({ verdict }) => verdict.isDeleted).map(({ pod }) => pod), warnings: grouped(judged.map(({ pod, verdict }) => ({ pod, text: verdict.warning }))).join('; ') }
}

/** Asks for one eviction; true when it is under way, false when it has to be asked again. */
function* evict(session: Session, pod: Pod): Run<'started' | 'gone' | 'retry'> {
  const { name = '', namespace } = pod.metadata
  const grace = session.flags.int('grace-period')
  const options = grace >= 0 ? { gracePeriodSeconds: grace } : {}
  const dryRun = session.dryRun() === 'server'
  const sent = session.flags.bool('disable-eviction')
    ? yield* attempt(session.call({ verb: 'delete', kind: podsKind(), namespace, name, body: { ...options }, query: dryRun ? { dryRun: 'All' } : {} }))
    : yield* attempt(session.call({
        verb: 'create', kind: podsKind(), namespace, name, subresource: 'eviction', contentType: 'application/json',
        body: { kind: 'Eviction', apiVersion: 'policy/v1', metadata: { name, namespace }, deleteOptions: options }, query: dryRun ? { dryRun: 'All' } : {},
      }))
  if (sent.ok) return 'started'
  if (hasReason(sent.failure, 'NotFound')) return 'gone'
  if (!hasReason(sent.failure, 'TooManyRequests')) throw fail(`error when evicting pods/${goQuote(name)} -n ${goQuote(namespace ?? '')}: ${failureText(sent.failure)}`)
  session.err(`error when evicting pods/${goQuote(name)} -n ${goQuote(namespace ?? '')} (will retry after 5s): ${failureText(sent.failure)}\n`)
  return 'retry'
}

interface Pending { readonly pod: Pod; readonly atMs: SimTimeMs }

function* isGone(session: Session, pod: Pod): Run<boolean> {
  const read = yield* attempt(session.call({ verb: 'get', kind: podsKind(), namespace: pod.metadata.namespace, name: pod.metadata.name }))
  return read.ok ? read.value.metadata.uid !== pod.metadata.uid : hasReason(read.failure, 'NotFound')
}

/** Evicts pods side by side and waits until they are gone. */
function* evictPods(session: Session, pods: readonly Pod[]): Run<void> {
  const timeoutMs = session.flags.duration('timeout')
  const endMs = timeoutMs === 0 ? undefined : session.nowMs + timeoutMs
  const suffix = dryRunSuffix(session.dryRun())
  const failures: Failure[] = []
  let asking: Pending[] = pods.map((pod) => ({ pod, atMs: session.nowMs }))
  let leaving: Pod[] = []
  const verb = session.flags.bool('disable-eviction') ? 'deleted' : 'evicted'
  while (asking.length > 0 || leaving.length > 0) {
    const due = asking.filter(({ atMs }) => atMs <= session.nowMs)
    asking = asking.filter(({ atMs }) => atMs > session.nowMs)
    for (const { pod } of due) {
      if (verb === 'evicted') session.out(`evicting pod ${pod.metadata.namespace}/${pod.metadata.name}${suffix}\n`)
      try {
        const outcome = yield* evict(session, pod)
        if (outcome === 'retry') asking.push({ pod, atMs: session.nowMs + retryMs })
        if (outcome === 'started' && suffix === '') leaving.push(pod)
      } catch (error) {
        failures.push(asFailure(error))
      }
    }
    const stillLeaving: Pod[] = []
    for (const pod of leaving) {
      if (yield* isGone(session, pod)) session.out(`pod/${pod.metadata.name} ${verb}\n`)
      else stillLeaving.push(pod)
    }
    leaving = stillLeaving
    if (asking.length === 0 && leaving.length === 0) break
    if (endMs !== undefined && session.nowMs >= endMs) throw fail(timeoutText(session, asking.map(({ pod }) => pod), leaving))
    const nextMs = Math.min(...asking.map(({ atMs }) => atMs), ...(leaving.length > 0 ? [session.nowMs + pollMs] : []), ...(endMs === undefined ? [] : [endMs]))
    yield* session.sleepUntil(nextMs)
  }
  if (failures.length > 0) throw aggregateFailure(failures)
}

function timeoutText(session: Session, asking: readonly Pod[], leaving: readonly Pod[]): string {
  const seconds = session.flags.text('timeout') === '' ? '0s' : `${session.flags.duration('timeout') / 1000}s`
  const [blocked] = asking
  if (blocked !== undefined) return `error when evicting pods/${goQuote(blocked.metadata.name ?? '')} -n ${goQuote(blocked.metadata.namespace ?? '')}: global timeout reached: ${seconds}`
  const [pod] = leaving
  return `error when waiting for pod ${goQuote(pod?.metadata.name ?? '')} in namespace ${goQuote(pod?.metadata.namespace ?? '')} to terminate: global timeout reached: ${seconds}`
}

function* drainNode(session: Session, info: Info): Run<void> {
  const { pods, warnings } = yield* podsToDelete(session, info.name)
  if (warnings !== '') session.err(`Warning: ${warnings}\n`)
  if (session.dryRun() === 'client') {
    for (const pod of pods) session.out(`evicting pod ${pod.metadata.namespace}/${pod.metadata.name} (dry run)\n`)
    return
  }
  const evicted = yield* attempt(evictPods(session, pods))
  if (evicted.ok) return
  const pending = yield* attempt(podsToDelete(session, info.name))
  if (pending.ok && pending.value.pods.length > 0) {
    session.err(`There are pending pods in node ${goQuote(info.name)} when an error occurred: ${failureText(evicted.failure)}\n`)
    for (const pod of pending.value.pods) session.err(`pod/${pod.metadata.name}\n`)
  }
  throw aggregateFailure([evicted.failure])
}

/**
 * kubectl drain: cordons all nodes first, then evicts or deletes their pods node by node. A node that cannot be drained
 * (unmanaged pods, a budget until --timeout) is told of, and the next one comes.
 */
export function* drain(session: Session): Run<number> {
  const infos = yield* findNodes(session)
  yield* setUnschedulable(session, infos, true)
  const failures: Failure[] = []
  const remaining: string[] = []
  for (const info of infos) {
    const drained = yield* attempt(drainNode(session, info))
    if (drained.ok) {
      session.out(`node/${info.name} drained${dryRunSuffix(session.dryRun())}\n`)
      continue
    }
    session.err(`error: unable to drain node ${goQuote(info.name)} due to error: ${failureText(drained.failure)}, continuing command...\n`)
    failures.push(drained.failure)
    remaining.push(info.name)
  }
  if (remaining.length === 0) return 0
  session.err(`There are pending nodes to be drained:\n${remaining.map((name) => ` ${name}\n`).join('')}`)
  throw aggregateFailure([{ kind: 'aggregate', failures }])
}

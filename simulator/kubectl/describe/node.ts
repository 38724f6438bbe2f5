/** kubectl describe node. Models k8s.io/kubectl/pkg/describe describeNode (v1.35). */

import { quantityMilli, quantityValue } from '../../api/quantity.ts'
import { sumResourceLists } from '../../api/resource-list.ts'
import { podLimits, podRequests } from '../../api/resources.ts'
import type { KubeObject, Node, Pod, ResourceList } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { aggregateFailure, attempt, failureText, hasReason } from '../failures.ts'
import { listObjects } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { needKind } from './describer.ts'
import type { Describer } from './describer.ts'
import { searchEvents, sinceText, writeEvents } from './events.ts'
import { longTime, taintText, writeAnnotations, writeLabels, writeList } from './lines.ts'
import type { Lines } from './lines.ts'

const rolePrefix = 'node-role.kubernetes.io/'

function rolesOf(node: Node): string {
  const labels = node.metadata.labels ?? {}
  const roles = Object.keys(labels).flatMap((key) => (key.startsWith(rolePrefix) && key.length > rolePrefix.length ? [key.slice(rolePrefix.length)] : key === 'kubernetes.io/role' && labels[key] !== '' ? [labels[key] ?? ''] : []))
  return roles.length === 0 ? '<none>' : [...new Set(roles)].sort(compareText).join(',')
}

interface Lease extends KubeObject { spec?: { holderIdentity?: string; acquireTime?: string; renewTime?: string } }

function* writeLease(session: Session, lines: Lines, nodeName: string): Run<void> {
  const read = yield* attempt(session.call<Lease>({ verb: 'get', kind: needKind('coordination.k8s.io', 'leases'), namespace: 'kube-node-lease', name: nodeName }))
  if (!read.ok) return lines.field('Lease', `Failed to get lease: ${failureText(read.failure)}`)
  const { spec } = read.value
  lines.write(0, 'Lease:\n')
  lines.field('HolderIdentity', spec?.holderIdentity ?? '<unset>', 1)
  lines.field('AcquireTime', spec?.acquireTime === undefined ? '<unset>' : longTime(spec.acquireTime), 1)
  lines.field('RenewTime', spec?.renewTime === undefined ? '<unset>' : longTime(spec.renewTime), 1)
}

function writeConditions(lines: Lines, node: Node): void {
  const conditions = node.status?.conditions ?? []
  if (conditions.length === 0) return
  lines.write(0, 'Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n')
  lines.write(1, '----\t------\t-----------------\t------------------\t------\t-------\n')
  for (const one of conditions) lines.write(1, `${one.type} \t${one.status} \t${longTime(one.lastHeartbeatTime)} \t${longTime(one.lastTransitionTime)} \t${one.reason ?? ''} \t${one.message ?? ''}\n`)
}

function writeResourceList(lines: Lines, title: string, list: ResourceList | undefined): void {
  const names = Object.keys(list ?? {}).sort(compareText)
  if (names.length === 0) return
  lines.write(0, `${title}:\n`)
  for (const name of names) lines.write(0, `  ${name}:\t${list?.[name] ?? ''}\n`)
}

const infoFields = [
  ['Machine ID', 'machineID'], ['System UUID', 'systemUUID'], ['Boot ID', 'bootID'], ['Kernel Version', 'kernelVersion'], ['OS Image', 'osImage'], ['Operating System', 'operatingSystem'],
  ['Architecture', 'architecture'], ['Container Runtime Version', 'containerRuntimeVersion'], ['Kubelet Version', 'kubeletVersion'], ['Kube-Proxy Version', 'kubeProxyVersion'],
] as const

/** `100m (5%)`: an amount and its share, cut to whole percents. */
function share(amount: string | undefined, total: string | undefined, isCpu: boolean): string {
  const text = amount ?? '0'
  const of = isCpu ? quantityMilli : quantityValue
  const whole = of(total ?? '0')
  return `${text} (${whole === 0 ? 0 : Math.trunc((of(text) / whole) * 100)}%)`
}

const standardResources = ['cpu', 'memory', 'ephemeral-storage', 'pods']

function writeAllocated(lines: Lines, requests: ResourceList, limits: ResourceList, allocatable: ResourceList): void {
  lines.write(0, 'Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n')
  lines.write(1, 'Resource\tRequests\tLimits\n')
  lines.write(1, '--------\t--------\t------\n')
  const names = Object.keys(allocatable).sort(compareText)
  const shared = ['cpu', 'memory', 'ephemeral-storage', ...names.filter((name) => name.startsWith('hugepages-'))]
  for (const name of shared) lines.write(1, `${name}\t${share(requests[name], allocatable[name], name === 'cpu')}\t${share(limits[name], allocatable[name], name === 'cpu')}\n`)
  for (const name of names) {
    if (standardResources.includes(name) || name.startsWith('hugepages-')) continue
    lines.write(1, `${name}\t${requests[name] ?? '0'}\t${limits[name] ?? '0'}\n`)
  }
}

function writePods(session: Session, lines: Lines, node: Node, pods: readonly Pod[]): void {
  const allocatable = Object.keys(node.status?.allocatable ?? {}).length > 0 ? node.status?.allocatable ?? {} : node.status?.capacity ?? {}
  lines.field('Non-terminated Pods', `(${pods.length} in total)`)
  lines.write(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge\n')
  lines.write(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---\n')
  for (const pod of pods) {
    const requests = podRequests(pod)
    const limits = podLimits(pod)
    const { cpu, memory } = allocatable
    const cells = [share(requests['cpu'], cpu, true), share(limits['cpu'], cpu, true), share(requests['memory'], memory, false), share(limits['memory'], memory, false)]
    lines.write(1, `${pod.metadata.namespace}\t${pod.metadata.name}\t\t${cells.join('\t')}\t${sinceText(session, pod.metadata.creationTimestamp)}\n`)
  }
  writeAllocated(lines, sumResourceLists(pods.map((pod) => podRequests(pod))), sumResourceLists(pods.map((pod) => podLimits(pod))), allocatable)
}

/** The pods of a node; undefined when the user may not look. */
function* readPods(session: Session, nodeName: string): Run<readonly Pod[] | undefined> {
  const fieldSelector = `spec.nodeName=${nodeName},status.phase!=Succeeded,status.phase!=Failed`
  const read = yield* attempt(listObjects(session, needKind('', 'pods'), { namespace: undefined, fieldSelector, limit: session.flags.int('chunk-size') }))
  if (read.ok) return read.value.items as Pod[]
  if (hasReason(read.failure, 'Forbidden')) return undefined
  throw aggregateFailure([read.failure])
}

export const describeNode: Describer<Node> = function* (node, { lines, session }) {
  const { metadata, spec = {}, status = {} } = node
  const name = metadata.name ?? ''
  const pods = yield* readPods(session, name)
  const reference = { name, namespace: '', kind: 'Node' }
  const events = !session.flags.bool('show-events') ? undefined : [...(yield* searchEvents(session, { ...reference, uid: metadata.uid ?? '' })), ...(yield* searchEvents(session, { ...reference, uid: name }))]
  lines.field('Name', name)
  lines.field('Roles', rolesOf(node))
  writeLabels(lines, 'Labels', metadata.labels)
  writeAnnotations(lines, 'Annotations', metadata.annotations)
  lines.field('CreationTimestamp', longTime(metadata.creationTimestamp))
  const taints = [...(spec.taints ?? [])].sort((a, b) => compareText(`${a.effect},${a.key}`, `${b.effect},${b.key}`))
  writeList(lines, 'Taints', taints.map(taintText))
  lines.field('Unschedulable', spec.unschedulable === true)
  yield* writeLease(session, lines, name)
  writeConditions(lines, node)
  lines.write(0, 'Addresses:\n')
  for (const { type, address } of status.addresses ?? []) lines.field(type, address, 1)
  writeResourceList(lines, 'Capacity', status.capacity)
  writeResourceList(lines, 'Allocatable', status.allocatable)
  lines.write(0, 'System Info:\n')
  for (const [title, member] of infoFields) lines.write(0, `  ${title}:\t${status.nodeInfo?.[member] ?? ''}\n`)
  if ((spec.podCIDR ?? '') !== '') lines.field('PodCIDR', spec.podCIDR ?? '')
  if ((spec.podCIDRs ?? []).length > 0) lines.field('PodCIDRs', (spec.podCIDRs ?? []).join(','))
  if ((spec.providerID ?? '') !== '') lines.field('ProviderID', spec.providerID ?? '')
  if (pods === undefined) lines.field('Pods', 'not authorized')
  else writePods(session, lines, node, pods)
  if (events !== undefined) writeEvents(session, lines, events)
}

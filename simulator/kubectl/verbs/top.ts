/** kubectl top. Models k8s.io/kubectl/pkg/cmd/top and metricsutil (v1.35). */

import { kindByResource } from '../../api/kinds.ts'
import type { KindInfo } from '../../api/kinds.ts'
import { addQuantities, quantityMilli, quantityValue } from '../../api/quantity.ts'
import { goDuration } from '../../api/time.ts'
import type { KubeObject, Node, Pod, ResourceList } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { aggregateFailure, attempt, fail } from '../failures.ts'
import type { Failure } from '../failures.ts'
import { alignTabs, tableTabs } from '../printers/tab-writer.ts'
import { listObjects } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

const mebibyte = 1024 * 1024
/** How old a pod may be before missing metrics are an error. */
const metricsDelayMs = 120_000

interface PodMetrics extends KubeObject { readonly containers?: readonly { readonly name: string; readonly usage: ResourceList }[] }
interface NodeMetrics extends KubeObject { readonly usage?: ResourceList }

function metricsKind(resource: 'nodes' | 'pods'): KindInfo {
  const kind = kindByResource('metrics.k8s.io', resource)
  if (kind === undefined) throw fail('Metrics API not available')
  return kind
}

/** The metrics API answers with "no such path" or "unavailable" while nobody serves it. */
function isUnavailable(failure: Failure): boolean {
  return failure.kind === 'status' && (failure.status.reason === 'ServiceUnavailable' || (failure.status.reason === 'NotFound' && failure.status.details?.name === undefined))
}

function* readMetrics<T extends KubeObject>(session: Session, resource: 'nodes' | 'pods', name: string | undefined): Run<readonly T[]> {
  const kind = metricsKind(resource)
  const { flags } = session
  const namespace = resource === 'nodes' || flags.bool('all-namespaces') ? undefined : session.namespace().name
  const fieldSelector = flags.has('field-selector') ? flags.text('field-selector') : ''
  const read = name !== undefined
    ? yield* attempt(session.call<T>({ verb: 'get', kind, namespace, name }))
    : yield* attempt(listObjects(session, kind, { namespace, selector: flags.text('selector'), fieldSelector }))
  if (!read.ok) throw isUnavailable(read.failure) ? fail('Metrics API not available') : aggregateFailure([read.failure])
  const { value } = read
  return 'items' in value ? ((value as unknown as { items: readonly T[] }).items) : [value as T]
}

function cpuText(usage: ResourceList): string {
  return `${Math.ceil(quantityMilli(usage['cpu'] ?? '0'))}m`
}

function memoryText(usage: ResourceList): string {
  return `${Math.floor(quantityValue(usage['memory'] ?? '0') / mebibyte)}Mi`
}

function totalOf(metrics: PodMetrics): ResourceList {
  const total: ResourceList = {}
  for (const { usage } of metrics.containers ?? []) for (const name of Object.keys(usage)) total[name] = addQuantities(total[name] ?? '0', usage[name] ?? '0')
  return total
}

interface Row { readonly namespace: string; readonly name: string; readonly usage: ResourceList; readonly cells: readonly string[] }

function sortRows(rows: readonly Row[], sortBy: string): Row[] {
  const amount = (row: Row) => (sortBy === 'cpu' ? quantityMilli(row.usage['cpu'] ?? '0') : quantityValue(row.usage['memory'] ?? '0'))
  const byName = (a: Row, b: Row) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name)
  return [...rows].sort((a, b) => (sortBy === '' ? 0 : amount(b) - amount(a)) || byName(a, b))
}

function checkFlags(session: Session, or: string): void {
  const { flags, args } = session
  if (args.length > 1) throw session.usage(session.row.usage.replace(/^kubectl top /, ''))
  if (!['', 'cpu', 'memory'].includes(flags.text('sort-by'))) throw fail('--sort-by accepts only cpu or memory')
  if (args.length === 1 && flags.text('selector') !== '') throw fail(`only one of NAME or ${or} can be provided`)
}

function print(session: Session, headers: readonly string[], rows: readonly (readonly string[])[]): void {
  session.out(alignTabs([...(session.flags.bool('no-headers') ? [] : [headers]), ...rows].map((cells) => `${cells.join('\t')}\n`).join(''), tableTabs))
}

function podRows(session: Session, items: readonly PodMetrics[]): Row[] {
  const withContainers = session.flags.bool('containers')
  const namespaceCells = (namespace: string) => (session.flags.bool('all-namespaces') ? [namespace] : [])
  return items.flatMap((item): Row[] => {
    const { namespace = '', name = '' } = item.metadata
    if (!withContainers) {
      const usage = totalOf(item)
      return [{ namespace, name, usage, cells: [...namespaceCells(namespace), name, cpuText(usage), memoryText(usage)] }]
    }
    return (item.containers ?? []).map((container) => ({ namespace, name: `${name}/${container.name}`, usage: container.usage, cells: [...namespaceCells(namespace), name, container.name, cpuText(container.usage), memoryText(container.usage)] }))
  })
}

/** Why there are no metrics: pods are too young, or something is wrong. */
function* explainEmpty(session: Session): Run<void> {
  const kind = kindByResource('', 'pods')
  if (kind === undefined) return
  const [name] = session.args
  const namespace = session.flags.bool('all-namespaces') ? undefined : session.namespace().name
  const pods = name !== undefined ? [yield* session.call<Pod>({ verb: 'get', kind, namespace, name })] : ((yield* listObjects(session, kind, { namespace, selector: session.flags.text('selector') })).items as Pod[])
  for (const pod of pods) {
    const ageMs = session.nowMs - session.process.clock.parse(pod.metadata.creationTimestamp ?? '')
    if (ageMs > metricsDelayMs) throw fail(`Metrics not available for pod ${pod.metadata.namespace}/${pod.metadata.name}, age: ${goDuration(ageMs)}`)
  }
  if (pods.length > 0) throw fail('metrics not available yet')
  session.err(session.flags.bool('all-namespaces') ? 'No resources found\n' : `No resources found in ${session.namespace().name} namespace.\n`)
}

/**
 * kubectl top pod: CPU in millicores, memory in MiB, rounded as upstream does. Without any metrics it fails, naming a
 * pod that is old enough to have them, or says that there are no pods.
 */
export function* topPod(session: Session): Run<number> {
  checkFlags(session, 'selector')
  const { flags } = session
  const items = yield* readMetrics<PodMetrics>(session, 'pods', session.args[0])
  if (items.length === 0) {
    yield* explainEmpty(session)
    return 0
  }
  const rows = sortRows(podRows(session, items), flags.text('sort-by'))
  const isAll = flags.bool('all-namespaces')
  const headers = [...(isAll ? ['NAMESPACE'] : []), ...(flags.bool('containers') ? ['POD', 'NAME'] : ['NAME']), 'CPU(cores)', 'MEMORY(bytes)']
  const sum: (readonly string[])[] = []
  if (flags.bool('sum')) {
    const usage = totalOf({ containers: rows.map((row) => ({ name: row.name, usage: row.usage })) } as unknown as PodMetrics)
    const blanks = Array.from({ length: headers.length - 2 }, () => '')
    sum.push([...blanks, '________', '________'], [...blanks, cpuText(usage), memoryText(usage)])
  }
  print(session, headers, [...rows.map((row) => row.cells), ...sum])
  return 0
}

function shareText(usage: string, total: string | undefined, of: (text: string) => number): string {
  const whole = of(total ?? '0')
  return whole === 0 ? '<unknown>' : `${Math.trunc((of(usage) / whole) * 100)}%`
}

/**
 * kubectl top node: usage and its share of allocatable (--show-capacity: of capacity); `<unknown>` for nodes without
 * metrics. Fails when no node has any.
 */
export function* topNode(session: Session): Run<number> {
  checkFlags(session, '--selector')
  const { flags } = session
  const items = yield* readMetrics<NodeMetrics>(session, 'nodes', session.args[0])
  if (items.length === 0) throw fail('metrics not available yet')
  const kind = kindByResource('', 'nodes')
  if (kind === undefined) throw fail('the server doesn\'t have a resource type "nodes"')
  const nodes = (yield* listObjects(session, kind, { namespace: undefined, selector: flags.text('selector') })).items as Node[]
  const rows = items.map((item): Row => {
    const name = item.metadata.name ?? ''
    const { usage = {} } = item
    const status = nodes.find((node) => node.metadata.name === name)?.status
    const total = flags.bool('show-capacity') ? status?.capacity : status?.allocatable
    return { namespace: '', name, usage, cells: [name, cpuText(usage), shareText(usage['cpu'] ?? '0', total?.['cpu'], quantityMilli), memoryText(usage), shareText(usage['memory'] ?? '0', total?.['memory'], quantityValue)] }
  })
  const measured = new Set(rows.map((row) => row.name))
  const missing = session.args.length > 0 ? [] : nodes.filter((node) => !measured.has(node.metadata.name ?? '')).map((node): Row => ({ namespace: '', name: node.metadata.name ?? '', usage: {}, cells: [node.metadata.name ?? '', '<unknown>', '<unknown>', '<unknown>', '<unknown>'] }))
  print(session, ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)'], [...sortRows(rows, flags.text('sort-by')), ...missing].map((row) => row.cells))
  return 0
}

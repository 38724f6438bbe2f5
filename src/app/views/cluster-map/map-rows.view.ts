import type { NodeRow, PodRow, PodShape } from '../../../session/host-rows.ts'
import { compareText, counted, coresText, gibText, moneyText, spanText, thousands } from '../../format.view.ts'
import type { Board } from '../../state/board.ts'
import { view } from '../../state/view.ts'

/** A row of the map: the nodes of a pool, in creation order, by zone. */
export interface Pool { readonly name: string; readonly note: string; readonly nodes: readonly NodeRow[]; readonly byZone: ReadonlyMap<string, readonly NodeRow[]> }
export interface MapRows { readonly pools: readonly Pool[]; readonly zones: readonly string[]; readonly queue: readonly QueueGroup[]; readonly nodeCount: number; readonly podCount: number }

/** Pods without a node, by owner. */
export interface QueueGroup { readonly id: string; readonly name: string; readonly shape: PodShape; readonly pods: readonly PodRow[]; readonly wants: string; readonly reason: string }

export interface MapFilter { readonly text: string }

/** Pools by price, then those with GPUs, then CPU pools, the control plane last; the queue on top. */
export function selectMapRows(board: Pick<Board, 'nodes' | 'pods' | 'podsByNode'>, filter: string): MapRows {
  const byPool = new Map<string, NodeRow[]>()
  for (const node of board.nodes.values()) {
    if (!matches(node, board, filter)) continue
    const list = byPool.get(node.pool)
    if (list === undefined) byPool.set(node.pool, [node])
    else list.push(node)
  }
  const pools = [...byPool].map(([name, nodes]) => toPool(name, nodes)).sort(comparePools)
  const zones = [...new Set([...board.nodes.values()].map((node) => node.zone))].sort(compareText)
  return { pools, zones, queue: queueGroups(board), nodeCount: board.nodes.size, podCount: board.pods.size }
}

function matches(node: NodeRow, board: Pick<Board, 'podsByNode'>, filter: string): boolean {
  if (filter === '') return true
  if (node.name.includes(filter) || labelMatches(node.labels, filter)) return true
  for (const pod of board.podsByNode.get(node.name)?.values() ?? []) if (podMatches(pod, filter)) return true
  return false
}

/** A Pod matches by a part of its name, its namespace, or `key=value` of a label. */
export function podMatches(pod: PodRow, filter: string): boolean {
  return pod.name.includes(filter) || pod.namespace === filter || labelMatches(pod.labels, filter)
}

function labelMatches(labels: Readonly<Record<string, string>>, filter: string): boolean {
  const at = filter.indexOf('=')
  return at > 0 && labels[filter.slice(0, at)] === filter.slice(at + 1)
}

function toPool(name: string, nodes: NodeRow[]): Pool {
  nodes.sort((a, b) => a.createdAtMs - b.createdAtMs || compareText(a.name, b.name))
  const byZone = new Map<string, NodeRow[]>()
  for (const node of nodes) {
    const list = byZone.get(node.zone)
    if (list === undefined) byZone.set(node.zone, [node])
    else list.push(node)
  }
  return { name, nodes, byZone, note: poolNote(nodes) }
}

function poolNote(nodes: readonly NodeRow[]): string {
  const slots = nodes.flatMap((node) => node.gpuSlots)
  const used = slots.filter((slot) => slot.podUid !== undefined).length
  const cpu = sum(nodes, (node) => node.cpuRequestMillis) / Math.max(1, sum(nodes, (node) => node.cpuMillis))
  const isMig = slots.some((slot) => slot.mig !== undefined)
  const parts = [counted(nodes.length, 'node')]
  if (slots.length > 0) parts.push(`${isMig ? 'MIG' : 'GPU'} ${thousands(used)} of ${thousands(slots.length)}`)
  if (nodes.length > 1 || slots.length === 0) parts.push(`CPU ${Math.round(cpu * 100)}%`)
  return parts.join(' · ')
}

function sum<T>(items: readonly T[], of: (item: T) => number): number { return items.reduce((total, item) => total + of(item), 0) }

const isControlPlane = (pool: Pool) => pool.name === 'control plane'
const priceOf = (pool: Pool) => pool.nodes[0]?.pricePerHourCents ?? 0
const gpusOf = (pool: Pool) => pool.nodes[0]?.gpuSlots.length ?? 0

function comparePools(a: Pool, b: Pool): number {
  return Number(isControlPlane(a)) - Number(isControlPlane(b)) || priceOf(b) - priceOf(a) || gpusOf(b) - gpusOf(a) || compareText(a.name, b.name)
}

function queueGroups(board: Pick<Board, 'podsByNode'>): readonly QueueGroup[] {
  const groups = new Map<string, PodRow[]>()
  for (const pod of board.podsByNode.get('')?.values() ?? []) {
    if (pod.shape !== 'pending' && pod.shape !== 'gated') continue
    const id = `${pod.namespace}/${pod.owner?.name ?? pod.name}/${pod.shape}`
    const list = groups.get(id)
    if (list === undefined) groups.set(id, [pod])
    else list.push(pod)
  }
  return [...groups].map(([id, pods]) => toGroup(id, pods)).sort((a, b) => compareText(a.id, b.id))
}

function toGroup(id: string, pods: PodRow[]): QueueGroup {
  pods.sort((a, b) => a.createdAtMs - b.createdAtMs || compareText(a.name, b.name))
  const first = pods[0] as PodRow
  const wants = [first.gpuRequest > 0 ? `${first.gpuRequest} GPU` : '', first.cpuRequestMillis > 0 ? `${coresText(first.cpuRequestMillis)} CPU` : '', first.memoryRequestBytes > 0 ? `${gibText(first.memoryRequestBytes)} Gi` : ''].filter((text) => text !== '').join(', ')
  return {
    id, pods, shape: first.shape, name: pods.length === 1 ? first.name : `${first.owner?.name ?? first.name}-*`,
    wants: wants === '' ? '' : `${pods.length > 1 ? `${pods.length} Pods, each ` : ''}wants ${wants}`,
    reason: first.reason ?? (first.shape === 'gated' ? 'gated' : first.doing ?? 'not looked at yet'),
  }
}

/** One line of a node card. */
export interface CardPod { readonly uid: string; readonly row: PodRow; readonly shape: PodShape; readonly name: string; readonly doing: string; readonly qos: string; readonly progress: number | undefined; readonly label: string }
export interface BarPart { readonly uid: string; readonly percent: number; readonly tone: 'steady' | 'move' | 'wait' | 'bad' }
export interface NodeCard {
  readonly name: string
  readonly note: string
  readonly taints: readonly string[]
  readonly stateWord: string | undefined
  readonly cpu: { readonly parts: readonly BarPart[]; readonly usePercent: number | undefined; readonly text: string; readonly isPressed: boolean }
  readonly memory: { readonly parts: readonly BarPart[]; readonly usePercent: number | undefined; readonly text: string; readonly isPressed: boolean }
  readonly gpuFreeText: string
  readonly pods: readonly CardPod[]
  readonly foldedText: string | undefined
}

/** More steady Pods than this fold into one line; the others never fold. */
const steadyPodsMax = 6

/** What is free of a node's GPUs, in words. */
function gpuFreeText({ gpuSlots }: NodeRow): string {
  if (gpuSlots.length === 0) return ''
  const isShared = gpuSlots.some((slot) => slot.sharesFree !== undefined)
  const free = isShared ? sum(gpuSlots, (slot) => slot.sharesFree ?? 0) : gpuSlots.filter((slot) => slot.podUid === undefined && slot.lost !== true).length
  if (free === 0) return 'full'
  return isShared ? `${counted(free, 'share')} free` : `${free} free`
}

export function toNodeCard(node: NodeRow, podRows: readonly PodRow[], nowMs: number): NodeCard {
  const pods = [...podRows].sort((a, b) => Number(a.namespace === 'kube-system') - Number(b.namespace === 'kube-system') || b.createdAtMs - a.createdAtMs || compareText(a.name, b.name))
  const steady = pods.filter((pod) => pod.shape === 'running')
  const hidden = new Set(steady.slice(steadyPodsMax).map((pod) => pod.uid))
  return {
    name: node.name,
    note: [node.zone, node.pricePerHourCents === undefined ? `${coresText(node.cpuMillis)} CPU` : moneyText(node.pricePerHourCents)].filter((text) => text !== '').join(' · '),
    taints: node.taints,
    stateWord: !node.isReady ? 'NotReady' : node.isUnschedulable ? 'SchedulingDisabled' : undefined,
    cpu: bar(node.cpuMillis, pods, (pod) => pod.cpuRequestMillis, node.cpuUsageMillis, `${coresText(node.cpuRequestMillis)} / ${coresText(node.cpuMillis)}`, node.pressure.includes('PIDPressure')),
    memory: bar(node.memoryBytes, pods, (pod) => pod.memoryRequestBytes, node.memoryUsageBytes, `${gibText(node.memoryRequestBytes)} / ${gibText(node.memoryBytes)} Gi`, node.pressure.includes('MemoryPressure')),
    gpuFreeText: gpuFreeText(node),
    pods: pods.filter((pod) => !hidden.has(pod.uid)).map((pod) => toCardPod(pod, nowMs)),
    foldedText: hidden.size === 0 ? undefined : `${hidden.size} more, all ready`,
  }
}

function bar(capacity: number, pods: readonly PodRow[], of: (pod: PodRow) => number, use: number | undefined, text: string, isPressed: boolean) {
  const parts = pods.filter((pod) => of(pod) > 0 && pod.shape !== 'succeeded' && pod.shape !== 'failed')
    .map((pod) => ({ uid: pod.uid, percent: (of(pod) / Math.max(1, capacity)) * 100, tone: toneOf(pod.shape) }))
  return { parts, usePercent: use === undefined ? undefined : Math.min(100, (use / Math.max(1, capacity)) * 100), text, isPressed }
}

export function toneOf(shape: PodShape): BarPart['tone'] {
  if (shape === 'starting') return 'move'
  if (shape === 'not-ready') return 'wait'
  return shape === 'failing' ? 'bad' : 'steady'
}

export function toCardPod(row: PodRow, nowMs: number): CardPod {
  const doing = doingText(row, nowMs)
  return { uid: row.uid, row, shape: row.shape, name: row.name, doing, qos: row.qos[0] === 'B' ? (row.qos === 'Burstable' ? 'B' : 'E') : 'G', progress: row.progress, label: `Pod ${row.namespace}/${row.name}, ${row.status}, ${row.readyCount} of ${row.containerCount} ready${doing === '' ? '' : `, ${doing}`}` }
}

/** What the Pod does now, in few words: "stopping 26 s", "not ready 2 min", "pulling 61%". */
export function doingText(pod: PodRow, nowMs: number): string {
  switch (pod.shape) {
    case 'terminating': return pod.killAtMs === undefined ? 'stopping' : `stopping ${Math.max(0, Math.ceil((pod.killAtMs - nowMs) / 1000))} s`
    case 'not-ready': return pod.doing !== undefined && pod.doing !== 'not ready' && pod.doing.length < 16 ? pod.doing : `not ready ${spanText(Math.floor(Math.max(0, nowMs - pod.sinceMs) / 1000) * 1000)}`
    case 'starting': return pod.progress === undefined ? pod.doing ?? 'starting' : `${pod.doing ?? 'pulling'} ${Math.round(pod.progress * 100)}%`
    case 'failing': case 'failed': return pod.restartCount > 1 ? `${pod.reason ?? pod.status} ×${pod.restartCount}` : pod.reason ?? pod.status
    case 'succeeded': return pod.status
    case 'pending': case 'gated': return pod.reason ?? pod.shape
    case 'unknown': return 'node lost'
    case 'running': return pod.gpuRequest > 0 ? `${pod.gpuRequest} GPU` : pod.namespace === 'kube-system' ? 'kube-system' : nowMs - pod.sinceMs < 60_000 ? spanText(Math.floor((nowMs - pod.sinceMs) / 1000) * 1000) : ''
  }
}

export const mapRowsView = view<string, MapRows>(['nodes', 'pods'], selectMapRows)

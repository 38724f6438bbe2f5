import type { NodeRow, PodRow } from '../../../session/host-rows.ts'
import { compareText, coresText, gibText } from '../../format.view.ts'
import { doingText, podMatches, type MapRows } from './map-rows.view.ts'

/** One row of the treegrid twin: queue or pool > node > Pod. */
export interface TreeRow {
  readonly id: string
  readonly kind: 'pool' | 'node' | 'pod'
  readonly level: 1 | 2 | 3
  readonly name: string
  readonly state: string
  readonly ready: string
  readonly cpu: string
  readonly memory: string
  readonly gpu: string
  readonly isExpanded: boolean | undefined
  readonly position: number
  readonly setSize: number
  readonly pod?: PodRow
  readonly node?: NodeRow
}

/** The rows that are open now, in the order of the map. `open` holds the ids of opened rows. */
export function treeRows(rows: MapRows, podsByNode: ReadonlyMap<string, ReadonlyMap<string, PodRow>>, open: ReadonlySet<string>, nowMs: number, filter: string): readonly TreeRow[] {
  const result: TreeRow[] = []
  const tops = (rows.queue.length > 0 ? 1 : 0) + rows.pools.length
  if (rows.queue.length > 0) {
    const pods = rows.queue.flatMap((group) => group.pods)
    result.push({ id: 'queue', kind: 'pool', level: 1, name: 'Queue', state: `${pods.length} without a node`, ready: '', cpu: '', memory: '', gpu: '', isExpanded: open.has('queue'), position: 1, setSize: tops })
    if (open.has('queue')) pods.forEach((pod, index) => result.push(podRow(pod, 2, index + 1, pods.length, nowMs)))
  }
  rows.pools.forEach((pool, index) => {
    const id = `pool/${pool.name}`
    result.push({ id, kind: 'pool', level: 1, name: pool.name, state: pool.note, ready: '', cpu: '', memory: '', gpu: '', isExpanded: open.has(id), position: index + 1 + tops - rows.pools.length, setSize: tops })
    if (open.has(id)) pool.nodes.forEach((node, at) => pushNode(result, node, at + 1, pool.nodes.length))
  })
  return result

  function pushNode(into: TreeRow[], node: NodeRow, position: number, setSize: number): void {
    const id = `node/${node.name}`
    const pods = [...(podsByNode.get(node.name)?.values() ?? [])].filter((pod) => filter === '' || node.name.includes(filter) || podMatches(pod, filter)).sort((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name))
    const used = node.gpuSlots.filter((slot) => slot.podUid !== undefined).length
    into.push({
      id, kind: 'node', level: 2, name: node.name, state: [node.isReady ? 'Ready' : 'NotReady', ...(node.isUnschedulable ? ['SchedulingDisabled'] : []), ...node.pressure].join(', '), ready: `${pods.length} Pods`,
      cpu: `${coresText(node.cpuRequestMillis)} of ${coresText(node.cpuMillis)}`, memory: `${gibText(node.memoryRequestBytes)} of ${gibText(node.memoryBytes)} Gi`, gpu: node.gpuSlots.length === 0 ? '' : `${used} of ${node.gpuSlots.length}`,
      isExpanded: pods.length === 0 ? undefined : open.has(id), position, setSize, node,
    })
    if (open.has(id)) pods.forEach((pod, at) => into.push(podRow(pod, 3, at + 1, pods.length, nowMs)))
  }
}

function podRow(pod: PodRow, level: 2 | 3, position: number, setSize: number, nowMs: number): TreeRow {
  const doing = doingText(pod, nowMs)
  return {
    id: `pod/${pod.uid}`, kind: 'pod', level, name: pod.name, state: doing === '' || doing === pod.namespace ? pod.status : `${pod.status}, ${doing}`, ready: `${pod.readyCount}/${pod.containerCount}`,
    cpu: coresText(pod.cpuRequestMillis), memory: `${gibText(pod.memoryRequestBytes)} Gi`, gpu: pod.gpuRequest === 0 ? '' : String(pod.gpuRequest), isExpanded: undefined, position, setSize, pod,
  }
}

/** Where a key leads in the tree: another row, or a row to open or close. */
export function treeKey(rows: readonly TreeRow[], current: string, key: string): { readonly move?: string; readonly open?: string; readonly close?: string } {
  const at = Math.max(0, rows.findIndex((row) => row.id === current))
  const row = rows[at]
  if (row === undefined) return {}
  const move = (to: TreeRow | undefined) => (to === undefined ? {} : { move: to.id })
  switch (key) {
    case 'ArrowDown': return move(rows[at + 1])
    case 'ArrowUp': return move(rows[at - 1])
    case 'Home': return move(rows[0])
    case 'End': return move(rows.at(-1))
    case 'ArrowRight': return row.isExpanded === false ? { open: row.id } : row.isExpanded === true ? move(rows[at + 1]) : {}
    case 'ArrowLeft': case 'Escape': return row.isExpanded === true ? { close: row.id } : move(rows.slice(0, at).findLast((before) => before.level < row.level))
    default: return {}
  }
}

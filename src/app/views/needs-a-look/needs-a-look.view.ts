import type { NodeRow, PodRow, PodShape } from '../../../session/host-rows.ts'
import { compareText, counted } from '../../format.view.ts'
import type { Board } from '../../state/board.ts'
import { view } from '../../state/view.ts'

/** A group of problems with one cause. */
export interface Problem {
  readonly id: string
  readonly tone: 'bad' | 'wait'
  readonly shape: PodShape
  /** "OOMKilled, restarting" */
  readonly title: string
  /** What it hits: a name, or a name with `*` for several of one owner. */
  readonly where: string
  /** "2 Pods", "1 node". */
  readonly amount: string
  readonly count: number
  readonly podUids: readonly string[]
  readonly nodeNames: readonly string[]
}

interface Group { tone: 'bad' | 'wait'; shape: PodShape; title: string; pods: PodRow[]; nodes: NodeRow[] }

/** Problems by cause, bad ones first, larger groups first. */
export function findProblems(board: Pick<Board, 'nodes' | 'pods'>): readonly Problem[] {
  const groups = new Map<string, Group>()
  const groupOf = (id: string, tone: 'bad' | 'wait', shape: PodShape, title: string): Group => {
    const found = groups.get(id)
    if (found !== undefined) return found
    const made: Group = { tone, shape, title, pods: [], nodes: [] }
    groups.set(id, made)
    return made
  }
  for (const node of board.nodes.values()) {
    if (!node.isReady) groupOf('node/NotReady', 'bad', 'failing', 'NotReady').nodes.push(node)
    for (const pressure of node.pressure) groupOf(`node/${pressure}`, 'bad', 'failing', pressure).nodes.push(node)
    if (node.gpuSlots.some((slot) => slot.lost === true)) groupOf('node/gpu', 'bad', 'failing', 'GPU lost').nodes.push(node)
  }
  for (const pod of board.pods.values()) {
    const cause = causeOf(pod)
    if (cause !== undefined) groupOf(`pod/${cause.shape}/${cause.title}`, cause.tone, cause.shape, cause.title).pods.push(pod)
  }
  return [...groups.entries()].map(([id, group]) => toProblem(id, group))
    .sort((a, b) => (a.tone === b.tone ? b.count - a.count || compareText(a.id, b.id) : a.tone === 'bad' ? -1 : 1))
}

function causeOf(pod: PodRow): { tone: 'bad' | 'wait'; shape: PodShape; title: string } | undefined {
  switch (pod.shape) {
    case 'failing': return { tone: 'bad', shape: 'failing', title: pod.reason ?? pod.status }
    case 'failed': return { tone: 'bad', shape: 'failed', title: pod.reason ?? pod.status }
    case 'pending': return { tone: 'wait', shape: 'pending', title: pod.reason === undefined ? 'Pending' : `Pending, ${pod.reason}` }
    case 'gated': return { tone: 'wait', shape: 'gated', title: 'Gated' }
    case 'not-ready': return { tone: 'wait', shape: 'not-ready', title: pod.doing === undefined || pod.doing === 'not ready' ? 'Not ready' : `Not ready, ${pod.doing}` }
    case 'unknown': return { tone: 'bad', shape: 'unknown', title: 'Unknown, node lost' }
    default: return undefined
  }
}

function toProblem(id: string, group: Group): Problem {
  const { pods, nodes } = group
  const count = pods.length + nodes.length
  return {
    id, tone: group.tone, shape: group.shape, title: group.title, count,
    where: whereOf(pods, nodes),
    amount: nodes.length > 0 ? counted(nodes.length, 'node') : counted(pods.length, 'Pod'),
    podUids: pods.map((pod) => pod.uid),
    nodeNames: [...new Set([...nodes.map((node) => node.name), ...pods.flatMap((pod) => (pod.nodeName === undefined ? [] : [pod.nodeName]))])],
  }
}

function whereOf(pods: readonly PodRow[], nodes: readonly NodeRow[]): string {
  const names = nodes.length > 0 ? nodes.map((node) => node.name) : pods.map((pod) => pod.name)
  const first = names[0] ?? ''
  if (names.length === 1) return first
  const owners = new Set(pods.map((pod) => pod.owner?.name))
  const owner = [...owners][0]
  if (pods.length > 0 && owners.size === 1 && owner !== undefined) return `${owner}-*`
  return `${first} and ${names.length - 1} more`
}

export const problemsView = view<undefined, readonly Problem[]>(['nodes', 'pods'], findProblems)

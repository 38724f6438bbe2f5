import { describe, expect, test } from 'vitest'
import { applyDelta, createBoard, type Board } from '../../state/board.ts'
import { fakePod, fleetCluster, gpuCluster, labCluster, type FakeCluster } from '../../testing/fake-rows.ts'
import { fitLevel, layoutMap, neighbor, nodeAt } from './map-layout.view.ts'
import { doingText, selectMapRows, toNodeCard } from './map-rows.view.ts'
import { treeKey, treeRows } from './tree.view.ts'

function boardOf(cluster: FakeCluster): Board {
  const board = createBoard()
  applyDelta(board, { nowMs: cluster.nowMs, headMs: cluster.nowMs, epochMs: 0, isPlaying: false, speed: 1, isPast: false, nodes: cluster.nodes, pods: cluster.pods })
  return board
}

describe('rows of the map', () => {
  test('pools stand by price, the control plane last', () => { expect(selectMapRows(boardOf(gpuCluster()), '').pools.map((pool) => pool.name)).toEqual(['ml-a100-80gb-nvlink', 'ml-a100-mig-mixed', 'control plane']) })
  test('a Pod without a node waits in the queue with what it wants', () => { expect(selectMapRows(boardOf(gpuCluster()), '').queue).toMatchObject([{ name: 'llama-3-8b-sft-worker-2-zx4kd', wants: 'wants 4 GPU, 32 CPU, 240 Gi', reason: 'Insufficient nvidia.com/gpu' }]) })
  test('Pods of one owner wait as one group', () => { expect(selectMapRows(boardOf(fleetCluster(60)), '').queue).toMatchObject([{ name: 'llama-3-70b-pretrain-*', wants: '16 Pods, each wants 1 GPU, 8 CPU, 100 Gi' }]) })
  test.each([['cpu-a', ['flight-worker-cpu-a']], ['hxq2m', ['flight-worker-cpu-a']], ['app=mock-inference', ['flight-worker-cpu-a', 'flight-worker-cpu-b']], ['nothing', []]])('filter %s keeps its nodes', (filter, names) => {
    expect(selectMapRows(boardOf(labCluster()), filter).pools.flatMap((pool) => pool.nodes.map((node) => node.name))).toEqual(names)
  })
})

describe('layout', () => {
  test.each([[3, 3], [60, 2], [5000, 1]] as const)('%i nodes are shown at level %i', (count, level) => {
    const rows = selectMapRows(boardOf(count === 3 ? labCluster() : fleetCluster(count)), '')
    expect(fitLevel(rows, 1060, 680)).toBe(level)
  })
  test('5,000 nodes are all placed, without overlap, inside the width', () => {
    const rows = selectMapRows(boardOf(fleetCluster(5000)), '')
    const layout = layoutMap(rows, 1, 1060)
    expect(layout.nodes).toHaveLength(rows.nodeCount)
    expect(new Set(layout.nodes.map((node) => `${node.x},${node.y}`)).size).toBe(rows.nodeCount)
    expect(Math.max(...layout.nodes.map((node) => node.x + node.w))).toBeLessThanOrEqual(1060)
  })
  test('a click finds the node, arrows go to its neighbors', () => {
    const layout = layoutMap(selectMapRows(boardOf(fleetCluster(60)), ''), 2, 1060)
    const first = layout.nodes[0]
    expect(nodeAt(layout, (first?.x ?? 0) + 3, (first?.y ?? 0) + 3)).toBe(first?.node)
    expect(neighbor(layout, first?.node ?? '', 'ArrowRight')).toBe(layout.nodes[1]?.node)
    expect(neighbor(layout, layout.nodes[1]?.node ?? '', 'ArrowLeft')).toBe(first?.node)
    expect(neighbor(layout, first?.node ?? '', 'ArrowUp')).toBeUndefined()
  })
  test('blocks take the place of nodes at level 0', () => { const layout = layoutMap(selectMapRows(boardOf(fleetCluster(60)), ''), 0, 900); expect([layout.nodes.length, layout.blocks.length]).toEqual([0, 12]) })
})

describe('a Pod says what it does now', () => {
  test.each([
    [{ name: 'a', shape: 'terminating', killInMs: 26_000 }, 'stopping 26 s'], [{ name: 'a', shape: 'starting', doing: 'pulling', progress: 0.61 }, 'pulling 61%'], [{ name: 'a', shape: 'not-ready', doing: 'readiness answers 404', ageMs: 150_000 }, 'not ready 2 min'],
    [{ name: 'a', shape: 'failing', reason: 'OOMKilled', restarts: 3 }, 'OOMKilled ×3'], [{ name: 'a', gpu: 4 }, '4 GPU'], [{ name: 'a', ageMs: 8000 }, '8 s'], [{ name: 'a', ageMs: 800_000 }, ''],
  ] as const)('%o', (pod, text) => { expect(doingText(fakePod(pod, 1_000_000), 1_000_000)).toBe(text) })
})

describe('a card of a node', () => {
  test('steady Pods fold into a count, the others never do', () => {
    const cluster = gpuCluster()
    const node = cluster.nodes[0]
    if (node === undefined) throw new Error('no node')
    const pods = [...Array.from({ length: 9 }, (_, index) => fakePod({ name: `web-${index}`, node: node.name }, 0)), fakePod({ name: 'bad', node: node.name, shape: 'failing' }, 0)]
    const card = toNodeCard(node, pods, 0)
    expect([card.pods.length, card.foldedText]).toEqual([7, '3 more, all ready'])
    expect(card.pods.map((pod) => pod.name)).toContain('bad')
  })
})

describe('free GPUs of a card', () => {
  const [node] = gpuCluster().nodes
  test.each([
    { name: 'none without GPUs', slots: [], want: '' },
    { name: 'whole ones', slots: [{ podUid: 'p' }, {}, { lost: true }], want: '1 free' },
    { name: 'none left', slots: [{ podUid: 'p' }], want: 'full' },
    { name: 'shares', slots: [{ podUid: 'p', shared: 1, sharesFree: 3 }, { sharesFree: 4 }], want: '7 shares free' },
    { name: 'no share left', slots: [{ podUid: 'p', shared: 4, sharesFree: 0 }], want: 'full' },
  ])('$name', ({ slots, want }) => {
    expect(toNodeCard({ ...node!, gpuSlots: slots }, [], 0).gpuFreeText).toBe(want)
  })
})

describe('the treegrid twin', () => {
  const board = boardOf(gpuCluster())
  const rows = selectMapRows(board, '')
  const open = new Set(['pool/ml-a100-mig-mixed', 'node/ml-a100-mig-mixed-5f7b8d6c-9rtw'])
  const shown = treeRows(rows, board.podsByNode, open, board.clock.nowMs, '')
  test('holds queue, pools, nodes and Pods with their place in the set', () => {
    expect(shown.map((row) => `${row.level} ${row.name} ${row.position}/${row.setSize}`)).toEqual(['1 Queue 1/4', '1 ml-a100-80gb-nvlink 2/4', '1 ml-a100-mig-mixed 3/4', '2 ml-a100-mig-mixed-5f7b8d6c-9rtw 1/1', '3 fraud-scorer-triton-5c7d9f8b6-jx2vw 1/4', '3 reranker-bge-m3-84f6c7d9b5-mvz8c 2/4', '3 sentiment-distilbert-66c8f-q9d7t 3/4', '3 tabular-xgb-server-7d8f9c6b5-n4k2r 4/4', '1 control plane 4/4'])
  })
  test.each([['queue', 'ArrowRight', { open: 'queue' }], ['pool/ml-a100-mig-mixed', 'ArrowRight', { move: 'node/ml-a100-mig-mixed-5f7b8d6c-9rtw' }], ['node/ml-a100-mig-mixed-5f7b8d6c-9rtw', 'ArrowLeft', { close: 'node/ml-a100-mig-mixed-5f7b8d6c-9rtw' }], ['queue', 'End', { move: 'pool/control plane' }], ['queue', 'ArrowUp', {}]])('%s, %s', (from, key, result) => { expect(treeKey(shown, from, key)).toEqual(result) })
  test('left on a Pod goes to its node', () => { expect(treeKey(shown, shown[4]?.id ?? '', 'ArrowLeft')).toEqual({ move: 'node/ml-a100-mig-mixed-5f7b8d6c-9rtw' }) })
})

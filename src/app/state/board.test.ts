import { describe, expect, test } from 'vitest'
import type { HostDelta } from '../../session/host.ts'
import { fakePod, labCluster } from '../testing/fake-rows.ts'
import { applyDelta, createBoard } from './board.ts'
import { view, viewKey } from './view.ts'

const delta = (change: Partial<HostDelta>): HostDelta => ({ nowMs: 1000, headMs: 1000, epochMs: 0, isPlaying: false, speed: 1, isPast: false, ...change })

describe('a board follows deltas', () => {
  const cluster = labCluster()
  test('Pods are found by node, and move when they are bound', () => {
    const board = createBoard()
    const pending = fakePod({ name: 'web-1', shape: 'pending' }, 0)
    applyDelta(board, delta({ pods: [pending] }))
    expect(board.podsByNode.get('')?.size).toBe(1)
    applyDelta(board, delta({ pods: [{ ...pending, nodeName: 'a', shape: 'starting' }] }))
    expect(board.podsByNode.get('')?.size).toBe(0)
    expect(board.podsByNode.get('a')?.get(pending.uid)?.shape).toBe('starting')
    applyDelta(board, delta({ removed: { pods: [pending.uid] } }))
    expect(board.pods.size + (board.podsByNode.get('a')?.size ?? 0)).toBe(0)
  })
  test('a reset forgets all rows', () => {
    const board = createBoard()
    applyDelta(board, delta({ nodes: cluster.nodes, pods: cluster.pods }))
    applyDelta(board, delta({ isReset: true, nodes: cluster.nodes.slice(0, 1) }))
    expect([board.nodes.size, board.pods.size]).toEqual([1, 0])
  })
  test('only slices that changed get a new revision', () => {
    const board = createBoard()
    const pods = view<undefined, number>(['pods'], (state) => state.pods.size)
    const before = viewKey(board, pods.reads)
    applyDelta(board, delta({ nowMs: 2000, events: [] }))
    expect(viewKey(board, pods.reads)).toBe(before)
    applyDelta(board, delta({ pods: cluster.pods }))
    expect(viewKey(board, pods.reads)).not.toBe(before)
  })
  test('the second slice changes with the second, the clock slice with each ms', () => {
    const board = createBoard()
    applyDelta(board, delta({ nowMs: 1000 }))
    const { second, clock } = board.rev
    applyDelta(board, delta({ nowMs: 1400 }))
    expect([board.rev.second - second, board.rev.clock - clock]).toEqual([0, 1])
    applyDelta(board, delta({ nowMs: 2000 }))
    expect(board.rev.second - second).toBe(1)
  })
})

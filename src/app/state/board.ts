/**
 * What the app knows of the cluster: rows by key, kept by applying host deltas.
 * The maps are changed in place (a copy of 150,000 Pods a frame would cost more than the frame); `rev` tells which
 * part changed, and views are cached by it. Nobody but applyDelta writes here.
 */
import type { EventRow, FileRow, ForkRow, NodeRow, PodRow, ServiceRow, TerminalDelta, TimelineMark, TrackerRow, WorkloadRow } from '../../session/host-rows.ts'
import type { EngineFailure, HostDelta, SessionProgress, Speed } from '../../session/host.ts'

export const slices = ['clock', 'second', 'nodes', 'pods', 'services', 'workloads', 'events', 'marks', 'upcoming', 'forks', 'tracker', 'files', 'terminal', 'progress', 'notices'] as const
/** A part of the board with a revision of its own. `second` changes when the shown second does, `clock` with every ms. */
export type Slice = (typeof slices)[number]

export interface Clock { readonly nowMs: number; readonly headMs: number; readonly epochMs: number; readonly isPlaying: boolean; readonly speed: Speed; readonly isPast: boolean }
export type TerminalStatus = Omit<TerminalDelta, 'output' | 'clear'>

export interface Board {
  readonly rev: Record<Slice, number>
  clock: Clock
  clusterName: string
  readonly nodes: Map<string, NodeRow>
  readonly pods: Map<string, PodRow>
  /** uid sets by node name; Pods without a node are under the empty name. */
  readonly podsByNode: Map<string, Map<string, PodRow>>
  readonly services: Map<string, ServiceRow>
  readonly workloads: Map<string, WorkloadRow>
  readonly events: Map<string, EventRow>
  readonly marks: Map<string, TimelineMark>
  upcoming: NonNullable<HostDelta['upcoming']>
  forks: readonly ForkRow[]
  tracker: readonly TrackerRow[]
  files: readonly FileRow[]
  terminal: TerminalStatus
  progress: SessionProgress | undefined
  failure: EngineFailure | undefined
  storage: HostDelta['storage']
}

export function createBoard(): Board {
  return {
    rev: Object.fromEntries(slices.map((slice) => [slice, 0])) as Record<Slice, number>,
    clock: { nowMs: 0, headMs: 0, epochMs: 0, isPlaying: false, speed: 1, isPast: false },
    clusterName: '',
    nodes: new Map(), pods: new Map(), podsByNode: new Map(), services: new Map(), workloads: new Map(), events: new Map(), marks: new Map(),
    upcoming: [], forks: [], tracker: [], files: [],
    terminal: { prompt: '$ ', isRunning: false, waitsForTime: false, context: '', namespace: 'default', cwd: '' },
    progress: undefined, failure: undefined, storage: undefined,
  }
}

/** Applies one delta in place and raises the revision of each slice that changed. */
export function applyDelta(board: Board, delta: HostDelta): void {
  if (delta.isReset === true) forgetRows(board)
  applyClock(board, delta)
  applyPods(board, delta)
  applyRows(board, 'nodes', board.nodes, delta.nodes, (row) => row.name, delta.removed?.nodes)
  applyRows(board, 'services', board.services, delta.services, (row) => `${row.namespace}/${row.name}`, delta.removed?.services)
  applyRows(board, 'workloads', board.workloads, delta.workloads, (row) => `${row.kind}/${row.namespace}/${row.name}`, delta.removed?.workloads)
  applyRows(board, 'events', board.events, delta.events, (row) => row.id, delta.removed?.events)
  applyRows(board, 'marks', board.marks, delta.marks, (row) => row.id, delta.removed?.marks)
  applyWhole(board, delta)
}

function forgetRows(board: Board): void {
  for (const map of [board.nodes, board.pods, board.podsByNode, board.services, board.workloads, board.events, board.marks]) map.clear()
  for (const slice of ['nodes', 'pods', 'services', 'workloads', 'events', 'marks'] as const) board.rev[slice] += 1
}

function applyClock(board: Board, delta: HostDelta): void {
  const before = board.clock
  board.clock = { nowMs: delta.nowMs, headMs: delta.headMs, epochMs: delta.epochMs, isPlaying: delta.isPlaying, speed: delta.speed, isPast: delta.isPast }
  board.rev.clock += 1
  const isSameSecond = Math.floor(before.nowMs / 1000) === Math.floor(delta.nowMs / 1000)
  if (!isSameSecond || before.isPast !== delta.isPast || before.isPlaying !== delta.isPlaying || before.speed !== delta.speed || before.headMs > delta.headMs) board.rev.second += 1
}

function applyPods(board: Board, delta: HostDelta): void {
  for (const uid of delta.removed?.pods ?? []) removePod(board, uid)
  for (const row of delta.pods ?? []) {
    const before = board.pods.get(row.uid)
    if (before !== undefined && before.nodeName !== row.nodeName) removePod(board, row.uid)
    board.pods.set(row.uid, row)
    const key = row.nodeName ?? ''
    const group = board.podsByNode.get(key)
    if (group === undefined) board.podsByNode.set(key, new Map([[row.uid, row]]))
    else group.set(row.uid, row)
  }
  if (delta.pods !== undefined || delta.removed?.pods !== undefined) board.rev.pods += 1
}

function removePod(board: Board, uid: string): void {
  const row = board.pods.get(uid)
  if (row === undefined) return
  board.pods.delete(uid)
  board.podsByNode.get(row.nodeName ?? '')?.delete(uid)
}

function applyRows<R>(board: Board, slice: Slice, map: Map<string, R>, rows: readonly R[] | undefined, keyOf: (row: R) => string, removed: readonly string[] | undefined): void {
  for (const key of removed ?? []) map.delete(key)
  for (const row of rows ?? []) map.set(keyOf(row), row)
  if (rows !== undefined || removed !== undefined) board.rev[slice] += 1
}

function applyWhole(board: Board, delta: HostDelta): void {
  if (delta.clusterName !== undefined && delta.clusterName !== board.clusterName) { board.clusterName = delta.clusterName; board.rev.nodes += 1 }
  if (delta.upcoming !== undefined) { board.upcoming = delta.upcoming; board.rev.upcoming += 1 }
  if (delta.forks !== undefined) { board.forks = delta.forks; board.rev.forks += 1 }
  if (delta.tracker !== undefined) { board.tracker = delta.tracker; board.rev.tracker += 1 }
  if (delta.files !== undefined) { board.files = delta.files; board.rev.files += 1 }
  if (delta.progress !== undefined) { board.progress = delta.progress; board.rev.progress += 1 }
  if (delta.failure !== undefined) { board.failure = delta.failure; board.rev.notices += 1 }
  if (delta.storage !== undefined) { board.storage = delta.storage; board.rev.notices += 1 }
  if (delta.terminal !== undefined) {
    const { output: _output, clear: _clear, ...status } = delta.terminal
    board.terminal = status
    board.rev.terminal += 1
  }
}

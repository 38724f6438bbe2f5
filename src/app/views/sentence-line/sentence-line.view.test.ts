import { describe, expect, test } from 'vitest'
import type { NodeRow, PodRow } from '../../../session/host-rows.ts'
import { fakeNode, fakePod, gpuCluster, labCluster, type FakePod } from '../../testing/fake-rows.ts'
import { findProblems } from '../needs-a-look/needs-a-look.view.ts'
import { selectSentence } from './sentence-line.view.ts'

const board = (nodes: readonly NodeRow[], pods: readonly PodRow[]) => ({ nodes: new Map(nodes.map((node) => [node.name, node])), pods: new Map(pods.map((pod) => [pod.uid, pod])) })
const node = fakeNode({ name: 'a', pool: 'p', zone: 'z', cpu: 4, mem: 8 }, [], 0)
const pods = (...list: FakePod[]) => list.map((pod) => fakePod(pod, 0))

describe('the sentence says what is wrong and names it', () => {
  test.each([
    ['all well', board([node], pods({ name: 'web-1' })), 'All 1 Pod on 1 node are steady', 'steady'],
    ['an empty cluster', board([node], []), '1 node, nothing runs yet', 'steady'],
    ['one failing Pod is named by its owner', board([node], pods({ name: 'xgb-1', owner: 'xgb', shape: 'failing', reason: 'OOMKilled', restarts: 3 })), 'xgb was OOMKilled 3 times', 'wrong'],
    ['several are counted', board([node], pods({ name: 'a-1', shape: 'failing', reason: 'CrashLoopBackOff' }, { name: 'a-2', shape: 'failing', reason: 'CrashLoopBackOff' })), '2 Pods failing, CrashLoopBackOff', 'wrong'],
    ['a waiting Pod with its reason', board([node], pods({ name: 'a-1', shape: 'pending', reason: 'Insufficient cpu' })), '1 Pod Pending, Insufficient cpu', 'waiting'],
    ['a lost node', board([fakeNode({ name: 'a', pool: 'p', zone: 'z', cpu: 4, mem: 8, notReady: true }, [], 0)], []), '1 node NotReady', 'wrong'],
    ['what moves is no problem', board([node], pods({ name: 'a-1', shape: 'starting' }, { name: 'a-2', shape: 'terminating' })), '2 moving: 1 starting, 1 stopping', 'steady'],
  ] as const)('%s', (_name, state, text, tone) => { expect(selectSentence(state)).toMatchObject({ text, tone }) })
  test('the lab of the design reads as the design says', () => { const cluster = labCluster(); expect(selectSentence(board(cluster.nodes, cluster.pods)).text).toBe('1 Pod not ready, readiness answers 404 · 2 moving: 1 starting, 1 stopping') })
})

test('problems are grouped by cause, bad ones first', () => {
  const cluster = gpuCluster()
  expect(findProblems(board(cluster.nodes, cluster.pods)).map((problem) => `${problem.tone}: ${problem.title}, ${problem.amount}`)).toEqual(['bad: OOMKilled, 1 Pod', 'wait: Not ready, loading model, 1 Pod', 'wait: Pending, Insufficient nvidia.com/gpu, 1 Pod'])
})

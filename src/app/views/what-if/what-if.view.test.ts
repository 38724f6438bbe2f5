import { describe, expect, test } from 'vitest'
import type { WhatIfChange } from '../../../session/what-if/changes.ts'
import { fakeWhatIf } from '../../testing/fake-what-if.ts'
import { changeText, costTotals, figureRows, placeRows, sentenceOf, settledText } from './what-if.view.ts'

describe('a what-if in words', () => {
  test.each<{ change: WhatIfChange; want: string }>([
    { change: { kind: 'add-node', like: 'gpu-1', count: 2 }, want: 'Add 2 nodes like gpu-1' },
    { change: { kind: 'remove-node', node: 'a' }, want: 'Remove node a' },
    { change: { kind: 'taint', node: 'a', taint: 'k=v:NoSchedule' }, want: 'Taint a with k=v:NoSchedule' },
    { change: { kind: 'taint', node: 'a', taint: 'k:NoSchedule-' }, want: 'Remove taint k:NoSchedule from a' },
    { change: { kind: 'label', node: 'a', label: 'k-' }, want: 'Remove label k from a' },
    { change: { kind: 'gpus', node: 'a', gpus: { model: 'Tesla-T4', count: 1, sharing: { strategy: 'mps', replicas: 4 } } }, want: 'Give a 1 x Tesla-T4, each shared by 4 (MPS)' },
    { change: { kind: 'gpus', node: 'a', gpus: { model: 'NVIDIA-A30', count: 2, mig: { strategy: 'mixed', devices: [{ profiles: { '1g.6gb': 4 } }] } } }, want: 'Give a 2 x NVIDIA-A30, each divided into 4 x 1g.6gb' },
    { change: { kind: 'apply', yaml: 'apiVersion: v1\nkind: Pod\n---\nkind: Service\n' }, want: 'Apply Pod, Service' },
    { change: { kind: 'scale', target: 'deployment/web', replicas: 3 }, want: 'Scale deployment/web to 3' },
  ])('$want', ({ change, want }) => {
    expect(changeText(change)).toBe(want)
  })

  test('the answer counts what happens to Pods', () => {
    expect(sentenceOf(fakeWhatIf)).toBe('1 Pod waits for a node, 2 Pods get a node and 1 Pod moves.')
    expect(sentenceOf({ ...fakeWhatIf, placements: [] })).toBe('No Pod changes its place.')
    expect(sentenceOf({ ...fakeWhatIf, placements: [{ namespace: 'a', pod: 'p', change: 'added' }] })).toBe('1 Pod is added; 1 of the added waits for a node.')
  })

  test('time until it settles', () => {
    expect(settledText(fakeWhatIf)).toBe('Nothing moves any more after 40 s of simulated time.')
    expect(settledText({ ...fakeWhatIf, isSettled: false, settledSeconds: 900 })).toBe('Pods still move after 15 simulated minutes; this is how it stands then.')
  })

  test('figures stand before and after, with the learner\'s prices', () => {
    const rows = figureRows(fakeWhatIf, { 'small': 1 })
    expect(rows.find(({ label }) => label === 'GPUs in use')).toMatchObject({ before: '11 of 16', after: '13 of 20', isChanged: true })
    expect(rows.find(({ label }) => label === 'Free GPUs fragmented')).toMatchObject({ before: '80% (4 of 5)', after: '29% (2 of 7)' })
    expect(rows.find(({ label }) => label === 'Nodes, $ per hour')).toMatchObject({ before: '62.92', after: '78.15' })
    expect(costTotals([{ type: 'small', before: 2, after: 3, price: 0.5 }], { small: 1 })).toEqual({ before: 2, after: 3 })
  })

  test('a Pod that waits is told why', () => {
    expect(placeRows(fakeWhatIf.placements)[0]).toMatchObject({ from: 'ml-a100-1', to: 'no node', isWaiting: true, why: '0/5 nodes are available: 5 Insufficient nvidia.com/gpu.' })
  })
})

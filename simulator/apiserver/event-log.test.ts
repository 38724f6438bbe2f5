import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../api/types.ts'
import { ClusterState } from '../kernel/state.ts'
import { EventLog, eventTtlMs } from './event-log.ts'

const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default', uid: 'u1' } }

function newLog(): EventLog {
  let version = 0
  return new EventLog(new ClusterState(), () => ++version)
}

describe('the recorder of Events', () => {
  it('counts equal events in one row', () => {
    const log = newLog()
    for (let i = 0; i < 4; i++) log.record(pod, 'Warning', 'BackOff', 'again', 'kubelet', i * 1000)
    expect(log.list()).toMatchObject([{ reason: 'BackOff', message: 'again', count: 4, firstMs: 0, lastMs: 3000 }])
  })

  it('combines from the tenth similar one on', () => {
    const log = newLog()
    for (let i = 0; i < 14; i++) log.record(pod, 'Normal', 'Pulled', `message ${i}`, 'kubelet', i * 1000)
    const rows = log.list()
    expect(rows.length).toBe(10)
    expect(rows[9]).toMatchObject({ message: '(combined from similar events): message 13', count: 5 })
  })

  it('drops what comes too fast and lets one through each five minutes', () => {
    const log = newLog()
    for (let i = 0; i < 40; i++) log.record(pod, 'Warning', 'Failed', 'again', 'kubelet', i)
    const [{ count }] = log.list()
    expect(count).toBe(25)
    log.record(pod, 'Warning', 'Failed', 'again', 'kubelet', 300_100)
    expect(log.list()[0].count).toBe(26)
  })

  it('keeps other objects apart and forgets rows after an hour', () => {
    const log = newLog()
    log.record(pod, 'Normal', 'Started', 'x', 'kubelet', 0)
    log.record({ ...pod, metadata: { ...pod.metadata, name: 'q', uid: 'u2' } }, 'Normal', 'Started', 'x', 'kubelet', 60_000)
    log.expire(eventTtlMs)
    expect(log.list().map((row) => row.regarding.name)).toEqual(['q'])
  })

  it('tells what changed behind a version, each row once and as it is now, however long ago that was', () => {
    const log = newLog()
    const other = { ...pod, metadata: { ...pod.metadata, name: 'q', uid: 'u2' } }
    log.record(pod, 'Normal', 'Started', 'early', 'kubelet', 0)
    expect(log.changedSince(0).map(({ message }) => message)).toEqual(['early'])
    const [{ resourceVersion: early }] = log.list()
    log.record(other, 'Normal', 'Started', 'x', 'kubelet', 1000)
    log.record(other, 'Normal', 'Started', 'x', 'kubelet', 2000)
    expect(log.changedSince(early).map(({ message, count }) => [message, count])).toEqual([['x', 2]])
    expect(log.changedSince(early + 2)).toEqual([])
    for (let i = 0; i < 9000; i++) log.record({ ...pod, metadata: { ...pod.metadata, uid: `many-${i}` } }, 'Normal', 'Started', 'x', 'kubelet', 3000)
    expect([log.changedSince(0).length, log.changedSince(early + 2).length, log.changedSince(early + 8902).length]).toEqual([9002, 9000, 100])
  })
})

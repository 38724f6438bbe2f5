import { describe, expect, it } from 'vitest'
import { createCluster } from '../../simulator/index.ts'
import { Playback, runToNextChange } from './playback.ts'

describe('playback', () => {
  it('is worth wall time at a speed, nothing at first and nothing while paused', () => {
    const playback = new Playback()
    expect([playback.take(1000), playback.take(1100)]).toEqual([0, 100])
    playback.speed = 60
    expect(playback.take(1200)).toBe(6000)
    playback.isPlaying = false
    expect(playback.take(5000)).toBe(0)
    playback.isPlaying = true
    expect(playback.take(5100)).toBe(6000)
  })

  it('does not race after the tab has slept, and forgets time at a restart', () => {
    const playback = new Playback()
    playback.take(0)
    expect(playback.take(3_600_000)).toBe(1000)
    playback.restart()
    expect(playback.take(3_700_000)).toBe(0)
  })

  it('runs to the next change of a Pod and no further, never to a mere heartbeat', () => {
    const cluster = createCluster({ seed: 1, nodes: [{ name: 'n1', resources: { cpu: '2', memory: '4Gi' } }] })
    cluster.advanceTo(60_000)
    const changed: string[] = []
    cluster.clientFor({ name: 'a', groups: ['system:masters'] }).create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } } as never)
    cluster.onCommit((change) => changed.push(change.resource))
    const fromMs = cluster.nowMs
    runToNextChange(cluster, (toMs) => cluster.advanceTo(toMs))
    expect([changed.at(-1), cluster.nowMs - fromMs < 5000]).toEqual(['pods', true])
  })
})

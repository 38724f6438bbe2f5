import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Kernel } from './kernel.ts'
import { ClusterState } from './state.ts'

/** A kernel with two chains: `tick` goes on every 7 ms, each third one wakes `other` at once. */
function chains(): { kernel: Kernel; ran: string[] } {
  const kernel = new Kernel(new ClusterState())
  const ran: string[] = []
  kernel.register('tick', (key) => {
    ran.push(`${kernel.nowMs} tick ${key}`)
    kernel.schedule(kernel.nowMs + 7, 'tick', String(Number(key) + 1))
    if (Number(key) % 3 === 0) kernel.schedule(0, 'other', key)
  })
  kernel.register('other', (key) => ran.push(`${kernel.nowMs} other ${key}`))
  kernel.schedule(3, 'tick', '0')
  return { kernel, ran }
}

describe('the kernel', () => {
  it('runs what is due up to and including the time, which then is now', () => {
    const { kernel, ran } = chains()
    kernel.advanceTo(10)
    expect([kernel.nowMs, ran, kernel.nextMs()]).toEqual([10, ['3 tick 0', '3 other 0', '10 tick 1'], 17])
    kernel.advanceTo(5)
    expect(kernel.nowMs).toBe(10)
  })

  it('does the same in one advance and in many', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 20 }), (stops) => {
      const whole = chains()
      whole.kernel.advanceTo(200)
      const cut = chains()
      for (const stop of stops) cut.kernel.advanceTo(stop)
      cut.kernel.advanceTo(200)
      expect(cut.ran).toEqual(whole.ran)
      expect(cut.kernel.nowMs).toBe(200)
    }), { numRuns: 50, seed: 1 })
  })

  it('runs one event in a step, and says when nothing is pending', () => {
    const { kernel, ran } = chains()
    expect([kernel.step(), kernel.nowMs, ran]).toEqual([true, 3, ['3 tick 0']])
    expect(new Kernel(new ClusterState()).step()).toBe(false)
  })

  it('refuses unknown types and types that are registered twice', () => {
    const { kernel } = chains()
    expect(() => kernel.schedule(0, 'nothing', '')).toThrow('event type nothing is not registered')
    expect(() => kernel.register('tick', () => undefined)).toThrow('event type tick is registered twice')
  })

  it('reports a livelock instead of running on', () => {
    const kernel = new Kernel(new ClusterState())
    kernel.register('again', (key) => kernel.schedule(kernel.nowMs, 'again', key))
    kernel.schedule(4, 'again', 'pod-1')
    expect(() => kernel.advanceTo(10)).toThrow('too many events at 4 ms; next: 4 again pod-1')
  })
})

describe('cluster state', () => {
  it('is the same after save, JSON and restore', () => {
    const state = new ClusterState()
    state.nowMs = 12
    state.queue.push(15, 2, 'a')
    state.table<number>('b/t').set('x', 1)
    state.log<string>('a/l').set(0, 'first')
    const saved = state.save()
    const copy = ClusterState.restore(JSON.parse(JSON.stringify(saved)))
    expect(copy.save()).toEqual(saved)
    copy.table<number>('b/t').set('x', 2)
    expect(state.table<number>('b/t').get('x')).toBe(1)
  })

  it('forks time, queue, tables and logs', () => {
    const state = new ClusterState()
    state.table<number>('t').set('x', 1)
    state.log<number>('l').set(0, 1)
    const copy = state.fork()
    copy.nowMs = 5
    copy.queue.push(9, 0, 'k')
    copy.table<number>('t').set('x', 2)
    copy.log<number>('l').set(0, 2)
    expect(state.save()).toMatchObject({ nowMs: 0, queue: { rows: [] }, tables: { t: [['x', 1]] }, logs: { l: [[0, 1]] } })
    expect(copy.save()).toMatchObject({ nowMs: 5, tables: { t: [['x', 2]] }, logs: { l: [[0, 2]] } })
  })
})

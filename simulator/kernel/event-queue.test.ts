import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventQueue } from './event-queue.ts'

function drain(queue: EventQueue): string[] {
  const order: string[] = []
  while (queue.size > 0) {
    order.push(`${queue.peekMs()} ${queue.headTypeId} ${queue.headKey}`)
    queue.pop()
  }
  return order
}

describe('the event queue', () => {
  it('gives rows by time, and rows of one time in the order in which they came', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -1, max: 20 }), { maxLength: 300 }), (steps) => {
      const queue = new EventQueue()
      const pending: { atMs: number; seq: number }[] = []
      for (const [seq, atMs] of steps.entries()) {
        if (atMs >= 0) {
          queue.push(atMs, seq % 7, `k${seq}`)
          pending.push({ atMs, seq })
        } else if (pending.length > 0) {
          pending.sort((a, b) => a.atMs - b.atMs || a.seq - b.seq)
          expect(queue.headKey).toBe(`k${pending.shift()?.seq}`)
          queue.pop()
        }
      }
      pending.sort((a, b) => a.atMs - b.atMs || a.seq - b.seq)
      const expected = pending.map(({ atMs, seq }) => `${atMs} ${seq % 7} k${seq}`)
      expect(queue.list().map((row) => `${row.atMs} ${row.typeId} ${row.key}`)).toEqual(expected)
      expect(drain(queue)).toEqual(expected)
    }), { numRuns: 100, seed: 1 })
  })

  it('forks without sharing later rows', () => {
    const queue = new EventQueue()
    queue.push(5, 0, 'a')
    const copy = queue.fork()
    queue.push(1, 0, 'b')
    copy.push(9, 1, 'c')
    expect([drain(queue), drain(copy)]).toEqual([['1 0 b', '5 0 a'], ['5 0 a', '9 1 c']])
  })

  it('goes on after save and restore as if nothing had been', () => {
    const queue = new EventQueue()
    for (let i = 0; i < 200; i++) queue.push((i * 37) % 50, i % 3, `k${i}`)
    for (let i = 0; i < 50; i++) queue.pop()
    const copy = new EventQueue()
    copy.push(0, 0, 'old')
    copy.restore(JSON.parse(JSON.stringify(queue.save())))
    for (const one of [queue, copy]) for (let i = 0; i < 20; i++) one.push(30, 1, `later-${i}`)
    expect(copy.list()).toEqual(queue.list())
    expect(drain(copy)).toEqual(drain(queue))
  })

  it('says that it is empty', () => {
    const queue = new EventQueue()
    expect([queue.size, queue.peekMs()]).toEqual([0, undefined])
    expect(() => queue.pop()).toThrow('the event queue is empty')
  })
})

import { describe, expect, it } from 'vitest'
import { Table } from './table.ts'
import { WorkQueue } from './work-queue.ts'

function queueOf(): { queue: WorkQueue; scheduled: [number, string][] } {
  const scheduled: [number, string][] = []
  return { queue: new WorkQueue(new Table(), new Table(), new Table(), (atMs, key) => scheduled.push([atMs, key])), scheduled }
}

describe('the work queue', () => {
  it('handles a key once, however often it is added', () => {
    const { queue, scheduled } = queueOf()
    for (let i = 0; i < 3; i++) queue.addAt('a', 10)
    queue.addAt('a', 20)
    expect(scheduled).toEqual([[10, 'a']])
    expect([queue.take('a', 10), queue.take('a', 10)]).toEqual([true, false])
  })

  it('takes the earlier of two times and ignores the later event', () => {
    const { queue, scheduled } = queueOf()
    queue.addAt('a', 20)
    queue.addAt('a', 10)
    expect(scheduled).toEqual([[20, 'a'], [10, 'a']])
    expect([queue.take('a', 10), queue.take('a', 20)]).toEqual([true, false])
  })

  it('may be given a key again while it is handled', () => {
    const { queue, scheduled } = queueOf()
    queue.addAt('a', 10)
    queue.take('a', 10)
    queue.addAt('a', 10)
    expect([scheduled.length, queue.take('a', 10)]).toEqual([2, true])
  })

  it('waits 5 ms, doubling to 1000 s, for each key alone, until the key is forgotten', () => {
    const { queue, scheduled } = queueOf()
    const fail = (key: string): number => {
      queue.addFailed(key, 0)
      const [atMs] = scheduled.at(-1) ?? [0]
      queue.take(key, atMs)
      return atMs
    }
    expect([1, 2, 3, 4].map(() => fail('a'))).toEqual([5, 10, 20, 40])
    expect(fail('b')).toBe(5)
    for (let i = 0; i < 40; i++) fail('a')
    expect(fail('a')).toBe(1_000_000)
    queue.forget('a')
    expect(fail('a')).toBe(5)
  })

  it('keeps a retry that waits when the key is added for a change', () => {
    const { queue } = queueOf()
    queue.addFailed('a', 0)
    queue.addAt('a', 2)
    expect([queue.take('a', 2), queue.take('a', 5), queue.take('a', 5)]).toEqual([true, true, false])
  })
})

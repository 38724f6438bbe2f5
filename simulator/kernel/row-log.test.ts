import { describe, expect, it } from 'vitest'
import { RowLog } from './row-log.ts'

describe('a log of rows', () => {
  it('keeps rows by number, across pages', () => {
    const log = new RowLog<string>()
    for (let i = 0; i < 3000; i++) log.set(i, `row ${i}`)
    log.set(7, 'seven')
    expect([log.size, log.get(7), log.get(2999), log.get(3000)]).toEqual([3000, 'seven', 'row 2999', undefined])
  })

  it('forgets rows and tells the rest in order', () => {
    const log = new RowLog<string>()
    for (const row of [0, 1, 2, 5]) log.set(row, `r${row}`)
    log.delete(1)
    log.delete(1)
    expect([log.size, log.values()]).toEqual([3, ['r0', 'r2', 'r5']])
  })

  it('forks without sharing later changes', () => {
    const log = new RowLog<string>()
    log.set(0, 'a')
    const copy = log.fork()
    log.set(0, 'b')
    copy.set(1, 'c')
    expect([log.values(), copy.values()]).toEqual([['b'], ['a', 'c']])
  })

  it('is saved and restored', () => {
    const log = new RowLog<string>()
    log.set(2, 'two')
    const copy = new RowLog<string>()
    copy.restore(log.save())
    expect([copy.size, copy.get(2), copy.get(0)]).toEqual([1, 'two', undefined])
  })
})

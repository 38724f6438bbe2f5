import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Table } from './table.ts'

function filled(count: number): Table<number> {
  const table = new Table<number>()
  for (let i = 0; i < count; i++) table.set(`key-${i}`, i)
  return table
}

describe('a table', () => {
  it('keeps the order of insertion, also for keys that look like numbers', () => {
    const table = new Table<string>()
    for (const key of ['10', 'b', '2', 'a']) table.set(key, key.toUpperCase())
    table.set('b', 'again')
    expect(table.entries()).toEqual([['10', '10'], ['b', 'again'], ['2', '2'], ['a', 'A']])
  })

  it('puts a key that was removed and set again at the end', () => {
    const table = filled(3)
    expect([table.delete('key-0'), table.delete('key-0')]).toEqual([true, false])
    table.set('key-0', 9)
    expect([table.keys(), table.firstKey(), table.size]).toEqual([['key-1', 'key-2', 'key-0'], 'key-1', 3])
  })

  it('keeps what the fork changes out of the origin, and the reverse', () => {
    const origin = filled(2000)
    const copy = origin.fork()
    origin.set('key-1', -1)
    origin.delete('key-5')
    copy.set('key-1', -2)
    copy.set('new', 7)
    copy.delete('key-6')
    expect([origin.get('key-1'), origin.has('key-5'), origin.has('key-6'), origin.has('new'), origin.size]).toEqual([-1, false, true, false, 1999])
    expect([copy.get('key-1'), copy.has('key-5'), copy.has('key-6'), copy.get('new'), copy.size]).toEqual([-2, true, false, 7, 2000])
  })

  it('closes the gaps of many deletions and keeps the order, beside a fork that still has all', () => {
    const origin = filled(3000)
    const copy = origin.fork()
    for (let i = 0; i < 2900; i++) origin.delete(`key-${i}`)
    origin.set('last', 0)
    expect([origin.size, origin.firstKey(), origin.keys().at(-1), origin.get('key-2999')]).toEqual([101, 'key-2900', 'last', 2999])
    expect([copy.size, copy.firstKey(), copy.get('key-0')]).toEqual([3000, 'key-0', 0])
  })

  it('is saved as JSON and restored in the same order', () => {
    const table = filled(3)
    table.delete('key-1')
    const copy = new Table<number>()
    copy.set('old', 1)
    copy.restore(JSON.parse(JSON.stringify(table.save())))
    expect(copy.entries()).toEqual([['key-0', 0], ['key-2', 2]])
  })

  it('refuses to restore a key that was saved twice', () => {
    expect(() => new Table<number>().restore([['a', 1], ['a', 2]])).toThrow('table key a is saved twice')
  })

  it('answers as a plain map does, whatever is done to it and its forks', () => {
    const step = fc.record({ what: fc.constantFrom('set', 'delete', 'fork', 'clear'), key: fc.integer({ min: 0, max: 8 }), value: fc.integer() })
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let table = new Table<number>()
      const map = new Map<string, number>()
      const left: { table: Table<number>; entries: [string, number][] }[] = []
      for (const { what, key, value } of steps) {
        expect([table.get(String(key)), table.has(String(key))]).toEqual([map.get(String(key)), map.has(String(key))])
        if (what === 'set') {
          table.set(String(key), value)
          map.set(String(key), value)
        } else if (what === 'delete') expect(table.delete(String(key))).toBe(map.delete(String(key)))
        else if (what === 'clear' && value % 4 === 0) {
          table.clear()
          map.clear()
        } else if (what === 'fork') {
          left.push({ table, entries: [...map] })
          table = table.fork()
        }
        expect(table.entries()).toEqual([...map])
      }
      for (const earlier of left) expect(earlier.table.entries()).toEqual(earlier.entries)
    }), { numRuns: 100, seed: 1 })
  })
})

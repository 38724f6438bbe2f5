import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mergeSorted } from './sort.ts'

it('sorts as the array does, and equal items keep their order', () => {
  fc.assert(fc.property(fc.array(fc.record({ key: fc.integer({ min: 0, max: 5 }), id: fc.integer() })), (items) => {
    const given = [...items]
    expect(mergeSorted(items, (a, b) => a.key - b.key)).toEqual([...items].sort((a, b) => a.key - b.key))
    expect(items).toEqual(given)
  }), { numRuns: 200, seed: 1 })
})

it('has one answer for a comparison that goes in a circle', () => {
  const beats: { readonly [pair: string]: number } = { ab: -1, bc: -1, ca: -1, ba: 1, cb: 1, ac: 1 }
  const sorted = (text: string): string => mergeSorted([...text], (a, b) => beats[a + b]).join('')
  expect(['abc', 'bca', 'cab'].map(sorted)).toEqual(['cab', 'abc', 'bca'])
})

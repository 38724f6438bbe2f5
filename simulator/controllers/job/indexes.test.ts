import { describe, expect, it } from 'vitest'
import { countIndexes, firstFreeIndexes, formatIndexes, hasIndex, parseIndexes, withIndexes } from './indexes.ts'

describe('index lists', () => {
  it.each([
    { name: 'neighbors are written with a comma', text: '0,1', want: '0,1' },
    { name: 'three in a row are written with a dash', text: '0,1,2', want: '0-2' },
    { name: 'what lies beyond the completions is cut off', text: '8-20', want: '8,9' },
    { name: 'what is no number is skipped', text: '1,x,3', want: '1,3' },
    { name: 'nothing is an empty list', text: '', want: '' },
  ])('$name', ({ text, want }) => {
    expect(formatIndexes(parseIndexes(text, 10))).toBe(want)
  })

  it('an added index closes a gap', () => {
    expect(formatIndexes(withIndexes(parseIndexes('0-2,4', 10), [3]))).toBe('0-4')
  })

  it('the free indexes are the lowest that are not taken', () => {
    expect(firstFreeIndexes(parseIndexes('0,2-3', 10), 3, 6)).toEqual([1, 4, 5])
  })

  it('counts and finds members', () => {
    const intervals = parseIndexes('1-3,7', 10)
    expect(countIndexes(intervals)).toBe(4)
    expect([0, 2, 7, 8].map((index) => hasIndex(intervals, index))).toEqual([false, true, true, false])
  })
})

import { expect, it } from 'vitest'
import { prioritySort } from './plugin.ts'

const cases = [
  { name: 'higher priority goes first', a: { priority: 1, sinceMs: 9 }, b: { priority: 0, sinceMs: 1 }, want: -1 },
  { name: 'of equal priority who waits longer goes first', a: { priority: 1, sinceMs: 9 }, b: { priority: 1, sinceMs: 1 }, want: 1 },
  { name: 'the rest is left to the queue', a: { priority: 1, sinceMs: 1 }, b: { priority: 1, sinceMs: 1 }, want: 0 },
]

it.each(cases)('$name', ({ a, b, want }) => {
  expect(Math.sign(prioritySort.compare({ podKey: 'a', ...a }, { podKey: 'b', ...b }))).toBe(want)
})

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BlockScan } from './block-scan.ts'

/** The same, node by node. */
function plainSearch(answers: readonly number[], order: Int32Array, start: number, wanted: number): { found: number; looked: number; best: number[] } {
  const fitting: number[] = []
  let looked = 0
  for (; looked < order.length && fitting.length < wanted; looked++) {
    const slot = order[(start + looked) % order.length]
    if (answers[slot] >= 0) fitting.push(slot)
  }
  const highest = Math.max(-1, ...fitting.map((slot) => answers[slot]))
  return { found: fitting.length, looked, best: fitting.filter((slot) => answers[slot] === highest) }
}

it('finds what a search node by node finds, after changes too', () => {
  const shapes = fc.record({
    answers: fc.array(fc.integer({ min: -2, max: 3 }), { minLength: 1, maxLength: 400 }),
    steps: fc.array(fc.record({ start: fc.nat(), wanted: fc.integer({ min: 1, max: 420 }), changed: fc.nat(), answer: fc.integer({ min: -2, max: 4 }) }), { maxLength: 8 }),
  })
  fc.assert(fc.property(shapes, ({ answers, steps }) => {
    const order = Int32Array.from(answers, (_answer, i) => answers.length - 1 - i)
    const scan = new BlockScan()
    scan.sync(order, answers.length)
    const now = [...answers]
    for (const { start, wanted, changed, answer } of steps) {
      const expected = plainSearch(now, order, start % order.length, wanted)
      const answerOf = (slot: number): number => now[slot]
      const { found, looked, bestCount } = scan.search(start % order.length, wanted, answerOf)
      expect({ found, looked, best: Array.from({ length: bestCount }, (_none, rank) => scan.nth(rank, answerOf)) }).toEqual(expected)
      now[changed % now.length] = answer
      scan.mark(changed % now.length)
    }
  }), { numRuns: 300, seed: 4 })
})

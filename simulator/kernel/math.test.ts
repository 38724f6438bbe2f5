import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exp, log, pow } from './math.ts'

const near = (actual: number, expected: number): boolean => Math.abs(actual - expected) <= 1e-12 * Math.max(1e-300, Math.abs(expected))

describe('mathematics that is the same on every machine', () => {
  it.each([[0, 1], [1, Math.E], [-Infinity, 0], [710, Infinity], [-1000, 0]])('exp of %d is %d', (x, expected) => {
    expect(exp(x)).toBeCloseTo(expected, 14)
  })

  it.each([[1, 0], [0, -Infinity], [Math.E, 1]])('log of %d is %d', (x, expected) => {
    expect(log(x)).toBeCloseTo(expected, 14)
    expect(log(-1)).toBeNaN()
  })

  it('exp and log agree with the machine within 1e-12', () => {
    fc.assert(fc.property(fc.double({ min: -300, max: 300, noNaN: true }), fc.double({ min: 1e-100, max: 1e100, noNaN: true }), (x, y) => {
      expect([x, near(exp(x), Math.exp(x))]).toEqual([x, true])
      expect([y, Math.abs(log(y) - Math.log(y)) <= 1e-12 * Math.max(1, Math.abs(Math.log(y)))]).toEqual([y, true])
    }), { numRuns: 500, seed: 1 })
  })

  it.each([[2, 10, 1024], [2, -2, 0.25], [10, 0, 1], [9, 0.5, 3], [2, 100, 2 ** 100]])('%d to the power %d is %d', (x, y, expected) => {
    expect(near(pow(x, y), expected)).toBe(true)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equalJson } from './equal.ts'

describe('equality of plain data', () => {
  it.each<[string, unknown, unknown, boolean]>([
    ['numbers', 1, 1, true],
    ['a number and its text', 1, '1', false],
    ['members in another order', { a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
    ['absent and undefined', { a: 1, b: undefined }, { a: 1 }, true],
    ['undefined and absent', { a: 1 }, { a: 1, b: undefined }, true],
    ['absent and null', { a: 1 }, { a: 1, b: null }, false],
    ['lists in another order', [1, 2], [2, 1], false],
    ['lists of another length', [1], [1, 2], false],
    ['a list and an object', [], {}, false],
    ['null and an object', null, {}, false],
    ['a further member', { a: 1 }, { a: 1, b: 2 }, false],
  ])('%s', (_name, a, b, expected) => {
    expect([equalJson(a, b), equalJson(b, a)]).toEqual([expected, expected])
  })

  it('agrees with the text of JSON for values of one shape', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => equalJson(value, JSON.parse(JSON.stringify(value)))), { numRuns: 100, seed: 1 })
  })
})

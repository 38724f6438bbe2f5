import { describe, expect, it } from 'vitest'
import { emptyTrace, fnv32a, hashText, hexDigits, rollHash, unitHash } from './hash.ts'

describe('hashes', () => {
  it.each([['', 0x811c9dc5], ['a', 0xe40c292c], ['foobar', 0xbf9cf968]])('FNV-1a of "%s" is the published value', (text, expected) => {
    expect(fnv32a(text)).toBe(expected)
  })

  it('a rolling hash depends on order and on every text', () => {
    const roll = (...texts: string[]): string => hashText(texts.reduce(rollHash, emptyTrace))
    expect(roll('a', 'b')).toBe(roll('a', 'b'))
    expect(new Set([roll('a', 'b'), roll('b', 'a'), roll('ab'), roll('a'), roll('a', 'b', ''), roll()]).size).toBe(6)
    expect(roll('a')).toMatch(/^[0-9a-f]{16}$/)
  })

  it('digits and fractions belong to their text', () => {
    expect(hexDigits('pod', 64)).toMatch(/^[0-9a-f]{64}$/)
    expect([hexDigits('pod', 64) === hexDigits('pod', 64), hexDigits('pod', 64) === hexDigits('pods', 64)]).toEqual([true, false])
    const fractions = Array.from({ length: 1000 }, (_, i) => unitHash(`name-${i}`))
    expect(fractions.every((fraction) => fraction >= 0 && fraction < 1)).toBe(true)
    expect(fractions.reduce((sum, fraction) => sum + fraction, 0) / 1000).toBeCloseTo(0.5, 1)
  })
})

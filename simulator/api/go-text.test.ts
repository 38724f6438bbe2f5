import { describe, expect, it } from 'vitest'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { scanGoJson } from './go-json.ts'
import { aggregateText, formatFloat, goJson, goJsonSorted, goQuote, parseInt64, utf8Length } from './go-text.ts'

describe('texts as Go writes them', () => {
  it('quotes', () => expect(goQuote('a"b\n\u0001é')).toBe('"a\\"b\\n\\x01é"'))
  it('counts bytes', () => expect(utf8Length('é😀')).toBe(6))
  it('escapes markup in JSON', () => expect(goJson({ b: '<&>', a: 1 })).toBe('{"b":"\\u003c\\u0026\\u003e","a":1}'))
  it('sorts keys of JSON where maps are printed', () => expect(goJsonSorted({ b: 1, a: { d: 1, c: [] } })).toBe('{"a":{"c":[],"d":1},"b":1}'))
  it('joins several errors in brackets, each once', () => {
    expect(aggregateText(['a'])).toBe('a')
    expect(aggregateText(['a', 'b', 'a'])).toBe('[a, b]')
  })
  const floats: [value: number, text: string][] = [[1.5, '1.5'], [1e21, '1e+21'], [1e-7, '1e-07'], [100000, '100000']]
  it.each(floats)('writes %d as %s', (value, text) => expect(formatFloat(value)).toBe(text))
  it('reads whole numbers of 64 bits and no more', () => {
    expect(parseInt64('-9223372036854775808')).toBe(-9223372036854775808n)
    expect(parseInt64('9223372036854775808')).toBeUndefined()
    expect(parseInt64('1.0')).toBeUndefined()
  })
})

describe('base64', () => {
  it.each(['', 'a', 'ab', 'abc', 'päß 😀'])('gives back "%s"', (text) => expect(decodeBase64(encodeBase64(text))).toBe(text))
  it.each(['a', 'YQ', 'Y Q=', '!!!!'])('refuses "%s"', (text) => expect(decodeBase64(text)).toBeUndefined())
})

describe('one JSON value of a stream', () => {
  it('ends where the next begins', () => {
    expect(scanGoJson('{"a":[1]} {"b":2}', 0, 64)).toEqual({ start: 0, end: 9 })
    expect(scanGoJson('{"a":[1]} {"b":2}', 9, 64)).toEqual({ start: 10, end: 17 })
    expect(scanGoJson('  ', 0, 64)).toBeUndefined()
  })
  it('tells what is wrong with it', () => {
    expect(scanGoJson('{"a":}', 0, 64)).toMatchObject({ error: "invalid character '}' looking for beginning of value" })
    expect(scanGoJson('{"a":1', 0, 64)).toMatchObject({ error: 'unexpected EOF' })
  })
})

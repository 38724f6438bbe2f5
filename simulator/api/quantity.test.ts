import { describe, expect, it } from 'vitest'
import { addQuantities, canonicalQuantity, compareQuantities, formatQuantity, isZeroQuantity, mulParsed, mustParseQuantity, quantityErrors, quantityMilli, quantityValue, roundUpParsed, subQuantities } from './quantity.ts'
import { addResourceLists, equalResourceLists, maxResourceLists, subtractResourceLists, sumResourceLists } from './resource-list.ts'

describe('a quantity', () => {
  const canonical: [name: string, given: string | number, text: string][] = [
    ['keeps what is canonical', '100m', '100m'],
    ['turns a fraction of a core into milli', '0.5', '500m'],
    ['takes the largest binary suffix that loses nothing', '1024Ki', '1Mi'],
    ['keeps binary sums that are no whole Gi in Mi', '1536Mi', '1536Mi'],
    ['takes the largest decimal suffix', '1000k', '1M'],
    ['keeps the exponent form', '1e3', '1e3'],
    ['writes a fraction of a binary unit in bytes or milli', '1.5Ki', '1536'],
    ['rounds up what is finer than nano', '0.1n', '1n'],
    ['prints a negative one', '-0.25', '-250m'],
    ['takes a plain number', 4, '4'],
    ['does not lose digits beyond 2^53', '9007199254740993', '9007199254740993'],
  ]
  it.each(canonical)('%s: %s is %s', (_name, given, text) => expect(canonicalQuantity(given)).toBe(text))

  const errors: [name: string, given: string, error: string][] = [
    ['without digits', '', quantityErrors.format],
    ['with blanks', '1 Gi', quantityErrors.format],
    ['with an unknown suffix', '1GB', quantityErrors.format],
    ['with a doubled suffix', '1kk', quantityErrors.suffix],
  ]
  it.each(errors)('%s is refused: "%s"', (_name, given, error) => expect(canonicalQuantity(given)).toEqual({ error }))

  it('is compared by value, not by text', () => {
    expect(compareQuantities('1Gi', '1024Mi')).toBe(0)
    expect(compareQuantities('1G', '1Gi')).toBeLessThan(0)
    expect(compareQuantities('1', '999m')).toBeGreaterThan(0)
    expect(isZeroQuantity('0Gi')).toBe(true)
  })

  it('keeps the form of the first operand when added', () => {
    expect(addQuantities('1Gi', '1024')).toBe('1048577Ki')
    expect(addQuantities('0', '1Gi')).toBe('1Gi')
    expect(subQuantities('1', '100m')).toBe('900m')
  })

  it('rounds up to whole units and to thousandths', () => {
    expect(quantityValue('1.2')).toBe(2)
    expect(quantityMilli('1.0001')).toBe(1001)
    expect(quantityMilli('2')).toBe(2000)
    expect(roundUpParsed(mustParseQuantity('1.5'), 0).exact).toBe(false)
  })

  it('grows without overflow', () => {
    expect(formatQuantity(mulParsed(mustParseQuantity('9E'), 10n))).toBe('90E')
  })
})

describe('a list of resources', () => {
  const a = { cpu: '1', memory: '1Gi' }
  const b = { cpu: '500m', 'nvidia.com/gpu': '1' }
  it('is added name by name', () => expect(addResourceLists(a, b)).toEqual({ cpu: '1500m', memory: '1Gi', 'nvidia.com/gpu': '1' }))
  it('is subtracted below zero', () => expect(subtractResourceLists(b, a)).toEqual({ cpu: '-500m', memory: '-1Gi', 'nvidia.com/gpu': '1' }))
  it('takes the larger of both', () => expect(maxResourceLists(a, b)).toEqual({ cpu: '1', memory: '1Gi', 'nvidia.com/gpu': '1' }))
  it('is summed over what is there', () => expect(sumResourceLists([a, undefined, a])).toEqual({ cpu: '2', memory: '2Gi' }))
  it('equals by value', () => expect(equalResourceLists(a, { cpu: '1000m', memory: '1024Mi' })).toBe(true))
})

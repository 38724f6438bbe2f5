import { describe, expect, test } from 'vitest'
import { axisText, clockText, coresText, counted, countdownText, gibText, spanText, thousands } from './format.view.ts'

describe('times are written as the design says', () => {
  test.each([[0, 'T+00:00'], [222_150, 'T+03:42'], [22_360_000, 'T+06:12:40']])('%i ms is %s', (ms, text) => { expect(clockText(ms)).toBe(text) })
  test('milliseconds are shown under one hour alone', () => {
    expect(clockText(222_150, true)).toBe('T+03:42.150')
    expect(clockText(22_360_123, true)).toBe('T+06:12:40')
  })
  test.each([[54_000, '0:54'], [3_661_000, '1:01:01']])('the axis says %i as %s', (ms, text) => { expect(axisText(ms)).toBe(text) })
  test.each([[1_122_000, '18:42'], [1, '00:01'], [0, '00:00'], [-5, '00:00'], [3_723_000, '1:02:03']])('%i ms left is %s', (ms, text) => { expect(countdownText(ms)).toBe(text) })
  test.each([[1300, '1.3 s'], [2000, '2 s'], [26_000, '26 s'], [250_000, '4 min'], [7_300_000, '2 h'], [259_200_000, '3 d']])('%i ms lasts %s', (ms, text) => { expect(spanText(ms)).toBe(text) })
})

describe('figures have one form', () => {
  test.each([[300, '0.3'], [4000, '4'], [52_000, '52']])('%i m is %s cores', (millis, text) => { expect(coresText(millis)).toBe(text) })
  test.each([[2 ** 29, '0.5'], [8 * 2 ** 30, '8'], [1133 * 2 ** 30, '1,133']])('%i bytes is %s Gi', (bytes, text) => { expect(gibText(bytes)).toBe(text) })
  test.each([[5000, '5,000'], [999, '999'], [1_234_567, '1,234,567']])('%i is %s', (value, text) => { expect(thousands(value)).toBe(text) })
  test('a count of one is singular', () => { expect([counted(1, 'Pod'), counted(2, 'Pod'), counted(0, 'entry', 'entries')]).toEqual(['1 Pod', '2 Pods', '0 entries']) })
})

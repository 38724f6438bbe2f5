import { describe, expect, it } from 'vitest'
import { cronScheduleError } from './cron.ts'
import { equalSemantic } from './equal.ts'
import { goDiff } from './go-diff.ts'
import { isStrictSubset, warningsForCidr } from './ip.ts'

describe('two values are semantically equal', () => {
  const cases: [name: string, a: unknown, b: unknown, isEqual: boolean][] = [
    ['when an empty list stands for none', { a: 1, list: [] }, { a: 1 }, true],
    ['when an empty map stands for none', { a: 1, map: {} }, { a: 1, map: null }, true],
    ['not when a number differs', { a: 1 }, { a: 2 }, false],
    ['not when an order differs', [1, 2], [2, 1], false],
  ]
  it.each(cases)('%s', (_name, a, b, isEqual) => expect(equalSemantic(a, b)).toBe(isEqual))
})

describe('a cron schedule', () => {
  const cases: [name: string, schedule: string, isGood: boolean][] = [
    ['may have steps, ranges and lists', '*/5 1-3,7 * * mon', true],
    ['may be a word', '@hourly', true],
    ['needs five fields', '*/5', false],
    ['stays within its ranges', '61 * * * *', false],
  ]
  it.each(cases)('%s', (_name, schedule, isGood) => expect(cronScheduleError(schedule) === undefined).toBe(isGood))
})

describe('a diff', () => {
  it('shows three lines around each change', () => {
    const [before, after] = [{ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }, { a: 1, b: 2, c: 3, d: 4, e: 5, f: 7 }]
    expect(goDiff(before, after)).toBe('@@ -4,5 +4,5 @@\n  "c": 3,\n  "d": 4,\n  "e": 5,\n- "f": 6\n+ "f": 7\n }\n')
  })
  it('of equal values is empty', () => expect(goDiff({ a: 1 }, { a: 1 })).toBe(''))
})

describe('a CIDR', () => {
  const subsets: [part: string, whole: string, isInside: boolean][] = [
    ['10.1.0.0/16', '10.0.0.0/8', true],
    ['10.0.0.0/8', '10.0.0.0/8', false],
    ['11.0.0.0/16', '10.0.0.0/8', false],
    ['fd00::/64', '10.0.0.0/8', false],
  ]
  it.each(subsets)('%s inside %s: %s', (part, whole, isInside) => expect(isStrictSubset(part, whole)).toBe(isInside))
  it('with host bits is warned of', () => expect(warningsForCidr('10.0.0.5/8', 'spec.cidr')[0]).toContain('CIDR value "10.0.0.5/8" is ambiguous in this context'))
})

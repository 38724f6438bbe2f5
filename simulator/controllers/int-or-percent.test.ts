import { expect, it } from 'vitest'
import { scaledIntOrPercent } from './int-or-percent.ts'

it.each([
  { name: 'a number is itself', given: 3, roundUp: true, want: { value: 3 } },
  { name: 'a percentage rounds up where asked', given: '25%', roundUp: true, want: { value: 3 } },
  { name: 'a percentage rounds down otherwise', given: '25%', roundUp: false, want: { value: 2 } },
  { name: 'a text without a percent sign is an error', given: '3', roundUp: true, want: { error: 'invalid value for IntOrString: invalid type: string is not a percentage' } },
  { name: 'a broken number is an error', given: '1.5%', roundUp: true, want: { error: 'invalid value for IntOrString: invalid value "1.5%": strconv.Atoi: parsing "1.5": invalid syntax' } },
])('$name', ({ given, roundUp, want }) => {
  expect(scaledIntOrPercent(given, 10, roundUp)).toEqual(want)
})

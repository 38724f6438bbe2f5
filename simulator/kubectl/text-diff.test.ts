import { expect, it } from 'vitest'
import { unifiedHunks } from './text-diff.ts'

const lines = (...texts: string[]): string => texts.map((text) => `${text}\n`).join('')
const numbers = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_unused, index) => String(from + index))

it.each([
  ['nothing', lines('a'), lines('a'), ''],
  ['a new file', '', lines('a', 'b'), '@@ -0,0 +1,2 @@\n+a\n+b\n'],
  ['a removed file', lines('a'), '', '@@ -1 +0,0 @@\n-a\n'],
  ['one line in the middle', lines(...numbers(1, 9)), lines(...numbers(1, 4), 'x', ...numbers(6, 9)), '@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n'],
  ['two places far apart', lines('a', ...numbers(1, 9), 'b'), lines('x', ...numbers(1, 9), 'y'), '@@ -1,4 +1,4 @@\n-a\n+x\n 1\n 2\n 3\n@@ -8,4 +8,4 @@\n 7\n 8\n 9\n-b\n+y\n'],
  ['two places close by', lines('a', '1', '2', 'b'), lines('x', '1', '2', 'y'), '@@ -1,4 +1,4 @@\n-a\n+x\n 1\n 2\n-b\n+y\n'],
])('shows %s', (_name, before, after, hunks) => {
  expect(unifiedHunks(before, after)).toBe(hunks)
})

import { expect, it } from 'vitest'
import { sanitizeOutput } from './sanitize.ts'

const cases = [
  { name: 'plain text with tabs and line ends stays', text: 'a\tb\nc', want: 'a\tb\nc' },
  { name: 'colors stay', text: '\x1b[1;31mred\x1b[0m', want: '\x1b[1;31mred\x1b[0m' },
  { name: 'cursor movement and clearing go', text: 'a\x1b[2Jb\x1b[10;5Hc\x1b[?25l', want: 'abc' },
  { name: 'window titles and links go', text: 'a\x1b]0;evil\x07b\x1b]8;;http://x\x1b\\c', want: 'abc' },
  { name: 'device control strings go', text: 'a\x1bP1$r0m\x1b\\b', want: 'ab' },
  { name: 'a color that is no color goes', text: '\x1b[>4;1mx\x1b[31', want: 'x' },
  { name: 'eight-bit controls go', text: 'a\x9b31mb\x9d0;t\x9cc', want: 'abc' },
  { name: 'bells, backspaces and deletes go', text: 'a\x07\x08\x7fb', want: 'ab' },
  { name: 'a carriage return shows the last state of its line', text: 'x\n10%\r100%\r\ny', want: 'x\n100%\ny' },
]
it.each(cases)('$name', ({ text, want }) => {
  expect(sanitizeOutput(text)).toBe(want)
})

import { describe, expect, test } from 'vitest'
import { emptyLine } from './line-editor.ts'
import { colorsOnly, redrawText, renderLine } from './line-render.ts'

const line = (text: string, cursor = text.length) => ({ ...emptyLine, text, cursor })

describe('the cursor stands where the text says', () => {
  test.each([
    ['a short line', '$ ', line('abc'), 80, { rows: 0, cursorRow: 0, cursorColumn: 5 }],
    ['colors of the prompt take no room', '\u001b[32m$\u001b[0m ', line('abc'), 80, { rows: 0, cursorRow: 0, cursorColumn: 5 }],
    ['a line over three rows, cursor in the first', '$ ', line('x'.repeat(25), 1), 10, { rows: 2, cursorRow: 0, cursorColumn: 3 }],
    ['a line that ends at the edge goes on below', '$ ', line('x'.repeat(8)), 10, { rows: 1, cursorRow: 1, cursorColumn: 0 }],
    ['pasted lines', '$ ', line('a\nbc'), 80, { rows: 1, cursorRow: 1, cursorColumn: 2 }],
  ])('%s', (_name, prompt, state, columns, expected) => { expect(renderLine(prompt, state, columns)).toMatchObject(expected) })
  test('a redraw starts at the prompt and ends at the cursor', () => { expect(redrawText(renderLine('$ ', line('abc', 1), 80), 2)).toBe('\u001b[2A\r\u001b[J$ abc\r\u001b[3C') })
  test('a search shows its query', () => { expect(renderLine('$ ', { ...line('k get'), search: { query: 'ge', at: 0 } }, 80).text).toBe("(reverse-i-search)`ge': k get") })
})

describe('output keeps colors only', () => {
  test.each([
    ['colors stay', '\u001b[33mWarning\u001b[0m\n', '\u001b[33mWarning\u001b[0m\n'],
    ['cursor moves go', 'a\u001b[2J\u001b[Hb\u001b[10;5Hc', 'abc'],
    ['titles and links go', '\u001b]0;title\u0007x\u001b]8;;http://e\u001b\\y', 'xy'],
    ['device strings go', 'a\u001bPq#0\u001b\\b', 'ab'],
    ['lone escapes and controls go', 'a\u001bcb\u0007\u0008c\u009bd', 'abcd'],
    ['carriage returns of line ends go', 'a\r\nb', 'a\nb'],
    ['tabs stay', 'a\tb', 'a\tb'],
  ])('%s', (_name, text, expected) => { expect(colorsOnly(text)).toBe(expected) })
})

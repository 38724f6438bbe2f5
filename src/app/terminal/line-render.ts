import type { LineState } from './line-editor.ts'

/** What stands on the screen for a line: the text, and where the cursor is counted from the prompt's first cell. */
export interface RenderedLine { readonly text: string; readonly rows: number; readonly cursorRow: number; readonly cursorColumn: number }

export function renderLine(prompt: string, state: LineState, columns: number): RenderedLine {
  const shownPrompt = state.search === undefined ? prompt : `(reverse-i-search)\`${state.search.query}': `
  const before = visible(shownPrompt) + state.text.slice(0, state.cursor)
  const whole = visible(shownPrompt) + state.text
  const end = position(whole, columns)
  const cursor = position(before, columns)
  // A line that ends exactly at the right edge needs a break, or the cursor hangs beyond the edge.
  const isFull = end.column === 0 && whole.length > 0 && !whole.endsWith('\n')
  return { text: shownPrompt + state.text.replaceAll('\n', '\r\n') + (isFull ? '\r\n' : ''), rows: end.row, cursorRow: cursor.row, cursorColumn: cursor.column }
}

/** Sequences that draw `line` over what stood there: up to the prompt, clear, write, cursor to its place. */
export function redrawText(line: RenderedLine, previousCursorRow: number): string {
  const up = previousCursorRow > 0 ? `\u001b[${previousCursorRow}A` : ''
  const back = line.rows - line.cursorRow
  const toRow = back > 0 ? `\u001b[${back}A` : ''
  const toColumn = line.cursorColumn > 0 ? `\r\u001b[${line.cursorColumn}C` : '\r'
  return `${up}\r\u001b[J${line.text}${toRow}${toColumn}`
}

function visible(text: string): string { return text.replace(colorPattern, '') }

function position(text: string, columns: number): { row: number; column: number } {
  let row = 0
  let column = 0
  for (const char of text) {
    if (char === '\n') { row += 1; column = 0; continue }
    column += 1
    if (column === columns) { row += 1; column = 0 }
  }
  return { row, column }
}

// Built from parts: a pattern with a control character written out is easily a mistake.
const escape = String.fromCharCode(27)
const bell = String.fromCharCode(7)
const colorPattern = new RegExp(`${escape}\\[[0-9;:]*m`, 'g')
const notColor = `(?!\\[[0-9;:]*m)`
const bannedSequences = [
  // Titles and links, device strings, every CSI but colors, other escapes.
  new RegExp(`${escape}\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\)?`, 'g'),
  new RegExp(`${escape}[PX^_][^${escape}]*(?:${escape}\\\\)?`, 'g'),
  new RegExp(`${escape}${notColor}\\[[0-9;:<=>?]*[ -/]*[@-~]`, 'g'),
  new RegExp(`${escape}${notColor}[@-Z\\\\-_a-z0-9()#%]?`, 'g'),
]

/** Tabs, line ends, escapes of colors and what is no control character. */
function isShown(char: string): boolean {
  const code = char.codePointAt(0) ?? 0
  return code === 9 || code === 10 || code === 27 || (code >= 32 && code < 127) || code > 159
}

/**
 * Terminal output with colors only: SGR sequences, tabs and line ends stay, every other control sequence goes. So a Pod's
 * log cannot move the cursor, set the title or make links.
 */
export function colorsOnly(text: string): string {
  let kept = text
  for (const pattern of bannedSequences) kept = kept.replace(pattern, '')
  return [...kept.replaceAll('\r\n', '\n')].filter(isShown).join('')
}

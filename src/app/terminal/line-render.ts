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

function visible(text: string): string { return text.replace(/\u001b\[[0-9;]*m/g, '') }

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

/**
 * Terminal output with colors only: SGR sequences, tabs and line ends stay, every other control sequence goes. So a Pod's
 * log cannot move the cursor, set the title or make links.
 */
export function colorsOnly(text: string): string {
  return text
    .replace(/\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g, '')
    .replace(/\u001b[PX^_][^\u001b]*(?:\u001b\\)?/g, '')
    .replace(/\u001b\[[0-9;:<=>?]*[ -/]*[@-~]/g, (sequence) => (/^\u001b\[[0-9;:]*m$/.test(sequence) ? sequence : ''))
    .replace(/\u001b(?!\[[0-9;:]*m)[@-Z\\-_a-z0-9()#%]?/g, '')
    .replace(/\r\n/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g, '')
}

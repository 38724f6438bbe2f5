/** Aligns text in columns. Models Go's text/tabwriter with liggitt/tabwriter's remembered widths, as kubectl v1.35 uses it. */

export interface TabOptions {
  /** A column is at least this wide, padding included. */
  readonly minWidth: number
  readonly padding: number
  /** Columns never get narrower from one flush to the next. */
  readonly remembersWidths?: boolean
}

/** The options of kubectl's tables and of its descriptions. */
export const tableTabs: TabOptions = { minWidth: 6, padding: 3, remembersWidths: true }
export const describeTabs: TabOptions = { minWidth: 0, padding: 2 }

/** Columns are blocks of lines: a cell belongs to a column only if a tab ends it. */
export class TabWriter {
  private readonly options: TabOptions
  private buffer = ''
  private readonly widest: number[] = []
  constructor(options: TabOptions) {
    this.options = options
  }

  write(text: string): void {
    this.buffer += text
  }

  /** The aligned text of everything written since the last flush. */
  flush(): string {
    const lines = this.buffer.split('\n').map((line) => line.split('\t'))
    this.buffer = ''
    const out: string[] = []
    this.format(lines, { from: 0, to: lines.length, widths: [], out })
    return out.join('\n')
  }

  private format(lines: readonly string[][], block: { from: number; to: number; widths: readonly number[]; out: string[] }): void {
    const { to, widths, out } = block
    const column = widths.length
    let from = block.from
    for (let at = from; at < to; at++) {
      if (column >= (lines[at]?.length ?? 0) - 1) continue
      printLines(lines, { from, to: at, widths, out })
      from = at
      let width = this.options.minWidth
      while (at < to && column < (lines[at]?.length ?? 0) - 1) {
        width = Math.max(width, runeCount(lines[at]?.[column] ?? '') + this.options.padding)
        at++
      }
      if (this.options.remembersWidths === true) {
        width = Math.max(width, this.widest[column] ?? 0)
        this.widest[column] = width
      }
      this.format(lines, { from, to: at, widths: [...widths, width], out })
      from = at
    }
    printLines(lines, { from, to, widths, out })
  }
}

function runeCount(text: string): number {
  return [...text].length
}

function printLines(lines: readonly string[][], block: { from: number; to: number; widths: readonly number[]; out: string[] }): void {
  for (let at = block.from; at < block.to; at++) {
    let text = ''
    lines[at]?.forEach((cell, index) => {
      const width = block.widths[index]
      text += width === undefined ? cell : cell + ' '.repeat(Math.max(0, width - runeCount(cell)))
    })
    block.out.push(text)
  }
}

/** Aligns one text at once. */
export function alignTabs(text: string, options: TabOptions): string {
  const writer = new TabWriter({ ...options, remembersWidths: false })
  writer.write(text)
  return writer.flush()
}

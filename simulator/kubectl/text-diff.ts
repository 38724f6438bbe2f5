/** `diff -u` of two texts. Models the output of GNU diffutils. */

interface Line { readonly mark: ' ' | '-' | '+'; readonly text: string; /** Lines of the first and second text before this one. */ readonly a: number; readonly b: number }

const contextLines = 3

function splitLines(text: string): string[] {
  if (text === '') return []
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
}

/** Lengths of the longest common sequences of the ends of two lists. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array[] {
  const table = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) table[i]![j] = a[i] === b[j] ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!)
  }
  return table
}

/** All lines of both texts in order: common ones once, removed before added ones. */
function mergeLines(a: readonly string[], b: readonly string[]): Line[] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let [endA, endB] = [a.length, b.length]
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) { endA--; endB-- }
  const lengths = commonLengths(a.slice(start, endA), b.slice(start, endB))
  const lines: Line[] = a.slice(0, start).map((text, index) => ({ mark: ' ', text, a: index, b: index }))
  let [i, j] = [start, start]
  while (i < endA || j < endB) {
    if (i < endA && j < endB && a[i] === b[j]) lines.push({ mark: ' ', text: a[i]!, a: i++, b: j++ })
    else if (i < endA && (j >= endB || lengths[i - start + 1]![j - start]! >= lengths[i - start]![j - start + 1]!)) lines.push({ mark: '-', text: a[i]!, a: i++, b: j })
    else lines.push({ mark: '+', text: b[j]!, a: i, b: j++ })
  }
  while (i < a.length) lines.push({ mark: ' ', text: a[i]!, a: i++, b: j++ })
  return lines
}

function rangeText(start: number, count: number): string {
  return count === 1 ? `${start + 1}` : `${count === 0 ? start : start + 1},${count}`
}

function hunkText(lines: readonly Line[]): string {
  const [first] = lines
  const before = lines.filter(({ mark }) => mark !== '+').length
  const after = lines.filter(({ mark }) => mark !== '-').length
  return `@@ -${rangeText(first?.a ?? 0, before)} +${rangeText(first?.b ?? 0, after)} @@\n${lines.map(({ mark, text }) => `${mark}${text}\n`).join('')}`
}

/** The hunks of a unified diff; empty for equal texts. */
export function unifiedHunks(before: string, after: string): string {
  const lines = mergeLines(splitLines(before), splitLines(after))
  const changed = lines.flatMap(({ mark }, index) => (mark === ' ' ? [] : [index]))
  const hunks: { from: number; to: number }[] = []
  for (const index of changed) {
    const [from, to] = [Math.max(0, index - contextLines), Math.min(lines.length, index + contextLines + 1)]
    const last = hunks.at(-1)
    if (last !== undefined && from <= last.to) last.to = to
    else hunks.push({ from, to })
  }
  return hunks.map(({ from, to }) => hunkText(lines.slice(from, to))).join('')
}

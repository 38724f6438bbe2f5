/** Unified diffs as refusals quote them. Models apimachinery/pkg/util/diff (v1.35). */

const contextLines = 3
/** Where more is to be compared, all of it counts as changed. */
const comparisonsMax = 1_000_000

type Op = { readonly kind: ' ' | '-' | '+'; readonly line: string }

/** Lines kept, removed and added. What both begin and end with is kept, the rest is compared by `compared`. */
function operations(before: readonly string[], after: readonly string[]): Op[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  while (end < before.length - start && end < after.length - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++
  const kept = (lines: readonly string[]): Op[] => lines.map((line) => ({ kind: ' ', line }))
  const [left, right] = [before.slice(start, before.length - end), after.slice(start, after.length - end)]
  const middle = left.length * right.length > comparisonsMax ? [...left.map((line): Op => ({ kind: '-', line })), ...right.map((line): Op => ({ kind: '+', line }))] : compared(left, right)
  return [...kept(before.slice(0, start)), ...middle, ...kept(before.slice(before.length - end))]
}

/** By the longest common subsequence. */
function compared(before: readonly string[], after: readonly string[]): Op[] {
  const lengths = Array.from({ length: before.length + 1 }, () => Array.from({ length: after.length + 1 }, () => 0))
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      lengths[i]![j] = before[i] === after[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!)
    }
  }
  const ops: Op[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      ops.push({ kind: ' ', line: before[i]! })
      i++
      j++
    } else if (i < before.length && (j >= after.length || lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) ops.push({ kind: '-', line: before[i++]! })
    else ops.push({ kind: '+', line: after[j++]! })
  }
  return ops
}

/** Beginnings and ends of the hunks among the operations. */
function hunksOf(ops: readonly Op[]): [number, number][] {
  const hunks: [number, number][] = []
  ops.forEach((op, index) => {
    if (op.kind === ' ') return
    const last = hunks[hunks.length - 1]
    const start = Math.max(0, index - contextLines)
    const end = Math.min(ops.length, index + contextLines + 1)
    if (last !== undefined && start <= last[1]) last[1] = end
    else hunks.push([start, end])
  })
  return hunks
}

function rangeText(start: number, length: number): string {
  if (length === 1) return String(start + 1)
  return `${length === 0 ? start : start + 1},${length}`
}

/** The unified diff of two values as Go prints them indented; '' when they are equal. */
export function goDiff(before: unknown, after: unknown): string {
  const ops = operations(JSON.stringify(before, null, 1).split('\n'), JSON.stringify(after, null, 1).split('\n'))
  const count = (list: readonly Op[], without: Op['kind']): number => list.filter((op) => op.kind !== without).length
  return hunksOf(ops).map(([start, end]) => {
    const [earlier, hunk] = [ops.slice(0, start), ops.slice(start, end)]
    const head = `@@ -${rangeText(count(earlier, '+'), count(hunk, '+'))} +${rangeText(count(earlier, '-'), count(hunk, '-'))} @@\n`
    return head + hunk.map((op) => `${op.kind}${op.line}\n`).join('')
  }).join('')
}

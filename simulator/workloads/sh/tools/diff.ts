/** diff: which lines differ between two files, in normal or unified form. */

import type { Tool, ToolContext } from './tool.ts'
import { lastValue, parseOptions, readInput, toLines, ToolFailure } from './tool.ts'

/** Product of line counts above which only a plain replacement is shown. */
const cellsMax = 4_000_000

interface Hunk {
  readonly fromA: number
  readonly toA: number
  readonly fromB: number
  readonly toB: number
}

/** Differing ranges by a longest common subsequence. */
function hunksOf(a: readonly string[], b: readonly string[]): Hunk[] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let endA = a.length
  let endB = b.length
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--
    endB--
  }
  if (start === endA && start === endB) return []
  const rows = endA - start
  const width = endB - start + 1
  if (rows * width > cellsMax) return [{ fromA: start, toA: endA, fromB: start, toB: endB }]
  const lengths = new Uint32Array((rows + 1) * width)
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = width - 2; j >= 0; j--) {
      lengths[i * width + j] = a[start + i] === b[start + j] ? lengths[(i + 1) * width + j + 1] + 1 : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1])
    }
  }
  const hunks: Hunk[] = []
  let i = 0
  let j = 0
  while (i < rows || j < width - 1) {
    if (i < rows && j < width - 1 && a[start + i] === b[start + j]) {
      i++
      j++
      continue
    }
    const fromA = i
    const fromB = j
    while ((i < rows || j < width - 1) && !(i < rows && j < width - 1 && a[start + i] === b[start + j])) {
      if (j >= width - 1 || (i < rows && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])) i++
      else j++
    }
    hunks.push({ fromA: start + fromA, toA: start + i, fromB: start + fromB, toB: start + j })
  }
  return hunks
}

function normal(a: readonly string[], b: readonly string[], hunks: readonly Hunk[]): string {
  const range = (from: number, to: number): string => (to - from <= 1 ? String(to - from === 0 ? from : from + 1) : `${from + 1},${to}`)
  return hunks.map(({ fromA, toA, fromB, toB }) => {
    const kind = fromA === toA ? 'a' : fromB === toB ? 'd' : 'c'
    const removed = a.slice(fromA, toA).map((line) => `< ${line}\n`).join('')
    const added = b.slice(fromB, toB).map((line) => `> ${line}\n`).join('')
    return `${range(fromA, toA)}${kind}${range(fromB, toB)}\n${removed}${kind === 'c' ? '---\n' : ''}${added}`
  }).join('')
}

/** Unified hunks with lines of context. */
export function unified(a: readonly string[], b: readonly string[], context = 3): string {
  const groups: Hunk[][] = []
  for (const hunk of hunksOf(a, b)) {
    const last = groups.at(-1)?.at(-1)
    if (last !== undefined && hunk.fromA - last.toA <= context * 2) groups.at(-1)?.push(hunk)
    else groups.push([hunk])
  }
  const range = (from: number, count: number): string => `${count === 0 ? from : from + 1}${count === 1 ? '' : `,${count}`}`
  return groups.map((group) => {
    const [first] = group
    const last = group[group.length - 1]
    const startA = Math.max(first.fromA - context, 0)
    const startB = first.fromB - (first.fromA - startA)
    const endA = Math.min(last.toA + context, a.length)
    const endB = last.toB + (endA - last.toA)
    let out = `@@ -${range(startA, endA - startA)} +${range(startB, endB - startB)} @@\n`
    let at = startA
    for (const { fromA, toA, fromB, toB } of group) {
      out += a.slice(at, fromA).map((line) => ` ${line}\n`).join('')
      out += a.slice(fromA, toA).map((line) => `-${line}\n`).join('')
      out += b.slice(fromB, toB).map((line) => `+${line}\n`).join('')
      at = toA
    }
    return out + a.slice(at, endA).map((line) => ` ${line}\n`).join('')
  }).join('')
}

export const diffTool: Tool = {
  run(context) {
    const options = parseOptions(context, 'uqsbwiU:rNay', { unified: 'u', brief: 'q', 'report-identical-files': 's' }, false, 2)
    if (options.operands.length !== 2) throw new ToolFailure(`diff: missing operand${options.operands.length === 0 ? '' : ` after '${options.operands[0]}'`}\ndiff: Try 'diff --help' for more information.\n`, 2)
    const [nameA, nameB] = options.operands
    const a = linesOf(context, nameA)
    const b = linesOf(context, nameB)
    const clean = (line: string): string => (options.flags.has('w') ? line.replace(/\s+/g, '') : options.flags.has('b') ? line.trimEnd().replace(/\s+/g, ' ') : options.flags.has('i') ? line.toLowerCase() : line)
    const hunks = hunksOf(a.map(clean), b.map(clean))
    if (hunks.length === 0) return { out: options.flags.has('s') ? `Files ${nameA} and ${nameB} are identical\n` : '', code: 0 }
    if (options.flags.has('q')) return { out: `Files ${nameA} and ${nameB} differ\n`, code: 1 }
    const count = lastValue(options, 'U')
    if (!options.flags.has('u') && count === undefined && context.dialect === 'bash') return { out: normal(a, b, hunks), code: 1 }
    return { out: `--- ${nameA}\n+++ ${nameB}\n${unified(a, b, count === undefined ? 3 : Number(count))}`, code: 1 }
  },
}

function linesOf(context: ToolContext, name: string): string[] {
  const input = readInput(context, name)
  if ('error' in input) throw new ToolFailure(context.dialect === 'ash' ? `diff: can't stat '${name}': ${input.error}\n` : `diff: ${name}: ${input.error}\n`, 2)
  return toLines(input.text)
}

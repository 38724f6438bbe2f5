/**
 * `npm run conform -- AREA [FILE...]`: runs recorded answers of real Kubernetes against the simulator.
 * Without files, all of the area's; `--pin` runs every area and raises the numbers of passing cases in pinned.json.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sortKeys } from '../../simulator/api/go-text.ts'
import { areaNames, conformanceFolder, corpusGroups, countPassing, defaultFiles, findFile, loadRunner, readSkips, runFile, UsageError } from './run-area.ts'
import type { FileReport } from './run-area.ts'
import type { CaseResult } from './runner.ts'

const linesMax = 40

function pretty(value: unknown): string[] {
  return (value === undefined ? 'undefined' : JSON.stringify(sortKeys(value), undefined, 2)).split('\n')
}

/** The lines of two values with what is equal at the beginning and at the end left out. */
function difference(expected: unknown, actual: unknown): string[] {
  const left = pretty(expected)
  const right = pretty(actual)
  let start = 0
  while (start < left.length && start < right.length && left[start] === right[start]) start++
  let end = 0
  while (end < left.length - start && end < right.length - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end++
  const context = left.slice(Math.max(0, start - 2), start).map((line) => `    ${line}`)
  const cut = (lines: string[], mark: string): string[] => {
    const shown = lines.slice(start, lines.length - end)
    const half = linesMax / 2
    return [...shown.slice(0, half).map((line) => `  ${mark} ${line}`), ...(shown.length > half ? [`  ${mark} ... ${shown.length - half} more lines`] : [])]
  }
  return [...context, ...cut(left, '-'), ...cut(right, '+')]
}

function printFailure(file: string, result: CaseResult): void {
  console.log(`FAIL ${file}: ${result.name}`)
  if (result.note !== undefined) console.log(result.note.split('\n').slice(0, linesMax).map((line) => `    ${line}`).join('\n'))
  if (result.expected !== undefined || result.actual !== undefined) console.log(difference(result.expected, result.actual).join('\n'))
}

function printReports(reports: readonly FileReport[]): boolean {
  for (const report of reports) for (const result of report.results) if (!result.ok) printFailure(report.file, result)
  let passed = 0
  let failed = 0
  let skipped = 0
  for (const report of reports) {
    const ok = report.results.filter((result) => result.ok).length
    console.log(`${report.file}: ${ok} passed, ${report.results.length - ok} failed`)
    passed += ok
    failed += report.results.length - ok
    skipped += report.skipped
  }
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  return failed === 0
}

/** Pins only rise; one that must fall is lowered by hand, where a review sees it. */
async function pin(): Promise<void> {
  const path = join(conformanceFolder, 'pinned.json')
  const before = (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}) as { [file: string]: number }
  const pinned: { [file: string]: number } = {}
  const skips = readSkips()
  for (const area of areaNames()) {
    const runner = await loadRunner(area)
    for (const [id, paths] of corpusGroups(runner)) {
      const { passed, all } = countPassing(runner, paths, skips)
      pinned[id] = Math.max(passed, before[id] ?? 0)
      console.log(`${id}: ${passed} of ${all}${passed < pinned[id] ? `, fewer than the pinned ${pinned[id]}` : ''}`)
    }
  }
  writeFileSync(path, `${JSON.stringify(pinned, undefined, 2)}\n`)
}

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === '--pin') {
    await pin()
    return 0
  }
  const [area, ...given] = args
  if (area === undefined || area.startsWith('-')) throw new UsageError(`usage: npm run conform -- AREA [FILE...]\nareas: ${areaNames().join(', ')}`)
  const runner = await loadRunner(area)
  const files = given.length > 0 ? given.map((file) => findFile(runner, file)) : defaultFiles(runner)
  if (files.length === 0) throw new UsageError(`area "${area}" has no files`)
  const skips = readSkips()
  return printReports(files.map((path) => runFile(runner, path, skips))) ? 0 : 1
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`error: ${error.message}`)
  process.exitCode = 2
}

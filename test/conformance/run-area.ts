/** Reads corpus files and runs their rows. Used by the `conform` program and by the pinned test. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AreaRunner, CaseResult, Row, RowRunner } from './runner.ts'

/** The folder that holds areas and runners. */
export const conformanceFolder = dirname(fileURLToPath(import.meta.url))

/** Reasons of cases that are never run, by `area/file/name`. */
export type Skips = { readonly [id: string]: string }

/** The results of one file. */
export interface FileReport { readonly file: string; readonly results: readonly CaseResult[]; readonly skipped: number }

/** What is wrong with the command; printed without a stack. */
export class UsageError extends Error {}

/** The names of the areas that have a runner. */
export function areaNames(): string[] {
  return readdirSync(conformanceFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(conformanceFolder, `${entry.name}.ts`)))
    .map((entry) => entry.name)
}

/** Loads the runner of an area. */
export async function loadRunner(area: string): Promise<AreaRunner> {
  const path = join(conformanceFolder, `${area}.ts`)
  if (!areaNames().includes(area)) throw new UsageError(`no area "${area}": there are ${areaNames().join(', ')}`)
  const module = (await import(path)) as { runner?: AreaRunner }
  if (module.runner === undefined) throw new UsageError(`${path} exports no runner`)
  return module.runner
}

/** The name of a file without folder and ending. */
export function baseName(path: string): string {
  return basename(path).replace(/\.(jsonl|json|yaml)$/, '')
}

/** The runner whose key is the longest beginning of the file's name; files in a folder go by the folder's name too. */
export function runnerFor(runner: AreaRunner, path: string): RowRunner | undefined {
  const candidates = [baseName(path), basename(dirname(resolve(path)))]
  for (const candidate of candidates) {
    const keys = Object.keys(runner.files).filter((key) => candidate.startsWith(key))
    const key = keys.sort((a, b) => b.length - a.length || (a < b ? -1 : 1))[0]
    if (key !== undefined) return runner.files[key]
  }
  return undefined
}

/** The corpus files of an area that its runner knows. */
export function defaultFiles(runner: AreaRunner): string[] {
  const folder = join(conformanceFolder, runner.area)
  if (!existsSync(folder)) return []
  const files: string[] = []
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort((a, b) => (a < b ? -1 : 1))) {
    const path = join(folder, entry)
    if (/\.jsonl?$/.test(entry) && runnerFor(runner, path) !== undefined) files.push(path)
  }
  return files
}

/** What is pinned as one: a file of the area's folder, or all files of a folder in it. */
export function corpusGroups(runner: AreaRunner): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const path of defaultFiles(runner)) {
    const parent = basename(dirname(path))
    const name = `${runner.area}/${parent === runner.area ? baseName(path) : parent}`
    groups.set(name, [...(groups.get(name) ?? []), path])
  }
  return groups
}

/** How many cases of some files pass, and how many there are. */
export function countPassing(runner: AreaRunner, paths: readonly string[], skips: Skips): { passed: number; all: number } {
  const results = paths.flatMap((path) => runFile(runner, path, skips).results)
  return { passed: results.filter((result) => result.ok).length, all: results.length }
}

/** Finds a file as given, or by its name in the area's folder. */
export function findFile(runner: AreaRunner, given: string): string {
  const folder = join(conformanceFolder, runner.area)
  const candidates = [resolve(given), join(folder, given), join(folder, `${given}.jsonl`), join(folder, `${given}.json`), join(folder, 'scenarios', `${given}.json`)]
  const path = candidates.find((candidate) => existsSync(candidate) && /\.jsonl?$/.test(candidate))
  if (path === undefined) throw new UsageError(`no file "${given}": looked for ${candidates.join(', ')}`)
  if (runnerFor(runner, path) === undefined) throw new UsageError(`area "${runner.area}" has no runner for "${basename(path)}": there are ${Object.keys(runner.files).join(', ')}`)
  return path
}

function readRows(path: string): Row[] {
  const text = readFileSync(path, 'utf8')
  if (path.endsWith('.json')) return [JSON.parse(text) as Row]
  const rows: Row[] = []
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return
    try {
      rows.push(JSON.parse(line) as Row)
    } catch (error) {
      throw new UsageError(`${path}:${index + 1}: ${(error as Error).message}`)
    }
  })
  return rows
}

function runRow(run: RowRunner, row: Row, file: string, path: string): CaseResult[] {
  try {
    const result = run(row, file, path)
    return Array.isArray(result) ? result : [result]
  } catch (error) {
    return [{ name: String(row['name'] ?? file), ok: false, expected: row['expect'], note: `threw ${(error as Error).stack ?? String(error)}` }]
  }
}

/** Runs all rows of a file. */
export function runFile(runner: AreaRunner, path: string, skips: Skips): FileReport {
  const run = runnerFor(runner, path)
  if (run === undefined) throw new UsageError(`no runner for ${path}`)
  const results: CaseResult[] = []
  let skipped = 0
  for (const row of readRows(path)) {
    if (skips[`${runner.area}/${baseName(path)}/${String(row['name'])}`] !== undefined) skipped++
    else results.push(...runRow(run, row, baseName(path), path))
  }
  return { file: baseName(path), results, skipped }
}

/** The list of skips. */
export function readSkips(): Skips {
  const path = join(conformanceFolder, 'skips.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Skips) : {}
}
